#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <pgsync/base/error.hpp>
#include <pgsync/base/json_difference.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/postgres/sql_error.hpp>

namespace pgsync::postgres {

/// A row from whose content no document can be made.
struct document_fault {
    std::string key;         ///< as stored in the database
    std::string id;          ///< printable form of `key`
    std::string type;        ///< machine-readable: `postgresql_22012`, `not_utf8`, `transform`
    std::string reason;      ///< for people; names the member if that could be determined
    std::string document{};  ///< JSON from the database, if it got that far
};

[[nodiscard]] inline std::string fault_text(std::string_view index, std::string_view id,
                                            std::string_view reason) {
    return "document \"" + std::string(id) + "\" of index " + std::string(index) +
           " cannot be made: " + std::string(reason);
}

/// Throws errc::rejected, which ends the program, for a document that must not be set aside.
[[noreturn]] inline void throw_fault(std::string_view index, const document_fault& fault) {
    throw error(errc::rejected, fault_text(index, fault.id, fault.reason),
                std::string("correct the row or the ") + (fault.type == "transform" ? "transform" : "shape") +
                    " and start again: nothing from this change on was acknowledged");
}

/// Returns true if the error is caused by the content of some row rather than by the query or the server: the
/// server cannot compute from it what the shape asks for. The classes are 20: no case fits; 21: a subquery
/// returns several rows; 22: a value out of range, a division by zero, a byte that is not text; 23: a
/// domain's check; 2F, 38, 39, P0: raised by a function; 54: too long or too deep; XX001: a damaged row. A
/// class that PostgreSQL itself never uses also counts: a function may raise it.
[[nodiscard]] inline bool is_row_fault(const sql_error& problem) {
    constexpr std::array<std::string_view, 9> of_rows{"20", "21", "22", "23", "2F", "38", "39", "P0", "54"};
    constexpr std::array<std::string_view, 33> of_others{
        "00", "01", "02", "03", "08", "09", "0A", "0B", "0F", "0L", "0P", "0Z", "24", "25", "26", "27", "28",
        "2B", "2D", "34", "3B", "3D", "3F", "40", "42", "44", "53", "55", "57", "58", "72", "F0", "HV"};
    const std::string_view state = problem.sqlstate();
    if (problem.code() != errc::database || state.size() != 5) return false;
    if (state == "XX001") return true;
    // PostgreSQL's message, never translated, for a value of more than a gigabyte.
    if (state == "XX000")
        return std::string_view(problem.what()).find("invalid memory alloc request size") !=
               std::string_view::npos;
    const auto kind = state.substr(0, 2);
    return detail::one_of(kind, of_rows) || !(kind == "XX" || detail::one_of(kind, of_others));
}

namespace detail {

inline void find_bad_text(std::string_view json, std::string& path) {
    const auto inside = [](std::string_view part) { return !is_utf8(part); };
    const auto first = json.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return;
    bool found = false;
    if (json[first] == '{') {
        for_json_members(json, [&](std::string_view key, std::string_view value) {
            if (found || !(inside(key) || inside(value))) return;
            found = true;
            path += (path.empty() ? "" : ".") + printable(key.substr(1, key.size() - 2));
            find_bad_text(value, path);
        });
    } else if (json[first] == '[') {
        std::size_t number = 0;
        for_json_elements(json, [&](std::string_view value) {
            if (!found && inside(value)) {
                found = true;
                path += "[" + std::to_string(number) + "]";
                find_bad_text(value, path);
            }
            ++number;
        });
    }
}

}  // namespace detail

/// Returns the path to the first member of a document that is not valid UTF-8, such as `tags[0].name`; empty
/// if there is none or the document cannot be parsed.
[[nodiscard]] inline std::string place_of_bad_text(std::string_view json) {
    std::string path;
    try {
        detail::find_bad_text(json, path);
    } catch (const error&) {
        return {};
    }
    return path;
}

/// Returns the first byte of a text that is not part of a UTF-8 character, such as `0xe9`; empty if there is
/// none.
[[nodiscard]] inline std::string bad_byte(std::string_view text) {
    while (!text.empty()) {
        unsigned number = 0;
        const auto size = utf8_size(text, number);
        if (size == 0) {
            const auto shown = printable(text.substr(0, 1));
            return "0" + shown.substr(shown.find('x'));
        }
        text.remove_prefix(size);
    }
    return {};
}

}  // namespace pgsync::postgres
