#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/result.hpp>

namespace pgsync::postgres {

/// Reads a row of a catalog query from left to right, so that the SQL and its reader can be compared line by
/// line.
class catalog_row {
  public:
    explicit catalog_row(row_view row) : row_(row) {}

    [[nodiscard]] bool null() const { return row_.is_null(next_); }
    std::string text() { return std::string(row_.get(next_++)); }
    bool flag() { return row_.flag(next_++); }
    char character() {
        const auto value = row_.get(next_++);
        return value.empty() ? '\0' : value.front();
    }
    /// Reads a number; 0 for NULL.
    template <typename Number>
    Number number() {
        const auto value = row_.get(next_++);
        return value.empty() ? Number{} : parse<Number>(value);
    }
    /// Reads an LSN; 0/0 for NULL.
    lsn position() { return lsn::parse(row_.get(next_++)).value_or(lsn{}); }
    /// Reads the text of an int2vector or oidvector: "1 3 0". Empty for NULL.
    template <typename Number = int>
    std::vector<Number> numbers() {
        auto value = row_.get(next_++);
        std::vector<Number> out;
        while (!value.empty()) {
            const auto end = value.find(' ');
            out.push_back(parse<Number>(value.substr(0, end)));
            value.remove_prefix(end == std::string_view::npos ? value.size() : end + 1);
        }
        return out;
    }

  private:
    template <typename Number>
    static Number parse(std::string_view text) {
        Number out{};
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
        if (problem != std::errc{} || end != text.data() + text.size())
            throw error(errc::protocol,
                        "the catalog holds \"" + std::string(text) + "\" where a number is expected");
        return out;
    }

    row_view row_;
    int next_ = 0;
};

}  // namespace pgsync::postgres
