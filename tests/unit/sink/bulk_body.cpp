#include <string>
#include <vector>

#include <boost/json.hpp>

#include "../../catch.hpp"
#include <pgsync/sink/elastic/bulk_body.hpp>

using pgsync::elastic::bulk_body;

namespace {

std::vector<std::string> lines(const bulk_body& body) {
    std::vector<std::string> out;
    const auto text = *body.text();
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        REQUIRE(end != std::string::npos);
        out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

}  // namespace

TEST_CASE("a bulk names target, id and version of each item and carries the document as it came") {
    bulk_body body;
    body.index("bookings", "17", 4'611'686'018'427'387'904U, R"({"id":17, "price":1.10})");
    body.remove("bookings", "18", 7);
    CHECK(
        *body.text() ==
        "{\"index\":{\"_index\":\"bookings\",\"_id\":\"17\",\"version\":4611686018427387904,\"version_type\":"
        "\"external_gte\"}}\n{\"id\":17, \"price\":1.10}\n"
        "{\"delete\":{\"_index\":\"bookings\",\"_id\":\"18\",\"version\":7,\"version_type\":\"external_gte\"}"
        "}\n");
    CHECK(body.items() == 2);
    CHECK(body.bytes() == body.text()->size());
    CHECK(body.target_of(0) == "bookings");
    CHECK(body.id_of(0) == "17");
    CHECK(body.version_of(0) == 4'611'686'018'427'387'904U);
    CHECK(body.document_of(0) == R"({"id":17, "price":1.10})");
    CHECK_FALSE(body.is_delete(0));
    CHECK(body.id_of(1) == "18");
    CHECK(body.version_of(1) == 7);
    CHECK(body.document_of(1).empty());
    CHECK(body.is_delete(1));
}

TEST_CASE("raw line ends in a document become blanks and escaped ones stay") {
    bulk_body body;
    body.index("i", "1", 1, "\n{\r\n\"a\": \"x\\ny\\r\",\n\n \"b\":\t1}\r");
    CHECK(lines(body).size() == 2);
    CHECK(lines(body)[1] == " {  \"a\": \"x\\ny\\r\",   \"b\":\t1} ");
    CHECK(body.document_of(0) == lines(body)[1]);
}

TEST_CASE("line ends of one document leave those around it alone") {
    bulk_body body;
    body.index("i", "1", 1, "{}");
    body.index("i", "2", 1, "{\n}");
    body.index("i", "3", 1, "{}");
    CHECK(lines(body).size() == 6);
    CHECK(body.document_of(1) == "{ }");
}

TEST_CASE("ids and targets of any bytes come back from the action line unchanged") {
    const std::vector<std::string> names{"",
                                         "\"",
                                         "\\",
                                         "a\\\"b",
                                         "a|b\\|c",
                                         "line\nend\r\t",
                                         std::string("nul\0nul", 7),
                                         "\x01\x1f\x7f",
                                         "grüße 😀 日本",
                                         "{\"index\":{}}\n{}\n",
                                         " "};
    for (const auto& name : names) {
        bulk_body body;
        body.index(name, name, 1, "{}");
        body.remove(name, name, 1);
        REQUIRE(lines(body).size() == 3);
        const auto written = boost::json::parse(lines(body)[0]).at("index");
        CHECK(written.at("_index").as_string() == name);
        CHECK(written.at("_id").as_string() == name);
        CHECK(boost::json::parse(lines(body)[2]).at("delete").at("_id").as_string() == name);
        CHECK(body.id_of(0) == name);
        CHECK(body.target_of(1) == name);
    }
}

TEST_CASE("bytes that are no UTF-8 stay what they are, so that two ids never become one") {
    bulk_body body;
    body.remove("i", "a\xff", 1);
    body.remove("i", "a\xfe", 1);
    CHECK(lines(body)[0].find("\"a\xff\"") != std::string::npos);
    CHECK(lines(body)[1].find("\"a\xfe\"") != std::string::npos);
}

TEST_CASE("a subset holds the chosen items, byte for byte and in order") {
    bulk_body body;
    for (int i = 0; i < 6; ++i) {
        const auto id = "id\"" + std::to_string(i);
        if (i % 3 == 2) {
            body.remove("gone", id, 10);
        } else {
            body.index("kept", id, static_cast<std::uint64_t>(i), "{\"i\":" + std::to_string(i) + "}");
        }
    }
    const std::vector<std::size_t> which{1, 2, 4};
    const auto some = body.subset(which);
    CHECK(some.items() == 3);
    const auto all = lines(body);
    CHECK(lines(some) == std::vector<std::string>{all[2], all[3], all[4], all[7], all[8]});
    CHECK(some.id_of(1) == "id\"2");
    CHECK(some.is_delete(1));
    CHECK(some.document_of(2) == "{\"i\":4}");
}

TEST_CASE("a target that is only deleted from gets one guard, behind the items") {
    bulk_body body;
    body.remove("written", "1", 1);
    body.remove("del\"eted", "1", 1);
    body.index("written", "2", 1, "{}");
    body.remove("del\"eted", "2", 1);
    const auto without = *body.text();
    body.add_guards();
    CHECK(body.guards() == std::vector<std::string>{"del\"eted"});
    CHECK(*body.text() ==
          without + "{\"update\":{\"_index\":\"del\\\"eted\",\"_id\":\"pgsync-guard\"}}\n{\"doc\":{}}\n");
    CHECK(body.items() == 4);
    const auto once = *body.text();
    body.add_guards();
    CHECK(*body.text() == once);
    const std::vector<std::size_t> deletes{0};
    CHECK(body.subset(deletes).guards().empty());
}

TEST_CASE("a bulk that writes to all its targets needs no guard") {
    bulk_body body;
    body.index("a", "1", 1, "{}");
    body.remove("a", "2", 1);
    body.index("b", "1", 1, "{}");
    const auto before = *body.text();
    body.add_guards();
    CHECK(body.guards().empty());
    CHECK(*body.text() == before);
}

TEST_CASE(
    "routing and pipeline are said where they are wanted, a delete has no pipeline, and a repeat keeps "
    "both") {
    bulk_body body;
    body.index("i", "1", 5, "{}", {"a \"b\"", "enrich"});
    body.remove("i", "2", 6, {"north", "enrich"});
    body.index("i", "3", 7, "{}");
    const auto made = lines(body);
    CHECK(made[0] ==
          "{\"index\":{\"_index\":\"i\",\"_id\":\"1\",\"version\":5,\"version_type\":\"external_gte\","
          "\"routing\":\"a \\\"b\\\"\",\"pipeline\":\"enrich\"}}");
    CHECK(made[2] ==
          "{\"delete\":{\"_index\":\"i\",\"_id\":\"2\",\"version\":6,\"version_type\":\"external_gte\","
          "\"routing\":\"north\"}}");
    CHECK(made[3].find("routing") == std::string::npos);
    const std::vector<std::size_t> which{1, 0};
    const auto again = body.subset(which);
    CHECK(lines(again) == std::vector<std::string>{made[2], made[0], made[1]});
    CHECK(again.document_of(1) == "{}");
    CHECK(again.is_delete(0));
    CHECK(again.id_of(1) == "1");
}
