#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

/// What Elasticsearch and OpenSearch call by different names in the body that creates an index.
namespace pgsync::elastic {

/// How a cluster searches vectors.
enum class vector_search : std::uint8_t {
    dense_vector,  ///< Elasticsearch
    knn_vector,    ///< OpenSearch with its k-NN plugin
    none,          ///< not at all: vectors stay in the source
};

namespace detail {

/// Rewrites the mapping of every vector below `properties`; returns whether there is any.
inline bool adapt_properties(boost::json::object& properties, vector_search how) {
    bool any = false;
    for (auto& member : properties) {
        auto* field = member.value().if_object();
        if (field == nullptr) continue;
        if (auto* below = field->if_contains("properties"); below != nullptr && below->is_object())
            any = adapt_properties(below->get_object(), how) || any;
        const auto* type = field->if_contains("type");
        if (type == nullptr || !type->is_string() || type->get_string() != "dense_vector") continue;
        any = true;
        if (how == vector_search::knn_vector) {
            (*field)["type"] = "knn_vector";
            if (const auto* dims = field->if_contains("dims")) (*field)["dimension"] = *dims;
            field->erase("dims");
        } else if (how == vector_search::none) {
            *field = {{"type", "float"}, {"index", false}, {"doc_values", false}};
        }
    }
    return any;
}

}  // namespace detail

/// Puts the vectors of an index's creation body, which are written as Elasticsearch has them, in the
/// cluster's words. Returns whether there are any.
inline bool adapt_vectors(boost::json::object& body, vector_search how) {
    auto* mappings = body.if_contains("mappings");
    auto* properties = mappings == nullptr || !mappings->is_object()
                           ? nullptr
                           : mappings->get_object().if_contains("properties");
    if (properties == nullptr || !properties->is_object()) return false;
    const bool any = detail::adapt_properties(properties->get_object(), how);
    if (any && how == vector_search::knn_vector) {
        auto& settings = body["settings"];
        if (!settings.is_object()) settings.emplace_object();
        auto& index = settings.get_object()["index"];
        if (!index.is_object()) index.emplace_object();
        index.get_object().insert({{"knn", true}});
    }
    return any;
}

/// Is this the answer of a cluster that knows no vectors?
[[nodiscard]] inline bool lacks_vectors(std::string_view complaint) {
    for (const std::string_view sign : {"[knn_vector]", "[dense_vector]", "index.knn"}) {
        if (complaint.find(sign) != std::string_view::npos) return true;
    }
    return false;
}

}  // namespace pgsync::elastic
