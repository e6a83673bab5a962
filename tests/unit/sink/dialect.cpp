#include <boost/json.hpp>

#include "../../catch.hpp"
#include "../postgres/contains.hpp"
#include <pgsync/sink/elastic/dialect.hpp>

using pgsync::elastic::adapt_vectors;
using pgsync::elastic::dialect;
using pgsync::elastic::vector_search;

namespace {

boost::json::object body() {
    return boost::json::parse(R"({"settings":{"index":{"gc_deletes":"1h"}},"mappings":{"properties":{
        "id":{"type":"long"},"v":{"type":"dense_vector","dims":3},
        "place":{"properties":{"w":{"type":"dense_vector","dims":2,"similarity":"cosine"}}}}}})")
        .as_object();
}

}  // namespace

TEST_CASE("vectors stay in Elasticsearch's words for Elasticsearch") {
    auto made = body();
    CHECK(adapt_vectors(made, vector_search::dense_vector));
    CHECK(made == body());
}

TEST_CASE(
    "an Elasticsearch that indexes vectors by itself gets a similarity that takes any, where none is said") {
    auto made = body();
    CHECK(adapt_vectors(made, vector_search::indexed));
    const auto properties = made["mappings"].at("properties");
    CHECK(properties.at("v") ==
          boost::json::value({{"type", "dense_vector"}, {"dims", 3}, {"similarity", "l2_norm"}}));
    CHECK(properties.at("place").at("properties").at("w").at("similarity") == "cosine");
    CHECK(made["settings"].at("index") == boost::json::value({{"gc_deletes", "1h"}}));
}

TEST_CASE("OpenSearch gets knn_vector at any depth, and the setting it needs") {
    auto made = body();
    CHECK(adapt_vectors(made, vector_search::knn_vector));
    const auto properties = made["mappings"].at("properties");
    CHECK(properties.at("v") == boost::json::value({{"type", "knn_vector"}, {"dimension", 3}}));
    CHECK(properties.at("place").at("properties").at("w").at("dimension") == 2);
    CHECK(properties.at("id") == boost::json::value({{"type", "long"}}));
    CHECK(made["settings"].at("index") == boost::json::value({{"gc_deletes", "1h"}, {"knn", true}}));
}

TEST_CASE("a cluster without vector search gets plain numbers that are not indexed") {
    auto made = body();
    CHECK(adapt_vectors(made, vector_search::none));
    CHECK(made["mappings"].at("properties").at("v") ==
          boost::json::value({{"type", "float"}, {"index", false}, {"doc_values", false}}));
    CHECK(made["settings"].at("index") == boost::json::value({{"gc_deletes", "1h"}}));
    CHECK(pgsync::elastic::lacks_vectors("No handler for type [knn_vector] declared on field [v]"));
    CHECK_FALSE(pgsync::elastic::lacks_vectors("unknown setting [index.kn]"));
}

TEST_CASE("an index without vectors is left alone") {
    auto plain = boost::json::parse(R"({"mappings":{"properties":{"id":{"type":"long"}}}})").as_object();
    CHECK_FALSE(adapt_vectors(plain, vector_search::knn_vector));
    CHECK_FALSE(plain.contains("settings"));
}

