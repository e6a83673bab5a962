#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/postgres/quote.hpp>

namespace pgsync::postgres {

/// A table's name exactly as in the database, without quotes. An empty schema means: look it up by
/// search_path.
struct table_name {
    std::string schema;
    std::string name;
};

struct column_facts {
    std::string name;
    int number = 0;               ///< attnum
    std::uint32_t type = 0;       ///< the declared type, which may be a domain
    std::string type_text;        ///< as SQL writes it: `character varying(20)`
    std::uint32_t base_type = 0;  ///< with domains resolved, as in all members below
    std::string base_schema;      ///< `pg_catalog`
    std::string base_name;        ///< `varchar`, `int4`, `_text`
    char base_kind = 'b';         ///< typtype: `b`ase, `c`omposite, `e`num, `r`ange, `m`ultirange, `p`seudo
    char category = 'X';  ///< typcategory: `N`umeric, `S`tring, `D`ate, `B`oolean, `A`rray, `E`num, …
    std::uint32_t array_type = 0;    ///< the type of its arrays; 0 if there is none
    std::uint32_t element_type = 0;  ///< for an array; 0 for anything else
    std::int32_t typmod = -1;        ///< of the column or of its domain
    bool not_null = false;   ///< NOT NULL or part of the primary key; a domain's NOT NULL does not count
    int length = -1;         ///< bytes of a value; negative if that varies
    bool generated = false;  ///< GENERATED ALWAYS AS (…): logical replication leaves it out
    bool virtual_generated = false;  ///< generated but not stored: PostgreSQL 18 and later
    bool readable = false;           ///< the current role may SELECT it
};

struct index_facts {
    std::uint32_t oid = 0;
    std::string name;
    std::string method;                ///< `btree`, `hash`, `gin`, …
    std::vector<std::string> columns;  ///< key columns in order, "" for an expression; no INCLUDE columns
    bool primary = false;
    bool unique = false;
    bool valid = false;
    bool immediate = false;         ///< checked immediately, not DEFERRABLE
    bool partial = false;           ///< has a WHERE
    bool replica_identity = false;  ///< chosen with REPLICA IDENTITY USING INDEX
    bool all_not_null = false;      ///< every key column is NOT NULL, and none is an expression

    /// Returns true if REPLICA IDENTITY USING INDEX accepts the index, or, as a list of keys, it identifies
    /// every row.
    [[nodiscard]] bool identifies() const noexcept {
        return unique && valid && immediate && !partial && all_not_null;
    }
};

struct table_facts {
    std::uint32_t oid = 0;
    std::string schema;
    std::string name;
    char kind = 'r';            ///< relkind: `r` table, `p`artitioned, `v`iew, `m`aterialised view, `f`oreign
    char persistence = 'p';     ///< only `p`ermanent tables are in WAL; not `u`nlogged, `t`emporary
    bool is_partition = false;  ///< of a partitioned table
    bool has_parents = false;   ///< it inherits, also as a partition
    bool has_children = false;  ///< it is inherited, also by partitions
    bool owned = false;         ///< the current role may alter it
    std::string owner;          ///< its role
    bool schema_usable = false;   ///< USAGE on the schema
    bool readable = false;        ///< SELECT on the whole table; for single columns see column_facts
    bool row_security = false;    ///< policies hide rows from the current role
    char replica_identity = 'd';  ///< `d`efault, `n`othing, `f`ull, `i`ndex
    /// The columns of old rows that WAL contains with the current replica identity; see identity_covers().
    std::vector<std::string> identity;
    std::vector<std::string> primary_key;
    std::vector<column_facts> columns;
    std::vector<index_facts> indexes;

    [[nodiscard]] const column_facts* column(std::string_view wanted) const noexcept {
        const auto found = std::find_if(columns.begin(), columns.end(),
                                        [&](const auto& each) { return each.name == wanted; });
        return found == columns.end() ? nullptr : &*found;
    }

    /// Returns true if every one of `wanted` is in the old row of each update that changes it, and of each
    /// delete.
    template <typename Names>
    [[nodiscard]] bool identity_covers(const Names& wanted) const {
        return std::all_of(std::begin(wanted), std::end(wanted), [&](const auto& each) {
            return std::find(identity.begin(), identity.end(), each) != identity.end();
        });
    }

    /// Returns true if an index finds rows by equality of `wanted`: one that begins with exactly these
    /// columns, in any order.
    template <typename Names>
    [[nodiscard]] bool indexed(const Names& wanted) const {
        const auto count = static_cast<std::size_t>(std::distance(std::begin(wanted), std::end(wanted)));
        return std::any_of(indexes.begin(), indexes.end(), [&](const index_facts& index) {
            if (!index.valid || index.partial || index.columns.size() < count) return false;
            if (index.method != "btree" && index.method != "hash") return false;
            const auto end = index.columns.begin() + static_cast<std::ptrdiff_t>(count);
            return std::all_of(std::begin(wanted), std::end(wanted), [&](const auto& each) {
                return std::find(index.columns.begin(), end, each) != end;
            });
        });
    }
};

/// Returns `"schema"."table"`, as needed in SQL.
[[nodiscard]] inline std::string quoted_name(const table_facts& table) {
    return quote_identifier(table.schema) + "." + quote_identifier(table.name);
}

}  // namespace pgsync::postgres
