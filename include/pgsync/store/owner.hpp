#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/finding.hpp>
#include <pgsync/base/json_at.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/table_uses.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/system_identity.hpp>

/// Which program an index belongs to. Any program can reach any cluster: one wrong environment variable is
/// enough for a developer's database to overwrite production's documents. Each index therefore records what
/// fills it, and no other program writes to it, deletes it or takes over its alias.
namespace pgsync::app {

/// The database that fills an index, and the program that keeps it in sync.
struct index_owner {
    std::string system{};        ///< system identifier of the PostgreSQL cluster; empty: not filled yet
    std::uint32_t database = 0;  ///< oid; 0 if an earlier version of pgsync created the index
    std::string database_name{};
    std::string program{};  ///< slots and publications are named after it; empty: earlier version
    std::string root{};     ///< the table whose rows become documents; empty: earlier version

    friend bool operator==(const index_owner&, const index_owner&) = default;
};

/// A program connected to one database.
struct program_here {
    postgres::system_identity database;
    std::string name;                  ///< see index_owner::program
    std::vector<std::string> indices;  ///< the aliases of all of its indices
};

/// Returns the aliases of all indices of a program.
[[nodiscard]] inline std::vector<std::string> names_of_all(std::span<const compiled_index> indices) {
    std::vector<std::string> names;
    for (const auto& index : indices) names.emplace_back(index.name);
    return names;
}

/// Returns the default name of slot and publication. Slot names may contain lower-case letters, digits and
/// underscores.
[[nodiscard]] inline std::string default_name(std::string_view first_index) {
    std::string name = "pgsync_";
    for (const char c : first_index) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        name += plain ? c : '_';
    }
    return name.substr(0, 54);  // of at most 63; concurrent builds append their hash
}

[[nodiscard]] inline std::string root_of(const compiled_index& index) {
    return postgres::written_name(index.shape.nodes.front());
}

[[nodiscard]] inline index_owner owner_of(const program_here& me, const compiled_index& index) {
    return {me.database.system, me.database.database, me.database.database_name, me.name, root_of(index)};
}

/// Adds the owner to an index's `_meta`.
inline void add_owner(boost::json::object& meta, const index_owner& owner) {
    if (!owner.system.empty()) meta["system"] = owner.system;
    if (owner.database != 0) {
        meta["database"] = owner.database;
        meta["database_name"] = owner.database_name;
    }
    if (!owner.program.empty()) meta["program"] = owner.program;
    if (!owner.root.empty()) meta["root"] = owner.root;
}
[[nodiscard]] inline index_owner owner_in(const boost::json::object& meta) {
    index_owner out;
    out.system = text_at(meta, "system");
    const auto* oid = meta.if_contains("database");
    if (oid != nullptr && oid->is_int64()) out.database = static_cast<std::uint32_t>(oid->get_int64());
    out.database_name = text_at(meta, "database_name");
    out.program = text_at(meta, "program");
    out.root = text_at(meta, "root");
    return out;
}

namespace detail {

/// Returns a finding if another database, on the same server or another, filled the index. A database that
/// was dropped and created again under the same name is not another one: it has been restored, and its slot
/// was dropped.
[[nodiscard]] inline std::optional<finding> why_other_database(const std::string& index,
                                                               const index_owner& its,
                                                               const postgres::system_identity& now) {
    const bool other_server = !its.system.empty() && !now.system.empty() && its.system != now.system;
    const bool other_database = its.database != 0 && now.database != 0 && its.database != now.database &&
                                its.database_name != now.database_name;
    if (!other_server && !other_database) return std::nullopt;
    const auto named = its.database_name.empty() ? std::string("a database")
                                                 : "database \"" + printable(its.database_name) + "\" (oid " +
                                                       std::to_string(its.database) + ")";
    finding out;
    out.code = other_server ? "other_system" : "other_database";
    out.what = "index \"" + index + "\" was filled from " + named;
    if (other_server) out.what += " of another PostgreSQL cluster (system identifier " + its.system + ")";
    out.what += ", and this is \"" + printable(now.database_name) + "\"";
    out.what +=
        other_server ? " of the one with system identifier " + now.system : " of the same PostgreSQL cluster";
    out.why = "its documents would be overwritten and deleted by rows of another database";
    out.remedy = {by_hand("connect to that one with PGHOST, PGDATABASE or --database; for this one use "
                          "another search cluster, or give the index another name"),
                  by_hand("only where this database takes that one's place (restored, cloned, upgraded): "
                          "bootstrap --adopt, which reads all of it again while readers keep the index")};
    return out;
}

/// Returns whether two tables, named as in shapes with or without a schema, may be the same.
[[nodiscard]] inline bool may_be_same(std::string_view one, std::string_view other) {
    const auto alone = [](std::string_view name) { return name.substr(name.rfind('.') + 1); };
    const auto has_schema = [](std::string_view name) { return name.find('.') != std::string_view::npos; };
    return has_schema(one) && has_schema(other) ? one == other : alone(one) == alone(other);
}

/// Returns a finding if the index belongs to another program. Program names are only compared if the user has
/// set one: the default is derived from the first index, which may change.
[[nodiscard]] inline std::optional<finding> why_other_program(const std::string& index,
                                                              const index_owner& its, const index_owner& mine,
                                                              std::span<const std::string> my_indices) {
    const bool named = std::none_of(my_indices.begin(), my_indices.end(),
                                    [&](const auto& each) { return default_name(each) == mine.program; });
    const bool other_root = !its.root.empty() && !may_be_same(its.root, mine.root);
    const bool other_name = named && !its.program.empty() && its.program != mine.program;
    if (!other_root && !other_name) return std::nullopt;
    const auto who = [](const index_owner& owner) {
        return "program \"" + printable(owner.program) + "\", whose documents are rows of table \"" +
               printable(owner.root) + "\"";
    };
    finding out;
    out.code = "other_program";
    out.what = "index \"" + index + "\" is kept by " + who(its) + ", and this is " + who(mine);
    out.why = "readers of that one would find other documents than they expect";
    out.remedy = {by_hand("give this program's index another name: static constexpr std::string_view name = "
                          "\"…\"; in its struct" +
                          std::string(other_name ? "; or, where it is that program, its --name " +
                                                       printable(its.program)
                                                 : "")),
                  by_hand("only where this program takes that one's place: bootstrap --adopt")};
    return out;
}

}  // namespace detail

/// Returns why an index belongs to another program or database, or nothing if it is this program's.
[[nodiscard]] inline std::optional<finding> why_foreign(const std::string& index, const index_owner& its,
                                                        const program_here& me, const index_owner& mine) {
    if (auto other = detail::why_other_database(index, its, me.database)) return other;
    return detail::why_other_program(index, its, mine, me.indices);
}

/// Compares the databases of two owners by their numbers; names and programs may differ.
[[nodiscard]] inline bool same_database(const index_owner& one, const index_owner& other) {
    return one.system == other.system && one.database == other.database;
}

}  // namespace pgsync::app
