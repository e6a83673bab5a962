#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/value.hpp>

#include <pgsync/base/error.hpp>

/// The differences between Elasticsearch and OpenSearch and between their versions; no other code knows them.
namespace pgsync::elastic {

/// The server software and its version.
struct server_info {
    bool opensearch = false;
    std::string version;  ///< "2.19.1"
};

/// How a cluster indexes vectors.
enum class vector_search : std::uint8_t {
    dense_vector,  ///< Elasticsearch
    indexed,       ///< Elasticsearch from 8.11 on: the same, indexed for k-NN by default
    knn_vector,    ///< OpenSearch with its k-NN plugin
    none,          ///< not at all: vectors are only kept in the source
};

namespace detail {

/// Rewrites the mapping of every vector in `properties`, at any depth. Returns whether there are any.
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
        } else if (how == vector_search::indexed) {
            // The default there, cosine, refuses vectors of zeros. l2_norm is OpenSearch's default.
            if (!field->contains("similarity") && !field->contains("index"))
                (*field)["similarity"] = "l2_norm";
        } else if (how == vector_search::none) {
            *field = {{"type", "float"}, {"index", false}, {"doc_values", false}};
        }
    }
    return any;
}

/// Removes the format from every date range in `properties`, at any depth. If the default does not accept
/// that format, leaves the field unindexed instead. Returns whether there are any such fields.
inline bool adapt_date_ranges(boost::json::object& properties) {
    bool any = false;
    for (auto& member : properties) {
        auto* field = member.value().if_object();
        if (field == nullptr) continue;
        if (auto* below = field->if_contains("properties"); below != nullptr && below->is_object())
            any = adapt_date_ranges(below->get_object()) || any;
        const auto* type = field->if_contains("type");
        const auto* format = field->if_contains("format");
        if (type == nullptr || *type != "date_range" || format == nullptr) continue;
        if (*format == "strict_date_optional_time" || *format == "strict_date_optional_time||epoch_millis") {
            field->erase("format");
        } else {
            any = true;
            *field = {{"type", "object"}, {"enabled", false}};
        }
    }
    return any;
}

[[nodiscard]] inline boost::json::object* properties_of(boost::json::object& body) {
    auto* mappings = body.if_contains("mappings");
    auto* properties = mappings == nullptr || !mappings->is_object()
                           ? nullptr
                           : mappings->get_object().if_contains("properties");
    return properties == nullptr ? nullptr : properties->if_object();
}

}  // namespace detail

/// The variant of the API that a cluster speaks. The default is that of current versions.
class dialect {
  public:
    dialect() = default;
    /// Throws errc::configuration if the cluster is older than Elasticsearch 6.6.
    explicit dialect(const server_info& of) : opensearch_(of.opensearch) {
        // A version that cannot be parsed counts as current.
        const auto* const end = of.version.data() + of.version.size();
        int major = 0;
        int minor = 0;
        const auto first = std::from_chars(of.version.data(), end, major);
        if (first.ec != std::errc() || first.ptr == end) return;
        std::from_chars(first.ptr + 1, end, minor);
        keeps_range_formats_ = opensearch_ ? major > 1 || minor >= 3 : major != 7 || minor != 10;
        if (opensearch_) return;
        if (major < 6 || (major == 6 && minor < 6)) {
            throw error(errc::configuration,
                        "the cluster is Elasticsearch " + of.version + ", and pgsync needs 6.6 or later",
                        "upgrade the cluster");
        }
        typed_ = major == 6;
        require_alias_ = major > 7 || (major == 7 && minor >= 10);
        indexes_vectors_ = major > 8 || (major == 8 && minor >= 11);
    }

