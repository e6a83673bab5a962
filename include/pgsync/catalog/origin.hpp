#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

/// What the documents of an index were read from, as the catalog identifies it. Documents are read by name;
/// if a table's name, a column's name or the publication's name begins to refer to something else, rows
/// change without change events in WAL.
namespace pgsync::postgres {

/// One table or view.
struct table_origin {
    std::uint32_t oid = 0;  ///< 0: it does not exist
    /// Its own relfilenode; for a partitioned table those of its partitions, as `oid:file oid:file`.
    std::string file;
    /// Columns by name: number, type and type modifier, `x` and the transaction that last altered the column,
    /// and for a generated column a hash of its expression.
    std::map<std::string, std::string> columns;
    std::vector<std::uint32_t> partitions;  ///< those that hold its rows, in order
    /// All tables below it as `oid:transaction`, sorted; the transaction is the one that attached it.
    std::vector<std::string> attached;
    std::vector<std::uint32_t> published;  ///< its entries in the publication, and those of its partitions
    /// For a view: a hash of its definition, and which state of a materialised view it reads.
    std::string view;

    friend bool operator==(const table_origin&, const table_origin&) = default;
};

/// All tables of an index, by name as the shape writes it (`booking`, `inventory.booking`).
struct origin {
    std::string publication;  ///< its oid and the transaction that last changed it; empty: it does not exist
    std::map<std::string, table_origin> tables;

    friend bool operator==(const origin&, const origin&) = default;
};

/// How the object that a name refers to has changed, which decides whether documents must be re-read.
enum class origin_change {
    table_replaced,        ///< another table has the name
    column_replaced,       ///< another column has the name, or its values were rewritten
    partition_added,       ///< with rows that came without change events
    partition_removed,     ///< its rows disappeared without change events, perhaps only for a while
    unpublished,           ///< the table was not in the publication for a while
    view_changed,          ///< a view was redefined, or a materialised one was refreshed
    publication_replaced,  ///< dropped and created again: the WAL in between cannot be decoded
    publication_altered,   ///< it may have left out changes for a while
};

struct origin_difference {
    origin_change what{};
    std::string table{};                      ///< its name in the shape; empty if it is about the publication
    std::string column{};                     ///< for column_replaced
    std::vector<std::uint32_t> partitions{};  ///< for partition_added
};

namespace detail {

template <typename T>
[[nodiscard]] bool includes(const std::vector<T>& all, const std::vector<T>& some) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

/// Splits a text at blanks.
[[nodiscard]] inline std::vector<std::string> parts_of(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

/// Returns the column's number and the hash of its expression; with `type` also its type.
[[nodiscard]] inline std::string column_without_stamp(const std::string& column, bool type) {
    std::string out;
    const auto parts = parts_of(column);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].front() == 'x' || (!type && (i == 1 || i == 2))) continue;
        out += " " + parts[i];
    }
    return out;
}

/// Returns true if a table, or a partition that existed before, has a new file.
[[nodiscard]] inline bool is_rewritten(const std::string& before, const std::string& now) {
    std::map<std::string, std::string> files;
    const auto halves = [](const std::string& part) {
        const auto colon = part.find(':');
        return colon == std::string::npos ? std::pair(std::string(), part)
                                          : std::pair(part.substr(0, colon), part.substr(colon + 1));
    };
    for (const auto& part : parts_of(now)) files.insert(halves(part));
    const auto parts = parts_of(before);
    return std::any_of(parts.begin(), parts.end(), [&](const auto& part) {
        const auto [table, file] = halves(part);
        const auto found = files.find(table);
        return found != files.end() && found->second != file;
    });
}

/// Returns true if the name refers to another column, or the column's values were rewritten. A new file alone
/// does not count, since VACUUM FULL and TRUNCATE create one too; nor does an altered column alone. A type
/// that changes without a new file has only got another name. Added or dropped columns show in the set of
/// columns that the shape can read. For a view `before_file` is empty, because its columns have no file.
[[nodiscard]] inline bool is_replaced(const std::string& before, const std::string& now,
                                      const std::string& before_file, const std::string& now_file) {
    if (before == now) return false;
    if (before_file.empty()) return column_without_stamp(before, true) != column_without_stamp(now, true);
    return column_without_stamp(before, false) != column_without_stamp(now, false) ||
           is_rewritten(before_file, now_file);
}

}  // namespace detail

/// Returns what has changed since documents were made from `before`. Tables that only one of the two has are
/// skipped: they belong to another shape.
[[nodiscard]] inline std::vector<origin_difference> differences(const origin& before, const origin& now) {
    std::vector<origin_difference> out;
    const auto oid_of = [](const std::string& publication) {
        return publication.substr(0, publication.find(' '));
    };
    const bool replaced =
        !before.publication.empty() && oid_of(before.publication) != oid_of(now.publication);
    if (replaced) {
        out.push_back({origin_change::publication_replaced});
    } else if (!before.publication.empty() && before.publication != now.publication) {
        out.push_back({origin_change::publication_altered});
    }
    for (const auto& [name, was] : before.tables) {
        const auto found = now.tables.find(name);
        if (found == now.tables.end()) continue;
        const auto& is = found->second;
        if (was.oid != is.oid) {
            out.push_back({origin_change::table_replaced, name});
            continue;
        }
        for (const auto& [column, described] : was.columns) {
            const auto same = is.columns.find(column);
            if (same == is.columns.end() || !detail::is_replaced(described, same->second, was.file, is.file))
                continue;
            out.push_back({origin_change::column_replaced, name, column});
        }
        // A partition that was attached again may have other rows now: changes it got while detached had no
        // events.
        if (!detail::includes(is.partitions, was.partitions) || !detail::includes(is.attached, was.attached))
            out.push_back({origin_change::partition_removed, name});
        if (!detail::includes(was.partitions, is.partitions)) {
            origin_difference added{origin_change::partition_added, name};
            std::set_difference(is.partitions.begin(), is.partitions.end(), was.partitions.begin(),
                                was.partitions.end(), std::back_inserter(added.partitions));
            out.push_back(std::move(added));
        }
        if (!replaced && !detail::includes(is.published, was.published))
            out.push_back({origin_change::unpublished, name});
        if (was.view != is.view) out.push_back({origin_change::view_changed, name});
    }
    return out;
}

}  // namespace pgsync::postgres
