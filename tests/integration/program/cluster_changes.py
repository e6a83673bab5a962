#!/usr/bin/env python3
"""What operators do to an index under a program that keeps it: they close and block it, restore it from a snapshot,
clone it with its aliases; and a shape whose mapping or settings change. In the end every document is compared with
hand-written SQL.

    cluster_changes.py PROGRAM-OF-EACH-SHAPE... [--test NAME]... [--search-url URL]
"""
import argparse
import json
import re
import sys
import urllib.parse

import psycopg2.extensions

from harness import Bench, expect, run_all, takes_long, until  # puts what follows within reach
from proxy import Answer, Holding, SearchProxy
import compare

SCHEMA = """
CREATE TABLE article (id bigint PRIMARY KEY, title text NOT NULL, body text NOT NULL, code text NOT NULL DEFAULT '1');
CREATE TABLE comment (id integer PRIMARY KEY, body text NOT NULL, article_id bigint NOT NULL REFERENCES article ON DELETE CASCADE);
CREATE INDEX ON comment (article_id);
INSERT INTO article SELECT i, 'title ' || i, 'word' || i || ' and more' FROM generate_series(1, 30) i;
INSERT INTO comment SELECT i, 'remark' || i, i % 30 + 1 FROM generate_series(1, 60) i;
"""
ARTICLES = """SELECT a.id::text, jsonb_build_object('id', a.id, 'title', a.title, 'body', a.body, 'code', a.code, 'comments', (
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'body', c.body) ORDER BY c.id), '[]')
  FROM comment c WHERE c.article_id = a.id)) FROM article a"""
TESTS = []


def test(function):
    TESTS.append(function)
    return function


class Counts:
    documents = 0


class Stage:
    def __init__(self, bench, programs):
        self.b, self.programs, self.search = bench, programs, bench.search
        bench.sql.execute(SCHEMA)
        self.use(1)

    def use(self, shape):
        self.b.program = self.programs[shape - 1]

    def begin(self, shape=1):
        """Loaded and brought to where the database is; returns the index."""
        self.use(shape)
        self.b.succeed("bootstrap")
        self.b.succeed("sync", "--once")
        return self.serving()

    def follow(self, *arguments):
        running = self.b.start("sync", *arguments)
        until("sync follows its slot", lambda: "following slot" in running.output() or running.child.poll() is not None)
        expect(running.child.poll() is None, "sync ended:\n" + running.output())
        return running

    def serving(self):
        return next(iter(self.search("GET", "/_alias/articles")))

    def says(self, running, *patterns):
        for pattern in patterns:
            until(f"it says {pattern!r}", lambda: re.search(pattern, running.output()))  # pylint: disable=cell-var-from-loop
        expect(running.child.poll() is None, "it ended:\n" + running.output())

    def ends(self, running, status, *patterns):
        got = running.child.wait(60)
        expect(got == status, f"it ended with {got}, not {status}:\n{running.output()[-2000:]}")
        for pattern in patterns:
            expect(re.search(pattern, running.output()), f"it does not say {pattern!r}:\n{running.output()[-2000:]}")

    def told(self, *arguments, status=0):
        got, output = self.b.run(*arguments, "--json", "--log-level", "error")
        expect(got == status, f"{' '.join(arguments)} ended with {got}, not {status}:\n{output[-2000:]}")
        return json.loads(output.splitlines()[-1])

    def found(self, code):
        return [each for each in self.told_anyway("doctor")["findings"] if each["code"] == code]

    def told_anyway(self, *arguments):
        return json.loads(self.b.run(*arguments, "--json", "--log-level", "error")[1].splitlines()[-1])

    def ask(self, method, path, body=None):
        answer = self.search(method, path, body)
        expect("error" not in answer, f"{method} {path}: {answer}")
        return answer

    def cure(self, code):
        """Sends what doctor says about its only finding of that kind."""
        (finding,) = self.found(code)
        for step in finding["remedy"]:
            asked = step["request"]
            self.ask(asked["method"], asked["path"], asked.get("body"))
        expect(not self.found(code), f"{code} is still found")
        return finding

    def equal(self):
        """Every document is what the database says, now or soon."""
        dsn = psycopg2.extensions.make_dsn(dbname=self.b.name, **self.b.libpq)

        def compared():
            return compare.Comparison(compare.Cluster(self.b.url), compare.expected(dsn, {self.serving(): ARTICLES}))

        found = until("every document is equal", lambda: (each := compared()).differences == 0 and each)
        Counts.documents += found.documents

    def copy(self, source, target, aliases):
        """What restoring a snapshot does: the index as it is, `_meta` included, under its own aliases or none."""
        self.ask("PUT", f"/{source}/_settings", {"index.blocks.write": True})
        self.ask("POST", f"/{source}/_clone/{target}", {"settings": {"index.blocks.write": None, "index.number_of_replicas": 0},
                                                       "aliases": {each: {} for each in aliases}})
        self.ask("PUT", f"/{source}/_settings", {"index.blocks.write": None})
        self.ask("GET", f"/_cluster/health/{target}?wait_for_status=yellow&timeout=30s")

    def aliases(self, index):
        return list(self.ask("GET", f"/{index}/_alias")[index]["aliases"])


