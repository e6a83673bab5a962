#!/usr/bin/env python3
"""A shape changes while its documents are in use: the program of the new shape builds its index beside that of the old.

    rebuild.py OLD NEW GROWN OTHER MAPPED [TEST]... [--seed N]     libpq's variables and OPENSEARCH_URL name the servers

OLD and NEW have the indices reservations, whose shape differs, and guests, which is the same in both. GROWN has only more
in its mapping than OLD, and settings; MAPPED only more in its mapping; OTHER has something else there.
"""
import argparse
import contextlib
import pathlib
import random
import re
import signal
import sys
import time
import urllib.parse

import psycopg2.extensions

from harness import Bench, airbnb_changes, expect, in_background, run_all, until  # puts what follows within reach
from proxy import Holding, SearchProxy
import compare

BOOKING = """SELECT b.id::text, jsonb_build_object('id', b.id, 'start_date', b.start_date, 'guest', (
  SELECT jsonb_build_object('id', g.id, 'name', g.name, 'email', g.email) FROM guest g WHERE g.id = b.guest_id),
  'reviews', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'rating', r.rating, 'comment', r.comment)
  ORDER BY r.id), '[]') FROM review r WHERE r.booking_id = b.id){place}) FROM booking b"""
PLACE = """, 'place', (SELECT jsonb_build_object('id', p.id, 'address', p.address) FROM place p WHERE p.id = b.place_id)"""
GUESTS = "SELECT g.id::text, jsonb_build_object('id', g.id, 'name', g.name, 'email', g.email) FROM guest g"


class Counts:
    documents = 0


class Change:
    """A database, and the two programs."""

    def __init__(self, bench, given):
        self.b, self.old, self.new = bench, given.old, given.new
        self.grown, self.other, self.mapped = given.grown, given.other, given.mapped
        self.random = random.Random(given.seed)
        self.b.load_airbnb()
        self.search = bench.search

    # --- programs ---------------------------------------------------------------------------------------

    def run(self, program, *arguments, status=0):
        self.b.program = program
        got, output = self.b.run(*arguments)
        expect(got == status, f"{' '.join(arguments)} ended with {got}, not {status}:\n{output[-2000:]}")
        return output

    def start(self, program, *arguments, **environment):
        self.b.program = program
        return self.b.start(*arguments, **environment)

    def follow(self, program, *arguments):
        running = self.start(program, "sync", *arguments)
        until("sync follows its slot",
              lambda: "following slot" in running.output() or running.child.poll() is not None)
        expect(running.child.poll() is None, "sync ended:\n" + running.output())
        return running

    @staticmethod
    def end(*programs):
        for running in programs:
            status = running.stop()
            expect(status == 0, f"SIGTERM ends sync with {status}:\n{running.output()[-2000:]}")

    # --- what is there ----------------------------------------------------------------------------------

    def builds(self):
        """Program -> its index of reservations, by what explain says the documents have."""
        found = {}
        for name, facts in self.search("GET", "/reservations-*").items():
            new = "place" in facts["mappings"]["properties"]
            found[self.new if new else self.old] = name
        return found

    def index(self, program):
        return self.builds()[program]

    def serving(self, alias="reservations"):
        found = self.search("GET", f"/_alias/{alias}")
        return None if "error" in found else next(iter(found))

    def slots(self):
        self.b.sql.execute("SELECT slot_name FROM pg_replication_slots WHERE database = current_database() ORDER BY 1")
        return [name for (name,) in self.b.sql.fetchall()]

    def slot_of(self, index):
        (facts,) = self.search("GET", f"/{index}/_mapping").values()
        return facts["mappings"]["_meta"]["pgsync"]["slot"]

    def equal(self, *programs, patience=60):
        """Every document of the programs' indices is what the database says, now or soon."""
        sql = {self.serving("guests"): GUESTS}
        for program in programs:
            sql[self.index(program)] = BOOKING.format(place=PLACE if program == self.new else "")
        dsn = psycopg2.extensions.make_dsn(dbname=self.b.name, **self.b.libpq)
        end = time.monotonic() + patience
        while True:
            found = compare.Comparison(compare.Cluster(self.b.url), compare.expected(dsn, sql))
            if not found.differences:
                Counts.documents += found.documents
                return
            expect(time.monotonic() < end, f"{found.summary()} of {found.documents} documents\n"
                   + "\n".join(found.lines[:10]))
            time.sleep(0.1)

    # --- changes ----------------------------------------------------------------------------------------

    def churn(self, cursor, transactions):
        kinds = airbnb_changes()
        for _ in range(transactions):
            cursor.execute(self.random.choice(kinds))

    @contextlib.contextmanager
    def writing(self):
        """Transactions go on in the background."""
        with contextlib.closing(self.b.connect()) as connection, connection.cursor() as cursor:
            with in_background(lambda: self.churn(cursor, 5), 0.01):
                yield

    @contextlib.contextmanager
    def reading(self):
        """Readers of the alias always find documents, each of one shape or of the other as a whole."""
        problems = []

        def read():
            answer = self.search("GET", "/reservations/_search?size=20")
            hits = answer.get("hits", {}).get("hits", [])
            if len(hits) < 20:
                problems.append(f"found {len(hits)}: {str(answer)[:300]}")
            if len({"place" in hit["_source"] for hit in hits}) > 1:
                problems.append("documents of both shapes in one answer")

        with in_background(read, 0.005):
            yield
        expect(not problems, f"{len(problems)} searches failed: {problems[:2]}")

    def begin(self):
        """The old program has been there for long."""
        self.run(self.old, "bootstrap")
        return self.follow(self.old)

    def changed(self):
        """Both programs run, and readers have the new one's index: their syncs, and what their indices are called."""
        old = self.begin()
        self.run(self.new, "bootstrap")
        new = self.follow(self.new)
        before, after = self.index(self.old), self.index(self.new)
        until("readers have the new index", lambda: self.serving() == after)
        return old, new, before, after


