#include <algorithm>
#include <chrono>
#include <cstdint>
#include <future>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../postgres/contains.hpp"
#include "live_cluster.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/sink/elastic/bulk_body.hpp>

using pgsync::errc;
using pgsync::elastic::bulk_body;

TEST_CASE("a cluster takes documents with any id and any text", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        const std::vector<std::pair<std::string, std::string>> all{
            {"a|b\\|c", R"({"t":"plain"})"},
            {"\"quoted\" \\ and\nbroken\ttwice", "{\"t\" :\n \"raw line end between tokens\"}"},
            {"\xF0\x9F\x98\x80 \xE2\x80\xA8", "{\"t\":\"\xF0\x9F\x98\x80 \\n \\u0001 \\\\ \\\"\"}"},
            {"/_doc?x=y#z%41", R"({"t":{"action":"{\"index\":{}}"}})"},
            {std::string(512, 'x'), "{}"},
        };
        bulk_body body;
        for (const auto& [id, document] : all) body.index(alias, id, 7, document);
        const auto outcome = at.write(std::move(body));
        CHECK_FALSE(outcome.fatal);
        CHECK(outcome.rejected.empty());
        CHECK(outcome.retries == 0);
        for (const auto& [id, document] : all) {
            CHECK(at.document(alias, id) == boost::json::serialize(boost::json::parse(document)));
            CHECK(at.client.get_document(alias, id)->version == 7);
        }
    });
}

TEST_CASE("an older write loses against a newer one and is a success", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        const auto write = [&](std::uint64_t version, const char* document) {
            bulk_body body;
            body.index(alias, "1", version, document);
            const auto outcome = at.write(std::move(body));
            CHECK_FALSE(outcome.fatal);
            CHECK(outcome.rejected.empty());
            return at.document(alias, "1");
        };
        CHECK(write(10, R"({"n":10})") == R"({"n":10})");
        CHECK(write(9, R"({"n":9})") == R"({"n":10})");
        CHECK(write(10, R"({"n":11})") == R"({"n":11})");  // the same version may write again
        CHECK(write(1ULL << 62U, R"({"n":12})") == R"({"n":12})");
    });
}

TEST_CASE("a deleted document stays deleted when an older write comes late", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        bulk_body first;
        first.index(alias, "1", 10, "{}");
        first.remove(alias, "never there", 10);
        at.write(std::move(first));
        bulk_body second;
        second.remove(alias, "1", 20);
        CHECK_FALSE(at.write(std::move(second)).fatal);
        bulk_body late;
        late.index(alias, "1", 19, "{}");
        late.index(alias, "never there", 9, "{}");
        late.remove(alias, "1", 5);
        const auto outcome = at.write(std::move(late));
        CHECK_FALSE(outcome.fatal);
        CHECK(outcome.rejected.empty());
        CHECK(at.document(alias, "1").empty());
        CHECK(at.document(alias, "never there").empty());
        bulk_body newer;
        newer.index(alias, "1", 21, R"({"n":21})");
        at.write(std::move(newer));
        CHECK(at.document(alias, "1") == R"({"n":21})");
    });
}

TEST_CASE("a missing alias is fatal, and no index comes into being by itself", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        std::vector<std::string> names{at.name("missing-WRITE")};
        if (at.knows_require_alias()) names.push_back(at.name("missing"));
        for (const auto& missing : names) {
            for (const bool remove : {false, true}) {
                bulk_body body;
                if (remove) {
                    body.remove(missing, "1", 1);
                } else {
                    body.index(missing, "1", 1, "{}");
                }
                const auto problem = fatal_error_of(at.write(std::move(body)));
                CHECK(problem.code() == errc::index);
                CHECK_THAT(problem.what(), contains(missing));
                CHECK_FALSE(at.client.exists(missing));
            }
        }
        // An alias beside it does not help.
        const auto alias = at.make_index("docs");
        for (const auto& missing : names) {
            bulk_body mixed;
            mixed.index(alias, "1", 1, "{}");
            mixed.remove(missing, "1", 1);
            CHECK(fatal_error_of(at.write(std::move(mixed))).code() == errc::index);
            CHECK_FALSE(at.client.exists(missing));
        }
    });
}

TEST_CASE("an index where an alias should be is fatal", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        if (!at.knows_require_alias()) return;
        at.make_index("docs");
        bulk_body body;
        body.index(at.name("docs"), "1", 1, "{}");
        CHECK(fatal_error_of(at.write(std::move(body))).code() == errc::index);
    });
}

TEST_CASE("an index deleted while it is written to is fatal and does not come back", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        at.client.delete_index(at.name("docs"));
        bulk_body body;
        body.index(alias, "1", 1, "{}");
        CHECK(fatal_error_of(at.write(std::move(body))).code() == errc::index);
        CHECK_FALSE(at.client.exists(alias));
        bulk_body late;
        late.remove(alias, "1", 2);
        CHECK(fatal_error_of(at.write(std::move(late))).code() == errc::index);
        CHECK_FALSE(at.client.exists(alias));
    });
}

TEST_CASE("an alias of several indices without one to write to is fatal", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        at.make_index("others");
        at.client.add_alias(at.name("others"), alias);
        bulk_body body;
        body.index(alias, "1", 1, "{}");
        CHECK(fatal_error_of(at.write(std::move(body))).code() == errc::index);
    });
}

