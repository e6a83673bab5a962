#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/first_failure.hpp>
#include <pgsync/base/linkage.hpp>
#include <pgsync/base/notification.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/pipeline/document_fault.hpp>
#include <pgsync/pipeline/document_reader.hpp>
#include <pgsync/pipeline/load.hpp>
#include <pgsync/pipeline/page_ledger.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/pipeline/row_lookup.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/sink/elastic/batcher.hpp>
#include <pgsync/sink/elastic/bulk_fit.hpp>

namespace pgsync::pipeline {

/// Fills one index page by page, several pages at once, each in its own short transaction. Needs no common
/// snapshot: the slot is older than every page, and the stream will deliver whatever has changed since.
class initial_load {
  public:
    initial_load(const load_settings& setting, std::span<const postgres::index_binding> indices,
                 std::size_t index, postgres::version_clock& clock, const load_hooks& hooks)
        : settings_(setting),
          indices_(indices),
          index_(index),
          begin_(postgres::begin_reading(indices.subspan(index, 1))),
          clock_(clock),
          hooks_(hooks),
          primary_(settings_.database, abandon_.fd()),
          bounds_session_(settings_.database, abandon_.fd()),
          bounds_(bounds_session_, indices) {
        for (std::size_t i = 0; i < settings_.workers; ++i) batchers_.push_back(hooks_.make_batcher());
        page_ = std::make_unique<elastic::bulk_fit>(batchers_.front()->bulk_bytes(), first_page,
                                                    settings_.page_size);
    }

    /// See load().
    std::uint64_t run(std::optional<std::string> resume_after) {
        after_ = std::move(resume_after);
        active_ = settings_.workers;
        std::vector<std::thread> workers;
        for (auto& batcher : batchers_) workers.emplace_back([this, &batcher] { work(*batcher); });
        std::exception_ptr failure;
        try {
            watch();
        } catch (...) {
            failure = std::current_exception();
            stop_ = true;
            hooks_.interrupt();
            abandon_.request();
        }
        for (auto& worker : workers) worker.join();
        if (failure) std::rethrow_exception(failure);
        if (stop_)
            throw error(errc::interrupted, "stopped during the initial load",
                        "run bootstrap again: it resumes");
        return documents_;
    }

  private:
    using clock_type = std::chrono::steady_clock;

    struct page_job {
        std::uint64_t number = 0;
        std::uint64_t documents = 0;
        std::uint64_t rows = 0;
        postgres::lsn durable;
    };

    /// Waits until every page is acknowledged and on disk; records progress meanwhile, and throws what a
    /// worker or a bulk failed with.
    void watch() {
        auto next_record = clock_type::now() + settings_.record_every;
        std::optional<clock_type::time_point> patience;
        while (true) {
            const bool last_look = active_ == 0;
            failure_.rethrow();
            for (auto& batcher : batchers_) batcher->rethrow_failure();
            if (clock_type::now() >= next_record || last_look) {
                // A key that is not UTF-8 cannot be recorded; a later one will be.
                const auto key = ledger_.advance(postgres::flushed_position(primary_));
                if (key && is_utf8(*key)) hooks_.record(*key);
                next_record = clock_type::now() + settings_.record_every;
            }
            if (last_look && ledger_.empty()) return;
            if (!stop_ && hooks_.stopped()) {
                // Pages in flight may still finish, but not without limit.
                stop_ = true;
                patience = clock_type::now() + std::chrono::seconds(10);
            }
            if (patience && clock_type::now() >= *patience) {
                hooks_.interrupt();
                abandon_.request();
            }
            // Others, such as a stop or the position of WAL on disk, are looked at ten times a second.
            changed_.wait(std::chrono::milliseconds(100));
        }
    }

    /// Returns the next page in key order, and its number in the ledger. One lock keeps the ledger in the
    /// same order.
    std::optional<std::pair<postgres::page_bounds, std::uint64_t>> next_page() {
        const std::lock_guard lock(bounds_mutex_);
        if (exhausted_ || stop_) return std::nullopt;
        auto page = next_bounds();
        if (!page) {
            exhausted_ = true;
            return std::nullopt;
        }
        after_ = page->last;
        const auto number = ledger_.open(page->last);
        return std::pair{std::move(*page), number};
    }

    std::optional<postgres::page_bounds> next_bounds() {
        try {
            return bounds_.next_page(index_, page_->documents(), after_);
        } catch (const postgres::sql_error& problem) {
            if (!bounds_session_.usable() || !postgres::is_row_fault(problem)) throw;
            return bounds_.next_page(index_, page_->documents(), after_, true);
        }
    }

