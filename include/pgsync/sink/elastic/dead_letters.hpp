#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/base/interrupt_switch.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/base/quiet_thread.hpp>
#include <pgsync/sink/elastic/bulk_body.hpp>
#include <pgsync/sink/elastic/bulk_writer.hpp>
#include <pgsync/sink/elastic/client.hpp>
#include <pgsync/sink/elastic/dialect.hpp>
#include <pgsync/sink/elastic/transport.hpp>
#include <pgsync/sink/elastic/waiting_clock.hpp>

namespace pgsync::elastic {

/// Returns the name of the index for documents that `alias` refuses.
[[nodiscard]] inline std::string dead_letter_index(std::string_view alias) {
    return std::string(alias) + "-dead-letters";
}

/// Returns the creation body of a dead-letter index. The refused document is stored as text that is neither
/// parsed nor indexed.
[[nodiscard]] inline boost::json::object dead_letter_creation_body() {
    const boost::json::object keyword{{"type", "keyword"}, {"ignore_above", 8'191}};  // longer: an error
    return {{"settings", {{"index", {{"number_of_shards", 1}, {"auto_expand_replicas", "0-1"}}}}},
            {"mappings",
             {{"dynamic", false},
              {"properties",
               {{"index", keyword},
                {"id", keyword},
                {"version", {{"type", "long"}}},
                {"status", {{"type", "integer"}}},
                {"type", keyword},
                {"reason", {{"type", "text"}}},
                {"at", {{"type", "date"}}},
                {"document", {{"type", "text"}, {"index", false}, {"norms", false}}}}}}}};
}

/// Returns the `_id` of a document's dead letter: the document's own id, so that a repeat overwrites it. An
/// id that no document can have, because it is empty or longer than 512 bytes, is replaced by its beginning
/// and a hash of the whole id.
[[nodiscard]] inline std::string dead_letter_id(std::string_view id) {
    if (!id.empty() && id.size() <= 512) return std::string(id);
    std::size_t cut = std::min<std::size_t>(id.size(), 400);
    while (cut > 0 && cut < id.size() && (static_cast<unsigned char>(id[cut]) & 0xC0U) == 0x80U) --cut;
    std::string out(id.substr(0, cut));
    out += '#';
    for (const std::uint64_t basis : {0xcbf29ce484222325U, 0x9ae16a3b2f90404fU}) {
        std::uint64_t hash = basis;  // FNV-1a
        for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        for (int shift = 60; shift >= 0; shift -= 4)
            out += "0123456789abcdef"[(hash >> static_cast<unsigned>(shift)) & 15U];
    }
    return out;
}

/// Sets aside documents that the cluster refuses for good, if the program is to continue without them: each
/// is written with its error to a separate index, and counts as done once it is there. Neither the
/// transport's thread nor the writer's waits for that; this object has a thread of its own, and
/// wait_for_room() holds back the caller if dead letters arrive faster than they are written. A dead letter
/// that cannot be written fails its bulk for good: a document is never dropped. The transport must outlive
/// this object, and this object must outlive the writer it serves.
template <transport Transport, waiting_clock Clock = steady_waiting>
class dead_letters {
  public:
    struct settings {
        std::string address;  ///< the cluster's, for messages
        dialect speaks = {};
        std::size_t bulk_bytes = 5U << 20U;  ///< size of a bulk of dead letters
        /// Bytes that may wait to be written before wait_for_room() blocks.
        std::size_t queue_bytes = 32U << 20U;
        std::chrono::seconds patience{30};          ///< see client
        std::chrono::milliseconds timeout{60'000};  ///< of one attempt
        std::chrono::milliseconds first_pause{100};
        std::chrono::milliseconds longest_pause{10'000};
        metrics::registry* counts = &metrics::null_registry();
    };
    using completion = std::function<void(bulk_outcome&&)>;
    /// Maps the name that a document was written to, to the alias that its dead-letter index is named after.
    using alias_function = std::function<std::string(std::string_view target)>;

    dead_letters(Transport& through, settings setting, const Clock& clock = {})
        : settings_(std::move(setting)),
          client_(through, client_settings(settings_), clock),
          writer_(through, writer_settings(settings_), clock),
          thread_(quiet_thread([this] { run(); })) {}
    /// Ends as interrupted what has not been written.
    ~dead_letters() {
        interrupt();
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
            changed_.notify_all();
        }
        thread_.join();
    }
    dead_letters(const dead_letters&) = delete;
    dead_letters& operator=(const dead_letters&) = delete;

    /// Returns the completion to pass to a bulk_writer in place of `done`: it sets refused documents aside
    /// first and then calls `done` with an outcome without them.
    [[nodiscard]] completion before(completion done, alias_function alias_of) {
        return [this, done = std::move(done), alias_of = std::move(alias_of)](bulk_outcome&& outcome) {
            // After a fatal error all of the bulk will be read again.
            if (outcome.fatal || outcome.rejected.empty()) return done(std::move(outcome));
            put(std::move(outcome), done, alias_of);
        };
    }

    /// Blocks while too many bytes wait to be written; throws errc::interrupted after interrupt().
    void wait_for_room() {
        std::unique_lock lock(mutex_);
        const auto stop = stop_.token();
        changed_.wait(lock, [&] { return queued_bytes_ <= settings_.queue_bytes || stop.stop_requested(); });
        if (stop.stop_requested()) throw error(errc::interrupted, "stopped while writing dead letters");
    }

    /// Ends as interrupted what has not been written, and makes wait_for_room() throw until resume().
    void interrupt() {
        stop_.request(mutex_);
        client_.interrupt();
        writer_.interrupt();
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
    }
    void resume() {
        client_.resume();
        writer_.resume();
        const std::lock_guard lock(mutex_);
        stop_.resume();
    }

    /// See bulk_writer.
    void end_at_closed() { writer_.end_at_closed(); }

    /// Returns how many documents have been set aside so far.
    [[nodiscard]] std::uint64_t count() const { return count_; }

  private:
    struct entry {
        bulk_outcome outcome;
        completion done;
        alias_function alias_of;
        std::size_t bytes = 0;
        std::stop_token stop;
    };
    using items = std::vector<const rejected_item*>;

    static auto client_settings(const settings& from) {
        typename client<Transport, Clock>::settings to;
        to.address = from.address;
        to.speaks = from.speaks;
        to.patience = from.patience;
        to.timeout = from.timeout;
        return to;
    }
    static auto writer_settings(const settings& from) {
        typename bulk_writer<Transport, Clock>::settings to;
        to.in_flight = 1;
        to.first_pause = from.first_pause;
        to.longest_pause = from.longest_pause;
        to.timeout = from.timeout;
        // The target is an index, not an alias.
        to.path = from.speaks.bulk_path(false);
        to.address = from.address;
        return to;
    }

    void put(bulk_outcome&& outcome, const completion& done, const alias_function& alias_of) {
        entry each{std::move(outcome), done, alias_of, 0, {}};
        for (const auto& item : each.outcome.rejected)
            each.bytes += item.document.size() + item.id.size() + 500;
        const std::lock_guard lock(mutex_);
        each.stop = stop_.token();
        queued_bytes_ += each.bytes;
        queue_.push_back(std::move(each));
        changed_.notify_all();
    }

    // ---- everything below runs on this object's thread

    void run() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [&] { return closing_ || !queue_.empty(); });
            if (queue_.empty()) return;
            auto each = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            const auto bytes = each.bytes;
            handle(std::move(each));
            lock.lock();
            queued_bytes_ -= bytes;
            changed_.notify_all();
        }
    }

    void handle(entry&& each) noexcept {
        try {
            std::map<std::string, items> by_index;
            for (const auto& item : each.outcome.rejected) {
                by_index[dead_letter_index(each.alias_of(item.target))].push_back(&item);
            }
            for (const auto& [index, those] : by_index) store(index, those, each);
            each.outcome.rejected.clear();
        } catch (...) {
            each.outcome.fatal = std::current_exception();
        }
        each.done(std::move(each.outcome));
    }

    void store(const std::string& index, const items& all, const entry& from) {
        make_sure_of(index, from.stop);
        std::map<std::string, const rejected_item*> letters;  // the last one of each document
        for (const auto* item : all) letters[dead_letter_id(item->id)] = item;
        std::map<std::string, const rejected_item*> refused;
        bulk_body body;
        const auto flush = [&] {
            if (body.items() == 0) return;
            for (const auto& problem : write(std::exchange(body, bulk_body()), from.stop)) {
                refused.emplace(problem.id, letters.at(problem.id));
            }
        };
        for (const auto& [id, item] : letters) {
            body.index(index, id, letter(*item, from, true));
            if (body.bytes() >= settings_.bulk_bytes) flush();
        }
        flush();
        // Most likely too large: a letter without the document is better than none.
        for (const auto& [id, item] : refused) {
            body.index(index, id, letter(*item, from, false));
            const auto still = write(std::exchange(body, bulk_body()), from.stop);
            if (still.empty()) continue;
            throw error(errc::rejected,
                        "index \"" + index + "\" refuses the dead letter of document \"" + shown(item->id) +
                            "\": " + still.front().type + ": " + shown(still.front().reason, 1'000),
                        "delete or rename that index if pgsync did not make it; nothing from this change on "
                        "was acknowledged");
        }
        for (const auto* item : all) {
            ++count_;
            const auto alias = from.alias_of(item->target);
            if (auto* of = settings_.counts->find(alias)) of->dead_letters.add();
            const auto* const without =
                refused.contains(dead_letter_id(item->id)) ? " without its content" : "";
            if (item->status == 0) {
                log::warn("{}: document \"{}\" cannot be made: {}; set aside in {}{}", log::index(alias),
                          shown(item->id), shown(item->reason, 1'000), index, without);
            } else {
                log::warn("{}: the cluster rejects document \"{}\" (HTTP {}, {}): {}; set aside in {}{}",
                          log::index(alias), shown(item->id), item->status, item->type,
                          shown(item->reason, 1'000), index, without);
            }
        }
    }

    /// Creates the index if it does not exist. Checked each time, since it may have been deleted.
    void make_sure_of(const std::string& index, const std::stop_token& stop) {
        while (true) {
            if (stop.stop_requested()) throw interruption();
            try {
                if (!client_.exists(index))
                    client_.create_index_if_missing(index, dead_letter_creation_body());
                return;
            } catch (const error& problem) {
                if (!is_passing(problem.code())) throw;
                log::warn("{}; trying again until it works", problem.what());
            }
        }
    }

    /// Writes dead letters and returns those that were refused.
    std::vector<rejected_item> write(bulk_body&& body, const std::stop_token& stop) {
        if (stop.stop_requested()) throw interruption();
        const auto promise = std::make_shared<std::promise<bulk_outcome>>();
        auto future = promise->get_future();
        writer_.submit(std::move(body),
                       [promise](bulk_outcome&& outcome) { promise->set_value(std::move(outcome)); });
        auto outcome = future.get();
        if (outcome.fatal) std::rethrow_exception(outcome.fatal);
        return std::move(outcome.rejected);
    }

    static std::string letter(const rejected_item& item, const entry& from, bool whole) {
        boost::json::object out{{"index", from.alias_of(item.target)},
                                {"id", item.id},
                                {"version", item.version},
                                {"status", item.status},
                                {"type", item.type},
                                {"reason", whole ? item.reason : plain(item.reason)},
                                {"at", log::rfc3339(std::chrono::system_clock::now())}};
        if (whole && !item.document.empty()) out["document"] = item.document;
        return boost::json::serialize(out);
    }
    /// Returns the text in ASCII, so that it cannot itself be a reason to refuse the letter.
    static std::string plain(std::string text) {
        for (char& c : text) {
            if (static_cast<unsigned char>(c) >= 0x80) c = '?';
        }
        return text;
    }
    /// Shortens the text and makes it a single line, for a log line.
    static std::string shown(std::string text, std::size_t limit = 200) {
        shorten(text, limit);
        for (char& c : text) {
            if (static_cast<unsigned char>(c) < 0x20) c = ' ';
        }
        return text;
    }
    static error interruption() { return {errc::interrupted, "stopped while writing dead letters"}; }

    settings settings_;
    client<Transport, Clock> client_;
    bulk_writer<Transport, Clock> writer_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<entry> queue_;
    std::size_t queued_bytes_ = 0;  ///< including what is being written
    interrupt_switch stop_;
    bool closing_ = false;
    std::atomic<std::uint64_t> count_{0};
    std::thread thread_;
};

}  // namespace pgsync::elastic
