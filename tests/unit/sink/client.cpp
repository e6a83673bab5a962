#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "../../catch.hpp"
#include "fake_transport.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/sink/elastic/client.hpp>

using namespace pgsync::test;
using pgsync::errc;
using pgsync::elastic::request;
using pgsync::elastic::response;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

using client = pgsync::elastic::client<fake_transport, fake_clock>;

client::settings patient() {
    client::settings out;
    out.address = "http://cluster:9200";
    out.patience = seconds(30);
    return out;
}

std::string error_body(const std::string& type, const std::string& reason, int code = 400) {
    return boost::json::serialize(
        boost::json::object{{"error", {{"type", type}, {"reason", reason}}}, {"status", code}});
}

pgsync::error error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const pgsync::error& e) {
        return e;
    }
    throw std::logic_error("nothing was thrown");
}

bool mentions(const pgsync::error& e, const std::string& what) {
    return std::string(e.what()).find(what) != std::string::npos;
}

/// One page of a scroll.
response page(const std::string& scroll, const std::vector<std::string>& ids, int failed = 0,
              bool late = false) {
    boost::json::array hits;
    for (const auto& id : ids) hits.push_back(boost::json::object{{"_id", id}});
    boost::json::object body{{"_scroll_id", scroll}, {"timed_out", late}, {"_shards", {{"failed", failed}}}};
    if (!ids.empty()) body["hits"] = {{"hits", hits}};
    return status(200, boost::json::serialize(body));
}

std::vector<std::string> lines_of(const fake_transport& transport) {
    std::vector<std::string> out;
    for (const auto& each : transport.requests())
        out.push_back(each.method + " " + each.path.substr(0, each.path.find('?')));
    return out;
}

}  // namespace

TEST_CASE("a cluster is known by its root page, or by its nodes where it has none") {
    const auto opensearch = R"({"name":"n","version":{"distribution":"opensearch","number":"2.19.1"}})";
    const auto elasticsearch =
        R"({"name":"n","version":{"number":"7.10.2","build_flavor":"oss"},"tagline":"t"})";
    const auto nodes = R"({"nodes":{"Zx":{"version":"8.17.0"}}})";
    {
        fake_transport transport({status(200, opensearch)});
        const auto info = client(transport, patient()).info();
        CHECK(info.opensearch);
        CHECK(info.version == "2.19.1");
    }
    {
        fake_transport transport({status(200, elasticsearch)});
        const auto info = client(transport, patient()).info();
        CHECK_FALSE(info.opensearch);
        CHECK(info.version == "7.10.2");
    }
    for (const auto code : {404L, 400L}) {
        fake_transport transport({status(code, error_body("x", "no handler")), status(200, nodes)});
        const auto info = client(transport, patient()).info();
        CHECK_FALSE(info.opensearch);
        CHECK(info.version == "8.17.0");
        CHECK(lines_of(transport) == std::vector<std::string>{"GET /", "GET /_nodes/_local"});
    }
}

TEST_CASE("what is no cluster is named as such") {
    {
        fake_transport transport({status(200, "<html>It works!</html>")});
        const auto e = error_of([&] { static_cast<void>(client(transport, patient()).info()); });
        CHECK(e.code() == errc::protocol);
        CHECK(mentions(e, "http://cluster:9200"));
        CHECK_FALSE(e.remedy().empty());
    }
    {
        fake_transport transport({status(200, R"({"hello":"world"})"), status(200, "{}")});
        const auto e = error_of([&] { static_cast<void>(client(transport, patient()).info()); });
        CHECK(e.code() == errc::configuration);
        CHECK(mentions(e, "http://cluster:9200"));
    }
}

