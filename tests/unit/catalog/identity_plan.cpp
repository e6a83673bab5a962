#include <set>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/catalog/identity_plan.hpp>
#include <pgsync/catalog/read_tables.hpp>

using namespace pgsync::postgres;
using strings = std::vector<std::string>;

namespace {

constexpr int v15 = 150000;
constexpr int v18 = 180000;
const std::string full = R"(ALTER TABLE "app"."line" REPLICA IDENTITY FULL)";
const std::string by_key = R"(ALTER TABLE "app"."line" REPLICA IDENTITY DEFAULT)";
const std::string make_index =
    R"(CREATE UNIQUE INDEX CONCURRENTLY "line_pgsync_identity_7" ON "app"."line" ("cart_id", "id"))";
const std::string use_index =
    R"(ALTER TABLE "app"."line" REPLICA IDENTITY USING INDEX "line_pgsync_identity_7")";

column_facts column(std::string name, bool not_null = true, std::string type = "int8") {
    column_facts out;
    out.length = type == "int8" ? 8 : -1;
    out.type_text = type;
    out.base_name = std::move(type);
    out.base_schema = "pg_catalog";
    out.name = std::move(name);
    out.not_null = not_null;
    return out;
}
column_facts generated(std::string name, bool is_virtual) {
    auto out = column(std::move(name), false);
    out.generated = true;
    out.virtual_generated = is_virtual;
    return out;
}
index_facts unique_index(std::string name, strings columns) {
    index_facts out;
    out.name = std::move(name);
    out.method = "btree";
    out.columns = std::move(columns);
    out.unique = out.valid = out.immediate = out.all_not_null = true;
    return out;
}

/// app.line (id, cart_id, note), its primary key on id.
struct line_table {
    table_facts facts;
    std::vector<table_publication> others{};
    std::set<std::string> needed{"cart_id"};

    line_table() {
        facts.oid = 7;
        facts.schema = "app";
        facts.name = "line";
        facts.columns = {column("id"), column("cart_id"), column("note", false, "text")};
        facts.indexes = {unique_index("line_pkey", {"id"})};
        facts.indexes[0].primary = true;
    }
    [[nodiscard]] table_facts resolved() const {
        auto out = facts;
        detail::resolve_identity(out);
        return out;
    }
    [[nodiscard]] identity_plan plan(int version = v15) const {
        return plan_identity(resolved(), needed, version, others);
    }
    [[nodiscard]] strings sql(int version = v15) const {
        const auto made = plan(version);
        if (made.impossible) return {"impossible"};
        strings out;
        for (const auto& each : made.statements) out.push_back(each.sql);
        return out;
    }
    [[nodiscard]] std::string why(int version = v15) const {
        const auto made = plan(version);
        return made.impossible ? made.impossible->why + " / " + made.impossible->remedy : "possible";
    }
    table_publication& publish(std::string name = "theirs") {
        table_publication out;
        out.table = facts.oid;
        out.name = std::move(name);
        out.updates = out.deletes = true;
        return others.emplace_back(out);
    }
};

bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an identity that holds what is needed stays", "[identity_plan]") {
    line_table line;
    line.needed = {"id"};
    CHECK(line.sql().empty());
    CHECK(line.sql(90600).empty());
    line.facts.replica_identity = 'f';
    line.needed = {"cart_id", "note"};
    CHECK(line.sql().empty());
    CHECK_FALSE(line.plan(v18).publish_generated);
    line.facts.replica_identity = 'i';
    line.facts.indexes.push_back(unique_index("by_cart", {"cart_id", "id"}));
    line.facts.indexes.back().replica_identity = true;
    line.needed = {"cart_id"};
    CHECK(line.sql().empty());
}

TEST_CASE("what is missing is made good with whole rows", "[identity_plan]") {
    line_table line;
    CHECK(line.sql() == strings{full});
    CHECK(line.plan().missing == "cart_id");
    CHECK(line.sql(90600) == strings{full});
    CHECK(line.sql(v18) == strings{full});
    CHECK_FALSE(line.plan(v18).publish_generated);
    line.facts.indexes.clear();  // no key at all: an UPDATE of the published table would be refused
    line.needed.clear();
    CHECK(line.sql() == strings{full});
    CHECK(line.plan().missing.empty());
}

