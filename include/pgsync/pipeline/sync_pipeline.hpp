#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <poll.h>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/first_failure.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/base/notification.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/pipeline/aside.hpp>
#include <pgsync/pipeline/change_source.hpp>
#include <pgsync/pipeline/checkpointer.hpp>
#include <pgsync/pipeline/document_loader.hpp>
#include <pgsync/pipeline/document_source.hpp>
#include <pgsync/pipeline/fan_out_loader.hpp>
#include <pgsync/pipeline/follow.hpp>
#include <pgsync/pipeline/router.hpp>
#include <pgsync/pipeline/storage_watch.hpp>
#include <pgsync/pipeline/wal_text.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/queue/batch.hpp>
#include <pgsync/queue/change_queue.hpp>
#include <pgsync/queue/receipt.hpp>
#include <pgsync/sink/document_sink.hpp>
#include <pgsync/wal/event.hpp>

namespace pgsync::pipeline {

/// Streams one slot into the indices until asked to stop. One thread receives and routes changes, one reads
/// documents and sends them, one does so for fan-outs, and one records checkpoints. An object lives as long
/// as one connection; what is not confirmed by then is delivered again.
template <change_source Changes, queue::change_queue Queue, document_source Source, sink::document_sink Sink>
class sync_pipeline {
  public:
    using loader_type = document_loader<Source, Sink>;
    using fan_out_type = fan_out_loader<Source, Sink>;

    struct hooks {
        typename fan_out_type::connect_function connect;  ///< creates sources for fan-outs
        /// Called once, before anything is read, with the flush LSN at the start.
        std::function<void(postgres::lsn)> started = [](postgres::lsn) {};
        /// Called when something has failed, to end every wait of the sources.
        std::function<void()> abandon = [] {};
    };

    sync_pipeline(const follow_settings& setting, std::span<const postgres::index_binding> indices,
                  Changes& changes, Queue& changed, Source& documents, document_sinks<Sink> to,
                  const index_access& cluster, hooks with)
        : settings_(setting),
          cluster_(cluster),
          hooks_(std::move(with)),
          changes_(changes),
          sink_(std::move(to.prompt)),
          counts_(*settings_.counts),
          queue_(changed),
          router_(
              indices, queue_, [this](std::uint32_t oid) { return changes_.ancestors(oid); },
              [this](std::uint32_t oid, std::string_view column) { return changes_.has_column(oid, column); },
              [this] { checkpointer_.check_now(); }, changes_.texts()),
          loader_(documents, indices, *sink_, cluster, loading_settings(setting),
                  [this] { return leaving_.load(); }),
          fan_outs_(
              hooks_.connect, indices, std::move(to.fan_out), cluster, loading_settings(setting),
              [this](std::exception_ptr what) { failure_.set(std::move(what)); },
              [this] { return leaving_.load(); }),
          storage_(indices, settings_.storage),
          checkpointer_([this](postgres::lsn position) { record(position); }, settings_.check,
                        {settings_.record_every, settings_.check_every},
                        [this](std::exception_ptr what) { failure_.set(std::move(what)); }),
          probe_(counts_, [this](metrics::depths& sum) { look(sum); }) {}

    /// See follow().
    void run(int stop_fd) {
        target_ = chased_ = changes_.start();
        hooks_.started(target_);
        claim();
        log::info("following slot {} on {}", log::slot(settings_.slot), changes_.server());
        counts_.beat();
        counts_.enter(metrics::phase::following);
        std::thread loading([this] { load_all(); });
        try {
            read_until_stopped(stop_fd);
            leaving_ = true;
            queue_.close();
            finish(loading);
        } catch (...) {
            leaving_ = abandoned_ = true;
            // Interrupts threads that wait for a lock or read millions of rows.
            hooks_.abandon();
            queue_.close();
            cluster_.interrupt();
            fan_outs_.close();
            if (loading.joinable()) loading.join();
            checkpointer_.close();
            caught_up_.reset();
            cluster_.resume();
            throw;
        }
    }

  private:
    using clock_type = std::chrono::steady_clock;

    static typename loader_type::settings loading_settings(const follow_settings& from) {
        typename loader_type::settings to;
        to.page_size = from.page_size;
        return to;
    }

    // ---- the reading thread

    /// Without a status meanwhile, the server would end the connection after wal_sender_timeout.
    void claim() {
        aside claiming(cluster_.claim);
        while (!claiming.done(std::chrono::milliseconds(100))) {
            counts_.beat();
            changes_.send_status({});
        }
    }

