#include <atomic>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#include <zlib.h>

#include "../../catch.hpp"
#include "../postgres/contains.hpp"
#include "socket_server.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/sink/elastic/bulk_writer.hpp>
#include <pgsync/sink/elastic/client.hpp>
#include <pgsync/sink/elastic/curl_transport.hpp>

using pgsync::elastic::curl_transport;
using pgsync::elastic::encoding;
using pgsync::elastic::parse_url;
using pgsync::elastic::perform;
using pgsync::elastic::request;
using pgsync::elastic::response;
using pgsync::test::socket_server;

namespace {

request get(std::string path = "/", std::chrono::milliseconds timeout = std::chrono::minutes(10)) {
    request what;
    what.path = std::move(path);
    what.timeout = timeout;
    return what;
}
request post(std::string body) {
    auto what = get("/_bulk");
    what.method = "POST";
    what.body = std::make_shared<const std::string>(std::move(body));
    return what;
}

std::string gunzip(const std::string& from) {
    std::string out(64U << 20U, '\0');
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from.data()));
    stream.avail_in = static_cast<uInt>(from.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

/// Answers `ok` to everything.
void agree(const socket_server::call&, const socket_server::line& to) { to.answer(200, "ok"); }
/// Accepts, reads, and never answers.
void freeze(const socket_server::call&, const socket_server::line& to) { to.freeze(); }

/// Collects the answers of several requests, each of which may come only once.
class collector {
  public:
    explicit collector(std::size_t many) : answers_(many), left_(many) {}
    pgsync::elastic::response_handler handler(std::size_t i) {
        return [this, i](response&& r) {
            if (answers_[i]) twice_ = true;
            answers_[i] = std::move(r);
            if (--left_ == 0) all_.set_value();
        };
    }
    const std::vector<std::optional<response>>& wait() {
        REQUIRE(all_.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready);
        CHECK_FALSE(twice_);
        return answers_;
    }
    [[nodiscard]] std::size_t left() const { return left_; }
    [[nodiscard]] bool twice() const { return twice_; }

  private:
    std::vector<std::optional<response>> answers_;
    std::atomic<std::size_t> left_;
    std::atomic<bool> twice_{false};
    std::promise<void> all_;
};

}  // namespace

TEST_CASE("requests one after the other share one connection") {
    socket_server server(agree);
    curl_transport transport(server.url());
    for (int i = 0; i < 10; ++i) CHECK(perform(transport, post("x")).body == "ok");
    CHECK(server.calls().size() == 10);
    CHECK(server.connections() == 1);
}

TEST_CASE("a request arrives with its method, path, type and body, and its size told beforehand") {
    socket_server server(agree);
    curl_transport transport(server.url() + "/prefix/");
    auto what = post("{\"a\":\"\n\xF0\x9F\x98\x80\"}\n");
    what.path = "/x%2Fy/_doc?a=b";
    what.method = "PUT";
    what.content_type = "application/x-ndjson";
    CHECK(perform(transport, what).status == 200);
    const auto calls = server.calls();
    REQUIRE(calls.size() == 1);
    CHECK_THAT(calls[0].head, contains("PUT /prefix/x%2Fy/_doc?a=b HTTP/1.1\r\n"));
    CHECK_THAT(calls[0].head, contains("Content-Type: application/x-ndjson\r\n"));
    CHECK_THAT(calls[0].head, contains("Content-Length: " + std::to_string(what.body->size()) + "\r\n"));
    CHECK_THAT(calls[0].head, !contains("Expect:"));
    CHECK(calls[0].body == *what.body);
}

TEST_CASE("a request without a body works with every method") {
    socket_server server(agree);
    curl_transport transport(server.url());
    for (const std::string method : {"GET", "DELETE", "POST", "PUT"}) {
        auto what = get();
        what.method = method;
        CHECK(perform(transport, what).body == "ok");
        CHECK_THAT(server.calls().back().head, contains(method + " / HTTP/1.1"));
    }
}

TEST_CASE("HEAD is answered without waiting for a body that is announced") {
    socket_server server(
        [](const auto&, const auto& to) { to.send("HTTP/1.1 404 no\r\nContent-Length: 1000\r\n\r\n"); });
    curl_transport transport(server.url());
    auto what = get("/index");
    what.method = "HEAD";
    CHECK(perform(transport, what).status == 404);
}

TEST_CASE("an answer comes back as it is, whatever its status") {
    socket_server server([](const auto&, const auto& to) {
        to.answer(429, "{\"error\":1}", "Retry-After: 7\r\nLocation: /elsewhere\r\n");
    });
    curl_transport transport(server.url());
    const auto answer = perform(transport, get());
    CHECK(answer.status == 429);
    CHECK(answer.body == "{\"error\":1}");
    REQUIRE(answer.retry_after);
    CHECK(answer.retry_after->count() == 7);
    CHECK(answer.failure.empty());
}

