"""An example's program as it follows its tables, and every document beside what the oracle says it must be."""
import subprocess
import time

from harness import ROOT, Bench, Failure, expect, folder_of, until  # puts what follows within reach
import compare
import versions

PATIENCE = 15  # seconds until the documents of one change must be there
ABSENT = object()
SCENARIOS = []
REFUSALS = []


class Scenario:
    def __init__(self, annotation, test):
        self.example = test.__module__.rpartition(".")[2]
        self.annotation = annotation
        self.title = test.__name__.replace("_", " ").strip()
        self.test = test

    def __str__(self):
        return f"{self.annotation}: {self.title} ({self.example})"


def proves(annotation):
    """A test of this annotation; the module is called like the example, the function says what happens."""
    def remember(test):
        SCENARIOS.append(Scenario(annotation, test))
        return test
    return remember


def refuses(example):
    """A test that bootstrap of this example refuses; it gets a Bench with the tables, and breaks them."""
    def remember(test):
        scenario = Scenario("refused", test)
        scenario.example = example
        REFUSALS.append(scenario)
        return test
    return remember


def difference(got, wanted):
    """The first one, in words; None where there is none."""
    found = compare.difference(got, wanted)
    return found and f"at {found[0]} it is {compare.short(found[1])}, not {compare.short(found[2])}"


def same(got, wanted, what):
    found = difference(got, wanted)
    expect(not found, f"{what}: {found}")


def oracle(example):
    """Index name -> query."""
    own = folder_of(example) / "expected.sql"
    return compare.queries(own if own.exists() else ROOT / "tests" / "examples" / f"{example}.sql")


def bench(program, folder, example):
    return Bench(program, folder, indices=tuple(f"{name}-*" for name in oracle(example)))


def follow(values, path):
    """What is at a path like `reviews.author.name`; a list stands for what all of its elements have there."""
    for step in path.split(".") if path else []:
        if isinstance(values, list):
            values = [follow(each, step) for each in values]
        else:
            values = values.get(step, ABSENT) if isinstance(values, dict) else ABSENT
    return values