    void read_until_stopped(int stop_fd) {
        auto next_status = clock_type::now();
        while (true) {
            counts_.beat();
            rethrow_failure();
            (void)is_settled();
            const bool waiting = settings_.once || !queue_.idle();
            const auto message = changes_.receive(std::chrono::milliseconds(waiting ? 20 : 1'000), stop_fd,
                                                  [this](const postgres::event& event) { handle(event); });
            if (message) {
                handle(*message);
                make_room(stop_fd, next_status);
            }
            if (readable(stop_fd)) {
                counts_.enter(metrics::phase::stopping);
                log::info("stopping: finishing what is in flight");
                return;
            }
            const auto now = clock_type::now();
            if (now >= next_status || reply_requested_) {
                send_status();
                look_how_far();
                next_status = now + std::chrono::milliseconds(settings_.once ? 50 : 1'000);
                if (settings_.enough && settings_.enough()) return;
            }
            if (settings_.once && confirmed_ >= target_) {
                log::info("caught up at {}", postgres::to_string(confirmed_));
                return;
            }
        }
    }

    void handle(const received& message) {
        flushed_ = std::max(flushed_, message.end);
        if (!message.keepalive) return;
        reply_requested_ = reply_requested_ || message.reply_requested;
        // A server that is shutting down requests replies, and ends only when everything it has sent is
        // confirmed.
        if (message.reply_requested) checkpointer_.soon();
        // Between transactions everything before this position has been delivered.
        if (!in_transaction_) queue_.reached(message.end);
    }

    void handle(const postgres::event& event) {
        namespace change = postgres::change;
        if (const auto* begin = std::get_if<change::begin>(&event)) {
            in_transaction_ = true;
            queue_.begin(begin->xid, begin->final_lsn, begin->commit_time_us);
        } else if (const auto* commit = std::get_if<change::commit>(&event)) {
            in_transaction_ = false;
            flushed_ = std::max(flushed_, commit->end_lsn);
            counts_.transactions.add();
            if (!changes_.reports_truncate()) queue_.check_storage();
            queue_.reached(commit->end_lsn, commit->commit_time_us);
        } else if (const auto* relation = std::get_if<change::relation>(&event)) {
            router_.relation(*relation);
        } else if (const auto* insert = std::get_if<change::insert>(&event)) {
            counts_.changes.add();
            router_.insert(*insert);
        } else if (const auto* update = std::get_if<change::update>(&event)) {
            counts_.changes.add();
            router_.update(*update);
        } else if (const auto* remove = std::get_if<change::remove>(&event)) {
            counts_.changes.add();
            router_.remove(*remove);
        } else if (const auto* truncate = std::get_if<change::truncate>(&event)) {
            counts_.changes.add();
            router_.truncate(*truncate);
        }
    }

    /// Waits while the queue is full. Reading nothing makes the server wait, but without a status it would
    /// end the connection after wal_sender_timeout.
    void make_room(int stop_fd, clock_type::time_point& next_status) {
        while (!queue_.wait_for_room(std::chrono::milliseconds(100))) {
            counts_.beat();
            rethrow_failure();
            if (readable(stop_fd)) return;
            if (clock_type::now() >= next_status) {
                send_status();
                // More often than usual: its requests for a reply are not read now.
                next_status = clock_type::now() + std::chrono::milliseconds(250);
            }
        }
    }

    void send_status() {
        written_ = queue_.confirmed(flushed_);
        counts_.written.set(static_cast<std::int64_t>(written_.value));
        if (settings_.once && written_ >= target_) checkpointer_.hurry();
        confirmed_ = std::max(confirmed_, std::min(written_, checkpointer_.want(written_)));
        // The reply shows how far WAL is on disk, needed if something waits for that.
        const bool ask = settings_.once || queue_.outstanding();
        const auto told = settings_.keep_slot ? postgres::lsn{} : confirmed_;
        // The position in the cluster is sent as "applied": pg_stat_replication shows it, and verify reads it
        // there.
        const auto applied = settings_.keep_slot ? postgres::lsn{} : std::max(written_, confirmed_);
        changes_.send_status({std::max(flushed_, confirmed_), told, applied, 0, ask});
        reply_requested_ = false;
    }

    /// Starts `caught_up` once what was the end of WAL at most five seconds ago is acknowledged.
    void look_how_far() {
        constexpr auto moment = std::chrono::seconds(5);
        if (!settings_.caught_up || written_ < chased_) return;
        const auto now = clock_type::now();
        if (now - chased_since_ <= moment) {
            caught_up_ = std::make_unique<aside>(std::exchange(settings_.caught_up, nullptr));
            return;
        }
        chased_ = changes_.flushed();
        chased_since_ = now;
    }

    /// Returns true unless `caught_up` is running. Throws what it threw.
    bool is_settled() {
        if (caught_up_ && caught_up_->done()) caught_up_.reset();
        return !caught_up_;
    }

    /// Waits until everything that was sent is acknowledged and confirmed; nothing more is read. The slot
    /// keeps the rest for the next start.
    void finish(std::thread& loading) {
        const auto deadline = clock_type::now() + settings_.stop_timeout;
        checkpointer_.hurry();
        while (true) {
            rethrow_failure();
            // Batches may have to wait until WAL is flushed a little further, see commit_tracker.
            if (loaded_all_) flushed_ = std::max(flushed_, changes_.flushed());
            send_status();
            const bool answered = is_settled() && loaded_all_ && sink_->idle() && fan_outs_.idle();
            if (answered && !queue_.outstanding() && confirmed_ >= written_) break;
            if (clock_type::now() >= deadline) {
                throw error(errc::interrupted,
                            "stopped before everything in flight was acknowledged; " +
                                std::to_string(queue_.backlog().unconfirmed) +
                                " batches will be repeated from the slot at the next start",
                            "nothing is lost; see above what the cluster or the database is waiting for");
            }
            // Not notified of: how far WAL is on disk.
            progress_->wait(std::chrono::milliseconds(20));
        }
        loading.join();
        changes_.close();
        log::info("stopped; slot {} is confirmed up to {}", log::slot(settings_.slot),
                  postgres::to_string(confirmed_));
    }

    static bool readable(int fd) {
        if (fd < 0) return false;
        pollfd each{fd, POLLIN, 0};
        return ::poll(&each, 1, 0) > 0;
    }

    /// Called on the thread that collects metrics.
    void look(metrics::depths& sum) const {
        const auto backlog = queue_.backlog();
        sum.gathered += backlog.waiting;
        sum.batches += backlog.batches;
        const auto oldest = backlog.oldest_us;
        if (oldest != 0 && (sum.oldest_us == 0 || oldest < sum.oldest_us)) sum.oldest_us = oldest;
    }

    // ---- the loading thread

    void load_all() {
        try {
            while (!abandoned_) {
                auto next = queue_.take(std::chrono::milliseconds(100), loader_.keys_at_once());
                if (!next) {
                    if (queue_.closed()) break;
                    continue;
                }
                try {
                    load(std::move(next->batch), next->receipt);
                } catch (const error& problem) {
                    if (problem.code() != errc::interrupted || abandoned_) throw;
                    next->receipt->give_up();
                }
            }
            fan_outs_.settle();
            loaded_all_ = true;
            progress_->notify();
        } catch (...) {
            failure_.set_current();
        }
    }

    void load(queue::batch todo, const std::shared_ptr<queue::receipt>& receipt) {
        sink_->begin_job([receipt, progress = progress_] {
            receipt->part_done();
            progress->notify();
        });
        const auto take = [&](fan_out&& route) {
            receipt->add_part();
            fan_outs_.take(std::move(route), receipt);
        };
        const auto loaded = loader_.load(std::move(todo), storage_, {take, [this] { fan_outs_.settle(); }});
        receipt->needs(loaded.durable);
        sink_->end_job();
        if (!loaded.changed.empty()) remember(*receipt, loaded.changed);
    }

    /// Stores what the indices reflect now, once the cluster has acknowledged everything that depends on it.
    void remember(queue::receipt& receipt, const std::vector<std::size_t>& changed) {
        using state = queue::receipt::state;
        for (auto now = state::open; now != state::done; now = receipt.wait(std::chrono::milliseconds(100))) {
            rethrow_failure();
            if (abandoned_ || now == state::given_up) return;
        }
        for (const auto index : changed) cluster_.remember(index, storage_.reflected(index));
    }

    void record(postgres::lsn position) {
        cluster_.record(position);
        progress_->notify();
    }

    void rethrow_failure() {
        sink_->rethrow_failure();
        fan_outs_.rethrow_failure();
        failure_.rethrow();
    }

    // Declared first, so destroyed last: the threads use these until they end.
    std::atomic<bool> leaving_{false};    ///< nothing new is started
    std::atomic<bool> abandoned_{false};  ///< nothing is waited for either
    std::atomic<bool> loaded_all_{false};
    first_failure failure_;
    // Shared with the completions of bulks, which may outlive this object.
    std::shared_ptr<notification> progress_ = std::make_shared<notification>();

    follow_settings settings_;
    index_access cluster_;
    hooks hooks_;
    Changes& changes_;
    std::unique_ptr<Sink> sink_;
    metrics::registry& counts_;
    Queue& queue_;
    router<Queue> router_;
    loader_type loader_;
    fan_out_type fan_outs_;
    storage_watch storage_;
    checkpointer checkpointer_;

    postgres::lsn target_;
    postgres::lsn chased_;  ///< a recent end of WAL, see look_how_far()
    clock_type::time_point chased_since_ = clock_type::now();
    std::unique_ptr<aside> caught_up_;  ///< runs `settings_.caught_up`
    postgres::lsn flushed_;
    postgres::lsn written_;    ///< everything before it is in the index
    postgres::lsn confirmed_;  ///< everything before it is recorded in the index as well
    bool in_transaction_ = false;
    bool reply_requested_ = false;
    metrics::probe probe_;
};

}  // namespace pgsync::pipeline
