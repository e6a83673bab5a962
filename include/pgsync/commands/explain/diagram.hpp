#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/commands/explain/explain.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/routing/route.hpp>
#include <pgsync/shape/node.hpp>

/// Draws shapes and their routes as text for Mermaid or Graphviz.
namespace pgsync::app {

/// How a changed row of a node's table leads to its documents.
enum class way : std::uint8_t {
    direct,  ///< the row holds the document's key
    asked,   ///< by a query
    every,   ///< unknown: every document is read again
};

[[nodiscard]] inline way way_of(const route_data& route) {
    if (route.columns.empty()) return way::every;
    return route.direct ? way::direct : way::asked;
}

namespace detail {

/// A box of the diagram: a table, and what documents contain of its rows.
struct box {
    std::size_t node = 0;
    std::string title;
    std::vector<std::string> lines;
    bool shown = true;  ///< documents contain something of it
    way found = way::direct;
};

/// A join from a table to another one.
struct arrow {
    std::size_t from = 0;
    std::size_t to = 0;
    std::string member;  ///< name in the document
    std::string joined;  ///< `review.booking_id = booking.id`
    std::string_view number;
};

[[nodiscard]] constexpr std::string_view number_of(const node_data& node) {
    // A link table, or a source of a view, can have any number of rows.
    if (is_to_many(node) || !is_shown(node)) return "0..n";
    return "0..1";
}

[[nodiscard]] inline std::string_view word_of(aggregate what) {
    constexpr std::array<std::string_view, 7> words{"", "count", "exists", "sum", "avg", "min", "max"};
    return words[static_cast<std::size_t>(what)];
}

/// Collects the members that documents contain of a row; members of embedded structs are prefixed with the
/// struct's name.
inline void add_lines(const compiled_index& index, std::size_t self, const std::string& before,
                      std::vector<std::string>& out) {
    const auto& shape = index.shape;
    const auto& node = shape.nodes[self];
    if (!is_shown(node)) return;
    const auto add = [&](const column_data& column) {
        if (!column.hidden) out.push_back(before + std::string(column.json) + (column.key ? " (key)" : ""));
    };
    if (node.what != aggregate::none) {
        const auto* operand = node.operand == no_member ? nullptr : shape.member_of(node, node.operand);
        out.push_back(before + std::string(word_of(node.what)) +
                      (operand == nullptr ? "" : " of " + std::string(operand->json)));
        return;
    }
    if (node.pluck != no_member) {
        if (const auto* column = shape.member_of(node, node.pluck)) add(*column);
    } else {
        for (const auto& column : shape.columns_of(node)) add(column);
    }
    for (std::size_t i = 1; i < shape.nodes.size(); ++i) {
        if (shape.nodes[i].kind == relation::embed && shape.nodes[i].holder == self)
            add_lines(index, i, before + std::string(shape.nodes[i].json) + ".", out);
    }
}

[[nodiscard]] inline std::vector<box> boxes_of(const compiled_index& index) {
    std::vector<box> out;
    for (const auto& route : index.routes) {
        const auto& node = index.shape.nodes[route.node];
        auto& made = out.emplace_back();
        made.node = route.node;
        made.title = table_name(node);
        made.shown = is_shown(node);
        made.found = way_of(route);
        add_lines(index, route.node, "", made.lines);
    }
    return out;
}

[[nodiscard]] inline std::vector<arrow> arrows_of(const compiled_index& index) {
    std::vector<arrow> out;
    for (const auto& route : index.routes) {
        const auto& node = index.shape.nodes[route.node];
        if (route.node == 0) continue;
        auto& made = out.emplace_back();
        made.from = node.parent;
        made.to = route.node;
        made.member = node.kind == relation::hop      ? "by way of"
                      : node.kind == relation::source ? "made of"
                                                      : std::string(node.json);
        for (const auto& link : index.shape.links_of(node)) {
            made.joined +=
                (made.joined.empty() ? "" : ", ") + std::string(index.shape.nodes[node.parent].table) + "." +
                std::string(link.parent) + " = " + std::string(node.table) + "." + std::string(link.child);
        }
        made.number = number_of(node);
    }
    return out;
}

/// Escapes text for quotes in Mermaid, whose entities begin with `#`.
[[nodiscard]] inline std::string mermaid_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        constexpr std::string_view special = "\"#<>&`;\\[]{}|";
        if (special.find(c) == std::string_view::npos) {
            out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        } else {
            out += "#" + std::to_string(static_cast<int>(c)) + ";";
        }
    }
    return out;
}

