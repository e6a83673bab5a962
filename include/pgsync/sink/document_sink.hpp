#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace pgsync::sink {

/// Takes documents and deletes in jobs, and sends them in bulks. Used by one thread; indices go by number.
///
/// - Each write has a version. However often and in whatever order writes arrive, the document ends as the
///   one with the greatest version says; a write with an older version has no effect.
/// - `begin_job(done)` begins a job; `end_job()` sends what is left of it. `done()` is called once, on any
///   thread, when all of the job is durable in the sink; never for a job that was not ended or of which
///   something failed. It must not use the sink.
/// - `index` and `remove` write and delete a document under a routing (empty: that of the id); `refuse`
///   reports one that cannot be made, which counts like a document that the sink refuses.
/// - One document may stand in a job several times only with different versions, and twice between two
///   flushes not at all.
/// - `flush()` sends what has gathered, `flush_if_full()` only what is worth a bulk. Both may wait for room,
///   and throw what made an earlier bulk fail for good, or errc::interrupted.
/// - `bulk_bytes()` is the size of a bulk: what is read at once should be about that.
/// - `idle()` returns whether nothing that was sent is without an answer; from any thread.
/// - `rethrow_failure()` throws what made a bulk fail for good, if anything did.
template <typename T>
concept document_sink = requires(T& sink, const T& unchanged, std::size_t index, std::string_view text,
                                 std::uint64_t version, std::string owned, std::function<void()> done) {
    sink.begin_job(done);
    sink.end_job();
    sink.index(index, text, version, text, text);
    sink.remove(index, text, version, text);
    sink.refuse(index, text, version, owned, owned, owned);
    sink.flush_if_full();
    sink.flush();
    { unchanged.bulk_bytes() } -> std::same_as<std::size_t>;
    { unchanged.idle() } -> std::same_as<bool>;
    sink.rethrow_failure();
};

}  // namespace pgsync::sink
