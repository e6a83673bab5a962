"""What the cluster can do by itself: bodies that were built before, and nothing but `_bulk`."""
import http.client
import json
import time
import urllib.parse

from rows import together

ALONE = "reservations-alone"
CONNECTIONS = (1, 2, 4)


class Connection:
    def __init__(self, b):
        address = urllib.parse.urlsplit(b.url)
        self.http = http.client.HTTPConnection(address.hostname, address.port)

    def bulk(self, body, index=ALONE):
        self.http.request("POST", f"/{index}/_bulk?filter_path=errors", body, {"Content-Type": "application/x-ndjson"})
        answer = self.http.getresponse().read()
        assert json.loads(answer)["errors"] is False, answer

    def get(self, booking, field, index="reservations"):
        self.http.request("GET", f"/{index}/_doc/{booking}?_source_includes={field}")
        return self.http.getresponse().read().decode()


def line(key, document):
    return f'{{"index":{{"_id":"{key}"}}}}\n{document}\n'.encode().replace(b"\r", b" ")


def bodies(b, queries, keys, size=5 << 20):
    """Bulks of about `size` bytes with the documents of these keys; and the bytes of a document on average."""
    made, body, held, total, count = [], [], 0, 0, 0
    for at in range(0, len(keys), 10_000):
        b.sql.execute(queries.of_keys(keys[at:at + 10_000]))
        for key, document in b.sql:
            body.append(line(key, document))
            held += len(body[-1])
            total += len(document)
            count += 1
            if held >= size:
                made.append(b"".join(body))
                body, held = [], 0
    if body:
        made.append(b"".join(body))
    return made, total / max(count, 1)


def send(b, made, connections):
    """Seconds until all bodies are in the index."""
    return together(connections, lambda: Connection(b).bulk, made)


def best(of):
    """With the best of the connections as `bulk`: of their medians, not of single runs, for pgsync has one way only."""
    return of | {"bulk": min(of[f"bulk {connections}"] for connections in CONNECTIONS)}


def processor_seconds(b):
    """Of all nodes so far, work that has just ended included: a node looks once a second at most."""
    time.sleep(1.1)
    nodes = b.search("GET", "/_nodes/stats/process")["nodes"].values()
    return sum(node["process"]["cpu"]["total_in_millis"] for node in nodes) / 1000


def fresh_index(b, mapping, refresh="-1"):
    b.search("DELETE", f"/{ALONE}")
    b.search("PUT", f"/{ALONE}", {"settings": {"index": {"refresh_interval": refresh, "number_of_replicas": 0}},
                                  "mappings": {"dynamic": False, "properties": mapping}})


def forget(b):
    b.search("DELETE", f"/{ALONE}")
