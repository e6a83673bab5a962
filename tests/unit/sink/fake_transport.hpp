#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include <pgsync/sink/elastic/transport.hpp>
#include <pgsync/sink/elastic/waiting_clock.hpp>

/// What tests of everything above HTTP talk to instead of a cluster.
namespace pgsync::test {

inline elastic::response status(long code, std::string body = "{}") {
    return {code, std::move(body), {}, {}};
}
inline elastic::response no_answer(std::string why = "connection reset") {
    return {0, {}, std::move(why), {}};
}

/// A transport whose answers a function makes; without one the request is held until answer() is called or
/// the request's stop is asked for. Answers arrive on a thread of its own, one after the other.
class fake_transport {
  public:
    /// Gets the request and its number, counted from 0. Called in the thread that submits, one call at a
    /// time.
    using behaviour = std::function<std::optional<elastic::response>(const elastic::request&, std::size_t)>;

    explicit fake_transport(behaviour what) : behaviour_(std::move(what)), thread_([this] { run(); }) {}
    /// Answers one after the other; more requests than answers are an error of the test, seen as status 599.
    explicit fake_transport(std::vector<elastic::response> script)
        : fake_transport([script = std::move(script)](const elastic::request&, std::size_t number) {
              return number < script.size() ? script[number] : status(599, "the script is over");
          }) {}
    ~fake_transport() {
        watches_.clear();
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
            changed_.notify_all();
        }
        thread_.join();
    }
    fake_transport(const fake_transport&) = delete;
    fake_transport& operator=(const fake_transport&) = delete;

    void submit(elastic::request what, elastic::response_handler handler) {
        std::size_t number = 0;
        const auto stop = what.stop;
        {
            const std::lock_guard lock(mutex_);
            number = requests_.size();
            requests_.push_back(what);
            auto answer = behaviour_(what, number);
            if (answer) {
                ready_.emplace_back(std::move(handler), std::move(*answer));
            } else {
                held_.emplace(number, std::move(handler));
            }
            changed_.notify_all();
            if (answer || stubborn_ || !stop.stop_possible()) return;
        }
        // Not under the lock: where stop was asked for already, this calls back right here.
        auto watch = std::make_unique<std::stop_callback<give_up>>(stop, give_up{this, number});
        const std::lock_guard lock(mutex_);
        watches_.push_back(std::move(watch));
    }

    /// From now on held requests stay held when their stop is asked for.
    void ignore_stops() {
        const std::lock_guard lock(mutex_);
        stubborn_ = true;
    }

    /// Answers a held request.
    void answer(std::size_t number, elastic::response what) {
        const std::lock_guard lock(mutex_);
        const auto found = held_.find(number);
        if (found == held_.end())
            throw std::logic_error("request " + std::to_string(number) + " is not held");
        ready_.emplace_back(std::move(found->second), std::move(what));
        held_.erase(found);
        changed_.notify_all();
    }

    [[nodiscard]] std::vector<elastic::request> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    [[nodiscard]] std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return requests_.size();
    }
    [[nodiscard]] std::string body(std::size_t number) const {
        const std::lock_guard lock(mutex_);
        const auto& shared = requests_.at(number).body;
        return shared ? *shared : std::string();
    }
    /// Waits until that many requests have come; false when they do not.
    [[nodiscard]] bool wait_for_requests(std::size_t many) const {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return requests_.size() >= many; });
    }

  private:
    struct give_up {
        fake_transport* owner;
        std::size_t number;
        void operator()() const {
            const std::lock_guard lock(owner->mutex_);
            const auto found = owner->held_.find(number);
            if (found == owner->held_.end()) return;
            owner->ready_.emplace_back(std::move(found->second), no_answer("given up"));
            owner->held_.erase(found);
            owner->changed_.notify_all();
        }
    };

    void run() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [&] { return stopping_ || !ready_.empty(); });
            if (ready_.empty()) return;
            {
                auto [handler, answer] = std::move(ready_.front());
                ready_.pop_front();
                lock.unlock();
                handler(std::move(answer));
            }
            lock.lock();
        }
    }

    behaviour behaviour_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<elastic::request> requests_;
    std::map<std::size_t, elastic::response_handler> held_;
    std::deque<std::pair<elastic::response_handler, elastic::response>> ready_;
    // Kept to the end: taking one off waits for its call, which waits for the lock.
    std::vector<std::unique_ptr<std::stop_callback<give_up>>> watches_;
    bool stubborn_ = false;
    bool stopping_ = false;
    std::thread thread_;
};
static_assert(elastic::transport<fake_transport>);