    void work(elastic::batcher& batcher) {
        try {
            postgres::session connection(settings_.read_from, abandon_.fd());
            postgres::document_reader reader(connection, indices_);
            postgres::row_lookup rows(connection, reader, indices_, index_);
            while (const auto page = next_page())
                load_page(connection, rows, batcher, page->first, page->second);
        } catch (...) {
            failure_.set_current();
        }
        --active_;
        changed_.notify();
    }

    void load_page(postgres::session& connection, postgres::row_lookup& rows, elastic::batcher& batcher,
                   const postgres::page_bounds& page, std::uint64_t number) {
        const auto job = std::make_shared<page_job>();
        job->number = number;
        batcher.begin_job([this, job] {
            ledger_.done(job->number, job->durable);
            documents_ += job->documents;
            hooks_.progress(job->rows);
            changed_.notify();
        });
        std::uint64_t version = 0;
        const auto begin = [&] {
            const auto snapshot = clock_.begin(connection, begin_, {}, [this] { return stop_.load(); });
            job->durable = std::max(job->durable, snapshot.durable);
            version = snapshot.version;
        };
        std::size_t bytes = 0;
        const auto take = [&](const postgres::read_document& document) {
            ++job->rows;
            // If the transform leaves it out because of a change since the load began, that change deletes
            // it.
            if (!document.kept) return;
            batcher.index(index_, document.id, version, document.json, document.routing);
            ++job->documents;
            bytes += document.json.size();
        };
        const auto refuse = [&](const postgres::document_fault& fault) {
            ++job->rows;
            batcher.refuse(index_, fault.id, version, fault.type, fault.reason, fault.document);
        };
        begin();
        try {
            rows.reader().by_page(index_, page, take, refuse);
            connection.exec("COMMIT");
        } catch (const postgres::sql_error& problem) {
            if (!connection.usable() || !postgres::is_row_fault(problem)) throw;
            connection.exec("ROLLBACK");
            batcher.flush();  // it may hold part of the page, and no bulk may hold a document twice
            job->rows = job->documents = 0;
            std::unordered_set<std::string> seen;
            postgres::row_hooks on;
            on.document = [&](const postgres::read_document& document) {
                if (seen.emplace(document.id).second) take(document);
            };
            on.fault = [&](const postgres::document_fault& fault) {
                if (seen.insert(fault.key).second) refuse(fault);
            };
            load_apart(rows, rows.reader().keys_of(index_, page), begin, on);
        }
        page_->learn(job->documents, bytes);
        batcher.end_job();
    }

    /// Loads a page not all of whose documents the server can compute.
    template <typename Begin>
    void load_apart(postgres::row_lookup& rows, const std::vector<std::string>& keys, const Begin& begin,
                    const postgres::row_hooks& on) {
        for (std::size_t at = 0; at < keys.size(); at += apart_at_once) {
            if (stop_) throw error(errc::interrupted, "stopped during the initial load");
            const auto first = keys.begin() + static_cast<std::ptrdiff_t>(at);
            const auto size = std::min(apart_at_once, keys.size() - at);
            rows.documents({first, first + static_cast<std::ptrdiff_t>(size)}, begin, on);
        }
    }

    static constexpr std::size_t first_page = 200;
    static constexpr std::size_t apart_at_once = 500;

    load_settings settings_;
    std::span<const postgres::index_binding> indices_;
    std::size_t index_;
    postgres::read_start begin_;  ///< SQL that begins a transaction in which a page is read
    postgres::version_clock& clock_;
    load_hooks hooks_;

    stop_request abandon_;  ///< ends every wait for the database
    /// For the watching thread, because the session that finds the next page may be waiting for a lock.
    postgres::session primary_;
    std::unique_ptr<elastic::bulk_fit> page_;  ///< number of root rows of the next page
    std::mutex bounds_mutex_;
    postgres::session bounds_session_;
    postgres::document_reader bounds_;
    std::optional<std::string> after_;
    bool exhausted_ = false;

    page_ledger ledger_;
    std::atomic<std::uint64_t> documents_{0};
    std::atomic<std::size_t> active_{0};
    std::atomic<bool> stop_{false};
    first_failure failure_;
    notification changed_;  ///< a page is acknowledged, or a worker has ended
    // One for each worker. Declared last, so destroyed first: completions of bulks still in flight are then
    // no longer called, and cannot use the members above.
    std::vector<std::unique_ptr<elastic::batcher>> batchers_;
};

PGSYNC_LINKAGE std::uint64_t load(const load_settings& setting,
                                  std::span<const postgres::index_binding> indices, std::size_t index,
                                  postgres::version_clock& clock, std::optional<std::string> resume_after,
                                  const load_hooks& hooks) {
    return initial_load(setting, indices, index, clock, hooks).run(std::move(resume_after));
}

}  // namespace pgsync::pipeline
