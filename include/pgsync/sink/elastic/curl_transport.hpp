#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include <pgsync/base/error.hpp>
#include <pgsync/base/quiet_thread.hpp>
#include <pgsync/sink/elastic/access.hpp>
#include <pgsync/sink/elastic/detail/gzip.hpp>
#include <pgsync/sink/elastic/detail/tls_remedy.hpp>
#include <pgsync/sink/elastic/sigv4.hpp>
#include <pgsync/sink/elastic/transport.hpp>
#include <pgsync/sink/elastic/url.hpp>

namespace pgsync::elastic {

/// How request bodies are encoded.
enum class encoding { plain, gzip };

/// HTTP over libcurl's multi interface: one thread, connections kept alive, as many concurrent requests as
/// are submitted. Certificates are verified, and credentials are passed only to libcurl. No proxy is used,
/// whatever the environment says: a cluster is usually close by, and bulks are too much data for a detour.
/// Requests that are outstanding when the transport is destroyed, or whose stop token is triggered, are
/// answered with status 0 at once.
class curl_transport {
  public:
    /// Answers larger than `largest_answer` bytes count as no answer.
    explicit curl_transport(std::string_view url, std::size_t largest_answer = 256U << 20U)
        : curl_transport(parse_url(url), {}, encoding::plain, largest_answer) {}
    curl_transport(cluster_url url, cluster_access how, encoding bodies = encoding::plain,
                   std::size_t largest_answer = 256U << 20U)
        : url_(std::move(url)), access_(std::move(how)), bodies_(bodies), largest_answer_(largest_answer) {
        if (access_.user.empty()) {
            access_.user = url_.user;
            access_.password = url_.password;
        }
        static const bool initialised = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
        multi_ = curl_multi_init();
        if (!initialised || multi_ == nullptr)
            throw error(errc::configuration, "libcurl could not be started");
        thread_ = quiet_thread([this] { run(); });
    }
    ~curl_transport() {
        stopping_ = true;
        curl_multi_wakeup(multi_);
        thread_.join();
        curl_multi_cleanup(multi_);
    }
    curl_transport(const curl_transport&) = delete;
    curl_transport& operator=(const curl_transport&) = delete;

    /// Returns the cluster's address without secrets, for messages.
    [[nodiscard]] const std::string& address() const { return url_.base; }

    void submit(request what, response_handler handler) {
        // Compresses here rather than on the transport's thread, which serves other requests as well.
        const bool smaller = bodies_ == encoding::gzip && what.body && what.body->size() >= worth_compressing;
        if (smaller) what.body = std::make_shared<const std::string>(detail::gzip(*what.body));
        auto each = std::make_unique<transfer>(std::move(what), std::move(handler), largest_answer_);
        each->compressed = smaller;
        each->on_stop.emplace(each->what.stop, wake{multi_});
        {
            const std::lock_guard lock(mutex_);
            if (!stopping_) {
                submitted_.push_back(std::move(each));
                curl_multi_wakeup(multi_);
                return;
            }
        }
        answer_nothing(*each, "the transport is stopping");
    }

  private:
    struct wake {
        CURLM* multi;
        void operator()() const noexcept { curl_multi_wakeup(multi); }
    };
    struct transfer {
        transfer(request r, response_handler h, std::size_t most)
            : what(std::move(r)), handler(std::move(h)), largest_answer(most) {}
        ~transfer() {
            if (headers != nullptr) curl_slist_free_all(headers);
            if (easy != nullptr) curl_easy_cleanup(easy);
        }
        transfer(const transfer&) = delete;
        transfer& operator=(const transfer&) = delete;

        request what;
        response_handler handler;
        std::size_t largest_answer;
        response answer;
        bool late = false;  ///< see response
        CURL* easy = nullptr;
        curl_slist* headers = nullptr;
        char message[CURL_ERROR_SIZE] = {};
        bool too_large = false;
        bool compressed = false;
        std::optional<std::stop_callback<wake>> on_stop;
    };

    static std::size_t receive(char* data, std::size_t size, std::size_t count, void* self) {
        auto& t = *static_cast<transfer*>(self);
        const auto bytes = size * count;
        if (t.answer.body.size() + bytes > t.largest_answer) {
            t.too_large = true;
            return 0;
        }
        t.answer.body.append(data, bytes);
        return bytes;
    }

