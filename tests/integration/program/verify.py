#!/usr/bin/env python3
"""verify: what somebody changed behind pgsync's back is found, shown and repaired, and nothing else is.

    verify.py EXAMPLES_FOLDER [TEST]...      libpq's variables (a superuser) and OPENSEARCH_URL name the servers
"""
import contextlib
import json
import pathlib
import random
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

from harness import Bench, Cases, Failure, expect, until  # puts what follows within reach
from proxy import Holding
from world import oracle
import compare

CASES = Cases()
on = CASES.on


def load(b, example):
    b.load(example)
    if example == "airbnb":  # thousands would prove no more
        b.sql.execute("DELETE FROM booking WHERE id > 400")
    b.succeed("bootstrap")


def ask(b, *arguments, status=0, **environment):
    """Runs a command with --json; its object."""
    done = subprocess.run([b.program, *arguments, "--json"], env=b.environment(**environment), capture_output=True,
                          timeout=120, check=False)
    told = f"{' '.join(arguments)} ended with {done.returncode}, not {status}:\n{done.stdout.decode()}{done.stderr.decode()[-2000:]}"
    expect(done.returncode == status, told)
    return json.loads(done.stdout)


def verified(b, *arguments, status=0, **counts):
    """What verify says of the first index; `counts` must be in it."""
    found = ask(b, "verify", *arguments, status=status)
    expect(found["equal"] == (status == 0), f"equal and the exit status differ: {found}")
    first = found["indices"][0]
    for key, value in counts.items():
        expect(first[key] == value, f"{key} is {first[key]}, not {value}: {first}")
    return first


def put(b, index, key, text, routing=None):
    """Writes a document as somebody else would, every digit of it."""
    path = f"/{index}/_doc/{urllib.parse.quote(key, safe='')}" + (f"?routing={routing}" if routing else "")
    request = urllib.request.Request(b.url + path, text.encode(), {"Content-Type": "application/json"}, method="PUT")
    with urllib.request.urlopen(request, timeout=30) as answer:
        json.load(answer)


def raw(b, index, key, routing=None):
    """The document's text as the cluster has it."""
    name = urllib.parse.quote(key, safe="")
    where = f"?routing={routing}" if routing else ""
    for path in (f"/{index}/_source/{name}{where}", f"/{index}/_doc/{name}/_source{where}"):  # the other: Elasticsearch 6
        with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(b.url + path, timeout=30) as answer:
            return answer.read().decode()
    raise Failure(f"{index} has no document {key}")


def alter(b, index, key, old, new, routing=None):
    text = raw(b, index, key, routing)
    expect(old in text, f"{old} is not in {text}")
    put(b, index, key, text.replace(old, new), routing)


def remove(b, index, key, routing=None):
    gone = b.search("DELETE", f"/{index}/_doc/{urllib.parse.quote(key, safe='')}" + (f"?routing={routing}" if routing else ""))
    expect(gone.get("result") == "deleted", f"not deleted: {gone}")


def ids(found, what):
    return sorted(each["id"] for each in found["examples"] if each["what"] == what)


def right(b, example):
    """Every document is as the hand-written SQL says."""
    wanted = compare.expected(f"dbname={b.name}", oracle(example))
    found = compare.Comparison(compare.Cluster(b.url), wanted)
    expect(not found.lines, "documents are wrong:\n  " + "\n  ".join(found.lines[:5]))


def following(b, **environment):
    running = b.start("sync", **environment)
    until("sync follows the slot", lambda: "following slot" in running.output())
    return running