TEST_CASE("a redirection is an answer, not followed with our credentials") {
    socket_server server([](const auto& call, const auto& to) {
        to.answer(call.number == 0 ? 302 : 200, "", "Location: /elsewhere\r\n");
    });
    curl_transport transport(server.url("user:secret"));
    CHECK(perform(transport, get()).status == 302);
}

TEST_CASE("user and password go into the request and nowhere else") {
    socket_server server([](const auto& call, const auto& to) {
        if (call.number == 0) to.answer(401, "no");
        to.cut();
    });
    curl_transport transport(server.url("us%40er:p%2Fw%3A"));
    CHECK(transport.address() == server.url());
    CHECK(perform(transport, get()).status == 401);
    CHECK_THAT(server.calls().at(0).head, contains("Authorization: Basic dXNAZXI6cC93Og==\r\n"));
    const auto failed = perform(transport, get());
    CHECK(failed.status == 0);
    CHECK_THAT(failed.failure, !contains("p/w:") && !contains("p%2Fw"));
}

TEST_CASE("a proxy in the environment is none of ours") {
    socket_server server(agree);
    const char* before = std::getenv("http_proxy");
    const std::string saved = before == nullptr ? "" : before;
    ::setenv("http_proxy", socket_server::refusing_url().c_str(), 1);
    {
        curl_transport transport(server.url());
        CHECK(perform(transport, get()).body == "ok");
    }
    before == nullptr ? ::unsetenv("http_proxy") : ::setenv("http_proxy", saved.c_str(), 1);
}

TEST_CASE("bodies of many megabytes arrive whole in both directions") {
    socket_server server([](const auto& call, const auto& to) { to.answer(200, call.body); });
    curl_transport transport(server.url());
    std::string body(30U << 20U, ' ');
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i * 7919 % 26);
    const auto answer = perform(transport, post(body));
    CHECK(answer.status == 200);
    CHECK((answer.body == body));
}

