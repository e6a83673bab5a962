#pragma once

#include <algorithm>
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

#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/foreign_keys.hpp>
#include <pgsync/catalog/partitions.hpp>
#include <pgsync/catalog/read_guard.hpp>
#include <pgsync/catalog/read_tables.hpp>
#include <pgsync/catalog/session_facts.hpp>
#include <pgsync/catalog/sql_check.hpp>
#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/catalog/table_publications.hpp>
#include <pgsync/catalog/value_check.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/shape/node.hpp>

/// Checks that no compiler can make: whether the database has the tables, columns, types and keys that the
/// shapes name.
namespace pgsync::postgres {

/// A table that the shapes use.
struct followed_table {
    std::uint32_t oid = 0;
    std::string quoted_name;  ///< `"public"."booking"`
    bool owned = false;       ///< the current role may publish it
    /// For a partitioned table the tables that hold its rows: WAL names those, not the partitioned table.
    std::vector<followed_table> partitions{};
    bool partitioned = false;
};

/// The columns that old rows of a table must contain: those that lead to the affected documents. Each
/// partition of a partitioned table has its own replica identity.
struct identity_need {
    table_facts table;  ///< the table, which holds rows
    std::set<std::string> columns{};
};

/// A right that the current role lacks.
struct missing_right {
    std::string what;  ///< `this role may not read table "booking"`
    std::string sql;   ///< the statement that grants it
    std::string who;   ///< who may run that statement: `its owner "app"`
};

struct shape_report {
    std::vector<index_binding> bindings;
    std::vector<followed_table> tables;           ///< without duplicates, in the order of first use
    std::vector<identity_need> identities;        ///< one for each table that holds rows
    std::vector<table_facts> partitioned;         ///< the partitioned ones of `tables`
    std::vector<table_publication> publications;  ///< all publications of all these tables
    std::vector<missing_right> rights;
    std::vector<std::string> findings;  ///< all problems that make it impossible to continue
};

/// The tables that hold the rows of partitioned tables, keyed by the partitioned table's oid.
using partition_facts = std::map<std::uint32_t, std::vector<table_facts>>;

namespace detail {

class shape_checker {
  public:
    shape_checker(std::span<const compiled_index> indices,
                  const std::vector<std::optional<table_facts>>& tables, const partition_facts& partitions,
                  const session_facts& about, std::span<const foreign_key_facts> foreign_keys)
        : indices_(indices),
          tables_(tables),
          partitions_(partitions),
          about_(about),
          foreign_keys_(foreign_keys) {}

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
    /// Call only after check_table() has found the table.
    const table_facts& facts(std::size_t node) const { return *tables_[first_table_ + node]; }

    static std::string quoted_name(const table_facts& table) {
        return quote_identifier(table.schema) + "." + quote_identifier(table.name);
    }
    /// Returns true if there is at most one row for each combination of these columns. A unique index on some
    /// of them is enough.
    static bool is_unique(const table_facts& table, const std::vector<std::string>& key) {
        return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const index_facts& index) {
            return index.unique && index.valid && index.immediate && !index.partial &&
                   std::all_of(index.columns.begin(), index.columns.end(), [&](const std::string& part) {
                       return std::find(key.begin(), key.end(), part) != key.end();
                   });
        });
    }

