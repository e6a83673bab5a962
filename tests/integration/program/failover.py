#!/usr/bin/env python3
"""Several addresses of one cluster: one that fails is followed by the next, and none of another cluster gets anything.

    failover.py AIRBNB [TEST]...     libpq's variables, OPENSEARCH_URL and ELASTICSEARCH7_URL name the servers

The addresses are those of proxies in front of the cluster, so that each can fail by itself.
"""
import contextlib
import os
import pathlib
import re
import sys
import urllib.parse

from harness import Bench, Search, expect, run_all, until  # puts what follows within reach
from proxy import CUT, SILENCE, SearchProxy
from reservations import Counts, equal, following, in_peace


class Address:
    """One of a cluster; `writes` are the requests there that change something."""

    def __init__(self, url):
        self.url_behind, self.fault, self.writes, self.asked = url, None, [], 0
        self.proxy = SearchProxy(lambda: urllib.parse.urlsplit(self.url_behind).port)
        self.proxy.rule = self.rule
        self.url = f"http://127.0.0.1:{self.proxy.port}"

    def rule(self, request, forward):
        self.asked += 1
        if self.fault:
            return self.fault
        if request.method not in ("GET", "HEAD") and not re.search("/_(search|refresh|count|mget)", request.path):
            self.writes.append(f"{request.method} {request.path}")
        return forward(request)


@contextlib.contextmanager
def addresses(*urls):
    made = [Address(url) for url in urls]
    try:
        yield (*made, ",".join(each.url for each in made))
    finally:
        for each in made:
            each.proxy.close()


def caught_up(b, change):
    """A change arrives."""
    b.sql.execute("UPDATE guest SET name = %s WHERE id = 1", (change,))

    def there():
        found = b.search("POST", "/reservations/_search", {"query": {"match_phrase": {"guest.name": change}}})
        return found.get("hits", {}).get("hits")

    until(f"the change {change!r} is there", there)


def a_node_fails(b):
    """In the middle of loading, and of following, again and again, with another fault each time."""
    b.load_airbnb()
    with addresses(b.url, b.url) as (first, second, both):
        loading = b.start("bootstrap", "--page-size", "50", ELASTICSEARCH_URL=both)
        until("it loads", lambda: any("_bulk" in each for each in first.writes))
        first.fault = CUT
        expect(loading.child.wait(120) == 0, loading.output())
        expect(f"going on with {second.url}" in loading.output(), loading.output())
        equal(b)
        first.fault = None
        running = following(b, "--search-timeout", "3", ELASTICSEARCH_URL=both)
        for number, fault in enumerate((CUT, SILENCE, CUT, SILENCE)):
            failing, other = (first, second) if number % 2 == 0 else (second, first)
            failing.fault, other.fault = None, None
            caught_up(b, f"Before {number}")
            before = len(other.writes)
            failing.fault = fault
            caught_up(b, f"During {number}")
            expect(len(other.writes) > before, f"{other.url} was not used")
        first.fault = second.fault = None
        in_peace(running)
        equal(b)


def the_first_is_away(b):
    """Nobody waits for it, whatever the command."""
    b.load_airbnb()
    with addresses(b.url, b.url) as (first, _, both):
        first.fault = CUT
        b.succeed("bootstrap", ELASTICSEARCH_URL=both)
        b.succeed("sync", "--once", ELASTICSEARCH_URL=both)
        for arguments in (["verify"], ["refresh", "--all"], ["dead-letters", "list"]):
            b.succeed(*arguments, ELASTICSEARCH_URL=both)
        expect(first.asked > 0 and not first.writes, first.writes)
        # Named one by one as well.
        with_options = [word for each in both.split(",") for word in ("--elasticsearch", each)]
        b.refuse("status", *with_options, ELASTICSEARCH_URL="http://127.0.0.1:1", status=3, saying=["loaded: reservations-"])
        equal(b)
        b.succeed("teardown", "--yes", ELASTICSEARCH_URL=both)


def addresses_of_two_clusters(b):
    """Every command refuses them, whichever stands first, and nothing is changed."""
    b.load_airbnb()
    other = os.environ["ELASTICSEARCH7_URL"]
    with addresses(b.url, other) as (one, two, both):
        for urls in (both, ",".join(reversed(both.split(",")))):
            for arguments in (["bootstrap"], ["sync", "--once"], ["sync", "--bootstrap", "--once"], ["teardown", "--yes"],
                              ["swap", "--yes"], ["verify", "--repair"], ["refresh", "--all"], ["dead-letters", "retry"]):
                b.refuse(*arguments, ELASTICSEARCH_URL=urls, saying=["are of different clusters"])
        expect(not one.writes and not two.writes, one.writes + two.writes)
    expect(b.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()") == 0, "a slot was made")


def an_address_changes_its_cluster(b):
    """One that comes back as another cluster gets nothing, even where there is no other."""
    b.load_airbnb()
    elsewhere = Search(os.environ["ELASTICSEARCH7_URL"])
    elsewhere.forget("reservations*")
    with addresses(b.url, b.url) as (first, second, both):
        b.succeed("bootstrap", ELASTICSEARCH_URL=both)
        running = following(b, ELASTICSEARCH_URL=both)
        caught_up(b, "Before")
        asked = second.asked
        first.fault = second.fault = CUT
        b.sql.execute("UPDATE guest SET name = 'During'")
        until("no connection to it is left", lambda: second.asked > asked)
        second.url_behind = elsewhere.url
        second.writes.clear()
        second.fault = None
        until("it is noticed", lambda: f"{second.url} is of another cluster than before" in running.output())
        asked = second.asked
        until("it was asked again", lambda: second.asked > asked + 2)
        expect(not second.writes, f"another cluster got {second.writes}")
        expect(not elsewhere("GET", "/reservations*"), "another cluster has an index")
        expect(running.child.poll() is None, "sync ended:\n" + running.output())
        first.fault = None
        caught_up(b, "After")
        in_peace(running)
        equal(b)


def cluster_is_away(b):
    """Where no address answers, sync waits as it does for one, and says so once in a while."""
    b.load_airbnb()
    with addresses(b.url, b.url) as (first, second, both):
        b.succeed("bootstrap", ELASTICSEARCH_URL=both)
        running = following(b, ELASTICSEARCH_URL=both)
        caught_up(b, "Before")
        first.fault = second.fault = CUT
        b.sql.execute("UPDATE guest SET name = 'During'")
        asked = first.asked + second.asked
        until("it asks again and again", lambda: first.asked + second.asked > asked + 10)
        expect(running.output().count("going on with") <= 4, running.output())
        second.fault = None
        caught_up(b, "After")
        in_peace(running)
        equal(b)


TESTS = [a_node_fails, the_first_is_away, addresses_of_two_clusters, an_address_changes_its_cluster, cluster_is_away]


def play(test, folder):
    with Bench(sys.argv[1], pathlib.Path(folder)) as b:
        test(b)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    return run_all(TESTS, sys.argv[2:], play, lambda: f"; {Counts.documents} documents compared, {Counts.different} different")


if __name__ == "__main__":
    sys.exit(main())