TESTS = []


def test(body):
    TESTS.append(body)
    return body


@test
def both_serve_under_writes(c):
    old = c.begin()
    before = c.index(c.old)
    with c.writing(), c.reading():
        said = c.run(c.new, "bootstrap")
        expect(f"its shape is not that of {before}" in said, "bootstrap does not say that the shape has changed:\n" + said)
        after = c.index(c.new)
        expect(c.serving() == before, "readers had the new index before it was up to date")
        new = c.follow(c.new)
        until("readers have the new index", lambda: c.serving() == after)
        expect(c.serving("guests") == "guests-" + c.serving("guests")[-8:], "the other index went away")
        time.sleep(1)
    c.equal(c.old, c.new)
    expect(len(c.slots()) == 2, f"slots: {c.slots()}")
    aliases = c.search("GET", f"/{after}/_alias")[after]["aliases"]
    keepers = {alias for alias in aliases if alias.startswith(f"{after}-KEEPER-")}
    expect(len(keepers) == 1 and set(aliases) - keepers == {"reservations", f"{after}-WRITE"}, f"aliases of the new index: {sorted(aliases)}")
    # Each goes on by itself; the guests are still the old one's.
    with c.writing():
        time.sleep(1)
    c.equal(c.old, c.new)
    expect(c.slot_of(c.serving("guests")) == c.slot_of(before), "the guests changed hands while both ran")
    c.end(old, new)


