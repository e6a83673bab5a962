#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace pgsync::elastic {

/// One HTTP request to the cluster. The body is shared, so that a repeat costs no copy.
struct request {
    std::string method = "GET";
    std::string path;  ///< with its query, "/_bulk?…"
    std::shared_ptr<const std::string> body;
    std::string content_type = "application/json";
    /// X-Opaque-Id, which the cluster shows beside the task it runs for this request; empty: none.
    std::string opaque_id{};
    std::chrono::milliseconds timeout{60'000};
    /// Once it asks to stop, nobody waits for the answer any more: the request completes soon, without one.
    std::stop_token stop;
};

/// What came back. `status` 0 means no answer, and `failure` says why; the request may have been carried out
/// all the same.
struct response {
    long status = 0;
    std::string body;
    std::string failure;
    std::optional<std::chrono::seconds> retry_after;
    std::string remedy{};  ///< where the failure asks for a certain one
    bool late = false;     ///< the failure: the request was sent, and its time went by
};

/// Called exactly once for each request, from the transport's own thread; must not block there, nor throw.
using response_handler = std::function<void(response&&)>;

/// Carries requests to the cluster: several at a time, from any thread.
template <typename T>
concept transport = requires(T& t, request r, response_handler h) {
    { t.submit(std::move(r), std::move(h)) } -> std::same_as<void>;
};

/// Submits, and returns at once.
template <transport Transport>
[[nodiscard]] std::future<response> ask(Transport& through, request what) {
    // Shared: this thread may see the answer while the other is still on its way out of set_value().
    const auto answer = std::make_shared<std::promise<response>>();
    auto future = answer->get_future();
    through.submit(std::move(what), [answer](response&& r) { answer->set_value(std::move(r)); });
    return future;
}

/// Submits and waits.
template <transport Transport>
[[nodiscard]] response perform(Transport& through, request what) {
    return ask(through, std::move(what)).get();
}

}  // namespace pgsync::elastic