    /// Returns an index that would make these columns unique except that it is deferrable, invalid or
    /// partial; nullptr if there is none.
    static const index_facts* nearly_unique(const table_facts& table, const std::vector<std::string>& key) {
        const auto found = std::find_if(table.indexes.begin(), table.indexes.end(), [&](const auto& index) {
            return index.unique &&
                   std::all_of(index.columns.begin(), index.columns.end(), [&](const auto& part) {
                       return std::find(key.begin(), key.end(), part) != key.end();
                   });
        });
        return found == table.indexes.end() ? nullptr : &*found;
    }
    /// Returns why no index makes the columns unique, and what to do.
    static std::string why_not_unique(const table_facts& table, const std::vector<std::string>& key) {
        const auto* near = nearly_unique(table, key);
        if (near == nullptr)
            return "no primary key or unique index is on these columns or some of them; mark the primary "
                   "key's "
                   "members with pgsync::key<T>";
        const auto name = (near->primary ? "the primary key " : "the unique index ") + quoted(near->name);
        if (!near->immediate) {
            return name +
                   " is DEFERRABLE, and PostgreSQL lets no such constraint identify a row: within a "
                   "transaction "
                   "two rows may be alike; make it NOT DEFERRABLE (drop it and add it again), or add a "
                   "unique "
                   "index that is checked at once, if no statement of the application relies on the delay; "
                   "the "
                   "rows of a has_many need no key at all: leave key<T> out and say order_by<…>";
        }
        if (!near->valid) {
            return name + " is not valid: an attempt to build it failed; DROP INDEX CONCURRENTLY " +
                   quote_identifier(table.schema) + "." + quote_identifier(near->name) +
                   " and build it again";
        }
        return name + " is on some rows only (it has a WHERE); a unique index on all rows is needed";
    }

    std::string place(const node_data& node) const {
        return "struct " + std::string(node.type) + " of index " + std::string(index_->name);
    }
    static std::string quoted(std::string_view text) { return "\"" + printable(text) + "\""; }

    void find(std::string text) {
        if (std::find(report_.findings.begin(), report_.findings.end(), text) == report_.findings.end()) {
            report_.findings.push_back(std::move(text));
        }
    }

    void check_index(const compiled_index& index) {
        index_binding binding;
        binding.index = &index;
        for (std::size_t node = 0; node < index.shape.nodes.size(); ++node) {
            const auto& data = index.shape.nodes[node];
            if (data.schema.empty() && find_table(node))
                binding.tables.emplace_back(quote_identifier(data.table), quoted_name(facts(node)));
        }
        bool complete = true;
        for (const auto& route : index.routes) complete = check_table(index.shape, route.node) && complete;
        // Embedded structs refer to columns of the table whose row they are part of.
        for (const auto& node : index.shape.nodes) {
            if (node.kind != relation::embed || !find_table(node.row)) continue;
            for (const auto& column : index.shape.columns_of(node))
                complete = check_column(node, facts(node.row), column) && complete;
        }
        if (!complete) {
            report_.bindings.push_back(std::move(binding));
            return;
        }
        for (const auto& route : index.routes) {
            check_links(index.shape, route.node);
            binding.routes.push_back(bind(index, route));
        }
        for (const auto& column : index.shape.columns_of(index.shape.root())) {
            const auto* found = facts(0).column(column.name);
            if (column.key && found != nullptr) binding.key_array_types.push_back(parameter_type(*found));
        }
        report_.bindings.push_back(std::move(binding));
    }

    route_binding bind(const compiled_index& index, const route_data& route) {
        const auto& table = facts(route.node);
        route_binding bound;
        bound.table_oid = table.oid;
        bound.table = quoted_name(table);
        bound.view = is_view(table);
        const auto need = [&](std::string_view name) -> const column_facts* {
            const auto* column = table.column(name);
            if (column == nullptr || is_view(table)) return column;
            if (column->generated) {
                find("column " + quoted(column->name) + " of table " + quoted(table.name) +
                     " is generated, so WAL lacks it, but changed rows are found by it; join on a "
                     "plain column");
            }
            needed_[table.oid].insert(std::string(name));
            return column;
        };
        for (const auto name : route.columns) {
            if (const auto* column = need(name)) bound.array_types.push_back(parameter_type(*column));
        }
        // If the routing changes, the document moves to another shard and must be deleted on the old one.
        if (route.node == 0 && !index.routing.empty()) need(index.routing);
        for (const auto& column : table.columns) {
            if (column.generated) bound.generated.push_back(column.name);
        }
        if (const auto found = partitions_.find(table.oid); found != partitions_.end()) {
            for (const auto& part : found->second) bound.partitions.push_back(part.oid);
        }
        return bound;
    }