@test
def back_to_the_old_shape_and_forth(c):
    old, new, before, after = c.changed()
    with c.writing(), c.reading():
        said = c.run(c.old, "swap", "--yes")
        expect(c.serving() == before and before in said, f"swap did not lead back:\n{said}")
        # Neither takes it back by itself, though it starts anew.
        c.end(new, old)
        old, new = c.follow(c.old), c.follow(c.new)
        time.sleep(3)
        expect(c.serving() == before, "the new program took over again by itself")
        expect('{"swapped":["' + after + '"]}' in c.run(c.new, "swap", "--yes", "--json"), "swap --json")
        expect(c.serving() == after, "swap did not lead forth")
        expect("already" in c.run(c.new, "swap", "--yes"), "swap does something twice")
    c.equal(c.old, c.new)
    c.end(old, new)
    said = c.run(c.old, "swap", "--yes", status=1)
    expect("no sync streams from slot" in said and c.serving() == after, f"swap to what nobody keeps up to date:\n{said}")


@test
def swapping_is_left_to_the_operator(c):
    old = c.begin()
    c.run(c.new, "bootstrap")
    before = c.index(c.old)
    new = c.follow(c.new, "--no-swap")
    c.churn(c.b.sql, 20)
    c.equal(c.old, c.new)
    time.sleep(2)
    expect(c.serving() == before, "--no-swap swapped")
    c.run(c.new, "swap", "--yes")
    expect(c.serving() == c.index(c.new), "swap did not swap")
    c.end(old, new)


@test
def what_is_shared_changes_hands_when_the_old_one_ends(c):
    old, new, _, after = c.changed()
    refused = c.run(c.new, "teardown", "--yes", "--old", status=1)
    expect("still follows slot" in refused, refused)
    with c.writing():
        c.end(old)
        until("the guests are the new program's", lambda: c.slot_of(c.serving("guests")) == c.slot_of(after))
        time.sleep(1)
    c.equal(c.new)
    # And back: changes that come while nobody follows are lost in neither direction.
    c.end(new)
    c.churn(c.b.sql, 30)
    old = c.follow(c.old)
    c.churn(c.b.sql, 30)
    c.equal(c.old)
    expect(c.slot_of(c.serving("guests")) == c.slot_of(c.index(c.old)), "the guests did not come back")
    c.end(old)
    c.churn(c.b.sql, 30)
    new = c.follow(c.new)
    c.equal(c.new)
    c.end(new)


@test
def the_old_one_is_removed_on_request(c):
    old = c.begin()
    c.run(c.new, "bootstrap")
    before, after = c.index(c.old), c.index(c.new)
    old_slot, new_slot = c.slot_of(before), c.slot_of(after)
    new = c.follow(c.new, "--no-swap")
    c.end(old)
    until("the guests are the new program's", lambda: c.slot_of(c.serving("guests")) == new_slot)
    refused = c.run(c.new, "teardown", "--yes", "--old", status=1)
    expect("readers still have" in refused, refused)
    c.run(c.new, "swap", "--yes")
    old = c.follow(c.old)
    refused = c.run(c.new, "teardown", "--yes", "--old", status=1)
    expect("is in use" in refused, refused)
    expect(set(c.builds().values()) == {before, after} and c.slots() == sorted([old_slot, new_slot]), "something went")
    c.end(old)
    c.run(c.new, "teardown", "--yes", "--old")
    expect(set(c.builds().values()) == {after}, f"left: {c.builds()}")
    expect(c.slots() == [new_slot], f"left: {c.slots()}")
    expect(c.b.value("SELECT string_agg(pubname, ' ') FROM pg_publication") == new_slot, "a publication is left")
    c.churn(c.b.sql, 20)
    c.equal(c.new)
    c.end(new)
    c.run(c.new, "teardown", "--yes")
    expect(c.slots() == [] and not c.builds(), "teardown left something")


