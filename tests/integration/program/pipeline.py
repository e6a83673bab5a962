#!/usr/bin/env python3
"""Ingest pipelines, on a cluster of its own whose node passes documents through them.

    pipeline.py PIPELINE_PROGRAM [TEST]...      libpq's variables name the database server
"""
import os
import pathlib
import sys
import tempfile

from harness import Bench, expect, exported, run_all, servers_sh, takes_long, until

PIPELINE = "/_ingest/pipeline/pgsync%20notes"
SPLIT = {"split": {"field": "body", "target_field": "words", "separator": " "}}
SCHEMA = "CREATE TABLE note (id integer PRIMARY KEY, body text NOT NULL)"


def pipe(b, *processors, path=PIPELINE):
    answer = b.search("PUT", path, {"processors": list(processors)})
    expect(answer.get("acknowledged"), f"the pipeline was not made: {answer}")


def words(b):
    """Of each document: what the pipeline made of its body."""
    b.search("POST", "/notes/_refresh")
    answer = b.search("POST", "/notes/_search", {"size": 1000})
    return {int(hit["_id"]): hit["_source"].get("words") for hit in answer["hits"]["hits"]}


def shows(b, wanted):
    until(f"the documents' words are {wanted}", lambda: words(b) == wanted)


def ends(child, *texts):
    """It stops by itself and says so; it does not try for ever."""
    expect(child.child.wait(20) == 1, "it ends with something else than 1")
    for text in texts:
        expect(text in child.output(), f"it does not say {text!r}:\n{child.output()[-1500:]}")


def passed_by_the_load_and_by_changes(b):
    pipe(b, SPLIT)
    b.sql.execute("INSERT INTO note VALUES (1, 'one two'), (2, 'three')")
    b.succeed("bootstrap")
    shows(b, {1: ["one", "two"], 2: ["three"]})
    b.start("sync")
    b.sql.execute("INSERT INTO note VALUES (3, 'four five')")
    b.sql.execute("UPDATE note SET body = 'six' WHERE id = 1")
    b.sql.execute("DELETE FROM note WHERE id = 2")
    shows(b, {1: ["six"], 3: ["four", "five"]})
    found = b.search("POST", "/notes/_search", {"query": {"term": {"words": "five"}}})["hits"]["hits"]
    expect([hit["_id"] for hit in found] == ["3"], "what the pipeline adds is not found as the mapping says")