TEST_CASE("a name is missing, an index or an alias of one") {
    const auto meta =
        R"({"bookings-1":{"aliases":{"bookings":{}},"mappings":{"_meta":{"hash":"h","n":[1]}}}})";
    {
        fake_transport transport(
            {status(404, error_body("index_not_found_exception", "no such index", 404))});
        CHECK_FALSE(client(transport, patient()).find("bookings"));
    }
    {
        fake_transport transport({status(200, meta)});
        const auto facts = client(transport, patient()).find("bookings");
        REQUIRE(facts);
        CHECK(facts->index == "bookings-1");
        CHECK(facts->alias);
        CHECK(facts->meta.at("hash").as_string() == "h");
    }
    {
        fake_transport transport({status(200, meta)});
        const auto facts = client(transport, patient()).find("bookings-1");
        REQUIRE(facts);
        CHECK_FALSE(facts->alias);
    }
    {
        // Neither aliases nor _meta: filter_path leaves nothing.
        fake_transport transport({status(200, "{}")});
        const auto facts = client(transport, patient()).find("plain");
        REQUIRE(facts);
        CHECK(facts->index == "plain");
        CHECK_FALSE(facts->alias);
        CHECK(facts->meta.empty());
    }
    {
        fake_transport transport({status(200, R"({"a":{"aliases":{"x":{}}},"b":{"aliases":{"x":{}}}})")});
        const auto e = error_of([&] { static_cast<void>(client(transport, patient()).find("x")); });
        CHECK(e.code() == errc::index);
        CHECK(mentions(e, "\"x\" is an alias of 2 indices"));
    }
}

TEST_CASE("a call is repeated while the cluster is away or busy, with growing pauses") {
    fake_clock clock;
    fake_transport transport(
        {no_answer(), status(429), status(503), status(502), status(200, R"({"count":7})")});
    CHECK(client(transport, patient(), clock).count("bookings") == 7);
    CHECK(transport.count() == 5);
    const auto waited = clock.waited();
    REQUIRE(waited.size() == 4);
    for (std::size_t i = 0; i < waited.size(); ++i) {
        CHECK(waited[i] <= milliseconds(100 << i));
        CHECK(waited[i] >= milliseconds(50 << i));
    }
}

TEST_CASE("a call is repeated while the cluster is blocked") {
    const auto blocked = error_body("cluster_block_exception", "cluster read-only / allow delete (api)", 403);
    fake_transport transport({status(403, blocked), status(403, blocked), status(200)});
    client(transport, patient(), fake_clock()).create_index("docs", {});
    CHECK(transport.requests().size() == 3);
}

TEST_CASE("a cluster that stays away is given up after the patience, naming it, the cause and what to do") {
    fake_clock clock;
    const auto begin = clock.now();
    fake_transport transport([](const request&, std::size_t) { return no_answer("connection refused"); });
    const auto e = error_of([&] { client(transport, patient(), clock).refresh("bookings"); });
    CHECK(e.code() == errc::connection);
    CHECK(mentions(e, "http://cluster:9200"));
    CHECK(mentions(e, "connection refused"));
    CHECK(e.remedy().find("ELASTICSEARCH_URL") != std::string::npos);
    CHECK(clock.now() - begin == seconds(30));
    CHECK(transport.count() > 3);
}

TEST_CASE("a cluster that stays busy is given up with its own words") {
    fake_transport transport([](const request&, std::size_t) {
        return status(503, error_body("master_not_discovered_exception", "no master", 503));
    });
    const auto e = error_of([&] { client(transport, patient(), fake_clock()).refresh("bookings"); });
    CHECK(e.code() == errc::connection);
    CHECK(mentions(e, "HTTP 503, master_not_discovered_exception: no master"));
}

TEST_CASE(
    "an error of the cluster's own that never changes ends the request after minutes, and is no outage") {
    fake_clock clock;
    const auto begin = clock.now();
    fake_transport transport([](const request&, std::size_t number) -> std::optional<response> {
        return status(500, error_body("null_pointer_exception", "at " + std::to_string(number), 500));
    });
    const auto e = error_of([&] { client(transport, patient(), clock).refresh("bookings"); });
    CHECK(e.code() == errc::index);
    CHECK(mentions(e, "POST /bookings/_refresh"));
    CHECK(mentions(e, "HTTP 500, null_pointer_exception"));
    CHECK(e.remedy().find("its log") != std::string::npos);
    CHECK(clock.now() - begin == seconds(180));
}

