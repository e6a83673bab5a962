#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
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
    std::deque<std::string> diary;
    std::function<void(const std::string&)> on_entry = [](const std::string&) {};

    row& operator[](const std::string& key) { return rows[{key.size(), key}]; }
    void erase(const std::string& key) { rows.erase({key.size(), key}); }
    void note(std::string what) {
        diary.push_back(what);
        on_entry(what);
    }
};

/// A document_source that reads a fake_database.
class fake_source {
  public:
    explicit fake_source(fake_database& of, std::string name = "") : of_(of), name_(std::move(name)) {}

    postgres::read_snapshot begin(const postgres::read_needs& needs, const std::function<bool()>& stopped) {
        if (stopped()) throw error(errc::interrupted, "stopped while waiting for a commit");
        if (in_transaction_) throw std::logic_error("a transaction begins in another");
        in_transaction_ = true;
        of_.note(name_ + "begin" + (needs.xids.empty() ? "" : " seeing " + std::to_string(needs.xids[0])));
        of_.clock += 2;
        return {{}, of_.clock, {of_.clock * 10}, {}, false};
    }
    void end() noexcept { in_transaction_ = false; }
    void roll_back() { in_transaction_ = false; }

    bool owners(std::size_t, std::size_t route, const std::vector<std::string>& join_keys, std::size_t limit,
                const std::function<void(std::string_view)>& on_owner) {
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
        require_transaction();
        of_.note(name_ + "hold");
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
        require_transaction();
        of_.note(name_ + "read " + std::to_string(keys.size()));
        for (const auto& key : keys) {
            const auto found = of_.rows.find({key.size(), key});
            if (found != of_.rows.end()) tell(key, found->second, on_document, on_fault);
        }
    }
    template <typename OnDocument, typename OnFault>
    void by_page(std::size_t, const postgres::page_bounds& page, const OnDocument& on_document,
                 const OnFault& on_fault) {
        require_transaction();
        of_.note(name_ + "page " + page.first + "-" + page.last);
        for (const auto& [key, row] : of_.rows) {
            if (key < order_of(page.first) || key > order_of(page.last)) continue;
            tell(key.second, row, on_document, on_fault);
        }
    }
    std::optional<postgres::page_bounds> next_page(std::size_t, std::size_t size,
                                                   const std::optional<std::string>& after,
                                                   bool /*all_rows*/ = false) {
        postgres::page_bounds out;
        for (const auto& [key, row] : of_.rows) {
            if ((after && key <= order_of(*after)) || out.rows == size) continue;
            if (out.rows++ == 0) out.first = key.second;
            out.last = key.second;
        }
        return out.rows == 0 ? std::nullopt : std::optional(out);
    }
    std::vector<std::string> keys_of(std::size_t, const postgres::page_bounds& page) {
        std::vector<std::string> out;
        for (const auto& [key, row] : of_.rows) {
            if (key >= order_of(page.first) && key <= order_of(page.last)) out.push_back(key.second);
        }
        return out;
    }
    void one_by_one(std::size_t, const std::vector<std::string>& keys, const std::function<void()>& begin,
                    const postgres::row_hooks& hooks) {
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
    postgres::table_storage storage(std::size_t) { return of_.files; }

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

/// A document_sink that keeps, as a cluster does, what the greatest version says. A bulk counts as
/// acknowledged at once, or where it is `slow` when the test says so.
class fake_sink {
  public:
    struct copy {
        std::uint64_t version = 0;
        std::optional<std::string> json;  ///< nothing: deleted
    };
    using place = std::pair<std::string, std::string>;  ///< id and routing

    explicit fake_sink(std::deque<std::string>& diary) : diary_(diary) {}

    void begin_job(std::function<void()> done) {
        bulk_.clear();
        done_ = std::move(done);
        open_ = true;
    }
    void end_job() {
        flush();
        open_ = false;
        if (slow) {
            waiting.push_back(std::exchange(done_, {}));
        } else {
            std::exchange(done_, {})();
        }
    }
    void index(std::size_t, std::string_view id, std::uint64_t version, std::string_view json,
               std::string_view routing) {
        add({std::string(id), std::string(routing)}, {version, std::string(json)});
    }
    void remove(std::size_t, std::string_view id, std::uint64_t version, std::string_view routing = {}) {
        add({std::string(id), std::string(routing)}, {version, std::nullopt});
    }
    void refuse(std::size_t, std::string_view id, std::uint64_t, std::string type, const std::string& reason,
                const std::string&) {
        require_job();
        refused.push_back(std::string(id) + ": " + type + ": " + reason);
    }
    void flush_if_full() {
        if (bulk_.size() >= full) flush();
    }
    void flush() {
        if (bulk_.empty()) return;
        require_job();
        if (failure) std::rethrow_exception(failure);
        diary_.push_back("bulk " + std::to_string(bulk_.size()));
        for (auto& [to, what] : bulk_) {
            auto& now = copies[to];
            if (what.version >= now.version) now = std::move(what);
        }
        bulk_.clear();
    }
    [[nodiscard]] std::size_t bulk_bytes() const { return 1'000'000; }
    [[nodiscard]] bool idle() const { return waiting.empty(); }
    void rethrow_failure() {
        if (failure) std::rethrow_exception(failure);
    }

    /// The documents that are there: id, or id/routing, and JSON.
    [[nodiscard]] std::map<std::string, std::string> documents() const {
        std::map<std::string, std::string> out;
        for (const auto& [at, what] : copies) {
            if (what.json) out[at.first + (at.second.empty() ? "" : "/" + at.second)] = *what.json;
        }
        return out;
    }
    [[nodiscard]] std::uint64_t version_of(const std::string& id, const std::string& routing = "") const {
        return copies.at({id, routing}).version;
    }

    /// What the pipeline asks of the cluster beside bulks.
    [[nodiscard]] pipeline::index_access access() {
        pipeline::index_access out;
        out.drain = [this] { diary_.emplace_back("drain"); };
        out.refresh = [this](std::size_t) { diary_.emplace_back("refresh"); };
        out.scan_ids = [this](std::size_t, std::size_t size,
                              const std::function<void(std::span<const elastic::stored_id>)>& on_ids) {
            diary_.emplace_back("scan");
            std::vector<elastic::stored_id> all;
            for (const auto& [at, what] : copies) {
                if (what.json) all.push_back({at.first, at.second, static_cast<std::int64_t>(what.version)});
            }
            for (std::size_t i = 0; i < all.size(); i += size)
                on_ids(std::span(all).subspan(i, std::min(size, all.size() - i)));
        };
        return out;
    }

    std::map<place, copy> copies;
    std::vector<std::string> refused;
    std::exception_ptr failure;  ///< of a bulk, from now on
    bool slow = false;
    std::vector<std::function<void()>> waiting;  ///< jobs that are sent and not acknowledged
    std::size_t full = std::numeric_limits<std::size_t>::max();

  private:
    void require_job() const {
        if (!open_) throw std::logic_error("something is written outside of a job");
    }
    void add(place to, copy what) {
        require_job();
        for (const auto& [there, other] : bulk_) {
            if (there == to && other.version == what.version)
                throw std::logic_error(to.first + " stands twice in a bulk with one version");
        }
        bulk_.emplace_back(std::move(to), std::move(what));
    }

    std::deque<std::string>& diary_;
    std::function<void()> done_;
    std::vector<std::pair<place, copy>> bulk_;
    bool open_ = false;
};
static_assert(sink::document_sink<fake_sink>);

}  // namespace pgsync::test