    /// Returns the array type of a column's query parameter. Integers of all sizes are passed as bigint: a
    /// foreign key may be larger than the key it refers to.
    static std::uint32_t parameter_type(const column_facts& column) {
        constexpr std::uint32_t int8_array = 1016;
        constexpr std::uint32_t text_array = 1009;
        const auto& type = column.base_name;
        if (type == "int2" || type == "int4" || type == "int8") return int8_array;
        if (type == "varchar" || type == "text") return text_array;
        return column.array_type;
    }

    /// Returns true if the table and every column that the queries use exist.
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
        if (!check_kind(asked, data, table)) return false;
        check_access(asked, table);
        if (!is_view(table) && seen_.insert(table.oid).second) {
            followed_table followed{table.oid, quoted_name(table), table.owned};
            followed.partitioned = table.kind == 'p';
            if (const auto found = partitions_.find(table.oid); found != partitions_.end()) {
                for (const auto& part : found->second) {
                    followed.partitions.push_back({part.oid, quoted_name(part), part.owned});
                    if (part.persistence == 'u') {
                        find("partition " + quoted(part.name) + " of table " + quoted(asked) +
                             " is unlogged: its changes are not in WAL; ALTER TABLE " + quoted_name(part) +
                             " SET LOGGED");
                    }
                    if (part.kind == 'f') {
                        find("partition " + quoted(part.name) + " of table " + quoted(asked) +
                             " is a foreign table, whose changes are not in this server's WAL");
                    }
                }
            }
            report_.tables.push_back(std::move(followed));
        }
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
        if (!data.guard_column.empty() && find_table(data.parent)) {
            complete = exists(shape.nodes[data.parent], facts(data.parent), data.guard_column,
                              "belongs_to_any reads") &&
                       complete;
        }
        if (is_shown(data)) check_key(shape, data, table);
        return complete;
    }

    static bool is_view(const table_facts& table) { return table.kind == 'v' || table.kind == 'm'; }

    bool check_kind(const std::string& asked, const node_data& data, const table_facts& table) {
        if (table.kind == 'r' || table.kind == 'p') return true;
        if (is_view(table) && data.view) return true;
        if (is_view(table) && data.kind == relation::hop) {
            find(quoted(asked) + ", the link table of relation " + quoted(data.member) + " of " +
                 place(data) + ", is " + kind_text(table.kind) +
                 ", and a link table must be a table, whatever depends_on says; name the table behind the "
                 "view, "
                 "or make one view of the link and the rows it leads to and relate to that: "
                 "has_many<ThatView, depends_on<…>>");
            return false;
        }
        find(quoted(asked) + ", which " + place(data) + " reads, is " + kind_text(table.kind) +
             (is_view(table) ? "; say which tables it is made of: depends_on<Table, \"column\"> among the "
                               "relation's options, or behind the root in index<…>"
                             : ", whose changes are not in this server's WAL"));
        return false;
    }

    void lacks(std::string what, const std::string& sql, std::string who) {
        const auto same = [&](const missing_right& each) { return each.sql == sql; };
        if (std::none_of(report_.rights.begin(), report_.rights.end(), same))
            report_.rights.push_back({std::move(what), sql, std::move(who)});
    }

    void check_access(const std::string& asked, const table_facts& table) {
        const auto role = quote_identifier(about_.role);
        const auto owner = "its owner " + quoted(table.owner);
        if (!table.schema_usable) {
            lacks("this role may not use schema " + quoted(table.schema),
                  "GRANT USAGE ON SCHEMA " + quote_identifier(table.schema) + " TO " + role, "its owner");
        }
        // For the whole table: it is locked before it is read, which needs the right on the table.
        if (!table.readable) {
            lacks("this role may not read table " + quoted(asked),
                  "GRANT SELECT ON " + quoted_name(table) + " TO " + role, owner);
        }
        if (table.row_security) {
            lacks("row security hides rows of " + quoted(asked) +
                      " from this role, and documents would lack them",
                  "ALTER ROLE " + role + " BYPASSRLS", "a superuser");
        }
        if (table.persistence != 'p') {
            find("table " + quoted(asked) + " is " + (table.persistence == 'u' ? "unlogged" : "temporary") +
                 ": its changes are not in WAL; ALTER TABLE " + quoted_name(table) + " SET LOGGED");
        }
        if (table.kind == 'r' && ((table.has_parents && !table.is_partition) || table.has_children)) {
            find("table " + quoted(asked) +
                 " inherits or is inherited: queries would read rows of other tables whose "
                 "changes come under other names; use plain or partitioned tables");
        }
    }

    static std::string kind_text(char kind) {
        switch (kind) {
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
        if (column.source == value_source::expression) return true;  // checked by sql_checker
        const auto* found = table.column(column.name);
        if (found == nullptr) {
            find("table " + quoted(table.name) + " has no column " + quoted(column.name) + " for member " +
                 quoted(column.member) + " of " + place(data) +
                 "; write column<T, \"its name\"> if it is called otherwise");
            return false;
        }
        const auto& type = found->base_name;
        if (column.source == value_source::json_path) {
            if (type != "json" && type != "jsonb") {
                find("column " + quoted(column.name) + " of table " + quoted(table.name) + " has type " +
                     type + ", but member " + quoted(column.member) + " of " + place(data) +
                     " takes a value out of it with json_path; that needs json or jsonb");
            }
            return true;
        }
        if (!holds_value(column, type, found->category)) {
            find("column " + quoted(column.name) + " of table " + quoted(table.name) + " has type " + type +
                 ", which member " + quoted(column.member) + " of " + place(data) + " cannot hold as " +
                 member_type(column) + advice(type, found->category));
        } else if (column.key && (column.kind == value_kind::text || column.kind == value_kind::keyword) &&
                   type != "text" && type != "varchar" && found->category != 'E') {
            find("key column " + quoted(column.name) + " of table " + quoted(table.name) + " has type " +
                 (type == "bpchar" ? found->type_text + ", which compares without the blanks at its end"
                                   : type + ", whose values can be equal without reading the same") +
                 "; a key of " + place(data) +
                 " must be text, varchar, an enum, an integer, uuid, date or numeric" +
                 (type == "bpchar" ? ": ALTER COLUMN " + quote_identifier(column.name) +
                                         " TYPE varchar, there and in the tables that refer to it, or mark "
                                         "another unique column with key<T>"
                                   : std::string()));
        }
        return true;
    }

    /// Reports a key that is not unique: several documents would get one id, or one row several
    /// sub-documents.
    void check_key(const shape_view& shape, const node_data& data, const table_facts& table) {
        std::vector<std::string> key;
        for (const auto& column : shape.columns_of(data)) {
            if (column.key) key.emplace_back(column.name);
        }
        if (!key.empty() && !is_view(table) && !is_unique(table, key)) {
            find("the key of " + place(data) + " (" + joined(key) + ") is not unique in table " +
                 quoted(table.name) + ": " + why_not_unique(table, key));
        }
    }

    void check_links(const shape_view& shape, std::size_t node) {
        const auto& data = shape.nodes[node];
        if (data.kind == relation::root) return;
        const auto& child = facts(node);
        const auto& parent = facts(data.parent);
        std::vector<std::string> referenced;
        std::vector<column_pair> pairs;
        for (const auto& link : shape.links_of(data)) {
            pairs.emplace_back(link.parent, link.child);
            const auto* a = parent.column(link.parent);
            const auto* b = child.column(link.child);
            if (a == nullptr || b == nullptr) continue;
            if (!joinable(a->base_name, b->base_name)) {
                find("relation " + quoted(data.member) + " of index " + std::string(index_->name) +
                     " joins " + parent.name + "." + std::string(link.parent) + " (" + a->base_name +
                     ") with " + child.name + "." + std::string(link.child) + " (" + b->base_name +
                     "), and only values of one type can be joined, for they are compared as the WAL has "
                     "them; "
                     "join other columns, with foreign_key<\"…\"> and references<\"…\">, or give both "
                     "columns one type" +
                     (data.guard_column.empty()
                          ? std::string()
                          : "; where a column holds keys of several types, give each type a column of its "
                            "own, with a belongs_to each"));
            }
            // The comparison operator of such a type would have to be looked up in the type's schema.
            for (const auto* column : {a, b}) {
                if (column->base_kind != 'b' || about_.trusts(column->base_schema)) continue;
                find("relation " + quoted(data.member) + " of index " + std::string(index_->name) +
                     " compares values of type " + column->base_name + ", but " +
                     about_.why_not(column->base_schema));
            }
            if (data.kind == relation::belongs_to) referenced.emplace_back(link.child);
        }
        check_pairs(data, parent, child, pairs);
        if (data.kind == relation::belongs_to && !is_view(child) && !is_unique(child, referenced)) {
            find("relation " + quoted(data.member) + " of index " + std::string(index_->name) +
                 " belongs to one row of " + quoted(child.name) + ", but (" + joined(referenced) +
                 ") is not unique there" +
                 (nearly_unique(child, referenced) != nullptr
                      ? ": " + why_not_unique(child, referenced)
                      : std::string("; refer to a primary key or a unique index, or use has_many")));
        }
    }

    /// Reports a composite key whose columns are paired differently than in the foreign key. They are paired
    /// by their order in the shape, which need not be the constraint's; documents would contain rows of other
    /// parents.
    void check_pairs(const node_data& data, const table_facts& parent, const table_facts& child,
                     const std::vector<column_pair>& pairs) {
        if (pairs.size() < 2 || data.kind == relation::source) return;
        const auto* key = contradicting_key(foreign_keys_, parent.oid, child.oid, pairs);
        if (key == nullptr) return;
        const bool from_parent = key->table == parent.oid;
        const auto& from = from_parent ? parent : child;
        const auto& to = from_parent ? child : parent;
        std::string wanted;
        for (const auto& [one, other] : key->columns)
            wanted += (wanted.empty() ? "" : ", ") + from.name + "." + one + " = " + to.name + "." + other;
        std::string found;
        for (const auto& [one, other] : pairs)
            found += (found.empty() ? "" : ", ") + parent.name + "." + one + " = " + child.name + "." + other;
        find("relation " + quoted(data.member) + " of index " + std::string(index_->name) + " joins " +
             found + ", but foreign key " + quoted(key->name) + " says " + wanted +
             "; foreign_key<\"…\"> names its columns in the order of the key's members in the struct that "
             "they "
             "refer to, or of the columns that references<\"…\"> names");
    }

    void collect_identities() {
        for (const auto& table : report_.tables) {
            const auto found = std::find_if(tables_.begin(), tables_.end(),
                                            [&](const auto& each) { return each && each->oid == table.oid; });
            const auto& facts = **found;
            if (facts.kind == 'p') report_.partitioned.push_back(facts);
            if (table.partitions.empty() && facts.kind == 'r') {
                collect_identity(facts, needed_[table.oid]);
                continue;
            }
            const auto parts = partitions_.find(table.oid);
            if (parts == partitions_.end()) continue;
            for (const auto& part : parts->second) collect_identity(part, needed_[table.oid]);
        }
    }
    /// A partition may be listed besides its partitioned table.
    void collect_identity(const table_facts& table, const std::set<std::string>& needed) {
        auto& all = report_.identities;
        const auto known = std::find_if(all.begin(), all.end(),
                                        [&](const auto& each) { return each.table.oid == table.oid; });
        auto& need = known == all.end() ? all.emplace_back(identity_need{table}) : *known;
        need.columns.insert(needed.begin(), needed.end());
    }

    static std::string joined(const std::vector<std::string>& names) {
        std::string all;
        for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
        return all;
    }

    std::span<const compiled_index> indices_;
    const std::vector<std::optional<table_facts>>& tables_;
    const partition_facts& partitions_;
    const session_facts& about_;
    std::span<const foreign_key_facts> foreign_keys_;
    const compiled_index* index_ = nullptr;
    std::size_t first_table_ = 0;
    std::set<std::uint32_t> seen_;
    std::map<std::uint32_t, std::set<std::string>> needed_;
    shape_report report_;
};

}  // namespace detail

