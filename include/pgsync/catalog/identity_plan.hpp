#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/lookups.hpp>
#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/catalog/table_publications.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/version.hpp>

/// Chooses the replica identity of a table, such that the server continues to accept every write it accepts
/// now. PostgreSQL rejects an UPDATE or DELETE of a published table whose replica identity does not suit
/// every publication of the table; refused_by() knows all its reasons. No I/O.
namespace pgsync::postgres {

/// Why something is impossible, and what the user can do about it.
struct refusal {
    std::string why;
    std::string remedy;
};

/// One statement of a plan.
struct identity_statement {
    std::string sql;
    /// Waits for transactions without blocking writes; not allowed inside a transaction.
    bool concurrently = false;
};

/// What must be done so that old rows in WAL contain the needed columns.
struct identity_plan {
    std::vector<identity_statement> statements{};  ///< in this order; empty: the identity need not change
    std::string missing{};                ///< columns whose old values are not in WAL now, for messages
    bool publish_generated = false;       ///< our publication needs publish_generated_columns = stored
    std::optional<refusal> impossible{};  ///< if set, nothing may be changed
};

namespace detail {

/// A replica identity as the server sees it.
struct identity_choice {
    bool full = false;
    /// Columns of its index if it is not full; empty: there is no identity.
    std::vector<std::string> columns{};
};

[[nodiscard]] inline bool contains(const std::vector<std::string>& all, std::string_view wanted) {
    return std::find(all.begin(), all.end(), wanted) != all.end();
}
[[nodiscard]] inline std::string in_quotes(std::string_view text) { return "\"" + printable(text) + "\""; }

/// Returns the first generated column in an identity; nullptr if there is none.
[[nodiscard]] inline const column_facts* generated_in(const table_facts& table, const identity_choice& choice,
                                                      bool virtual_ones) {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(), [&](const auto& each) {
        return each.generated && each.virtual_generated == virtual_ones &&
               (choice.full || contains(choice.columns, each.name));
    });
    return found == table.columns.end() ? nullptr : &*found;
}

/// Returns why the server rejects updates or deletes of a table that has this identity because of a
/// publication; nullopt if it accepts them. Follows PostgreSQL's CheckCmdReplicaIdentity() and
/// RelationBuildPublicationDesc().
[[nodiscard]] inline std::optional<refusal> refused_by(const table_publication& publication,
                                                       const table_facts& table,
                                                       const identity_choice& choice, int version) {
    if (!publication.updates && !publication.deletes) return std::nullopt;
    const auto name = "publication " + in_quotes(publication.name);
    const auto quoted = quote_identifier(publication.name);
    if (!choice.full && choice.columns.empty()) {
        return refusal{name + " publishes its changes, and it has no replica identity",
                       "ALTER TABLE " + quoted_name(table) + " REPLICA IDENTITY FULL"};
    }
    for (const auto& column : publication.filter) {
        if (choice.full || contains(choice.columns, column)) continue;
        return refusal{"the row filter of " + name + " uses " +
                           (column.empty() ? "the whole row" : "column " + in_quotes(column)) +
                           ", which its replica identity lacks",
                       "take the row filter from " + name};
    }
    if (publication.columns) {
        if (choice.full) {
            return refusal{name + " has a column list for it, which REPLICA IDENTITY FULL does not allow",
                           "take the column list from " + name};
        }
        for (const auto& column : choice.columns) {
            if (contains(*publication.columns, column)) continue;
            return refusal{
                "the column list of " + name + " lacks " + in_quotes(column) + " of its replica identity",
                "add " + quote_identifier(column) + " to the column list of " + name};
        }
    }
    if (!has_published_generated_columns(version)) return std::nullopt;
    if (const auto* column = generated_in(table, choice, true)) {
        return refusal{"its column " + in_quotes(column->name) +
                           " is generated and virtual, which no publication can hold",
                       "make column " + in_quotes(column->name) + " a stored one"};
    }
    if (publication.stored_generated || publication.columns) return std::nullopt;
    if (const auto* column = generated_in(table, choice, false)) {
        return refusal{name + " leaves out its generated column " + in_quotes(column->name),
                       "ALTER PUBLICATION " + quoted + " SET (publish_generated_columns = stored)"};
    }
    return std::nullopt;
}

/// Returns the maximum number of bytes that a value of the column takes in an index; nullopt if it is not
/// limited.
[[nodiscard]] inline std::optional<std::size_t> longest_value(const column_facts& column) {
    if (column.length > 0) return static_cast<std::size_t>(column.length);
    const auto& type = column.base_name;
    if (type == "inet" || type == "cidr") return 24;
    if (column.typmod < 0) return std::nullopt;
    const auto modifier = static_cast<std::size_t>(column.typmod);
    if (type == "varchar" || type == "bpchar") return modifier * 4;
    if (type == "numeric") return ((modifier >> 16U) & 0xffffU) + 16;
    return std::nullopt;
}

/// Returns true for types whose values a B-tree index orders with the server's own operators.
[[nodiscard]] inline bool has_btree_order(const column_facts& column) {
    constexpr std::string_view known[] = {"int2",      "int4",        "int8",    "oid",  "uuid",   "bool",
                                          "date",      "time",        "timetz",  "name", "float4", "float8",
                                          "timestamp", "timestamptz", "varchar", "inet", "cidr",   "bpchar",
                                          "numeric",   "interval",    "macaddr", "char"};
    if (column.base_kind == 'e') return true;
    return column.base_schema == "pg_catalog" &&
           std::find(std::begin(known), std::end(known), column.base_name) != std::end(known);
}

class identity_planner {
  public:
    identity_planner(const table_facts& table, const std::set<std::string>& needed, int version,
                     std::span<const table_publication> others)
        : table_(table), needed_(needed), version_(version), others_(others) {
        const auto published = [](const table_publication& each) { return each.updates || each.deletes; };
        // Readers of another publication may depend on what old rows contain now, and so may the user who
        // chose an index.
        kept_ = table.replica_identity == 'i' ||
                (table.replica_identity != 'f' && std::any_of(others.begin(), others.end(), published));
    }

