#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/compiled.hpp>
#include <pgsync/postgres/binding.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/read_tables.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/table_facts.hpp>
#include <pgsync/shape/node.hpp>

/// What no compiler can know: whether the database has the tables, columns, types and keys that the shapes
/// name.
namespace pgsync::postgres {

/// One table that the shapes use.
struct followed_table {
    std::uint32_t oid = 0;
    std::string quoted_name;  ///< `"public"."booking"`
};

/// A table whose replica identity does not cover the columns that lead to its owners.
struct uncovered_table {
    std::uint32_t oid = 0;
    std::string quoted_name;
    std::string columns;  ///< the uncovered ones, for messages
};

struct shape_report {
    std::vector<index_binding> bindings;
    std::vector<followed_table> tables;  ///< each once, in the order of first use
    std::vector<uncovered_table> identities;
    std::vector<std::string> findings;  ///< what makes it impossible to go on, all at once
};

namespace detail {

/// Do the values of two columns that are joined read the same in both? Then one can stand for the other.
[[nodiscard]] inline bool joinable(std::string_view a, std::string_view b) {
    const auto family = [](std::string_view type) -> std::string_view {
        if (type == "int2" || type == "int4" || type == "int8") return "integer";
        if (type == "text" || type == "varchar") return "text";
        return type;
    };
    return family(a) == family(b);
}

/// Can a member of this kind hold what the column's type prints?
[[nodiscard]] inline bool holds(value_kind kind, std::string_view type, char category) {
    switch (kind) {
        case value_kind::boolean:
            return type == "bool";
        case value_kind::int16:
            return type == "int2";
        case value_kind::int32:
            return type == "int2" || type == "int4";
        case value_kind::int64:
            return type == "int2" || type == "int4" || type == "int8" || type == "oid";
        case value_kind::float32:
            return type == "float4";
        case value_kind::float64:
            return type == "float4" || type == "float8" || type == "numeric";
        case value_kind::decimal:
            return type == "numeric" || type == "int2" || type == "int4" || type == "int8";
        case value_kind::text:
        case value_kind::keyword:
            // Everything that row_to_json prints as a string, but not what has a mapping of its own.
            return category == 'S' || category == 'E' || category == 'I' || type == "uuid" || type == "xml" ||
                   type == "bit" || type == "varbit" || type == "interval" || type == "bytea" ||
                   type == "macaddr" || type == "money" || type == "time" || type == "timetz" ||
                   type == "citext" || type == "name";
        case value_kind::uuid:
            return type == "uuid";
        case value_kind::date:
            return type == "date";
        case value_kind::timestamp:
            return type == "timestamp";
        case value_kind::timestamptz:
            return type == "timestamptz";
    }
    return false;
}

[[nodiscard]] inline std::string_view kind_name(value_kind kind) {
    switch (kind) {
        case value_kind::boolean:
            return "bool";
        case value_kind::int16:
            return "std::int16_t";
        case value_kind::int32:
            return "int";
        case value_kind::int64:
            return "std::int64_t";
        case value_kind::float32:
            return "float";
        case value_kind::float64:
            return "double";
        case value_kind::decimal:
            return "pgsync::decimal";
        case value_kind::text:
            return "std::string";
        case value_kind::keyword:
            return "pgsync::keyword";
        case value_kind::uuid:
            return "pgsync::uuid";
        case value_kind::date:
            return "pgsync::date";
        case value_kind::timestamp:
            return "pgsync::timestamp";
        case value_kind::timestamptz:
            return "pgsync::timestamptz";
    }
    return "?";
}

/// What to declare instead, for a column of this type.
[[nodiscard]] inline std::string_view suggested(std::string_view type, char category) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 13> known{
        {{"bool", "bool"},
         {"int2", "std::int16_t"},
         {"int4", "int"},
         {"int8", "std::int64_t"},
         {"oid", "std::int64_t"},
         {"float4", "float"},
         {"float8", "double"},
         {"numeric", "pgsync::decimal<p, s>"},
         {"uuid", "pgsync::uuid"},
         {"date", "pgsync::date"},
         {"timestamp", "pgsync::timestamp"},
         {"timestamptz", "pgsync::timestamptz"},
         {"text", "std::string"}}};
    for (const auto& [name, text] : known) {
        if (name == type) return text;
    }
    if (holds(value_kind::text, type, category)) return "std::string";
    return {};
}

class shape_checker {
  public:
    shape_checker(std::span<const compiled_index> indices,
                  const std::vector<std::optional<table_facts>>& tables)
        : indices_(indices), tables_(tables) {}

