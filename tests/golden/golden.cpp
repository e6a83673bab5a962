// Compares what the compiler made of the golden shapes with the reviewed files beside this one.
//   golden DIR            compares DIR/<name>.{sql,mapping.json,routes.txt}
//   golden DIR --update   rewrites them
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include "../../examples/airbnb/shape.hpp"
#include "../../examples/book/shape.hpp"
#include "../../examples/geo/shape.hpp"
#include "../../examples/quiz/shape.hpp"
#include "../../examples/rental/shape.hpp"
#include "../../examples/shop/shape.hpp"
#include "../../examples/social/shape.hpp"
#include "../../examples/tenants/shape.hpp"
#include "../../examples/tree/shape.hpp"
#include "warehouse.hpp"
#include <pgsync/base/pretty_json.hpp>
#include <pgsync/base/pretty_sql.hpp>

namespace {

namespace fs = std::filesystem;

std::string sql_text(const pgsync::compiled_index& index) {
    std::string out;
    const auto add = [&](std::string title, std::string_view sql) {
        out += "-- " + title + "\n" + pgsync::pretty_sql(sql) + ";\n\n";
    };
    add("page: documents between two keys", index.page_query);
    add("keys: documents of some keys", index.keys_query);
    add("bounds of the first page", index.first_bounds_query);
    add("bounds of each page after it", index.next_bounds_query);
    for (const auto& route : index.routes) {
        if (route.owners_query.empty()) continue;
        const auto& node = index.shape.nodes[route.node];
        add("owners of node " + std::to_string(route.node) + ", " + std::string(node.type) + " " +
                std::string(node.member),
            route.owners_query);
    }
    out.pop_back();
    return out;
}

std::string routes_text(const pgsync::compiled_index& index) {
    constexpr std::string_view kinds[] = {"root",        "belongs_to", "has_one", "has_many", "ancestors",
                                          "descendants", "embed",      "hop",     "source"};
    std::string out;
    for (const auto& route : index.routes) {
        const auto& node = index.shape.nodes[route.node];
        out += "node " + std::to_string(route.node) + ": " +
               std::string(node.schema.empty() ? "" : node.schema) + (node.schema.empty() ? "" : " / ") +
               std::string(node.table) + ", ";
        out += kinds[static_cast<std::size_t>(node.kind)];
        if (node.kind != pgsync::relation::root) {
            out += " " + std::string(node.member) + " of node " + std::to_string(node.parent);
        }
        out += "\n  identity:";
        for (const auto column : route.columns) out += " [" + std::string(column) + "]";
        out += route.direct            ? "\n  owner: these values\n"
               : route.columns.empty() ? "\n  owner: every document\n"
                                       : "\n  owner: asked\n";
        out += "  columns:";
        for (const auto& column : index.shape.columns_of(node)) {
            out += " [" + std::string(column.name.empty() ? column.sql : column.name) + "]";
        }
        out += '\n';
    }
    return out;
}

int failures = 0;

void compare(const fs::path& file, const std::string& made, bool update) {
    if (update) {
        std::ofstream(file, std::ios::binary) << made;
        return;
    }
    std::ifstream stream(file, std::ios::binary);
    const std::string reviewed{std::istreambuf_iterator<char>(stream), {}};
    if (stream && reviewed == made) return;
    ++failures;
    std::size_t line = 1;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < made.size() && i < reviewed.size() && made[i] == reviewed[i]; ++i) {
        if (made[i] == '\n') {
            ++line;
            begin = i + 1;
        }
    }
    const auto line_of = [&](const std::string& text) {
        return begin < text.size() ? text.substr(begin, text.find('\n', begin) - begin)
                                   : std::string("(end)");
    };
    std::printf("%s:%zu differs:\n  reviewed: %s\n  made:     %s\n", file.string().c_str(), line,
                line_of(reviewed).c_str(), line_of(made).c_str());
}

void check(const fs::path& folder, const std::string& name, const pgsync::compiled_index& index,
           bool update) {
    compare(folder / (name + ".sql"), sql_text(index), update);
    compare(folder / (name + ".mapping.json"), pgsync::pretty_json(index.properties), update);
    compare(folder / (name + ".routes.txt"), routes_text(index), update);
}

}  // namespace

int main(int argc, char** argv) {
    const bool update = argc == 3 && std::string_view(argv[2]) == "--update";
    if (argc != 2 && !update) {
        std::puts("usage: golden DIR [--update]");
        return 2;
    }
    check(argv[1], "airbnb", pgsync::compiled<reservations>, update);
    check(argv[1], "warehouse", pgsync::compiled<purchase_orders>, update);
    const auto examples = fs::path(argv[1]) / "examples";
    check(examples, "book.books", pgsync::compiled<books>, update);
    check(examples, "book.authors", pgsync::compiled<authors>, update);
    check(examples, "geo.places", pgsync::compiled<places>, update);
    check(examples, "geo.tracks", pgsync::compiled<tracks>, update);
    check(examples, "quiz.quizzes", pgsync::compiled<quizzes>, update);
    check(examples, "quiz.open_quizzes", pgsync::compiled<open_quizzes>, update);
    check(examples, "quiz.players", pgsync::compiled<quiz_players>, update);
    check(examples, "rental.films", pgsync::compiled<films>, update);
    check(examples, "rental.customers", pgsync::compiled<customers>, update);
    check(examples, "rental.payments", pgsync::compiled<payments>, update);
    check(examples, "rental.film_numbers", pgsync::compiled<film_numbers>, update);
    check(examples, "shop.products", pgsync::compiled<products>, update);
    check(examples, "shop.shoppers", pgsync::compiled<shoppers>, update);
    check(examples, "shop.orders", pgsync::compiled<orders>, update);
    check(examples, "social.users", pgsync::compiled<users>, update);
    check(examples, "social.comments", pgsync::compiled<comments>, update);
    check(examples, "tenants.invoices_a", pgsync::compiled<invoices_a>, update);
    check(examples, "tenants.invoices_b", pgsync::compiled<invoices_b>, update);
    check(examples, "tenants.plans", pgsync::compiled<plans>, update);
    check(examples, "tenants.tickets", pgsync::compiled<tickets>, update);
    check(examples, "tree.categories", pgsync::compiled<categories>, update);
    check(examples, "tree.articles", pgsync::compiled<articles>, update);
    if (failures != 0)
        std::printf("%d files differ; where the new text is right, run with --update\n", failures);
    return failures == 0 ? 0 : 1;
}
