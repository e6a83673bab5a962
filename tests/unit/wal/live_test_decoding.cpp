#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "../postgres/contains.hpp"
#include "../postgres/live_database.hpp"
#include <pgsync/catalog/find_followed.hpp>
#include <pgsync/catalog/table_storage.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/wal/replication.hpp>
#include <pgsync/wal/test_decoding.hpp>

using namespace pgsync::postgres;
using namespace std::chrono_literals;

namespace {

const std::string odd_name = R"("O'dd ""schema"."ta.ble: INSERT: [x]")";

/// A database with one followed table of odd names and types, and a slot of test_decoding, whatever the
/// version.
struct text_slot {
    text_slot() : session(database.open()), stream(database.conninfo()) {
        session.exec(
            R"(CREATE SCHEMA "O'dd ""schema"; CREATE DOMAIN flag AS boolean; CREATE TYPE mood AS ENUM )"
            R"(('it''s', 'new-tuple:'); CREATE TYPE "ty]:pe" AS (a text, b integer); CREATE TABLE )" +
            odd_name +
            R"( (id bigint PRIMARY KEY, "old-key: ""x[text]:'" text, "UPPER" varchar(20), tags )"
            R"(character varying(9)[], f float8, r real, n numeric(20,4), ok boolean, maybe flag, at )"
            R"(timestamp(3), atz timestamptz, day date, span interval, bits bit varying(9), two bit(2), )"
            R"(raw bytea, doc jsonb, one "char", how mood, pair "ty]:pe", pairs "ty]:pe"[], u uuid, )"
            R"(big text))");
        session.exec("ALTER TABLE " + odd_name + " ALTER big SET STORAGE EXTERNAL");
        session.exec("CREATE TABLE noise (id int, t text)");
        const auto oid = session.exec_params("SELECT to_regclass($1)::oid::text", {odd_name});
        index_binding binding;
        binding.routes.push_back(
            {static_cast<std::uint32_t>(std::stoul(std::string(oid.get(0, 0)))), odd_name, {}});
        bindings.push_back(binding);
        session.exec_params("SELECT pg_create_logical_replication_slot($1, 'test_decoding')",
                            {database.name()});
    }

    void start() {
        const std::array<plugin_option, 2> options{{{"include-xids", "on"}, {"skip-empty-xacts", "off"}}};
        stream.start(database.name(), {}, options);
    }

    /// Calls back with each event up to the end of a transaction that has some of ours.
    template <typename OnEvent>
    void read(OnEvent&& on_event) {
        bool ours = false;
        const auto deadline = std::chrono::steady_clock::now() + 30s;
        while (std::chrono::steady_clock::now() < deadline) {
            const auto next = stream.receive(1s);
            const auto* data = next ? std::get_if<xlog_data>(&*next) : nullptr;
            if (data == nullptr) continue;
            bool over = false;
            decoder.decode(*data, [&](const event& any) {
                if (std::holds_alternative<change::commit>(any)) {
                    over = ours;
                } else if (!std::holds_alternative<change::begin>(any)) {
                    ours = true;
                }
                on_event(any);
            });
            if (over) return;
        }
        FAIL("no commit arrived");
    }

    live_database database;
    pgsync::postgres::session session;
    replication_stream stream;
    std::vector<index_binding> bindings;
    test_decoding_decoder decoder{[this](std::string_view schema, std::string_view name) {
        return find_followed(session, bindings, schema, name);
    }};
};

std::vector<std::string> texts(std::span<const field> row) {
    std::vector<std::string> out;
    for (const auto& value : row) {
        out.push_back(value.kind == field_kind::null        ? "NULL"
                      : value.kind == field_kind::unchanged ? "unchanged"
                                                            : "=" + std::string(value.text));
    }
    return out;
}

std::vector<std::string> texts(const result& rows) {
    std::vector<std::string> out;
    for (int i = 0; i < rows.columns(); ++i)
        out.push_back(rows.row(0).is_null(i) ? "NULL" : "=" + std::string(rows.get(0, i)));
    return out;
}

}  // namespace

TEST_CASE("a live test_decoding tells every value as a query does", "[.][postgres]") {
    text_slot live;
    live.start();
    const std::vector<std::string> odd{"O'Brien",
                                       "''",
                                       R"(back\slash \')",
                                       "",
                                       "null",
                                       "a\nb\tc",
                                       "unchanged-toast-datum",
                                       " new-tuple: x",
                                       "日本🐘",
                                       "table public.noise: DELETE: old-key: id[integer]:1"};
    std::int64_t id = 0;
    for (const auto& text : odd) {
        live.session.exec("INSERT INTO noise VALUES (1, 'it''s')");
        live.session.exec_params(
            "INSERT INTO " + odd_name +
                " VALUES ($1::text::bigint, $2, left($2, 20), ARRAY[left($2, 9), NULL, 'x y'], 'NaN', 1e-7, "
                "-0.1, true, "
                "false, '2020-01-01 00:00:00.123', '2020-06-01 12:00:00+09', 'infinity', '1 mon -2 days', "
                "B'0101', B'10', convert_to($2, 'UTF8'), json_build_object('k', $2::text)::jsonb, '''', "
                "'it''s', "
                "ROW($2, 1), ARRAY[ROW($2, 2)::\"ty]:pe\"], 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', $2)",
            {std::to_string(++id), text});
        const auto wanted =
            texts(live.session.exec("SELECT * FROM " + odd_name + " WHERE id = " + std::to_string(id)));
        std::vector<std::string> got;
        live.read([&](const event& any) {
            if (const auto* insert = std::get_if<change::insert>(&any)) got = texts(insert->after);
        });
        CHECK(got == wanted);
    }
    live.session.exec("INSERT INTO " + odd_name + " (id) VALUES (-5)");
    const auto wanted = texts(live.session.exec("SELECT * FROM " + odd_name + " WHERE id = -5"));
    live.read([&](const event& any) {
        if (const auto* insert = std::get_if<change::insert>(&any)) CHECK(texts(insert->after) == wanted);
        CHECK_FALSE(std::holds_alternative<change::relation>(any));
    });
}

