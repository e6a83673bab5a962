#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "../postgres/contains.hpp"
#include "../postgres/live_database.hpp"
#include <pgsync/catalog/catalog.hpp>
#include <pgsync/catalog/foreign_keys.hpp>
#include <pgsync/catalog/table_publications.hpp>

using namespace pgsync::postgres;
using strings = std::vector<std::string>;

namespace {

table_facts read_table(session& session, const std::string& schema, const std::string& name) {
    const std::array names{table_name{schema, name}};
    const auto found = read_tables(session, names);
    REQUIRE(found.size() == 1);
    REQUIRE(found[0]);
    return *found[0];
}

}  // namespace

TEST_CASE("live tables are found exactly by name, or by search_path", "[.][postgres][catalog]") {
    const live_database database;
    auto admin = database.open();
    admin.exec(
        "CREATE SCHEMA \"Odd schema\"; CREATE SCHEMA first; CREATE SCHEMA hidden;"
        "CREATE TABLE public.both (id int PRIMARY KEY); CREATE TABLE first.both (key text PRIMARY KEY);"
        "CREATE TABLE \"Odd schema\".\"Tab\"\"le 😀\" (\"k'1\" int PRIMARY KEY); CREATE TABLE hidden.secret "
        "(id int);"
        "CREATE VIEW a_view AS SELECT * FROM public.both; ALTER DATABASE " +
        database.name() + " SET search_path = first, public");
    auto session = database.open();
    const std::array names{table_name{"", "both"},      table_name{"public", "both"},
                           table_name{"", "no such"},   table_name{"Odd schema", "Tab\"le 😀"},
                           table_name{"", "secret"},    table_name{"", "BOTH"},
                           table_name{"", "a_view"},    table_name{"no such", "both"},
                           table_name{"public", "both"}};
    const auto found = read_tables(session, names);
    REQUIRE(found.size() == names.size());
    REQUIRE((found[0] && found[1] && found[3] && found[6] && found[8]));
    CHECK(found[0]->schema == "first");
    CHECK(found[0]->primary_key == strings{"key"});
    CHECK(found[1]->schema == "public");
    CHECK(found[1]->primary_key == strings{"id"});
    CHECK(found[1]->kind == 'r');
    CHECK_FALSE(found[2]);
    CHECK(found[3]->columns.at(0).name == "k'1");
    CHECK_FALSE(found[4]);
    CHECK_FALSE(found[5]);
    CHECK(found[6]->kind == 'v');
    CHECK_FALSE(found[7]);
    CHECK(found[8]->columns.size() == 1);
    CHECK(read_tables(session, {}).empty());
}

