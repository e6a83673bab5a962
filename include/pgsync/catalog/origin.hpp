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

/// What the documents of an index were read from, as the catalog identified it. A table keeps its rows under
/// a name; where the name, a column's name or the publication comes to mean something else, rows change for
/// which the WAL has no change event.
namespace pgsync::postgres {

/// One table or view.
struct table_origin {
    std::uint32_t oid = 0;  ///< 0: it does not exist
    /// Its own relfilenode; of a partitioned table those of its partitions, as `oid:file oid:file`.
    std::string file;
    /// Columns by name: number, type and type modifier, `x` and the transaction that last altered it, and a
    /// hash of what a generated one is computed from.
    std::map<std::string, std::string> columns;
    std::vector<std::uint32_t> partitions;  ///< that hold its rows, in order
    /// All tables below it as `oid:transaction`, sorted: which one attached it.
    std::vector<std::string> attached;
    std::vector<std::uint32_t> published;  ///< its entries in the publication, and those of its partitions
    std::string
        view;  ///< of a view: a hash of its definition, and which state of a materialised view it reads

    friend bool operator==(const table_origin&, const table_origin&) = default;
};

/// All tables of an index, by name as the shape writes it (`booking`, `inventory.booking`).
struct origin {
    std::string publication;  ///< its oid and the transaction that changed it last; empty: there is none
    std::map<std::string, table_origin> tables;

    friend bool operator==(const origin&, const origin&) = default;
};

/// In which way what a name stands for has changed, and whether that leaves documents to be read again.
enum class origin_change {
    table_replaced,        ///< another table has the name
    column_replaced,       ///< another column has the name, or its values were rewritten
    partition_added,       ///< with rows that came without change events
    partition_removed,     ///< the same, gone, or away for a while
    unpublished,           ///< the table was not in the publication for a while
    view_changed,          ///< a view is defined otherwise, or a materialised one was refreshed
    publication_replaced,  ///< dropped and created again: the WAL in between cannot be decoded
    publication_altered,   ///< it may have left out changes for a while
};

struct origin_difference {
    origin_change what{};
    std::string table{};   ///< by its name in the shape; empty where the publication is meant
    std::string column{};  ///< of column_replaced
    std::vector<std::uint32_t> partitions{};  ///< of partition_added
};

namespace detail {

template <typename T>
[[nodiscard]] bool includes(const std::vector<T>& all, const std::vector<T>& some) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

/// The parts of a text that stand between spaces.
[[nodiscard]] inline std::vector<std::string> parts_of(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

/// The column's number and what it is computed from; with `type` its type, too.
[[nodiscard]] inline std::string column_without_stamp(const std::string& column, bool type) {
    std::string out;
    const auto parts = parts_of(column);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].front() == 'x' || (!type && (i == 1 || i == 2))) continue;
        out += " " + parts[i];
    }
    return out;
}

/// Has a table, or a partition that it had before, a new file?
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

/// Is a column of that name another one, or does it hold other values? A new file alone means nothing, that
/// is what VACUUM FULL and TRUNCATE make as well; nor does a column that was altered alone. A type that
/// changes without a new file is only called otherwise. A column that was added or dropped shows in what the
/// shape can read of it. `before_file` is empty of a view, whose columns have no file.
[[nodiscard]] inline bool is_replaced(const std::string& before, const std::string& now,
                                      const std::string& before_file, const std::string& now_file) {
    if (before == now) return false;
    if (before_file.empty()) return column_without_stamp(before, true) != column_without_stamp(now, true);
    return column_without_stamp(before, false) != column_without_stamp(now, false) ||
           is_rewritten(before_file, now_file);
}

}  // namespace detail

/// What is different now for documents that were made from `before`. Tables that only one of the two has are
/// left out: they belong to another shape.
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
        // One that was attached again may have other rows now: those it got meanwhile nobody was told of.
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
