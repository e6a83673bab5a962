#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/pipeline/document_fault.hpp>
#include <pgsync/pipeline/document_reader.hpp>
#include <pgsync/pipeline/fault_place.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/routing/key.hpp>

namespace pgsync::postgres {

/// Callbacks for what a row_lookup finds.
struct row_hooks {
    /// A row may come twice if a read fails half-way: the later one counts.
    std::function<void(const read_document&)> document;
    /// A row from which no document can be made. If not set, errc::rejected is thrown.
    std::function<void(const document_fault&)> fault{};
    /// See document_reader::stamps().
    std::function<void(std::string_view id, std::string_view stamp)> stamp{};
    /// All these ids have been looked up in the transaction begun last: those not reported have no row.
    std::function<void(const std::vector<std::string>& ids)> done{};
    /// No row can have this id as its key; `why` is the server's error. If not set, the id is treated as one
    /// without a row.
    std::function<void(const std::string& id, const sql_error& why)> impossible{};
};

/// Looks up rows of one index, one by one where necessary: for ids that may be anything (a document put into
/// the index by hand may have the id "abc" although keys are numbers), and for rows from which the server can
/// make no document, each of which makes the query fail for all others.
class row_lookup {
  public:
    row_lookup(session& connection, std::span<const index_binding> indices, std::size_t index)
        : row_lookup(connection, std::make_unique<document_reader>(connection, indices), nullptr,
                     indices[index], index) {}
    /// Shares a reader with other users of the same session.
    row_lookup(session& connection, document_reader& reader, std::span<const index_binding> indices,
               std::size_t index)
        : row_lookup(connection, nullptr, &reader, indices[index], index) {}

    /// Begins a transaction with `begin()` and reports the rows of `ids`. If one cannot be read, starts again
    /// with fewer ids in a new transaction: `begin` may be called several times, and each call applies to
    /// what is reported after it.
    template <typename Begin>
    void documents(const std::vector<std::string>& ids, const Begin& begin, const row_hooks& on) {
        attempt(possible(ids), begin, on);
    }
    /// Calls `on_row(id, routing)` for each row of `ids`, without the documents, and `on_fault(id)` if the
    /// server cannot tell: the id cannot be a value of the key column, or a condition of the index fails for
    /// the row.
    template <typename Begin, typename OnRow, typename OnFault>
    void present(std::vector<std::string> ids, const Begin& begin, const OnRow& on_row,
                 const OnFault& on_fault) {
        ids = possible(ids);
        if (ids.empty()) return;
        try {
            begin();
            reader_.present(index_, ids, on_row);
            session_.exec("COMMIT");
            return;
        } catch (const sql_error& problem) {
            recover(problem);
        }
        if (ids.size() == 1) {
            on_fault(ids.front());
            return;
        }
        auto rest = second_half(ids);
        present(std::move(ids), begin, on_row, on_fault);
        present(std::move(rest), begin, on_row, on_fault);
    }

    /// Returns the reader, for queries of many rows at once.
    [[nodiscard]] document_reader& reader() { return reader_; }

    /// Returns those of `ids` that no row can have as its key; `begin` begins a transaction.
    template <typename Begin>
    [[nodiscard]] std::vector<std::string> impossible(const std::vector<std::string>& ids,
                                                      const Begin& begin) {
        std::vector<std::string> out;
        for (const auto& id : ids) {
            if (!is_possible(id)) out.push_back(id);
        }
        probe(possible(ids), begin, out);
        return out;
    }

    [[nodiscard]] bool is_possible(const std::string& id) {
        if (id.find('\0') != std::string::npos) return false;
        split_key(id, parts_);
        return parts_.size() == bound_.key_array_types.size();
    }

    /// Returns true if the values asked for cannot be values of the column: not a number, not a date, too
    /// large.
    [[nodiscard]] static bool says_impossible(const sql_error& problem) {
        return problem.sqlstate().starts_with("22");
    }

  private:
    row_lookup(session& connection, std::unique_ptr<document_reader> own, document_reader* shared,
               const index_binding& bound, std::size_t index)
        : session_(connection),
          own_(std::move(own)),
          reader_(shared == nullptr ? *own_ : *shared),
          bound_(bound),
          index_(index),
          place_(connection, reader_, bound, index) {}