@test
def killed_at_any_moment(c):
    old = c.begin()
    with c.writing(), c.reading():
        for _ in range(4):
            building = c.start(c.new, "bootstrap", "--page-size", "50", "--workers", "1", "--bulk-bytes", "20000")
            time.sleep(c.random.uniform(0.05, 0.7))
            building.stop(signal.SIGKILL)
        c.run(c.new, "bootstrap")
        after = c.index(c.new)
        for _ in range(4):
            new = c.start(c.new, "sync")
            time.sleep(c.random.uniform(0.05, 1.5))
            new.stop(signal.SIGKILL)
            if c.random.random() < 0.5:
                old.stop(signal.SIGKILL)
                old = c.follow(c.old)
        new = c.follow(c.new)
        until("readers have the new index", lambda: c.serving() == after)
    c.equal(c.old, c.new)
    c.end(old, new)


@test
def the_old_index_goes_before_the_new_one_is_up_to_date(c):
    old = c.begin()
    c.run(c.new, "bootstrap")
    c.end(old)
    # The guests are still its own, and teardown takes them along; the new program says so.
    c.run(c.old, "teardown", "--yes")
    refused = c.run(c.new, "sync", status=1)
    expect(re.search(r'index "guests" does not exist', refused), refused)
    c.run(c.new, "bootstrap")
    new = c.follow(c.new)
    until("readers have the new index", lambda: c.serving() == c.index(c.new))
    c.churn(c.b.sql, 20)
    c.equal(c.new)
    c.end(new)


@test
def a_mapping_grows_in_place(c):
    old = c.begin()
    index = c.index(c.old)
    with c.writing(), c.reading():
        expect("is changed as it is" in c.run(c.grown, "bootstrap"), "the mapping alone has changed")
        expect("already loaded" in c.run(c.grown, "bootstrap"), "a second bootstrap finds something to do")
        expect(list(c.builds().values()) == [index] and len(c.slots()) == 1, f"made: {c.builds()}, {c.slots()}")
        c.end(old)
        grown = c.follow(c.grown)
    c.equal(c.old)
    found = c.search("GET", "/reservations/_search?q=_exists_:guest.email.whole&size=0&track_total_hits=true")
    bookings = c.b.value("SELECT count(*) FROM booking")
    expect(found["hits"]["total"]["value"] == bookings, f"{found['hits']['total']} of {bookings} have the new field")
    (settings,) = c.search("GET", "/reservations/_settings").values()
    expect(settings["settings"]["index"]["refresh_interval"] == "200ms", "the settings stayed as they were")
    c.end(grown)
    # The old program finds its index as well, and the new shape is built beside it as usual.
    old = c.follow(c.old)
    c.run(c.new, "bootstrap")
    new = c.follow(c.new)
    until("readers have the new index", lambda: c.serving() == c.index(c.new))
    c.end(old)
    until("the guests are the new program's", lambda: c.slot_of(c.serving("guests")) == c.slot_of(c.serving()))
    c.run(c.new, "teardown", "--yes", "--old")
    expect(list(c.builds()) == [c.new] and len(c.slots()) == 1, f"left: {c.builds()}, {c.slots()}")
    c.equal(c.new)
    c.end(new)


@test
def a_mapping_grows_while_the_old_one_moves_on(c):
    """How far the index is says only who follows: a bootstrap that said it again, late, would take it back."""
    old = c.begin()
    slot, said = c.slot_of(c.serving()), c.b.search.meta("reservations")["written"]
    holding = Holding(c.b.url, lambda request: b'"written"' in request.body)
    try:
        changing = c.start(c.grown, "bootstrap", ELASTICSEARCH_URL=holding.url)
        until("bootstrap is done, or about to say so",
              lambda: holding.held.is_set() or changing.child.poll() is not None)
        c.churn(c.b.sql, 20)
        confirmed = "SELECT confirmed_flush_lsn > %s FROM pg_replication_slots WHERE active AND slot_name = %s"
        until("the old one moves on", lambda: c.b.value(confirmed, said, slot))
        old.child.send_signal(signal.SIGKILL)
        holding.let_go()
        expect(changing.child.wait(60) == 0, "bootstrap fails:\n" + changing.output())
    finally:
        holding.let_go()
    expect("is changed as it is" in changing.output(), "the mapping alone has changed:\n" + changing.output())
    c.churn(c.b.sql, 20)
    grown = c.follow(c.grown)
    c.equal(c.old)
    c.end(grown)