@on("airbnb")
def behind_its_back(b):
    running = following(b)
    total = b.value("SELECT count(*) FROM booking")
    verified(b, rows=total, documents=total, compared=total, missing=0, extra=0, different=0, changing=0)
    text = b.succeed("verify", "--page-size", "300", "--workers", "3")
    expect(f"{total} compared: all equal" in text, text)

    alter(b, "reservations", "7", '"start_date":"', '"start_date":"1')
    alter(b, "reservations", "8", '"reviews":[', '"reviews":[{"id":-1,"rating":1,"comment":"made\\u0007up"},')
    remove(b, "reservations", "9")
    put(b, "reservations", "10000000", raw(b, "reservations", "7"))
    put(b, "reservations", "not a number", '{"id":1}')
    put(b, "reservations", "1|2", '{"id":1}')
    put(b, "reservations", "007", '{"id":7}')
    found = verified(b, status=3, rows=total, missing=1, extra=4, different=2, may_come=0, repaired=0)
    expect(ids(found, "missing") == ["9"], f"missing: {found}")
    expect(ids(found, "extra") == ["007", "10000000", "1|2", "not a number"], f"extra: {found}")
    paths = {each["id"]: [at["path"] for at in each["paths"]] for each in found["examples"] if each["what"] == "different"}
    expect(paths["7"] == ["start_date"] and paths["8"][0].startswith("reviews[0]"), f"paths: {paths}")
    text = b.refuse("verify", "--show", "3", status=3, saying=["1 missing, 4 extra, 2 different", "and 4 more"])
    text = b.refuse("verify", status=3, saying=["  missing 9\n", r"    start_date: \"2\d{3}-.* in the database, \"12\d{3}-.* in the index"])
    expect("\x07" not in text, "a control character from a document is on the terminal")
    # Only these are written.
    untouched = b.search("GET", "/reservations/_doc/100")["_version"]
    verified(b, "--repair", status=0, missing=1, extra=4, different=2, repaired=7)
    verified(b, documents=total, missing=0, extra=0, different=0)
    expect(b.search("GET", "/reservations/_doc/100")["_version"] == untouched, "a document that was right was written")
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")
    right(b, "airbnb")


@on("airbnb")
def changes_go_on(b):
    """Nothing is found where nothing is wrong, however fast the rows change; what is wrong is found all the same."""
    running = following(b)
    stop = threading.Event()
    problems = []

    def write(seed):
        rng = random.Random(seed)
        with contextlib.closing(b.connect()) as connection, connection.cursor() as sql:
            number = 0
            while not stop.is_set():
                number += 1
                try:
                    sql.execute(*rng.choice([
                        ("UPDATE guest SET name = %s WHERE id = %s", (f"{seed} {number}", rng.randrange(1, 1500))),
                        ("UPDATE booking SET end_date = end_date + 1 WHERE id = %s", (rng.randrange(1, 400),)),
                        ("UPDATE place SET address = %s WHERE id = %s", (f"{number} Street", rng.randrange(1, 200))),
                        ("INSERT INTO review (rating, comment, booking_id) SELECT 1, 'x', id FROM booking WHERE id = %s",
                         (rng.randrange(1, 400),)),
                        ("DELETE FROM review WHERE id IN (SELECT id FROM review ORDER BY id DESC LIMIT 2)", ()),
                        ("DELETE FROM booking WHERE id = %s", (1000 + rng.randrange(100),)),
                        ("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) VALUES (%s, '2026-01-01', "
                         "'2026-01-02', 1, 1) ON CONFLICT DO NOTHING", (1000 + rng.randrange(100),)),
                        ("UPDATE city SET name = %s WHERE id = %s", (f"C{number}", rng.randrange(1, 100)))]))
                except Exception as problem:  # noqa: BLE001
                    if "exclusion" in str(problem) or "conflict" in str(problem) or "constraint" in str(problem):
                        continue
                    problems.append(problem)
                    return

    writers = [threading.Thread(target=write, args=(seed,)) for seed in (1, 2)]
    for each in writers:
        each.start()
    try:
        for _ in range(3):
            verified(b, "--page-size", "50", missing=0, extra=0, different=0)
        # One that no writer touches, and one that they do.
        b.sql.execute("INSERT INTO guest (id, name, email) VALUES (90000, 'Quiet', 'q@example.com')")
        b.sql.execute("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) VALUES (90000, '2020-01-01', "
                      "'2020-01-02', 90000, (SELECT id FROM place WHERE id > 200 AND city_id > 100 LIMIT 1))")
        until("it is there", lambda: b.search.document("reservations", 90000))
        alter(b, "reservations", "90000", "2020-01-02", "2020-01-03")
        put(b, "reservations", "80000", '{"id":80000}')
        found = verified(b, status=3, missing=0, extra=1, different=1, may_come=0)
        expect(ids(found, "different") == ["90000"], f"found: {found}")
        verified(b, "--repair", extra=1, different=1, repaired=2)
        verified(b, missing=0, extra=0, different=0)
    finally:
        stop.set()
        for each in writers:
            each.join()
    expect(not problems, f"a writer failed: {problems}")
    expect(running.stop() == 0, "SIGTERM does not end sync with 0:\n" + running.output())
    b.succeed("sync", "--once")
    right(b, "airbnb")