TEST_CASE("an error of the cluster's own that changes, or passes, is an outage") {
    fake_clock clock;
    {
        fake_transport transport([](const request&, std::size_t number) -> std::optional<response> {
            if (number < 20) return status(500, error_body("node_not_connected_exception", "no", 500));
            return status(200);
        });
        CHECK_NOTHROW(client(transport, patient(), clock).refresh("bookings"));
    }
    // Minutes of one error, and then the cluster is away.
    fake_transport transport([](const request&, std::size_t number) -> std::optional<response> {
        return number < 15 ? status(500, error_body("null_pointer_exception", "", 500)) : no_answer();
    });
    CHECK(error_of([&] { client(transport, patient(), clock).refresh("bookings"); }).code() ==
          errc::connection);
    // Two in turn.
    fake_transport other([](const request&, std::size_t number) -> std::optional<response> {
        return status(500, error_body(number % 2 == 0 ? "a_exception" : "b_exception", "", 500));
    });
    auto setting = patient();
    int asked = 0;
    setting.stopped = [&] { return ++asked > 2'000; };
    CHECK(error_of([&] { client(other, setting, clock).refresh("bookings"); }).code() == errc::connection);
}

TEST_CASE("who only looks is told of an error that never changes after the usual patience") {
    fake_clock clock;
    const auto begin = clock.now();
    fake_transport transport([](const request&, std::size_t) { return status(500, "oh"); });
    auto setting = patient();
    setting.stubborn = setting.patience;
    const auto e = error_of([&] { client(transport, setting, clock).refresh("bookings"); });
    CHECK(e.code() == errc::connection);
    CHECK(clock.now() - begin == seconds(30));
}

TEST_CASE("a closed index is named with what opens it, at once, or waited for where that was asked for") {
    const auto closed = status(400, R"({"error":{"type":"index_closed_exception","reason":"closed",)"
                                    R"("index":"bookings-1"},"status":400})");
    {
        fake_transport transport({closed});
        const auto e = error_of([&] { client(transport, patient()).refresh("bookings"); });
        CHECK(e.code() == errc::busy);
        CHECK(mentions(e, "index \"bookings-1\" is closed"));
        CHECK(e.remedy() == "POST /bookings-1/_open");
    }
    fake_clock clock;
    std::vector<response> script(100, closed);
    script.push_back(status(200));
    fake_transport transport(std::move(script));
    auto setting = patient();
    setting.awaits_opening = true;
    CHECK_NOTHROW(client(transport, setting, clock).refresh("bookings"));
    for (const auto each : clock.waited()) CHECK(each <= seconds(1));
}

TEST_CASE("a block that stays is named with the request that takes it away") {
    const auto [reason, remedy] =
        GENERATE(std::pair("index [b-1] blocked by: [FORBIDDEN/8/index write (api)];",
                           R"(PUT /b-1/_settings {"index.blocks.write":null})"),
                 std::pair("index [b-1] blocked by: [FORBIDDEN/5/index read-only (api)];",
                           R"(PUT /b-1/_settings {"index.blocks.read_only":null})"),
                 std::pair("index [b-1] blocked by: [FORBIDDEN/9/index metadata (api)];",
                           R"(PUT /b-1/_settings {"index.blocks.metadata":null})"),
                 std::pair("blocked by: [FORBIDDEN/6/cluster read-only (api)];",
                           R"(PUT /_cluster/settings {"persistent":{"cluster.blocks.read_only":null},)"
                           R"("transient":{"cluster.blocks.read_only":null}})"));
    CAPTURE(reason);
    fake_transport transport([reason = reason](const request&, std::size_t) {
        return status(403, error_body("cluster_block_exception", reason, 403));
    });
    const auto e = error_of([&] { client(transport, patient(), fake_clock()).refresh("b"); });
    CHECK(e.code() == errc::busy);
    CHECK(mentions(e, "blocked by"));
    CHECK(e.remedy() == remedy);
}

TEST_CASE("a disk that is full says what has to be done first, and a cluster without a master is away") {
    using pgsync::elastic::unblocking;
    CHECK(unblocking(
              "index [b] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index "
              "has read-only-allow-delete block];") ==
          "PUT /b/_settings {\"index.blocks.read_only_allow_delete\":null}; a full disk sets it: make room "
          "first");
    CHECK(unblocking("blocked by: [FORBIDDEN/8/index write (api)];", "b") ==
          "PUT /b/_settings {\"index.blocks.write\":null}");
    CHECK(unblocking("blocked by: [FORBIDDEN/6/cluster read-only (api)];", "b")
              .starts_with("PUT /_cluster/settings"));
    CHECK(unblocking("blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];").empty());
    CHECK(unblocking("blocked by: [SERVICE_UNAVAILABLE/2/no master];").empty());
}

TEST_CASE("ids are listed as far as an error of the cluster's own lets, and that ends after minutes") {
    fake_clock clock;
    fake_transport transport([](const request& what, std::size_t) -> std::optional<response> {
        if (what.method == "DELETE") return status(200);
        if (what.path.starts_with("/b/")) return page("s", {"1"});
        return status(500, error_body("null_pointer_exception", "", 500));
    });
    const auto begin = clock.now();
    const auto e = error_of([&] {
        client(transport, patient(), clock)
            .scan_ids("b", 10, [](std::span<const pgsync::elastic::stored_id>) {});
    });
    CHECK(e.code() == errc::index);
    CHECK(mentions(e, "POST /_search/scroll"));
    CHECK(clock.now() - begin >= seconds(180));
}

TEST_CASE("a name says of its index whether it is closed or blocked, and which one it is") {
    fake_transport transport(
        {status(200, R"({"b-1":{"aliases":{},"settings":{"index":{"uuid":"u","history":{"uuid":"h"},)"
                     R"("verified_before_close":"true","blocks":{"write":"true","read":"false"}}}}})")});
    const auto facts = client(transport, patient()).find("b-1");
    REQUIRE(facts);
    CHECK(facts->closed);
    CHECK(facts->blocks == std::vector<std::string>{"write"});
    CHECK(facts->incarnation == "u/h");
}

TEST_CASE("a refused user is an error at once") {
    const auto code = GENERATE(401, 403);
    fake_transport transport({status(code, error_body("security_exception", "who are you", code))});
    const auto e = error_of([&] { client(transport, patient()).delete_index("bookings"); });
    CHECK(e.code() == errc::permission);
    CHECK(mentions(e, "DELETE /bookings"));
    CHECK(mentions(e, "who are you"));
    CHECK(transport.count() == 1);
}

TEST_CASE(
    "an index is created with the body given, and what is wrong with it is told as the cluster tells it") {
    {
        fake_transport transport({status(200, R"({"acknowledged":true})")});
        client(transport, patient()).create_index("bookings-1", {{"mappings", {{"dynamic", "strict"}}}});
        CHECK(transport.requests()[0].method == "PUT");
        CHECK(transport.requests()[0].path == "/bookings-1");
        CHECK(transport.body(0) == R"({"mappings":{"dynamic":"strict"}})");
    }
    {
        fake_transport transport({status(
            400, R"({"error":{"type":"mapper_parsing_exception","reason":"failed to parse",)"
                 R"("caused_by":{"type":"x","reason":"No handler for type [txet]"}},"status":400})")});
        const auto e = error_of([&] { client(transport, patient()).create_index("bookings-1", {}); });
        CHECK(e.code() == errc::index);
        CHECK(mentions(e, "mapper_parsing_exception: failed to parse: No handler for type [txet]"));
        CHECK(mentions(e, "PUT /bookings-1"));
    }
}

TEST_CASE("an index that is there already is an error, unless an unanswered attempt may have made it") {
    const auto exists = status(400, error_body("resource_already_exists_exception", "index exists"));
    {
        fake_transport transport({exists});
        const auto e = error_of([&] { client(transport, patient()).create_index("b", {}); });
        CHECK(e.code() == errc::index);
        CHECK(mentions(e, "resource_already_exists_exception"));
    }
    {
        // Too busy to have begun is no excuse.
        fake_transport transport({status(429), exists});
        CHECK(error_of([&] { client(transport, patient(), fake_clock()).create_index("b", {}); }).code() ==
              errc::index);
    }
    {
        fake_transport transport({no_answer(), exists});
        CHECK_NOTHROW(client(transport, patient(), fake_clock()).create_index("b", {}));
    }
    {
        fake_transport transport({exists});
        CHECK_NOTHROW(client(transport, patient()).create_index_if_missing("b", {}));
    }
}

TEST_CASE("a missing index is as good as a deleted one") {
    fake_transport transport({status(404, error_body("index_not_found_exception", "no such index", 404))});
    CHECK_NOTHROW(client(transport, patient()).delete_index("bookings"));
}

TEST_CASE("names and ids are percent-encoded in paths") {
    fake_transport transport({status(404, R"({"found":false})"), status(200)});
    client to(transport, patient());
    CHECK_FALSE(to.get_document("b o/k?s", "a|b/c\\\"%é\n"));
    to.refresh("<name>");
    CHECK(transport.requests()[0].path == "/b%20o%2Fk%3Fs/_doc/a%7Cb%2Fc%5C%22%25%C3%A9%0A");
    CHECK(transport.requests()[1].path == "/%3Cname%3E/_refresh");
}

TEST_CASE("a document comes back with its version, and a missing index is no missing document") {
    {
        fake_transport transport(
            {status(200, R"({"_id":"1","_version":42,"found":true,"_source":{"a":"\ud83d"}})")});
        const auto got = client(transport, patient()).get_document("b", "1");
        REQUIRE(got);
        CHECK(got->version == 42);
        CHECK(got->source.at("a").as_string() == "\xEF\xBF\xBD");
    }
    {
        fake_transport transport({status(404, R"({"_id":"1","found":false})")});
        CHECK_FALSE(client(transport, patient()).get_document("b", "1"));
    }
    {
        fake_transport transport(
            {status(404, error_body("index_not_found_exception", "no such index [b]", 404))});
        const auto e =
            error_of([&] { static_cast<void>(client(transport, patient()).get_document("b", "1")); });
        CHECK(e.code() == errc::index);
        CHECK(mentions(e, "no such index [b]"));
    }
}

TEST_CASE("settings, _meta and aliases are sent as the cluster expects them") {
    fake_transport transport([](const request&, std::size_t) { return status(200); });
    client to(transport, patient());
    to.put_settings("b-1", {{"index", {{"refresh_interval", "-1"}}}});
    CHECK(to.put_meta("b-1", {{"hash", "h"}}));
    to.add_alias("b-1", "b");
    CHECK(lines_of(transport) ==
          std::vector<std::string>{"PUT /b-1/_settings", "PUT /b-1/_mapping", "POST /_aliases"});
    CHECK(transport.body(0) == R"({"index":{"refresh_interval":"-1"}})");
    CHECK(transport.body(1) == R"({"_meta":{"hash":"h"}})");
    CHECK(transport.body(2) == R"({"actions":[{"add":{"index":"b-1","alias":"b"}}]})");
}

TEST_CASE("a name exists or not") {
    fake_transport transport({status(200, ""), status(404, "")});
    client to(transport, patient());
    CHECK(to.exists("b"));
    CHECK_FALSE(to.exists("b"));
    CHECK(transport.requests()[0].method == "HEAD");
}

TEST_CASE("a pipeline exists or not, or that is not for us to know") {
    fake_transport transport({status(200, R"({"p 1":{}})"), status(404), status(403)});
    client to(transport, patient());
    CHECK(to.has_pipeline("p 1") == true);
    CHECK(to.has_pipeline("p 1") == false);
    CHECK_FALSE(to.has_pipeline("p 1").has_value());
    CHECK(transport.requests()[0].path == "/_ingest/pipeline/p%201");
}

TEST_CASE("waiting for shards ends when they are there, or in time with an error") {
    const auto late = status(408, R"({"status":"red","timed_out":true})");
    {
        fake_transport transport({late, late, status(200, R"({"status":"yellow","timed_out":false})")});
        CHECK_NOTHROW(client(transport, patient(), fake_clock()).wait_ready("b"));
        CHECK(transport.count() == 3);
        CHECK(transport.requests()[0].path.starts_with("/_cluster/health/b?wait_for_status=yellow"));
    }
    {
        fake_transport transport({late});
        const auto e =
            error_of([&] { client(transport, patient(), fake_clock()).wait_ready("b", seconds(0)); });
        CHECK(e.code() == errc::connection);
        CHECK(mentions(e, "\"b\""));
    }
}

TEST_CASE("ids come page by page, with any characters in them, and the scroll is cleared") {
    fake_transport transport(
        {page("s1", {"1", "a|b\\|c \"😀\""}), page("s2", {"3"}), page("s2", {}), status(200)});
    std::vector<std::vector<std::string>> pages;
    client(transport, patient()).scan_ids("b", 2, [&](std::span<const pgsync::elastic::stored_id> ids) {
        auto& page = pages.emplace_back();
        for (const auto& each : ids) page.push_back(each.id);
    });
    CHECK(pages == std::vector<std::vector<std::string>>{{"1", "a|b\\|c \"😀\""}, {"3"}});
    REQUIRE(transport.wait_for_requests(4));
    CHECK(lines_of(transport) == std::vector<std::string>{"POST /b/_search", "POST /_search/scroll",
                                                          "POST /_search/scroll", "DELETE /_search/scroll"});
    const auto first = transport.requests()[0];
    CHECK(first.path.find("allow_partial_search_results=false") != std::string::npos);
    const auto search = boost::json::parse(*first.body);
    CHECK(search.at("size").as_int64() == 2);
    CHECK(search.at("_source").as_bool() == false);
    CHECK(boost::json::parse(transport.body(1)).at("scroll_id").as_string() == "s1");
    CHECK(boost::json::parse(transport.body(2)).at("scroll_id").as_string() == "s2");
    CHECK(boost::json::parse(transport.body(3)).at("scroll_id").at(0).as_string() == "s2");
}

TEST_CASE("an empty index has no ids, and a page is never larger than a cluster gives") {
    fake_transport transport({page("s", {}), status(200)});
    client(transport, patient()).scan_ids("b", 1'000'000, [](std::span<const pgsync::elastic::stored_id>) {
        FAIL("called");
    });
    CHECK(boost::json::parse(transport.body(0)).at("size").as_int64() == 10'000);
}

TEST_CASE("the scroll is cleared when the callback throws") {
    fake_transport transport({page("s1", {"1"}), status(200)});
    client to(transport, patient());
    CHECK_THROWS_AS(
        to.scan_ids("b", 1,
                    [](std::span<const pgsync::elastic::stored_id>) { throw std::out_of_range("enough"); }),
        std::out_of_range);
    REQUIRE(transport.wait_for_requests(2));
    CHECK(lines_of(transport)[1] == "DELETE /_search/scroll");
}

TEST_CASE("a page that was lost or not whole makes the reading start over, for no id may be missed") {
    const auto trouble =
        GENERATE(no_answer(), status(404, error_body("search_context_missing_exception", "gone", 404)),
                 status(429), status(503), page("s", {"2"}, 1), page("s", {"2"}, 0, true), status(200, "{}"));
    CAPTURE(trouble.status, trouble.body);
    std::size_t scrolls = 0;
    bool failed = false;
    fake_transport transport([&](const request& what, std::size_t) {
        if (what.method == "DELETE") return status(200);
        if (what.path.starts_with("/b/_search")) {
            scrolls = 0;
            return page("s", {"1"});
        }
        if (!std::exchange(failed, true)) return trouble;
        return ++scrolls == 1 ? page("s", {"2"}) : page("s", {});
    });
    std::vector<std::string> seen;
    client(transport, patient(), fake_clock())
        .scan_ids("b", 1, [&](std::span<const pgsync::elastic::stored_id> ids) {
            for (const auto& each : ids) seen.push_back(each.id);
        });
    CHECK(seen == std::vector<std::string>{"1", "1", "2"});
}

TEST_CASE("a cluster that loses every page is given up") {
    fake_transport transport([](const request& what, std::size_t) {
        return what.path.starts_with("/b/_search") ? page("s", {"1"}) : status(404);
    });
    const auto e = error_of([&] {
        client(transport, patient(), fake_clock())
            .scan_ids("b", 1, [](std::span<const pgsync::elastic::stored_id>) {});
    });
    CHECK(e.code() == errc::connection);
    CHECK(mentions(e, "\"b\""));
}

TEST_CASE("a call under way ends as interrupted, later ones too, and all work again when told to") {
    fake_transport transport([](const request&, std::size_t number) -> std::optional<response> {
        if (number == 0) return std::nullopt;
        return status(200, R"({"count":7})");
    });
    client to(transport, patient());
    auto counting = std::async(std::launch::async,
                               [&] { return error_of([&] { static_cast<void>(to.count("b")); }).code(); });
    REQUIRE(transport.wait_for_requests(1));
    to.interrupt();
    CHECK(counting.get() == errc::interrupted);
    CHECK(error_of([&] { static_cast<void>(to.count("b")); }).code() == errc::interrupted);
    CHECK(transport.count() == 1);
    to.resume();
    CHECK(to.count("b") == 7);
}

TEST_CASE("a call that waits to be repeated ends as interrupted") {
    fake_transport transport([](const request&, std::size_t) { return status(503); });
    client to(transport, patient(), fake_clock(true));
    auto counting = std::async(std::launch::async,
                               [&] { return error_of([&] { static_cast<void>(to.count("b")); }).code(); });
    REQUIRE(transport.wait_for_requests(1));
    to.interrupt();
    CHECK(counting.get() == errc::interrupted);
    CHECK(transport.count() == 1);
}

TEST_CASE("once the program is to stop, a cluster in trouble is asked no more") {
    fake_transport transport([](const request&, std::size_t) { return status(503); });
    auto settings = patient();
    settings.stopped = [] { return true; };
    const auto e = error_of([&] { client(transport, settings, fake_clock()).refresh("b"); });
    CHECK(e.code() == errc::connection);
    CHECK(transport.count() == 1);
}

namespace {

/// A cluster that re-indexes documents in place; `running` are the tasks it is at, by id, with their
/// purposes.
struct indexing_cluster {
    std::map<std::string, std::string> running;
    std::size_t begun = 0;
    std::size_t looks = 3;  ///< for so many a task goes on
    std::function<std::optional<response>(const request&)> before = [](const request&) {
        return std::nullopt;
    };

    std::optional<response> operator()(const request& what) {
        if (auto instead = before(what)) return instead;
        if (what.path.starts_with("/_tasks?")) return listed();
        if (what.path.starts_with("/_tasks/")) return told(what.path.substr(8));
        if (what.path.find("/_update_by_query") != std::string::npos) return begin(what.opaque_id);
        return status(200, "{}");
    }
    response begin(const std::string& purpose) {
        const auto id = "node:" + std::to_string(++begun);
        running[id] = purpose;
        return status(200, R"({"task":")" + id + R"("})");
    }
    response listed() const {
        boost::json::object tasks;
        for (const auto& [id, purpose] : running) {
            tasks[id] = {{"action", "indices:data/write/update/byquery"},
                         {"description", "update-by-query [i-1]"},
                         {"headers", {{"X-Opaque-Id", purpose}}}};
        }
        tasks["node:100"] = {{"description", "update-by-query [i-10]"}, {"headers", boost::json::object()}};
        tasks["node:101"] = {{"description", "delete-by-query [i-1]"}, {"headers", boost::json::object()}};
        return status(200,
                      boost::json::serialize(boost::json::object{{"nodes", {{"node", {{"tasks", tasks}}}}}}));
    }
    response told(const std::string& id) {
        if (looks > 0 && --looks > 0)
            return status(200, R"({"completed":false,"task":{"status":{"total":1}}})");
        return running.erase(id) > 0 ? status(200, R"({"completed":true,"response":{"failures":[]}})")
                                     : status(404, R"({"error":{"type":"resource_not_found_exception"}})");
    }
};

std::size_t asked_for(const fake_transport& transport, const std::string& line) {
    const auto lines = lines_of(transport);
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), line));
}

}  // namespace

