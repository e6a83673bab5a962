#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/pipeline/document_reader.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/shape/node.hpp>

namespace pgsync::postgres {

/// Finds the part of a shape that the server cannot compute for a row, by computing each member of the
/// document alone: the server evaluates only what a query asks for.
class fault_place {
  public:
    fault_place(session& connection, document_reader& reader, const index_binding& bound, std::size_t index)
        : session_(connection), reader_(reader), bound_(bound), index_(index) {}

    /// Returns why there is no document with this key, after the query for this key alone has failed with
    /// `problem`. No transaction may be open. If the culprit cannot be determined, the result lists all SQL
    /// of the shape.
    [[nodiscard]] std::string reason(const std::string& key, const sql_error& problem) {
        const std::string said(problem.what());
        const auto in = said.rfind(" in: ");  // pgsync's own statement, which does not help a user
        return place(key) + said.substr(0, in);
    }

  private:
    [[nodiscard]] std::string place(const std::string& key) {
        const auto& shape = bound_.index->shape;
        const auto& root = shape.root();
        if (!bound_.index->where.empty() && fails_to_filter(key))
            return "`where` (" + printable(bound_.index->where) + "): ";
        std::vector<std::string_view> members;
        for (const auto& column : shape.columns_of(root)) {
            if (!column.hidden || bound_.index->transform != nullptr) members.push_back(column.json);
        }
        for (const auto& node : shape.nodes) {
            if (&node != &root && node.holder == 0 && is_shown(node)) members.push_back(node.json);
        }
        // It is usually the same member as last time.
        if (!last_.empty() && reader_.try_member(index_, key, last_)) return told(last_);
        std::string_view found;
        std::size_t failing = 0;
        for (const auto member : members) {
            if (!reader_.try_member(index_, key, member)) continue;
            found = member;
            ++failing;
        }
        if (failing == 0 || failing == members.size()) return all_sql();
        last_ = failing == 1 ? std::string(found) : std::string();
        return told(found);
    }

    [[nodiscard]] bool fails_to_filter(const std::string& key) {
        try {
            reader_.present(index_, std::vector<std::string>{key}, [](std::string_view, std::string_view) {});
            return false;
        } catch (const sql_error& problem) {
            if (!session_.usable() || !is_row_fault(problem)) throw;
            return true;
        }
    }

    /// Returns a text such as `member ratio (1000 / (employee_id - 3)): `.
    [[nodiscard]] std::string told(std::string_view member) const {
        const auto sql = sql_below(member);
        std::string out = "member " + printable(member);
        if (sql.size() == 1) out += " (" + printable(sql.front()) + ")";
        return out + ": ";
    }
    [[nodiscard]] std::string all_sql() const {
        std::string out;
        for (const auto sql : sql_below({})) out += (out.empty() ? "" : "; or ") + printable(sql);
        return out.empty() ? out : "SQL of the shape (" + out + "): ";
    }

    /// Returns the SQL written in the shape for one member of the root, or all of it if `member` is empty.
    [[nodiscard]] std::vector<std::string_view> sql_below(std::string_view member) const {
        const auto& shape = bound_.index->shape;
        std::vector<std::string_view> out;
        for (std::size_t i = 0; i < shape.nodes.size(); ++i) {
            const auto& node = shape.nodes[i];
            std::size_t top = i;
            while (top != 0 && shape.nodes[top].holder != 0) top = shape.nodes[top].holder;
            if (!member.empty() && i != 0 && shape.nodes[top].json != member) continue;
            if (!node.where.empty()) out.push_back(node.where);
            if (!node.order.empty()) out.push_back(node.order);
            for (const auto& column : shape.columns_of(node)) {
                const bool meant = member.empty() || i != 0 || column.json == member;
                if (meant && column.source == value_source::expression) out.push_back(column.sql);
            }
        }
        return out;
    }

    session& session_;
    document_reader& reader_;
    const index_binding& bound_;
    std::size_t index_;
    std::string last_;
};

}  // namespace pgsync::postgres
