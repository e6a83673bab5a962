#include <chrono>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <boost/json.hpp>

#include "../postgres/contains.hpp"
#include "live_cluster.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/sink/elastic/bulk_body.hpp>

using pgsync::errc;
using pgsync::elastic::bulk_body;

namespace {

boost::json::object json(const std::string& text) { return boost::json::parse(text).as_object(); }

std::int64_t open_scrolls(live_cluster& at) {
    const auto answer = at.client.call(
        "GET", "/_nodes/stats/indices/search?filter_path=nodes.*.indices.search.scroll_current", {});
    std::int64_t open = 0;
    const auto parsed = boost::json::parse(answer.body);
    for (const auto& [id, node] : parsed.at("nodes").as_object()) {
        open += node.at("indices").at("search").at("scroll_current").to_number<std::int64_t>();
    }
    return open;
}
/// Scrolls are cleared without waiting.
bool scrolls_return_to(live_cluster& at, std::int64_t before) {
    for (int patience = 0; patience < 200; ++patience) {
        if (open_scrolls(at) <= before) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    return false;
}

}  // namespace

TEST_CASE("a cluster says what it is", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto info = at.client.info();
        const auto root = at.client.call("GET", "/", {}, {400, 404, 405});
        if (root.status != 200) {  // a build without that path
            CHECK(info.version.find('.') != std::string::npos);
            return;
        }
        const auto answer = boost::json::parse(root.body);
        CHECK(info.version == answer.at("version").at("number").as_string());
        CHECK(info.opensearch == (answer.at("version").as_object().contains("distribution")));
        CHECK(info.version.find('.') != std::string::npos);
    });
}

TEST_CASE("a name is missing, an index, an alias, or an alias of several", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        CHECK_FALSE(at.client.find(at.name("docs")));
        CHECK_FALSE(at.client.exists(at.name("docs")));
        const auto alias = at.make_index("docs");
        const auto index = at.client.find(at.name("docs"));
        REQUIRE(index);
        CHECK(index->index == at.name("docs"));
        CHECK_FALSE(index->alias);
        CHECK(index->meta.empty());
        const auto through = at.client.find(alias);
        REQUIRE(through);
        CHECK(through->index == at.name("docs"));
        CHECK(through->alias);
        CHECK(at.client.exists(alias));
        at.make_index("others");
        at.client.add_alias(at.name("others"), alias);
        try {
            static_cast<void>(at.client.find(alias));
            FAIL_CHECK("nothing was thrown");
        } catch (const pgsync::error& problem) {
            CHECK(problem.code() == errc::index);
            CHECK_THAT(problem.what(), contains(alias) && contains("2 indices"));
        }
        // Neither alias nor _meta: a foreign index.
        at.client.create_index(at.name("bare"), {});
        const auto bare = at.client.find(at.name("bare"));
        REQUIRE(bare);
        CHECK_FALSE(bare->alias);
        CHECK(bare->meta.empty());
    });
}

TEST_CASE("an index remembers what it was told, the last time as a whole", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        const auto first = json(R"({"pgsync":{"hash":"a","until":"x|\"y\""},"other":1})");
        CHECK(at.client.put_meta(at.name("docs"), first));
        CHECK(at.client.find(alias)->meta == first);
        const auto second = json(R"({"pgsync":{"loaded":true}})");
        CHECK(at.client.put_meta(at.name("docs"), second));
        CHECK(at.client.find(at.name("docs"))->meta == second);
        CHECK_FALSE(at.client.put_meta(at.name("nothing"), second));
        CHECK_FALSE(at.client.exists(at.name("nothing")));
        // The fields are still there.
        CHECK_THAT(at.client.call("GET", "/" + at.name("docs") + "/_mapping", {}).body, contains("integer"));
    });
}

