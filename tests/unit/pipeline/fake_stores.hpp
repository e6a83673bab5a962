#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/pipeline/document_source.hpp>
#include <pgsync/pipeline/index_access.hpp>
#include <pgsync/sink/document_sink.hpp>

/// What tests of the pipeline use instead of a database and a cluster: maps, and a diary of what was asked.
namespace pgsync::test {

/// What all fakes of a test share: a lock, and a diary of what was asked of them, in order. Threads of the
/// pipeline write it; the test waits for what it is to say.
class diary {
  public:
    void note(const std::string& what) {
        const std::lock_guard lock(mutex);
        entries_.push_back(what);
        changed.notify_all();
        on_entry(what);
    }
    [[nodiscard]] std::vector<std::string> list() const {
        const std::lock_guard lock(mutex);
        return entries_;
    }
    [[nodiscard]] std::size_t count(const std::string& what) const {
        const std::lock_guard lock(mutex);
        return static_cast<std::size_t>(std::count(entries_.begin(), entries_.end(), what));
    }
    /// Whether both are there, and the first `one` comes before the first `other`.
    [[nodiscard]] bool in_order(const std::string& one, const std::string& other) const {
        const std::lock_guard lock(mutex);
        const auto first = std::find(entries_.begin(), entries_.end(), one);
        return first != entries_.end() && std::find(entries_.begin(), first, other) == first &&
               std::find(first, entries_.end(), other) != entries_.end();
    }
    void clear() {
        const std::lock_guard lock(mutex);
        entries_.clear();
    }
    /// Waits until `ready()`, which is asked under the lock; false where that never comes.
    template <typename Ready>
    [[nodiscard]] bool wait(const Ready& ready) const {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(20), ready);
    }

    mutable std::recursive_mutex mutex;
    mutable std::condition_variable_any changed;
    std::function<void(const std::string&)> on_entry = [](const std::string&) {};

  private:
    std::vector<std::string> entries_;
};

/// The rows of one database as one index sees them, in versions that grow with each snapshot.
struct fake_database {
    struct row {
        std::string json;
        std::string routing{};
        bool kept = true;      ///< false: the transform leaves it out
        std::string fault{};   ///< no document can be made of it
        bool poisons = false;  ///< it fails the query for all others
    };
    using order = std::pair<std::size_t, std::string>;  ///< keys by length, then text: as numbers

    std::map<order, row> rows;                                                   ///< by key
    std::map<std::size_t, std::map<std::string, std::set<std::string>>> owners;  ///< by route and join key
    postgres::table_storage files;
    std::uint64_t clock = 0;
    postgres::lsn durable;  ///< so far WAL must be on disk for what is read to be
    test::diary diary;

    row& operator[](const std::string& key) { return rows[{key.size(), key}]; }
    void erase(const std::string& key) { rows.erase({key.size(), key}); }
};

/// A document_source that reads a fake_database.
class fake_source {
  public:
    explicit fake_source(fake_database& of, std::string name = "") : of_(of), name_(std::move(name)) {}

    postgres::read_snapshot begin(const postgres::read_needs& needs, const std::function<bool()>& stopped) {
        const std::lock_guard lock(of_.diary.mutex);
        if (stopped()) throw error(errc::interrupted, "stopped while waiting for a commit");
        if (in_transaction_) throw std::logic_error("a transaction begins in another");
        in_transaction_ = true;
        of_.diary.note(name_ + "begin" +
                       (needs.xids.empty() ? "" : " seeing " + std::to_string(needs.xids[0])));
        of_.clock += 2;
        return {{}, of_.clock, of_.durable, {}, false};
    }
    void end() noexcept { in_transaction_ = false; }
    void roll_back() { in_transaction_ = false; }

    bool owners(std::size_t, std::size_t route, const std::vector<std::string>& join_keys, std::size_t limit,
                const std::function<void(std::string_view)>& on_owner) {
        const std::lock_guard lock(of_.diary.mutex);
        require_transaction();
        const auto all = owners_of(route, join_keys);
        std::size_t found = 0;
        for (const auto& each : all) {
            if (++found > limit) return false;
            on_owner(each);
        }
        return true;
    }
    void hold_owners(std::size_t, std::size_t route, const std::vector<std::string>& join_keys) {
        const std::lock_guard lock(of_.diary.mutex);
        require_transaction();
        of_.diary.note(name_ + "hold");
        const auto all = owners_of(route, join_keys);
        held_.assign(all.begin(), all.end());
        in_transaction_ = false;
    }
    void held_owners(std::size_t, const std::function<std::size_t()>& size,
                     const std::function<void(const std::vector<std::string>&)>& on_piece) {
        while (!held_.empty()) {
            const auto many = static_cast<std::ptrdiff_t>(std::min(size(), held_.size()));
            const std::vector<std::string> piece(held_.begin(), held_.begin() + many);
            held_.erase(held_.begin(), held_.begin() + many);
            on_piece(piece);
        }
    }