TEST_CASE("live columns are told with domains resolved", "[.][postgres][catalog]") {
    const live_database database;
    auto session = database.open();
    session.exec(
        "CREATE DOMAIN short AS varchar(20); CREATE DOMAIN shorter AS short CHECK (length(value) < 10);"
        "CREATE TYPE mood AS ENUM ('calm'); CREATE TYPE pair AS (a int, b int);"
        "CREATE TABLE t (id int PRIMARY KEY, gone int, s shorter, m mood, p pair, tags text[], n "
        "numeric(10,2) NOT NULL, "
        "r int4range, u uuid, l varchar(5)); ALTER TABLE t DROP COLUMN gone");
    const auto table = read_table(session, "", "t");
    REQUIRE(table.columns.size() == 9);
    const auto& id = *table.column("id");
    CHECK(id.number == 1);
    CHECK(id.type == 23);
    CHECK(id.base_name == "int4");
    CHECK(id.base_schema == "pg_catalog");
    CHECK(id.array_type == 1007);
    CHECK(id.category == 'N');
    CHECK(id.not_null);
    CHECK(id.readable);
    CHECK_FALSE(id.generated);
    const auto& domain = *table.column("s");
    CHECK(domain.number == 3);
    CHECK(domain.type_text == "shorter");
    CHECK(domain.type != domain.base_type);
    CHECK(domain.base_type == 1043);
    CHECK(domain.base_name == "varchar");
    CHECK(domain.array_type == 1015);
    CHECK(domain.typmod == 24);
    CHECK_FALSE(domain.not_null);
    CHECK(table.column("m")->base_kind == 'e');
    CHECK(table.column("m")->category == 'E');
    CHECK(table.column("m")->base_schema == "public");
    CHECK(table.column("p")->base_kind == 'c');
    CHECK(table.column("r")->base_kind == 'r');
    CHECK(table.column("tags")->category == 'A');
    CHECK(table.column("tags")->element_type == 25);
    CHECK(table.column("tags")->array_type == 0);
    CHECK(table.column("n")->type_text == "numeric(10,2)");
    CHECK(table.column("n")->not_null);
    CHECK(table.column("n")->element_type == 0);
    CHECK(table.column("l")->typmod == 9);
    CHECK(table.column("gone") == nullptr);
    if (session.server_version() < 120000) return;
    session.exec("ALTER TABLE t ADD g int GENERATED ALWAYS AS (id + 1) STORED");
    CHECK(read_table(session, "", "t").column("g")->generated);
    CHECK_FALSE(read_table(session, "", "t").column("g")->virtual_generated);
    CHECK(read_table(session, "", "t").column("id")->length == 4);
    CHECK(read_table(session, "", "t").column("n")->length == -1);
    if (session.server_version() < 180000) return;
    session.exec("ALTER TABLE t ADD v int GENERATED ALWAYS AS (id + 1) VIRTUAL");
    CHECK(read_table(session, "", "t").column("v")->generated);
    CHECK(read_table(session, "", "t").column("v")->virtual_generated);
}

TEST_CASE("live keys, indexes and replica identities are told", "[.][postgres][catalog]") {
    const live_database database;
    auto session = database.open();
    session.exec(
        "CREATE TABLE t (tenant int NOT NULL, id int NOT NULL, parent int, name text, code text NOT NULL, "
        "PRIMARY KEY (tenant, id)); CREATE INDEX by_parent ON t (parent, name); CREATE INDEX by_lower ON t "
        "(lower(name), id);"
        "CREATE UNIQUE INDEX by_code ON t (code); CREATE UNIQUE INDEX nullable ON t (name);"
        "CREATE UNIQUE INDEX selected ON t (code) WHERE parent IS NULL; CREATE INDEX hashed ON t USING hash "
        "(code);"
        "ALTER TABLE t ADD CONSTRAINT late UNIQUE (code, id) DEFERRABLE");
    const auto index = [](const table_facts& table, std::string_view name) {
        for (const auto& each : table.indexes)
            if (each.name == name) return each;
        FAIL("no index " << name);
        return index_facts{};
    };
    auto table = read_table(session, "", "t");
    CHECK(table.primary_key == strings{"tenant", "id"});
    CHECK(table.replica_identity == 'd');
    CHECK(table.identity == strings{"tenant", "id"});
    CHECK(table.indexes.size() == 8);
    CHECK(index(table, "t_pkey").primary);
    CHECK(index(table, "t_pkey").identifies());
    CHECK(index(table, "by_parent").columns == strings{"parent", "name"});
    CHECK_FALSE(index(table, "by_parent").unique);
    CHECK(index(table, "by_lower").columns == strings{"", "id"});
    CHECK_FALSE(index(table, "by_lower").all_not_null);
    CHECK(index(table, "by_code").identifies());
    CHECK_FALSE(index(table, "nullable").identifies());
    CHECK(index(table, "selected").partial);
    CHECK_FALSE(index(table, "selected").identifies());
    CHECK(index(table, "hashed").method == "hash");
    CHECK_FALSE(index(table, "late").immediate);
    CHECK(table.indexed(strings{"name"}));
    CHECK_FALSE(table.indexed(strings{"id"}));

    session.exec("ALTER TABLE t REPLICA IDENTITY USING INDEX by_code");
    table = read_table(session, "", "t");
    CHECK(table.replica_identity == 'i');
    CHECK(table.identity == strings{"code"});
    session.exec("ALTER TABLE t REPLICA IDENTITY FULL");
    CHECK(read_table(session, "", "t").identity == strings{"tenant", "id", "parent", "name", "code"});
    session.exec("ALTER TABLE t REPLICA IDENTITY NOTHING");
    CHECK(read_table(session, "", "t").identity.empty());
    session.exec("CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE)");
    table = read_table(session, "", "deferred");
    CHECK(table.primary_key == strings{"id"});
    CHECK(table.identity.empty());

    if (session.server_version() < 110000) return;
    session.exec("CREATE UNIQUE INDEX with_payload ON t (code) INCLUDE (name)");
    CHECK(index(read_table(session, "", "t"), "with_payload").columns == strings{"code"});
}

