#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/postgres/binding.hpp>
#include <pgsync/postgres/document_reader.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/routing/key.hpp>

namespace pgsync::postgres {

/// Looks up rows of one index by ids that may be anything: whoever put a document into the index by hand was
/// free to call it "abc" where keys are numbers. What no row can have as its key is simply not found.
class row_lookup {
  public:
    row_lookup(session& connection, std::span<const index_binding> indices, std::size_t index)
        : session_(connection), reader_(connection, indices), bound_(indices[index]), index_(index) {}

    /// Begins a transaction by `begin()` and calls `on_document(read_document)` for each row of `ids`. Where
    /// an id turns out to be impossible this begins anew with fewer ids, in a transaction of its own: `begin`
    /// may be called several times, each time for documents that come after.
    template <typename Begin, typename OnDocument>
    void documents(const std::vector<std::string>& ids, const Begin& begin, const OnDocument& on_document) {
        attempt(possible(ids), begin,
                [&](const std::vector<std::string>& some) { reader_.by_keys(index_, some, on_document); });
    }
    /// The same, with `on_stamp(id, stamp)` for each row, see document_reader::stamps().
    template <typename Begin, typename OnDocument, typename OnStamp>
    void documents(const std::vector<std::string>& ids, const Begin& begin, const OnDocument& on_document,
                   const OnStamp& on_stamp) {
        attempt(possible(ids), begin, [&](const std::vector<std::string>& some) {
            reader_.by_keys(index_, some, on_document);
            reader_.stamps(index_, some, on_stamp);
        });
    }
    /// The same with `on_row(id, routing)`, without the documents.
    template <typename Begin, typename OnRow>
    void present(const std::vector<std::string>& ids, const Begin& begin, const OnRow& on_row) {
        attempt(possible(ids), begin,
                [&](const std::vector<std::string>& some) { reader_.present(index_, some, on_row); });
    }

    /// Those of `ids` that no row can have as its key; `begin` begins a transaction.
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

    /// The values that are asked for cannot be values of the column: no number, no date, too large.
    [[nodiscard]] static bool says_impossible(const sql_error& problem) {
        return problem.sqlstate().starts_with("22");
    }

  private:
    std::vector<std::string> possible(const std::vector<std::string>& ids) {
        std::vector<std::string> out;
        for (const auto& id : ids) {
            if (is_possible(id)) out.push_back(id);
        }
        return out;
    }

    template <typename Begin>
    void probe(std::vector<std::string> ids, const Begin& begin, std::vector<std::string>& out) {
        if (ids.empty()) return;
        try {
            begin();
            reader_.present(index_, ids, [](std::string_view, std::string_view) {});
            session_.exec("COMMIT");
            return;
        } catch (const sql_error& problem) {
            if (!session_.usable()) throw;
            session_.exec("ROLLBACK");
            if (!says_impossible(problem)) throw;
        }
        if (ids.size() == 1) {
            out.push_back(std::move(ids.front()));
            return;
        }
        const auto half = ids.begin() + static_cast<std::ptrdiff_t>(ids.size() / 2);
        std::vector<std::string> rest(half, ids.end());
        ids.erase(half, ids.end());
        probe(std::move(ids), begin, out);
        probe(std::move(rest), begin, out);
    }

    template <typename Begin, typename Read>
    void attempt(std::vector<std::string> ids, const Begin& begin, const Read& read) {
        if (ids.empty()) return;
        try {
            begin();
            read(ids);
            session_.exec("COMMIT");
            return;
        } catch (const sql_error& problem) {
            if (!session_.usable()) throw;
            session_.exec("ROLLBACK");
            if (!says_impossible(problem)) throw;
        } catch (...) {
            if (session_.usable() && session_.in_transaction()) session_.exec("ROLLBACK");
            throw;
        }
        // An expression of the shape may fail as well, which is no id's fault.
        if (ids.size() == 1 && can_be_key(ids.front())) {
            begin();
            read(ids);
            session_.exec("COMMIT");
            return;
        }
        if (ids.size() == 1) return;
        const auto half = ids.begin() + static_cast<std::ptrdiff_t>(ids.size() / 2);
        std::vector<std::string> rest(half, ids.end());
        ids.erase(half, ids.end());
        attempt(std::move(ids), begin, read);
        attempt(std::move(rest), begin, read);
    }

    /// Whether the server takes it for a value of the key's columns.
    bool can_be_key(const std::string& id) {
        try {
            reader_.present(index_, std::vector<std::string>{id}, [](std::string_view, std::string_view) {});
            return true;
        } catch (const sql_error& problem) {
            if (!session_.usable() || !says_impossible(problem)) throw;
            return false;
        }
    }

    session& session_;
    document_reader reader_;
    const index_binding& bound_;
    std::size_t index_;
    std::vector<std::string> parts_;
};

}  // namespace pgsync::postgres