TEST_CASE("an identity that is gone or none is put back by the primary key where that is enough",
          "[identity_plan]") {
    line_table line;
    line.needed = {"id"};
    for (const char kind : {'n', 'i'}) {
        line.facts.replica_identity = kind;  // 'i': its index was dropped
        CHECK(line.sql() == strings{by_key});
    }
    line.needed = {"cart_id"};
    CHECK(line.sql() == strings{full});
    // A deferrable primary key is no replica identity.
    line.facts.replica_identity = 'd';
    line.facts.indexes[0].immediate = false;
    line.needed = {"id"};
    CHECK(line.sql() == strings{full});
}

TEST_CASE("stored generated columns are published where whole rows are the identity", "[identity_plan]") {
    line_table line;
    line.facts.columns.push_back(generated("total", false));
    CHECK(line.sql(170000) == strings{full});
    CHECK_FALSE(line.plan(170000).publish_generated);
    CHECK(line.sql(v18) == strings{full});
    CHECK(line.plan(v18).publish_generated);
    line.facts.replica_identity = 'f';
    CHECK(line.sql(v18).empty());
    CHECK(line.plan(v18).publish_generated);
    // Another publication has to publish them as well.
    line.facts.replica_identity = 'd';
    line.publish().stored_generated = true;
    CHECK(line.sql(v18) == strings{full});
    line.others[0].stored_generated = false;
    CHECK(line.sql(v18) == strings{make_index, use_index});
    CHECK_FALSE(line.plan(v18).publish_generated);
    line.others[0].updates = line.others[0].deletes = false;  // inserts alone are never refused
    CHECK(line.sql(v18) == strings{full});
    line.others[0].deletes = true;
    line.facts.columns[1].not_null = false;
    CHECK(says(line.why(v18), "publication \"theirs\" leaves out its generated column \"total\""));
    CHECK(says(line.why(v18), "ALTER PUBLICATION \"theirs\" SET (publish_generated_columns = stored); or"));
    CHECK(says(line.why(v18), "ALTER TABLE \"app\".\"line\" ALTER COLUMN \"cart_id\" SET NOT NULL"));
}

TEST_CASE("a generated column of the primary key has to be published too", "[identity_plan]") {
    line_table line;
    line.facts.columns.push_back(generated("code", false));
    line.facts.columns.back().not_null = true;
    line.facts.indexes[0].columns = {"id", "code"};
    line.needed = {"id"};
    CHECK(line.sql(v18).empty());
    CHECK(line.plan(v18).publish_generated);
    CHECK_FALSE(line.plan(v15).publish_generated);
}

TEST_CASE("a virtual generated column needs an index as identity", "[identity_plan]") {
    line_table line;
    line.facts.columns.push_back(generated("total", true));
    CHECK(line.sql(v18) == strings{make_index, use_index});
    CHECK(line.plan(v18).statements[0].concurrently);
    CHECK_FALSE(line.plan(v18).statements[1].concurrently);
    CHECK_FALSE(line.plan(v18).publish_generated);
    // Whole rows are no way out either when they are there already.
    line.facts.replica_identity = 'f';
    CHECK(line.sql(v18) == strings{make_index, use_index});
    line.needed = {"id"};
    CHECK(line.sql(v18) == strings{by_key});
    line.facts.replica_identity = 'd';
    CHECK(line.sql(v18).empty());
    // One that is there is taken.
    line.needed = {"cart_id"};
    line.facts.indexes.push_back(unique_index("by_cart", {"cart_id", "id"}));
    CHECK(line.sql(v18) == strings{R"(ALTER TABLE "app"."line" REPLICA IDENTITY USING INDEX "by_cart")"});
    for (const auto flag :
         {&index_facts::unique, &index_facts::valid, &index_facts::immediate, &index_facts::all_not_null}) {
        auto without = line;
        without.facts.indexes[1].*flag = false;
        CHECK(without.sql(v18) == strings{make_index, use_index});
    }
    line.facts.indexes[1].method = "gist";
    CHECK(line.sql(v18) == strings{make_index, use_index});
}

