#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/pipeline/wal_text.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/wal/copy_both.hpp>
#include <pgsync/wal/event.hpp>

namespace pgsync::pipeline {

/// What receive() reports about one message.
struct received {
    /// The server's WAL is flushed up to here. A keepalive between transactions also means that every change
    /// before it has been delivered.
    postgres::lsn end;
    bool keepalive = false;        ///< the message held no change
    bool reply_requested = false;  ///< the server wants a status now, perhaps because it is shutting down
};

/// Streams the committed changes of one slot, in commit order. Used by one thread.
///
/// - `start()` checks that the server is the expected one, ensures that every version from now on exceeds all
///   that an earlier process can have used, and starts streaming from the slot's confirmed position. Returns
///   the flush LSN of that moment: a sync that is confirmed up to there has caught up.
/// - `receive(timeout, stop_fd, on_event(event))` waits for a message, at most `timeout` and until `stop_fd`
///   is readable, and calls `on_event` for each event in it. Returns nothing if none arrived. Views in events
///   are valid during the call only.
/// - `send_status(status)` confirms the slot up to `status.flushed`, which never decreases. Later changes are
///   delivered again at the next start.
/// - `flushed()` returns the primary's flush LSN.
/// - `reports_truncate()` returns whether a TRUNCATE is delivered as an event.
/// - `ancestors(oid)`, `has_column(oid, name)` and `texts()` answer the router's questions about the catalog.
/// - `server()` returns the server's name for messages. `close()` ends the stream cleanly.
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
        { source.texts() } -> std::same_as<wal_text>;
        { unchanged.server() } -> std::convertible_to<std::string>;
        source.close();
    };

}  // namespace pgsync::pipeline
