#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "../../catch.hpp"
#include "../postgres/contains.hpp"
#include <pgsync/wal/test_decoding.hpp>

namespace {

namespace change = pgsync::postgres::change;
using namespace pgsync::postgres;
using namespace std::string_literals;

table_facts facts_of(std::uint32_t oid, char identity, const std::vector<std::string>& key,
                     const std::vector<std::string>& columns, const std::vector<std::string>& not_null = {}) {
    table_facts out;
    out.oid = oid;
    out.replica_identity = identity;
    out.identity = identity == 'f' ? columns : key;
    for (const auto& name : columns) {
        auto& column = out.columns.emplace_back();
        column.name = name;
        column.not_null = std::find(not_null.begin(), not_null.end(), name) != not_null.end();
    }
    return out;
}

std::string show(std::span<const field> row) {
    std::string out;
    for (const auto& value : row) {
        if (!out.empty()) out += '|';
        out += value.kind == field_kind::null ? "~" : value.kind == field_kind::unchanged ? "=" : value.text;
    }
    return out;
}

const char* show(old_row old) { return old == old_row::none ? "none" : old == old_row::key ? "key" : "full"; }

/// A decoder that knows some tables; what it tells, as text.
struct fixture {
    std::vector<std::string> asked;
    std::vector<std::pair<std::string, table_facts>> known{
        {"public.t", facts_of(1, 'd', {"id"}, {"id", "a", "b"})},
        {"public.full", facts_of(2, 'f', {}, {"id", "a", "b"}, {"id", "b"})},
        {"Weird Schema.Off\"ice.x", facts_of(3, 'd', {"k|1"}, {"k|1", "from"})},
    };
    test_decoding_decoder decoder{[this](std::string_view schema, std::string_view name) {
        asked.push_back(std::string(schema) + "." + std::string(name));
        const auto found = std::find_if(known.begin(), known.end(),
                                        [&](const auto& each) { return each.first == asked.back(); });
        return found == known.end() ? std::optional<table_facts>() : found->second;
    }};

    std::string operator()(std::string_view message, std::uint64_t at = 0x500) {
        // Exactly its bytes, so that AddressSanitizer sees a read of one more.
        const auto exact = std::make_unique<char[]>(message.size());
        std::copy(message.begin(), message.end(), exact.get());
        std::string out;
        decoder.decode(xlog_data{{at}, {at}, 0, {exact.get(), message.size()}}, [&](const event& any) {
            if (!out.empty()) out += "; ";
            if (const auto* b = std::get_if<change::begin>(&any)) out += "begin " + std::to_string(b->xid);
            if (const auto* c = std::get_if<change::commit>(&any))
                out += "commit " + std::to_string(c->end_lsn.value);
            if (std::holds_alternative<change::ignored>(any)) out += "ignored";
            if (const auto* r = std::get_if<change::relation>(&any)) {
                out += "relation " + std::to_string(r->oid) + " " + std::string(r->schema) + "." +
                       std::string(r->name) + " (";
                for (const auto& column : r->columns)
                    out += (column.is_key ? "*" : " ") + std::string(column.name);
                out += ")";
            }
            if (const auto* i = std::get_if<change::insert>(&any)) out += "+" + show(i->after);
            if (const auto* u = std::get_if<change::update>(&any))
                out += show(u->old) + ":"s + show(u->before) + ">" + show(u->after);
            if (const auto* d = std::get_if<change::remove>(&any))
                out += "-"s + show(d->old) + ":" + show(d->before);
        });
        return out;
    }
    std::string complaint(std::string_view message) {
        try {
            return "it decoded: " + (*this)(message);
        } catch (const pgsync::error& problem) {
            CHECK(problem.code() == pgsync::errc::protocol);
            return problem.what();
        }
    }
    /// The value of column `a` after an insert, whose text this is.
    std::string value(std::string_view type, std::string_view text) {
        std::string out;
        const auto message = "table public.t: INSERT: id[integer]:1 a[" + std::string(type) +
                             "]:" + std::string(text) + " b[integer]:2";
        decoder.decode(xlog_data{{}, {}, 0, message}, [&](const event& any) {
            if (const auto* i = std::get_if<change::insert>(&any)) {
                REQUIRE(i->after.size() == 3);
                CHECK(i->after[2].text == "2");
                out = show(i->after.subspan(1, 1));
            }
        });
        return out;
    }
};

}  // namespace

