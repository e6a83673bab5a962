#include <future>
#include <map>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "../postgres/contains.hpp"
#include "live_cluster.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/sink/elastic/batcher.hpp>
#include <pgsync/sink/elastic/dead_letters.hpp>

using pgsync::elastic::dead_letter_id;

namespace {

/// Writes documents of one job through batcher, writer and dead letters, and waits until the job is done.
void write_job(live_cluster& at, const std::string& target,
               const std::map<std::string, std::string>& documents, std::uint64_t version) {
    pgsync::elastic::dead_letters<pgsync::elastic::curl_transport>::settings setting;
    setting.speaks = at.speaks;
    pgsync::elastic::dead_letters<pgsync::elastic::curl_transport> letters(at.transport, setting);
    live_cluster::writer_type writer(at.transport, at.writer_settings());
    pgsync::elastic::batcher batcher(
        {}, {{target}},
        [&](pgsync::elastic::bulk_body&& body, live_cluster::writer_type::completion done) {
            letters.wait_for_room();
            writer.submit(std::move(body),
                          letters.before(std::move(done), [&](std::string_view) { return at.name("docs"); }));
        },
        [](pgsync::elastic::bulk_outcome&) {
            throw pgsync::error(pgsync::errc::rejected, "still rejected");
        });
    std::promise<void> done;
    batcher.begin_job([&] { done.set_value(); });
    for (const auto& [id, document] : documents) batcher.index(0, id, version, document);
    batcher.end_job();
    auto end = done.get_future();
    for (int patience = 0; patience < 600; ++patience) {
        if (end.wait_for(std::chrono::milliseconds(100)) == std::future_status::ready) return;
        batcher.rethrow_failure();
    }
    FAIL("the job is not done");
}

std::uint64_t found(live_cluster& at, const std::string& index, const std::string& field,
                    const std::string& value) {
    const boost::json::object query{{"query", {{"term", {{field, value}}}}}};
    const auto answer = at.client.call("POST", "/" + index + "/_count", boost::json::serialize(query));
    return boost::json::parse(answer.body).at("count").to_number<std::uint64_t>();
}

}  // namespace

TEST_CASE("documents that a cluster rejects end up among the dead letters, whatever is wrong with them",
          "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        const auto letters = at.name("docs") + "-dead-letters";
        const std::string long_id(3'000, 'x');
        const std::string endless_id(40'000, 'y');  // more than a keyword takes
        const std::map<std::string, std::string> poison{
            {"no number", R"({"n":"abc","t":")" + std::string(100'000, 'z') + R"("})"},
            {"no json \xF0\x9F\x98\x80", "{\"n\":\"\\u0000 \\ud83d"},
            {"raw\nlines", "{\"n\"\n:\n\"abc\"}"},
            {long_id, "{}"},
            {endless_id, "{}"},
            {"", "{}"},
        };
        auto all = poison;
        all["good"] = R"({"n":1})";
        write_job(at, alias, all, 5);
        CHECK(at.document(alias, "good") == R"({"n":1})");
        at.client.refresh(letters);
        CHECK(at.client.count(letters) == poison.size());
        for (const auto& [id, document] : poison) {
            const auto letter = at.client.get_document(letters, dead_letter_id(id));
            REQUIRE(letter);
            CHECK(letter->source.at("id").as_string() == id);
            CHECK(letter->source.at("index").as_string() == at.name("docs"));
            CHECK(letter->source.at("version").to_number<int>() == 5);
            CHECK(letter->source.at("status").to_number<int>() == 400);
            if (id != "raw\nlines") CHECK(letter->source.at("document").as_string() == document);
        }
        CHECK(found(at, letters, "id", "no number") == 1);
        CHECK(found(at, letters, "reason", "abc") == 2);
        const auto meta = at.client.call("GET", "/" + letters + "/_mapping", {});
        CHECK_THAT(meta.body, contains(R"("document":{"type":"text","index":false)"));

        // Once more, with a lower version: the letter is replaced.
        write_job(at, alias, {{"no number", R"({"n":"new"})"}}, 4);
        at.client.refresh(letters);
        CHECK(at.client.count(letters) == poison.size());
        CHECK(at.client.get_document(letters, "no number")->source.at("document").as_string() ==
              R"({"n":"new"})");
    });
}

TEST_CASE("an index of dead letters that is not ours and does not take them stops the program",
          "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        const auto alias = at.make_index("docs");
        at.client.create_index(
            at.name("docs") + "-dead-letters",
            boost::json::parse(R"({"mappings":{"properties":{"version":{"type":"boolean"}}}})").as_object());
        try {
            write_job(at, alias, {{"1", R"({"n":"abc"})"}}, 5);
            FAIL_CHECK("nothing was thrown");
        } catch (const pgsync::error& problem) {
            CHECK(problem.code() == pgsync::errc::rejected);
            CHECK_THAT(problem.what(), contains("-dead-letters"));
        }
    });
}
