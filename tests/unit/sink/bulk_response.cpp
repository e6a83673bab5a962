#include <string>

#include "../../catch.hpp"
#include <pgsync/sink/elastic/bulk_response.hpp>

using pgsync::elastic::item_verdict;
using pgsync::elastic::parse_bulk_response;

namespace {

/// The verdict on a single item with this status and error type; done when the answer has nothing to say.
item_verdict verdict(const std::string& action, int status, const std::string& type) {
    const auto error = type.empty() ? std::string() : R"(,"error":{"type":")" + type + R"(","reason":"why"})";
    const auto answer = parse_bulk_response(R"({"took":1,"errors":true,"items":[{")" + action +
                                                R"(":{"status":)" + std::to_string(status) + error + "}}]}",
                                            1);
    REQUIRE(answer);
    return answer->items.empty() ? item_verdict::done : answer->items.at(0).verdict;
}

}  // namespace

TEST_CASE("an answer without errors says that all is done") {
    const auto answer = parse_bulk_response(
        R"({"took":3,"errors":false,"items":[{"index":{"status":201}},{"delete":{"status":404}}]})", 2);
    REQUIRE(answer);
    CHECK(answer->items.empty());
    CHECK(answer->guards.empty());
}

TEST_CASE("what is written, gone already or superseded is done") {
    CHECK(verdict("index", 200, "") == item_verdict::done);
    CHECK(verdict("index", 201, "") == item_verdict::done);
    CHECK(verdict("index", 409, "version_conflict_engine_exception") == item_verdict::done);
    CHECK(verdict("delete", 200, "") == item_verdict::done);
    CHECK(verdict("delete", 404, "") == item_verdict::done);
    CHECK(verdict("delete", 409, "version_conflict_engine_exception") == item_verdict::done);
}

TEST_CASE("what was superseded is told, though it is done") {
    const auto answer = parse_bulk_response(
        R"({"errors":true,"items":[{"index":{"status":201}},{"index":{"status":409}},{"delete":{"status":409}}]})",
        3);
    REQUIRE(answer);
    CHECK(answer->items.empty());
    CHECK(answer->superseded == std::vector<std::size_t>{1, 2});
}

TEST_CASE("what a busy or blocked cluster did not take is to be repeated") {
    CHECK(verdict("index", 429, "es_rejected_execution_exception") == item_verdict::retry);
    CHECK(verdict("index", 503, "unavailable_shards_exception") == item_verdict::retry);
    CHECK(verdict("delete", 500, "node_closed_exception") == item_verdict::retry);
    CHECK(verdict("index", 403, "cluster_block_exception") == item_verdict::retry);
    CHECK(verdict("index", 429, "cluster_block_exception") == item_verdict::retry);
}

TEST_CASE("a missing index is lost, for deletes too") {
    CHECK(verdict("index", 404, "index_not_found_exception") == item_verdict::lost);
    CHECK(verdict("delete", 404, "index_not_found_exception") == item_verdict::lost);
    CHECK(verdict("index", 400, "index_closed_exception") == item_verdict::closed);
    CHECK(verdict("delete", 400, "index_closed_exception") == item_verdict::closed);
}

TEST_CASE("a document refused for good is told apart from an index that may not be written") {
    CHECK(verdict("index", 400, "mapper_parsing_exception") == item_verdict::rejected);
    CHECK(verdict("index", 400, "illegal_argument_exception") == item_verdict::rejected);
    CHECK(verdict("index", 403, "security_exception") == item_verdict::forbidden);
    CHECK(verdict("delete", 401, "") == item_verdict::forbidden);
}

TEST_CASE("what a pipeline fails is refused for good, whatever the status") {
    CHECK(verdict("index", 500, "fail_processor_exception") == item_verdict::rejected);
    CHECK(verdict("index", 400, "script_exception") == item_verdict::rejected);
}

TEST_CASE("a pipeline that is not there is no fault of the document") {
    const auto said = [](int status, const std::string& type, const std::string& reason) {
        const auto answer =
            parse_bulk_response(R"({"errors":true,"items":[{"index":{"status":)" + std::to_string(status) +
                                    R"(,"error":{"type":")" + type + R"(","reason":")" + reason + R"("}}}]})",
                                1);
        REQUIRE(answer);
        return answer->items.at(0).verdict;
    };
    CHECK(said(400, "illegal_argument_exception", "pipeline with id [add-language] does not exist") ==
          item_verdict::unpiped);
    CHECK(said(500, "illegal_state_exception",
               "Pipeline processor configured for non-existent pipeline [other]") == item_verdict::unpiped);
    CHECK(said(400, "mapper_parsing_exception", "pipeline with id [x] does not exist") ==
          item_verdict::rejected);
    CHECK(said(400, "illegal_argument_exception", "field [pipeline with id [x]] does not exist") ==
          item_verdict::rejected);
    CHECK(said(500, "illegal_state_exception", "There are no ingest nodes in this cluster") ==
          item_verdict::retry);
}

