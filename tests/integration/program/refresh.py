#!/usr/bin/env python3
"""refresh and dead-letters: documents that are read again when somebody asks for it.

    refresh.py EXAMPLES_FOLDER [TEST]...      libpq's variables (a superuser) and OPENSEARCH_URL name the servers
"""
import json
import pathlib
import re
import shlex
import sys
import urllib.parse
import urllib.request

from harness import ROOT, Bench, Cases, expect, until  # puts what follows within reach
from proxy import SearchProxy
from verify import alter, ask, find, following, load, put, raw, remove, right, rows_of
from world import oracle

CASES = Cases()
on = CASES.on


def refreshed(b, *arguments, status=0, **counts):
    found = ask(b, "refresh", *arguments, status=status)
    for key, value in counts.items():
        expect(found[key] == value, f"{key} is {found[key]}, not {value}: {found}")
    return found


def spoil(b, *keys):
    """What is in the index is not what the database has."""
    for key in keys:
        put(b, "reservations", str(key), '{"spoilt":true}')


def spoilt(b):
    b.search("POST", "/reservations/_refresh")
    answer = b.search("POST", "/reservations/_search", {"size": 5000})
    return sorted(int(hit["_id"]) for hit in answer["hits"]["hits"] if "spoilt" in hit["_source"])


@on("airbnb")
def by_key(b):
    running = following(b)
    spoil(b, 7, 8, 9, 99999)
    remove(b, "reservations", "10")
    refreshed(b, "--key", "7", "--key", "8", "--key", "10", "--key", "7", written=3, deleted=0)
    expect(spoilt(b) == [9, 99999], f"spoilt: {spoilt(b)}")
    expect(b.search.document("reservations", 10)["id"] == 10, "a document that was gone is not back")
    # One that has no row.
    refreshed(b, "--key", "99999", written=0, deleted=1)
    expect(spoilt(b) == [9], f"spoilt: {spoilt(b)}")
    output = b.succeed("refresh", "--key", "9")
    expect("reservations: wrote 1 documents, deleted 0 that have no row" in output, output)
    # What changes afterwards gets through: the versions are those of the log.
    b.sql.execute("UPDATE booking SET start_date = '2001-01-01', end_date = '2001-01-02' WHERE id = 7")
    until("a change", lambda: b.search.document("reservations", 7)["start_date"] == "2001-01-01")
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")
    right(b, "airbnb")


@on("airbnb")
def by_condition(b):
    b.sql.execute("CREATE TABLE wanted AS SELECT id FROM booking WHERE id % 4 = 0")
    b.sql.execute("GRANT SELECT ON wanted TO PUBLIC")
    spoil(b, *range(1, 21))
    refreshed(b, "--where", "id <= 10 AND start_date IS NOT NULL", written=10, deleted=0)
    expect(spoilt(b) == list(range(11, 21)), f"spoilt: {spoilt(b)}")
    refreshed(b, "--where", "id IN (SELECT id FROM public.wanted) AND id < 20", written=4)
    expect(spoilt(b) == [11, 13, 14, 15, 17, 18, 19, 20], f"spoilt: {spoilt(b)}")
    refreshed(b, "--where", "false", written=0, deleted=0)
    # It cannot be more than one statement, nor write.
    for where in ("true); DELETE FROM review; --", "true) OR (true", "id = 1 --", "$1", " "):
        status, output = b.run("refresh", f"--where={where}")
        expect(status == 1 and "no condition by itself" in output, f"{where}: {output}")
    b.sql.execute("CREATE FUNCTION public.writes() RETURNS boolean LANGUAGE plpgsql AS "
                  "'BEGIN DELETE FROM review; RETURN true; END'")
    b.refuse("refresh", "--where", "public.writes()", saying=["--where does not run", "read-only transaction"])
    b.refuse("refresh", "--where", "no_column = 1", saying=["--where does not run", "no_column"])
    total = b.value("SELECT count(*) FROM booking")
    refreshed(b, "--where", "true", "--page-size", "100", written=total)
    right(b, "airbnb")