TEST_CASE("where that is wanted, bodies that are worth it travel as gzip, and say so") {
    socket_server server(agree);
    curl_transport transport(parse_url(server.url()), {}, encoding::gzip);
    std::string body;
    for (int i = 0; i < 20'000; ++i) body += R"({"id":)" + std::to_string(i) + R"(,"name":"of a document"})";
    CHECK(perform(transport, post(body)).body == "ok");
    CHECK(perform(transport, post("small")).body == "ok");
    const auto calls = server.calls();
    REQUIRE(calls.size() == 2);
    CHECK(calls[0].head.find("Content-Encoding: gzip") != std::string::npos);
    CHECK(calls[0].body.size() < body.size() / 4);
    CHECK((gunzip(calls[0].body) == body));
    CHECK(calls[1].head.find("Content-Encoding") == std::string::npos);
    CHECK(calls[1].body == "small");
}

TEST_CASE("an answer larger than any a cluster gives counts as none") {
    socket_server server([](const auto&, const auto& to) { to.answer(200, std::string(200'000, 'x')); });
    curl_transport small(server.url(), 199'999);
    const auto answer = perform(small, get());
    CHECK(answer.status == 0);
    CHECK(answer.body.empty());
    CHECK_THAT(answer.failure, contains("larger"));
    curl_transport enough(server.url(), 200'000);
    CHECK(perform(enough, get()).body.size() == 200'000);
}

TEST_CASE("a cluster that refuses a body before it is sent is heard") {
    socket_server server(
        [](const auto&, const auto& to) {
            to.answer(413, "too large", "Connection: close\r\n");
            to.freeze();  // reads and forgets the rest
        },
        true);
    curl_transport transport(server.url());
    const auto answer = perform(transport, post(std::string(50U << 20U, 'x')));
    CHECK(answer.status == 413);
}

TEST_CASE("a request without an answer in its time ends, and says why") {
    socket_server server(freeze);
    curl_transport transport(server.url());
    const auto answer = perform(transport, get("/", std::chrono::milliseconds(50)));
    CHECK(answer.status == 0);
    CHECK_THAT(answer.failure, contains("timed out"));
}

TEST_CASE("an answer that stops in the middle counts as none") {
    socket_server server([](const auto& call, const auto& to) {
        if (call.number % 3 == 0) to.send("HTTP/1.1 200 ok\r\nContent-Length: 100\r\n\r\n{\"errors\":false");
        if (call.number % 3 == 1)
            to.send("HTTP/1.1 200 ok\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"err\r\n");
        to.cut();
    });
    curl_transport transport(server.url());
    for (int i = 0; i < 3; ++i) {
        const auto answer = perform(transport, get());
        CHECK(answer.status == 0);
        CHECK(answer.body.empty());
        CHECK_FALSE(answer.failure.empty());
    }
}

TEST_CASE("what is no HTTP counts as no answer") {
    socket_server server([](const auto&, const auto& to) {
        to.send("-ERR unknown command\r\n");
        to.cut();
    });
    curl_transport transport(server.url());
    CHECK(perform(transport, get()).status == 0);
}

TEST_CASE("a connection that the cluster closed while idle costs nothing") {
    std::promise<void> cut;
    socket_server server([&](const auto& call, const auto& to) {
        to.answer(200, "ok");
        if (call.number != 0) return;
        to.cut();
        cut.set_value();
    });
    curl_transport transport(server.url());
    CHECK(perform(transport, post("first")).body == "ok");
    // A request that meets the cut on its way may come twice, which is harmless, but not what is asked here.
    cut.get_future().wait();
    CHECK(perform(transport, post("second")).body == "ok");
    CHECK(server.calls().size() == 2);
    CHECK(server.connections() == 2);
}

TEST_CASE("a port on which nobody listens is no answer, and the next request is made all the same") {
    curl_transport transport(socket_server::refusing_url());
    for (int i = 0; i < 2; ++i) {
        const auto answer = perform(transport, get());
        CHECK(answer.status == 0);
        CHECK_FALSE(answer.failure.empty());
    }
}

TEST_CASE("several requests are on their way at the same time") {
    constexpr std::size_t many = 8;
    std::barrier all(many);
    socket_server server([&](const auto& call, const auto& to) {
        all.arrive_and_wait();  // none is answered before the last has come
        to.answer(200, call.body);
    });
    curl_transport transport(server.url());
    collector results(many);
    for (std::size_t i = 0; i < many; ++i) transport.submit(post(std::to_string(i)), results.handler(i));
    const auto& answers = results.wait();
    for (std::size_t i = 0; i < many; ++i) CHECK(answers[i]->body == std::to_string(i));
}

TEST_CASE("requests from many threads are each answered with their own answer") {
    socket_server server([](const auto& call, const auto& to) { to.answer(200, call.body); });
    curl_transport transport(server.url());
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) {
                const auto text = std::to_string(t) + "/" + std::to_string(i);
                if (perform(transport, post(text)).body != text) ++wrong;
            }
        });
    }
    for (auto& each : threads) each.join();
    CHECK(wrong == 0);
    CHECK(server.connections() <= 4);
}

TEST_CASE("whoever is answered may submit the next request from there") {
    socket_server server(agree);
    curl_transport transport(server.url());
    std::promise<int> last;
    std::function<void(int)> next = [&](int number) {
        transport.submit(get(), [&, number](response&& r) {
            if (number == 20) return last.set_value(static_cast<int>(r.status));
            next(number + 1);
        });
    };
    next(1);
    CHECK(last.get_future().get() == 200);
    CHECK(server.calls().size() == 20);
}

TEST_CASE("a transport that goes answers what is outstanding, each once") {
    socket_server server(freeze);
    constexpr std::size_t many = 5;
    collector results(many);
    {
        curl_transport transport(server.url());
        for (std::size_t i = 0; i < many; ++i) transport.submit(get(), results.handler(i));
        REQUIRE(server.wait_for_calls(1));  // others may not even have begun
    }
    CHECK(results.left() == 0);
    for (const auto& answer : results.wait()) {
        CHECK(answer->status == 0);
        CHECK(answer->failure == "the transport is stopping");
    }
}

TEST_CASE("a request that is given up ends at once, and the others do not notice") {
    std::promise<void> go;
    const auto gone = go.get_future().share();
    socket_server server([&](const auto& call, const auto& to) {
        if (call.body == "frozen") return to.freeze();
        gone.wait();
        to.answer(200, "ok");
    });
    curl_transport transport(server.url());
    std::stop_source stop;
    collector frozen(3);
    collector patient(1);
    for (std::size_t i = 0; i < 2; ++i) {
        auto what = post("frozen");
        what.stop = stop.get_token();
        transport.submit(what, frozen.handler(i));
    }
    transport.submit(post("patient"), patient.handler(0));
    REQUIRE(server.wait_for_calls(3));
    stop.request_stop();
    auto late = post("frozen");
    late.stop = stop.get_token();
    transport.submit(late, frozen.handler(2));
    for (const auto& answer : frozen.wait()) {
        CHECK(answer->status == 0);
        CHECK(answer->failure == "given up");
    }
    CHECK(patient.left() == 1);
    go.set_value();
    CHECK(patient.wait()[0]->body == "ok");
    CHECK(server.calls().size() == 3);  // the late one was not even begun
}

TEST_CASE("requests are given up and answered at the same moment, and each ends once") {
    socket_server server(agree);
    curl_transport transport(server.url());
    for (int round = 0; round < 100; ++round) {
        std::stop_source stop;
        collector results(4);
        for (std::size_t i = 0; i < 4; ++i) {
            auto what = get();
            what.stop = stop.get_token();
            transport.submit(what, results.handler(i));
        }
        if (round % 2 == 1) std::this_thread::yield();
        stop.request_stop();
        for (const auto& answer : results.wait()) {
            CHECK((answer->status == 200 || answer->failure == "given up"));
        }
    }
}

TEST_CASE("bulks to a frozen cluster end as interrupted at once, and nothing waits for their answers") {
    socket_server server(freeze);
    std::atomic<int> ended{0};
    std::atomic<int> interrupted{0};
    {
        curl_transport transport(server.url());
        pgsync::elastic::bulk_writer<curl_transport>::settings setting;
        setting.in_flight = 3;
        pgsync::elastic::bulk_writer writer(transport, setting);
        const auto submit = [&] {
            pgsync::elastic::bulk_body body;
            body.index("docs", "1", 1, "{}");
            writer.submit(std::move(body), [&](pgsync::elastic::bulk_outcome&& outcome) {
                ++ended;
                try {
                    if (outcome.fatal) std::rethrow_exception(outcome.fatal);
                } catch (const pgsync::error& problem) {
                    if (problem.code() == pgsync::errc::interrupted) ++interrupted;
                }
            });
        };
        for (int i = 0; i < 3; ++i) submit();
        std::promise<pgsync::errc> thrown;
        std::thread blocked([&] {
            try {
                submit();
            } catch (const pgsync::error& problem) {
                thrown.set_value(problem.code());
            }
        });
        REQUIRE(server.wait_for_calls(3));
        writer.interrupt();
        blocked.join();
        CHECK(thrown.get_future().get() == pgsync::errc::interrupted);
    }
    CHECK(ended == 3);
    CHECK(interrupted == 3);
}

TEST_CASE("a writer of bulks to a frozen cluster goes without being interrupted first") {
    socket_server server(freeze);
    std::atomic<int> ended{0};
    {
        curl_transport transport(server.url());
        pgsync::elastic::bulk_writer writer(transport,
                                            pgsync::elastic::bulk_writer<curl_transport>::settings{});
        pgsync::elastic::bulk_body body;
        body.index("docs", "1", 1, "{}");
        writer.submit(std::move(body), [&](pgsync::elastic::bulk_outcome&& outcome) {
            if (outcome.fatal) ++ended;
        });
        REQUIRE(server.wait_for_calls(1));
    }
    CHECK(ended == 1);
}

TEST_CASE("administration of a frozen cluster can be interrupted from another thread") {
    socket_server server(freeze);
    curl_transport transport(server.url());
    pgsync::elastic::client<curl_transport> client(transport, {});
    std::thread other([&] {
        if (server.wait_for_calls(1)) client.interrupt();
    });
    try {
        client.refresh("docs");
        FAIL_CHECK("a frozen cluster answered");
    } catch (const pgsync::error& problem) {
        CHECK(problem.code() == pgsync::errc::interrupted);
    }
    other.join();
    CHECK(server.calls().size() == 1);
}

TEST_CASE("once the program is to stop, a frozen cluster is asked no more and soon given up") {
    socket_server server(freeze);
    curl_transport transport(server.url());
    pgsync::elastic::client<curl_transport>::settings setting;
    setting.address = transport.address();
    setting.stopped = [&] { return !server.calls().empty(); };
    setting.stop_patience = std::chrono::milliseconds(1);
    pgsync::elastic::client<curl_transport> client(transport, setting);
    try {
        client.refresh("docs");
        FAIL_CHECK("a frozen cluster answered");
    } catch (const pgsync::error& problem) {
        CHECK(problem.code() == pgsync::errc::connection);
        CHECK_THAT(problem.what(), contains("being told to stop"));
    }
    CHECK(server.calls().size() == 1);
}

TEST_CASE("a program that is to stop still gets done what a cluster answers at once") {
    socket_server server([](const auto&, const auto& to) { to.answer(200, "{}"); });
    curl_transport transport(server.url());
    pgsync::elastic::client<curl_transport>::settings setting;
    setting.stopped = [] { return true; };
    pgsync::elastic::client<curl_transport> client(transport, setting);
    CHECK_NOTHROW(client.refresh("docs"));
}