# --- closed, blocked ----------------------------------------------------------------------------------------


@test
def closed_while_it_is_followed(s):
    index = s.begin()
    running = s.follow()
    s.ask("POST", f"/{index}/_close")
    s.b.sql.execute("UPDATE article SET title = 'changed' WHERE id % 2 = 0")
    s.says(running, f'index "{index}" is closed', f"POST /{index}/_open")
    told = s.told("status", status=3)
    expect(told["indices"][0]["state"] == "closed", f"{told}")
    expect(any(each["remedy"] == f"POST /{index}/_open" for each in told["problems"]), f"{told}")
    for command in (["verify"], ["refresh", "--all"], ["dead-letters"], ["swap"]):
        s.b.refuse(*command, saying=[f'index "{index}" is closed', f"POST /{index}/_open"])
    s.cure("closed")
    s.equal()
    expect(running.stop() == 0, "SIGTERM does not end sync with 0:\n" + running.output())


@test
def closed_from_the_start(s):
    index = s.begin()
    s.ask("POST", f"/{index}/_close")
    s.b.sql.execute("DELETE FROM article WHERE id < 10")
    running, loading = s.b.start("sync"), s.b.start("bootstrap")
    for each in (running, loading):
        s.says(each, f'index "{index}" is closed.*POST /{index}/_open')
    s.ask("POST", f"/{index}/_open")
    s.ends(loading, 0)
    s.equal()


@test
def closed_while_its_ids_are_to_be_listed(s):
    """A TRUNCATE of the root has the index searched; that waits, too."""
    index = s.begin()
    running = s.follow()
    s.ask("POST", f"/{index}/_close")
    s.b.sql.execute("TRUNCATE article CASCADE; INSERT INTO article VALUES (7, 'seven', 'word7')")
    s.says(running, "is closed|index_closed_exception")
    s.ask("POST", f"/{index}/_open")
    s.equal()
    expect(running.child.poll() is None, "sync ended:\n" + running.output())


@test
def closed_while_it_is_loaded(s):
    holding = Holding(s.b.url, lambda request: "_bulk" in request.path)
    try:
        loading = s.b.start("bootstrap", ELASTICSEARCH_URL=holding.url)
        until("documents are on their way", holding.held.is_set)
        index = next(iter(s.search("GET", "/articles-*")))
        s.ask("POST", f"/{index}/_close")
        holding.go.set()
        s.says(loading, f'index "{index}" is closed')
        s.ask("POST", f"/{index}/_open")
        s.ends(loading, 0)
    finally:
        holding.let_go()
    s.equal()


