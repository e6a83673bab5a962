// libFuzzer over small texts: keys, positions, snapshots, literals, messages.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/qualify.hpp>
#include <pgsync/postgres/bind_literals.hpp>
#include <pgsync/postgres/detail/connect_message.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/snapshot_set.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/routing/key.hpp>

namespace {

namespace postgres = pgsync::postgres;

void key(input& from) {
    std::vector<std::string> parts;
    while (!from.empty() || parts.empty()) parts.emplace_back(from.text());
    std::string joined;
    for (std::size_t i = 0; i < parts.size(); ++i) pgsync::append_key_part(joined, parts[i], i == 0);
    require(pgsync::split_key(joined) == parts, "a key comes apart as it was put together", joined);
    (void)pgsync::split_key(parts[0]);
}

void positions(input& from) {
    const auto text = from.rest();
    if (const auto read = postgres::lsn::parse(text)) {
        const auto written = postgres::to_string(*read);
        require(postgres::lsn::parse(written) == read, "a position reads as it is written", text);
        require(written.size() <= text.size(), "and is written without leading zeros", text);
    }
    if (const auto read = postgres::snapshot_set::parse(text)) {
        require(read->xmin() <= read->xmax(), "a snapshot begins before it ends", text);
        for (const auto xid : {read->xmin(), read->xmax(), read->xmin() + 1, read->xmax() - 1}) {
            if (xid < read->xmin()) require(read->visible64(xid), "what is over is seen", text);
            if (xid >= read->xmax()) require(!read->visible64(xid), "what has not begun is not", text);
            // Within half a round of numbers the shorter one means the same.
            const auto distance = xid > read->xmax() ? xid - read->xmax() : read->xmax() - xid;
            if (distance < (1ULL << 31U) && read->xmax() < (1ULL << 62U))
                require(read->extend(static_cast<std::uint32_t>(xid)) == xid, "a number is extended right",
                        text);
        }
    }
}

/// What a server takes a literal or name for.
std::string unquoted(std::string_view text, char quote) {
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        out += text[i];
        if (text[i] == quote) {
            require(text[i + 1] == quote && i + 2 < text.size(), "no quote stands alone", text);
            ++i;
        }
    }
    return out;
}

void quoting(input& from) {
    const auto text = std::string(from.text());
    const auto other = std::string(from.text());
    if (text.find('\0') != std::string::npos || other.find('\0') != std::string::npos) return;
    const auto name = postgres::quote_identifier(text);
    require(unquoted(name, '"') == text, "a name is what it was", name);
    const auto literal = postgres::quote_literal(text);
    if (text.find('\\') == std::string::npos)
        require(unquoted(literal, '\'') == text, "a literal is what it was", literal);
    // Parameters stand where they stood, whatever the names between them are.
    const std::array<std::string, 2> literals{literal, "7"};
    require(
        postgres::bind_literals("a " + name + " $1 b $2", literals) == "a " + name + " " + literal + " b 7",
        "only parameters are replaced", name);
    const std::array<postgres::qualified_name, 1> tables{{{name, "\"s\"." + name}}};
    const auto second = postgres::quote_identifier(other);
    const std::string sql =
        "SELECT " + name + " FROM " + name + " n0 JOIN " + second + " n1 ON n0." + name + " = 'x'";
    require(postgres::qualify_tables(sql, tables) == "SELECT " + name + " FROM \"s\"." + name + " n0 JOIN " +
                                                         (other == text ? "\"s\"." : "") + second +
                                                         " n1 ON n0." + name + " = 'x'",
            "only tables get a schema", sql);
    const std::array<std::string_view, 2> elements{text, other};
    const auto array = postgres::array_literal(elements);
    std::vector<std::string> read(1);
    for (std::size_t i = 2; i + 2 < array.size(); ++i) {
        if (array[i] == '\\')
            read.back() += array[++i];
        else if (array[i] == '"' && array.substr(i, 3) == "\",\"")
            i += 2, read.emplace_back();
        else
            read.back() += array[i];
    }
    require(read.size() == 2 && read[0] == text && read[1] == other, "an array is what it was", array);
}

void messages(input& from) {
    auto text = std::string(from.rest());
    const auto shown = pgsync::printable(text);
    require(pgsync::printable(shown) == shown, "what is printable stays", text);
    for (const char c : shown)
        require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "nothing is left that a terminal acts on",
                text);
    const auto copy = text;
    const auto state = postgres::detail::take_sqlstate(text);
    require(state.empty() ? text == copy : state.size() == 5 && text.size() < copy.size(),
            "a state is taken out", copy);
    const auto tidy = postgres::detail::tidy_connect_message(text);
    require(tidy.find('\n') == std::string::npos, "a message is one line", text);
    const auto complaint = postgres::parse_server_message(copy);
    const auto problem = postgres::make_sql_error(complaint);
    require(std::string_view(problem.what()).find('\n') == std::string_view::npos, "an error is one line",
            copy);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    input from(data, size);
    switch (from.byte() % 4) {
        case 0:
            key(from);
            break;
        case 1:
            positions(from);
            break;
        case 2:
            quoting(from);
            break;
        default:
            messages(from);
    }
    return 0;
}
