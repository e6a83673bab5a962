#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <pgsync/backoff.hpp>
#include <pgsync/elastic/bulk_body.hpp>
#include <pgsync/elastic/bulk_response.hpp>
#include <pgsync/elastic/transport.hpp>
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>

namespace pgsync::elastic {

/// A document the cluster refuses for good.
struct rejected_item {
    std::string target;
    std::string id;
    std::uint64_t version = 0;
    long status = 0;
    std::string type;
    std::string reason;
    std::string document;  ///< JSON; empty for a delete
};

/// What became of one submitted bulk: everything in it that is not listed here is in the index.
struct bulk_outcome {
    std::vector<rejected_item> rejected;
    std::exception_ptr fatal;  ///< set: the bulk was given up, and trying again is of no use
};

/// Sends bulks, a bounded number at a time, and does not rest until each is answered: no answer, 429, 5xx and
/// blocked indices are waited out, items that failed alone are sent again alone, bulks that are too large are
/// halved. The completion of each bulk is called exactly once, from another thread.
template <transport Transport>
class bulk_writer {
  public:
    struct settings {
        std::size_t in_flight = 4;
        std::chrono::milliseconds first_pause{100};
        std::chrono::milliseconds longest_pause{10'000};
        std::string path = "/_bulk?require_alias=true&filter_path=errors,items.*.status,items.*.error";
        std::string address;  ///< of the cluster, for messages
    };
    using completion = std::function<void(bulk_outcome&&)>;

    bulk_writer(Transport& through, settings setting)
        : transport_(through), settings_(std::move(setting)), timer_([this] { run_timer(); }) {}