@test
def blocked_by_an_operator(s):
    index = s.begin()
    running = s.follow()
    s.ask("PUT", f"/{index}/_settings", {"index.blocks.write": True})
    s.b.sql.execute("UPDATE article SET title = 'changed' WHERE id = 1")
    s.says(running, rf'PUT /{index}[-A-Z]*/_settings \{{"index.blocks.write":null\}}')  # Elasticsearch 6 knows the alias
    told = s.told("status", status=3)
    expect(any("index.blocks.write" in each["what"] and index in each["what"] for each in told["problems"]), f"{told}")
    s.b.refuse("refresh", "--key", "1", saying=["blocked by", rf"PUT /{index}/_settings"])
    s.cure("blocked")
    s.equal()
    s.ask("PUT", f"/{index}/_settings", {"index.blocks.read_only": True})
    running.stop()
    running = s.b.start("sync")
    s.says(running, rf"{index}.*blocked by")
    s.ask("PUT", f"/{index}/_settings", {"index.blocks.read_only": None})
    s.b.sql.execute("UPDATE article SET title = 'changed again' WHERE id = 1")
    s.equal()


@takes_long
@test
def a_request_that_the_cluster_can_never_do(s):
    """It answers everything else, and this with one and the same error: no outage that is to be waited out."""
    s.begin()
    body = {"error": {"type": "null_pointer_exception", "reason": "of the test"}, "status": 500}

    def rule(request, forward):
        return Answer(500, json.dumps(body).encode()) if request.path.endswith(("/_mapping", "/_mapping/_doc")) else forward(request)

    proxy = SearchProxy(lambda: urllib.parse.urlsplit(s.b.url).port)
    proxy.rule = rule
    url = f"http://127.0.0.1:{proxy.port}"
    try:
        following = s.b.start("sync", ELASTICSEARCH_URL=url)
        s.b.sql.execute("UPDATE article SET title = 'changed' WHERE id = 1")
        s.use(2)
        loading = s.b.start("bootstrap", ELASTICSEARCH_URL=url)
        for each in (following, loading):
            expect(each.child.wait(600) == 1, "it ended otherwise:\n" + each.output()[-2000:])
            for text in ("has answered PUT /articles-", "_mapping with the same error for", "HTTP 500, null_pointer_exception", "its log"):
                expect(text in each.output(), f"it does not say {text!r}:\n{each.output()[-2000:]}")
    finally:
        proxy.close()
    s.use(1)
    s.b.succeed("sync", "--once")
    s.equal()


# --- changes in place ---------------------------------------------------------------------------------------


def how_it_is(s, index):
    """Settings and mapping, but for what pgsync remembers there."""
    facts = s.ask("GET", f"/{index}?flat_settings=true")[index]
    facts["mappings"].pop("_meta", None)
    return facts["mappings"], {name: value for name, value in facts["settings"].items() if "version" not in name}


@test
def what_the_cluster_refuses_leaves_nothing_behind(s):
    index = s.begin()
    before = how_it_is(s, index)
    for shape in (4, 5):
        s.use(shape)
        expect("cannot change" in s.b.succeed("bootstrap"), "the index is changed as it is")
        expect(how_it_is(s, index) == before, f"shape {shape} left something behind: {how_it_is(s, index)}, not {before}")
        s.b.succeed("sync", "--once", "--no-swap")
        s.b.succeed("teardown", "--yes")
    # A value that no index takes: not the one beside either.
    s.use(6)
    s.b.refuse("bootstrap", saying=["max_result_window"])
    expect(how_it_is(s, index) == before, f"left behind: {how_it_is(s, index)}, not {before}")
    s.use(1)
    s.b.succeed("sync", "--once")
    s.equal()