    shape_report run() {
        std::size_t at = 0;
        for (const auto& index : indices_) {
            index_ = &index;
            first_table_ = at;
            check_index(index);
            at += index.shape.nodes.size();
        }
        collect_identities();
        return std::move(report_);
    }

  private:
    const std::optional<table_facts>& find_table(std::size_t node) const {
        return tables_[first_table_ + node];
    }
    /// Only after check_table() has found it.
    const table_facts& facts(std::size_t node) const { return *tables_[first_table_ + node]; }

    static std::string quoted_name(const table_facts& table) {
        return quote_identifier(table.schema) + "." + quote_identifier(table.name);
    }
    /// Is there at most one row for each combination of these columns? A unique index on some of them is
    /// enough.
    static bool is_unique(const table_facts& table, const std::vector<std::string>& key) {
        return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const index_facts& index) {
            return index.unique && index.valid && index.immediate && !index.partial &&
                   std::all_of(index.columns.begin(), index.columns.end(), [&](const std::string& part) {
                       return std::find(key.begin(), key.end(), part) != key.end();
                   });
        });
    }

    std::string place(const node_data& node) const {
        return "struct " + std::string(node.type) + " of index " + std::string(index_->name);
    }
    static std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

    void find(std::string text) {
        if (std::find(report_.findings.begin(), report_.findings.end(), text) == report_.findings.end()) {
            report_.findings.push_back(std::move(text));
        }
    }

    void check_index(const compiled_index& index) {
        index_binding binding;
        binding.index = &index;
        bool complete = true;
        for (std::size_t node = 0; node < index.shape.nodes.size(); ++node) {
            complete = check_table(index.shape, node) && complete;
        }
        if (!complete) {
            report_.bindings.push_back(std::move(binding));
            return;
        }
        for (std::size_t node = 0; node < index.shape.nodes.size(); ++node) {
            check_links(index.shape, node);
            const auto& route = index.routes[node];
            route_binding bound;
            bound.table_oid = facts(node).oid;
            bound.table = quoted_name(facts(node));
            for (const auto name : route.columns) {
                const auto* column = facts(node).column(name);
                if (column == nullptr) continue;
                bound.array_types.push_back(parameter_type(*column));
                if (column->generated) {
                    find("column " + quoted(name) + " of table " + quoted(facts(node).name) +
                         " is generated, so the log lacks it, but changed rows are found by it; join on a "
                         "plain column");
                }
                needed_[facts(node).oid].insert(std::string(name));
            }
            for (const auto& column : facts(node).columns) {
                if (column.generated) bound.generated.push_back(column.name);
            }
            binding.routes.push_back(std::move(bound));
        }
        for (const auto& column : index.shape.columns_of(index.shape.root())) {
            const auto* found = facts(0).column(column.name);
            if (column.key && found != nullptr) binding.key_array_types.push_back(parameter_type(*found));
        }
        report_.bindings.push_back(std::move(binding));
    }

    /// Integers of all widths are passed as bigint: a foreign key may be wider than the key it refers to.
    static std::uint32_t parameter_type(const column_facts& column) {
        constexpr std::uint32_t int8_array = 1016;
        constexpr std::uint32_t text_array = 1009;
        const auto& type = column.base_name;
        if (type == "int2" || type == "int4" || type == "int8") return int8_array;
        if (type == "varchar" || type == "text") return text_array;
        return column.array_type;
    }

    /// Returns whether the table and every column the queries name are there.
    bool check_table(const shape_view& shape, std::size_t node) {
        const auto& data = shape.nodes[node];
        const auto asked = data.schema.empty() ? std::string(data.table)
                                               : std::string(data.schema) + "." + std::string(data.table);
        if (!find_table(node)) {
            find("table " + quoted(asked) + ", which " + place(data) + " reads, does not exist" +
                 (data.schema.empty() ? " in the search_path" : "") +
                 "; correct its name with static constexpr std::string_view table = \"…\";, or check "
                 "--database");
            return false;
        }
        const auto& table = facts(node);
        if (table.kind != 'r') {
            find(quoted(asked) + ", which " + place(data) + " reads, is " + kind_text(table.kind) +
                 ", and only ordinary tables can be followed so far");
            return false;
        }
        check_access(asked, table);
        if (seen_.insert(table.oid).second) report_.tables.push_back({table.oid, quoted_name(table)});
        bool complete = true;
        for (const auto& column : shape.columns_of(data))
            complete = check_column(data, table, column) && complete;
        for (const auto& link : shape.links_of(data)) {
            complete = exists(data, table, link.child, "the relation to it joins on") && complete;
            const auto& parent = shape.nodes[data.parent];
            if (find_table(data.parent)) {
                complete = exists(parent, facts(data.parent), link.parent,
                                  "relation " + quoted(data.member) + " joins on") &&
                           complete;
            }
        }
        check_key(shape, data, table);
        return complete;
    }

    void check_access(const std::string& asked, const table_facts& table) {
        if (!table.schema_usable || !table.readable) {
            find("this role may not read " + quoted(asked) + "; have its owner " + quoted(table.owner) +
                 " run: GRANT USAGE ON SCHEMA " + quote_identifier(table.schema) + ", and GRANT SELECT ON " +
                 quoted_name(table) + ", to it");
        }
        if (table.persistence != 'p') {
            find("table " + quoted(asked) + " is " + (table.persistence == 'u' ? "unlogged" : "temporary") +
                 ": its changes are not in the log; ALTER TABLE " + quoted_name(table) + " SET LOGGED");
        }
        if (table.has_parents || table.has_children) {
            find("table " + quoted(asked) +
                 " inherits or is inherited: queries would read rows of other tables whose "
                 "changes come under other names; only plain tables can be followed so far");
        }
        if (table.row_security) {
            find("row security hides rows of " + quoted(asked) +
                 " from this role, and documents would lack them; ALTER "
                 "ROLE … BYPASSRLS, or use the table's owner");
        }
    }

    static std::string kind_text(char kind) {
        switch (kind) {
            case 'p':
                return "a partitioned table";
            case 'v':
                return "a view";
            case 'm':
                return "a materialised view";
            case 'f':
                return "a foreign table";
            default:
                return "no table";
        }
    }

    bool exists(const node_data& data, const table_facts& table, std::string_view name,
                const std::string& why) {
        if (table.column(name) != nullptr) return true;
        find("table " + quoted(table.name) + " has no column " + quoted(name) + ", which " + why + " in " +
             place(data) + "; write foreign_key<\"…\"> or references<\"…\"> among the relation's options");
        return false;
    }

    bool check_column(const node_data& data, const table_facts& table, const column_data& column) {
        const auto* found = table.column(column.name);
        if (found == nullptr) {
            find("table " + quoted(table.name) + " has no column " + quoted(column.name) + " for member " +
                 quoted(column.member) + " of " + place(data) +
                 "; write column<T, \"its name\"> if it is called otherwise");
            return false;
        }
        const auto& type = found->base_name;
        if (!holds(column.kind, type, found->category)) {
            const auto better = suggested(type, found->category);
            find("column " + quoted(column.name) + " of table " + quoted(table.name) + " has type " + type +
                 ", which member " + quoted(column.member) + " of " + place(data) + " cannot hold as " +
                 std::string(kind_name(column.kind)) +
                 (better.empty() ? std::string("; no element type holds it yet: leave the member out")
                                 : "; declare it as " + std::string(better)));
        } else if (column.key && (column.kind == value_kind::text || column.kind == value_kind::keyword) &&
                   type != "text" && type != "varchar" && found->category != 'E') {
            find("key column " + quoted(column.name) + " of table " + quoted(table.name) + " has type " +
                 type + ", whose values can be equal without reading the same; a key of " + place(data) +
                 " must be text, varchar, an enum, an integer, uuid, date or numeric");
        }
        return true;
    }

    /// A key that is not unique would give several documents one id, or one row several sub-documents.
    void check_key(const shape_view& shape, const node_data& data, const table_facts& table) {
        std::vector<std::string> key;
        for (const auto& column : shape.columns_of(data)) {
            if (column.key) key.emplace_back(column.name);
        }
        if (!is_unique(table, key)) {
            find("the key of " + place(data) + " (" + joined(key) + ") is not unique in table " +
                 quoted(table.name) +
                 ": no primary key or unique index covers exactly these columns; mark the primary key's "
                 "members with "
                 "pgsync::key<T>");
        }
    }

    void check_links(const shape_view& shape, std::size_t node) {
        const auto& data = shape.nodes[node];
        if (data.kind == relation::root) return;
        const auto& child = facts(node);
        const auto& parent = facts(data.parent);
        std::vector<std::string> referenced;
        for (const auto& link : shape.links_of(data)) {
            const auto* a = parent.column(link.parent);
            const auto* b = child.column(link.child);
            if (a == nullptr || b == nullptr) continue;
            if (!joinable(a->base_name, b->base_name)) {
                find("relation " + quoted(data.member) + " of index " + std::string(index_->name) +
                     " joins " + parent.name + "." + std::string(link.parent) + " (" + a->base_name +
                     ") with " + child.name + "." + std::string(link.child) + " (" + b->base_name +
                     "), whose values do not read the same; give both columns one type");
            }
            referenced.emplace_back(data.kind == relation::belongs_to ? link.child : link.parent);
        }
        if (data.kind == relation::belongs_to && !is_unique(child, referenced)) {
            find("relation " + quoted(data.member) + " of index " + std::string(index_->name) +
                 " belongs to one row of " + quoted(child.name) + ", but (" + joined(referenced) +
                 ") is not unique there; refer to a primary key or a unique index, or use has_many");
        }
    }

    void collect_identities() {
        for (const auto& table : report_.tables) {
            const auto found = std::find_if(tables_.begin(), tables_.end(),
                                            [&](const auto& each) { return each && each->oid == table.oid; });
            std::vector<std::string> missing;
            for (const auto& column : needed_[table.oid]) {
                if (!(*found)->identity_covers(std::array{column})) missing.push_back(column);
            }
            if (!missing.empty())
                report_.identities.push_back({table.oid, table.quoted_name, joined(missing)});
        }
    }

    static std::string joined(const std::vector<std::string>& names) {
        std::string all;
        for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
        return all;
    }

    std::span<const compiled_index> indices_;
    const std::vector<std::optional<table_facts>>& tables_;
    const compiled_index* index_ = nullptr;
    std::size_t first_table_ = 0;
    std::set<std::uint32_t> seen_;
    std::map<std::uint32_t, std::set<std::string>> needed_;
    shape_report report_;
};

}  // namespace detail

/// Compares shapes with the facts of their tables: one entry of `tables` for each node of each index, in
/// order.
[[nodiscard]] inline shape_report check_shapes(std::span<const compiled_index> indices,
                                               const std::vector<std::optional<table_facts>>& tables) {
    return detail::shape_checker(indices, tables).run();
}

/// The same, asking the database.
[[nodiscard]] inline shape_report check_shapes(std::span<const compiled_index> indices, session& connection) {
    std::vector<table_name> names;
    for (const auto& index : indices) {
        for (const auto& node : index.shape.nodes)
            names.push_back({std::string(node.schema), std::string(node.table)});
    }
    return check_shapes(indices, read_tables(connection, names));
}

}  // namespace pgsync::postgres