@test
def a_change_in_place_is_begun_once(c):
    """Killed while the cluster indexes documents anew: the next run waits for that, and begins nothing beside it."""
    old = c.begin()
    begun = []

    def slowly(request, forward):
        if "_update_by_query" in request.path:
            begun.append(request.path)
            request.path += "&requests_per_second=500&scroll_size=200"
        return forward(request)

    proxy = SearchProxy(lambda: urllib.parse.urlsplit(c.b.url).port)
    proxy.rule = slowly
    url = f"http://127.0.0.1:{proxy.port}"

    def tasks():
        nodes = c.b.search("GET", "/_tasks?actions=*byquery&detailed")["nodes"].values()
        return [task["description"] for node in nodes for task in node["tasks"].values() if "parent_task_id" not in task]

    try:
        changing = c.start(c.grown, "bootstrap", ELASTICSEARCH_URL=url)
        until("the cluster is at it", lambda: tasks() or changing.child.poll() is not None)
        changing.child.kill()
        changing.child.wait(20)
        c.churn(c.b.sql, 20)
        again = c.start(c.grown, "bootstrap", ELASTICSEARCH_URL=url)
        expect(again.child.wait(60) == 0, "the second bootstrap fails:\n" + again.output())
    finally:
        proxy.close()
    expect(len(begun) == 1, f"begun {len(begun)} times: {begun}")
    expect("is changed as it is" in again.output() and not tasks(), f"{tasks()}\n{again.output()}")
    c.end(old)
    grown = c.follow(c.grown)
    c.equal(c.old)
    c.end(grown)


@test
def a_mapping_grows_alone(c):
    """Neither shape says anything of settings."""
    old = c.begin()
    index = c.index(c.old)
    said = c.run(c.mapped, "bootstrap", "--dry-run")
    expect("This is tried first" in said and f"/{index}/_mapping" in said, "a dry run does not say so:\n" + said)
    expect(f"/{index}/_settings" not in said, "settings are the same:\n" + said)
    expect("This is tried first" not in c.run(c.new, "bootstrap", "--dry-run"), "other documents need another index")
    expect(list(c.builds().values()) == [index], f"a dry run made {c.builds()}")
    said = c.run(c.mapped, "bootstrap")
    expect("is changed as it is" in said, "the mapping alone has changed:\n" + said)
    expect(list(c.builds().values()) == [index], f"made: {c.builds()}")
    found = c.search("GET", "/reservations/_search?q=_exists_:guest.email.whole&size=0&track_total_hits=true")
    expect(found["hits"]["total"]["value"] == c.b.value("SELECT count(*) FROM booking"), f"{found['hits']['total']}")
    c.end(old)


@test
def another_mapping_is_built_beside(c):
    old = c.begin()
    index = c.index(c.old)
    said = c.run(c.other, "bootstrap")
    expect(re.search(r"cannot change .*guest\.id", said), "bootstrap does not say why:\n" + said)
    other = c.follow(c.other)
    until("readers have the other index", lambda: c.serving() != index)
    (facts,) = c.search("GET", "/reservations/_mapping").values()
    expect(facts["mappings"]["properties"]["guest"]["properties"]["id"]["type"] == "keyword", "the mapping is not there")
    c.end(old, other)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("grown")
    parser.add_argument("other")
    parser.add_argument("mapped")
    parser.add_argument("tests", nargs="*")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()

    def play(each, folder):
        with Bench(given.old, pathlib.Path(folder), indices=("reservations*", "guests*")) as bench:
            each(Change(bench, given))

    print(f"seed {given.seed}")
    return run_all(TESTS, given.tests, play, lambda: f"; {Counts.documents} documents compared, seed {given.seed}")


if __name__ == "__main__":
    sys.exit(main())