@test
def settings_change_in_place_and_back(s):
    index = s.begin()

    def is_set(name):
        return how_it_is(s, index)[1].get("index." + name)

    for shape, window, rescore in ((7, "20000", "300"), (8, None, "300")):
        s.use(shape)
        s.b.succeed("bootstrap")
        s.b.succeed("sync", "--once")
        expect(s.serving() == index, "another index was made")
        expect((is_set("max_result_window"), is_set("max_rescore_window")) == (window, rescore),
               f"shape {shape}: {how_it_is(s, index)[1]}")
        expect(is_set("gc_deletes") == "1h", "deletes are forgotten")
    s.equal()


def hits(s, query):
    s.search("POST", "/articles/_refresh")
    return s.ask("GET", f"/articles/_search?size=0&track_total_hits=true&q={query}")["hits"]["total"]["value"]


@test
def what_source_excludes_stays_searchable(s):
    index = s.begin(2)
    for query in ("body:word7", "comments.body:remark7"):
        expect(hits(s, query) == 1, f"{query} is not found from the start")
    s.use(3)
    s.b.succeed("bootstrap")
    s.b.succeed("sync", "--once")
    for query in ("body:word7", "comments.body:remark7", "title.typed:title"):
        expect(hits(s, query) == (30 if "typed" in query else 1), f"{query} finds {hits(s, query)} after the change")
    expect(s.serving() != index, "it was indexed again from what it does not hold")
    # And so it is where the one that readers have keeps all, and the new one does not.
    s.b.succeed("teardown", "--yes", "--old")
    index = s.serving()
    s.use(1)
    s.b.succeed("bootstrap")
    s.b.succeed("sync", "--once")
    expect(s.serving() != index, "documents lack what was not kept")
    s.equal()


@test
def what_source_excludes_is_not_compared(s):
    for shape, lacking in ((2, ["body", "comments.body"]), (10, ["body", "code", "comments.body"])):
        s.begin(shape)
        told = s.told("verify")["indices"][0]
        expect(told["compared"] == 30 and told["different"] == 0 and sorted(told["not_compared"]) == lacking, f"{told}")
        said = re.search(r"leaves them out: (.*)", s.b.succeed("verify"))
        expect(said and sorted(said.group(1).split(", ")) == lacking, "verify does not say what it cannot compare")
        # What it can compare it does, and repairs once.
        index = s.serving()
        source = s.search.document(index, 7)
        source["title"] = "spoilt"
        s.ask("PUT", f"/{index}/_doc/7?refresh=true", source)
        told = s.told("verify", status=3)["indices"][0]
        expect([each["id"] for each in told["examples"]] == ["7"], f"{told}")
        told = s.told("verify", "--repair")["indices"][0]
        expect(told["repaired"] == 1 and not told["not_repaired"], f"{told}")
        expect(hits(s, "body:word7") == 1, "the repair lost what is not kept")
        s.b.succeed("teardown", "--yes")


@test
def an_index_without_source_is_compared_by_its_ids(s):
    index = s.begin(9)
    s.ask("DELETE", f"/{index}/_doc/3?refresh=true")
    told = s.told("verify", status=3)["indices"][0]
    expect(told["missing"] == 1 and told["different"] == 0 and not told["contents_compared"], f"{told}")
    expect("_source" in s.b.run("verify")[1], "verify does not say why contents are not compared")


# --- dead letters -------------------------------------------------------------------------------------------


