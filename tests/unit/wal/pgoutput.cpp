#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "../../catch.hpp"
#include "../postgres/contains.hpp"
#include "recorded_pgoutput.hpp"
#include <pgsync/wal/pgoutput.hpp>

namespace {

namespace change = pgsync::postgres::change;
using pgsync::postgres::event;
using pgsync::postgres::field;
using pgsync::postgres::field_kind;
using pgsync::postgres::old_row;
using pgsync::postgres::pgoutput_decoder;
using namespace std::string_literals;

/// A row as one readable line: NULL as ~, unchanged as =, fields separated by |.
std::string show(std::span<const field> row) {
    std::string out;
    for (const auto& value : row) {
        if (!out.empty()) out += '|';
        out += value.kind == field_kind::null ? "~" : value.kind == field_kind::unchanged ? "=" : value.text;
    }
    return out;
}

/// Decodes a recorded message of the kind that the test expects; the bytes live as long as this does.
template <typename Change>
struct decoded {
    explicit decoded(std::size_t index) : bytes(recorded::message(index)) {
        const auto any = decoder.decode(bytes);
        REQUIRE(std::holds_alternative<Change>(any));
        value = std::get<Change>(any);
    }
    const Change* operator->() const { return &value; }

    std::string bytes;
    pgoutput_decoder decoder;
    Change value;
};

/// The same message with its bytes in an allocation of exactly their size, so that AddressSanitizer sees a
/// read of even one byte more. True where it decodes, false where it is refused.
bool decodes(pgoutput_decoder& decoder, std::string_view message) {
    const auto exact = std::make_unique<char[]>(message.size());
    std::copy(message.begin(), message.end(), exact.get());
    try {
        const auto any = decoder.decode({exact.get(), message.size()});
        // Touch every view: a view past the end is a bug even when nothing was read while decoding.
        std::size_t sum = 0;
        const auto touch = [&](std::span<const field> row) {
            for (const auto& value : row)
                for (const char c : value.text) sum += static_cast<unsigned char>(c);
        };
        if (const auto* i = std::get_if<change::insert>(&any)) touch(i->after);
        if (const auto* u = std::get_if<change::update>(&any)) touch(u->before), touch(u->after);
        if (const auto* d = std::get_if<change::remove>(&any)) touch(d->before);
        if (const auto* t = std::get_if<change::truncate>(&any))
            for (const auto oid : t->relations) sum += oid;
        if (const auto* r = std::get_if<change::relation>(&any)) {
            sum += r->name.size() + r->schema.size();
            for (const auto& column : r->columns) sum += column.name.empty() ? 0U : 1U;
        }
        return sum + 1 > 0;
    } catch (const pgsync::error& problem) {
        if (problem.code() != pgsync::errc::protocol) throw;
        return false;
    }
}

std::string complaint(std::string_view message) {
    pgoutput_decoder decoder;
    try {
        (void)decoder.decode(message);
    } catch (const pgsync::error& problem) {
        CHECK(problem.code() == pgsync::errc::protocol);
        return problem.what();
    }
    return "it decoded";
}

}  // namespace

TEST_CASE("recorded transactions begin and end where PostgreSQL says", "[pgoutput]") {
    const decoded<change::begin> begin(0);
    const decoded<change::commit> commit(5);
    CHECK(begin->final_lsn.value == 0x1E011E8);
    CHECK(begin->xid == 0x315);
    CHECK(begin->commit_time_us == 0x303FC136A279E);
    CHECK(commit->commit_lsn == begin->final_lsn);
    CHECK(commit->end_lsn.value == 0x1E01218);
    CHECK(commit->commit_time_us == begin->commit_time_us);
}

TEST_CASE("a recorded relation tells its columns, keys and types", "[pgoutput]") {
    const decoded<change::relation> plain(1);
    CHECK(plain->oid == 0x4053);
    CHECK(plain->schema == "public");
    CHECK(plain->name == "plain");
    CHECK(plain->replica_identity == 'd');
    REQUIRE(plain->columns.size() == 4);
    CHECK(plain->columns[0].is_key);
    CHECK(plain->columns[0].name == "id");
    CHECK(plain->columns[0].type_oid == 23);
    CHECK(plain->columns[0].typmod == -1);
    CHECK_FALSE(plain->columns[2].is_key);
    CHECK(plain->columns[2].type_oid == 1700);
    CHECK(plain->columns[2].typmod == (10 << 16 | 2) + 4);

    const decoded<change::relation> odd(51);
    CHECK(odd->schema == "Odd schema");
    CHECK(odd->name == "Tab\"le 😀");
    REQUIRE(odd->columns.size() == 3);
    CHECK(odd->columns[0].name == "k'1");
    CHECK(odd->columns[1].name == "Key 2");
    CHECK(odd->columns[1].is_key);
    CHECK(odd->columns[2].name == "päy");
    CHECK_FALSE(odd->columns[2].is_key);

    CHECK(decoded<change::relation>(26)->replica_identity == 'f');
    CHECK(decoded<change::relation>(37)->replica_identity == 'i');
    // The server tells a table again once it was altered.
    CHECK(decoded<change::relation>(26)->columns.size() == 2);
    CHECK(decoded<change::relation>(70)->columns.size() == 3);
}