@on("airbnb")
def no_sync_runs(b):
    """The answer comes all the same, and says what may be still to come."""
    b.succeed("sync", "--once")
    b.sql.execute("UPDATE booking SET end_date = end_date + 1 WHERE id = 5")
    b.sql.execute("DELETE FROM booking WHERE id = 6")
    found = verified(b, status=3, missing=0, extra=1, different=1, may_come=2)
    expect(found["behind_bytes"] > 0 and found["slot"] and not found["followed"], f"found: {found}")
    b.refuse("verify", status=3, saying=["may be still to come: no sync runs, and the slot has still \\d+ bytes"])
    b.succeed("sync", "--once")
    verified(b, missing=0, extra=0, different=0, may_come=0)
    # Without a slot nothing can come.
    alter(b, "reservations", "5", '"id":5,', '"id":6,')
    b.sql.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()")
    found = verified(b, status=3, different=1, may_come=0)
    expect(not found["slot"], f"found: {found}")


@on("airbnb")
def a_repair_that_comes_late(b):
    """Read before a change and written after it, a repair undoes nothing: neither the change nor a deletion; nor where the
    log is not flushed between the two."""
    b.sql.execute("DELETE FROM booking WHERE id > 50")
    running = following(b)
    until("the deletions", lambda: b.search.count("reservations") == 50)
    for commit in ("on", "off"):
        alter(b, "reservations", "7", '"id":7,', '"id":77,')
        alter(b, "reservations", "8", '"id":8,', '"id":88,')
        holding = Holding(b.url, lambda request: request.is_bulk)
        try:
            repairing = b.start("verify", "--repair", ELASTICSEARCH_URL=holding.url)
            expect(holding.held.wait(60), "no bulk came:\n" + repairing.output())
            b.sql.execute(f"SET synchronous_commit = {commit}")
            b.sql.execute("UPDATE booking SET start_date = '2001-01-01', end_date = '2001-01-02' WHERE id = 7")
            b.sql.execute("DELETE FROM booking WHERE id = 8")
            until("the change is there", lambda: b.search.document("reservations", 7)["start_date"] == "2001-01-01")
            until("the deletion, too", lambda: b.search.document("reservations", 8) is None)
            holding.let_go()
            expect(repairing.child.wait(60) == 0, "verify --repair fails:\n" + repairing.output())
        finally:
            holding.let_go()
        expect(b.search.document("reservations", 7)["start_date"] == "2001-01-01", "a repair undid a change")
        expect(b.search.document("reservations", 8) is None, "a repair undid a deletion")
        b.sql.execute("UPDATE booking SET start_date = '2002-01-01', end_date = '2002-01-02' WHERE id = 7")
        b.sql.execute("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) VALUES (8, '2003-01-01', '2003-01-02', 1, 1)")
        until("both are back", lambda: b.search.document("reservations", 8) and
              b.search.document("reservations", 7)["start_date"] == "2002-01-01")
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")


@on("airbnb")
def a_version_out_of_reach(b):
    """A document that somebody gave a version far above: no write of pgsync reaches it, and that is said."""
    b.succeed("sync", "--once")
    answer = b.search("PUT", f"/reservations/_doc/7?version={2 ** 62}&version_type=external", {"id": 7})
    expect(answer.get("result") == "updated", f"{answer}")
    found = verified(b, "--repair", status=3, different=1, repaired=0)
    expect("higher than any of pgsync's" in found["not_repaired"][0], f"{found}")


