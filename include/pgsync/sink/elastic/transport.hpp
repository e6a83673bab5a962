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

/// One HTTP request to the cluster. The body is shared, so that sending it again needs no copy.
struct request {
    std::string method = "GET";
    std::string path;  ///< with its query: "/_bulk?…"
    std::shared_ptr<const std::string> body;
    std::string content_type = "application/json";
    /// X-Opaque-Id, which the cluster shows with the task that it runs for this request; empty: none.
    std::string opaque_id{};
    std::chrono::milliseconds timeout{60'000};
    /// Once this requests a stop, the request completes soon, without an answer.
    std::stop_token stop;
};

/// The answer to a request. If `status` is 0 there was no answer, `failure` says why, and the cluster may
/// have carried out the request all the same.
struct response {
    long status = 0;
    std::string body;
    std::string failure;
    std::optional<std::chrono::seconds> retry_after;
    std::string remedy{};  ///< what to do, if the failure has a specific remedy
    bool late = false;     ///< the request failed because it timed out after it was sent
};

/// Called exactly once for each request, on the transport's own thread; must neither block nor throw.
using response_handler = std::function<void(response&&)>;

/// Sends requests to the cluster, several at a time and from any thread.
template <typename T>
concept transport = requires(T& t, request r, response_handler h) {
    { t.submit(std::move(r), std::move(h)) } -> std::same_as<void>;
};

/// Submits a request and returns at once, with a future for the answer.
template <transport Transport>
[[nodiscard]] std::future<response> ask(Transport& through, request what) {
    // Shared, because this thread may see the answer while the other one is still inside set_value().
    const auto answer = std::make_shared<std::promise<response>>();
    auto future = answer->get_future();
    through.submit(std::move(what), [answer](response&& r) { answer->set_value(std::move(r)); });
    return future;
}

/// Submits a request and waits for the answer.
template <transport Transport>
[[nodiscard]] response perform(Transport& through, request what) {
    return ask(through, std::move(what)).get();
}

}  // namespace pgsync::elastic