TEST_CASE("an index of every type of range keeps its shard, however often _meta changes", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        auto body = json(R"({"settings":{"index":{"number_of_shards":1,"number_of_replicas":0}},"mappings":
            {"dynamic":false,"properties":{"a":{"type":"integer_range"},"b":{"type":"long_range"},
            "c":{"type":"double_range"},"d":{"type":"date_range","format":"strict_date_optional_time"}}}})");
        pgsync::elastic::adapt_mapping(body, at.speaks);
        at.client.create_index(at.name("ranges"), at.speaks.creation_body(body));
        at.client.wait_ready(at.name("ranges"));
        for (int i = 0; i < 6; ++i) CHECK(at.client.put_meta(at.name("ranges"), {{"round", i}}));
        // One that was given up and begun again has recovered from what it had on disk.
        const auto recovered =
            at.client.call("GET", "/" + at.name("ranges") + "/_recovery?filter_path=*.shards.type", {}).body;
        CHECK_THAT(recovered, contains("EMPTY_STORE") && !contains("EXISTING_STORE"));
    });
}

TEST_CASE("making an index that is there is an error, unless that is expected", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        at.make_index("docs");
        try {
            at.client.create_index(at.name("docs"), {});
            FAIL_CHECK("nothing was thrown");
        } catch (const pgsync::error& problem) {
            CHECK(problem.code() == errc::index);
            CHECK_THAT(problem.what(), contains("resource_already_exists_exception"));
        }
        CHECK_NOTHROW(at.client.create_index_if_missing(at.name("docs"), {}));
        at.client.delete_index(at.name("docs"));
        CHECK_NOTHROW(at.client.delete_index(at.name("docs")));
        CHECK_THROWS_AS(at.client.create_index(at.name("UPPER"), {}), pgsync::error);
    });
}

TEST_CASE("the ids of an index come in pieces, each once, and the scroll is cleared", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        const auto before = open_scrolls(at);
        std::set<std::string> expected;
        bulk_body body;
        for (int i = 0; i < 23; ++i) {
            expected.insert("\"\xF0\x9F\x98\x80|" + std::to_string(i));
            body.index(alias, "\"\xF0\x9F\x98\x80|" + std::to_string(i), 1, "{}");
        }
        at.write(std::move(body));
        at.client.refresh(alias);
        std::multiset<std::string> got;
        std::size_t pieces = 0;
        at.client.scan_ids(alias, 5, [&](std::span<const pgsync::elastic::stored_id> ids) {
            CHECK(ids.size() <= 5);
            ++pieces;
            for (const auto& each : ids) got.insert(each.id);
        });
        CHECK(std::set<std::string>(got.begin(), got.end()) == expected);
        CHECK(got.size() == expected.size());
        CHECK(pieces == 5);
        CHECK(scrolls_return_to(at, before));
        CHECK_THROWS_AS(at.client.scan_ids(alias, 5,
                                           [](std::span<const pgsync::elastic::stored_id>) {
                                               throw std::runtime_error("enough");
                                           }),
                        std::runtime_error);
        CHECK(scrolls_return_to(at, before));
        std::size_t none = 0;
        at.make_index("empty");
        at.client.scan_ids(at.name("empty"), 5, [&](std::span<const pgsync::elastic::stored_id>) { ++none; });
        CHECK(none == 0);
    });
}

TEST_CASE("a whole alias can be read while its index is written to", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        bulk_body body;
        for (int i = 0; i < 30; ++i) body.index(alias, std::to_string(i), 1, "{}");
        at.write(std::move(body));
        at.client.refresh(alias);
        std::set<std::string> got;
        at.client.scan_ids(alias, 7, [&](std::span<const pgsync::elastic::stored_id> ids) {
            for (const auto& each : ids) got.insert(each.id);
            bulk_body away;
            for (const auto& each : ids) away.remove(alias, each.id, 2);
            at.write(std::move(away));
            at.client.refresh(alias);
        });
        CHECK(got.size() == 30);
        CHECK(at.client.count(alias) == 0);
    });
}
