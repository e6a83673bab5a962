#!/usr/bin/env python3
"""Least privilege: a role that owns nothing, the rights it lacks, row security, and functions made by others.

The SQL of docs/operating.md is run as it stands there. PostgreSQL is named by libpq's variables (a superuser), the
cluster by OPENSEARCH_URL.
"""
import contextlib
import re
import subprocess
import sys

import psycopg2

from harness import ROOT, Bench, Failure, expect, run_all, until

compared = different = 0


def compare(b, schema="public"):
    """Every document, with what SQL written by hand says."""
    global compared, different
    b.sql.execute(f"SET search_path = {schema}")
    b.sql.execute((ROOT / "tests/examples/airbnb.sql").read_text())
    wanted = dict(b.sql.fetchall())
    b.sql.execute("SET search_path TO DEFAULT")
    b.search("POST", "/reservations/_refresh")
    hits = b.search("GET", "/reservations/_search?size=10000")["hits"]["hits"]
    found = {hit["_id"]: hit["_source"] for hit in hits}
    wrong = [key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)]
    compared += len(wanted.keys() | found.keys())
    different += len(wrong)
    expect(not wrong, f"{len(wrong)} of {len(wanted)} documents differ, the first: {wrong[:1]} "
                      f"{found.get(wrong[0]) if wrong else ''}\n  instead of {wanted.get(wrong[0]) if wrong else ''}")


def documented(heading):
    """The SQL of docs/operating.md below a heading."""
    text = (ROOT / "docs/operating.md").read_text()
    at = text.index(f"\n### {heading}\n")
    return re.search(r"```sql\n(.*?)```", text[at:], re.S).group(1)


def for_administrators(output):
    """What of a dry run an administrator has to run."""
    begin, end = output.index("-- An administrator has to run"), output.index("-- bootstrap runs, as role")
    return output[begin:end]


def psql(b, statements):
    """As an administrator would: pasted whole."""
    done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", b.name], input=statements, text=True,
                          capture_output=True)
    expect(done.returncode == 0, f"psql refuses it:\n{done.stderr}\n{statements}")


@contextlib.contextmanager
def role(b, name, *rights):
    quoted = '"' + name.replace('"', '""') + '"'
    b.sql.execute(f"CREATE ROLE {quoted} LOGIN PASSWORD 'reader'")
    try:
        for right in rights:
            b.sql.execute(right.format(role=quoted))
        yield {"PGUSER": name, "PGPASSWORD": "reader"}
    finally:
        b.search.forget("reservations*")
        b.sql.execute(f"DROP OWNED BY {quoted}; DROP ROLE {quoted}")


def change(b, schema="public"):
    """A change of every table."""
    b.sql.execute(f"SET search_path = {schema}")
    for table in ("continent", "country", "city", "host", "guest"):
        b.sql.execute(f"UPDATE {table} SET name = name || ' *' WHERE id % 3 = 0")
    b.sql.execute("UPDATE place SET address = upper(address) WHERE id % 4 = 0; DELETE FROM review WHERE id % 5 = 0;"
                  "UPDATE review SET booking_id = booking_id + 1 WHERE id % 7 = 0 AND booking_id < 20;"
                  "DELETE FROM review WHERE booking_id = 3; DELETE FROM booking WHERE id = 3")
    b.sql.execute("SET search_path TO DEFAULT")