@on("airbnb")
def by_relation(b):
    city = b.value("SELECT p.city_id FROM booking b JOIN place p ON p.id = b.place_id WHERE b.id = 7")
    in_city = [key for key, in rows_of(b, f"SELECT b.id FROM booking b JOIN place p ON p.id = b.place_id WHERE p.city_id = {city}")]
    spoil(b, *in_city, 1, 2)
    refreshed(b, "--relation", "place.city", "--rows", str(city), written=len(in_city), deleted=0)
    expect(spoilt(b) == sorted({1, 2} - set(in_city)), f"spoilt: {spoilt(b)}")
    review, booking = rows_of(b, "SELECT id, booking_id FROM review ORDER BY id LIMIT 1")[0]
    spoil(b, booking)
    found = refreshed(b, "--relation", "reservations.reviews", "--rows", str(review), "99999999", status=3, written=1,
                      missing_rows=1)
    expect(booking not in spoilt(b), f"{found}")
    b.refuse("refresh", "--relation", "place.town", "--rows", "7", saying=["no relation \"place.town\"", "place.city.country"])
    b.refuse("refresh", "--relation", "place.city", saying=["--relation and --rows belong together"])
    b.refuse("refresh", "--relation", "place.city", "--rows", "7|8", saying=["2 parts", "has 1: id"])
    # More owners than are read at once.
    b.sql.execute("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) SELECT 100000 + i, '2026-01-01', "
                  "'2026-01-02', 1, 1 FROM generate_series(1, 3000) i")
    owned = b.value("SELECT count(*) FROM booking WHERE guest_id = 1")
    refreshed(b, "--relation", "guest", "--rows", "1", written=owned)
    b.succeed("sync", "--once")
    refreshed(b, "--key", "1", "--key", "2")
    right(b, "airbnb")


@on("airbnb")
def everything(b):
    running = following(b)
    total = b.value("SELECT count(*) FROM booking")
    spoil(b, 5, 6, 99998, 99999)
    for key in ("not a number", "1|2", str(2 ** 70), "7\u0000"):
        put(b, "reservations", key, "{}")
    remove(b, "reservations", "7")
    found = refreshed(b, "--all", "--page-size", "250", deleted=6)
    expect(found["written"] >= total, f"{found}")
    expect(b.search.count("reservations") == total, f"{b.search.count('reservations')} documents, not {total}")
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")
    right(b, "airbnb")


@on("shop")
def routed(b):
    """Where the document of a gone row is, only the index knows."""
    following(b)
    owner = {str(key): str(customer) for key, customer in rows_of(b, "SELECT id, customer_id FROM purchase")}
    shard = lambda routing: b.search("GET", f"/orders/_search_shards?routing={routing}")["shards"][0][0]["shard"]  # noqa: E731
    elsewhere = next(str(n) for n in range(100, 200) if shard(n) != shard(owner["1"]))
    put(b, "orders", "1", raw(b, "orders", "1", owner["1"]), elsewhere)
    put(b, "orders", "4711", '{"id":4711}', "5")
    alter(b, "orders", "3", '"state":"', '"state":"not ', owner["3"])
    b.refuse("refresh", "--key", "1", saying=["several indices", "--index"])
    refreshed(b, "--index", "orders", "--key", "1", "--key", "4711", "--key", "3", written=2, deleted=1)
    expect(not find(b, "orders", "1", elsewhere) and not find(b, "orders", "4711", "5"), "a copy too many is left")
    expect(find(b, "orders", "1", owner["1"]), "the document itself is gone")
    put(b, "orders", "2", '{"id":2}', elsewhere)
    refreshed(b, "--index", "orders", "--all")
    right(b, "shop")


@on("quiz")
def composite_keys(b):
    alter(b, "quizzes", "a\\|b|1", '"title":"', '"title":"?')
    refreshed(b, "--index", "quizzes", "--key", "a\\|b|1", written=1, deleted=0)
    b.refuse("refresh", "--index", "quizzes", "--key", "a|b|1", saying=["has 3 parts, and the key has 2: school|number"])
    alter(b, "quizzes", "north|1", '"title":"', '"title":"?')
    refreshed(b, "--index", "quizzes", "--relation", "questions.answers", "--rows", "north|1|1|a", written=1)
    # A filter: what is not open has no document in the other index.
    refreshed(b, "--index", "open_quizzes", "--key", "north|2", written=0, deleted=1)
    right(b, "quiz")