TEST_CASE("date ranges have no format where a change of the mapping would cost the shard") {
    struct outcome {
        bool left;
        boost::json::value properties;
    };
    const auto made = [](const dialect& speaks, const std::string& format) {
        auto out = boost::json::parse(R"({"mappings":{"properties":{"day":{"type":"date","format":"yyyy"},
            "ages":{"type":"integer_range"},"place":{"properties":{"sale":{"type":"date_range","format":")" +
                                      format + R"("}}}}}})")
                       .as_object();
        const bool left = pgsync::elastic::adapt_ranges(out, speaks);
        return outcome{left, out["mappings"].at("properties")};
    };
    const std::string ours = "strict_date_optional_time";
    for (const auto& of :
         {pgsync::elastic::server_info{false, "7.10.0"}, {false, "7.10.2"}, {true, "1.2.4"}}) {
        INFO(of.version);
        const auto kept = made(dialect(of), ours);
        CHECK_FALSE(kept.left);
        CHECK(kept.properties == boost::json::parse(R"({"day":{"type":"date","format":"yyyy"},
            "ages":{"type":"integer_range"},"place":{"properties":{"sale":{"type":"date_range"}}}})"));
        const auto other = made(dialect(of), "yyyy");
        CHECK(other.left);
        CHECK(other.properties.at("place").at("properties").at("sale") ==
              boost::json::parse(R"({"type":"object","enabled":false})"));
    }
    for (const auto& of : {pgsync::elastic::server_info{false, "7.9.3"},
                           {false, "7.11.1"},
                           {false, "6.8.23"},
                           {false, "8.10.0"},
                           {true, "1.3.0"},
                           {true, "2.0.0"},
                           {false, "oddly named"}}) {
        INFO(of.version);
        const auto kept = made(dialect(of), ours);
        CHECK_FALSE(kept.left);
        CHECK(kept.properties.at("place").at("properties").at("sale").at("format") ==
              boost::json::value(ours));
    }
}

TEST_CASE("Elasticsearch 6 has a type for every mapping and knows no require_alias") {
    const dialect six({false, "6.8.23"});
    CHECK(six.creation_body({{"mappings", {{"dynamic", false}}}, {"settings", 1}}) ==
          boost::json::object{{"mappings", {{"_doc", {{"dynamic", false}}}}}, {"settings", 1}});
    CHECK(six.mapping_path("a") == "/a/_mapping/_doc");
    CHECK(six.bulk_path(true) == "/_bulk?type=_doc&filter_path=errors,items.*.status,items.*.error");
    CHECK(six.settings_body({{"index", {{"number_of_replicas", nullptr}, {"refresh_interval", nullptr}}}}) ==
          boost::json::object{{"index", {{"number_of_replicas", 1}, {"refresh_interval", nullptr}}}});
    const auto index = boost::json::parse(R"({"mappings":{"_doc":{"_meta":{"a":1}}}})");
    REQUIRE(dialect::mapping_in(index) != nullptr);
    CHECK(*dialect::mapping_in(index) == boost::json::parse(R"({"_meta":{"a":1}})"));
}

TEST_CASE("later ones have no types, and require_alias from 7.10 on") {
    const auto with = "/_bulk?require_alias=true&filter_path=errors,items.*.status,items.*.error";
    const auto without = "/_bulk?filter_path=errors,items.*.status,items.*.error";
    CHECK(dialect({false, "7.9.3"}).bulk_path(true) == without);
    for (const char* version : {"7.10.2", "7.17.29", "8.17.0", "9.0.0", "oddly named"}) {
        INFO(version);
        const dialect speaks({false, version});
        CHECK(speaks.bulk_path(true) == with);
        CHECK(speaks.bulk_path(false) == without);
        CHECK(speaks.mapping_path("a") == "/a/_mapping");
        const bool early = version[0] == '7';
        CHECK(speaks.vectors() == (early ? vector_search::dense_vector : vector_search::indexed));
        const boost::json::object body{{"mappings", {{"dynamic", false}}}};
        CHECK(speaks.creation_body(body) == body);
        const boost::json::object settings{{"index", {{"number_of_replicas", nullptr}}}};
        CHECK(speaks.settings_body(settings) == settings);
    }
    CHECK(dialect({false, "8.10.4"}).vectors() == vector_search::dense_vector);
    CHECK(dialect({false, "8.11.0"}).vectors() == vector_search::indexed);
    // OpenSearch counts anew.
    CHECK(dialect({true, "1.3.20"}).bulk_path(true) == with);
    CHECK(dialect({true, "2.19.1"}).vectors() == vector_search::knn_vector);
}

TEST_CASE("clusters older than any that pgsync was tried with are refused") {
    CHECK_NOTHROW(dialect({false, "6.6.2"}));
    for (const char* version : {"6.5.4", "5.6.16", "2.4.6"}) {
        INFO(version);
        CHECK_THROWS_WITH(dialect({false, version}), contains("6.6") && contains(version));
    }
}