/// Reads the tables that hold the rows of partitioned ones.
[[nodiscard]] inline partition_facts read_partitions(session& connection,
                                                     const std::vector<std::optional<table_facts>>& tables) {
    std::vector<std::uint32_t> oids;
    for (const auto& table : tables) {
        if (table && table->kind == 'p') oids.push_back(table->oid);
    }
    partition_facts out;
    if (oids.empty()) return out;
    std::vector<table_name> names;
    std::vector<std::uint32_t> ancestors;
    for (const auto& each : read_descendants(connection, oids)) {
        if (each.kind == 'p') continue;
        names.push_back({each.schema, each.name});
        ancestors.push_back(each.ancestor);
    }
    auto facts = read_tables(connection, names);
    for (std::size_t i = 0; i < facts.size(); ++i) {
        if (facts[i]) out[ancestors[i]].push_back(std::move(*facts[i]));
    }
    return out;
}

namespace detail {

/// Reads the foreign keys of all these tables if any relation joins more than one column.
[[nodiscard]] inline std::vector<foreign_key_facts> read_composite_keys(
    session& connection, std::span<const compiled_index> indices,
    const std::vector<std::optional<table_facts>>& tables) {
    const bool any = std::any_of(indices.begin(), indices.end(), [](const compiled_index& index) {
        return std::any_of(index.shape.nodes.begin(), index.shape.nodes.end(),
                           [](const node_data& node) { return node.links > 1; });
    });
    if (!any) return {};
    std::vector<std::uint32_t> oids;
    for (const auto& table : tables) {
        if (table) oids.push_back(table->oid);
    }
    return read_foreign_keys(connection, oids);
}

/// Reads all publications of the tables that hold rows and of partitioned tables.
[[nodiscard]] inline std::vector<table_publication> read_publications_of(session& connection,
                                                                         const shape_report& report) {
    std::vector<std::uint32_t> oids;
    for (const auto& each : report.identities) oids.push_back(each.table.oid);
    for (const auto& each : report.partitioned) oids.push_back(each.oid);
    return read_table_publications(connection, oids);
}

}  // namespace detail

/// Compares shapes with the catalog and reports all problems at once.
[[nodiscard]] inline shape_report check_shapes(std::span<const compiled_index> indices, session& connection) {
    std::vector<table_name> names;
    for (const auto& index : indices) {
        for (const auto& node : index.shape.nodes)
            names.push_back({std::string(node.schema), std::string(node.table)});
    }
    const auto tables = read_tables(connection, names);
    const auto partitions = read_partitions(connection, tables);
    const auto about = read_session(connection);
    const auto foreign_keys = detail::read_composite_keys(connection, indices, tables);
    auto report = detail::shape_checker(indices, tables, partitions, about, foreign_keys).run();
    report.publications = detail::read_publications_of(connection, report);
    // SQL that reads forbidden tables cannot be tried.
    if (!report.rights.empty()) return report;
    // A missing column is better reported with its member than as a query that fails.
    if (report.findings.empty())
        report.findings = detail::sql_checker(indices, connection, tables, about).run();
    if (report.findings.empty())
        report.findings = detail::prepare_queries(report.bindings, connection, about);
    if (report.findings.empty()) guard_names(report.bindings, connection);
    return report;
}

}  // namespace pgsync::postgres