@on("airbnb")
def what_makes_no_sense(b):
    b.refuse("refresh", saying=["nothing says which documents", "--key, --where, --relation"])
    b.refuse("refresh", "--key", "1", "--all", saying=["more than one option"])
    b.refuse("refresh", "--key", "abc", saying=["abc"])
    b.refuse("refresh", "--index", "books", "--all", saying=['has no index "books"'])
    b.refuse("dead-letters", "burn", status=2, saying=["burn"])
    b.refuse("dead-letters", "drop", saying=["either --id or --all"])
    b.succeed("teardown", "--yes")
    b.refuse("refresh", "--all", saying=["does not exist"])
    b.refuse("dead-letters", saying=["does not exist"])


@on("airbnb")
def as_documented(b):
    """Every command line of the documentation runs."""
    lines = [line.strip().split("#")[0] for page in ("README.md", "docs/operating.md")
             for line in (ROOT / page).read_text(encoding="utf-8").splitlines()
             if re.match(r"    airbnb (verify|refresh|dead-letters)", line)]
    expect(len(lines) >= 14, f"too few: {lines}")
    b.succeed("sync", "--once")
    for line in lines:
        arguments = shlex.split(line)[1:]
        status, output = b.run(*arguments)
        expect(status == 0, f"{line} ends with {status}:\n{output[-1500:]}")


def limit_reviews(b, most):
    """A product whose document has more nested objects than that is refused."""
    name = next(iter(b.search("GET", "/products")))
    answer = b.search("PUT", f"/{name}/_settings", {"index.mapping.nested_objects.limit": most})
    expect(answer.get("acknowledged"), f"{answer}")


@on("shop")
def dead_letters(b):
    mine = ("--index", "products")
    told = ask(b, "dead-letters", *mine)
    expect(told["indices"] == [{"index": "products", "dead_letters": 0, "letters": []}], f"{told}")
    limit_reviews(b, 0)
    running = b.start("sync", "--on-rejected", "dead-letter")
    until("sync follows the slot", lambda: "following slot" in running.output())
    for product, name in ((1, "Greener tea"), (2, "Blacker tea"), (3, "Potter"), (4, "Cupper")):
        if product == 3:
            b.sql.execute("INSERT INTO review (id, product_id, stars, body) VALUES (1000, 3, 5, 'Fine')")
        b.sql.execute("UPDATE product SET name = %s WHERE id = %s", (name, product))
    until("four letters", lambda: b.search.count("products-dead-letters") == 4)
    told = ask(b, "dead-letters", "list", *mine, status=3)["indices"][0]
    expect(told["dead_letters"] == 4 and sorted(each["id"] for each in told["letters"]) == ["1", "2", "3", "4"], f"{told}")
    first = told["letters"][0]
    expect(first["status"] == 400 and "nested" in first["reason"] and not first["settled"] and first["at"], f"{first}")
    expect([each["at"] for each in told["letters"]] == sorted((each["at"] for each in told["letters"]), reverse=True), f"{told}")
    expect(len(ask(b, "dead-letters", "--limit", "2", *mine, status=3)["indices"][0]["letters"]) == 2, "--limit")
    # A later change of one got through; the row of another is gone.
    b.sql.execute("DELETE FROM review WHERE product_id = 2")
    until("its document", lambda: b.search.document("products", 2)["name"] == "Blacker tea")
    b.sql.execute("UPDATE product SET status = 'draft' WHERE id = 4")
    until("it is deleted", lambda: b.search.document("products", 4) is None)
    told = ask(b, "dead-letters", *mine, status=3)["indices"][0]
    expect(sorted(each["id"] for each in told["letters"] if each["settled"]) == ["2", "4"], f"{told}")
    b.refuse("dead-letters", *mine, status=3, saying=[r"products: 4 dead letters\n", r"  2: HTTP 400, .*, settled\n"])
    # Tried again in vain; the settled ones are through.
    before = {each["id"]: each["at"] for each in told["letters"]}
    told = ask(b, "dead-letters", "retry", *mine, status=3)["indices"][0]
    expect(told["removed"] == 2 and told["settled"] == 2 and told["dead_letters"] == 2, f"{told}")
    told = ask(b, "dead-letters", *mine, status=3)["indices"][0]
    expect(sorted(each["id"] for each in told["letters"]) == ["1", "3"], f"{told}")
    expect(all(each["at"] > before[each["id"]] for each in told["letters"]), f"the letters are the old ones: {told}")
    # Tried again when the cluster takes them.
    limit_reviews(b, 1000)
    told = ask(b, "dead-letters", "retry", "--id", "1", *mine)["indices"][0]
    expect(told["removed"] == 1, f"{told}")
    expect(b.search.document("products", 1)["name"] == "Greener tea", "it was not written")
    expect(b.search.document("products", 3)["name"] == "Tea pot", "another one was written as well")
    # Dropped, the document stays as it is.
    told = ask(b, "dead-letters", "drop", "--yes", "--id", "3", *mine)["indices"][0]
    expect(told["removed"] == 1, f"{told}")
    expect(ask(b, "dead-letters", *mine)["indices"][0]["dead_letters"] == 0, "a letter is left")
    found = ask(b, "verify", *mine, status=3)["indices"][0]
    expect([each["id"] for each in found["examples"]] == ["3"], f"{found}")
    refreshed(b, *mine, "--key", "3", written=1)
    expect(running.stop() == 0, "SIGTERM does not end sync with 0:\n" + running.output())
    right(b, "shop")
    limit_reviews(b, 0)
    ask(b, "refresh", *mine, "--key", "1", "--key", "3", "--on-rejected", "dead-letter")
    until("two letters", lambda: b.search.count("products-dead-letters") == 2)
    b.refuse("refresh", *mine, "--key", "1", saying=["rejects document \"1\" of products"])
    expect(ask(b, "dead-letters", "drop", "--yes", "--all")["indices"][0]["removed"] == 2, "not all were dropped")
    expect(b.search.count("products-dead-letters") == 0, "a letter is left")


