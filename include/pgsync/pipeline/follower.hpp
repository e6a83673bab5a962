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
#include <pgsync/base/linkage.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/base/stop_deadline.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/find_followed.hpp>
#include <pgsync/catalog/partitions.hpp>
#include <pgsync/pipeline/acknowledger.hpp>
#include <pgsync/pipeline/aside.hpp>
#include <pgsync/pipeline/document_loader.hpp>
#include <pgsync/pipeline/follow.hpp>
#include <pgsync/pipeline/gatherer.hpp>
#include <pgsync/pipeline/log_text.hpp>
#include <pgsync/pipeline/position_recorder.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/pipeline/router.hpp>
#include <pgsync/pipeline/storage_watch.hpp>
#include <pgsync/pipeline/wide_loader.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/version.hpp>
#include <pgsync/sink/elastic/batcher.hpp>
#include <pgsync/wal/decoder.hpp>
#include <pgsync/wal/replication.hpp>

namespace pgsync::pipeline {

/// Follows one slot into the indices until asked to stop: one thread reads and routes, one reads documents
/// and sends them, and one does so where a change concerns very many. One object is one connection's life;
/// what was not confirmed when it ends is simply read again.
class follower {
  public:
    follower(const follow_settings& setting, std::span<const postgres::index_binding> indices,
             postgres::version_clock& clock, follow_batchers batchers, const index_access& cluster,
             int stop_fd)
        : settings_(setting),
          indices_(indices),
          cluster_(cluster),
          batcher_(std::move(batchers.prompt)),
          overdue_(stop_fd, settings_.stop_timeout + std::chrono::seconds(2), abandon_),
          primary_(settings_.database, abandon_.fd()),
          documents_(settings_.read_from, abandon_.fd()),
          counts_(*settings_.counts),
          acknowledger_(std::make_shared<acknowledger>(counts_)),
          gatherer_(route_counts(indices), {}, *acknowledger_),
          router_(
              indices, gatherer_,
              [this](std::uint32_t oid) { return postgres::read_ancestors(catalog(), oid); },
              [this](std::uint32_t oid, std::string_view column) {
                  return postgres::has_column(catalog(), oid, column);
              },
              [this] { recorder_.check_now(); }, texts()),
          source_(documents_, indices, clock),
          loader_(source_, indices, *batcher_, cluster, loading_settings(setting),
                  [this] { return leaving_.load(); }),
          wide_(
              settings_.read_from, abandon_.fd(), indices, clock, std::move(batchers.wide), cluster,
              loading_settings(setting), [this](std::exception_ptr what) { failure_.set(std::move(what)); },
              [this] { return leaving_.load(); }),
          storage_(indices, settings_.storage),
          clock_(clock),
          stream_(settings_.database, abandon_.fd()),
          decoder_(stream_.server_version(),
                   [this, texts = texts()](std::string_view schema, std::string_view name) mutable {
                       const std::string in(texts.value(schema).value_or(schema));
                       return postgres::find_followed(catalog(), indices_, in,
                                                      texts.value(name).value_or(name));
                   }),
          recorder_(cluster.record, settings_.check, {settings_.record_every, settings_.check_every},
                    [this](std::exception_ptr what) { failure_.set(std::move(what)); }),
          probe_(counts_, [this](metrics::depths& sum) { look(sum); }) {}

    /// See follow().
    void run(int stop_fd) {
        check_server();
        postgres::advance_log(primary_);
        target_ = chased_ = postgres::flushed_position(primary_);
        if (settings_.read_from != settings_.database) clock_.read_from_standby(target_);
        stream_.follow(settings_.slot, settings_.publication);
        claim();
        log::info("following slot {} on {}", log::slot(settings_.slot), stream_.server());
        counts_.beat();
        counts_.enter(metrics::phase::following);
        std::thread loading([this] { load_all(); });
        try {
            read_until_stopped(stop_fd);
            leaving_ = true;
            gatherer_.close();
            finish(loading);
        } catch (...) {
            leaving_ = abandoned_ = true;
            // Threads that wait for somebody's lock, or read millions of rows, are interrupted.
            abandon_.make();
            gatherer_.close();
            cluster_.interrupt();
            wide_.close();
            if (loading.joinable()) loading.join();
            recorder_.close();
            caught_up_.reset();
            cluster_.resume();
            throw;
        }
    }

  private:
    using clock_type = std::chrono::steady_clock;

    static loader::settings loading_settings(const follow_settings& from) {
        loader::settings to;
        to.page_size = from.page_size;
        return to;
    }
    static std::vector<std::size_t> route_counts(std::span<const postgres::index_binding> indices) {
        std::vector<std::size_t> counts;
        for (const auto& each : indices) counts.push_back(each.routes.size());
        return counts;
    }

    // ---- the reading thread