class World:
    """One example: `change` commits, and returns when every document is as the oracle says."""

    def __init__(self, bench, example):
        self.bench, self.example = bench, example
        self.search = bench.search
        self.oracle = oracle(example)
        self.names = tuple(self.oracle)
        self.cluster = compare.Cluster(bench.url)
        self.reader = bench.connect()
        self.reader.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
        with self.reader.cursor() as cursor:
            cursor.execute("SET TimeZone = 'UTC'; SET extra_float_digits = 3; SET DateStyle = 'ISO'")
            if versions.has_jit(self.reader.server_version):
                cursor.execute("SET jit = off")
        self.reader.commit()
        self.hits = self.before = {}
        self.running = None

    # --- the program ----------------------------------------------------------------------------------

    def begin(self):
        self.bench.succeed("bootstrap")
        self.follow()
        self.settle()

    def follow(self):
        self.running = self.bench.start("sync")
        until("sync follows the slot", lambda: "following slot" in self.running.output())

    def close(self):
        self.reader.close()

    def stop(self):
        expect(self.running.stop() == 0, "SIGTERM does not end sync with 0:\n" + self.running.output()[-2000:])

    def end(self):
        """Stopped in order nothing is left to do; and teardown leaves nothing."""
        self.stop()
        self.bench.succeed("sync", "--once")
        self.settle(running=False)
        self.bench.succeed("teardown", "--yes")
        expect(self.cluster.indices(self.names) == [], "teardown left an index")
        expect(self.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()") == 0,
               "teardown left a slot")
        if versions.has_publications(self.reader.server_version):
            expect(self.value("SELECT count(*) FROM pg_publication") == 0, "teardown left a publication")

    # --- what must be, and what is --------------------------------------------------------------------

    def expected(self):
        answer = {}
        with self.reader.cursor() as cursor:
            for name, query in self.oracle.items():
                # The bytes of the document, not psycopg2's idea of it.
                cursor.execute(f"SELECT id, document::text FROM ({query.strip().rstrip(';')}) AS answer (id, document)")
                answer[name] = {key: compare.parse(document) for key, document in cursor}
        self.reader.commit()
        return answer

    def present(self):
        """index -> _id -> hit; one that is on two shards, as a changed routing could leave it, is there twice."""
        every = ",".join(self.names)
        self.cluster.ask("POST", f"{every}/_refresh")
        answer = self.cluster.ask("POST", f"{every}/_search", {"size": 5000, "seq_no_primary_term": True})
        expect(answer["_shards"]["failed"] == 0, f"shards failed: {answer['_shards']}")
        expect(answer["hits"]["total"]["value"] == len(answer["hits"]["hits"]), "more documents than one page holds")
        found = {name: {} for name in self.names}
        for hit in answer["hits"]["hits"]:
            documents = found[hit["_index"].rpartition("-")[0]]
            key = hit["_id"]
            while key in documents:
                key += " (once more, on another shard)"
            documents[key] = hit
        return found

    def differences(self, wanted):
        self.hits = self.present()
        lines = []
        for name in self.names:
            have = self.hits[name]
            lines += [f"{name} {key}: missing" for key in wanted[name].keys() - have.keys()]
            lines += [f"{name} {key}: should not be there" for key in have.keys() - wanted[name].keys()]
            for key in wanted[name].keys() & have.keys():
                found = difference(have[key].get("_source"), wanted[name][key])
                if found:
                    lines.append(f"{name} {key}: {found}")
        return lines

    def settle(self, running=True):
        wanted = self.expected()
        end = time.monotonic() + PATIENCE
        while True:
            lines = self.differences(wanted)
            if not lines:
                return
            if running and self.running.child.poll() is not None:
                raise Failure(f"sync ended by itself with {self.running.child.returncode}:\n{self.running.output()[-1500:]}")
            expect(time.monotonic() < end, f"{len(lines)} documents wrong after {PATIENCE} s:\n    "
                   + "\n    ".join(sorted(lines)[:8]))
            time.sleep(0.01)

    def change(self, sql, *parameters):
        """One commit."""
        self.before = self.hits
        self.bench.sql.execute(sql, parameters or None)
        self.settle()

    def pass_by(self, sql):
        """One commit that concerns no document: waits until the slot is past it, and nothing was written."""
        self.change(sql)
        position = self.value("SELECT pg_current_wal_insert_lsn()")
        until("the slot is past it", lambda: self.value("SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots "
                                                        "WHERE database = current_database()", position))
        self.settle()
        self.wrote()

    def ends_saying(self, *texts):
        """sync ends with 1, and says these things."""
        try:
            expect(self.running.child.wait(PATIENCE) == 1, "sync ends with something else than 1")
        except subprocess.TimeoutExpired:
            raise Failure("sync goes on") from None
        output = self.running.output()
        for text in texts:
            expect(text in output, f"sync does not say {text!r}:\n{output[-1500:]}")

    def stops(self, sql, *texts, repair):
        """One commit at which sync ends and says these things; it goes on where the commit after it repairs that."""
        self.bench.sql.execute(sql)
        self.ends_saying(*texts)
        self.bench.sql.execute(repair)
        self.follow()
        self.settle()

    @staticmethod
    def number(value):
        """As the numbers of a document are: exact."""
        return compare.parse(str(value))

    def value(self, query, *parameters):
        return self.bench.value(query, *parameters)

    # --- what a scenario says of it -------------------------------------------------------------------

    def document(self, index, key):
        hit = self.hits[index].get(str(key))
        expect(hit, f"{index} has no document {key}")
        return hit["_source"]

    def shows(self, index, key, path, wanted):
        same(follow(self.document(index, key), path), wanted, f"{index} {key} {path}")

    def lacks(self, index, key, path):
        found = follow(self.document(index, key), path)
        expect(found is ABSENT, f"{index} {key} has {path}: {found!r}")

    def there(self, index, *keys):
        for key in keys:
            expect(str(key) in self.hits[index], f"{index} has no document {key}")

    def gone(self, index, *keys):
        for key in keys:
            expect(str(key) not in self.hits[index], f"{index} still has document {key}")

    def only(self, index, *keys):
        """The index has these documents and no other."""
        wanted = {str(key) for key in keys}
        expect(set(self.hits[index]) == wanted, f"{index} has {sorted(self.hits[index])}, not {sorted(wanted)}")

    def every(self, index, **values):
        """There are documents, and all of them have these values."""
        expect(self.hits[index], f"{index} is empty")
        for key in self.hits[index]:
            for name, value in values.items():
                self.shows(index, key, name, value)

    def wrote(self, *wanted):
        """Exactly these documents, as `index/_id`, were written, deleted or made by the last change."""
        def state(hits):
            return {f"{name}/{key}": (hit["_seq_no"], hit["_primary_term"])
                    for name in hits for key, hit in hits[name].items()}
        before, now = state(self.before), state(self.hits)
        found = {each for each in before.keys() | now.keys() if before.get(each) != now.get(each)}
        expect(found == set(wanted), f"written: {', '.join(sorted(found)) or 'none'}; not: {', '.join(wanted) or 'none'}")

    # --- the index itself -----------------------------------------------------------------------------

    def mapping(self, index):
        (answer,) = self.cluster.ask("GET", f"{index}/_mapping").values()
        return answer["mappings"]

    def maps(self, index, **wanted):
        """The mapping the cluster reports for fields; `__` leads into objects."""
        properties = self.mapping(index)["properties"]
        for path, field in wanted.items():
            found = {"properties": properties}
            for step in path.split("__"):
                found = found.get("properties", {}).get(step, {})
            same(found, field, f"mapping of {index} {path}")

    def settings(self, index):
        (answer,) = self.cluster.ask("GET", f"{index}/_settings").values()
        return answer["settings"]["index"]

    def finds(self, index, query, *keys):
        answer = self.cluster.ask("POST", f"{index}/_search", {"size": 5000, "_source": False, "query": query})
        found = {hit["_id"] for hit in answer["hits"]["hits"]}
        expect(found == {str(key) for key in keys}, f"{index}: {query} finds {sorted(found)}, not {keys}")

    def routed(self, index, key, routing):
        """The whole index has one document of this id, under this routing; None: under none."""
        answer = self.cluster.ask("POST", f"{index}/_search", {"query": {"ids": {"values": [str(key)]}}})
        found = [hit.get("_routing") for hit in answer["hits"]["hits"]]
        expect(found == [routing if routing is None else str(routing)],
               f"{index} {key} is there {len(found)} times, routed by {found}, not by {routing}")

    def shard(self, index, routing):
        answer = self.cluster.ask("GET", f"{index}/_search_shards?routing={routing}")
        return answer["shards"][0][0]["shard"]

