#pragma once

#include <cstddef>
#include <string_view>

#include <pgsync/shape/node.hpp>
#include <pgsync/shape/text.hpp>

namespace pgsync::detail::sql {

/// Writes an identifier, always quoted: this is correct for any spelling and for words that later PostgreSQL
/// versions reserve.
constexpr void write_identifier(text& out, std::string_view name) {
    out << '"';
    if (!has_character(name, '"')) {  // by far the most common case; compilers count every step
        out << name << '"';
        return;
    }
    for (const char c : name) {
        if (c == '"') out << '"';
        out << c;
    }
    out << '"';
}

/// Writes a string literal for standard_conforming_strings = on: only the quote is doubled.
constexpr void write_literal(text& out, std::string_view value) {
    out << '\'';
    for (const char c : value) {
        if (c == '\'') out << '\'';
        out << c;
    }
    out << '\'';
}

constexpr void write_table(text& out, const node_data& node) {
    if (!node.schema.empty()) {
        write_identifier(out, node.schema);
        out << '.';
    }
    write_identifier(out, node.table);
}

/// Writes a column of node 3 as `n3."name"`.
constexpr void write_column(text& out, std::size_t node, std::string_view name) {
    out << 'n' << node << '.';
    write_identifier(out, name);
}

/// Writes the key of a node as `n0."a", n0."b"`, with `suffix` after each part.
constexpr void write_key(text& out, const shape_view& shape, std::size_t node, std::string_view suffix = {}) {
    for (std::size_t part = 0; part < shape.key_size(shape.nodes[node]); ++part) {
        if (part != 0) out << ", ";
        write_column(out, node, shape.key_of(shape.nodes[node], part).name);
        out << suffix;
    }
}

}  // namespace pgsync::detail::sql