TEST_CASE("an index of ours that was interrupted is dropped, and one of another shape left",
          "[identity_plan]") {
    line_table line;
    line.facts.columns.push_back(generated("total", true));
    line.facts.indexes.push_back(unique_index("line_pgsync_identity_7", {"cart_id", "id"}));
    line.facts.indexes[1].valid = false;
    CHECK(line.sql(v18) ==
          strings{R"(DROP INDEX CONCURRENTLY "app"."line_pgsync_identity_7")", make_index, use_index});
    CHECK(line.plan(v18).statements[0].concurrently);
    line.facts.indexes[1].valid = true;
    line.facts.indexes[1].columns = {"id"};
    CHECK(
        line.sql(v18) ==
        strings{
            R"(CREATE UNIQUE INDEX CONCURRENTLY "line_pgsync_identity_7_2" ON "app"."line" ("cart_id", "id"))",
            R"(ALTER TABLE "app"."line" REPLICA IDENTITY USING INDEX "line_pgsync_identity_7_2")"});
    line.facts.indexes.pop_back();
    line.facts.name = "a";
    for (int i = 0; i < 20; ++i) line.facts.name += "ü";
    CHECK(says(line.sql(v18).at(0), "\"aüüüüüüüüüüüüüüüü_pgsync_identity_7\""));
}

TEST_CASE("an index of ours has no write refused", "[identity_plan]") {
    line_table line;
    line.facts.columns.push_back(generated("total", true));
    const auto refuses = [&](std::string_view because) { return says(line.why(v18), because); };
    CHECK_FALSE(line.plan(v18).impossible);
    line.facts.columns[1].not_null = false;
    CHECK(refuses("column \"cart_id\" may be null"));
    // Longer values than an index takes would be refused at their INSERT.
    line.facts.columns[1] = column("cart_id", true, "text");
    CHECK(refuses("a value of column \"cart_id\" (text) may be too long"));
    line.facts.columns[1] = column("cart_id", true, "numeric");
    CHECK(refuses("may be too long"));
    line.facts.columns[1].typmod = (10 << 16) + 2 + 4;
    CHECK_FALSE(line.plan(v18).impossible);
    line.facts.columns[1] = column("cart_id", true, "varchar");
    line.facts.columns[1].typmod = 40 + 4;
    CHECK_FALSE(line.plan(v18).impossible);
    line.facts.columns[1].typmod = 700 + 4;
    CHECK(refuses("may be too long"));
    line.facts.columns[1] = column("cart_id", true, "point");
    line.facts.columns[1].length = 16;
    CHECK(refuses("may be too long"));
    line.facts.columns[1] = column("cart_id");
    // Keys that may be equal for a moment.
    line.facts.indexes[0].immediate = false;
    CHECK(refuses("its primary key is deferrable"));
    line.facts.indexes.clear();
    CHECK(refuses("it has no primary key"));
    CHECK(refuses("make column \"total\" a stored one; or give table"));
}

TEST_CASE("a column list of another publication rules out whole rows, and has to have the identity",
          "[identity_plan]") {
    line_table line;
    line.publish().columns = {"id", "cart_id"};
    CHECK(line.sql() == strings{make_index, use_index});
    line.facts.replica_identity = 'f';  // then its updates are refused already
    CHECK(line.sql() == strings{make_index, use_index});
    CHECK(refused_writes(line.resolved(), v15, line.others));
    line.facts.replica_identity = 'd';
    CHECK_FALSE(refused_writes(line.resolved(), v15, line.others));
    line.others[0].columns = {"id"};
    CHECK(says(line.why(), "publication \"theirs\" has a column list for it"));
    CHECK(says(line.why(), "the column list of publication \"theirs\" lacks \"cart_id\""));
    CHECK(says(line.why(), "add \"cart_id\" to the column list of publication \"theirs\""));
    line.facts.indexes.push_back(unique_index("by_cart", {"cart_id", "id"}));
    CHECK(line.sql() == strings{"impossible"});
    line.others[0].updates = line.others[0].deletes = false;
    CHECK(line.sql() == strings{full});
    // What needs nothing is left as it is.
    line.others[0].updates = true;
    line.needed = {"id"};
    CHECK(line.sql().empty());
}

TEST_CASE("an identity has every column that row filters of others use", "[identity_plan]") {
    line_table line;
    line.publish().filter = {"id"};
    CHECK(line.sql() == strings{full});  // holds every column
    line.facts.columns.push_back(generated("total", true));
    CHECK(line.sql(v18) == strings{make_index, use_index});
    line.facts.columns.push_back(column("kind"));
    line.others[0].filter = {"kind"};
    CHECK(
        line.sql(v18) ==
        strings{
            R"(CREATE UNIQUE INDEX CONCURRENTLY "line_pgsync_identity_7" ON "app"."line" ("cart_id", "kind", "id"))",
            use_index});
    CHECK(refused_writes(line.resolved(), v18, line.others));
    line.others[0].filter = {"note"};
    CHECK(says(line.why(v18), "column \"note\" may be null"));
    line.others[0].filter = {""};
    CHECK(says(line.why(v18), "a row filter uses the whole row"));
    CHECK(says(line.why(v18), "virtual"));
}