TEST_CASE("a commit's time is read in whatever zone the server writes it", "[test_decoding]") {
    fixture decode;
    const auto time = [&](const std::string& message) {
        std::int64_t out = -1;
        decode.decoder.decode(xlog_data{{}, {}, 0, message}, [&](const event& any) {
            if (const auto* commit = std::get_if<change::commit>(&any)) out = commit->commit_time_us;
        });
        return out;
    };
    CHECK(time("COMMIT 7 (at 2000-01-01 00:00:00+00)") == 0);
    CHECK(time("COMMIT 7 (at 2000-01-02 00:00:00.000001+00)") == 86'400'000'001);
    CHECK(time("COMMIT 7 (at 2000-01-02 02:00:00.5+02)") == 86'400'500'000);
    CHECK(time("COMMIT 7 (at 2000-01-01 20:30:00-03:30)") == 86'400'000'000);
    CHECK(time("COMMIT 7 (at 2024-03-01 00:00:00+00)") == 762'566'400'000'000);
    CHECK(time("COMMIT 7") == 0);
    CHECK(time("COMMIT 7 (at soon)") == 0);
}

TEST_CASE("transactions begin with their id and end where their message stands", "[test_decoding]") {
    fixture decode;
    CHECK(decode("BEGIN 725") == "begin 725");
    CHECK(decode("COMMIT 725", 0x1234) == "commit " + std::to_string(0x1234));
    CHECK(decode("BEGIN 4294967295") == "begin 4294967295");
    CHECK(decode("message: transactional: 1 prefix: pgsync, sz: 5 content:BEGIN") == "ignored");
}

TEST_CASE("a table's first row describes it, and so does the first after it was altered", "[test_decoding]") {
    fixture decode;
    CHECK(decode("table public.t: INSERT: id[integer]:1 a[text]:'x' b[boolean]:null") ==
          "relation 1 public.t (*id a b); +1|x|~");
    CHECK(decode("table public.t: INSERT: id[integer]:2 a[text]:'y' b[boolean]:true") == "+2|y|t");
    CHECK(decode("table public.t: INSERT: id[integer]:2 a[text]:'y' b[boolean]:false c[date]:'2020-01-01'") ==
          "relation 1 public.t (*id a b c); +2|y|f|2020-01-01");
    CHECK(decode("table public.t: UPDATE: id[integer]:2 c[date]:null") ==
          "relation 1 public.t (*id c); none:>2|~");
    // A column of another type.
    CHECK(decode("table public.t: UPDATE: id[bigint]:2 c[date]:null") ==
          "relation 1 public.t (*id c); none:>2|~");
    CHECK(decode("table public.t: UPDATE: id[bigint]:3 c[date]:null") == "none:>3|~");
}

TEST_CASE("values read as pgoutput has them", "[test_decoding]") {
    fixture decode;
    const auto text = [&](std::string_view type, std::string_view from) { return decode.value(type, from); };
    CHECK(text("text", "'O''Brien'") == "O'Brien");
    CHECK(text("text", "''") == "");
    CHECK(text("text", "''''") == "'");
    CHECK(text("text", "'''a''''b'''") == "'a''b'");
    CHECK(text("text", R"('back\slash \'' b[integer]:9')") == R"(back\slash \' b[integer]:9)");
    CHECK(text("text", "'null'") == "null");
    CHECK(text("text", "null") == "~");
    CHECK(text("text", "'unchanged-toast-datum'") == "unchanged-toast-datum");
    CHECK(text("text", "unchanged-toast-datum") == "=");
    CHECK(text("text", "' new-tuple: id[integer]:7 a[text]:''x'''") ==
          " new-tuple: id[integer]:7 a[text]:'x'");
    CHECK(text("text", "'table public.t: DELETE: old-key: id[integer]:1\nCOMMIT 725'") ==
          "table public.t: DELETE: old-key: id[integer]:1\nCOMMIT 725");
    CHECK(text("text", "'true'") == "true");
    CHECK(text("boolean", "true") == "t");
    CHECK(text("boolean", "false") == "f");
    // Of a domain over boolean: in quotes, and not spelt out.
    CHECK(text("flag", "'t'") == "t");
    CHECK(text("double precision", "-Infinity") == "-Infinity");
    CHECK(text("numeric", "NaN") == "NaN");
    CHECK(text("real", "1e-07") == "1e-07");
    CHECK(text("bit varying", "B'0101'") == "0101");
    CHECK(text("bit", "B''") == "");
    CHECK(text("character varying[]", "'{a,\"b c\",NULL}'") == "{a,\"b c\",NULL}");
    CHECK(text("timestamp without time zone", "'2020-01-01 00:00:00'") == "2020-01-01 00:00:00");
    CHECK(text("\"char\"", "'x'") == "x");
    CHECK(text("\"odd]:\".\"ty\"\"pe[]\"[]", "'x'") == "x");
    CHECK(text("timestamp(3) without time zone", "'x'") == "x");
}

TEST_CASE("names are taken out of their quotes", "[test_decoding]") {
    fixture decode;
    CHECK(decode(R"(table "Weird Schema"."Off""ice.x": INSERT: "k|1"[smallint]:1 "from"[text]:'f')") ==
          "relation 3 Weird Schema.Off\"ice.x (*k|1 from); +1|f");
    CHECK(decode(R"(table "Weird Schema"."Off""ice.x": INSERT: "k|1"[smallint]:1 "new-tuple:"[text]:'f')") ==
          "relation 3 Weird Schema.Off\"ice.x (*k|1 new-tuple:); +1|f");
    CHECK(decode(R"(table "Weird Schema"."Off""ice.x": INSERT: "k|1"[smallint]:1 "a b[text]:'"[text]:'f')") ==
          "relation 3 Weird Schema.Off\"ice.x (*k|1 a b[text]:'); +1|f");
    CHECK(decode.asked.front() == "Weird Schema.Off\"ice.x");
}

TEST_CASE("old rows hold the identity, and under FULL what is absent was null", "[test_decoding]") {
    fixture decode;
    decode("table public.t: INSERT: id[integer]:1 a[text]:'x' b[text]:null");
    CHECK(decode("table public.t: UPDATE: old-key: id[integer]:1 new-tuple: id[integer]:2 a[text]:'x' "
                 "b[text]:null") == "key:1|~|~>2|x|~");
    CHECK(decode("table public.t: UPDATE: id[integer]:2 a[text]:unchanged-toast-datum b[text]:'x'") ==
          "none:>2|=|x");
    CHECK(decode("table public.t: DELETE: id[integer]:2") == "-key:2|~|~");
    CHECK(decode("table public.t: DELETE: (no-tuple-data)") == "-none:~|~|~");

    // The first that is seen of a table is a deleted row: the catalog has its other columns.
    CHECK(decode("table public.full: DELETE: id[integer]:2 b[text]:'it''s'") ==
          "relation 2 public.full (*id*a*b); -full:2|~|it's");
    CHECK(decode("table public.full: UPDATE: old-key: id[integer]:2 b[text]:'x' new-tuple: id[integer]:2 "
                 "a[text]:' new-tuple:' b[text]:'y'") ==
          "relation 2 public.full (*id*a*b); full:2|~|x>2| new-tuple:|y");
    // What cannot be null is absent: the identity was another one when this was written.
    CHECK(decode("table public.full: DELETE: id[integer]:2") == "-key:2|~|~");
    // A column that has been dropped since.
    CHECK(decode("table public.full: DELETE: id[integer]:2 b[text]:'x' gone[text]:'y'") ==
          "relation 2 public.full (*id*a*b*gone); -full:2|~|x|y");
}

TEST_CASE("a table with oids shows them first, which is no column", "[test_decoding]") {
    fixture decode;
    CHECK(decode("table public.t: INSERT: oid[oid]:16400 id[integer]:1 a[text]:'x'") ==
          "relation 1 public.t (*id a); +1|x");
    CHECK(decode("table public.t: DELETE: oid[oid]:16400 id[integer]:1") == "-key:1|~");
}

TEST_CASE("tables that nobody follows are asked about once, and again after DDL", "[test_decoding]") {
    fixture decode;
    CHECK(decode("BEGIN 1") == "begin 1");
    CHECK(decode("table public.noise: INSERT: what ever this is").empty());
    CHECK(decode("table public.noise: INSERT: id[integer]:1").empty());
    decode("COMMIT 1");
    CHECK(decode.asked == std::vector<std::string>{"public.noise"});
    decode("BEGIN 2");
    decode("COMMIT 2");
    decode("BEGIN 3");
    decode("table public.noise: INSERT: id[integer]:1");
    CHECK(decode.asked.size() == 2);
    decode.known[0].second.replica_identity = 'n';
    decode.known[0].second.identity.clear();
    CHECK(decode("table public.t: INSERT: id[integer]:1") == "relation 1 public.t ( id); +1");
}

TEST_CASE("what is no text of test_decoding is refused", "[test_decoding]") {
    fixture decode;
    for (const auto* bad : {"",
                            "BEGIN",
                            "BEGIN ",
                            "BEGIN x",
                            "BEGIN 1 (at 2020-01-01)",
                            "BEGIN 99999999999",
                            "COMMIT -1",
                            "table",
                            "table ",
                            "table public",
                            "table public.",
                            "table public.t",
                            "table public.t: ",
                            "table public.t: TRUNCATE: (no-flags)",
                            "table public.t: INSERT: (no-tuple-data)",
                            "table public.t: INSERT: id",
                            "table public.t: INSERT: id[",
                            "table public.t: INSERT: id[integer",
                            "table public.t: INSERT: id[integer]",
                            "table public.t: INSERT: id[integer]:",
                            "table public.t: INSERT: id[integer]:1 ",
                            "table public.t: INSERT: id[text]:'",
                            "table public.t: INSERT: id[text]:'a''",
                            "table public.t: INSERT: id[text]:'a'b",
                            "table public.t: INSERT: id[\"x]:1",
                            "table public.t: INSERT: \"id[integer]:1",
                            "table public.t: INSERT: id[integer]:1 new-tuple: id[integer]:1",
                            "table public.t: UPDATE: old-key: id[integer]:1",
                            "table public.t: UPDATE: old-key: nix[integer]:1 new-tuple: id[integer]:1",
                            "table \"public.t: INSERT:"}) {
        INFO(bad);
        CHECK_THAT(decode.complaint(bad), contains("test_decoding message: "));
    }
}

TEST_CASE("damaged text is decoded or refused, and never read beyond its end", "[test_decoding]") {
    fixture decode;
    std::mt19937 random(7);
    const std::vector<std::string> whole{
        "table public.t: UPDATE: old-key: id[integer]:1 new-tuple: id[integer]:2 a[text]:'O''Brien' "
        "b[bit]:B'01'",
        R"(table "Weird Schema"."Off""ice.x": DELETE: "k|1"[smallint]:1)", "COMMIT 725"};
    for (const auto& each : whole) {
        for (std::size_t size = 0; size < each.size(); ++size) (void)decode.complaint(each.substr(0, size));
        for (int i = 0; i < 2'000; ++i) {
            auto damaged = each;
            for (int j = 0; j < 3; ++j) damaged[random() % damaged.size()] = "'\"[]: \\.x1"[random() % 10];
            (void)decode.complaint(damaged);
        }
    }
}
