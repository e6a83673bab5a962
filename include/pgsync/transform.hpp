#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/transform/parse_exact.hpp>
#include <pgsync/transform/read_struct.hpp>
#include <pgsync/transform/write_struct.hpp>

/// Converts documents to the argument type of an index's transform, and back to JSON. Requires Boost.JSON.
namespace pgsync::detail {

/// Removes a member from an object. The other members keep their order.
inline void erase_member(boost::json::object& object, std::string_view key) {
    const auto found = object.find(key);
    if (found != object.end()) object.stable_erase(found);
}

/// Removes the members that hidden columns added to a document for the transform to see.
inline void erase_hidden(boost::json::value& from, const shape_view& shape, std::size_t self);

inline void erase_hidden(boost::json::object& object, const shape_view& shape, std::size_t self) {
    for (const auto& column : shape.columns_of(shape.nodes[self])) {
        if (column.hidden) erase_member(object, column.json);
    }
    for (std::size_t child = self + 1; child < shape.nodes.size(); ++child) {
        const auto& node = shape.nodes[child];
        if (node.holder != self || !is_shown(node) || node.what != aggregate::none || node.pluck != no_member)
            continue;
        auto* found = object.if_contains(node.json);
        if (found == nullptr) continue;
        if (node.keyed_by != no_member && found->is_object()) {
            for (auto& entry : found->get_object()) erase_hidden(entry.value(), shape, child);
        } else {
            erase_hidden(*found, shape, child);
        }
    }
}

inline void erase_hidden(boost::json::value& from, const shape_view& shape, std::size_t self) {
    if (auto* object = from.if_object()) erase_hidden(*object, shape, self);
    if (auto* list = from.if_array()) {
        for (auto& each : *list) erase_hidden(each, shape, self);
    }
}

/// Calls the transform of an index and returns whether the document is to be sent. A transform that returns
/// void keeps every document.
template <typename Index, typename Document>
bool call_transform(Document& document) {
    if constexpr (std::is_void_v<decltype(Index::transform(document))>) {
        Index::transform(document);
        return true;
    } else {
        return static_cast<bool>(Index::transform(document));
    }
}

template <typename Index>
struct document_transform {
    /// Implements transform_function.
    static bool apply(std::string_view document, std::string& out) {
        auto value = parse_exact(document);
        if constexpr (transforms_struct<Index>) {
            typename Index::root object{};
            read_struct(value, object, "document");
            if (!call_transform<Index>(object)) return false;
            write_struct(out, object);
        } else {
            auto& object = value.as_object();
            if (!call_transform<Index>(object)) return false;
            erase_hidden(object, compiled<Index>.shape, 0);
            out += boost::json::serialize(object);
        }
        return true;
    }
};

}  // namespace pgsync::detail
