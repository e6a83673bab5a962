#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/pipeline/router.hpp>
#include <pgsync/queue/memory_queue.hpp>
#include <pgsync/shape.hpp>

namespace change = pgsync::postgres::change;
using pgsync::pipeline::wal_text;
using pgsync::postgres::field;
using pgsync::postgres::field_kind;

namespace wal_text_test {

struct Book {
    int id;
};
struct Shelf {
    pgsync::key<std::string> code;
    pgsync::has_many<Book> books;
};
struct shelves : pgsync::index<Shelf> {};

/// As a server whose encoding is Latin 1 but for one byte that means nothing.
std::optional<std::string> converted(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == 0x81) return std::nullopt;
        if (byte < 0x80) {
            out += c;
        } else {
            out += static_cast<char>(0xC0U | byte >> 6U);
            out += static_cast<char>(0x80U | (byte & 0x3FU));
        }
    }
    return out;
}

struct fixture {
    pgsync::queue::memory_queue changes{{2}};
    std::vector<pgsync::postgres::index_binding> bindings{
        {&pgsync::compiled<shelves>, {1009}, {{1, "shelf", {1009}}, {2, "book", {1009}}}}};
    pgsync::pipeline::router<pgsync::queue::memory_queue> router{bindings, changes, {},
                                                                 {},       {},      wal_text(converted)};

    fixture() {
        const std::vector<change::relation_column> shelf{{true, "code", 25, -1}, {false, "gr\xfcn", 25, -1}};
        router.relation({1, "public", "shelf", 'd', shelf});
        const std::vector<change::relation_column> book{{true, "id", 23, -1}, {true, "shelf_id", 25, -1}};
        router.relation({2, "public", "book", 'f', book});
        changes.begin(1, {});
    }
    pgsync::queue::index_batch take() {
        changes.reached(pgsync::postgres::lsn{100});
        return changes.take(std::chrono::milliseconds(0)).value().batch.indices[0];
    }
};
field text(std::string_view value) { return {field_kind::text, value}; }
using set = std::unordered_set<std::string>;

}  // namespace wal_text_test

using namespace wal_text_test;

TEST_CASE_METHOD(fixture, "keys and links of another encoding become UTF-8") {
    const std::vector<field> shelf{text("gr\xfcn"), text("\x81")};
    router.insert({1, shelf});
    const std::vector<field> book{text("1"), text("bl\xe5")};
    router.insert({2, book});
    const auto todo = take();
    CHECK(todo.keys == set{"grün", "blå"});
    CHECK_FALSE(todo.reload);
}

TEST_CASE_METHOD(fixture, "where a key has no UTF-8 form everything is read again") {
    const std::vector<field> shelf{text("gr\x81n"), text("x")};
    router.insert({1, shelf});
    const auto todo = take();
    CHECK(todo.keys.empty());
    CHECK(todo.reload);
    CHECK(todo.rescan_index);
}

TEST_CASE("names of a table become UTF-8, and stay until the next call") {
    wal_text texts(converted);
    const std::vector<change::relation_column> columns{{true,
                                                        "stra\xdf"
                                                        "e",
                                                        25, -1},
                                                       {false, "plain", 25, -1}};
    const auto table = texts.relation({1, "sch\xf6n", "gr\xfcn", 'd', columns});
    CHECK(table.schema == "schön");
    CHECK(table.name == "grün");
    CHECK(table.columns[0].name == "straße");
    CHECK(table.columns[1].name == "plain");
    CHECK(table.columns[0].is_key);
}

TEST_CASE("nothing is converted where the database's encoding is UTF-8, or none") {
    for (const auto* encoding : {"UTF8", "SQL_ASCII"}) {
        auto texts = wal_text::of(encoding, []() -> pgsync::postgres::session& { throw 1; });
        CHECK(texts.value("gr\xfcn") == "gr\xfcn");
    }
}