    template <typename OnDocument, typename OnFault>
    void by_keys(std::size_t, const std::vector<std::string>& keys, const OnDocument& on_document,
                 const OnFault& on_fault) {
        const std::lock_guard lock(of_.diary.mutex);
        require_transaction();
        of_.diary.note(name_ + "read " + std::to_string(keys.size()));
        for (const auto& key : keys) {
            const auto found = of_.rows.find({key.size(), key});
            if (found != of_.rows.end()) tell(key, found->second, on_document, on_fault);
        }
    }
    template <typename OnDocument, typename OnFault>
    void by_page(std::size_t, const postgres::page_bounds& page, const OnDocument& on_document,
                 const OnFault& on_fault) {
        const std::lock_guard lock(of_.diary.mutex);
        require_transaction();
        of_.diary.note(name_ + "page " + page.first + "-" + page.last);
        for (const auto& [key, row] : of_.rows) {
            if (key < order_of(page.first) || key > order_of(page.last)) continue;
            tell(key.second, row, on_document, on_fault);
        }
    }
    std::optional<postgres::page_bounds> next_page(std::size_t, std::size_t size,
                                                   const std::optional<std::string>& after,
                                                   bool /*all_rows*/ = false) {
        const std::lock_guard lock(of_.diary.mutex);
        postgres::page_bounds out;
        for (const auto& [key, row] : of_.rows) {
            if ((after && key <= order_of(*after)) || out.rows == size) continue;
            if (out.rows++ == 0) out.first = key.second;
            out.last = key.second;
        }
        return out.rows == 0 ? std::nullopt : std::optional(out);
    }
    std::vector<std::string> keys_of(std::size_t, const postgres::page_bounds& page) {
        const std::lock_guard lock(of_.diary.mutex);
        std::vector<std::string> out;
        for (const auto& [key, row] : of_.rows) {
            if (key >= order_of(page.first) && key <= order_of(page.last)) out.push_back(key.second);
        }
        return out;
    }
    void one_by_one(std::size_t, const std::vector<std::string>& keys, const std::function<void()>& begin,
                    const postgres::row_hooks& hooks) {
        const std::lock_guard lock(of_.diary.mutex);
        for (const auto& key : keys) {
            begin();
            const auto found = of_.rows.find({key.size(), key});
            if (found == of_.rows.end()) {
            } else if (found->second.poisons) {
                hooks.fault({key, key, "postgresql_22012", "division by zero", ""});
            } else {
                tell(key, found->second, hooks.document, hooks.fault);
            }
            if (hooks.done) hooks.done({key});
            end();
        }
    }

    bool is_row_fault(const postgres::sql_error& problem) const { return problem.sqlstate() == "22012"; }
    bool is_possible_key(std::size_t, const std::string& id) const {
        return !id.empty() && std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
    }
    postgres::table_storage storage(std::size_t) {
        const std::lock_guard lock(of_.diary.mutex);
        return of_.files;
    }

  private:
    static fake_database::order order_of(const std::string& key) { return {key.size(), key}; }
    void require_transaction() const {
        if (!in_transaction_) throw std::logic_error("read outside of a transaction");
    }
    std::set<std::string> owners_of(std::size_t route, const std::vector<std::string>& join_keys) {
        std::set<std::string> all;
        for (const auto& each : join_keys) {
            const auto& found = of_.owners[route][each];
            all.insert(found.begin(), found.end());
        }
        return all;
    }
    template <typename OnDocument, typename OnFault>
    static void tell(const std::string& key, const fake_database::row& row, const OnDocument& on_document,
                     const OnFault& on_fault) {
        if (row.poisons)
            throw postgres::sql_error(errc::database, "22012", "PostgreSQL: ERROR:  division by zero");
        if (!row.fault.empty())
            return on_fault(postgres::document_fault{key, key, "transform", row.fault, ""});
        on_document(postgres::read_document{key, row.routing, row.json, row.kept});
    }

    fake_database& of_;
    std::string name_;
    bool in_transaction_ = false;
    std::vector<std::string> held_;
};
static_assert(pipeline::document_source<fake_source>);

/// An index that keeps, as a cluster does, what the greatest version says.
class fake_index {
  public:
    struct copy {
        std::uint64_t version = 0;
        std::optional<std::string> json;  ///< nothing: deleted
    };
    using place = std::pair<std::string, std::string>;  ///< id and routing

    explicit fake_index(test::diary& of) : diary(of) {}

    void take(const place& to, copy what) {
        const std::lock_guard lock(diary.mutex);
        auto& now = copies_[to];
        if (what.version >= now.version) now = std::move(what);
    }
    void refuse(std::string what) {
        const std::lock_guard lock(diary.mutex);
        refused_.push_back(std::move(what));
    }

    /// The documents that are there: id, or id/routing, and JSON.
    [[nodiscard]] std::map<std::string, std::string> documents() const {
        const std::lock_guard lock(diary.mutex);
        std::map<std::string, std::string> out;
        for (const auto& [at, what] : copies_) {
            if (what.json) out[at.first + (at.second.empty() ? "" : "/" + at.second)] = *what.json;
        }
        return out;
    }
    [[nodiscard]] std::uint64_t version_of(const std::string& id, const std::string& routing = "") const {
        const std::lock_guard lock(diary.mutex);
        return copies_.at({id, routing}).version;
    }
    [[nodiscard]] std::vector<std::string> refused() const {
        const std::lock_guard lock(diary.mutex);
        return refused_;
    }

