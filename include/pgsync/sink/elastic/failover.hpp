#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/sink/elastic/transport.hpp>

namespace pgsync::elastic {

/// Combines several addresses of one cluster into one transport. Requests go to the current address; once it
/// does not answer, or answers for a cluster that is down (502, 503, 504), later requests go to the next one,
/// and after the last to the first. Nothing is retried here: a caller that repeats its request reaches
/// another node.
///
/// Before anything else is sent to an address, it is asked for its cluster's uuid, and again after it did not
/// answer; an address of another cluster gets no requests. A single address is not checked.
template <transport Node>
class failover {
  public:
    struct node {
        std::string address;  ///< without secrets, for messages
        std::unique_ptr<Node> through;
    };

    /// Throws errc::configuration if `nodes` is empty.
    explicit failover(std::vector<node> nodes) {
        if (nodes.empty()) throw error(errc::configuration, "no address of the cluster is named");
        for (auto& each : nodes) {
            address_ += (address_.empty() ? "" : ", ") + each.address;
            nodes_.push_back({{std::move(each)}});
        }
    }
    failover(const failover&) = delete;
    failover& operator=(const failover&) = delete;
    ~failover() = default;

    /// Returns all addresses, for messages.
    [[nodiscard]] const std::string& address() const { return address_; }
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }

    void submit(request what, response_handler handler) {
        std::size_t at = 0;
        bool known = false;
        {
            const std::lock_guard lock(mutex_);
            at = current_;
            known = nodes_.size() == 1 || nodes_[at].known;
        }
        if (known) {
            send(at, std::move(what), std::move(handler));
        } else {
            ask_first(at, std::move(what), std::move(handler));
        }
    }