    void start(std::unique_ptr<transfer> each) {
        auto& t = *each;
        if (t.what.stop.stop_requested()) return answer_nothing(t, "given up");
        t.easy = curl_easy_init();
        if (t.easy == nullptr) return answer_nothing(t, "libcurl has no memory for another request");
        const auto url = url_.base + t.what.path;  // libcurl copies it
        curl_easy_setopt(t.easy, CURLOPT_URL, url.c_str());
        curl_easy_setopt(t.easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(t.easy, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(t.easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
        curl_easy_setopt(t.easy, CURLOPT_CONNECTTIMEOUT_MS, 5'000L);
        // The timeout is for the server. Uploading may take longer, in proportion to the size, unless nothing
        // moves at all.
        const auto bytes = t.what.body ? t.what.body->size() : 0;
        const auto on_the_way = static_cast<long>(bytes / slowest_bytes_per_ms);
        curl_easy_setopt(t.easy, CURLOPT_TIMEOUT_MS, static_cast<long>(t.what.timeout.count()) + on_the_way);
        curl_easy_setopt(t.easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(t.easy, CURLOPT_LOW_SPEED_TIME,
                         static_cast<long>(t.what.timeout.count() / 1'000 + 1));
        curl_easy_setopt(t.easy, CURLOPT_PROXY, "");
        curl_easy_setopt(t.easy, CURLOPT_TCP_NODELAY, 1L);
        curl_easy_setopt(t.easy, CURLOPT_TCP_KEEPALIVE, 1L);
        curl_easy_setopt(t.easy, CURLOPT_BUFFERSIZE, 256L * 1024L);
        curl_easy_setopt(t.easy, CURLOPT_UPLOAD_BUFFERSIZE, 512L * 1024L);
        curl_easy_setopt(t.easy, CURLOPT_ERRORBUFFER, t.message);
        curl_easy_setopt(t.easy, CURLOPT_WRITEFUNCTION, &receive);
        curl_easy_setopt(t.easy, CURLOPT_WRITEDATA, &t);
        curl_easy_setopt(t.easy, CURLOPT_PRIVATE, &t);
        const bool has_body =
            t.what.method != "HEAD" && (t.what.body || t.what.method == "POST" || t.what.method == "PUT");
        identify(t, has_body);
        if (t.what.method == "HEAD") {
            curl_easy_setopt(t.easy, CURLOPT_NOBODY, 1L);
        } else if (has_body) {
            // The size is sent beforehand: clusters refuse chunked requests.
            curl_easy_setopt(t.easy, CURLOPT_POST, 1L);
            curl_easy_setopt(t.easy, CURLOPT_POSTFIELDS, t.what.body ? t.what.body->data() : "");
            curl_easy_setopt(t.easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(bytes));
            add_header(t, "Content-Type: " + t.what.content_type);
            if (t.compressed) add_header(t, "Content-Encoding: gzip");
            // Without this libcurl would wait for a "100 Continue" before each large body.
            add_header(t, "Expect:");
        }
        if (!t.what.opaque_id.empty()) add_header(t, "X-Opaque-Id: " + t.what.opaque_id);
        curl_easy_setopt(t.easy, CURLOPT_HTTPHEADER, t.headers);
        curl_easy_setopt(t.easy, CURLOPT_CUSTOMREQUEST, t.what.method.c_str());
        auto* easy = t.easy;
        if (const auto code = curl_multi_add_handle(multi_, easy); code != CURLM_OK) {
            return answer_nothing(t, curl_multi_strerror(code));
        }
        running_.emplace(easy, std::move(each));
    }

    static void add_header(transfer& t, const std::string& line) {
        t.headers = curl_slist_append(t.headers, line.c_str());
    }

    /// Sets the credentials for the cluster and what libcurl trusts. The Authorization header comes before
    /// everything that is secret: clusters quote requests in errors, and everything from that header on is
    /// cut from them.
    void identify(transfer& t, bool has_body) const {
        if (!access_.user.empty()) {
            curl_easy_setopt(t.easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
            curl_easy_setopt(t.easy, CURLOPT_USERNAME, access_.user.c_str());
            curl_easy_setopt(t.easy, CURLOPT_PASSWORD, access_.password.c_str());
        }
        if (!access_.authorization.empty()) add_header(t, "Authorization: " + access_.authorization);
        if (access_.aws) {
            const auto scheme = url_.base.find("://") + 3;
            const auto slash = std::min(url_.base.find('/', scheme), url_.base.size());
            const std::string target = url_.base.substr(slash) + t.what.path;
            const auto question = std::min(target.find('?'), target.size());
            const std::string_view query = question == target.size()
                                               ? std::string_view()
                                               : std::string_view(target).substr(question + 1);
            for (const auto& line :
                 sign(*access_.aws,
                      {t.what.method, std::string_view(url_.base).substr(scheme, slash - scheme),
                       std::string_view(target).substr(0, question), query,
                       has_body ? std::string_view(t.what.content_type) : std::string_view(),
                       has_body && t.what.body ? std::string_view(*t.what.body) : std::string_view()},
                      std::time(nullptr)))
                add_header(t, line);
        }
        const auto file = [&](CURLoption option, const std::string& value) {
            if (!value.empty()) curl_easy_setopt(t.easy, option, value.c_str());
        };
        file(CURLOPT_CAINFO, access_.ca_file);
        // Otherwise the system's certificate directory, which libcurl may have been built with, would count
        // as well.
        if (!access_.ca_file.empty()) curl_easy_setopt(t.easy, CURLOPT_CAPATH, nullptr);
        file(CURLOPT_SSLCERT, access_.client_certificate);
        file(CURLOPT_SSLKEY, access_.client_key);
        file(CURLOPT_KEYPASSWD, access_.client_key_password);
    }

    static void answer_nothing(transfer& t, const char* why, std::string_view remedy = {}) {
        t.what.body.reset();
        t.answer = {};
        t.answer.failure = why;
        t.answer.remedy = remedy;
        t.answer.late = t.late;
        t.handler(std::move(t.answer));
    }

    void finish(CURL* easy, CURLcode code) {
        curl_multi_remove_handle(multi_, easy);
        const auto found = running_.find(easy);
        const auto each = std::move(found->second);
        running_.erase(found);
        if (code == CURLE_OK) {
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &each->answer.status);
            curl_off_t wait = 0;
            if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0) {
                each->answer.retry_after = std::chrono::seconds(wait);
            }
        } else if (each->too_large) {
            return answer_nothing(*each, "the answer is larger than any a cluster gives");
        } else {
            const char* why = each->message[0] != '\0' ? each->message : curl_easy_strerror(code);
            long sent = 0;  // bytes; none if not even a connection was made in time
            each->late = code == CURLE_OPERATION_TIMEDOUT &&
                         curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK && sent > 0;
            return answer_nothing(*each, why, detail::tls_remedy(code, why));
        }
        each->what.body.reset();
        each->handler(std::move(each->answer));
    }

    /// Answers running requests whose stop token has been triggered.
    void drop_stopped() {
        for (auto at = running_.begin(); at != running_.end();) {
            if (!at->second->what.stop.stop_requested()) {
                ++at;
                continue;
            }
            const auto each = std::move(at->second);
            at = running_.erase(at);
            leave(*each);
            answer_nothing(*each, "given up");
        }
    }
    /// Ends a running transfer without waiting for anything.
    void leave(transfer& t) {
#if LIBCURL_VERSION_NUM >= 0x075700
        // Otherwise a name server that does not answer would block this call.
        curl_easy_setopt(t.easy, CURLOPT_QUICK_EXIT, 1L);
#endif
        curl_multi_remove_handle(multi_, t.easy);
    }

    void run() {
        while (!stopping_) {
            std::vector<std::unique_ptr<transfer>> fresh;
            {
                const std::lock_guard lock(mutex_);
                fresh.swap(submitted_);
            }
            for (auto& each : fresh) start(std::move(each));
            drop_stopped();
            int running = 0;
            curl_multi_perform(multi_, &running);
            int left = 0;
            while (const auto* message = curl_multi_info_read(multi_, &left)) {
                if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
            }
            curl_multi_poll(multi_, nullptr, 0, 1'000, nullptr);
        }
        // Callers that wait must be answered.
        std::vector<std::unique_ptr<transfer>> rest;
        {
            const std::lock_guard lock(mutex_);
            rest.swap(submitted_);
        }
        for (auto& [easy, each] : running_) {
            leave(*each);
            rest.push_back(std::move(each));
        }
        running_.clear();
        for (auto& each : rest) answer_nothing(*each, "the transport is stopping");
    }

    static constexpr std::size_t slowest_bytes_per_ms = 64;

    static constexpr std::size_t worth_compressing = 1'024;  ///< bytes

    cluster_url url_;
    cluster_access access_;
    encoding bodies_;
    std::size_t largest_answer_;
    CURLM* multi_ = nullptr;
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;
    std::vector<std::unique_ptr<transfer>> submitted_;
    std::unordered_map<CURL*, std::unique_ptr<transfer>> running_;
    std::thread thread_;
};

static_assert(transport<curl_transport>);

}  // namespace pgsync::elastic
