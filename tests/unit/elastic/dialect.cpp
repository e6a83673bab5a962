#include <boost/json.hpp>

#include "../../catch.hpp"
#include <pgsync/elastic/dialect.hpp>

using pgsync::elastic::adapt_vectors;
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