    /// Asks each address that answers which cluster it belongs to. Throws errc::configuration if two belong
    /// to different clusters, since documents written through one would be missing behind the other.
    void require_one_cluster(std::chrono::milliseconds timeout) {
        if (nodes_.size() == 1) return;
        std::vector<std::future<response>> answers;
        for (auto& each : nodes_) answers.push_back(ask(*each.through, question(timeout)));
        std::string one;
        std::string uuid;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            const auto answer = answers[i].get();
            if (answer.status == 0) {
                log::warn("{} of the cluster does not answer: {}", nodes_[i].address, answer.failure);
                continue;
            }
            if (refuses(answer)) continue;  // the first request will report it
            const auto found = uuid_in(answer);
            if (found.empty()) {
                throw error(errc::configuration,
                            nodes_[i].address +
                                " does not tell which cluster it is of (GET /), so that nothing "
                                "shows that the addresses are of one",
                            "name one address");
            }
            if (uuid.empty()) {
                uuid = found;
                one = nodes_[i].address;
            } else if (found != uuid) {
                throw error(errc::configuration,
                            one + " and " + nodes_[i].address + " are of different clusters (" + uuid +
                                " and " + found + ")",
                            "name several nodes of one cluster in ELASTICSEARCH_URL or --elasticsearch");
            }
        }
    }

  private:
    struct member : node {
        bool known = false;    ///< verified to belong to this cluster; reset if it does not answer
        bool foreign = false;  ///< it belongs to another cluster, and that has been logged
    };

    static request question(std::chrono::milliseconds timeout) {
        request what;
        what.path = "/";
        what.timeout = timeout;
        return what;
    }

    /// Returns the cluster's uuid; empty if the answer does not contain it.
    static std::string uuid_in(const response& answer) {
        boost::system::error_code failed;
        const auto body = boost::json::parse(answer.body, failed);
        if (answer.status != 200 || failed || !body.is_object()) return {};
        const auto* uuid = body.get_object().if_contains("cluster_uuid");
        return uuid == nullptr || !uuid->is_string() ? std::string() : std::string(uuid->get_string());
    }

    // Handlers run on a node's own thread and never send to another node, so the nodes can be destroyed in
    // any order.

    void send(std::size_t to, request what, response_handler handler) {
        const auto stop = what.stop;
        nodes_[to].through->submit(std::move(what),
                                   [this, to, stop, handler = std::move(handler)](response&& answer) {
                                       if (is_away(answer) && !stop.stop_requested()) failed(to, answer);
                                       handler(std::move(answer));
                                   });
    }

    void ask_first(std::size_t to, request what, response_handler handler) {
        auto asked = question(std::min(what.timeout, longest_question));
        asked.stop = what.stop;
        const auto waiting = std::make_shared<request>(std::move(what));
        nodes_[to].through->submit(
            std::move(asked), [this, to, waiting, handler = std::move(handler)](response&& answer) mutable {
                const bool tells = answer.status != 0 && !refuses(answer);
                const auto why = tells ? why_not(to, answer) : std::string();
                if (tells && why.empty()) return send(to, std::move(*waiting), std::move(handler));
                if (!why.empty()) {
                    answer = {};
                    answer.failure = why;
                }
                if (answer.status != 0 && !is_away(answer)) return handler(std::move(answer));
                if (!waiting->stop.stop_requested()) failed(to, answer);
                handler(std::move(answer));
            });
    }

    /// Returns whether there was no answer, or one from a proxy whose cluster does not answer, or from a node
    /// without a cluster.
    static bool is_away(const response& answer) {
        return answer.status == 0 || (answer.status >= 502 && answer.status <= 504);
    }
    /// Returns whether the node refuses to name its cluster; it would refuse the actual request as well. Some
    /// builds have nothing at that path (400, 404, 405), which is not a refusal.
    static bool refuses(const response& answer) {
        return answer.status >= 400 && answer.status != 400 && answer.status != 404 && answer.status != 405;
    }

    /// Returns why nothing may be sent to the address; empty if it belongs to this cluster, which is then
    /// remembered.
    std::string why_not(std::size_t at, const response& answer) {
        const auto uuid = uuid_in(answer);
        const std::lock_guard lock(mutex_);
        if (uuid.empty()) return "it does not tell which cluster it is of";
        if (uuid_.empty()) uuid_ = uuid;
        auto& asked = nodes_[at];
        asked.known = uuid == uuid_;
        if (!std::exchange(asked.foreign, !asked.known) && asked.foreign)
            log::error("{} is of another cluster than before, and gets nothing", asked.address);
        return asked.known
                   ? std::string()
                   : "it is of another cluster (" + printable(uuid) + ", not " + printable(uuid_) + ")";
    }

    void failed(std::size_t at, const response& answer) {
        if (nodes_.size() == 1) return;
        const std::lock_guard lock(mutex_);
        if (answer.status == 0) nodes_[at].known = false;
        if (current_ != at) return;  // another request has noticed before
        current_ = (at + 1) % nodes_.size();
        // Warns for one round through the addresses only. If the whole cluster is down, the callers that
        // retry report it.
        const auto now = std::chrono::steady_clock::now();
        if (now - said_ >= quiet) told_ = 0;
        const bool news = told_ < nodes_.size();
        if (news) {
            ++told_;
            said_ = now;
        }
        const auto why = answer.status == 0 ? answer.failure : "HTTP " + std::to_string(answer.status);
        const auto text = nodes_[at].address + ": " + why + "; going on with " + nodes_[current_].address;
        if (news) {
            log::warn("{}", text);
        } else {
            log::debug("{}", text);
        }
    }

    static constexpr std::chrono::milliseconds longest_question{5'000};
    static constexpr std::chrono::seconds quiet{60};

    std::string address_;
    std::mutex mutex_;
    std::size_t current_ = 0;
    std::string uuid_;  ///< the cluster's; empty: not known yet
    std::chrono::steady_clock::time_point said_{};
    std::size_t told_ = 0;
    std::vector<member> nodes_;  ///< destroyed first, since its threads use the other members
};

}  // namespace pgsync::elastic