TEST_CASE("who reads through another publication keeps the columns of the identity it has",
          "[identity_plan]") {
    line_table line;
    line.facts.columns.push_back(generated("total", true));
    auto by_cart = unique_index("by_cart", {"cart_id"});
    line.facts.indexes.push_back(by_cart);
    CHECK(line.sql(v18) == strings{R"(ALTER TABLE "app"."line" REPLICA IDENTITY USING INDEX "by_cart")"});
    line.publish();
    CHECK(line.sql(v18) == strings{make_index, use_index});
    line.others[0].updates = line.others[0].deletes = false;
    CHECK(line.sql(v18).size() == 1);
    // The same of an index that somebody chose.
    line.others.clear();
    line.facts.columns.push_back(column("kind"));
    line.facts.indexes.push_back(unique_index("by_kind", {"kind"}));
    line.facts.indexes.back().replica_identity = true;
    line.facts.replica_identity = 'i';
    CHECK(line.sql(v15) == strings{full});
    CHECK(
        line.sql(v18) ==
        strings{
            R"(CREATE UNIQUE INDEX CONCURRENTLY "line_pgsync_identity_7" ON "app"."line" ("cart_id", "kind", "id"))",
            use_index});
    line.needed = {"id"};
    CHECK(line.sql(v15) == strings{full});
}

TEST_CASE("writes that are refused already are not of our making", "[identity_plan]") {
    line_table line;
    line.facts.replica_identity = 'f';
    line.facts.indexes.clear();
    line.publish().columns = {"id"};
    CHECK(refused_writes(line.resolved(), v15, line.others));
    CHECK(line.sql().empty());
    line.facts.columns.push_back(generated("total", true));
    CHECK(line.sql(v18) == strings{"impossible"});  // by our publication too
}

TEST_CASE("why a server refuses updates as everything is", "[identity_plan]") {
    line_table line;
    line.publish("ours");
    const auto why = [&](int version = v18) {
        const auto found = refused_writes(line.resolved(), version, line.others);
        return found ? found->why + " / " + found->remedy : "taken";
    };
    CHECK(why() == "taken");
    line.facts.replica_identity = 'n';
    CHECK(says(why(), "has no replica identity / ALTER TABLE \"app\".\"line\" REPLICA IDENTITY FULL"));
    line.facts.replica_identity = 'f';
    CHECK(why() == "taken");
    line.facts.columns.push_back(generated("total", false));
    CHECK(says(why(), "leaves out its generated column \"total\""));
    CHECK(why(v15) == "taken");
    line.others[0].stored_generated = true;
    CHECK(why() == "taken");
    line.facts.columns.back().virtual_generated = true;
    CHECK(says(why(), "generated and virtual"));
    CHECK(takes_full(line.resolved(), v15, {}));
    CHECK_FALSE(takes_full(line.resolved(), v18, {}));
}

TEST_CASE("an identity narrower than the whole row, where there can be one", "[identity_plan]") {
    line_table line;
    line.facts.replica_identity = 'f';
    const auto narrower = [&](std::set<std::string> needed) {
        strings out;
        for (const auto& each : narrower_identity(line.resolved(), needed, v15, line.others))
            out.push_back(each.sql);
        return out;
    };
    CHECK(narrower({"id"}) == strings{by_key});
    CHECK(narrower({"cart_id"}) == strings{make_index, use_index});
    CHECK(narrower({"note"}).empty());  // it may be null
    line.facts.indexes.push_back(unique_index("both", {"cart_id", "id"}));
    CHECK(narrower({"cart_id"}) ==
          strings{R"(ALTER TABLE "app"."line" REPLICA IDENTITY USING INDEX "both")"});
    line.publish().filter = {"note"};
    CHECK(narrower({"cart_id"}).empty());
    line.others.clear();
    line.facts.indexes.clear();
    CHECK(narrower({"cart_id"}).empty());
}
