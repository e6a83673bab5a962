#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pgsync::app {

/// Which connections of a server have to go, so that those who are slow, or do nothing, keep nobody else out:
/// each has a limited time in all, however much it sends meanwhile, and there are so many at most. Where
/// there is one more, the client who has the most loses its oldest one: who has one connection only keeps it,
/// and of a client with many the newest is the one most likely to be worth something.
class connection_table {
  public:
    using clock = std::chrono::steady_clock;

    connection_table(std::size_t most, std::chrono::milliseconds time) : most_(most), time_(time) {}

    /// `client` is its address. Returns another connection that has to go for this one, if any.
    std::optional<int> add(int fd, std::string client, clock::time_point now) {
        open_.push_back({fd, std::move(client), now + time_, false});
        if (alive() <= most_) return std::nullopt;
        std::map<std::string_view, std::size_t> many;
        for (const auto& each : open_)
            if (!each.ended) ++many[each.client];
        const auto greedy = std::max_element(many.begin(), many.end(), [](const auto& a, const auto& b) {
                                return a.second < b.second;
                            })->second;
        const auto found = std::find_if(open_.begin(), open_.end(), [&](const entry& each) {
            return !each.ended && many.at(each.client) == greedy;
        });
        found->ended = true;
        return found->fd;
    }
    void remove(int fd) {
        open_.remove_if([&](const entry& each) { return each.fd == fd; });
    }

    /// The oldest connection whose time is over, each once.
    [[nodiscard]] std::optional<int> overdue(clock::time_point now) {
        for (auto& each : open_) {
            if (each.ended) continue;
            if (each.until > now) break;
            each.ended = true;
            return each.fd;
        }
        return std::nullopt;
    }
    /// When the next one is overdue.
    [[nodiscard]] std::optional<clock::time_point> next() const {
        for (const auto& each : open_)
            if (!each.ended) return each.until;
        return std::nullopt;
    }

  private:
    struct entry {
        int fd;
        std::string client;
        clock::time_point until;
        bool ended;  ///< told to go, and not gone yet
    };

    [[nodiscard]] std::size_t alive() const {
        return static_cast<std::size_t>(
            std::count_if(open_.begin(), open_.end(), [](const entry& each) { return !each.ended; }));
    }

    std::size_t most_;
    std::chrono::milliseconds time_;
    std::list<entry> open_;  ///< the oldest first
};

}  // namespace pgsync::app