    /// What was checked must be the server that is followed: behind one name there may be several.
    void check_server() {
        const auto now = stream_.identify();
        if (now.system == settings_.identity.system && now.timeline == settings_.identity.timeline) return;
        throw error(errc::connection, stream_.server() + " is not the server it was a moment ago");
    }

    /// Every server behind the name has the database in one encoding.
    log_text texts() {
        return log_text::of(std::string(primary_.server_encoding()),
                            [this]() -> postgres::session& { return catalog(); });
    }

    postgres::session& catalog() {
        if (!catalog_) catalog_ = std::make_unique<postgres::session>(settings_.database, abandon_.fd());
        return *catalog_;
    }

    /// The server must hear from us meanwhile, or it takes us for dead after wal_sender_timeout.
    void claim() {
        aside claiming(cluster_.claim);
        while (!claiming.done(std::chrono::milliseconds(100))) {
            counts_.beat();
            stream_.send_status(postgres::lsn{});
        }
    }

    void read_until_stopped(int stop_fd) {
        auto next_status = clock_type::now();
        while (true) {
            counts_.beat();
            rethrow_failure();
            (void)is_settled();
            const bool waiting = settings_.once || !gatherer_.idle();
            const auto frame = stream_.receive(std::chrono::milliseconds(waiting ? 20 : 1'000), stop_fd);
            if (frame) {
                handle(*frame);
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

    void handle(const postgres::frame& frame) {
        if (const auto* alive = std::get_if<postgres::keepalive>(&frame)) {
            flushed_ = std::max(flushed_, alive->wal_end);
            reply_requested_ = reply_requested_ || alive->reply_requested;
            // A server that is shut down asks, and ends only when everything it has sent is confirmed.
            if (alive->reply_requested) recorder_.soon();
            // Between transactions everything before this position has been delivered.
            if (!in_transaction_) gatherer_.reached(alive->wal_end);
            return;
        }
        const auto& data = std::get<postgres::xlog_data>(frame);
        flushed_ = std::max(flushed_, data.end);
        decoder_.decode(data, [this](const postgres::event& event) { handle(event); });
    }

    void handle(const postgres::event& event) {
        namespace change = postgres::change;
        if (const auto* begin = std::get_if<change::begin>(&event)) {
            in_transaction_ = true;
            gatherer_.begin(begin->xid, begin->final_lsn, begin->commit_time_us);
        } else if (const auto* commit = std::get_if<change::commit>(&event)) {
            in_transaction_ = false;
            flushed_ = std::max(flushed_, commit->end_lsn);
            counts_.transactions.add();
            if (!postgres::has_truncate(stream_.server_version())) gatherer_.look_at_storage();
            gatherer_.reached(commit->end_lsn, commit->commit_time_us);
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

    /// While too much has gathered nothing more is read, which makes the server wait; but it must hear from
    /// us, or it takes us for dead after wal_sender_timeout.
    void make_room(int stop_fd, clock_type::time_point& next_status) {
        while (!gatherer_.wait_for_room(std::chrono::milliseconds(100))) {
            counts_.beat();
            rethrow_failure();
            if (readable(stop_fd)) return;
            if (clock_type::now() >= next_status) {
                send_status();
                // It cannot ask for it: what it sends is not read.
                next_status = clock_type::now() + std::chrono::milliseconds(250);
            }
        }
    }

    void send_status() {
        written_ = gatherer_.confirmed(flushed_);
        counts_.written.set(static_cast<std::int64_t>(written_.value));
        if (settings_.once && written_ >= target_) recorder_.hurry();
        confirmed_ = std::max(confirmed_, std::min(written_, recorder_.want(written_)));
        // Asking for an answer tells how far the log is on disk, where something waits for that.
        const bool ask = settings_.once || acknowledger_->outstanding();
        const auto told = settings_.keep_slot ? postgres::lsn{} : confirmed_;
        // As applied the server is told what the indices have; pg_stat_replication shows it, verify looks
        // there.
        const auto applied = settings_.keep_slot ? postgres::lsn{} : std::max(written_, confirmed_);
        stream_.send_status({std::max(flushed_, confirmed_), told, applied, 0, ask});
        reply_requested_ = false;
    }

    /// Tells when it has caught up: a point of the log that was its end a moment ago is acknowledged by now.
    void look_how_far() {
        constexpr auto moment = std::chrono::seconds(5);
        if (!settings_.caught_up || written_ < chased_) return;
        const auto now = clock_type::now();
        if (now - chased_since_ <= moment) {
            caught_up_ = std::make_unique<aside>(std::exchange(settings_.caught_up, nullptr));
            return;
        }
        chased_ = postgres::flushed_position(primary_);
        chased_since_ = now;
    }

    /// Nothing is being done about having caught up. Throws what went wrong with it.
    bool is_settled() {
        if (caught_up_ && caught_up_->done()) caught_up_.reset();
        return !caught_up_;
    }

    /// Nothing more is read: what was sent is waited for and confirmed; the slot keeps the rest for the next
    /// start.
    void finish(std::thread& loading) {
        const auto deadline = clock_type::now() + settings_.stop_timeout;
        recorder_.hurry();
        while (true) {
            rethrow_failure();
            // The log may have to be flushed a little further, see acknowledger.
            if (loaded_all_) flushed_ = std::max(flushed_, postgres::flushed_position(primary_));
            send_status();
            const bool answered = is_settled() && loaded_all_ && batcher_->idle() && wide_.idle();
            if (answered && !acknowledger_->outstanding() && confirmed_ >= written_) break;
            if (clock_type::now() >= deadline) {
                throw error(errc::interrupted,
                            "stopped before everything in flight was acknowledged; " +
                                std::to_string(acknowledger_->size()) +
                                " batches will be repeated from the slot at the next start",
                            "nothing is lost; see above what the cluster or the database is waiting for");
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        loading.join();
        stream_.close();
        log::info("stopped; slot {} is confirmed up to {}", log::slot(settings_.slot),
                  postgres::to_string(confirmed_));
    }

    static bool readable(int fd) {
        if (fd < 0) return false;
        pollfd each{fd, POLLIN, 0};
        return ::poll(&each, 1, 0) > 0;
    }

    /// From whoever shows it.
    void look(metrics::depths& sum) const {
        const auto [gathered, since] = gatherer_.waiting();
        const auto undone = acknowledger_->undone();
        sum.gathered += gathered;
        sum.batches += undone.works;
        // What was handed out is older than what waits.
        const auto oldest = undone.oldest_us != 0 ? undone.oldest_us : since;
        if (oldest != 0 && (sum.oldest_us == 0 || oldest < sum.oldest_us)) sum.oldest_us = oldest;
    }

    // ---- the loading thread

    /// One work on its way: in one part, or in several that are done in any order.
    class load_job {
      public:
        load_job(std::shared_ptr<acknowledger> acks, std::uint64_t ticket)
            : acks_(std::move(acks)), ticket_(ticket) {}

        [[nodiscard]] std::uint64_t ticket() const { return ticket_; }
        void add_part() {
            const std::lock_guard lock(mutex_);
            ++parts_;
        }
        void needs(postgres::lsn durable) {
            const std::lock_guard lock(mutex_);
            durable_ = std::max(durable_, durable);
        }
        void give_up() { acks_->give_up(ticket_); }
        void part_done() {
            const std::lock_guard lock(mutex_);
            if (--parts_ == 0) acks_->done(ticket_, durable_);
        }

      private:
        std::shared_ptr<acknowledger> acks_;
        std::uint64_t ticket_;
        std::mutex mutex_;
        std::size_t parts_ = 1;
        postgres::lsn durable_;
    };

    void load_all() {
        try {
            while (!abandoned_) {
                auto todo = gatherer_.take(std::chrono::milliseconds(100), loader_.keys_at_once());
                if (!todo) {
                    if (gatherer_.closed()) break;
                    continue;
                }
                const auto job = std::make_shared<load_job>(acknowledger_, todo->ticket);
                try {
                    load(std::move(*todo), job);
                } catch (const error& problem) {
                    if (problem.code() != errc::interrupted || abandoned_) throw;
                    job->give_up();
                }
            }
            wide_.settle();
            loaded_all_ = true;
        } catch (...) {
            failure_.set_current();
        }
    }

    void load(work todo, const std::shared_ptr<load_job>& job) {
        batcher_->begin_job([job] { job->part_done(); });
        const auto take = [&](wide_route&& route) {
            job->add_part();
            wide_.take(std::move(route), [job](std::optional<postgres::lsn> durable) {
                if (!durable) return job->give_up();
                job->needs(*durable);
                job->part_done();
            });
        };
        const auto loaded = loader_.load(std::move(todo), storage_, {take, [this] { wide_.settle(); }});
        job->needs(loaded.durable);
        batcher_->end_job();
        if (!loaded.changed.empty()) remember(job->ticket(), loaded.changed);
    }

    /// What the indices reflect now is kept with them, but not before the cluster has all of it.
    void remember(std::uint64_t ticket, const std::vector<std::size_t>& changed) {
        while (!acknowledger_->is_done(ticket)) {
            rethrow_failure();
            if (abandoned_ || acknowledger_->is_given_up(ticket)) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        for (const auto index : changed) cluster_.remember(index, storage_.reflected(index));
    }

    void rethrow_failure() {
        batcher_->rethrow_failure();
        wide_.rethrow_failure();
        failure_.rethrow();
    }

    // The threads use these as long as there is one.
    std::atomic<bool> leaving_{false};    ///< nothing new is begun
    std::atomic<bool> abandoned_{false};  ///< nor is anything waited for
    std::atomic<bool> loaded_all_{false};
    first_failure failure_;

    follow_settings settings_;
    std::span<const postgres::index_binding> indices_;
    index_access cluster_;
    std::unique_ptr<elastic::batcher> batcher_;
    stop_request abandon_;  ///< ends every wait for the database, and what is waited for is cancelled
    /// For the sake of the thread that reads the stream: what the others wait for ends with finish().
    stop_deadline overdue_;
    postgres::session primary_;
    postgres::session documents_;
    std::unique_ptr<postgres::session> catalog_;  ///< of the reading thread, made when there is a question
    metrics::registry& counts_;
    // Shared with the completions of bulks, which may come after this object is gone.
    std::shared_ptr<acknowledger> acknowledger_;
    gatherer gatherer_;
    router router_;
    postgres_source source_;
    loader loader_;
    wide_loader wide_;
    storage_watch storage_;
    postgres::version_clock& clock_;
    postgres::replication_stream stream_;
    postgres::decoder decoder_;
    position_recorder recorder_;

    postgres::lsn target_;
    postgres::lsn chased_;  ///< the end of the log as it was then
    clock_type::time_point chased_since_ = clock_type::now();
    std::unique_ptr<aside> caught_up_;  ///< is doing what is to be done then
    postgres::lsn flushed_;
    postgres::lsn written_;    ///< everything before it is in the index
    postgres::lsn confirmed_;  ///< and the index says so
    bool in_transaction_ = false;
    bool reply_requested_ = false;
    metrics::probe probe_;
};

PGSYNC_LINKAGE void follow(const follow_settings& setting, std::span<const postgres::index_binding> indices,
                           postgres::version_clock& clock, follow_batchers batchers,
                           const index_access& cluster, int stop_fd) {
    follower(setting, indices, clock, std::move(batchers), cluster, stop_fd).run(stop_fd);
}

PGSYNC_LINKAGE void remove_orphans(const std::string& read_from,
                                   std::span<const postgres::index_binding> indices, std::size_t index,
                                   std::uint64_t below, postgres::version_clock& clock,
                                   elastic::batcher& batcher, const index_access& cluster,
                                   const std::function<bool()>& stopped, int stop_fd) {
    postgres::session documents(read_from, stop_fd);
    postgres_source source(documents, indices, clock);
    loader remover(source, indices, batcher, cluster, {}, stopped);
    batcher.begin_job([] {});
    const auto durable = remover.remove_orphans(index, below);
    batcher.end_job();
    cluster.drain();
    batcher.rethrow_failure();
    // A row that was seen gone must stay so, even if the server crashes now.
    while (durable > postgres::lsn{} && postgres::flushed_position(documents) < durable)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

PGSYNC_LINKAGE refreshed refresh(const std::string& read_from,
                                 std::span<const postgres::index_binding> indices, std::size_t page_size,
                                 postgres::version_clock& clock, elastic::batcher& batcher,
                                 const index_access& cluster,
                                 const std::function<std::optional<work>()>& next,
                                 const std::function<bool()>& stopped, int stop_fd) {
    postgres::session documents(read_from, stop_fd);
    postgres_source source(documents, indices, clock);
    std::optional<postgres::session> more;
    std::optional<postgres_source> held;
    loader::settings setting;
    setting.page_size = page_size;
    loader reader(source, indices, batcher, cluster, setting, stopped);
    storage_watch storage(indices, std::vector<postgres::table_storage>(indices.size()));
    postgres::lsn durable;
    batcher.begin_job([] {});
    while (auto todo = next()) {
        std::vector<wide_route> wide;
        const loader::elsewhere later{[&](wide_route&& route) { wide.push_back(std::move(route)); }, [] {}};
        std::vector<std::pair<std::size_t, std::uint64_t>> reloaded;
        for (std::size_t i = 0; i < todo->indices.size(); ++i) {
            if (todo->indices[i].reload) reloaded.emplace_back(i, reader.next_version());
        }
        durable = std::max(durable, reader.load(std::move(*todo), storage, later).durable);
        for (const auto& route : wide) {
            if (!held) held.emplace(more.emplace(read_from, stop_fd), indices, clock);
            durable = std::max(durable, reader.load_wide(route, *held));
        }
        for (const auto& [index, version] : reloaded)
            durable = std::max(durable, reader.remove_orphans(index, version));
    }
    batcher.end_job();
    cluster.drain();
    // Dead letters are written after their bulk.
    while (!batcher.idle()) {
        batcher.rethrow_failure();
        if (stopped()) throw error(errc::interrupted, "stopped while documents were written");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    batcher.rethrow_failure();
    while (durable > postgres::lsn{} && postgres::flushed_position(documents) < durable)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return reader.done();
}

}  // namespace pgsync::pipeline
