#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/first_failure.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/sink/document_sink.hpp>
#include <pgsync/sink/elastic/bulk_body.hpp>
#include <pgsync/sink/elastic/bulk_writer.hpp>

namespace pgsync::elastic {

/// Collects documents into bulks of about the same size and reports, job by job, when all of a job's
/// documents have been acknowledged. Used by one thread (rethrow_failure() by any). Jobs follow one another
/// and share no bulk, so that none waits for the documents of the next. Bulks may outlive the batcher, but
/// their completion is then no longer reported.
class batcher {
  public:
    /// Sends one bulk; may block while too many are in flight. The completion is called on another thread.
    using submit_function = std::function<void(bulk_body&&, std::function<void(bulk_outcome&&)>)>;
    /// Handles documents that the cluster refuses for good: returns once they are taken care of, throws if
    /// the program is to stop. Must not wait for the cluster: see dead_letters.
    using rejected_function = std::function<void(bulk_outcome&)>;

    struct settings {
        std::size_t bulk_bytes = 5U << 20U;
        /// From this size on, a bulk is sent even if the caller would rather not wait.
        std::size_t bulk_bytes_limit = 20U << 20U;
    };

    /// Where the documents of an index are written.
    struct target {
        std::string name;
        std::string pipeline{};  ///< ingest pipeline for every document; empty: none
        /// Counts what is written; null: not counted. Must outlive every bulk.
        metrics::index_counts* counts = nullptr;
    };

    /// `targets` are indexed by index number.
    batcher(settings setting, std::vector<target> targets, submit_function submit, rejected_function rejected)
        : settings_(setting),
          submit_(std::move(submit)),
          shared_(std::make_shared<shared_state>()),
          tallies_(targets.size()) {
        shared_->targets = std::move(targets);
        shared_->rejected = std::move(rejected);
    }

    ~batcher() {
        const std::lock_guard lock(shared_->mutex);
        shared_->abandoned = true;
    }
    batcher(const batcher&) = delete;
    batcher& operator=(const batcher&) = delete;

    /// Starts a new job. `done` is called once, when all of the job is acknowledged, on whichever thread that
    /// happens; it must not use the batcher. A previous job that was not ended is forgotten, along with its
    /// documents that have not been sent.
    void begin_job(std::function<void()> done) {
        body_ = bulk_body();
        tallies_.assign(tallies_.size(), {});
        job_ = std::make_shared<job>();
        job_->done = std::move(done);
    }
    /// Sends the rest of the job.
    void end_job() {
        flush();
        shared_->release(*std::exchange(job_, nullptr));
    }

    /// Adds a write. `routing` chooses the shard; if it is empty, the id does.
    void index(std::size_t index, std::string_view id, std::uint64_t version, std::string_view document,
               std::string_view routing = {}) {
        const auto& to = shared_->targets[index];
        body_.index(to.name, id, version, document, {routing, to.pipeline});
        ++tallies_[index].documents;
        // A bulk that has grown this large usually fills up. Does nothing if the capacity is already there.
        if (body_.bytes() > reserve_above) body_.reserve(settings_.bulk_bytes + settings_.bulk_bytes / 8);
        if (body_.bytes() >= settings_.bulk_bytes_limit) flush();
    }
    void remove(std::size_t index, std::string_view id, std::uint64_t version,
                std::string_view routing = {}) {
        body_.remove(shared_->targets[index].name, id, version, {routing, {}});
        ++tallies_[index].deletes;
        if (body_.bytes() >= settings_.bulk_bytes_limit) flush();
    }

    /// Adds a document that could not be built: it is reported when its bulk is done, like one that the
    /// cluster refuses. `document` is as much of it as there is.
    void refuse(std::size_t index, std::string_view id, std::uint64_t version, std::string type,
                std::string reason, std::string document) {
        body_.refuse({shared_->targets[index].name, std::string(id), version, 0, std::move(type),
                      std::move(reason), std::move(document)});
        if (body_.bytes() >= settings_.bulk_bytes_limit) flush();
    }

    /// Sends the current bulk if it is at least three quarters full: what is read next (see bulk_fit) is
    /// about one more bulk.
    void flush_if_full() {
        if (body_.bytes() >= settings_.bulk_bytes / 4 * 3) flush();
    }
    void flush() {
        if (body_.empty()) return;
        rethrow_failure();
        job_->open();
        std::vector<tally> fresh(tallies_.size());
        submit_(std::exchange(body_, bulk_body()),
                [belongs_to = job_, shared = shared_, tallies = std::exchange(tallies_, std::move(fresh)),
                 counted = std::make_shared<on_its_way>(shared_)](bulk_outcome&& outcome) mutable {
                    const auto until_the_end = std::move(counted);
                    try {
                        if (outcome.fatal) std::rethrow_exception(outcome.fatal);
                        if (!outcome.rejected.empty()) shared->rejected(outcome);
                        shared->count(tallies, outcome);
                        shared->release(*belongs_to);
                    } catch (...) {
                        // The job stays open: none of it is ever confirmed.
                        shared->failure.set_current();
                    }
                });
    }

    /// The target size of a bulk.
    [[nodiscard]] std::size_t bulk_bytes() const { return settings_.bulk_bytes; }

    /// Returns whether everything that was sent has been answered; may be called by any thread.
    [[nodiscard]] bool idle() const { return shared_->on_their_way == 0; }

    /// Throws the error that made a bulk fail for good, if there was one.
    void rethrow_failure() { shared_->failure.rethrow(); }

  private:
    struct job {
        std::atomic<std::size_t> references{1};
        std::function<void()> done;

        void open() { references.fetch_add(1); }
    };
    /// What a bulk contains for one target.
    struct tally {
        std::uint64_t documents = 0;
        std::uint64_t deletes = 0;
    };
    struct shared_state {
        std::vector<target> targets;
        rejected_function rejected;
        std::mutex mutex;
        first_failure failure;
        std::atomic<std::size_t> on_their_way{0};  ///< number of bulks in flight
        bool abandoned = false;

        void count(std::vector<tally>& tallies, const bulk_outcome& outcome) const {
            for (std::size_t i = 0; i < tallies.size(); ++i) {
                auto* const of = targets[i].counts;
                if (of == nullptr) continue;
                auto& all = tallies[i];
                for (const auto& less : outcome.unwritten) {
                    if (less.target != targets[i].name) continue;
                    all.documents -= less.documents;
                    all.deletes -= less.deletes;
                }
                of->written.add(all.documents);
                of->deleted.add(all.deletes);
            }
        }
        void release(job& of) {
            if (of.references.fetch_sub(1) != 1) return;
            // Under the lock, so that nothing is called once the batcher has been destroyed.
            const std::lock_guard lock(mutex);
            if (!abandoned) of.done();
        }
    };

    /// Counts a bulk as in flight while this object exists.
    struct on_its_way {
        explicit on_its_way(std::shared_ptr<shared_state> in) : shared(std::move(in)) {
            ++shared->on_their_way;
        }
        ~on_its_way() { --shared->on_their_way; }
        on_its_way(const on_its_way&) = delete;
        on_its_way& operator=(const on_its_way&) = delete;
        std::shared_ptr<shared_state> shared;
    };

    settings settings_;
    submit_function submit_;
    std::shared_ptr<shared_state> shared_;
    std::shared_ptr<job> job_;
    bulk_body body_;
    std::vector<tally> tallies_;  ///< what `body_` contains, by index number
    static constexpr std::size_t reserve_above = 128U << 10U;
};
static_assert(sink::document_sink<batcher>);

}  // namespace pgsync::elastic