TEST_CASE("documents the mapping refuses are rejected with the reason, and the others are written",
          "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        bulk_body body;
        body.index(alias, "good", 1, R"({"n":1})");
        body.index(alias, "no number", 1, R"({"n":"abc"})");
        body.index(alias, "no json", 1, R"({"n":)");
        body.index(alias, "half a character", 1, R"({"n":"\ud83d"})");
        body.index(alias, "twice", 1, R"({"n":1,"n":2})");
        body.index(alias, std::string(513, 'x'), 1, "{}");
        body.index(alias, "", 1, "{}");
        body.remove(alias, std::string(513, 'x'), 1);
        body.remove(alias, "", 1);
        body.index(alias, "good too", 1, R"({"n":2})");
        const auto outcome = at.write(std::move(body));
        REQUIRE_FALSE(outcome.fatal);
        std::vector<std::string> ids;
        for (const auto& each : outcome.rejected) {
            CHECK(each.target == alias);
            CHECK(each.status == 400);
            CHECK_FALSE(each.type.empty());
            CHECK_FALSE(each.reason.empty());
            ids.push_back(each.id);
        }
        std::sort(ids.begin(), ids.end());
        CHECK(ids == std::vector<std::string>{"", "half a character", "no json", "no number", "twice",
                                              std::string(513, 'x')});
        for (const auto& each : outcome.rejected) {
            if (each.id != "no number") continue;
            CHECK_THAT(each.reason, contains("integer") && contains("abc"));
            CHECK(each.document == R"({"n":"abc"})");
        }
        CHECK(at.document(alias, "good") == R"({"n":1})");
        CHECK(at.document(alias, "good too") == R"({"n":2})");
    });
}

TEST_CASE("an id that is no UTF-8 does not keep the others from being written", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        bulk_body body;
        for (int i = 0; i < 20; ++i) body.index(alias, std::to_string(i), 1, "{}");
        body.index(alias, "\xFF\xFE", 1, "{}");
        for (int i = 20; i < 40; ++i) body.index(alias, std::to_string(i), 1, "{}");
        const auto outcome = at.write(std::move(body));
        REQUIRE_FALSE(outcome.fatal);
        REQUIRE(outcome.rejected.size() == 1);
        CHECK(outcome.rejected[0].id == "\xFF\xFE");
        at.client.refresh(alias);
        CHECK(at.client.count(alias) == 40);
    });
}

TEST_CASE("a blocked index is waited for", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        at.client.put_settings(at.name("docs"),
                               boost::json::parse(R"({"index":{"blocks.write":true}})").as_object());
        auto setting = at.writer_settings();
        setting.first_pause = setting.longest_pause = std::chrono::milliseconds(1);
        std::promise<pgsync::elastic::bulk_outcome> done;
        live_cluster::writer_type writer(at.transport, setting);
        bulk_body body;
        body.index(alias, "1", 1, "{}");
        writer.submit(std::move(body), [&](auto&& outcome) { done.set_value(std::move(outcome)); });
        at.client.put_settings(at.name("docs"),
                               boost::json::parse(R"({"index":{"blocks.write":false}})").as_object());
        const auto outcome = done.get_future().get();
        CHECK_FALSE(outcome.fatal);
        CHECK(outcome.rejected.empty());
        CHECK(at.document(alias, "1") == "{}");
    });
}

TEST_CASE("what a cluster quotes of a request shows no credentials", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        auto url = at.transport.address();
        url.insert(url.find("://") + 3, "someone:top-secret@");
        pgsync::elastic::curl_transport transport(url);
        live_cluster::writer_type writer(transport, at.writer_settings());
        std::promise<pgsync::elastic::bulk_outcome> done;
        bulk_body body;
        body.index(alias, "1", 1, R"({"n":)");
        body.index(alias, "2", 1, R"({"n":12345678901234567890})");
        writer.submit(std::move(body), [&](auto&& outcome) { done.set_value(std::move(outcome)); });
        const auto outcome = done.get_future().get();
        REQUIRE(outcome.rejected.size() == 2);
        for (const auto& each : outcome.rejected) {
            CHECK_THAT(each.reason, !contains("uthorization") && !contains("c29tZW9uZTp0b3Atc2VjcmV0"));
            CHECK_FALSE(each.reason.empty());
        }
        pgsync::elastic::client<pgsync::elastic::curl_transport> client(transport, {});
        try {
            client.call("POST", "/" + alias + "/_search", R"({"query":{"match_all":{})");
            FAIL_CHECK("nothing was thrown");
        } catch (const pgsync::error& problem) {
            CHECK_THAT(problem.what(), !contains("uthorization") && !contains("c29tZW9uZTp0b3Atc2VjcmV0"));
        }
    });
}

TEST_CASE(
    "two routings are two documents of one id, and an older delete leaves a newer write of the same shard "
    "alone",
    "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        const auto count = [&] {
            at.client.refresh(alias);
            return at.client.count(alias);
        };
        // Of five routings at least two share one of the two shards, and most likely not all do.
        const std::vector<std::string> routings{"a", "b", "c", "d", "e"};
        std::uint64_t version = 10;
        std::string before;
        for (const auto& routing : routings) {
            version += 2;
            bulk_body body;
            body.index(alias, "1", version, R"({"n":1})", {routing, {}});
            if (!before.empty()) body.remove(alias, "1", version - 1, {before, {}});
            const auto outcome = at.write(std::move(body));
            CHECK_FALSE(outcome.fatal);
            CHECK(outcome.rejected.empty());
            CHECK(count() == 1);
            before = routing;
        }
        std::vector<pgsync::elastic::stored_id> found;
        at.client.scan_ids(alias, 10, [&](std::span<const pgsync::elastic::stored_id> ids) {
            found.insert(found.end(), ids.begin(), ids.end());
        });
        REQUIRE(found.size() == 1);
        CHECK(found[0].id == "1");
        CHECK(found[0].routing == "e");
    });
}