TEST_CASE("live rights of the current role are told", "[.][postgres][catalog]") {
    const live_database database;
    auto admin = database.open();
    const auto role = database.name() + "_reader";
    admin.exec(
        "CREATE TABLE open (id int, secret int); CREATE TABLE shut (id int); CREATE SCHEMA closed;"
        "CREATE TABLE closed.inside (id int); CREATE TABLE filtered (id int);"
        "ALTER TABLE filtered ENABLE ROW LEVEL SECURITY; CREATE ROLE " +
        role +
        " LOGIN PASSWORD 'x';"
        "GRANT SELECT (id) ON open TO " +
        role + "; GRANT SELECT ON filtered TO " + role + "; CREATE UNLOGGED TABLE fleeting (id int)");
    CHECK(read_table(admin, "", "open").owned);
    CHECK(read_table(admin, "", "open").readable);
    CHECK_FALSE(read_table(admin, "", "filtered").row_security);
    CHECK(read_table(admin, "", "fleeting").persistence == 'u');
    {
        auto session = database.open("password=x user=" + role);
        const auto open = read_table(session, "", "open");
        CHECK_FALSE(open.owned);
        CHECK_FALSE(open.readable);
        CHECK(open.column("id")->readable);
        CHECK_FALSE(open.column("secret")->readable);
        CHECK_FALSE(read_table(session, "", "shut").column("id")->readable);
        CHECK(read_table(session, "", "filtered").readable);
        CHECK(read_table(session, "", "filtered").row_security);
        CHECK_FALSE(read_table(session, "closed", "inside").schema_usable);
        const auto server = read_server(session);
        CHECK(server.role == role);
        CHECK_FALSE(server.superuser);
        CHECK_FALSE(server.replication);
        CHECK_FALSE(server.may_create_in_database);
    }
    admin.exec("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_CASE("live server facts are told", "[.][postgres][catalog]") {
    const live_database database;
    auto session = database.open();
    const auto server = read_server(session);
    CHECK(server.version == session.server_version());
    CHECK(server.wal_level == "logical");
    CHECK(server.max_replication_slots > 0);
    CHECK(server.max_wal_senders > 0);
    CHECK_FALSE(server.standby);
    CHECK(server.encoding == "UTF8");
    CHECK(server.database == database.name());
    CHECK(server.superuser);
    CHECK(server.replication);
    CHECK(server.may_create_in_database);
}

TEST_CASE("live partitions and children are told", "[.][postgres][catalog][publications]") {
    const live_database database;
    auto session = database.open();
    session.exec(
        "CREATE TABLE p (id int, at date) PARTITION BY RANGE (at);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST "
        "(id);"
        "CREATE TABLE p1a PARTITION OF p1 FOR VALUES IN (1); ALTER TABLE p1a REPLICA IDENTITY FULL;"
        "CREATE TABLE base (id int); CREATE TABLE child () INHERITS (base)");
    const auto parent = read_table(session, "", "p");
    CHECK(parent.kind == 'p');
    CHECK(parent.has_children);
    CHECK_FALSE(parent.is_partition);
    CHECK(read_table(session, "", "p1a").is_partition);
    CHECK(read_table(session, "", "p1a").has_parents);
    CHECK_FALSE(read_table(session, "", "child").is_partition);
    CHECK(read_table(session, "", "child").has_parents);
    const auto base = read_table(session, "", "base");
    CHECK(base.has_children);
    const std::array oids{parent.oid, base.oid};
    std::string shown;
    for (const auto& each : read_descendants(session, oids))
        shown += (each.ancestor == parent.oid ? "p>" : "base>") + each.name + each.kind +
                 each.replica_identity + " ";
    CHECK(shown == "p>p1pd p>p1arf base>childrd ");
}

TEST_CASE("live publications are told", "[.][postgres][catalog][publications]") {
    const live_database database;
    auto session = database.open();
    session.exec(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE c (id int)");
    CHECK_FALSE(read_publication(session, "Odd 'p\""));
    session.exec("CREATE PUBLICATION \"Odd 'p\"\"\" FOR TABLE a, b WITH (publish = 'insert, delete')");
    const auto a = read_table(session, "", "a").oid;
    const auto b = read_table(session, "", "b").oid;
    const auto c = read_table(session, "", "c").oid;
    const auto some = read_publication(session, "Odd 'p\"");
    REQUIRE(some);
    CHECK(some->owned);
    CHECK_FALSE(some->all_tables);
    CHECK(some->publishes_insert);
    CHECK_FALSE(some->publishes_update);
    CHECK(some->publishes_delete);
    CHECK_FALSE(some->publishes_truncate);
    CHECK(some->tables.size() == 2);
    CHECK((some->publishes(a) && some->publishes(b)));
    CHECK_FALSE(some->publishes(c));
    CHECK(some->narrowed.empty());
    session.exec("CREATE PUBLICATION everything FOR ALL TABLES");
    const auto all = read_publication(session, "everything");
    REQUIRE(all);
    CHECK(all->all_tables);
    CHECK(all->tables.empty());
    CHECK(all->publishes(c));
    CHECK(all->publishes_truncate == (session.server_version() >= 110000));

    if (session.server_version() < 150000) return;
    session.exec("CREATE PUBLICATION narrow FOR TABLE a WHERE (id > 1), b (id), c");
    const auto narrow = read_publication(session, "narrow");
    REQUIRE(narrow);
    CHECK(narrow->narrowed == std::vector{a, b});
}

TEST_CASE("live publications are told as they apply to one table", "[.][postgres][catalog][publications]") {
    const live_database database;
    auto session = database.open();
    const auto shown = [&](const std::string& table) {
        const std::array oids{read_table(session, "", table).oid};
        std::string out;
        for (const auto& each : read_table_publications(session, oids)) {
            CHECK(each.table == oids[0]);
            out += each.name + (each.updates ? " u" : "") + (each.deletes ? " d" : "") +
                   (each.stored_generated ? " s" : "");
            if (each.columns) {
                for (const auto& column : *each.columns) out += " ." + column;
            }
            for (const auto& column : each.filter) out += " ?" + column;
            out += "; ";
        }
        return out;
    };
    session.exec("CREATE TABLE a (id int PRIMARY KEY, kind int, \"Od d\" int); CREATE TABLE b (id int)");
    if (session.server_version() < 100000) {
        CHECK(shown("a").empty());
        return;
    }
    session.exec(
        "CREATE PUBLICATION p1 FOR TABLE a; CREATE PUBLICATION p2 FOR ALL TABLES WITH (publish = 'insert, "
        "update')");
    CHECK(shown("a") == "p1 u d; p2 u; ");
    CHECK(shown("b") == "p2 u; ");
    if (session.server_version() < 150000) return;
    session.exec(
        "DROP PUBLICATION p1; DROP PUBLICATION p2;"
        "CREATE PUBLICATION p1 FOR TABLE a (id, \"Od d\") WHERE (kind > 1 AND \"Od d\" = 3) WITH (publish = "
        "'delete');"
        "CREATE PUBLICATION p2 FOR TABLES IN SCHEMA public");
    CHECK(shown("a") == "p1 d .Od d .id ?Od d ?kind; p2 u d; ");
    session.exec(
        "DROP PUBLICATION p1; DROP PUBLICATION p2;"
        "CREATE TABLE p (id int, at date, kind int) PARTITION BY RANGE (at);"
        "CREATE TABLE mid PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST "
        "(id);"
        "CREATE TABLE leaf (kind int, at date, id int); ALTER TABLE mid ATTACH PARTITION leaf FOR VALUES IN "
        "(1);"
        // Of these the topmost with publish_via_partition_root counts, else the leaf itself.
        "CREATE PUBLICATION root FOR TABLE p (id), mid (id, at), leaf (id, kind) WITH "
        "(publish_via_partition_root);"
        "CREATE PUBLICATION middle FOR TABLE mid (id, at) WHERE (kind = 1) WITH (publish_via_partition_root);"
        "CREATE PUBLICATION own FOR TABLE p, leaf (id, kind)");
    CHECK(shown("leaf") == "middle u d .at .id ?kind; own u d .id .kind; root u d .id; ");
    CHECK(shown("p") == "own u d; root u d .id; ");
    if (session.server_version() < 180000) return;
    session.exec("CREATE PUBLICATION stored FOR TABLE b WITH (publish_generated_columns = stored)");
    CHECK(shown("b") == "stored u d s; ");
    CHECK(read_publication(session, "stored")->stored_generated);
    CHECK_FALSE(read_publication(session, "own")->stored_generated);
}

TEST_CASE("live foreign keys are told with what each column points at", "[.][postgres][catalog]") {
    const live_database database;
    auto session = database.open();
    session.exec(
        "CREATE TABLE room (house int, number int, PRIMARY KEY (house, number));"
        "CREATE TABLE chair (n int, h int, id int PRIMARY KEY, other int REFERENCES chair,"
        "CONSTRAINT sits FOREIGN KEY (n, h) REFERENCES room (number, house))");
    const auto room = read_table(session, "", "room").oid;
    const auto chair = read_table(session, "", "chair").oid;
    const std::array oids{room, chair, chair};
    const auto found = read_foreign_keys(session, oids);
    REQUIRE(found.size() == 2);
    CHECK(found[0].name == "chair_other_fkey");
    CHECK((found[0].table == chair && found[0].referenced == chair));
    CHECK(found[1].name == "sits");
    CHECK((found[1].table == chair && found[1].referenced == room));
    CHECK(found[1].columns == std::vector<column_pair>{{"n", "number"}, {"h", "house"}});
}

TEST_CASE("live slots are told", "[.][postgres][catalog]") {
    const live_database database;
    auto session = database.open();
    CHECK_FALSE(read_slot(session, database.name()));
    session.exec_params("SELECT pg_create_logical_replication_slot($1, 'test_decoding')", {database.name()});
    const auto slot = read_slot(session, database.name());
    REQUIRE(slot);
    CHECK(slot->plugin == "test_decoding");
    CHECK(slot->database == database.name());
    CHECK(slot->logical);
    CHECK_FALSE(slot->temporary);
    CHECK_FALSE(slot->active);
    CHECK(slot->active_pid == 0);
    CHECK(slot->restart > lsn{});
    CHECK(slot->confirmed >= slot->restart);
    CHECK_FALSE(slot->lost());
    CHECK(slot->wal_status == (session.server_version() >= 130000 ? "reserved" : ""));
}
