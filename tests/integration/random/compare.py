"""The index beside the answer of expected.sql, document by document."""

import base64
import decimal
import json
import re
import urllib.error
import urllib.parse
import urllib.request

import psycopg2


class Cluster:
    """A search cluster over HTTP, as far as the test needs one."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.headers = {"Content-Type": "application/json"}
        if parts.username:
            secret = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
            self.headers["Authorization"] = "Basic " + base64.b64encode(secret.encode()).decode()
        self.url = urllib.parse.urlunsplit(
            (parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", "")
        )

    def ask(self, method, path, body=None, missing=None):
        """The parsed answer; `missing` when there is no such thing (404). Numbers are exact."""
        data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        request = urllib.request.Request(f"{self.url}/{path}", data, self.headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return parse(answer.read())
        except urllib.error.HTTPError as error:
            if error.code == 404 and missing is not None:
                return missing
            what = f"{method} {path}: {error.code} {error.read()[:500]!r}"
            if error.code >= 500:
                what += "\n" + self.busy_with()
            raise RuntimeError(what) from None
        except TimeoutError:
            raise RuntimeError(f"{method} {path}: no answer for 60 s\n{self.busy_with()}") from None

    def busy_with(self):
        """What the cluster says of a failure that is its own."""
        said = []
        for path in "_cat/shards?v", "_cluster/allocation/explain", "_cluster/pending_tasks", "_tasks?detailed", "_nodes/hot_threads?threads=5":
            try:
                with urllib.request.urlopen(urllib.request.Request(f"{self.url}/{path}", headers=self.headers), timeout=20) as answer:
                    said.append(f"{path}\n{answer.read().decode()[:6000]}")
            except OSError as error:
                said.append(f"{path}: {error}")
        return "\n".join(said)

    def bulk(self, name, *actions):
        """Index (a document) or delete (None) by _id, past whatever version the index has."""
        lines = []
        for key, document in actions:
            lines.append(
                json.dumps({"delete" if document is None else "index": {"_index": name, "_id": key}})
            )
            if document is not None:
                lines.append(json.dumps(document))
        body = "\n".join(lines) + "\n"
        try:
            answer = self.ask("POST", "_bulk", body)
        except RuntimeError as error:
            # Elasticsearch 6 wants a type, 8 knows none.
            if "type is missing" not in str(error):
                raise
            answer = self.ask("POST", f"{name}/_doc/_bulk", body)
        if answer["errors"]:
            raise RuntimeError(f"_bulk: {answer['items']}")

    def indices(self, pattern):
        """Index and alias names that begin with one of the names of `pattern`."""
        # Asked without a wildcard and sorted out here: a cluster may forbid wildcards.
        names = self.ask("GET", "_aliases")
        return sorted(
            name
            for name in names
            if any(name == p or name.startswith(p + "-") for p in pattern)
            or any(alias in pattern for alias in names[name].get("aliases", {}))
        )

    def written(self, names):
        """How many documents were ever written or deleted, or refused as older than what is there; known without a
        refresh."""
        found = self.indices(names)
        if not found:
            return 0
        answer = self.ask("GET", ",".join(found) + "/_stats/indexing", missing={})
        done = answer.get("_all", {}).get("primaries", {}).get("indexing", {})
        return sum(done.get(each, 0) for each in ("index_total", "index_failed", "delete_total"))

    def documents(self, name):
        """Every document of an index: _id -> source."""
        self.ask("POST", f"{name}/_refresh")
        found = {}
        page = self.ask(
            "POST", f"{name}/_search?scroll=2m", {"size": 300, "sort": ["_doc"], "query": {"match_all": {}}}
        )
        while page["hits"]["hits"]:
            for hit in page["hits"]["hits"]:
                found[hit["_id"]] = hit.get("_source")
            page = self.ask("POST", "_search/scroll", {"scroll": "2m", "scroll_id": page["_scroll_id"]})
        self.ask("DELETE", "_search/scroll", {"scroll_id": page["_scroll_id"]}, missing={})
        return found


class Twice(dict):
    """An object in which a key stood twice; equal to nothing."""


def unique(pairs):
    found = dict(pairs)
    return found if len(found) == len(pairs) else Twice(found)


def parse(text):
    return json.loads(text, parse_float=decimal.Decimal, object_pairs_hook=unique)


def kind(value):
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, decimal.Decimal)):
        return "number"
    return type(value).__name__


def difference(index, database, path="$"):
    """The first path at which two documents differ, with both values, or None."""
    if kind(index) != kind(database):
        return path, index, database
    if isinstance(index, dict):
        for name in database:
            inner = (
                f"{path}.{name}"
                if re.fullmatch(r"\w+", name)
                else f"{path}[{json.dumps(name, ensure_ascii=False)}]"
            )
            if name not in index:
                return inner, "(no such key)", database[name]
            found = difference(index[name], database[name], inner)
            if found:
                return found
        for name in index:
            if name not in database:
                return f"{path}[{json.dumps(name, ensure_ascii=False)}]", index[name], "(no such key)"
        return None
    if isinstance(index, list):
        for n, (one, other) in enumerate(zip(index, database)):
            found = difference(one, other, f"{path}[{n}]")
            if found:
                return found
        if len(index) != len(database):
            return f"{path} (length)", len(index), len(database)
        return None
    return None if index == database else (path, index, database)


def queries(path):
    """expected.sql: index name -> query."""
    parts = re.split(r"^-- index: (\w+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def expected(dsn, sql):
    """The documents as the database has them now, all of one snapshot: index -> _id -> document."""
    connection = psycopg2.connect(dsn)
    try:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        answer = {}
        with connection.cursor() as cursor:
            cursor.execute("SET TimeZone = 'UTC'; SET extra_float_digits = 3; SET DateStyle = 'ISO'")
            for name, query in sql.items():
                with connection.cursor("documents") as stream:
                    # The bytes of the document, not psycopg2's idea of it.
                    stream.execute(
                        f"SELECT id, document::text FROM ({query.strip().rstrip(';')}) AS answer (id, document)"
                    )
                    answer[name] = {key: parse(document) for key, document in stream}
        return answer
    finally:
        connection.close()


def short(value):
    # A single number as it was sent, every digit of it.
    text = (
        str(value)
        if isinstance(value, decimal.Decimal)
        else json.dumps(value, ensure_ascii=False, default=str)
    )
    return text if len(text) <= 160 else text[:110] + f"… ({len(text)} characters) …" + text[-30:]


class Comparison:
    """What came of comparing: how many documents, and the differences as lines to print."""

    def __init__(self, cluster, answer):
        self.documents, self.lines, self.samples = 0, [], []
        self.counts = {"missing": 0, "extra": 0, "different": 0}
        for name, wanted in answer.items():
            have = cluster.documents(name)
            self.documents += len(wanted)
            for key in wanted.keys() - have.keys():
                self.note("missing", name, key, None, wanted[key], "the database has it, the index does not")
            for key in have.keys() - wanted.keys():
                self.note("extra", name, key, have[key], None, "the index has it, the database does not")
            for key in wanted.keys() & have.keys():
                found = difference(have[key], wanted[key])
                if found:
                    self.note(
                        "different",
                        name,
                        key,
                        have[key],
                        wanted[key],
                        f"at {found[0]}: index {short(found[1])}, database {short(found[2])}",
                    )

    def note(self, what, name, key, index, database, text):
        self.counts[what] += 1
        self.lines.append(f"{what:9} {name} _id {json.dumps(key, ensure_ascii=False)}: {text}")
        self.samples.append(
            {"index": name, "_id": key, "what": what, "in index": index, "in database": database}
        )

    @property
    def differences(self):
        return len(self.lines)

    def summary(self):
        return ", ".join(f"{count} {what}" for what, count in self.counts.items())
