#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/pipeline/log_text.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/wal/copy_both.hpp>
#include <pgsync/wal/event.hpp>

namespace pgsync::pipeline {

/// What one message of a change source was.
struct received {
    postgres::lsn end;             ///< everything before it has been delivered, or is of no concern
    bool keepalive = false;        ///< it held no change
    bool reply_requested = false;  ///< the server waits for a status, perhaps because it is shut down
};

/// Streams committed changes of one slot, in commit order. Used by one thread.
///
/// - `start()` checks that this is the server that was expected, has every version from now on exceed all
///   that an earlier process can have used, and begins to stream from where the slot is confirmed. Returns
///   the flush LSN of that moment: a sync that is confirmed up to there has caught up.
/// - `receive(timeout, stop_fd, on_event(event))` waits for a message, no longer than `timeout` and until
///   `stop_fd` is readable, and calls `on_event` for each event in it. Returns nothing where none came. Views
///   in events end with the call.
/// - `send_status(status)` confirms the slot up to `status.flushed`, which never goes back; changes after
/// that
///   are delivered again at the next start.
/// - `flushed()` returns the primary's flush LSN.
/// - `reports_truncate()` returns whether a TRUNCATE comes as an event.
/// - `ancestors(oid)`, `has_column(oid, name)` and `texts()` answer what the router asks of the catalog.
/// - `server()` names the server, for messages. `close()` ends the stream in peace.
template <typename T>
concept change_source =
    requires(T& source, const T& unchanged, std::chrono::milliseconds timeout, int stop_fd,
             const std::function<void(const postgres::event&)>& on_event,
             const postgres::standby_status& status, std::uint32_t oid, std::string_view name) {
        { source.start() } -> std::same_as<postgres::lsn>;
        { source.receive(timeout, stop_fd, on_event) } -> std::same_as<std::optional<received>>;
        source.send_status(status);
        { source.flushed() } -> std::same_as<postgres::lsn>;
        { unchanged.reports_truncate() } -> std::same_as<bool>;
        { source.ancestors(oid) } -> std::same_as<std::vector<std::uint32_t>>;
        { source.has_column(oid, name) } -> std::same_as<bool>;
        { source.texts() } -> std::same_as<log_text>;
        { unchanged.server() } -> std::convertible_to<std::string>;
        source.close();
    };

}  // namespace pgsync::pipeline
