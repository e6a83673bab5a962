#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <libpq-fe.h>

#include <pgsync/base/error.hpp>

namespace pgsync::postgres {

/// One row of a result, valid as long as the result it comes from (or the callback it is passed to).
class row_view {
  public:
    row_view(const PGresult* from, int row) noexcept : from_(from), row_(row) {}

    [[nodiscard]] int columns() const noexcept { return PQnfields(from_); }
    [[nodiscard]] bool is_null(int column) const {
        check(column);
        return PQgetisnull(from_, row_, column) != 0;
    }
    /// Returns the value's text; empty for NULL.
    [[nodiscard]] std::string_view get(int column) const {
        check(column);
        return {PQgetvalue(from_, row_, column), static_cast<std::size_t>(PQgetlength(from_, row_, column))};
    }
    /// Reads a boolean column: true for `t` only.
    [[nodiscard]] bool flag(int column) const { return get(column) == "t"; }

  private:
    void check(int column) const {
        if (row_ < 0 || row_ >= PQntuples(from_) || column < 0 || column >= PQnfields(from_))
            throw error(errc::protocol, "a query's result has no row " + std::to_string(row_) + ", column " +
                                            std::to_string(column));
    }

    const PGresult* from_;
    int row_;
};

/// The result of a statement.
class result {
  public:
    explicit result(PGresult* owned) noexcept : owned_(owned) {}

    [[nodiscard]] int rows() const noexcept { return PQntuples(owned_.get()); }
    [[nodiscard]] int columns() const noexcept { return PQnfields(owned_.get()); }
    [[nodiscard]] row_view row(int index) const noexcept { return {owned_.get(), index}; }
    [[nodiscard]] std::string_view get(int row_index, int column) const { return row(row_index).get(column); }
    [[nodiscard]] bool is_null(int row_index, int column) const { return row(row_index).is_null(column); }
    /// Returns the number of rows an INSERT, UPDATE, DELETE, SELECT or COPY processed; 0 for anything else.
    [[nodiscard]] std::uint64_t affected() const noexcept {
        return std::strtoull(PQcmdTuples(owned_.get()), nullptr, 10);
    }
    [[nodiscard]] PGresult* native() const noexcept { return owned_.get(); }

  private:
    struct clear {
        void operator()(PGresult* owned) const noexcept { PQclear(owned); }
    };
    std::unique_ptr<PGresult, clear> owned_;
};

}  // namespace pgsync::postgres