    /// Ends bulks that wait for a repeat as interrupted, and waits for those on their way.
    ~bulk_writer() {
        interrupt();
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return in_flight_ == 0; });
            stopping_ = true;
            changed_.notify_all();
        }
        timer_.join();
    }
    bulk_writer(const bulk_writer&) = delete;
    bulk_writer& operator=(const bulk_writer&) = delete;

    /// Blocks while `in_flight` bulks are on their way; throws errc::interrupted after interrupt().
    void submit(bulk_body&& body, completion done) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return in_flight_ < settings_.in_flight || interrupted_; });
            if (interrupted_) throw error(errc::interrupted, "stopped while waiting for the cluster");
            ++in_flight_;
        }
        auto each = std::make_shared<flight>(settings_);
        each->body = std::move(body);
        each->done = std::move(done);
        send(std::move(each));
    }

    /// Waits until nothing is on its way; throws errc::interrupted after interrupt().
    void drain() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return in_flight_ == 0 || interrupted_; });
        if (interrupted_) throw error(errc::interrupted, "stopped while waiting for the cluster");
    }

    /// From now on nobody waits: submit() and drain() throw, and bulks that are to be repeated end as interrupted.
    void interrupt() {
        const std::lock_guard lock(mutex_);
        interrupted_ = true;
        changed_.notify_all();
    }
    void resume() {
        const std::lock_guard lock(mutex_);
        interrupted_ = false;
    }

    [[nodiscard]] std::size_t in_flight() const {
        const std::lock_guard lock(mutex_);
        return in_flight_;
    }

  private:
    using clock = std::chrono::steady_clock;

    struct flight {
        explicit flight(const settings& s) : pauses(s.first_pause, s.longest_pause) {}
        bulk_body body;
        std::deque<bulk_body> rest;  ///< further parts of a bulk that was too large
        completion done;
        bulk_outcome outcome;
        backoff pauses;
    };
    using flight_ptr = std::shared_ptr<flight>;

    void send(flight_ptr each) {
        request what;
        what.method = "POST";
        what.path = settings_.path;
        what.body = each->body.text();
        what.content_type = "application/x-ndjson";
        transport_.submit(std::move(what), [this, each](response&& answer) mutable {
            try {
                receive(each, answer);
            } catch (...) {
                give_up(each, std::current_exception());
            }
        });
    }

    void receive(const flight_ptr& each, const response& answer) {
        if (answer.status == 0) return retry(each, "no answer: " + answer.failure, answer);
        if (answer.status == 413) return split(each);
        if (answer.status == 401 || answer.status == 403) {
            if (answer.body.find("cluster_block_exception") != std::string::npos) {
                return retry(each, "writes are blocked: " + excerpt(answer.body), answer);
            }
            throw error(errc::permission,
                        "the cluster at " + settings_.address + " refuses us (HTTP " + std::to_string(answer.status) +
                            "): " + excerpt(answer.body),
                        "check user and password in ELASTICSEARCH_URL and this user's right to write the index");
        }
        if (answer.status == 429 || answer.status >= 500) {
            return retry(each, "HTTP " + std::to_string(answer.status) + ": " + excerpt(answer.body), answer);
        }
        if (answer.status != 200) {
            throw error(errc::protocol, "the cluster at " + settings_.address + " answers a bulk with HTTP " +
                                            std::to_string(answer.status) + ": " + excerpt(answer.body),
                        "check that ELASTICSEARCH_URL names an Elasticsearch or OpenSearch cluster");
        }
        const auto parsed = parse_bulk_response(answer.body, each->body.items());
        if (!parsed) return retry(each, "an answer that is cut or not about this bulk", answer);
        judge(each, *parsed, answer);
    }

    void judge(const flight_ptr& each, const bulk_answer& parsed, const response& answer) {
        std::vector<std::size_t> again;
        std::string why;
        for (std::size_t i = 0; i < parsed.items.size(); ++i) {
            const auto& item = parsed.items[i];
            switch (item.verdict) {
                case item_verdict::done:
                    break;
                case item_verdict::retry:
                    again.push_back(i);
                    why = "HTTP " + std::to_string(item.status) + ", " + item.type + ": " + item.reason;
                    break;
                case item_verdict::rejected:
                    reject(each, i, item);
                    break;
                case item_verdict::lost:
                    throw error(errc::index,
                                "index \"" + std::string(each->body.target_of(i)) + "\" is gone or is no alias: " +
                                    item.reason,
                                "it was deleted or renamed while pgsync was writing; run teardown and bootstrap to "
                                "build it again");
            }
        }
        if (again.empty()) return next_part(each);
        each->body = each->body.subset(again);
        retry(each, std::to_string(again.size()) + " documents were not taken: " + why, answer);
    }

    void reject(const flight_ptr& each, std::size_t i, const item_result& item) {
        const auto& body = each->body;
        each->outcome.rejected.push_back({std::string(body.target_of(i)), std::string(body.id_of(i)), body.version_of(i),
                                          item.status, item.type, item.reason, std::string(body.document_of(i))});
    }

    void split(const flight_ptr& each) {
        const auto items = each->body.items();
        if (items == 1) {
            item_result item;
            item.verdict = item_verdict::rejected;
            item.status = 413;
            item.type = "content_too_long";
            item.reason = "the document alone is larger than the cluster takes in one request (" +
                          std::to_string(each->body.bytes()) + " bytes; see http.max_content_length)";
            reject(each, 0, item);
            return next_part(each);
        }
        std::vector<std::size_t> first;
        std::vector<std::size_t> second;
        for (std::size_t i = 0; i < items; ++i) (i < items / 2 ? first : second).push_back(i);
        each->rest.push_front(each->body.subset(second));
        each->body = each->body.subset(first);
        send(each);
    }

    void next_part(const flight_ptr& each) {
        recovered();
        each->pauses.reset();
        if (each->rest.empty()) return finish(each);
        each->body = std::move(each->rest.front());
        each->rest.pop_front();
        send(each);
    }

    void retry(const flight_ptr& each, const std::string& why, const response& answer) {
        if (!troubled_.exchange(true)) {
            log::warn("cluster {}: {}; trying again until it works", settings_.address, why);
        } else {
            log::debug("cluster {}: {}", settings_.address, why);
        }
        auto pause = each->pauses.next();
        if (answer.retry_after) {
            const auto asked = std::chrono::duration_cast<std::chrono::milliseconds>(*answer.retry_after);
            pause = std::clamp(asked, pause, std::chrono::milliseconds(60'000));
        }
        const std::lock_guard lock(mutex_);
        waiting_.emplace(clock::now() + pause, each);
        changed_.notify_all();
    }

    void recovered() {
        if (troubled_.exchange(false)) log::info("cluster {}: it works again", settings_.address);
    }

    void give_up(const flight_ptr& each, std::exception_ptr why) {
        each->outcome.fatal = std::move(why);
        finish(each);
    }

    void finish(const flight_ptr& each) {
        each->done(std::move(each->outcome));
        const std::lock_guard lock(mutex_);
        --in_flight_;
        changed_.notify_all();
    }

    void run_timer() {
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            if (waiting_.empty()) {
                changed_.wait(lock);
                continue;
            }
            if (!interrupted_ && waiting_.begin()->first > clock::now()) {
                changed_.wait_until(lock, waiting_.begin()->first);
                continue;
            }
            const auto each = waiting_.begin()->second;
            const bool stop = interrupted_;
            waiting_.erase(waiting_.begin());
            lock.unlock();
            if (stop) {
                give_up(each, std::make_exception_ptr(error(errc::interrupted, "stopped while the cluster was away")));
            } else {
                send(each);
            }
            lock.lock();
        }
    }

    static std::string excerpt(const std::string& body) { return body.size() <= 300 ? body : body.substr(0, 300) + "…"; }

    Transport& transport_;
    settings settings_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t in_flight_ = 0;
    std::multimap<clock::time_point, flight_ptr> waiting_;
    bool interrupted_ = false;
    bool stopping_ = false;
    std::atomic<bool> troubled_{false};
    std::thread timer_;
};

}  // namespace pgsync::elastic