    std::vector<std::string> possible(const std::vector<std::string>& ids) {
        std::vector<std::string> out;
        for (const auto& id : ids) {
            if (is_possible(id)) out.push_back(id);
        }
        return out;
    }

    /// Removes the second half of `ids`, which has at least two, and returns it.
    static std::vector<std::string> second_half(std::vector<std::string>& ids) {
        const auto half = ids.begin() + static_cast<std::ptrdiff_t>(ids.size() / 2);
        std::vector<std::string> rest(std::make_move_iterator(half), std::make_move_iterator(ids.end()));
        ids.erase(half, ids.end());
        return rest;
    }

    /// Call while handling `problem`: rolls back the transaction and returns if a value caused the error;
    /// otherwise rethrows it.
    void recover(const sql_error& problem) {
        if (!session_.usable()) throw;
        if (session_.in_transaction()) session_.exec("ROLLBACK");
        if (!is_row_fault(problem)) throw;
    }

    template <typename Begin>
    void probe(std::vector<std::string> ids, const Begin& begin, std::vector<std::string>& out) {
        if (ids.empty()) return;
        try {
            begin();
            reader_.look_up(index_, ids);
            session_.exec("COMMIT");
            return;
        } catch (const sql_error& problem) {
            recover(problem);
            if (!says_impossible(problem)) throw;
        }
        if (ids.size() == 1) {
            out.push_back(std::move(ids.front()));
            return;
        }
        auto rest = second_half(ids);
        probe(std::move(ids), begin, out);
        probe(std::move(rest), begin, out);
    }

    template <typename Begin>
    void attempt(std::vector<std::string> ids, const Begin& begin, const row_hooks& on) {
        if (ids.empty()) return;
        try {
            begin();
            read(ids, on);
            return;
        } catch (const sql_error& problem) {
            recover(problem);
            if (ids.size() == 1) return judge(ids.front(), begin, on, problem);
        } catch (...) {
            if (session_.usable() && session_.in_transaction()) session_.exec("ROLLBACK");
            throw;
        }
        auto rest = second_half(ids);
        attempt(std::move(ids), begin, on);
        attempt(std::move(rest), begin, on);
    }

    void read(const std::vector<std::string>& ids, const row_hooks& on) {
        reader_.by_keys(index_, ids, on.document, [&](const document_fault& fault) { tell(fault, on); });
        if (on.stamp) reader_.stamps(index_, ids, on.stamp);
        if (on.done) on.done(ids);
        session_.exec("COMMIT");
    }

    void tell(const document_fault& fault, const row_hooks& on) const {
        if (!on.fault) throw_fault(bound_.index->name, fault);
        on.fault(fault);
    }

    /// Handles an id that fails alone: either it cannot be a key, or its row is to blame.
    template <typename Begin>
    void judge(const std::string& id, const Begin& begin, const row_hooks& on, const sql_error& problem) {
        if (says_impossible(problem) && !can_be_key(id)) {
            if (on.impossible) on.impossible(id, problem);
            return;
        }
        document_fault fault{id, printable(id), "postgresql_" + problem.sqlstate(), {}};
        try {
            begin();  // what is reported now belongs to this snapshot
            read({id}, on);
            return;  // the row has been corrected meanwhile
        } catch (const sql_error& again) {
            recover(again);
            fault.type = "postgresql_" + again.sqlstate();
            fault.reason = place_.reason(id, again);
        }
        tell(fault, on);
    }

    /// Returns true if the server accepts it as a value of the key columns.
    bool can_be_key(const std::string& id) {
        try {
            reader_.look_up(index_, std::vector<std::string>{id});
            return true;
        } catch (const sql_error& problem) {
            if (!session_.usable() || !says_impossible(problem)) throw;
            return false;
        }
    }

    session& session_;
    std::unique_ptr<document_reader> own_;
    document_reader& reader_;
    const index_binding& bound_;
    std::size_t index_;
    fault_place place_;
    std::vector<std::string> parts_;
};

}  // namespace pgsync::postgres