    identity_plan run() {
        identity_plan plan;
        for (const auto& column : needed_) {
            if (!contains(table_.identity, column))
                plan.missing += (plan.missing.empty() ? "" : ", ") + column;
        }
        const identity_choice now{table_.replica_identity == 'f', table_.identity};
        const bool identified = now.full || !now.columns.empty();
        if (identified && plan.missing.empty() && !refused(now)) return finished(std::move(plan), now);
        if (auto sql = by_default()) {
            plan.statements.push_back({*sql});
            return finished(std::move(plan), {false, table_.primary_key});
        }
        const identity_choice full{true, {}};
        const auto not_full = refused(full);
        if (!not_full) {
            if (!now.full)
                plan.statements.push_back({"ALTER TABLE " + quoted_name(table_) + " REPLICA IDENTITY FULL"});
            return finished(std::move(plan), full);
        }
        if (const auto* index = suitable_index()) {
            plan.statements.push_back({by_index(*index)});
            return finished(std::move(plan), {false, index->columns});
        }
        const auto columns = new_columns();
        const auto no_index = why_no_new(columns);
        if (!no_index) {
            plan.statements = new_index(columns);
            return finished(std::move(plan), {false, columns});
        }
        // Writes that are rejected now are not rejected because of us, and our publication makes nothing
        // worse.
        if (identified && plan.missing.empty() && !refused_by_ours(now))
            return finished(std::move(plan), now);
        plan.impossible = refusal{
            "no replica identity of table " + quoted_name(table_) + " has " +
                (needed_.empty() ? std::string("its rows") : "the old values of " + joined(needed_)) +
                " in WAL without PostgreSQL refusing the application's updates and deletes: with REPLICA "
                "IDENTITY FULL because " +
                not_full->why + "; and no index can be the identity because " + no_index->why,
            not_full->remedy + "; or " + no_index->remedy};
        return plan;
    }

    [[nodiscard]] bool takes_full() const { return !refused({true, {}}); }

    /// Returns the statements that make an index the identity instead of whole rows; empty if that is
    /// impossible.
    std::vector<identity_statement> narrower() {
        if (const auto* index = suitable_index()) return {{by_index(*index)}};
        const auto columns = new_columns();
        return why_no_new(columns) ? std::vector<identity_statement>() : new_index(columns);
    }

  private:
    static std::string joined(const std::set<std::string>& names) {
        std::string all;
        for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
        return all;
    }