@test
def letters_of_deleted_rows_settle(s):
    s.begin()
    running = s.follow("--on-rejected", "dead-letter")
    until("status is in order", lambda: s.b.run("status")[0] == 0)
    s.b.sql.execute("UPDATE article SET code = 'no number' WHERE id IN (1, 2, 3)")
    s.b.sql.execute("INSERT INTO article VALUES (100, 'never there', 'x', 'no number')")
    until("four letters", lambda: s.search.count("articles-dead-letters") == 4)
    told = s.told("status", status=3)
    expect(told["indices"][0]["unsettled_dead_letters"] == 4, f"{told}")
    expect(any("4 documents" in each["what"] and "articles-dead-letters" in each["what"] for each in told["problems"]), f"{told}")
    (finding,) = s.found("dead_letters")
    expect(finding["severity"] == "warning" and "4 documents" in finding["what"], f"{finding}")
    # Of one that the index had, and of one that it never had; another is corrected.
    s.b.sql.execute("DELETE FROM article WHERE id IN (2, 100)")
    s.b.sql.execute("UPDATE article SET code = '5' WHERE id = 3")
    until("the change is there", lambda: s.search.document("articles", 3)["code"] == "5")
    until("the row's document is deleted", lambda: s.search.document("articles", 2) is None)
    listed = s.told("dead-letters", status=3)["indices"][0]["letters"]
    expect({each["id"]: each["settled"] for each in listed} == {"1": False, "2": True, "3": True, "100": True}, f"{listed}")
    told = s.told("status", status=3)["indices"][0]
    expect(told["dead_letters"] == 4 and told["unsettled_dead_letters"] == 1, f"{told}")
    s.b.sql.execute("UPDATE article SET code = '6' WHERE id = 1")
    until("nothing is wrong any more", lambda: s.b.run("status")[0] == 0)
    s.told("dead-letters")
    (finding,) = s.found("dead_letters")
    expect(finding["severity"] == "advice", f"{finding}")
    s.equal()
    # A row that comes again with what is refused is a letter of its own.
    s.b.sql.execute("INSERT INTO article VALUES (100, 'back', 'x', 'no number')")
    until("status is not in order", lambda: s.b.run("status")[0] == 3)
    s.b.sql.execute("DELETE FROM article WHERE id = 100")
    expect(running.stop() == 0, running.output())
    # A document that is still there, though its row is gone, is of concern.
    s.b.sql.execute("DELETE FROM article WHERE id = 1")
    s.ask("POST", "/articles-dead-letters/_update/1?refresh=true", {"doc": {"version": 2**62}})
    listed = s.told("dead-letters", status=3)["indices"][0]["letters"]
    expect([each["id"] for each in listed if not each["settled"]] == ["1"], f"{listed}")
    told = s.told("dead-letters", "retry")["indices"][0]
    expect(told["removed"] == 4 and told["dead_letters"] == 0, f"{told}")


@test
def letters_go_with_the_index_where_that_is_asked_for(s):
    s.b.sql.execute("UPDATE article SET code = 'no number' WHERE id = 1")
    s.b.succeed("bootstrap", "--on-rejected", "dead-letter")
    expect(s.search.count("articles-dead-letters") == 1, "there is no letter")
    expect("articles-dead-letters with 1 dead letter stays" in s.b.succeed("teardown", "--yes"), "teardown does not tell of the letters")
    expect(s.search.count("articles-dead-letters") == 1, "the letters are gone")
    s.b.succeed("bootstrap", "--on-rejected", "dead-letter")
    told = s.told("teardown", "--yes", "--dead-letters")
    expect("articles-dead-letters" in told["deleted_indices"], f"{told}")
    expect("error" in s.search("GET", "/articles-dead-letters"), "the letters are there")
    # Somebody else's index of that name.
    s.ask("PUT", "/articles-dead-letters/_doc/1?refresh=true", {"mail": "undeliverable"})
    s.b.sql.execute("UPDATE article SET code = '1' WHERE id = 1")
    s.begin()
    s.b.succeed("teardown", "--yes", "--dead-letters")
    expect(s.search.count("articles-dead-letters") == 1, "somebody else's index is gone")


# --- copies -------------------------------------------------------------------------------------------------


@test
def a_copy_with_all_aliases(s):
    index = s.begin()
    s.copy(index, "articles-restored", s.aliases(index))
    s.b.sql.execute("UPDATE article SET title = 'changed' WHERE id = 1")
    for arguments in (["sync"], ["bootstrap"], ["verify"]):
        s.b.refuse(*arguments, saying=[f'"{index}", which pgsync made', '"articles-restored", a copy of it', "POST /_aliases"])
    told = s.told("status", status=3)
    expect(any("articles-restored" in each["what"] for each in told["problems"]), f"{told}")
    s.cure("shared_alias")
    expect(not s.aliases("articles-restored"), f"the copy still has {s.aliases('articles-restored')}")
    s.b.succeed("sync", "--once")
    s.equal()


