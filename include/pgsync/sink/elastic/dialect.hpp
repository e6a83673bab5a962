#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/value.hpp>

#include <pgsync/base/error.hpp>

/// What Elasticsearch and OpenSearch, in their versions, call by different names: the one place that knows.
namespace pgsync::elastic {

/// Which software answers, and in which version.
struct server_info {
    bool opensearch = false;
    std::string version;  ///< "2.19.1"
};

/// How a cluster searches vectors.
enum class vector_search : std::uint8_t {
    dense_vector,  ///< Elasticsearch
    indexed,       ///< Elasticsearch from 8.11 on: the same, and by itself in an index for k-NN
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
        } else if (how == vector_search::indexed) {
            // The default there, cosine, refuses a vector of zeros. This is OpenSearch's default.
            if (!field->contains("similarity") && !field->contains("index"))
                (*field)["similarity"] = "l2_norm";
        } else if (how == vector_search::none) {
            *field = {{"type", "float"}, {"index", false}, {"doc_values", false}};
        }
    }
    return any;
}

/// Takes the format from every date range below `properties`; one whose format is not within the default is
/// left unindexed instead. Returns whether there is any such.
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

/// How one cluster is spoken to. Made without arguments it is that of today's versions.
class dialect {
  public:
    dialect() = default;
    /// Throws errc::configuration where the cluster is older than Elasticsearch 6.6.
    explicit dialect(const server_info& of) : opensearch_(of.opensearch) {
        // What cannot be read is taken for today's.
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

    /// How this cluster may search vectors; its plugins have the last word.
    [[nodiscard]] vector_search vectors() const {
        if (opensearch_) return vector_search::knn_vector;
        return indexes_vectors_ ? vector_search::indexed : vector_search::dense_vector;
    }
    /// Elasticsearch 7.10 and OpenSearch before 1.3 stumble over a date range's format at every change of the
    /// mapping, `_meta` included, and give the shard up (elastic/elasticsearch#69012,
    /// opensearch-project/OpenSearch#1921).
    [[nodiscard]] bool keeps_range_formats() const { return keeps_range_formats_; }
    /// Whether the settings of an index that is closed say so.
    [[nodiscard]] bool tells_closed() const { return !typed_; }
    /// Before Elasticsearch 7 mappings belong to a type; all there is now is this one.
    [[nodiscard]] boost::json::object creation_body(boost::json::object body) const {
        auto* mappings = typed_ ? body.if_contains("mappings") : nullptr;
        if (mappings != nullptr) *mappings = boost::json::object{{"_doc", std::move(*mappings)}};
        return body;
    }
    /// Elasticsearch 6 has no way back to the default of one replica but to say it.
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
    /// The mapping in the answer that tells of an index; null where there is none.
    [[nodiscard]] static const boost::json::value* mapping_in(const boost::json::value& index) {
        const auto* found = index.is_object() ? index.get_object().if_contains("mappings") : nullptr;
        if (found == nullptr || !found->is_object()) return nullptr;
        const auto* typed = found->get_object().if_contains("_doc");
        return typed != nullptr ? typed : found;
    }
    /// `aliases`: every target is an alias. Elasticsearch 7.10 and later are told so and say plainly when one
    /// is missing; before, it is the alias's name that no index can have.
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

/// Puts the vectors of an index's creation body, which are written as Elasticsearch has them, in the
/// cluster's words. Returns whether there are any.
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

/// Lets the date ranges of an index's creation body do without a format where the cluster needs that; returns
/// whether some stay unindexed, since they cannot.
inline bool adapt_ranges(boost::json::object& body, const dialect& speaks) {
    auto* properties = speaks.keeps_range_formats() ? nullptr : detail::properties_of(body);
    return properties != nullptr && detail::adapt_date_ranges(*properties);
}

/// Puts an index's creation body into the words of the cluster.
inline void adapt_mapping(boost::json::object& body, const dialect& speaks) {
    adapt_vectors(body, speaks.vectors());
    adapt_ranges(body, speaks);
}

/// Is this the answer of a cluster that knows no vectors?
[[nodiscard]] inline bool lacks_vectors(std::string_view complaint) {
    for (const std::string_view sign : {"[knn_vector]", "[dense_vector]", "index.knn"}) {
        if (complaint.find(sign) != std::string_view::npos) return true;
    }
    return false;
}

}  // namespace pgsync::elastic