    /// Checks our own publication: it publishes everything, and stored generated columns where the server has
    /// that option.
    [[nodiscard]] std::optional<refusal> refused_by_ours(const identity_choice& choice,
                                                         bool stored = true) const {
        if (!has_publications(version_)) return std::nullopt;
        return refused_by({table_.oid, "pgsync's own", true, true, stored, std::nullopt, {}}, table_, choice,
                          version_);
    }
    [[nodiscard]] std::optional<refusal> refused(const identity_choice& choice) const {
        for (const auto& each : others_) {
            if (auto why = refused_by(each, table_, choice, version_)) return why;
        }
        return refused_by_ours(choice);
    }
    identity_plan finished(identity_plan plan, const identity_choice& choice) const {
        plan.publish_generated = refused_by_ours(choice, false).has_value() && !refused_by_ours(choice);
        return plan;
    }

    [[nodiscard]] bool covers(const std::vector<std::string>& columns) const {
        const auto is_in = [&](const std::string& each) { return contains(columns, each); };
        if (!std::all_of(needed_.begin(), needed_.end(), is_in)) return false;
        return !kept_ || std::all_of(table_.identity.begin(), table_.identity.end(), is_in);
    }
    [[nodiscard]] bool suits(const index_facts& index) const {
        return index.identifies() && index.method == "btree" && covers(index.columns) &&
               !refused({false, index.columns});
    }
    [[nodiscard]] const index_facts* primary() const {
        const auto found = std::find_if(table_.indexes.begin(), table_.indexes.end(),
                                        [](const auto& index) { return index.primary; });
        return found == table_.indexes.end() ? nullptr : &*found;
    }

    /// Returns the statement that makes the primary key the identity, if it suffices and the current identity
    /// is another one.
    [[nodiscard]] std::optional<std::string> by_default() const {
        const auto* key = primary();
        if (table_.replica_identity == 'd' || key == nullptr || !suits(*key)) return std::nullopt;
        return by_index(*key);
    }
    [[nodiscard]] std::string by_index(const index_facts& index) const {
        return "ALTER TABLE " + quoted_name(table_) + " REPLICA IDENTITY " +
               (index.primary ? "DEFAULT" : "USING INDEX " + quote_identifier(index.name));
    }
    [[nodiscard]] const index_facts* suitable_index() const {
        if (const auto* key = primary(); key != nullptr && suits(*key)) return key;
        const auto found = std::find_if(table_.indexes.begin(), table_.indexes.end(),
                                        [&](const auto& index) { return suits(index); });
        return found == table_.indexes.end() ? nullptr : &*found;
    }

