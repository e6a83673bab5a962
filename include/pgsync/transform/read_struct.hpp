#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/shape/fields.hpp>
#include <pgsync/shape/reflect.hpp>
#include <pgsync/transform/enum_names.hpp>
#include <pgsync/transform/members.hpp>

/// Reads the user's struct from the JSON that the typed queries yield. `name` is the member, for messages.
namespace pgsync::detail {

[[noreturn]] inline void misfit(std::string_view name, const boost::json::value& found,
                                std::string_view wanted, std::string remedy) {
    auto shown = boost::json::serialize(found);
    if (shown.size() > 60) shown = shown.substr(0, 60) + "…";
    throw error(errc::rejected,
                "member \"" + std::string(name) + "\" cannot hold " + shown + " as " + std::string(wanted),
                std::move(remedy));
}

template <typename Struct>
void read_struct(const boost::json::value& from, Struct& to, std::string_view name);

template <typename T>
void read_number(const boost::json::value& from, T& to, std::string_view name) {
    if (const auto* text = from.if_string()) {
        // NaN and infinity, or digits that are text to keep them from being rounded.
        if constexpr (std::is_floating_point_v<T>) {
            const auto end = text->data() + text->size();
            const auto done = std::from_chars(text->data(), end, to);
            if (done.ec == std::errc() && done.ptr == end) return;
        }
    } else if (from.is_number()) {
        if constexpr (std::is_floating_point_v<T>) {
            to = from.to_number<T>();
            return;
        } else {
            boost::json::error_code failed;
            to = from.to_number<T>(failed);
            if (!failed) return;
        }
    }
    misfit(name, from, "a number of that type", "choose a wider type");
}

/// Returns a string as it is, or the digits of a number.
inline std::string text_of_value(const boost::json::value& from) {
    if (const auto* text = from.if_string()) return std::string(text->data(), text->size());
    return boost::json::serialize(from);
}

template <typename T>
void read_value(const boost::json::value& from, T& to, std::string_view name);

/// Reads one element of a relation: the whole struct, or one member of it with pluck.
template <typename Relation, typename T>
void read_related(const boost::json::value& from, T& to, std::string_view name) {
    if constexpr ((Relation::options.seen & option::pluck) != 0) {
        read_value(from, get_member<member_index<T>(Relation::options.pluck)>(to), name);
    } else {
        read_struct(from, to, name);
    }
}

template <typename Relation, typename Member>
void read_rows(const boost::json::value& from, Member& to, std::string_view name) {
    auto& rows = to.value;
    using kept = std::remove_cvref_t<decltype(rows)>;
    if constexpr (is_optional<kept>) {
        if (!from.is_null()) read_related<Relation>(from, rows.emplace(), name);
    } else if constexpr (is_entries<kept>) {
        for (const auto& entry : from.as_object()) {
            auto& row = rows.emplace_back();
            row.first = std::string(entry.key());
            read_related<Relation>(entry.value(), row.second, name);
        }
    } else {
        for (const auto& each : from.as_array()) read_related<Relation>(each, rows.emplace_back(), name);
    }
}

template <typename T>
void read_value(const boost::json::value& from, T& to, std::string_view name) {
    if constexpr (is_annotation<T>) {
        read_value(from, to.value, name);
    } else if constexpr (is_optional<T>) {
        if (from.is_null()) {
            to.reset();
        } else {
            read_value(from, to.emplace(), name);
        }
    } else if constexpr (keeps_rows<T>) {
        read_rows<relation_of<T>>(from, to, name);
    } else if constexpr (relation_of<T>::known && requires { relation_of<T>::type_column; }) {
        std::apply(
            [&](auto&... each) {
                (read_rows<case_relation<std::remove_cvref_t<decltype(each)>>>(
                     from.as_object().at(case_relation<std::remove_cvref_t<decltype(each)>>::label), each,
                     name),
                 ...);
            },
            to.value);
    } else if constexpr (relation_of<T>::known && requires { to.text; }) {
        // An aggregate, which may have no value.
        if constexpr (is_optional<std::remove_cvref_t<decltype(to.text)>>) {
            if (!from.is_null()) to.text = text_of_value(from);
        } else {
            to.text = text_of_value(from);
        }
    } else if constexpr (relation_of<T>::known) {
        read_value(from, to.value, name);
    } else if (from.is_null()) {
        misfit(name, from, "a value that is always there", "declare it as std::optional");
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!from.is_bool()) misfit(name, from, "bool", "");
        to = from.get_bool();
    } else if constexpr (std::is_arithmetic_v<T>) {
        read_number(from, to, name);
    } else if constexpr (std::is_enum_v<T>) {
        const auto label = text_of_value(from);
        const auto found = enum_value<T>(label);
        if (!found) misfit(name, from, "one of the enum's values", "add it to the enum");
        to = *found;
    } else if constexpr (std::is_same_v<T, std::string>) {
        to = text_of_value(from);
    } else if constexpr (std::is_same_v<T, bytea>) {
        to.base64 = text_of_value(from);
    } else if constexpr (is_analysed<T>) {
        to.value = text_of_value(from);
    } else if constexpr (keeps_json<T> && !keeps_text<T>) {
        to.json = text_of_value(from);
    } else if constexpr (keeps_text<T>) {
        to.text = text_of_value(from);
    } else if constexpr (std::is_same_v<T, geo_point>) {
        read_number(from.as_object().at("lat"), to.lat, name);
        read_number(from.as_object().at("lon"), to.lon, name);
    } else if constexpr (is_number_list<T>) {
        read_value(from, to.values, name);
    } else if constexpr (is_entries<T>) {
        for (const auto& entry : from.as_object()) {
            auto& row = to.emplace_back();
            row.first = std::string(entry.key());
            read_value(entry.value(), row.second, name);
        }
    } else if constexpr (is_vector<T>) {
        if (!from.is_array()) misfit(name, from, "an array", "");
        for (const auto& each : from.get_array()) {
            typename T::value_type element{};
            read_value(each, element, name);
            to.push_back(std::move(element));
        }
    } else {
        read_struct(from, to, name);
    }
}

template <typename Struct>
void read_struct(const boost::json::value& from, Struct& to, std::string_view name) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((void)check::typed_member_is_optional < Struct, member_text<Struct, I>,
         !can_be_withheld<member_type<Struct, I>> || annotations_of<member_type<Struct, I>>.nullable > {},
         ...);
    }(std::make_index_sequence<member_count<Struct>>{});
    if (!from.is_object()) misfit(name, from, "an object", "");
    const auto& object = from.get_object();
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto read = [&](const field& member, auto& value) {
            if (member.is_left_out) return;
            const auto* found = object.if_contains(member.column.json);
            if (found != nullptr) read_value(*found, value, member.column.member);
        };
        (read(fields_of<Struct>[I], get_member<I>(to)), ...);
    }(std::make_index_sequence<member_count<Struct>>{});
}

}  // namespace pgsync::detail