@on("airbnb")
def a_sample(b):
    b.sql.execute("ANALYZE")
    b.succeed("sync", "--once")
    total = b.value("SELECT count(*) FROM booking")
    for sample in ("25%", str(total // 4)):
        found = verified(b, "--sample", sample, sampled=True, documents=total)
        expect(0 < found["compared"] < total // 2, f"a quarter of {total} are {found['compared']}")
    expect(verified(b, "--sample", "0.01%")["compared"] > 0, "a sample has nothing in it")
    verified(b, "--sample", "100%", compared=total)
    for key in range(1, total + 1, 50):
        put(b, "reservations", str(key), "{}")
    found = verified(b, "--sample", "25%", status=3)
    expect(0 < found["different"] < total / 50, f"of {total / 50} differences a quarter's sample has {found['different']}")
    for wrong in ("x", "0", "101%", "5 %", "-1"):
        b.refuse("verify", f"--sample={wrong}", saying=["--sample is", "5%"])


@on("book")
def numbers_and_transforms(b):
    """Numbers by their value, every digit of them; what a transform makes is what has to be there."""
    b.succeed("sync", "--once")
    clean = ask(b, "verify")
    expect([each["index"] for each in clean["indices"]] == ["books", "authors"], f"{clean}")
    expect(all(each["missing"] + each["extra"] + each["different"] == 0 for each in clean["indices"]), f"{clean}")
    kept, rows = clean["indices"][0]["compared"], clean["indices"][0]["rows"]
    expect(kept == b.value("SELECT count(*) FROM book WHERE NOT withdrawn") and rows == b.value("SELECT count(*) FROM book"),
           f"left out by the transform: {clean}")
    key = "978-0-001"
    text = raw(b, "books", key)
    # The same values, spelt otherwise, and members in another order.
    same = text.replace('"price":29.90', '"price":2.99e1').replace('"price":29.9,', '"price":2.99e1,')
    expect(same != text, f"no price in {text}")
    whole = json.loads(same, parse_float=str, parse_int=str, object_pairs_hook=lambda pairs: pairs)
    expect(whole[0][0] == "isbn", f"{whole[0]}")
    first = '"isbn":"978-0-001",'
    expect(same.startswith("{" + first), same)
    put(b, "books", key, "{ " + same[1 + len(first):-1] + ',\n "isbn" : "978-0\\u002d001" }')
    verified(b, "--index", "books", different=0)
    # One in the 17th digit, which a parser would not see.
    put(b, "books", key, text.replace("9007199254740993", "9007199254740992"))
    found = verified(b, "--index", "books", status=3, different=1)
    at = found["examples"][0]["paths"]
    expect(at == [{"path": "sold", "database": "9007199254740993", "index": "9007199254740992"}], f"{at}")
    verified(b, "--index", "books", "--repair", different=1, repaired=1)
    alter(b, "books", key, "29.9", "29.90000000000000000001")
    verified(b, "--index", "books", "--repair", different=1, repaired=1)
    # A document that the transform leaves out must not be there.
    withdrawn = b.value("SELECT isbn FROM book WHERE withdrawn LIMIT 1")
    put(b, "books", withdrawn, text)
    found = verified(b, "--index", "books", status=3, extra=1)
    expect(ids(found, "extra") == [withdrawn], f"{found}")
    verified(b, "--index", "books", "--repair", extra=1, repaired=1)
    right(b, "book")


@on("shop")
def routed(b):
    """Where a document is to be is under its routing; a copy elsewhere is one too many."""
    running = following(b)
    arguments = ("--index", "orders")
    total = b.value("SELECT count(*) FROM purchase")
    verified(b, *arguments, rows=total, documents=total, missing=0, extra=0, different=0)
    owner = {str(key): str(customer) for key, customer in rows_of(b, "SELECT id, customer_id FROM purchase")}
    shard = lambda routing: b.search("GET", f"/orders/_search_shards?routing={routing}")["shards"][0][0]["shard"]  # noqa: E731
    elsewhere = next(str(n) for n in range(100, 200) if shard(n) != shard(owner["1"]))
    put(b, "orders", "1", raw(b, "orders", "1", owner["1"]), elsewhere)
    remove(b, "orders", "2", owner["2"])
    alter(b, "orders", "3", '"state":"', '"state":"not ', owner["3"])
    put(b, "orders", "4711", '{"id":4711}', "5")
    found = verified(b, *arguments, status=3, missing=1, extra=2, different=1)
    extra = sorted((each["id"], each["routing"]) for each in found["examples"] if each["what"] == "extra")
    expect(extra == [("1", elsewhere), ("4711", "5")], f"{extra}")
    # And one that was written with another routing of the same shard.
    beside = next(str(n) for n in range(100, 300) if shard(n) == shard(owner["6"]))
    put(b, "orders", "6", raw(b, "orders", "6", owner["6"]), beside)
    verified(b, *arguments, "--repair")
    verified(b, *arguments, documents=total, missing=0, extra=0, different=0)
    b.sql.execute("UPDATE purchase SET customer_id = 2 WHERE id = 1")
    until("it has moved", lambda: (b.search.count("orders"), find(b, "orders", "1", "2")) == (total, True))
    verified(b, missing=0, extra=0, different=0)
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")


def rows_of(b, query):
    b.sql.execute(query)
    return b.sql.fetchall()


def find(b, index, key, routing):
    return b.search("GET", f"/{index}/_doc/{key}?routing={routing}").get("found")


@on("quiz")
def composite_keys_and_a_filter(b):
    b.succeed("sync", "--once")
    clean = ask(b, "verify")
    expect(all(each["missing"] + each["extra"] + each["different"] == 0 for each in clean["indices"]), f"{clean}")
    opened = b.value("SELECT count(*) FROM quiz WHERE state = 'open'")
    expect(next(each["rows"] for each in clean["indices"] if each["index"] == "open_quizzes") == opened, f"{clean}")
    key, other = "a\\|b|1", "c\\\\d|-7"
    alter(b, "quizzes", key, '"title":"', '"title":"?')
    remove(b, "quizzes", other)
    put(b, "quizzes", "a|b|1", "{}")
    put(b, "quizzes", "north|no number", "{}")
    # A quiz that is not open has no document in the other index.
    put(b, "open_quizzes", "north|2", '{"school":"north","number":2}', "north")
    found = verified(b, "--index", "quizzes", status=3, missing=1, extra=2, different=1)
    expect((ids(found, "different"), ids(found, "missing"), ids(found, "extra")) ==
           ([key], [other], ["a|b|1", "north|no number"]), f"{found}")
    found = verified(b, "--index", "open_quizzes", status=3, extra=1, missing=0, different=0)
    told = ask(b, "verify", "--repair")
    expect([each["repaired"] for each in told["indices"]] == [4, 1, 0], f"{told}")
    right(b, "quiz")


@on(None)
def what_makes_no_sense(b):
    b.load_airbnb()
    b.refuse("verify", saying=['index "reservations" of this program\'s shape does not exist', "bootstrap first"])
    b.refuse("verify", "--index", "books", saying=['has no index "books"', "reservations"])
    b.refuse("verify", "--show", "many", status=2, saying=["--show"])
    told = subprocess.run([b.program, "verify", "--json"], env=b.environment(), capture_output=True, check=False)
    expect("does not exist" in json.loads(told.stdout)["error"] and told.returncode == 1, f"{told}")
    starting = b.start("bootstrap", "--page-size", "1", "--workers", "1", "--bulk-bytes", "1000")
    until("some pages are loaded", lambda: (b.search.count("reservations-*") or 0) > 20)
    starting.stop(9)
    b.refuse("verify", saying=["initial load of index \"reservations\" is not finished"])
    b.succeed("bootstrap")
    verified(b)
    b.succeed("verify", "--help")


def main():
    folder = pathlib.Path(sys.argv[1])

    def play(test, example, own):
        name = example or "airbnb"
        indices = tuple(f"{index}*" for index in oracle(name))
        with Bench(folder / name / name, own, indices=indices) as b:
            if example:
                load(b, example)
            test(b)

    return CASES.play(sys.argv[2:], play)


if __name__ == "__main__":
    sys.exit(main())