@test
def a_copy_with_all_aliases_under_a_running_sync(s):
    index = s.begin()
    running = s.follow()
    s.copy(index, "articles-restored", s.aliases(index))
    s.b.sql.execute("UPDATE article SET title = 'changed' WHERE id = 1")
    s.ends(running, 1, "stands for more than one index", "POST /_aliases")
    s.cure("shared_alias")
    s.b.succeed("sync", "--once")
    s.equal()


@test
def an_index_that_somebody_else_put_behind_the_alias(s):
    index = s.begin()
    s.ask("PUT", "/articles_of_others", {"aliases": {"articles": {}}})
    try:
        s.b.refuse("sync", saying=[f'"{index}", which pgsync made', '"articles_of_others", which pgsync did not make'])
        s.cure("shared_alias")
        s.b.succeed("sync", "--once")
        s.equal()
    finally:
        s.search("DELETE", "/articles_of_others")


@test
def writes_that_would_go_to_a_copy(s):
    index = s.begin()
    s.copy(index, "articles-restored", [])
    s.ask("POST", "/_aliases", {"actions": [{"remove": {"index": index, "alias": index + "-WRITE"}},
                                            {"add": {"index": "articles-restored", "alias": index + "-WRITE"}}]})
    s.b.sql.execute("UPDATE article SET title = 'changed' WHERE id = 1")
    for arguments in (["sync"], ["bootstrap"]):
        s.b.refuse(*arguments, saying=[f'alias "{index}-WRITE" stands for "articles-restored", not for', "POST /_aliases"])
    expect(any("articles-restored" in each["what"] for each in s.told("status", status=3)["problems"]), "status does not tell")
    s.cure("write_alias")
    s.b.succeed("sync", "--once")
    s.equal()


@test
def readers_who_were_given_a_copy(s):
    index = s.begin()
    s.copy(index, "articles-restored", [])
    s.ask("POST", "/_aliases", {"actions": [{"remove": {"index": index, "alias": "articles"}},
                                            {"add": {"index": "articles-restored", "alias": "articles"}}]})
    told = s.told("status", status=3)
    expect(any("articles-restored" in each["what"] and "a copy of" in each["what"] for each in told["problems"]), f"{told}")
    expect(not any("another shape" in each["what"] for each in told["problems"]), f"{told}")
    s.cure("served_copy")
    s.b.sql.execute("UPDATE article SET title = 'changed' WHERE id = 1")
    s.b.succeed("sync", "--once")
    s.equal()


@test
def a_copy_in_place_of_the_index_is_taken_over(s):
    for missed in (False, True):
        index = s.begin()
        s.copy(index, "articles-restored", ["articles"])
        s.b.sql.execute("UPDATE article SET title = title || '!' WHERE id < 5")
        s.b.sql.execute("DELETE FROM article WHERE id = (SELECT max(id) FROM article)")
        if missed:  # what the copy lacks the slot does not tell any more
            s.ask("DELETE", "/articles-restored/_alias/articles")
            s.b.succeed("sync", "--once")
            s.ask("POST", "/_aliases", {"actions": [{"add": {"index": "articles-restored", "alias": "articles"}}]})
        s.ask("DELETE", f"/{index}")
        s.b.refuse("sync", saying=['"articles-restored"', "a copy of", "run bootstrap"])
        if missed:
            s.b.refuse("bootstrap", saying=["restored from an older snapshot, or cloned", "--on-lost-slot=resync"])
            s.b.succeed("bootstrap", "--on-lost-slot=resync")
        else:
            s.b.succeed("bootstrap")
        s.b.succeed("sync", "--once")
        expect(s.serving() == "articles-restored", "another index was made")
        s.equal()
        expect(s.told("verify")["equal"], "verify finds something")
        s.b.succeed("teardown", "--yes")