    /// What the pipeline asks of the cluster beside bulks.
    [[nodiscard]] pipeline::index_access access() {
        pipeline::index_access out;
        out.drain = [this] { diary.note("drain"); };
        out.refresh = [this](std::size_t) { diary.note("refresh"); };
        out.scan_ids = [this](std::size_t, std::size_t size,
                              const std::function<void(std::span<const elastic::stored_id>)>& on_ids) {
            diary.note("scan");
            std::vector<elastic::stored_id> all;
            {
                const std::lock_guard lock(diary.mutex);
                for (const auto& [at, what] : copies_) {
                    if (what.json)
                        all.push_back({at.first, at.second, static_cast<std::int64_t>(what.version)});
                }
            }
            for (std::size_t i = 0; i < all.size(); i += size)
                on_ids(std::span(all).subspan(i, std::min(size, all.size() - i)));
        };
        return out;
    }

    test::diary& diary;

  private:
    std::map<place, copy> copies_;
    std::vector<std::string> refused_;
};

/// A document_sink that writes to a fake_index. A job counts as acknowledged at once, or, after hold(), when
/// the test says so.
class fake_sink {
  public:
    explicit fake_sink(fake_index& to) : to_(to) {}

    void begin_job(std::function<void()> done) {
        bulk_.clear();
        done_ = std::move(done);
        open_ = true;
    }
    void end_job() {
        flush();
        open_ = false;
        {
            const std::lock_guard lock(to_.diary.mutex);
            if (held_) {
                waiting_.push_back(std::exchange(done_, {}));
                to_.diary.note("sent");
                return;
            }
        }
        std::exchange(done_, {})();
    }
    void index(std::size_t, std::string_view id, std::uint64_t version, std::string_view json,
               std::string_view routing) {
        add({std::string(id), std::string(routing)}, {version, std::string(json)});
    }
    void remove(std::size_t, std::string_view id, std::uint64_t version, std::string_view routing = {}) {
        add({std::string(id), std::string(routing)}, {version, std::nullopt});
    }
    void refuse(std::size_t, std::string_view id, std::uint64_t, const std::string& type,
                const std::string& reason, const std::string&) {
        require_job();
        to_.refuse(std::string(id) + ": " + type + ": " + reason);
    }
    void flush_if_full() {
        if (bulk_.size() >= full) flush();
    }
    void flush() {
        if (bulk_.empty()) return;
        require_job();
        rethrow_failure();
        to_.diary.note("bulk " + std::to_string(bulk_.size()));
        for (auto& [to, what] : bulk_) to_.take(to, std::move(what));
        bulk_.clear();
    }
    [[nodiscard]] std::size_t bulk_bytes() const { return 1'000'000; }
    [[nodiscard]] bool idle() const { return waiting() == 0; }
    void rethrow_failure() {
        const std::lock_guard lock(to_.diary.mutex);
        if (failure_) std::rethrow_exception(failure_);
    }

    /// A bulk has failed for good.
    void fail(error why) {
        const std::lock_guard lock(to_.diary.mutex);
        failure_ = std::make_exception_ptr(std::move(why));
    }
    /// From now on jobs that are sent wait for acknowledge().
    void hold() {
        const std::lock_guard lock(to_.diary.mutex);
        held_ = true;
    }
    [[nodiscard]] std::size_t waiting() const {
        const std::lock_guard lock(to_.diary.mutex);
        return waiting_.size();
    }
    [[nodiscard]] bool wait_for_jobs(std::size_t many) const {
        return to_.diary.wait([&] { return waiting_.size() >= many; });
    }
    /// The cluster has all of a job that was sent.
    void acknowledge(std::size_t number = 0) {
        std::function<void()> done;
        {
            const std::lock_guard lock(to_.diary.mutex);
            done = std::move(waiting_.at(number));
            waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(number));
        }
        done();
    }

  private:
    static constexpr std::size_t full = 500;

    void require_job() const {
        if (!open_) throw std::logic_error("something is written outside of a job");
    }
    void add(fake_index::place to, fake_index::copy what) {
        require_job();
        for (const auto& [there, other] : bulk_) {
            if (there == to && other.version == what.version)
                throw std::logic_error(to.first + " stands twice in a bulk with one version");
        }
        bulk_.emplace_back(std::move(to), std::move(what));
    }

    fake_index& to_;
    bool held_ = false;
    std::exception_ptr failure_;
    std::vector<std::function<void()>> waiting_;  ///< jobs that are sent and not acknowledged
    std::function<void()> done_;
    std::vector<std::pair<fake_index::place, fake_index::copy>> bulk_;
    bool open_ = false;
};
static_assert(sink::document_sink<fake_sink>);

}  // namespace pgsync::test