def owns_nothing(b):
    """From nothing, with what a dry run prints and an administrator runs, to a database that is followed."""
    b.load_airbnb()
    with role(b, b.name + ' "reader"\'s') as who:
        plan = b.succeed("bootstrap", "--dry-run", **who)
        for word in ("GRANT SELECT", "REPLICATION", "REPLICA IDENTITY FULL", "CREATE PUBLICATION"):
            expect(word in for_administrators(plan), f"an administrator is not told to run {word}:\n{plan}")
        expect("pg_create_logical_replication_slot" not in for_administrators(plan), "the slot is bootstrap's own")
        psql(b, for_administrators(plan))
        again = b.succeed("bootstrap", "--dry-run", **who)
        expect("An administrator has to run" not in again, "there is still something to run:\n" + again)
        b.succeed("bootstrap", **who)
        compare(b)
        change(b)
        b.succeed("sync", "--once", **who)
        compare(b)
        output = b.succeed("teardown", "--yes", **who)
        expect("DROP PUBLICATION" in output, "teardown does not say that the publication stays:\n" + output)
        b.sql.execute("DROP PUBLICATION pgsync_reservations")
        b.succeed("teardown", "--yes", **who)
        expect(b.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()") == 0, "a slot is left")


def as_documented(b):
    """The roles of the documentation, its SQL as it stands there."""
    b.load_airbnb()
    b.sql.execute("CREATE SCHEMA app")
    b.sql.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
    for (table,) in b.sql.fetchall():
        b.sql.execute(f'ALTER TABLE public."{table}" SET SCHEMA app')
    b.sql.execute("REVOKE ALL ON DATABASE " + b.name + " FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC")
    sql = documented("A role that owns nothing").replace("pgsync_reader", b.name + "_reader")
    sql = sql.replace("DATABASE shop", "DATABASE " + b.name)
    try:
        psql(b, sql)
        b.sql.execute(f"ALTER ROLE {b.name}_reader PASSWORD 'reader'")
        who = {"PGUSER": b.name + "_reader", "PGPASSWORD": "reader"}
        psql(b, for_administrators(b.succeed("bootstrap", "--dry-run", **who)))
        b.succeed("bootstrap", **who)
        change(b, "app")
        b.succeed("sync", "--once", **who)
        compare(b, "app")
        b.succeed("teardown", "--yes", **who)
    finally:
        b.search.forget("reservations*")
        b.sql.execute(f"DROP OWNED BY {b.name}_reader; DROP ROLE {b.name}_reader")


def missing_rights(b):
    """A finding for each right that is missing, all at once, with the statement that gives it."""
    b.load_airbnb()
    b.sql.execute("CREATE SCHEMA hidden; ALTER TABLE host SET SCHEMA hidden")
    with role(b, b.name + "_reader", "ALTER ROLE {role} REPLICATION", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
              "ALTER ROLE {role} SET search_path = public, hidden", "REVOKE SELECT ON review, city FROM {role}",
              "GRANT SELECT (id, country_id) ON city TO {role}") as who:
        name = who["PGUSER"]
        output = b.refuse("bootstrap", saying=[
            'may not read table "review"; have its owner "[^"]*" run: GRANT SELECT ON "public"."review" TO "' + name + '"',
            'may not read table "city"; .* GRANT SELECT ON "public"."city" TO "' + name + '"',  # columns are not enough
            'may not use schema "hidden"; .* GRANT USAGE ON SCHEMA "hidden" TO "' + name + '"',
            'may not read table "host"; .* GRANT SELECT ON "hidden"."host" TO', "--dry-run"], **who)
        expect(len(re.findall("^  - ", output, re.M)) == 4, "not one finding each:\n" + output)
        psql(b, for_administrators(b.succeed("bootstrap", "--dry-run", **who)))
        b.succeed("bootstrap", **who)
        compare(b, "public, hidden")
        # A right taken away under way: it stops by name, and nothing is lost.
        running = b.start("sync", **who)
        until("sync follows the slot", lambda: "following slot" in running.output())
        b.sql.execute(f'REVOKE SELECT ON review FROM "{name}"; UPDATE review SET rating = 1 WHERE id = 1')
        expect(running.child.wait(60) == 1, "sync goes on without a right it needs")
        expect("review" in running.output(), "it does not say of which table:\n" + running.output())
        b.refuse("sync", "--once", saying=['may not read table "review"'], **who)
        b.sql.execute(f'GRANT SELECT ON review TO "{name}"')
        b.succeed("sync", "--once", **who)
        compare(b, "public, hidden")


def row_security(b):
    """Rows that the role may not see would be missing from the index in silence."""
    b.load_airbnb()
    with role(b, b.name + "_reader", "ALTER ROLE {role} REPLICATION", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}") as who:
        b.sql.execute("ALTER TABLE guest ENABLE ROW LEVEL SECURITY; CREATE POLICY even_only ON guest USING (id % 2 = 0)")
        b.refuse("bootstrap", saying=['row security hides rows of "guest"', "ALTER ROLE .* BYPASSRLS"], **who)
        plan = for_administrators(b.succeed("bootstrap", "--dry-run", **who))
        expect("BYPASSRLS" in plan, "an administrator is not told")
        psql(b, plan)
        b.succeed("bootstrap", **who)
        compare(b)
        # Enabled, or no longer passed over, while sync runs: it stops; no document loses its guest.
        running = b.start("sync", **who)
        until("sync follows the slot", lambda: "following slot" in running.output())
        b.sql.execute("ALTER ROLE " + who["PGUSER"] + " NOBYPASSRLS; UPDATE booking SET end_date = end_date + 1 WHERE id < 9")
        expect(running.child.wait(60) == 1, "sync goes on although it sees some rows only")
        # It looks before it reads, or PostgreSQL refuses to read: whichever comes first.
        expect(re.search("row(-level)? security", running.output()) and "guest" in running.output(),
               "it does not say why:\n" + running.output())
        b.sql.execute("ALTER ROLE " + who["PGUSER"] + " BYPASSRLS")
        b.succeed("sync", "--once", **who)
        compare(b)


# Each of these would be preferred to the built-in one, because its arguments fit better.
HOSTILE = """
CREATE TABLE stolen (by text, what text);
GRANT INSERT ON stolen TO PUBLIC;
CREATE FUNCTION steal(what text) RETURNS void LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM pg_catalog.set_config('pgsync.stolen', what, false);
    RAISE EXCEPTION 'stolen as %% through %%', current_user, what;
END $$;
"""
FUNCTIONS = [  # name, arguments, result
    ("row_to_json", "booking", "json"), ("row_to_json", "guest", "json"), ("json_agg", "json", "json"),
    ("count", "booking", "bigint"), ("count", "integer", "bigint"), ("count", "bigint", "bigint"),
    ("array_agg", "json", "json"), ("coalesce_", "json", "json"), ("lower", "varchar", "text"), ("json_build_object", "", "json"),
    ("min", "text", "text"), ("max", "text", "text"), ("greatest_", "int", "int"), ("unnest", "bigint[]", "bigint"),
    ("to_json", "text", "json"), ("format_type", "integer, integer", "text"), ("now", "", "timestamptz"),
    ("pg_backend_pid", "", "integer"), ("current_setting", "varchar", "text"), ("set_config", "text, varchar, boolean", "text"),
    ("quote_ident", "name", "text"), ("array_position", "name[], name", "integer"), ("pg_logical_emit_message", "boolean, varchar, varchar", "text"),
]
OPERATORS = [("=", "varchar", "varchar", "boolean"), ("=", "bigint", "integer", "boolean"), ("=", "integer", "bigint", "boolean"),
             ("=", "mood", "mood", "boolean"), ("=", "name", "varchar", "boolean"), ("=", "oid", "bigint", "boolean"),
             ("||", "text", "varchar", "text"), ("||", "varchar", "varchar", "text"), ("||", "text", "name", "text"),
             (">=", "bigint", "integer", "boolean"), (">=", "integer", "bigint", "boolean"), ("<=", "integer", "bigint", "boolean"),
             ("<=", "bigint", "integer", "boolean"), ("<>", "varchar", "varchar", "boolean"), ("-", "timestamptz", "date", "interval")]


def hostile_overloads(b):
    """Somebody who may create functions in schema public has none of them run by pgsync (CVE-2018-1058)."""
    b.load_airbnb()
    # Text keys and links, enums, text concatenated: where overloading by others is easiest.
    b.sql.execute("CREATE TYPE mood AS ENUM ('calm')")
    b.sql.execute("ALTER TABLE country ALTER country_code TYPE varchar; ALTER TABLE guest ALTER name TYPE varchar")
    b.sql.execute("GRANT CREATE ON SCHEMA public TO PUBLIC; GRANT USAGE ON TYPE mood TO PUBLIC;"
                  "GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC")
    villain = b.name + "_villain"
    with role(b, b.name + "_reader", "ALTER ROLE {role} REPLICATION", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}") as who:
        b.sql.execute(f"CREATE ROLE {villain}")
        try:
            b.sql.execute(f"SET ROLE {villain}")
            b.sql.execute(HOSTILE.replace("%%", "%"))
            for number, (name, arguments, result) in enumerate(FUNCTIONS):
                b.sql.execute(f"CREATE FUNCTION public.{name}({arguments}) RETURNS {result} LANGUAGE sql AS "
                              f"$$ SELECT public.steal('{name}({arguments})'); SELECT NULL::{result} $$")
            for number, (name, left, right, result) in enumerate(OPERATORS):
                b.sql.execute(f"CREATE FUNCTION public.op{number}({left}, {right}) RETURNS {result} LANGUAGE sql AS "
                              f"$$ SELECT public.steal('{left} {name} {right}'); SELECT NULL::{result} $$;"
                              f"CREATE OPERATOR public.{name} (LEFTARG = {left}, RIGHTARG = {right}, FUNCTION = public.op{number})")
            b.sql.execute("RESET ROLE")
            # The trap works: with the usual search_path this is what happens.
            with contextlib.closing(b.connect(user=who["PGUSER"], password=who["PGPASSWORD"])) as other:
                for bait in ("SELECT row_to_json(guest) FROM guest", "SELECT json_agg(to_json(1)) FROM guest",
                             "SELECT 1 FROM guest WHERE name = name"):
                    try:
                        other.cursor().execute(bait)
                        raise Failure("the trap does not work: " + bait)
                    except psycopg2.errors.RaiseException as problem:
                        expect("stolen as" in str(problem), str(problem))
            for statements in (b.succeed("bootstrap", "--dry-run", **who),):
                psql(b, for_administrators(statements))
            b.succeed("bootstrap", "--log-level", "debug", **who)
            # Nothing that psycopg2 runs here may step into it either.
            b.sql.execute("ALTER ROLE CURRENT_USER IN DATABASE " + b.name + " SET search_path = pg_catalog, public")
            b.sql.execute("UPDATE booking SET end_date = end_date OPERATOR(pg_catalog.+) 1 WHERE id OPERATOR(pg_catalog.<) 9;"
                          "DELETE FROM review WHERE id OPERATOR(pg_catalog.<) 9; UPDATE guest SET name = 'somebody else'")
            b.succeed("sync", "--once", **who)
            # As the superuser, too, who has more to lose.
            b.sql.execute("UPDATE host SET name = 'another'")
            b.succeed("sync", "--once")
            b.sql.execute(f"DROP OWNED BY {villain} CASCADE")
            compare(b)
            b.succeed("teardown", "--yes")
        finally:
            b.sql.execute("RESET ROLE")
            b.sql.execute("ALTER ROLE CURRENT_USER IN DATABASE " + b.name + " RESET search_path")
            b.sql.execute(f"DROP OWNED BY {villain} CASCADE; DROP ROLE {villain}")


def main():
    def play(test, folder):
        with Bench(sys.argv[1], folder) as b:
            test(b)

    return run_all((owns_nothing, as_documented, missing_rights, row_security, hostile_overloads), sys.argv[2:], play,
                   lambda: f"; {compared} documents compared, {different} different")


if __name__ == "__main__":
    sys.exit(main())