    /// Returns the columns that an index of ours would have: those that are needed, those that other
    /// publications need, and the primary key, which makes it unique.
    [[nodiscard]] std::vector<std::string> new_columns() const {
        std::vector<std::string> columns(needed_.begin(), needed_.end());
        const auto add = [&](const std::vector<std::string>& more) {
            for (const auto& each : more) {
                if (!contains(columns, each)) columns.push_back(each);
            }
        };
        for (const auto& each : others_) {
            if (each.updates || each.deletes) add(each.filter);
        }
        if (kept_) add(table_.identity);
        add(table_.primary_key);
        return columns;
    }
    [[nodiscard]] std::optional<refusal> why_no_new(const std::vector<std::string>& columns) const {
        const auto name = quoted_name(table_);
        const auto* key = primary();
        if (key == nullptr) return refusal{"it has no primary key", "give table " + name + " a primary key"};
        // A unique index that is not deferrable would reject what a deferrable key allows temporarily.
        if (!key->immediate)
            return refusal{"its primary key is deferrable",
                           "make the primary key of table " + name + " not deferrable"};
        std::size_t bytes = 0;
        for (const auto& each : columns) {
            const auto* column = table_.column(each);
            const auto quoted = in_quotes(each);
            if (column == nullptr)
                return refusal{"a row filter uses the whole row", "let the row filter name its columns"};
            if (column->generated) {
                return refusal{"column " + quoted + " is generated",
                               "let other publications not filter by column " + quoted};
            }
            if (!column->not_null) {
                return refusal{
                    "column " + quoted + " may be null",
                    "ALTER TABLE " + name + " ALTER COLUMN " + quote_identifier(each) + " SET NOT NULL"};
            }
            // A value too long for the index would be rejected at its INSERT.
            const auto longest = longest_value(*column);
            bytes += longest.value_or(0);
            if (!longest || !has_btree_order(*column) || bytes > longest_entry) {
                return refusal{
                    "a value of column " + quoted + " (" + column->type_text + ") may be too long for one",
                    "make a unique index of your own, CREATE UNIQUE INDEX CONCURRENTLY … ON " + name + " (" +
                        index_columns(columns) + "), if its values are short enough"};
            }
        }
        return refused({false, columns});
    }
    [[nodiscard]] std::vector<identity_statement> new_index(const std::vector<std::string>& columns) const {
        std::vector<identity_statement> out;
        std::string name;
        for (int number = 1; name.empty(); ++number) {
            const auto tried = index_name(number);
            const auto there = std::find_if(table_.indexes.begin(), table_.indexes.end(),
                                            [&](const auto& index) { return index.name == tried; });
            if (there != table_.indexes.end() && there->valid) continue;
            // An index whose build was interrupted is of no use, but is still maintained at every write.
            if (there != table_.indexes.end()) {
                out.push_back({"DROP INDEX CONCURRENTLY " + quote_identifier(table_.schema) + "." +
                                   quote_identifier(tried),
                               true});
            }
            name = tried;
        }
        const auto quoted = quote_identifier(name);
        out.push_back({"CREATE UNIQUE INDEX CONCURRENTLY " + quoted + " ON " + quoted_name(table_) + " (" +
                           index_columns(columns) + ")",
                       true});
        out.push_back({"ALTER TABLE " + quoted_name(table_) + " REPLICA IDENTITY USING INDEX " + quoted});
        return out;
    }
    /// Returns a name that identifies the index as ours and belongs to this table only: a renamed table's
    /// indexes keep their names, hence the oid.
    [[nodiscard]] std::string index_name(int number) const {
        constexpr std::size_t longest = 33;
        auto head = table_.name.substr(0, longest);
        if (head.size() < table_.name.size()) {
            while (!head.empty() && (static_cast<unsigned char>(table_.name[head.size()]) & 0xc0U) == 0x80U)
                head.pop_back();
        }
        return head + "_pgsync_identity_" + std::to_string(table_.oid) +
               (number == 1 ? "" : "_" + std::to_string(number));
    }

    /// In bytes: a third of a page minus the overhead of every entry.
    static constexpr std::size_t longest_entry = 2'500;

    const table_facts& table_;
    const std::set<std::string>& needed_;
    int version_;
    std::span<const table_publication> others_;
    bool kept_ = false;  ///< the columns of the current identity must stay in it
};

}  // namespace detail

/// Plans what must be done to a table that holds rows (not a partitioned one) so that its old rows in WAL
/// contain the columns `needed`, and our publication can publish it, without causing any write to be
/// rejected. `others` are all publications of this table except ours.
[[nodiscard]] inline identity_plan plan_identity(const table_facts& table,
                                                 const std::set<std::string>& needed, int version,
                                                 std::span<const table_publication> others) {
    return detail::identity_planner(table, needed, version, others).run();
}

/// Returns the statements by which WAL contains less of a table with REPLICA IDENTITY FULL than whole old
/// rows; empty if that is impossible.
[[nodiscard]] inline std::vector<identity_statement> narrower_identity(
    const table_facts& table, const std::set<std::string>& needed, int version,
    std::span<const table_publication> others) {
    return detail::identity_planner(table, needed, version, others).narrower();
}

/// Returns true if no update or delete is rejected under REPLICA IDENTITY FULL.
[[nodiscard]] inline bool takes_full(const table_facts& table, int version,
                                     std::span<const table_publication> others) {
    return detail::identity_planner(table, std::set<std::string>(), version, others).takes_full();
}

/// Returns why the server rejects updates or deletes of a table as it is now; nullopt if it accepts them.
/// `publications` are all that publish it.
[[nodiscard]] inline std::optional<refusal> refused_writes(const table_facts& table, int version,
                                                           std::span<const table_publication> publications) {
    const detail::identity_choice now{table.replica_identity == 'f', table.identity};
    for (const auto& each : publications) {
        if (auto why = detail::refused_by(each, table, now, version)) return why;
    }
    return std::nullopt;
}

}  // namespace pgsync::postgres