@on("airbnb")
def large_documents(b):
    """What the cluster answers about letters is their errors, not the documents in them, nor those in the index."""
    size, many = 20_000, 400
    b.sql.execute("UPDATE guest SET name = repeat('x', %s)", (size,))
    refreshed(b, "--all")
    keys = [key for key, in rows_of(b, f"SELECT id FROM booking ORDER BY id LIMIT {many}")]
    expect(len(keys) == many, "too few bookings")

    def set_aside():
        lines = []
        for key in keys:
            letter = {"index": "reservations", "id": str(key), "version": 2**62, "status": 400, "type": "t", "reason": "r",
                      "at": "2026-01-01T00:00:00.000Z", "document": "x" * size}
            lines += [{"index": {"_id": str(key)}}, letter]
        body = "\n".join(map(json.dumps, lines)) + "\n"
        done = urllib.request.Request(f"{b.url}/reservations-dead-letters/_bulk?refresh=true", body.encode(),
                                      {"Content-Type": "application/x-ndjson"})
        with urllib.request.urlopen(done) as answer:
            expect(not json.load(answer)["errors"], "the letters were not written")

    proxy = SearchProxy(lambda: urllib.parse.urlsplit(b.url).port)
    received = []

    def count(request, forward):
        answer = forward(request)
        received.append(len(answer.body))
        return answer

    proxy.rule = count
    for arguments, status in ((("dead-letters", "list", "--limit", str(many)), 3), (("dead-letters", "retry"), 0),
                              (("dead-letters", "drop", "--yes", "--all"), 0),
                              (("dead-letters", "drop", "--yes", *(f"--id={key}" for key in keys)), 0)):
        set_aside()
        received.clear()
        told = ask(b, *arguments, status=status, ELASTICSEARCH_URL=f"http://127.0.0.1:{proxy.port}")["indices"][0]
        expect(told["dead_letters" if status else "removed"] == many, f"{told}")
        if not status:
            expect(b.search.count("reservations-dead-letters") == 0, "a letter is left")
        print(f"  {' '.join(arguments[:3])}: {sum(received)} bytes about {many} letters")
        expect(sum(received) < many * 1000, f"{arguments[:3]} has {sum(received)} bytes sent")
    proxy.close()


def main():
    folder = pathlib.Path(sys.argv[1])

    def play(test, example, own):
        with Bench(folder / example / example, own, indices=tuple(f"{index}*" for index in oracle(example))) as b:
            load(b, example)
            test(b)

    return CASES.play(sys.argv[2:], play)


if __name__ == "__main__":
    sys.exit(main())