def missing_is_told_before_anything_is_made(b):
    b.sql.execute("INSERT INTO note VALUES (1, 'one')")
    for arguments in (["bootstrap"], ["bootstrap", "--dry-run"], ["sync", "--bootstrap"],
                      ["bootstrap", "--on-rejected", "dead-letter"]):
        b.refuse(*arguments, saying=['the ingest pipeline "pgsync notes" of index "notes" is not in the cluster',
                                     "PUT /_ingest/pipeline/pgsync notes"])
    expect(b.search("GET", "/notes*/_settings") == {}, "an index was made")
    expect(b.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()") == 0, "a slot was made")
    pipe(b, SPLIT)
    b.succeed("bootstrap")
    shows(b, {1: ["one"]})


def deleted_while_followed_stops_and_costs_nothing(b):
    pipe(b, SPLIT)
    b.succeed("bootstrap")
    for arguments in ((), ("--on-rejected", "dead-letter")):
        pipe(b, SPLIT)
        child = b.start("sync", *arguments)
        b.sql.execute("DELETE FROM note")
        b.sql.execute("INSERT INTO note VALUES (1, 'one')")
        shows(b, {1: ["one"]})
        b.search("DELETE", PIPELINE)
        b.sql.execute("INSERT INTO note VALUES (2, 'two')")
        ends(child, 'pipeline that documents of "notes', "pipeline with id [pgsync notes] does not exist",
             "PUT /_ingest/pipeline/")
        pipe(b, SPLIT)
        b.succeed("sync", "--once")
        shows(b, {1: ["one"], 2: ["two"]})
    expect(b.search("GET", "/notes-dead-letters/_count").get("status") == 404, "a document was set aside")


def one_that_calls_a_missing_one_stops(b):
    pipe(b, {"pipeline": {"name": "no such pipeline"}})
    b.sql.execute("INSERT INTO note VALUES (1, 'one')")
    child = b.start("bootstrap")
    ends(child, "non-existent pipeline [no such pipeline]", "PUT /_ingest/pipeline/")
    pipe(b, SPLIT)
    b.succeed("bootstrap")
    shows(b, {1: ["one"]})


def that_fails_for_a_document_is_a_rejection(b):
    """The cluster calls it HTTP 500, which else is a reason to try again."""
    pipe(b, {"fail": {"if": "ctx.body == 'bad'", "message": "not {{{body}}}"}}, SPLIT)
    b.succeed("bootstrap")
    child = b.start("sync")
    b.sql.execute("INSERT INTO note VALUES (1, 'good'), (2, 'bad')")
    ends(child, 'rejects document "2" of notes', "not bad")
    b.start("sync", "--on-rejected", "dead-letter")
    b.sql.execute("INSERT INTO note VALUES (3, 'as good')")
    shows(b, {1: ["good"], 3: ["as", "good"]})
    until("the document is set aside", lambda: b.search("GET", "/notes-dead-letters/_doc/2").get("found"))
    b.sql.execute("UPDATE note SET body = 'better' WHERE id = 2")
    shows(b, {1: ["good"], 2: ["better"], 3: ["as", "good"]})


@takes_long
def that_breaks_at_a_document_is_its_own_fault_in_the_end(b):
    """A processor's exception is HTTP 500 as well, and says not that it is the document's: that others pass meanwhile does."""
    listed = {"if": "ctx.body.startsWith('[')"}
    pipe(b, {"json": {"field": "body", "target_field": "list", **listed}}, {"sort": {"field": "list", **listed}},
         {"remove": {"field": "list", **listed}}, SPLIT)
    b.sql.execute("INSERT INTO note VALUES (1, '[2,1]')")
    b.succeed("bootstrap")
    shows(b, {1: ["[2,1]"]})
    child = b.start("sync", "--on-rejected", "dead-letter")
    b.sql.execute("INSERT INTO note VALUES (2, '[1,\"a\"]')")  # no order among these
    until("the cluster breaks at it", lambda: "class_cast_exception" in child.output())
    b.sql.execute("INSERT INTO note VALUES (3, '')")

    def set_aside():
        b.sql.execute("UPDATE note SET body = 'another' WHERE id = 3")
        return b.search("GET", "/notes-dead-letters/_doc/2").get("found")

    until("the document is set aside", set_aside, patience=400)
    letter = b.search("GET", "/notes-dead-letters/_doc/2")["_source"]
    expect(letter["status"] == 500 and letter["type"] == "class_cast_exception", f"{letter}")
    shows(b, {1: ["[2,1]"], 3: ["another"]})
    end = b.value("SELECT pg_current_wal_flush_lsn()")
    until("the slot is confirmed past it",
          lambda: b.value("SELECT confirmed_flush_lsn >= %s FROM pg_replication_slots WHERE slot_name = 'pgsync_notes'", end))
    b.sql.execute("UPDATE note SET body = '[1,3]' WHERE id = 2")
    shows(b, {1: ["[2,1]"], 2: ["[1,3]"], 3: ["another"]})


def that_drops_a_document_leaves_the_one_before(b):
    pipe(b, {"drop": {"if": "ctx.body == 'bad'"}}, SPLIT)
    b.sql.execute("INSERT INTO note VALUES (1, 'good'), (2, 'bad')")
    b.succeed("bootstrap")
    b.start("sync")
    b.sql.execute("UPDATE note SET body = 'bad' WHERE id = 1")
    b.sql.execute("INSERT INTO note VALUES (3, 'good')")
    shows(b, {1: ["good"], 3: ["good"]})
    b.sql.execute("DELETE FROM note WHERE id = 1")
    shows(b, {3: ["good"]})


TESTS = [passed_by_the_load_and_by_changes, missing_is_told_before_anything_is_made,
         deleted_while_followed_stops_and_costs_nothing, one_that_calls_a_missing_one_stops,
         that_fails_for_a_document_is_a_rejection, that_breaks_at_a_document_is_its_own_fault_in_the_end,
         that_drops_a_document_leaves_the_one_before]


def main():
    program, wanted = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PGSYNC_SEARCH_INGEST"] = "1"
        cluster = pathlib.Path(folder) / "cluster"
        try:
            servers_sh("start", "--dir", cluster, "--opensearch")
            url = exported(cluster)["OPENSEARCH_URL"]

            def play(test, own):
                with Bench(program, own, url, ("notes*",)) as b:
                    b.search("DELETE", PIPELINE)
                    b.sql.execute(SCHEMA)
                    test(b)

            return run_all(TESTS, wanted, play)
        finally:
            servers_sh("stop", "--dir", cluster, "--purge")


if __name__ == "__main__":
    sys.exit(main())
