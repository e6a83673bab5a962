#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <pgsync/base/finding.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/base/options.hpp>
#include <pgsync/base/quiet_thread.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/commands/contact.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/commands/diagnosis/conditions.hpp>
#include <pgsync/commands/diagnosis/look.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/observe/http_server.hpp>
#include <pgsync/observe/metrics_text.hpp>
#include <pgsync/observe/readiness.hpp>
#include <pgsync/observe/status_page.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/sink/elastic/curl_transport.hpp>
#include <pgsync/sink/elastic/transport.hpp>
#include <pgsync/store/cluster.hpp>

namespace pgsync::app {

namespace detail {

/// Calls a function every few seconds, on its own thread.
class repeated {
  public:
    explicit repeated(std::function<void()> what, std::chrono::seconds every = std::chrono::seconds(2))
        : what_(std::move(what)), every_(every), thread_(quiet_thread([this] { run(); })) {}
    ~repeated() {
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
            changed_.notify_all();
        }
        thread_.join();
    }
    repeated(const repeated&) = delete;
    repeated& operator=(const repeated&) = delete;

  private:
    void run() {
        std::unique_lock lock(mutex_);
        while (!closing_) {
            lock.unlock();
            what_();
            lock.lock();
            changed_.wait_for(lock, every_, [&] { return closing_; });
        }
    }

    std::function<void()> what_;
    std::chrono::seconds every_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace detail

/// Monitors a running program: serves `/metrics`, `/health`, `/ready` and a status page, and polls both
/// servers over connections of its own, so that an outage is noticed even while there is nothing to
/// replicate.
class monitor {
  public:
    /// Throws errc::configuration if the server cannot listen at the address.
    monitor(const options& setting, std::span<const compiled_index> indices)
        : setting_(with_defaults(setting, indices)),
          indices_(indices),
          counts_(setting.counts),
          server_(setting_.metrics, [this](std::string_view path) { return answer(path); }),
          database_([this] { look_for_database(); }),
          cluster_([this] { look_for_cluster(); }),
          conditions_([this] { look_at_everything(); }, std::chrono::seconds(10)) {
        log::info("metrics and a status page at http://{}/", server_.address());
    }

    ~monitor() {
        ending_.request();
        leaving_.request_stop();
    }
    monitor(const monitor&) = delete;
    monitor& operator=(const monitor&) = delete;

  private:
    [[nodiscard]] page answer(std::string_view path) const {
        if (path == "/metrics")
            return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(*counts_)};
        if (path == "/health") {
            if (is_healthy(*counts_)) return {200, "text/plain", "alive\n"};
            return {503, "text/plain",
                    counts_->at() == metrics::phase::failed ? "failed\n" : "the WAL reader is stuck\n"};
        }
        if (path == "/ready") {
            return {readiness_of(*counts_).ready ? 200U : 503U, "text/plain; charset=utf-8",
                    readiness_text(*counts_)};
        }
        if (path == "/") return {200, "text/html; charset=utf-8", std::string(status_page)};
        return {404, "text/plain", "there are /, /metrics, /health and /ready\n"};
    }

    void look_for_database() {
        try {
            if (!session_) session_.emplace(setting_.database, ending_.fd());
            counts_->log_end.set(static_cast<std::int64_t>(postgres::flushed_position(*session_).value));
            const auto slot = postgres::read_slot(*session_, counts_->slot());
            // An invalidated slot has no position and retains no WAL.
            const auto position = [&](postgres::lsn postgres::slot_facts::*which) {
                return slot && ((*slot).*which).value != 0 ? static_cast<std::int64_t>(((*slot).*which).value)
                                                           : -1;
            };
            counts_->slot_confirmed.set(position(&postgres::slot_facts::confirmed));
            counts_->slot_restart.set(position(&postgres::slot_facts::restart));
            seen_ = std::chrono::steady_clock::now();
            counts_->database_up.set(1);
        } catch (const std::exception& problem) {
            log::debug("looking for the database: {}", problem.what());
            session_.reset();
            counts_->database_up.set(0);
        }
    }

    void look_for_cluster() {
        try {
            if (!transport_) {
                transport_ =
                    std::make_unique<cluster::transport_type>(nodes_of(setting_, elastic::encoding::plain));
            }
            bool up = false;
            for (std::size_t i = 0; i < transport_->size() && !up; ++i) {  // a failure selects the next
                elastic::request what;
                what.path = "/";
                what.timeout = std::chrono::seconds(5);
                what.stop = leaving_.get_token();
                // Some builds have nothing at that path; a server that refuses the request is up all the
                // same.
                const auto status = elastic::perform(*transport_, std::move(what)).status;
                up = status > 0 && status < 500;
            }
            counts_->cluster_up.set(up ? 1 : 0);
        } catch (const std::exception& problem) {
            log::debug("looking for the cluster: {}", problem.what());
            counts_->cluster_up.set(0);
        }
        // A database that accepts a query and never answers would otherwise count as up for a minute or more.
        if (std::chrono::steady_clock::now() - seen_.load() > std::chrono::seconds(10))
            counts_->database_up.set(0);
    }

    /// Evaluates all conditions, as the status command does. Outages are noticed by the other two threads,
    /// and sooner.
    void look_at_everything() {
        if (counts_->database_up.value() == 0 || counts_->cluster_up.value() == 0) return with_.reset();
        try {
            if (!with_) with_.emplace(setting_, indices_, ending_.fd());
            const auto found = conditions_of(*with_, look(*with_, &known_));
            counts_->set_conditions(metrics::registry::observer::monitor, summaries_of(found));
            if (with_->no_database() || with_->no_cluster()) with_.reset();
        } catch (const std::exception& problem) {
            log::debug("looking at everything: {}", problem.what());
            with_.reset();
        }
    }

    stop_request ending_;       ///< ends waiting for a database that does not answer
    std::stop_source leaving_;  ///< ends waiting for a cluster that does not answer
    options setting_;
    std::span<const compiled_index> indices_;
    std::shared_ptr<metrics::registry> counts_;
    std::optional<postgres::session> session_;
    /// When the database last answered.
    std::atomic<std::chrono::steady_clock::time_point> seen_{std::chrono::steady_clock::now()};
    std::unique_ptr<cluster::transport_type> transport_;
    std::optional<contact> with_;  ///< only used by the `conditions_` thread, as is `known_`
    known_tables known_;
    http_server server_;
    detail::repeated database_;
    detail::repeated cluster_;
    detail::repeated conditions_;
};

}  // namespace pgsync::app
