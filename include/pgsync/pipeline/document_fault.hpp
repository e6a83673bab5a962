#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <pgsync/base/error.hpp>
#include <pgsync/base/json_difference.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/postgres/sql_error.hpp>

/// A row of which no document can be made, for what it holds.
namespace pgsync::postgres {

struct document_fault {
    std::string key;         ///< as the database has it
    std::string id;          ///< the same as text, for people
    std::string type;        ///< for programs: `postgresql_22012`, `not_utf8`, `transform`
    std::string reason;      ///< with the member, where it could be found
    std::string document{};  ///< JSON as the database made it, where it did
};

[[nodiscard]] inline std::string fault_text(std::string_view index, std::string_view id,
                                            std::string_view reason) {
    return "document \"" + std::string(id) + "\" of index " + std::string(index) +
           " cannot be made: " + std::string(reason);
}

/// Ends the program over a document that is not to be set aside.
[[noreturn]] inline void throw_fault(std::string_view index, const document_fault& fault) {
    throw error(errc::rejected, fault_text(index, fault.id, fault.reason),
                std::string("correct the row or the ") + (fault.type == "transform" ? "transform" : "shape") +
                    " and start again: nothing from this change on was acknowledged");
}

/// Is it a value in some row that the server cannot make of what the shape asks for, and no fault of the
/// query or the server? 20: no case fits; 21: a subquery with several rows; 22: a value that does not fit, a
/// division by zero, a byte that is no text; 23: a domain's check; 2F, 38, 39, P0: what a function raises;
/// 54: too long or too deep; XX001: a damaged row. A function may also raise a state that PostgreSQL itself
/// never has.
[[nodiscard]] inline bool is_row_fault(const sql_error& problem) {
    constexpr std::array<std::string_view, 9> of_rows{"20", "21", "22", "23", "2F", "38", "39", "P0", "54"};
    constexpr std::array<std::string_view, 33> of_others{
        "00", "01", "02", "03", "08", "09", "0A", "0B", "0F", "0L", "0P", "0Z", "24", "25", "26", "27", "28",
        "2B", "2D", "34", "3B", "3D", "3F", "40", "42", "44", "53", "55", "57", "58", "72", "F0", "HV"};
    const std::string_view state = problem.sqlstate();
    if (problem.code() != errc::database || state.size() != 5) return false;
    if (state == "XX001") return true;
    // What PostgreSQL says, in English always, of a value of more than a gigabyte.
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

/// Where in a document there is a byte that is no UTF-8: `tags[0].name`; empty where there is none, or where
/// the document cannot be taken apart.
[[nodiscard]] inline std::string place_of_bad_text(std::string_view json) {
    std::string path;
    try {
        detail::find_bad_text(json, path);
    } catch (const error&) {
        return {};
    }
    return path;
}

/// The first byte of a text that belongs to no UTF-8 character, as `0xe9`; empty where there is none.
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