    /// Returns how this cluster's version indexes vectors; whether it can depends on its plugins.
    [[nodiscard]] vector_search vectors() const {
        if (opensearch_) return vector_search::knn_vector;
        return indexes_vectors_ ? vector_search::indexed : vector_search::dense_vector;
    }
    /// Returns whether a date range may have a format. Elasticsearch 7.10 and OpenSearch before 1.3 fail on
    /// it at every change of the mapping, `_meta` included, and fail the shard (elastic/elasticsearch#69012,
    /// opensearch-project/OpenSearch#1921).
    [[nodiscard]] bool keeps_range_formats() const { return keeps_range_formats_; }
    /// Returns whether the settings of a closed index show that it is closed.
    [[nodiscard]] bool tells_closed() const { return !typed_; }
    /// Wraps the mapping in a type, as Elasticsearch before 7 needs it; pgsync always uses `_doc`.
    [[nodiscard]] boost::json::object creation_body(boost::json::object body) const {
        auto* mappings = typed_ ? body.if_contains("mappings") : nullptr;
        if (mappings != nullptr) *mappings = boost::json::object{{"_doc", std::move(*mappings)}};
        return body;
    }
    /// Replaces a null number of replicas by 1 for Elasticsearch 6, which cannot reset it to the default.
    [[nodiscard]] boost::json::object settings_body(boost::json::object body) const {
        auto* index = typed_ ? body.if_contains("index") : nullptr;
        auto* replicas = index != nullptr && index->is_object()
                             ? index->get_object().if_contains("number_of_replicas")
                             : nullptr;
        if (replicas != nullptr && replicas->is_null()) *replicas = 1;
        return body;
    }
    [[nodiscard]] std::string mapping_path(std::string_view index) const {
        return "/" + std::string(index) + "/_mapping" + (typed_ ? "/_doc" : "");
    }
    /// Returns the mapping in the cluster's description of an index, or null if there is none.
    [[nodiscard]] static const boost::json::value* mapping_in(const boost::json::value& index) {
        const auto* found = index.is_object() ? index.get_object().if_contains("mappings") : nullptr;
        if (found == nullptr || !found->is_object()) return nullptr;
        const auto* typed = found->get_object().if_contains("_doc");
        return typed != nullptr ? typed : found;
    }
    /// Returns the path of bulk requests; `aliases`: every target is an alias. Elasticsearch 7.10 and later
    /// check that (require_alias) and report a missing one clearly; earlier versions cannot create an index
    /// with the alias's name, which is not a valid index name.
    [[nodiscard]] std::string bulk_path(bool aliases) const {
        std::string path = "/_bulk?";
        if (aliases && require_alias_) path += "require_alias=true&";
        if (typed_) path += "type=_doc&";
        return path + "filter_path=errors,items.*.status,items.*.error";
    }

  private:
    bool opensearch_ = false;
    bool typed_ = false;  ///< every mapping and every document has a type
    bool require_alias_ = true;
    bool indexes_vectors_ = true;
    bool keeps_range_formats_ = true;
};

/// Translates the vectors in an index's creation body from Elasticsearch's mapping to the cluster's. Returns
/// whether there are any.
inline bool adapt_vectors(boost::json::object& body, vector_search how) {
    auto* properties = detail::properties_of(body);
    if (properties == nullptr) return false;
    const bool any = detail::adapt_properties(*properties, how);
    if (any && how == vector_search::knn_vector) {
        auto& settings = body["settings"];
        if (!settings.is_object()) settings.emplace_object();
        auto& index = settings.get_object()["index"];
        if (!index.is_object()) index.emplace_object();
        index.get_object().insert({{"knn", true}});
    }
    return any;
}

/// Removes the formats of date ranges from an index's creation body if the cluster cannot handle them.
/// Returns whether some fields stay unindexed because they need a format.
inline bool adapt_ranges(boost::json::object& body, const dialect& speaks) {
    auto* properties = speaks.keeps_range_formats() ? nullptr : detail::properties_of(body);
    return properties != nullptr && detail::adapt_date_ranges(*properties);
}

/// Translates an index's creation body for the cluster.
inline void adapt_mapping(boost::json::object& body, const dialect& speaks) {
    adapt_vectors(body, speaks.vectors());
    adapt_ranges(body, speaks);
}

/// Returns whether an error message says that the cluster does not support vectors.
[[nodiscard]] inline bool lacks_vectors(std::string_view complaint) {
    for (const std::string_view sign : {"[knn_vector]", "[dense_vector]", "index.knn"}) {
        if (complaint.find(sign) != std::string_view::npos) return true;
    }
    return false;
}

}  // namespace pgsync::elastic
