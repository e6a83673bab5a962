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
#include <thread>
#include <utility>

#include <pgsync/base/error.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/pipeline/document_loader.hpp>
#include <pgsync/pipeline/document_source.hpp>
#include <pgsync/pipeline/index_access.hpp>
#include <pgsync/queue/receipt.hpp>
#include <pgsync/sink/document_sink.hpp>

namespace pgsync::pipeline {

/// Handles fan-outs (one row, thousands of documents) on its own thread, with its own source and sink, so
/// that small changes are not delayed. The order of bulks does not matter: a later read has the greater
/// version, and the cluster keeps the greater version.
template <document_source Source, sink::document_sink Sink>
class fan_out_loader {
  public:
    using loader_type = document_loader<Source, Sink>;
    /// Creates a source; called on this loader's thread, at the first fan-out. May throw.
    using connect_function = std::function<std::unique_ptr<Source>()>;

    /// `failed` is called once, with the error that ends the loader's thread. Once `stopped()`, routes are
    /// given up.
    fan_out_loader(connect_function connect, std::span<const postgres::index_binding> indices,
                   std::unique_ptr<Sink> to, index_access cluster, typename loader_type::settings setting,
                   std::function<void(std::exception_ptr)> failed, std::function<bool()> stopped)
        : connect_(std::move(connect)),
          indices_(indices),
          sink_(std::move(to)),
          cluster_(std::move(cluster)),
          settings_(setting),
          failed_(std::move(failed)),
          stopped_(std::move(stopped)),
          thread_([this] { run(); }) {}

    /// Does not finish the routes taken over, see close().
    ~fan_out_loader() { close(); }
    fan_out_loader(const fan_out_loader&) = delete;
    fan_out_loader& operator=(const fan_out_loader&) = delete;

    /// Takes over a route, which is one part of a batch; waits while too many are queued. Throws
    /// errc::interrupted once closed. The part stays open if something fails.
    void take(fan_out&& route, std::shared_ptr<queue::receipt> part_of) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closing_ || waiting_.size() < most_waiting; });
        refuse_closed();
        waiting_.push_back({std::move(route), std::move(part_of)});
        changed_.notify_all();
    }

    /// Waits until everything taken over has been handed to the sink and sent. Throws errc::interrupted once
    /// closed.
    void settle() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closing_ || (waiting_.empty() && !working_); });
        refuse_closed();
    }

    /// Drops the routes that are queued and waits for the one in progress; to end that soon, interrupt the
    /// cluster.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
            changed_.notify_all();
        }
        if (thread_.joinable()) thread_.join();
    }

    /// Returns true if everything sent has been answered.
    [[nodiscard]] bool idle() const { return sink_->idle(); }

    /// Throws the error that made a bulk fail for good, if any.
    void rethrow_failure() { sink_->rethrow_failure(); }

  private:
    struct task {
        fan_out route;
        std::shared_ptr<queue::receipt> part_of;
    };

    [[noreturn]] static void refuse() {
        throw error(errc::interrupted, "stopped while many documents were to be read again");
    }
    void refuse_closed() const {
        if (closing_) refuse();
    }

    void run() {
        try {
            while (auto next = wait_for_task()) {
                try {
                    if (stopped_()) refuse();
                    load(*next);
                } catch (const error& problem) {
                    if (problem.code() != errc::interrupted || !stopped_()) throw;
                    next->part_of->give_up();
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

    void load(const task& each) {
        if (!sources_) sources_ = std::make_unique<sources>(*this);
        sink_->begin_job([receipt = each.part_of] { receipt->part_done(); });
        each.part_of->needs(sources_->reader.load_fan_out(each.route, *sources_->held));
        sink_->end_job();
    }

    /// Created at the first route: most programs never have one.
    struct sources {
        explicit sources(fan_out_loader& owner)
            : documents(owner.connect_()),
              held(owner.connect_()),
              reader(*documents, owner.indices_, *owner.sink_, owner.cluster_, owner.settings_,
                     owner.stopped_) {}
        std::unique_ptr<Source> documents;
        std::unique_ptr<Source> held;
        loader_type reader;
    };

    static constexpr std::size_t most_waiting = 64;

    connect_function connect_;
    std::span<const postgres::index_binding> indices_;
    std::unique_ptr<Sink> sink_;
    index_access cluster_;
    typename loader_type::settings settings_;
    std::function<void(std::exception_ptr)> failed_;
    std::function<bool()> stopped_;
    std::unique_ptr<sources> sources_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<task> waiting_;
    bool working_ = false;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace pgsync::pipeline