TEST_CASE("live updates and deletes tell of old rows what the replica identity says", "[.][postgres]") {
    text_slot live;
    live.start();
    const auto change_of = [&](const std::string& sql) {
        live.session.exec(sql);
        std::string shown;
        live.read([&](const event& any) {
            if (const auto* r = std::get_if<change::relation>(&any)) {
                shown += std::string("relation ") + r->replica_identity + "; ";
                CHECK(r->oid == live.bindings[0].routes[0].table_oid);
                CHECK(r->name == "ta.ble: INSERT: [x]");
            }
            if (const auto* u = std::get_if<change::update>(&any)) {
                shown += u->old == old_row::none ? "none" : u->old == old_row::key ? "key" : "full";
                if (!u->before.empty()) {
                    shown += " " + texts(u->before).front() + " " + texts(u->before)[1];
                    CHECK(u->before.size() == u->after.size());
                }
                shown += " > " + texts(u->after).front() + " " + texts(u->after).back().substr(0, 9);
            }
            if (const auto* d = std::get_if<change::remove>(&any))
                shown += std::string(d->old == old_row::full ? "full" : "key") + " " +
                         texts(d->before).front() + " " + texts(d->before)[1];
        });
        return shown;
    };
    CHECK(change_of("INSERT INTO " + odd_name +
                    " (id, \"old-key: \"\"x[text]:'\", big) VALUES (1, 'o''k', repeat('x', 9000))") ==
          "relation d; ");
    CHECK(change_of("UPDATE " + odd_name + " SET ok = true") == "none > =1 unchanged");
    CHECK(change_of("UPDATE " + odd_name + " SET id = 2") == "key =1 NULL > =2 unchanged");
    live.session.exec("ALTER TABLE " + odd_name + " REPLICA IDENTITY FULL");
    CHECK(change_of("UPDATE " + odd_name + " SET ok = false") == "relation f; full =2 =o'k > =2 unchanged");
    CHECK(change_of("UPDATE " + odd_name + " SET id = 3, big = NULL") == "full =2 =o'k > =3 NULL");
    CHECK(change_of("DELETE FROM " + odd_name) == "full =3 =o'k");
}

TEST_CASE("a live followed table is found under a new name, and missed when it is gone", "[.][postgres]") {
    text_slot live;
    live.start();
    live.session.exec("ALTER TABLE " + odd_name + " RENAME TO plain");
    live.session.exec(R"(INSERT INTO "O'dd ""schema".plain (id) VALUES (1))");
    bool seen = false;
    live.read([&](const event& any) {
        if (const auto* r = std::get_if<change::relation>(&any))
            seen = r->oid == live.bindings[0].routes[0].table_oid && r->name == "plain";
    });
    CHECK(seen);
    live.session.exec(R"(ALTER TABLE "O'dd ""schema".plain RENAME TO "ta.ble: INSERT: [x]")");
    live.session.exec("INSERT INTO " + odd_name + " (id) VALUES (2)");
    live.session.exec("DROP TABLE " + odd_name);
    const auto gone = error_of<pgsync::error>([&] { live.read([](const event&) {}); });
    CHECK(gone.code() == pgsync::errc::catalog);
    CHECK_THAT(gone.what(), contains("is gone"));
}

TEST_CASE("live tables change their files when truncated, and not otherwise", "[.][postgres]") {
    text_slot live;
    const auto& binding = live.bindings[0];
    const auto first = read_storage(live.session, binding);
    CHECK(first.size() == 1);
    CHECK_THAT(first.at(odd_name), contains(std::to_string(binding.routes[0].table_oid) + "/"));
    live.session.exec("INSERT INTO " + odd_name + " (id) VALUES (2)");
    live.session.exec("ANALYZE " + odd_name);
    CHECK(read_storage(live.session, binding) == first);
    live.session.exec("BEGIN; TRUNCATE " + odd_name + "; ROLLBACK");
    CHECK(read_storage(live.session, binding) == first);
    live.session.exec("TRUNCATE " + odd_name);
    const auto second = read_storage(live.session, binding);
    CHECK(second != first);
    live.session.exec("DROP TABLE " + odd_name);
    CHECK(read_storage(live.session, binding).at(odd_name).empty());
}
