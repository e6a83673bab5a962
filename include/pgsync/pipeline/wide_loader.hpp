#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include <pgsync/base/error.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/pipeline/document_loader.hpp>
#include <pgsync/pipeline/index_access.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/sink/elastic/batcher.hpp>

namespace pgsync::pipeline {

/// Does what concerns very many documents in a thread of its own, with sessions and bulks of its own, so that
/// small changes overtake it. Whoever overtakes reads in a later snapshot and so writes a greater version:
/// of a document that both write, the newer one stays, in whatever order the bulks arrive.
class wide_loader {
  public:
    /// What is called when all documents of a route are acknowledged, with how far the log must be flushed
    /// for them to be durable, or without a position where they were given up. Comes from any thread, and not
    /// at all where something fails.
    using done_function = std::function<void(std::optional<postgres::lsn> durable)>;

    /// `read_from`: conninfo of where documents are read; once `stop_fd` is readable nothing is waited for
    /// there. `failed` is called, once, with what ends the work;
    /// once `stopped` says so, routes are given up.
    wide_loader(std::string read_from, int stop_fd, std::span<const postgres::index_binding> indices,
                postgres::version_clock& clock, std::unique_ptr<elastic::batcher> batcher,
                index_access cluster, loader::settings setting,
                std::function<void(std::exception_ptr)> failed, std::function<bool()> stopped)
        : read_from_(std::move(read_from)),
          stop_fd_(stop_fd),
          indices_(indices),
          clock_(clock),
          batcher_(std::move(batcher)),
          cluster_(std::move(cluster)),
          settings_(setting),
          failed_(std::move(failed)),
          stopped_(std::move(stopped)),
          thread_([this] { run(); }) {}

    /// Does not wait for what was taken over.
    ~wide_loader() { close(); }
    wide_loader(const wide_loader&) = delete;
    wide_loader& operator=(const wide_loader&) = delete;

    /// Takes over a route; waits while too many are waiting themselves. Throws errc::interrupted once
    /// closed.
    void take(wide_route&& route, done_function done) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closing_ || waiting_.size() < most_waiting; });
        refuse_closed();
        waiting_.push_back({std::move(route), std::move(done)});
        changed_.notify_all();
    }

    /// Waits until everything taken over has been handed to the batcher and sent. Throws errc::interrupted
    /// once closed.
    void settle() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closing_ || (waiting_.empty() && !working_); });
        refuse_closed();
    }

    /// Gives up what waits, and waits for what is at work, which whoever interrupts the cluster ends.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
            changed_.notify_all();
        }
        if (thread_.joinable()) thread_.join();
    }

    /// Nothing that was sent is without an answer.
    [[nodiscard]] bool idle() const { return batcher_->idle(); }

    /// Throws what made a bulk fail for good, if anything did.
    void rethrow_failure() { batcher_->rethrow_failure(); }

  private:
    struct task {
        wide_route route;
        done_function done;
    };

    void refuse_closed() const {
        if (closing_) throw error(errc::interrupted, "stopped while many documents were to be read again");
    }

    void run() {
        try {
            while (auto next = wait_for_task()) {
                try {
                    if (stopped_()) {
                        next->done(std::nullopt);
                    } else {
                        load(*next);
                    }
                } catch (const error& problem) {
                    if (problem.code() != errc::interrupted || !stopped_()) throw;
                    next->done(std::nullopt);
                }
                const std::lock_guard lock(mutex_);
                working_ = false;
                changed_.notify_all();
            }
        } catch (...) {
            failed_(std::current_exception());
            const std::lock_guard lock(mutex_);
            closing_ = true;
            changed_.notify_all();
        }
    }

    std::optional<task> wait_for_task() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
        if (closing_) return std::nullopt;
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        working_ = true;
        changed_.notify_all();
        return next;
    }

    void load(task& each) {
        if (!sessions_) sessions_ = std::make_unique<sessions>(*this);
        struct job {
            postgres::lsn durable;
            done_function done;
        };
        const auto belongs_to = std::make_shared<job>(job{{}, each.done});
        batcher_->begin_job([belongs_to] { belongs_to->done(belongs_to->durable); });
        belongs_to->durable = sessions_->reader.load_wide(each.route, sessions_->held);
        batcher_->end_job();
    }

    /// Made for the first route: most programs never see one.
    struct sessions {
        explicit sessions(wide_loader& owner)
            : documents(owner.read_from_, owner.stop_fd_),
              more(owner.read_from_, owner.stop_fd_),
              source(documents, owner.indices_, owner.clock_),
              held(more, owner.indices_, owner.clock_),
              reader(source, owner.indices_, *owner.batcher_, owner.cluster_, owner.settings_,
                     owner.stopped_) {}
        postgres::session documents;
        postgres::session more;
        postgres_source source;
        postgres_source held;
        loader reader;
    };

    static constexpr std::size_t most_waiting = 64;

    std::string read_from_;
    int stop_fd_;
    std::span<const postgres::index_binding> indices_;
    postgres::version_clock& clock_;
    std::unique_ptr<elastic::batcher> batcher_;
    index_access cluster_;
    loader::settings settings_;
    std::function<void(std::exception_ptr)> failed_;
    std::function<bool()> stopped_;
    std::unique_ptr<sessions> sessions_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<task> waiting_;
    bool working_ = false;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace pgsync::pipeline