/// A clock that jumps to whatever is waited for and remembers how far; copies share one time. With `standing`
/// it does not jump: who waits is woken by notification alone.
class fake_clock {
  public:
    using time_point = std::chrono::steady_clock::time_point;

    fake_clock() : fake_clock(false) {}
    explicit fake_clock(bool standing) : state_(std::make_shared<state>()) { state_->standing = standing; }

    [[nodiscard]] time_point now() const {
        const std::lock_guard lock(state_->mutex);
        return state_->now;
    }
    void wait_until(std::condition_variable& what, std::unique_lock<std::mutex>& lock,
                    time_point until) const {
        bool standing = false;
        {
            const std::lock_guard own(state_->mutex);
            state_->waited.push_back(
                std::chrono::duration_cast<std::chrono::milliseconds>(until - state_->now));
            standing = state_->standing;
            if (!standing && until > state_->now) state_->now = until;
        }
        if (standing) {
            what.wait_for(lock, std::chrono::seconds(20));
        } else {
            lock.unlock();
            std::this_thread::yield();
            lock.lock();
        }
    }
    [[nodiscard]] std::vector<std::chrono::milliseconds> waited() const {
        const std::lock_guard lock(state_->mutex);
        return state_->waited;
    }

  private:
    struct state {
        std::mutex mutex;
        time_point now{std::chrono::hours(1)};
        std::vector<std::chrono::milliseconds> waited;
        bool standing = false;
    };
    std::shared_ptr<state> state_;
};
static_assert(elastic::waiting_clock<fake_clock>);

/// What a cluster does with bulks: documents by alias and id, written unless the version is smaller than the
/// one there, deletes that leave their version behind. Not thread-safe by itself; fake_transport calls in
/// turn.
class fake_cluster {
  public:
    struct entry {
        std::uint64_t version = 0;
        bool deleted = false;
        std::string document;
    };
    /// An answer for this item instead of carrying it out; a status of 0 carries it out.
    using item_hook = std::function<std::pair<int, std::string>(const std::string& id)>;

    std::set<std::string> aliases{"docs"};
    std::map<std::pair<std::string, std::string>, entry> entries;
    item_hook hook = [](const std::string&) { return std::pair(0, std::string()); };
    std::size_t written = 0;

    [[nodiscard]] std::vector<std::string> ids() const {
        std::vector<std::string> out;
        for (const auto& [key, each] : entries) {
            if (!each.deleted) out.push_back(key.second);
        }
        return out;
    }
    [[nodiscard]] std::string document(const std::string& id, const std::string& alias = "docs") const {
        const auto found = entries.find({alias, id});
        return found == entries.end() || found->second.deleted ? std::string() : found->second.document;
    }

    elastic::response bulk(const elastic::request& what) {
        boost::json::array items;
        bool errors = false;
        std::size_t at = 0;
        const auto& text = *what.body;
        const auto line = [&] {
            const auto end = text.find('\n', at);
            auto out = text.substr(at, end - at);
            at = end + 1;
            return out;
        };
        while (at < text.size()) {
            const auto action = boost::json::parse(line()).as_object();
            const auto operation = std::string(action.begin()->key());
            const auto& about = action.begin()->value().as_object();
            const auto document = operation == "delete" ? std::string() : line();
            auto [code, error] = carry_out(operation, about, document);
            boost::json::object result{{"status", code}};
            if (!error.empty()) {
                errors = true;
                result["error"] = {{"type", error}, {"reason", "because of " + error}};
            }
            items.push_back(boost::json::object{{operation, result}});
        }
        return status(200, boost::json::serialize(boost::json::object{{"errors", errors}, {"items", items}}));
    }

  private:
    std::pair<int, std::string> carry_out(const std::string& operation, const boost::json::object& about,
                                          const std::string& document) {
        const auto alias = std::string(about.at("_index").as_string());
        const auto id = std::string(about.at("_id").as_string());
        if (!aliases.contains(alias)) return {404, "index_not_found_exception"};
        if (operation == "update") return {404, "document_missing_exception"};
        if (auto told = hook(id); told.first != 0) return told;
        const auto version = about.at("version").to_number<std::uint64_t>();
        auto& each = entries[{alias, id}];
        if (each.version > version) return {409, "version_conflict_engine_exception"};
        const bool existed = each.version != 0 && !each.deleted;
        each = {version, operation == "delete", document};
        ++written;
        return {operation == "delete" && !existed ? 404 : 200, {}};
    }
};

}  // namespace pgsync::test
