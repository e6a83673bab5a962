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

/// Decides which connections of a server to close, so that slow or idle clients do not keep others out. Each
/// connection has a limited total time, however much it sends, and their number is limited. If there is one
/// too many, the client with the most connections loses its oldest: a client with a single connection keeps
/// it, and of many the newest is most likely to be useful.
class connection_table {
  public:
    using clock = std::chrono::steady_clock;

    connection_table(std::size_t most, std::chrono::milliseconds time) : most_(most), time_(time) {}

    /// Adds a connection; `client` is its address. Returns another connection that has to be closed in its
    /// place, if any.
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

    /// Returns the oldest connection whose time is up; each is returned once.
    [[nodiscard]] std::optional<int> overdue(clock::time_point now) {
        for (auto& each : open_) {
            if (each.ended) continue;
            if (each.until > now) break;
            each.ended = true;
            return each.fd;
        }
        return std::nullopt;
    }
    /// Returns when the next connection will be overdue.
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
        bool ended;  ///< chosen to be closed, and not closed yet
    };

    [[nodiscard]] std::size_t alive() const {
        return static_cast<std::size_t>(
            std::count_if(open_.begin(), open_.end(), [](const entry& each) { return !each.ended; }));
    }

    std::size_t most_;
    std::chrono::milliseconds time_;
    std::list<entry> open_;  ///< oldest first
};

}  // namespace pgsync::app
