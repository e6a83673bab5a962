#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <pgsync/elastic/batcher.hpp>
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>
#include <pgsync/postgres/binding.hpp>
#include <pgsync/postgres/document_reader.hpp>
#include <pgsync/postgres/read_transaction.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/snapshot/page_ledger.hpp>

namespace pgsync::snapshot {

/// Fills one index page by page, several pages at once, each in a short transaction of its own. Needs no common
/// snapshot: the slot is older than every page, and whatever changed since will be read again from the stream.
class initial_load {
  public:
    struct settings {
        std::string database;  ///< conninfo
        std::size_t page_size = 5'000;
        std::size_t workers = 2;
        std::chrono::milliseconds record_every{1'000};
    };
    /// Makes a batcher of its own for each worker.
    using make_batcher = std::function<std::unique_ptr<elastic::batcher>()>;

    initial_load(settings setting, std::span<const postgres::index_binding> indices, std::size_t index,
                 postgres::version_clock& clock, make_batcher batchers)
        : settings_(std::move(setting)),
          indices_(indices),
          index_(index),
          clock_(clock),
          batchers_(std::move(batchers)),
          bounds_session_(settings_.database),
          bounds_(bounds_session_, indices) {}

    /// Loads every page after the key `resume_after`. `record(key)` is called now and then with a key up to which
    /// nothing needs to be loaded again, `progress(documents)` for each acknowledged page, `stopped()` is asked
    /// between pages. Returns the number of documents; throws errc::interrupted when stopped.
    std::uint64_t run(std::optional<std::string> resume_after, const std::function<void(const std::string&)>& record,
                      const std::function<void(std::uint64_t)>& progress, const std::function<bool()>& stopped) {
        after_ = std::move(resume_after);
        progress_ = progress;
        std::vector<std::thread> workers;
        for (std::size_t i = 0; i < settings_.workers; ++i) workers.emplace_back([this] { work(); });
        std::exception_ptr recording_failed;
        try {
            while (running_ < settings_.workers ? true : active_ > 0) {
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
                if (stopped() && !stop_) {
                    stop_ = true;
                    interrupt_workers();
                }
                if (clock_type::now() >= next_record_) record_progress(record);
            }
        } catch (...) {
            recording_failed = std::current_exception();
            stop_ = true;
            interrupt_workers();
        }
        for (auto& worker : workers) worker.join();
        if (failure_) std::rethrow_exception(failure_);
        if (recording_failed) std::rethrow_exception(recording_failed);
        record_progress(record);
        if (stop_) throw error(errc::interrupted, "stopped during the initial load", "run bootstrap again: it resumes");
        return documents_;
    }

  private:
    using clock_type = std::chrono::steady_clock;

    struct page_job {
        std::uint64_t number = 0;
        std::uint64_t documents = 0;
        postgres::lsn durable;
    };

    /// The next page, in key order; also announces it to the ledger, so that both see the same order.
    std::optional<std::pair<postgres::page_bounds, std::uint64_t>> next_page() {
        const std::lock_guard lock(bounds_mutex_);
        if (exhausted_ || stop_) return std::nullopt;
        auto page = bounds_.next_page(index_, settings_.page_size, after_);
        if (!page) {
            exhausted_ = true;
            return std::nullopt;
        }
        after_ = page->last;
        const auto number = ledger_.open(page->last);
        return std::pair{std::move(*page), number};
    }

    void work() {
        ++active_;
        ++running_;
        std::unique_ptr<elastic::batcher> batcher;
        try {
            postgres::session connection(settings_.database);
            postgres::document_reader reader(connection, indices_);
            batcher = batchers_();
            {
                const std::lock_guard lock(workers_mutex_);
                worker_batchers_.push_back(batcher.get());
            }
            while (auto page = next_page()) {
                load_page(connection, reader, *batcher, page->first, page->second);
                batcher->rethrow_failure();
            }
            batcher->wait();
        } catch (...) {
            const std::lock_guard lock(workers_mutex_);
            if (!failure_ && !stop_) failure_ = std::current_exception();
            stop_ = true;
            for (auto* each : worker_batchers_) each->interrupt();
        }
        {
            const std::lock_guard lock(workers_mutex_);
            std::erase(worker_batchers_, batcher.get());
        }
        --active_;
    }

    void load_page(postgres::session& connection, postgres::document_reader& reader, elastic::batcher& batcher,
                   const postgres::page_bounds& page, std::uint64_t number) {
        const auto job = std::make_shared<page_job>();
        job->number = number;
        batcher.begin_job([this, job] {
            ledger_.done(job->number, job->durable);
            documents_ += job->documents;
            progress_(job->documents);
        });
        const auto snapshot = clock_.begin(connection);
        job->durable = snapshot.durable;
        reader.by_page(index_, page, [&](std::string_view id, std::string_view document) {
            batcher.index(index_, id, snapshot.version, document);
            ++job->documents;
        });
        connection.exec("COMMIT");
        batcher.flush();
        batcher.end_job();
    }

    void record_progress(const std::function<void(const std::string&)>& record) {
        next_record_ = clock_type::now() + settings_.record_every;
        if (ledger_.empty()) return;
        postgres::lsn flushed;
        {
            const std::lock_guard lock(bounds_mutex_);
            const auto found = bounds_session_.exec(
                "SELECT " + std::string(postgres::flush_lsn_sql(bounds_session_.server_version())) + "::text");
            flushed = postgres::lsn::parse(found.get(0, 0)).value_or(postgres::lsn{});
        }
        if (const auto key = ledger_.advance(flushed)) record(*key);
    }

    void interrupt_workers() {
        const std::lock_guard lock(workers_mutex_);
        for (auto* each : worker_batchers_) each->interrupt();
    }

    settings settings_;
    std::span<const postgres::index_binding> indices_;
    std::size_t index_;
    postgres::version_clock& clock_;
    make_batcher batchers_;
    std::function<void(std::uint64_t)> progress_;

    std::mutex bounds_mutex_;
    postgres::session bounds_session_;
    postgres::document_reader bounds_;
    std::optional<std::string> after_;
    bool exhausted_ = false;

    page_ledger ledger_;
    std::atomic<std::uint64_t> documents_{0};
    std::atomic<std::size_t> active_{0};
    std::atomic<std::size_t> running_{0};
    std::atomic<bool> stop_{false};
    std::mutex workers_mutex_;
    std::vector<elastic::batcher*> worker_batchers_;
    std::exception_ptr failure_;
    clock_type::time_point next_record_ = clock_type::now() + std::chrono::milliseconds(500);
};

}  // namespace pgsync::snapshot
