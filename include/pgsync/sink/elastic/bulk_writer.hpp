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
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <pgsync/base/backoff.hpp>
#include <pgsync/base/error.hpp>
#include <pgsync/base/interrupt_switch.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/base/quiet_thread.hpp>
#include <pgsync/sink/elastic/bulk_body.hpp>
#include <pgsync/sink/elastic/bulk_response.hpp>
#include <pgsync/sink/elastic/bulk_room.hpp>
#include <pgsync/sink/elastic/detail/outage.hpp>
#include <pgsync/sink/elastic/detail/own_failures.hpp>
#include <pgsync/sink/elastic/dialect.hpp>
#include <pgsync/sink/elastic/index_unavailable.hpp>
#include <pgsync/sink/elastic/rejected_item.hpp>
#include <pgsync/sink/elastic/transport.hpp>
#include <pgsync/sink/elastic/waiting_clock.hpp>

namespace pgsync::elastic {

/// How many items of a bulk for one target are settled without having been written, because the index had a
/// newer version or because the cluster refuses them for good.
struct unwritten_count {
    std::string target;
    std::uint64_t documents = 0;
    std::uint64_t deletes = 0;
};

/// The outcome of one submitted bulk: every item that is not listed here is in the index.
struct bulk_outcome {
    std::vector<rejected_item> rejected;
    std::exception_ptr fatal;                  ///< if set, the bulk was given up and retrying is useless
    std::uint32_t retries = 0;                 ///< how often part of it was sent again
    std::vector<unwritten_count> unwritten{};  ///< includes the rejected items, whatever happens to those
};

/// Sends bulks, a bounded number at a time, and keeps trying until each is answered. It waits while there is
/// no answer, a 429, a 5xx, or an index that is blocked or closed; it resends only the items that failed, and
/// halves bulks that are too large. A bulk that is refused as a whole, or gets no answer five times in a row
/// (twice, once it is halved), is halved until the item at fault is alone. An item counts as rejected if it
/// keeps failing, with an error that does not mean a cluster in trouble, while others of its index are
/// written.
///
/// The completion of each submitted bulk is called exactly once, in the order in which bulks finish, on the
/// writer's own thread: it may use the transport, but must call neither submit() nor drain(), and must not
/// throw. A document may be in several bulks in flight only with different versions, and in one bulk only
/// once. The transport must outlive the writer.
template <transport Transport, waiting_clock Clock = steady_waiting>
class bulk_writer {
  public:
    struct settings {
        std::size_t in_flight = 4;  ///< at most; see bulk_room
        std::chrono::milliseconds first_pause{100};
        std::chrono::milliseconds longest_pause{10'000};
        std::chrono::milliseconds timeout{60'000};  ///< of one attempt
        std::string path = dialect().bulk_path(true);
        std::string address;  ///< the cluster's, for messages
        metrics::registry* counts = &metrics::null_registry();
        /// When repeated failures of an item count as its own fault.
        detail::own_failures::limits own_failures{};
    };
    using completion = std::function<void(bulk_outcome&&)>;

    bulk_writer(Transport& through, settings setting, Clock clock = {})
        : transport_(through),
          settings_(std::move(setting)),
          clock_(std::move(clock)),
          room_(settings_.in_flight),
          guarded_(settings_.path.find("require_alias=true") != std::string::npos),
          outage_(settings_.address),
          thread_(quiet_thread([this] { run(); })) {}

    /// Ends unfinished bulks as interrupted, without waiting for the cluster.
    ~bulk_writer() {
        interrupt();
        {
            const std::lock_guard lock(shared_->mutex);
            closing_ = true;
            shared_->changed.notify_all();
        }
        thread_.join();
    }
    bulk_writer(const bulk_writer&) = delete;
    bulk_writer& operator=(const bulk_writer&) = delete;

    /// Submits a bulk; blocks while there is no room for one more. Throws errc::interrupted after
    /// interrupt(), and then `done` is not called.
    void submit(bulk_body&& body, completion done, pace how = pace::prompt) {
        const auto each = std::make_shared<flight>(settings_, how);
        each->body = std::move(body);
        each->done = std::move(done);
        each->outcome.rejected = each->body.take_refused();
        set_aside_impossible(*each);
        // Built before the flight is inserted: from then on it belongs to the writer's thread.
        auto what = request_of(*each);
        {
            std::unique_lock lock(shared_->mutex);
            what.stop = wait(
                lock, [&] { return room_.has_room(how, flights_.size(), wide_flights(), clock_.now()); });
            each->stop = what.stop;
            each->sent = clock_.now();
            flights_.insert(each);
        }
        dispatch(each, std::move(what));
    }

    /// Waits until no bulk is in flight; throws errc::interrupted after interrupt().
    void drain() {
        std::unique_lock lock(shared_->mutex);
        wait(lock, [&] { return flights_.empty(); });
    }

    /// Makes submit() and drain() throw, and ends all unfinished bulks as interrupted, including those in
    /// flight, which the cluster may carry out all the same.
    void interrupt() {
        stop_.request(shared_->mutex);
        const std::lock_guard lock(shared_->mutex);
        shared_->changed.notify_all();
    }
    /// Makes the writer accept and send bulks again; interrupted bulks stay interrupted.
    void resume() {
        const std::lock_guard lock(shared_->mutex);
        stop_.resume();
    }

    [[nodiscard]] std::size_t in_flight() const {
        const std::lock_guard lock(shared_->mutex);
        return flights_.size();
    }

    /// From now on ends a bulk for an index that is closed, or stays blocked, with index_unavailable instead
    /// of waiting; for interactive commands.
    void end_at_closed() { ends_at_closed_ = true; }

  private:
    struct flight {
        flight(const settings& s, pace of_pace)
            : how(of_pace), pauses(s.first_pause, s.longest_pause), own(s.own_failures) {}
        pace how;
        std::chrono::steady_clock::time_point sent{};
        bulk_body body;
        std::deque<bulk_body> rest;  ///< remaining parts of a bulk that was split
        completion done;
        bulk_outcome outcome;
        backoff pauses;
        unsigned attempts = 0;     ///< consecutive failures
        unsigned unanswered = 0;   ///< those of them that the bulk itself may have caused
        std::uint64_t others = 0;  ///< value of `answered_` at the last attempt
        bool halved = false;       ///< because there was no answer
        detail::own_failures own;
        std::stop_token stop;
    };
    using flight_ptr = std::shared_ptr<flight>;

    /// Outlives the writer if an answer arrives after its bulk was given up.
    struct shared_state {
        std::mutex mutex;
        std::condition_variable changed;
        std::deque<std::pair<flight_ptr, response>> answers;
    };

    /// Waits for `ready`; throws errc::interrupted if interrupted before or meanwhile. Returns the token that
    /// signals the next interruption.
    template <typename Ready>
    std::stop_token wait(std::unique_lock<std::mutex>& lock, const Ready& ready) {
        auto stop = stop_.token();
        shared_->changed.wait(lock, [&] { return stop.stop_requested() || ready(); });
        if (stop.stop_requested()) throw error(errc::interrupted, "stopped while waiting for the cluster");
        return stop;
    }

    [[nodiscard]] std::size_t wide_flights() const {
        return static_cast<std::size_t>(
            std::count_if(flights_.begin(), flights_.end(),
                          [](const flight_ptr& each) { return each->how == pace::wide; }));
    }
    /// Passes what an answer says about the load on to `room_`, under the mutex.
    template <typename Tell>
    void tell_room(const Tell& tell) {
        const std::lock_guard lock(shared_->mutex);
        tell(room_, clock_.now());
    }

    request request_of(flight& each) const {
        if (guarded_) each.body.add_guards();
        if (each.body.items() > 0) {
            settings_.counts->bulk_documents.observe(static_cast<double>(each.body.items()));
            settings_.counts->bulk_bytes.observe(static_cast<double>(each.body.bytes()));
        }
        request what;
        what.method = "POST";
        what.path = settings_.path;
        what.body = each.body.text();
        what.content_type = "application/x-ndjson";
        what.timeout = settings_.timeout;
        what.stop = each.stop;
        return what;
    }
    void send(const flight_ptr& each) {
        each->sent = clock_.now();
        dispatch(each, request_of(*each));
    }
    void dispatch(const flight_ptr& each, request&& what) {
        if (what.body->empty())
            return answered(shared_, each, {200, R"({"errors":false,"items":[]})", {}, {}});
        transport_.submit(std::move(what), [shared = shared_, each](response&& answer) {
            answered(shared, each, std::move(answer));
        });
    }
    static void answered(const std::shared_ptr<shared_state>& shared, const flight_ptr& each,
                         response&& answer) {
        const std::lock_guard lock(shared->mutex);
        shared->answers.emplace_back(each, std::move(answer));
        shared->changed.notify_all();
    }

    /// Rejects writes whose id no document can have: empty, longer than 512 bytes, or not UTF-8. The cluster
    /// would refuse the whole bulk because of one. Deletes of such ids are dropped, since there is nothing to
    /// delete.
    void set_aside_impossible(flight& each) const {
        std::vector<std::size_t> possible;
        const auto items = each.body.items();
        for (std::size_t i = 0; i < items; ++i) {
            const auto bytes = each.body.id_of(i).size();
            const bool text = is_utf8(each.body.id_of(i));
            if (bytes > 0 && bytes <= longest_id && text) {
                possible.push_back(i);
            } else if (each.body.is_delete(i)) {
                note_unwritten(each, i);
            } else {
                reject(each, i,
                       {item_verdict::rejected, 400, "id_not_possible",
                        bytes == 0 ? "the id is empty"
                        : !text    ? "the id is no UTF-8"
                                   : "the id is " + std::to_string(bytes) + " bytes long; the most is " +
                                      std::to_string(longest_id)});
            }
        }
        if (possible.size() < items) each.body = each.body.subset(possible);
    }

    // ---- everything below runs on the writer's thread

    void run() {
        std::unique_lock lock(shared_->mutex);
        while (true) {
            if (!shared_->answers.empty()) {
                const auto [each, answer] = std::move(shared_->answers.front());
                shared_->answers.pop_front();
                const bool expected = flights_.contains(each);  // otherwise it has been given up
                lock.unlock();
                if (expected) handle(each, answer);
                lock.lock();
            } else if (const auto stopped = take_stopped()) {
                lock.unlock();
                give_up(stopped, interruption());
                lock.lock();
            } else if (!waiting_.empty() && waiting_.begin()->first <= clock_.now()) {
                const auto each = waiting_.begin()->second;
                waiting_.erase(waiting_.begin());
                lock.unlock();
                sent_again(*each);
                send(each);
                lock.lock();
            } else if (closing_ && flights_.empty()) {
                return;
            } else if (waiting_.empty()) {
                shared_->changed.wait(lock);
            } else {
                clock_.wait_until(shared_->changed, lock, waiting_.begin()->first);
            }
        }
    }

    /// Takes an unfinished bulk whose stop token has been triggered; null if there is none.
    flight_ptr take_stopped() {
        const auto stopped = [](const flight_ptr& each) { return each->stop.stop_requested(); };
        const auto found = std::find_if(flights_.begin(), flights_.end(), stopped);
        if (found == flights_.end()) return nullptr;
        std::erase_if(waiting_, [&](const auto& each) { return each.second == *found; });
        return *found;
    }

    void handle(const flight_ptr& each, const response& answer) {
        try {
            receive(each, answer);
        } catch (const error&) {
            give_up(each, std::current_exception());
        } catch (const std::exception&) {  // out of memory
            give_up(each, std::current_exception());
        }
    }

    void receive(const flight_ptr& each, const response& answer) {
        if (answer.status != 0)
            settings_.counts->bulk_seconds.observe(
                std::chrono::duration<double>(clock_.now() - each->sent).count());
        if (answer.status == 200) {
            const auto parsed =
                parse_bulk_response(answer.body, each->body.items(), each->body.guards().size());
            if (!parsed) return unanswered(each, "an answer that is cut or not about this bulk", answer);
            ++answered_;
            return judge(each, *parsed, answer);
        }
        if (answer.status == 0) return unanswered(each, "no answer: " + answer.failure, answer);
        const auto said = "HTTP " + std::to_string(answer.status) + ": " + excerpt(answer.body);
        const auto says = [&](const char* what) { return answer.body.find(what) != std::string::npos; };
        if (answer.status == 429) refused_for_room();
        if (says_blocked(answer.body)) end_if_blocked(*each, excerpt(answer.body));
        if (answer.status == 408 || answer.status == 429 || says_blocked(answer.body))
            return retry(each, said, answer);
        if (answer.status >= 500) return unanswered(each, said, answer);
        if (answer.status == 413) {
            return split(each, answer.status, "content_too_long",
                         "the document alone is larger than the cluster takes in one request (" +
                             std::to_string(each->body.bytes()) + " bytes; see http.max_content_length)");
        }
        if (answer.status == 401 || answer.status == 403) {
            throw error(errc::permission,
                        "the cluster at " + settings_.address + " refuses us (" + said + ")",
                        permission_remedy());
        }
        // Elasticsearch 6 says this if the alias was added to another index as well.
        if (answer.status == 400 && says("no write index is defined")) {
            std::size_t i = 0;
            while (i + 1 < each->body.items() &&
                   !says(("[" + std::string(each->body.target_of(i)) + "]").c_str()))
                ++i;
            lost(each->body.target_of(i), excerpt(answer.body));
        }
        // The cluster refuses the whole bulk because of one bad id, and the other items must not suffer for
        // it. An unrecognised parameter, in contrast, is not caused by any item.
        if (answer.status == 400 && !says("unrecognized parameter") && says("\"error\"")) {
            return split(each, answer.status, "refused_as_a_whole", excerpt(answer.body));
        }
        throw error(errc::protocol, "the cluster at " + settings_.address + " answers a bulk with " + said,
                    "check that ELASTICSEARCH_URL names an Elasticsearch or OpenSearch cluster");
    }

    void judge(const flight_ptr& each, const bulk_answer& parsed, const response& answer) {
        if (!parsed.guards.empty()) lost(each->body.guards().front(), parsed.guards.front().reason);
        std::vector<std::size_t> again;
        std::string why;
        bool refused = false;
        bool closed = false;
        note_passed(*each, parsed);
        for (std::size_t i = 0; i < parsed.items.size(); ++i) {
            const auto& item = parsed.items[i];
            switch (item.verdict) {
                case item_verdict::done:
                    break;
                case item_verdict::retry:
                    if (is_own_failure(*each, i, item.status)) {
                        reject(*each, i, item);
                        break;
                    }
                    if (says_blocked(item.type)) end_if_blocked(*each, item.reason, each->body.target_of(i));
                    if (again.empty()) why = trouble_of(item, each->body.target_of(i));
                    again.push_back(i);
                    refused = refused || item.status == 429;
                    break;
                case item_verdict::closed: {
                    const auto index = item.index.empty() ? std::string(each->body.target_of(i)) : item.index;
                    if (ends_at_closed_) throw index_unavailable(closed_text(index), opening(index));
                    if (!closed) why = closed_text(index) + " (" + opening(index) + ")";
                    closed = true;
                    again.push_back(i);
                    break;
                }
                case item_verdict::rejected:
                    reject(*each, i, item);
                    break;
                case item_verdict::lost:
                    lost(each->body.target_of(i), item.reason);
                case item_verdict::forbidden:
                    throw error(errc::permission,
                                "the cluster at " + settings_.address + " refuses us to write \"" +
                                    std::string(each->body.target_of(i)) + "\": " + item.reason,
                                permission_remedy());
                case item_verdict::unpiped:
                    // No document is at fault, so none is set aside.
                    throw error(errc::index,
                                "an ingest pipeline that documents of \"" +
                                    std::string(each->body.target_of(i)) +
                                    "\" pass is not in the cluster: " + item.reason,
                                "make it, PUT /_ingest/pipeline/…, and start again: nothing from this change "
                                "on was acknowledged");
            }
        }
        for (const auto i : parsed.superseded) note_unwritten(*each, i);
        settings_.counts->conflicts.add(parsed.superseded.size());
        if (refused) refused_for_room();
        tell_room([&](bulk_room& room, auto now) {
            if (again.empty() && each->attempts == 0)
                room.answered(each->how, each->body.bytes(), now - each->sent, wide_flights(), now);
        });
        if (again.empty()) return next_part(each);
        each->body = each->body.subset(again);
        each->unanswered = 0;
        // An operator who has just opened the index may be waiting for this write.
        const auto longest = closed ? std::chrono::milliseconds(1'000) : settings_.longest_pause;
        retry(each, std::to_string(again.size()) + " documents were not taken: " + why, answer, longest);
    }

    /// Throws index_unavailable, after end_at_closed(), if the block has lasted for eight attempts. A block
    /// may disappear quickly, for example that of a full disk.
    void end_if_blocked(const flight& each, const std::string& reason, std::string_view target = {}) const {
        if (!ends_at_closed_ || each.attempts < 8) return;
        const auto remedy = unblocking(reason, target);
        if (!remedy.empty()) throw index_unavailable(reason, remedy);
    }

    static std::string trouble_of(const item_result& item, std::string_view target) {
        auto out = "HTTP " + std::to_string(item.status) + ", " + item.type + ": " + item.reason;
        if (!says_blocked(item.type)) return out;
        const auto remedy = unblocking(item.reason, target);
        return remedy.empty() ? out : out + " " + remedy;
    }

    /// Counts the documents written, by target.
    void note_passed(const flight& each, const bulk_answer& parsed) {
        std::uint64_t* of = nullptr;
        std::string_view target;
        for (std::size_t i = 0; i < each.body.items(); ++i) {
            if (!parsed.items.empty() && parsed.items[i].verdict != item_verdict::done) continue;
            if (of == nullptr || each.body.target_of(i) != target) {
                target = each.body.target_of(i);
                of = &passed_[std::string(target)];
            }
            ++*of;
        }
    }
    /// Records one more failure of the item; returns whether the item itself is at fault.
    bool is_own_failure(flight& each, std::size_t i, long status) {
        if (detail::says_not_now(status) || status < 500) return false;
        return fails_alone(each, i);
    }
    bool fails_alone(flight& each, std::size_t i) {
        const std::string target(each.body.target_of(i));
        return each.own.failed(target + '\n' + std::string(each.body.id_of(i)), passed_[target],
                               clock_.now());
    }

    /// Handles the failure of a whole bulk. If the bulk itself may be the cause, because it takes the cluster
    /// too long or contains an item that breaks the request, sends it in halves.
    void unanswered(const flight_ptr& each, const std::string& why, const response& answer) {
        if (each->stop.stop_requested()) return give_up(each, interruption());
        if (each->attempts == 0) each->others = answered_;
        // If the cluster is down, that says nothing about the bulk.
        const bool about_it = answer.late || answer.status == 504 || !detail::says_not_now(answer.status) ||
                              answered_ > each->others;
        each->others = answered_;
        if (!about_it) return retry(each, why, answer);
        const bool alone = each->body.items() == 1;
        // With a 200 the document may have been written.
        if (alone && answer.status != 200 && fails_alone(*each, 0)) {
            reject(*each, 0,
                   {item_verdict::rejected, answer.status, "not_answered",
                    "the cluster takes others of its index, and not this one: " + why});
            return next_part(each);
        }
        if (++each->unanswered < (each->halved ? 2U : 5U) || alone) return retry(each, why, answer);
        log::warn("cluster {}: {}; the bulk of {} documents is sent in halves", settings_.address, why,
                  each->body.items());
        each->unanswered = 0;
        each->halved = true;
        split(each, answer.status, "not_answered", why);
    }

    [[noreturn]] static void lost(std::string_view target, const std::string& reason) {
        if (reason.find("no write index is defined") != std::string::npos) {
            const std::string name(target);
            throw error(
                errc::index,
                "alias \"" + name + "\" stands for more than one index, so none can be written: " + reason,
                "GET /_alias/" + name +
                    " shows which; take it away from the one that is a copy, POST "
                    "/_aliases {\"actions\":[{\"remove\":{\"index\":\"…\",\"alias\":\"" +
                    name + "\"}}]}, and start again: nothing from this change on was acknowledged");
        }
        throw error(errc::index, "index \"" + std::string(target) + "\" is gone or is no alias: " + reason,
                    "it was deleted or renamed while pgsync was writing; run bootstrap, which builds what is "
                    "missing");
    }
    static std::string permission_remedy() {
        return "check user and password in ELASTICSEARCH_URL, or the key or token, and their right to write "
               "the index";
    }

    void refused_for_room() {
        settings_.counts->refused.add();
        tell_room([](bulk_room& room, auto now) { room.refused(now); });
    }
    void sent_again(flight& each) {
        ++each.outcome.retries;
        settings_.counts->retries.add();
    }

    static void note_unwritten(flight& each, std::size_t i) {
        auto& all = each.outcome.unwritten;
        const auto target = each.body.target_of(i);
        auto found =
            std::find_if(all.begin(), all.end(), [&](const auto& of) { return of.target == target; });
        if (found == all.end()) found = all.insert(all.end(), {std::string(target), 0, 0});
        ++(each.body.is_delete(i) ? found->deletes : found->documents);
    }

    static void reject(flight& each, std::size_t i, const item_result& item) {
        note_unwritten(each, i);
        const auto& body = each.body;
        each.outcome.rejected.push_back({std::string(body.target_of(i)), std::string(body.id_of(i)),
                                         body.version_of(i), item.status, item.type, item.reason,
                                         std::string(body.document_of(i))});
    }

    /// Sends the halves one after the other; rejects a single item for the given reason.
    void split(const flight_ptr& each, long status, const char* type, std::string reason) {
        const auto items = each->body.items();
        if (items == 1) {
            reject(*each, 0, {item_verdict::rejected, status, type, std::move(reason)});
            return next_part(each);
        }
        std::vector<std::size_t> first;
        std::vector<std::size_t> second;
        for (std::size_t i = 0; i < items; ++i) (i < items / 2 ? first : second).push_back(i);
        each->rest.push_front(each->body.subset(second));
        each->body = each->body.subset(first);
        sent_again(*each);
        send(each);
    }

    void next_part(const flight_ptr& each) {
        outage_.over(std::exchange(each->attempts, 0) > 0);
        each->unanswered = 0;
        each->pauses.reset();
        if (each->rest.empty()) return finish(each);
        each->body = std::move(each->rest.front());
        each->rest.pop_front();
        send(each);
    }

    void retry(const flight_ptr& each, const std::string& why, const response& answer) {
        retry(each, why, answer, settings_.longest_pause);
    }
    void retry(const flight_ptr& each, const std::string& why, const response& answer,
               std::chrono::milliseconds longest) {
        if (each->stop.stop_requested()) return give_up(each, interruption());
        auto pause = std::min(each->pauses.next(), longest);
        if (answer.retry_after) {
            const auto asked = std::min(*answer.retry_after, std::chrono::seconds(60));
            pause = std::max(pause, std::chrono::duration_cast<std::chrono::milliseconds>(asked));
        }
        outage_.failed(++each->attempts, why, pause);
        const std::lock_guard lock(shared_->mutex);
        waiting_.emplace(clock_.now() + pause, each);
    }

    static std::exception_ptr interruption() {
        return std::make_exception_ptr(error(errc::interrupted, "stopped before the cluster had answered"));
    }
    void give_up(const flight_ptr& each, std::exception_ptr why) {
        outage_.abandoned(std::exchange(each->attempts, 0) > 0);
        each->outcome.fatal = std::move(why);
        finish(each);
    }

    void finish(const flight_ptr& each) noexcept {
        each->done(std::move(each->outcome));
        each->done = nullptr;
        each->body = bulk_body();
        const std::lock_guard lock(shared_->mutex);
        flights_.erase(each);
        shared_->changed.notify_all();
    }

    static constexpr std::size_t longest_id = 512;

    static std::string excerpt(std::string text) {
        detail::scrub(text);
        shorten(text, 300);
        return printable(text);
    }

    Transport& transport_;
    settings settings_;
    Clock clock_;
    bulk_room room_;  ///< guarded by the mutex
    bool guarded_;
    std::shared_ptr<shared_state> shared_ = std::make_shared<shared_state>();
    std::set<flight_ptr> flights_;  ///< all submitted bulks that are not finished
    /// Those of them that wait for a retry, by its time.
    std::multimap<std::chrono::steady_clock::time_point, flight_ptr> waiting_;
    interrupt_switch stop_;
    bool closing_ = false;
    std::atomic<bool> ends_at_closed_{false};
    std::uint64_t answered_ = 0;                   ///< number of bulks
    std::map<std::string, std::uint64_t> passed_;  ///< documents written, by target
    detail::outage outage_;
    std::thread thread_;
};

}  // namespace pgsync::elastic