TEST_CASE("a failed item keeps its place, its type and the chain of causes") {
    const auto answer = parse_bulk_response(
        R"({"errors":true,"items":[{"index":{"status":200}},{"index":{"status":400,"error":{"type":"mapper_parsing_exception",)"
        R"("reason":"failed to parse","caused_by":{"type":"x","reason":"first","caused_by":{"reason":"second"}}}}},)"
        R"({"index":{"status":429,"error":"a plain word"}}]})",
        3);
    REQUIRE(answer);
    REQUIRE(answer->items.size() == 3);
    CHECK(answer->items[0].verdict == item_verdict::done);
    CHECK(answer->items[1].verdict == item_verdict::rejected);
    CHECK(answer->items[1].status == 400);
    CHECK(answer->items[1].type == "mapper_parsing_exception");
    CHECK(answer->items[1].reason == "failed to parse: first: second");
    CHECK(answer->items[2].verdict == item_verdict::retry);
    CHECK(answer->items[2].reason == "a plain word");
}

TEST_CASE("an item that failed counts, whatever the answer says of them all") {
    const auto answer = parse_bulk_response(R"({"errors":false,"items":[{"index":{"status":400}}]})", 1);
    REQUIRE(answer);
    CHECK(answer->items.at(0).verdict == item_verdict::rejected);
}

TEST_CASE("an answer about another number of items is none") {
    const std::string two = R"({"errors":false,"items":[{"index":{"status":200}},{"index":{"status":200}}]})";
    CHECK(parse_bulk_response(two, 2));
    CHECK_FALSE(parse_bulk_response(two, 1));
    CHECK_FALSE(parse_bulk_response(two, 3));
    CHECK(parse_bulk_response(two, 1, 1));
}

TEST_CASE("an answer cut anywhere is none") {
    const std::string whole =
        R"({"took":30,"errors":true,"items":[{"index":{"status":400,"error":{"type":"t","reason":"a \" b \ud83d\ude00"}}},)"
        R"({"delete":{"status":404}}]})";
    REQUIRE(parse_bulk_response(whole, 2));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CHECK_FALSE(parse_bulk_response(whole.substr(0, length), 2));
    }
    CHECK_FALSE(parse_bulk_response(whole + "x", 2));
}

TEST_CASE("an answer of another form is none") {
    for (const auto* const body :
         {"", "null", "[]", "\"errors\"", "<html>busy</html>", "{}", R"({"errors":false})", R"({"items":[]})",
          R"({"errors":"false","items":[{"index":{"status":200}}]})", R"({"errors":false,"items":{}})",
          R"({"errors":false,"items":[1]})", R"({"errors":false,"items":[{}]})",
          R"({"errors":false,"items":[{"index":1}]})", R"({"errors":false,"items":[{"index":{}}]})",
          R"({"errors":false,"items":[{"index":{"status":"200"}}]})",
          R"({"errors":false,"items":[{"index":{"status":200},"delete":{"status":200}}]})"}) {
        CAPTURE(body);
        CHECK_FALSE(parse_bulk_response(body, 1));
    }
    CHECK_FALSE(parse_bulk_response(std::string(100'000, '['), 1));
}

TEST_CASE("half a character in a reason does not cost the answer") {
    // Clusters quote documents, and PostgreSQL's json lets such an escape through.
    for (const auto* const half : {R"(\ud83d)", R"(\uD83D)", R"(\ude00)", R"(\ud83d\ud83d)", R"(\\\ud83d)"}) {
        CAPTURE(half);
        const auto answer = parse_bulk_response(
            R"({"errors":true,"items":[{"index":{"status":400,"error":{"type":"t","reason":"a)" +
                std::string(half) + R"(b \ud83d\ude00 \\ud83d c"}}}]})",
            1);
        REQUIRE(answer);
        const auto& reason = answer->items.at(0).reason;
        CHECK(reason.find("\xEF\xBF\xBD") != std::string::npos);
        CHECK(reason.ends_with("b 😀 \\ud83d c"));
    }
}

TEST_CASE("bytes in a reason that are no UTF-8 do not cost the answer") {
    CHECK(parse_bulk_response(
        "{\"errors\":true,\"items\":[{\"index\":{\"status\":400,\"error\":{\"reason\":\"\xff\"}}}]}", 1));
}

TEST_CASE("a reason as long as the document it quotes is cut between characters") {
    std::string quoted;
    for (int i = 0; i < 5'000; ++i) quoted += "€";
    const auto answer = parse_bulk_response(
        R"({"errors":true,"items":[{"index":{"status":400,"error":{"type":"t","reason":")" + quoted +
            R"(","caused_by":{"reason":")" + quoted + R"("}}}}]})",
        1);
    REQUIRE(answer);
    const auto& reason = answer->items.at(0).reason;
    CHECK(reason.size() < 1'100);
    CHECK(reason.size() % 3 == 0);
    CHECK(reason.ends_with("€…"));
}

TEST_CASE("of guards only a missing target is told") {
    const auto answer = parse_bulk_response(
        R"({"errors":true,"items":[{"delete":{"status":404}},)"
        R"({"update":{"status":404,"error":{"type":"document_missing_exception","reason":"r"}}},)"
        R"({"update":{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"r"}}},)"
        R"({"update":{"status":404,"error":{"type":"index_not_found_exception","reason":"no such index"}}}]})",
        1, 3);
    REQUIRE(answer);
    CHECK(answer->items.empty());
    REQUIRE(answer->guards.size() == 1);
    CHECK(answer->guards[0].reason == "no such index");
}