TEST_CASE("recorded inserts hold nulls, empty text, emoji, quotes and newlines", "[pgoutput]") {
    const decoded<change::insert> first(2);
    CHECK(first->relation == 0x4053);
    CHECK(show(first->after) ==
          "1|naïve 😀 'quoted' \"double\" \\back\nline\ttab|12.50|2024-02-29 12:34:56.789+00");
    CHECK(show(decoded<change::insert>(3)->after) == "2|~|~|~");
    CHECK(show(decoded<change::insert>(4)->after) == "3||0.00|infinity");
    CHECK(show(decoded<change::insert>(71)->after) == "5|five|t");
}

TEST_CASE("recorded updates tell of the old row what the replica identity allows", "[pgoutput]") {
    SECTION("default identity, key kept: nothing") {
        const decoded<change::update> update(7);
        CHECK(update->old == old_row::none);
        CHECK(update->before.empty());
        CHECK(show(update->after) == "1|old-key: new-tuple|12.50|2024-02-29 12:34:56.789+00");
    }
    SECTION("default identity, key changed: the old key") {
        const decoded<change::update> update(10);
        CHECK(update->old == old_row::key);
        CHECK(show(update->before) == "2|~|~|~");
        CHECK(show(update->after) == "20|~|~|~");
    }
    SECTION("full identity: the whole row") {
        const decoded<change::update> update(31);
        CHECK(update->old == old_row::full);
        CHECK(show(update->before) == "1|one");
        CHECK(show(update->after) == "1|uno");
    }
    SECTION("index identity: its columns, once one of them changes") {
        CHECK(decoded<change::update>(41)->old == old_row::none);
        const decoded<change::update> update(44);
        CHECK(update->old == old_row::key);
        CHECK(show(update->before) == "~|7|c|~");
        CHECK(show(update->after) == "1|8|c|~");
    }
    SECTION("composite key with unusual text") {
        const decoded<change::update> update(55);
        CHECK(update->old == old_row::key);
        CHECK(show(update->before) == "0b6e4b1e-3d0a-4c6e-9a61-8d1c1c0f0a01|a|b\\c|~");
        CHECK(show(update->after) == "0b6e4b1e-3d0a-4c6e-9a61-8d1c1c0f0a01|😀|not \"calm\"");
    }
}

TEST_CASE("a recorded out-of-line value is unchanged, not null", "[pgoutput]") {
    CHECK(decoded<change::insert>(17)->after[2].text == std::string(2100, 'x'));
    CHECK(show(decoded<change::update>(20)->after) == "1|2|=");
    CHECK(show(decoded<change::update>(23)->after) == "1|2|short");
}

TEST_CASE("recorded deletes tell key or whole row", "[pgoutput]") {
    const decoded<change::remove> by_key(13);
    CHECK(by_key->old == old_row::key);
    CHECK(show(by_key->before) == "3|~|~|~");
    const decoded<change::remove> full(34);
    CHECK(full->old == old_row::full);
    CHECK(show(full->before) == "2|~");
    CHECK(show(decoded<change::remove>(47)->before) == "~|8|c|~");
}

TEST_CASE("recorded truncates name every table", "[pgoutput]") {
    const decoded<change::truncate> one(62);
    CHECK(one->relations.size() == 1);
    CHECK_FALSE(one->cascade);
    CHECK_FALSE(one->restart_identity);
    const decoded<change::truncate> both(67);
    REQUIRE(both->relations.size() == 2);
    CHECK(both->relations[0] == 0x4053);
    CHECK(both->relations[1] == 0x4075);
    CHECK(both->cascade);
    CHECK(both->restart_identity);
}

TEST_CASE("recorded types, origins and logical messages are passed over", "[pgoutput]") {
    CHECK(decoded<change::ignored>(50)->type == 'Y');
    CHECK(decoded<change::ignored>(74)->type == 'O');
    CHECK(decoded<change::ignored>(79)->type == 'M');
}