def restore(s, saved, index, aliases):
    """Puts a saved index back under its name, as a snapshot is restored."""
    s.ask("DELETE", f"/{index}")
    s.copy(saved, index, aliases)


@test
def an_older_snapshot_of_the_right_index(s):
    index = s.begin()
    aliases = s.aliases(index)
    s.copy(index, "articles-saved", [])
    s.b.sql.execute("UPDATE article SET title = 'changed' WHERE id < 5")
    s.b.sql.execute("DELETE FROM article WHERE id = 20")
    s.b.succeed("sync", "--once")
    restore(s, "articles-saved", index, aliases)
    s.b.refuse("sync", saying=["has been restored from an older snapshot", "--on-lost-slot=resync"])
    expect(any("restored" in each["what"] for each in s.told("status", status=3)["problems"]), "status does not say so")
    s.b.succeed("sync", "--once", "--on-lost-slot=resync")
    expect(s.serving() == index, "another index was made")
    s.equal()


@test
def a_snapshot_restored_under_a_running_sync(s):
    """It has the same name and the same aliases, so that whatever sync says of how far it is would be believed."""
    index = s.begin()
    running = s.follow()
    s.b.sql.execute("UPDATE article SET title = 'before' WHERE id = 1")
    s.equal()
    aliases = s.aliases(index)
    s.copy(index, "articles-saved", [])
    written = s.search.meta(index)["written"]
    s.b.sql.execute("UPDATE article SET title = 'lost' WHERE id BETWEEN 1 AND 5")
    s.b.sql.execute("DELETE FROM article WHERE id = 20")
    s.equal()
    until("how far it is is told", lambda: s.search.meta(index)["written"] != written)
    restore(s, "articles-saved", index, aliases)
    s.b.sql.execute("UPDATE article SET title = 'after' WHERE id = 9")
    s.ends(running, 1, "it has been restored from a snapshot", "restored from an older snapshot", "--on-lost-slot=resync")
    running = s.b.start("sync", "--on-lost-slot=resync")
    s.equal()
    expect(s.serving() == index, "another index was made")
    expect(running.stop() == 0, running.output())


@test
def a_snapshot_that_lacks_nothing_the_slot_has_not(s):
    """What is missing in it is still to come: nothing is read again."""
    index = s.begin()
    aliases = s.aliases(index)
    s.copy(index, "articles-saved", [])
    s.b.sql.execute("UPDATE article SET title = 'changed' WHERE id < 5")
    restore(s, "articles-saved", index, aliases)
    s.b.succeed("sync", "--once")
    s.equal()


@test
def the_alias_of_its_keeper_taken_away(s):
    index = s.begin()
    running = s.follow()
    s.b.sql.execute("UPDATE article SET title = 'before' WHERE id = 1")
    s.equal()
    (keeper,) = [each for each in s.aliases(index) if "-KEEPER-" in each]
    s.ask("POST", "/_aliases", {"actions": [{"remove": {"index": index, "alias": keeper}}]})
    s.b.sql.execute("UPDATE article SET title = 'after' WHERE id = 1")
    s.says(running, f'has lost the alias "{keeper}"')
    until("it goes on", lambda: running.output().count("following slot") == 2)
    s.b.sql.execute("UPDATE article SET title = 'later' WHERE id = 2")
    s.equal()
    expect(running.stop() == 0, running.output())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", nargs="+")
    parser.add_argument("--test", action="append", default=[])
    parser.add_argument("--search-url")
    given = parser.parse_args()

    def play(one, folder):
        with Bench(given.programs[0], folder, given.search_url, ("articles*",)) as bench:
            one(Stage(bench, given.programs))

    return run_all(TESTS, given.test, play, lambda: f", {Counts.documents} documents compared")


if __name__ == "__main__":
    sys.exit(main())
