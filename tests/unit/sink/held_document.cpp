#include <string>
#include <vector>

#include "../../catch.hpp"
#include "fake_transport.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/sink/elastic/client.hpp>
#include <pgsync/sink/elastic/held_document.hpp>

using namespace pgsync::test;
using pgsync::errc;
using pgsync::elastic::document_place;
using pgsync::elastic::many_documents_body;
using pgsync::elastic::parse_many_documents;

namespace {

using client = pgsync::elastic::client<fake_transport, fake_clock>;

errc failing(const std::string& answer) {
    fake_transport at({status(200, answer)});
    client of(at, {"http://cluster:9200"});
    try {
        static_cast<void>(of.get_documents("books", {{"1"}}));
    } catch (const pgsync::error& problem) {
        return problem.code();
    }
    return errc::interrupted;
}

}  // namespace

TEST_CASE("many documents are asked for by id and routing") {
    CHECK(many_documents_body({{"a\"b"}, {"1|2", "north"}}) ==
          R"({"docs":[{"_id":"a\"b"},{"_id":"1|2","routing":"north"}]})");
}

TEST_CASE("what the cluster holds keeps every digit") {
    const auto found = parse_many_documents(
        R"({"docs":[{"_index":"i","_id":"1","_version":2305843009213693952,"_seq_no":1,"found":true,
            "_source":{"n": 9007199254740993, "d": 29.90}},
            {"_index":"i","_id":"2","found":false},
            {"_index":"i","_id":"3","_version":1,"_routing":"n\u00f6rd","found":true},
            {"_index":"i","_id":"4","error":{"root_cause":[],"type":"no_shard_available","reason":"x"}}]})");
    REQUIRE(found.size() == 4);
    CHECK(found[0].found);
    CHECK(found[0].version == 2305843009213693952);
    CHECK(found[0].source == R"({"n": 9007199254740993, "d": 29.90})");
    CHECK_FALSE(found[1].found);
    CHECK(found[2].routing == "nörd");
    CHECK(found[2].source.empty());
    CHECK(found[3].failure == "no_shard_available");
}

TEST_CASE("an id that no document can have is not asked for") {
    fake_transport at({status(200, R"({"docs":[{"_id":"1","found":true,"_version":3,"_source":{}}]})")});
    client of(at, {"http://cluster:9200"});
    const auto found = of.get_documents("books", {{""}, {"1"}, {std::string(513, 'x')}});
    REQUIRE(found.size() == 3);
    CHECK_FALSE(found[0].found);
    CHECK(found[1].version == 3);
    CHECK_FALSE(found[2].found);
    CHECK(of.get_documents("books", {{""}}).size() == 1);  // without a request
}

TEST_CASE("what documents hold is left out where only their versions are wanted") {
    const auto answer = R"({"docs":[{"_id":"1","found":true,"_version":3}]})";
    fake_transport at({status(200, answer), status(200, answer)});
    client of(at, {"http://cluster:9200"});
    CHECK(of.get_documents("books", {{"1"}}, pgsync::elastic::no_source).at(0).version == 3);
    CHECK(of.get_documents("books", {{"1"}}).at(0).source.empty());
    CHECK(at.requests().at(0).path == "/books/_mget?_source=false");
    CHECK(at.requests().at(1).path == "/books/_mget");
}

TEST_CASE("a document that the cluster cannot tell of is not missing") {
    CHECK(failing(R"({"docs":[{"_id":"1","error":{"type":"no_shard_available_action_exception"}}]})") ==
          errc::connection);
    CHECK(failing(R"({"docs":[{"_id":"1","error":{"type":"index_not_found_exception"}}]})") == errc::index);
    CHECK(failing(R"({"docs":[]})") == errc::protocol);
    CHECK(failing(R"({"docs":[{"_id":"1")") == errc::protocol);
    CHECK(failing(R"({"docs":[{"_id":"1","error":{"type":"routing_missing_exception"}}]})") ==
          errc::interrupted);  // none: it is simply not there
}