TEST_CASE("that a transaction of which nothing was sent is rolled back is passed over", "[pgoutput]") {
    pgoutput_decoder decoder;
    CHECK(std::get<change::ignored>(decoder.decode("A\0\0\1\2\0\0\1\2"s)).type == 'A');
    CHECK_THAT(complaint("A\0\0\1\2\0\0\1"s), contains("Stream Abort message: the message ends too early"));
}

TEST_CASE("an abbreviated schema name is pg_catalog", "[pgoutput]") {
    const auto bytes = "R\0\0\0\1\0t\0d\0\0"s;
    pgoutput_decoder decoder;
    CHECK(std::get<change::relation>(decoder.decode(bytes)).schema == "pg_catalog");
}

TEST_CASE("every truncation of every recorded message is refused", "[pgoutput]") {
    pgoutput_decoder decoder;
    for (std::size_t index = 0; index < recorded::messages.size(); ++index) {
        const auto whole = recorded::message(index);
        CAPTURE(index);
        CHECK(decodes(decoder, whole));
        for (std::size_t size = 0; size < whole.size(); ++size)
            if (decodes(decoder, std::string_view(whole).substr(0, size))) {
                CAPTURE(size);
                FAIL_CHECK("it decoded");
            }
        CHECK_FALSE(decodes(decoder, whole + '\0'));
    }
}

TEST_CASE("hostile messages are refused by name and offset", "[pgoutput]") {
    CHECK_THAT(complaint(""), contains("pgoutput message: the message ends too early (offset 0 of 0)"));
    CHECK_THAT(complaint("S"), contains("unknown to protocol version 1"));
    CHECK_THAT(complaint("I\0\0\0\1N\x7f\xff"s), contains("pgoutput Insert message: a count exceeds"));
    CHECK_THAT(complaint("I\0\0\0\1N\xff\xff"s), contains("a count is negative"));
    CHECK_THAT(complaint("I\0\0\0\1K\0\0"s), contains("the new row is missing"));
    CHECK_THAT(complaint("I\0\0\0\1N\0\1t\xff\xff\xff\xff"s), contains("a length is negative"));
    CHECK_THAT(complaint("I\0\0\0\1N\0\1t\x7f\xff\xff\xff"s),
               contains("pgoutput Insert message: the message ends too early (offset 13 of 13)"));
    CHECK_THAT(complaint("I\0\0\0\1N\0\1x"s), contains("none of n, u, t, b"));
    CHECK_THAT(complaint("U\0\0\0\1K\0\1nN\0\2nn"s), contains("differ in width"));
    CHECK_THAT(complaint("D\0\0\0\1N\0\1n"s), contains("the old row is missing"));
    CHECK_THAT(complaint("T\x7f\xff\xff\xff\0"s), contains("pgoutput Truncate message: a count exceeds"));
    CHECK_THAT(complaint("T\0\0\0\0\4"s), contains("does not define"));
    CHECK_THAT(complaint("R\0\0\0\1s\0t\0d\x7f\xff"s),
               contains("pgoutput Relation message: a count exceeds"));
    CHECK_THAT(complaint("R\0\0\0\1s\0t\0x\0\0"s), contains("replica identity"));
    CHECK_THAT(complaint("R\0\0\0\1s\0t"s), contains("a string has no end"));
    CHECK_THAT(complaint("M\2"s), contains("does not define"));
}

TEST_CASE("randomly damaged messages decode or are refused, nothing else", "[pgoutput]") {
    const char* given = std::getenv("PGSYNC_TEST_SEED");
    const auto seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    WARN("seed " << seed << " (set PGSYNC_TEST_SEED to repeat)");
    std::mt19937_64 random(seed);
    const auto below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    pgoutput_decoder decoder;
    std::size_t refused = 0;
    for (int round = 0; round < 50'000; ++round) {
        auto message = recorded::message(below(recorded::messages.size()));
        for (auto damage = below(4) + 1; damage > 0 && !message.empty(); --damage) {
            const auto at = below(message.size());
            switch (below(5)) {
                case 0:
                    message[at] = static_cast<char>(below(256));
                    break;
                case 1:
                    message[at] = static_cast<char>(message[at] ^ static_cast<char>(1U << below(8)));
                    break;
                case 2:
                    message.erase(at, below(8) + 1);
                    break;
                case 3:
                    message.insert(at, below(8) + 1, static_cast<char>(below(256)));
                    break;
                default:
                    message.replace(at, 4, below(2) == 0 ? "\xff\xff\xff\xff" : "\x7f\xff\xff\xff");
                    break;
            }
        }
        if (!decodes(decoder, message)) ++refused;
    }
    CHECK(refused > 0);
}
