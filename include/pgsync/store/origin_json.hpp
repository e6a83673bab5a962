#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/json_at.hpp>
#include <pgsync/catalog/origin.hpp>

/// Reads and writes what an index was read from, as stored in its `_meta`.
namespace pgsync::app {

[[nodiscard]] inline boost::json::object json_of(const postgres::origin& of) {
    boost::json::object tables;
    for (const auto& [name, table] : of.tables) {
        boost::json::object each{{"oid", table.oid}};
        if (!table.file.empty()) each["file"] = table.file;
        if (!table.view.empty()) each["view"] = table.view;
        boost::json::object columns;
        for (const auto& [column, described] : table.columns) columns[column] = described;
        each["columns"] = std::move(columns);
        if (!table.partitions.empty())
            each["partitions"] = boost::json::array(table.partitions.begin(), table.partitions.end());
        if (!table.attached.empty())
            each["attached"] = boost::json::array(table.attached.begin(), table.attached.end());
        if (!table.published.empty())
            each["published"] = boost::json::array(table.published.begin(), table.published.end());
        tables[name] = std::move(each);
    }
    return {{"publication", of.publication}, {"tables", std::move(tables)}};
}

/// Parses what json_of() wrote; returns nothing if `from` is something else.
[[nodiscard]] inline std::optional<postgres::origin> read_origin(const boost::json::value& from) {
    const auto* tables = value_at(from, "tables");
    if (tables == nullptr || !tables->is_object()) return std::nullopt;
    postgres::origin out;
    out.publication = text_at(from, "publication");
    for (const auto& member : tables->get_object()) {
        auto& table = out.tables[member.key()];
        const auto& each = member.value();
        table.oid = static_cast<std::uint32_t>(number_at(each, "oid").value_or(0));
        table.file = text_at(each, "file");
        table.view = text_at(each, "view");
        if (const auto* columns = value_at(each, "columns"); columns != nullptr && columns->is_object()) {
            for (const auto& column : columns->get_object()) {
                if (column.value().is_string()) table.columns[column.key()] = column.value().get_string();
            }
        }
        const auto oids = [&](std::string_view key, std::vector<std::uint32_t>& into) {
            const auto* list = value_at(each, key);
            if (list == nullptr || !list->is_array()) return;
            for (const auto& oid : list->get_array()) {
                if (const auto number = number_at(oid)) into.push_back(static_cast<std::uint32_t>(*number));
            }
            std::sort(into.begin(), into.end());
        };
        if (const auto* list = value_at(each, "attached"); list != nullptr && list->is_array()) {
            for (const auto& one : list->get_array())
                if (one.is_string()) table.attached.emplace_back(one.get_string());
        }
        oids("partitions", table.partitions);
        oids("published", table.published);
    }
    return out;
}

}  // namespace pgsync::app