TEST_CASE("documents are re-indexed once, whichever request about it fails") {
    indexing_cluster there;
    std::size_t faults = 0;
    fake_transport transport([&](const request& what, std::size_t) { return there(what); });
    client of(transport, patient());
    SECTION("nothing goes wrong") {}
    SECTION("the answer that it has begun is lost") {
        there.before = [&](const request& what) -> std::optional<response> {
            if (what.method != "POST" || what.path.find("_update_by_query") == std::string::npos ||
                faults++ > 0)
                return std::nullopt;
            there.begin(what.opaque_id);
            return no_answer();
        };
    }
    SECTION("the cluster is away for longer than it is waited for") {
        // Pauses grow to seconds: 40 attempts are minutes.
        there.before = [&](const request& what) -> std::optional<response> {
            if (!what.path.starts_with("/_tasks/") || faults++ > 40) return std::nullopt;
            return no_answer();
        };
    }
    SECTION("an earlier call began it") { there.begin("pgsync x"); }
    of.index_again("i-1", "pgsync x", [] {});
    CHECK(there.begun == 1);
    CHECK(there.running.empty());
}

TEST_CASE("what is gone with its node, or was cancelled, is begun again, and what failed is not") {
    indexing_cluster there;
    fake_transport transport([&](const request& what, std::size_t) { return there(what); });
    client of(transport, patient());
    const auto instead = [&](const response& first) {
        there.looks = 0;
        there.before = [&there, first, said = std::make_shared<bool>(false)](
                           const request& what) -> std::optional<response> {
            if (!what.path.starts_with("/_tasks/") || std::exchange(*said, true)) return std::nullopt;
            there.running.clear();
            return first;
        };
    };
    SECTION("gone") {
        instead(status(404, "{}"));
        of.index_again("i-1", "pgsync x", [] {});
        CHECK(there.begun == 2);
    }
    SECTION("cancelled") {
        instead(status(200, R"({"completed":true,"response":{"canceled":"by user request","failures":[]}})"));
        of.index_again("i-1", "pgsync x", [] {});
        CHECK(there.begun == 2);
    }
    SECTION("failed") {
        instead(status(200, R"({"completed":true,"response":{"failures":[{"cause":"too bad"}]}})"));
        const auto problem = error_of([&] { of.index_again("i-1", "pgsync x", [] {}); });
        CHECK(problem.code() == errc::index);
        CHECK(mentions(problem, "too bad"));
        CHECK(there.begun == 1);
    }
}

TEST_CASE("a task that re-indexes for another purpose is waited for") {
    indexing_cluster there;
    there.begin("pgsync y");
    there.begin("");
    fake_transport transport([&](const request& what, std::size_t) { return there(what); });
    client of(transport, patient());
    of.await_other_indexing("i-1", "pgsync x", [] {});
    CHECK(there.running.empty());
    CHECK(there.begun == 2);
    there.begin("pgsync x");
    const auto asked = transport.requests().size();
    of.await_other_indexing("i-1", "pgsync x", [] {});
    CHECK(transport.requests().size() == asked + 1);
    CHECK(asked_for(transport, "POST /i-1/_update_by_query") == 0);
}