/// Escapes text for an HTML-like label in Graphviz.
[[nodiscard]] inline std::string html_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    return out;
}

}  // namespace detail

/// Draws a Mermaid flowchart. The line to a table shows how a changed row of it leads to its documents: solid
/// if the row holds the key, dotted if a query finds them, thick if every document is read again.
[[nodiscard]] inline std::string mermaid_of(std::span<const compiled_index> indices) {
    std::string out =
        "flowchart LR\n"
        "%% solid: a changed row holds the document's key; dotted: a query finds its documents;\n"
        "%% thick: every document is read again\n"
        "classDef through stroke-dasharray: 4 3\n";
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const auto& index = indices[i];
        const auto id = [&](std::size_t node) {
            return "i" + std::to_string(i) + "n" + std::to_string(node);
        };
        out += "subgraph i" + std::to_string(i) + "[\"" + detail::mermaid_text(index.name) + "\"]\n";
        for (const auto& box : detail::boxes_of(index)) {
            out += "  " + id(box.node) + "[\"<b>" + detail::mermaid_text(box.title) + "</b>";
            for (const auto& line : box.lines) out += "<br/>" + detail::mermaid_text(line);
            out += std::string("\"]") + (box.shown ? "" : ":::through") + "\n";
        }
        const auto boxes = detail::boxes_of(index);
        for (const auto& arrow : detail::arrows_of(index)) {
            std::string label = detail::mermaid_text(arrow.member) + " " + std::string(arrow.number);
            if (!arrow.joined.empty()) label += "<br/>" + detail::mermaid_text(arrow.joined);
            auto found = way::direct;
            for (const auto& box : boxes) {
                if (box.node == arrow.to) found = box.found;
            }
            const std::string_view line = found == way::direct ? "-->" : found == way::asked ? "-.->" : "==>";
            out += "  " + id(arrow.from) + " " + std::string(line) + "|\"" + label + "\"| " + id(arrow.to) +
                   "\n";
        }
        out += "end\n";
    }
    return out;
}

/// Draws the same for Graphviz, with dashed and bold lines in place of dotted and thick ones.
[[nodiscard]] inline std::string dot_of(std::span<const compiled_index> indices) {
    std::string out =
        "// solid: a changed row holds the document's key; dashed: a query finds its documents;\n"
        "// bold: every document is read again\n"
        "digraph pgsync {\n"
        "  rankdir=LR;\n"
        "  fontname=\"sans-serif\";\n"
        "  node [shape=plain, fontname=\"sans-serif\"];\n"
        "  edge [fontname=\"sans-serif\", fontsize=10];\n";
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const auto& index = indices[i];
        const auto id = [&](std::size_t node) {
            return "i" + std::to_string(i) + "n" + std::to_string(node);
        };
        out += "  subgraph cluster_" + std::to_string(i) + " {\n    label=<" + detail::html_text(index.name) +
               ">;\n";
        const auto boxes = detail::boxes_of(index);
        for (const auto& box : boxes) {
            out += "    " + id(box.node) +
                   " [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" cellpadding=\"4\"" +
                   std::string(box.shown ? "" : " style=\"dashed\"") + "><tr><td><b>" +
                   detail::html_text(box.title) + "</b></td></tr>";
            if (!box.lines.empty()) {
                out += "<tr><td align=\"left\" balign=\"left\">";
                for (std::size_t line = 0; line < box.lines.size(); ++line)
                    out += (line == 0 ? "" : "<br/>") + detail::html_text(box.lines[line]);
                out += "</td></tr>";
            }
            out += "</table>>];\n";
        }
        for (const auto& arrow : detail::arrows_of(index)) {
            auto found = way::direct;
            for (const auto& box : boxes) {
                if (box.node == arrow.to) found = box.found;
            }
            const std::string_view line = found == way::direct  ? "solid"
                                          : found == way::asked ? "dashed"
                                                                : "bold";
            std::string label = detail::html_text(arrow.member) + " " + std::string(arrow.number);
            if (!arrow.joined.empty()) label += "<br/>" + detail::html_text(arrow.joined);
            out += "    " + id(arrow.from) + " -> " + id(arrow.to) + " [style=" + std::string(line) +
                   ", label=<" + label + ">];\n";
        }
        out += "  }\n";
    }
    return out + "}\n";
}

}  // namespace pgsync::app
