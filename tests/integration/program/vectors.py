#!/usr/bin/env python3
"""Vectors on a cluster that indexes them: found by k-NN, and none of them costs a batch that need not.

    vectors.py GEO --search-url URL [TEST]...      libpq's variables name the database server
"""
import argparse
import sys

from harness import Bench, expect, run_all, until

# Longer than an Elasticsearch takes.
EXTREME = "UPDATE place SET feature = '{3.4e38,-3.4e38,0}' WHERE id = 1"
TAKEN = "UPDATE place SET feature = NULL WHERE id = 8; UPDATE place SET embedding = NULL WHERE embedding::text ~ 'e\\+'"


def nearest(b, vector, count):
    b.search("POST", "/places/_refresh")
    answer = b.search("POST", "/places/_search", {"_source": False, "knn": {
        "field": "feature", "query_vector": vector, "k": count, "num_candidates": 50}})
    return {hit["_id"] for hit in answer["hits"]["hits"]}


def are_mapped_and_found(b):
    b.sql.execute(TAKEN)
    b.sql.execute("UPDATE place SET feature = '{0,0,0}' WHERE id = 2")  # no angle to anything
    b.succeed("bootstrap")
    (answer,) = b.search("GET", "/places/_mapping").values()
    found = answer["mappings"]["properties"]["feature"]
    expect({name: found.get(name) for name in ("type", "dims", "similarity")} ==
           {"type": "dense_vector", "dims": 3, "similarity": "l2_norm"}, f"feature is mapped as {found}")
    expect(b.search.count("places") == b.value("SELECT count(*) FROM place"), "bootstrap did not load every place")
    expect(nearest(b, [0, 0, 0.01], 1) == {"2"}, "the nearest place is not found")
    b.start("sync")
    b.sql.execute("UPDATE place SET feature = '{7,8,9}' WHERE id = 2; UPDATE place SET feature = '{0,0,0}' WHERE id = 3")
    until("the changed vectors are found", lambda: nearest(b, [0, 0, 0.01], 1) == {"3"} and nearest(b, [7, 8, 9], 1) == {"2"})


def too_long_is_one_document(b):
    b.sql.execute(TAKEN)
    b.succeed("bootstrap")
    child = b.start("sync")
    b.sql.execute(EXTREME)
    expect(child.child.wait(20) == 1 and 'rejects document "1" of places' in child.output(), child.output()[-1500:])
    b.start("sync", "--on-rejected", "dead-letter")
    b.sql.execute("UPDATE place SET name = 'Behind it' WHERE id = 2")
    until("what comes behind it is written", lambda: b.search.document("places", 2)["name"] == "Behind it")
    b.sql.execute("UPDATE place SET feature = '{9,7,5}' WHERE id = 1")
    until("it is corrected", lambda: b.search.document("places", 1)["feature"] == [9, 7, 5])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--search-url", required=True)
    parser.add_argument("tests", nargs="*")
    options = parser.parse_args()

    def play(test, folder):
        with Bench(options.program, folder, options.search_url, ("places*", "tracks*")) as b:
            b.load("geo")
            test(b)

    return run_all([are_mapped_and_found, too_long_is_one_document], options.tests, play)


if __name__ == "__main__":
    sys.exit(main())
