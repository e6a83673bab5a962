#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/queue/batch.hpp>
#include <pgsync/queue/receipt.hpp>

namespace pgsync::queue {

/// A batch and the way to acknowledge it.
struct delivery {
    queue::batch batch;
    std::shared_ptr<queue::receipt> receipt;
};

/// What is in a queue, for metrics.
struct backlog {
    std::size_t waiting = 0;      ///< keys and join keys that nobody has taken
    std::size_t batches = 0;      ///< taken, and not yet durable in the sink
    std::size_t unconfirmed = 0;  ///< taken, and the slot not yet confirmed past them
    std::int64_t oldest_us =
        0;  ///< when the oldest of these changes committed, in microseconds since 2000; 0: none
};

/// The loader's side of a queue.
///
/// - Each change is in some batch, and in the same batch or a later one than the changes before it. A batch
/// may come
///   again, in whole or in part: documents are read as a whole, so that does no harm.
/// - A batch says which transactions the snapshot for it must see. Nothing else orders batches: with that
/// rule, and
///   with versions that grow with snapshots, the last commit wins in whatever order batches are loaded.
/// - The loader that takes a batch settles its receipt. Until then neither that batch nor any later one is
///   confirmed, and if the process ends first, the queue or the slot delivers them again.
/// - `take` waits until there is a batch, at most the timeout; after `close()` there is none.
template <typename T>
concept batch_queue =
    requires(T& queue, const T& unchanged, std::chrono::milliseconds timeout, std::size_t most) {
        { queue.take(timeout, most) } -> std::same_as<std::optional<delivery>>;
        { unchanged.closed() } -> std::same_as<bool>;
        queue.close();
    };

/// What lies between routing and loading: document keys, and what leads to some.
///
/// The router's side is used by one thread, the loader's by another. Both agree on the numbers of indices and
/// routes.
///
/// - `begin` announces a transaction, and `reached` that everything before a position was added: at commits,
/// and
///   between transactions. A batch may be taken in the middle of a transaction.
/// - What is added twice is delivered at least once after the second time.
/// - `confirmed(flushed)` is the position up to which the slot may be confirmed: everything added before it
/// is durable
///   in the sink, and what was read for it is on the database's disk, given how far WAL is known to be
///   flushed.
/// - `wait_for_room` returns false while the queue is full. Then nothing more is read from the slot, and
/// PostgreSQL
///   keeps the rest.
/// - `idle` returns true if nothing is waiting and every batch is confirmed; `outstanding` returns true while
/// a batch
///   that was taken is neither confirmed nor given up.
template <typename T>
concept change_queue =
    batch_queue<T> &&
    requires(T& queue, const T& unchanged, std::uint32_t xid, postgres::lsn position, std::int64_t time_us,
             std::size_t number, const std::string& text, std::string_view routing,
             const compiled_index& index, std::chrono::milliseconds timeout) {
        queue.begin(xid, position, time_us);
        queue.add_key(number, text);
        queue.add_key(number, text, routing);
        queue.add_join_key(number, number, text);
        queue.invalidate(number, index, number);
        queue.reload(number);
        queue.check_storage();
        queue.reached(position, time_us);
        { queue.confirmed(position) } -> std::same_as<postgres::lsn>;
        { queue.wait_for_room(timeout) } -> std::same_as<bool>;
        { unchanged.idle() } -> std::same_as<bool>;
        { unchanged.outstanding() } -> std::same_as<bool>;
        { unchanged.backlog() } -> std::same_as<backlog>;
    };

}  // namespace pgsync::queue
