"""What stands between the program and its servers: two proxies, one that knows TCP alone and one that knows HTTP.

Proxy cuts, freezes, delays, narrows and resets connections. SearchProxy stands behind one and does to single
requests and answers what a rule says.
"""

import contextlib
import http.client
import json
import random
import socket
import struct
import threading
import time
import urllib.parse


def listener(port=0):
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(64)
    return listening


def reset(connection):
    """Ends a connection with a RST, and wakes whoever reads from it here."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)
    connection.close()


class Link:
    """One connection through a Proxy."""

    def __init__(self, client, server):
        self.client, self.server = client, server
        self.flows = threading.Event()  # cleared: nothing passes, nobody is told
        self.flows.set()
        self.forgotten = False  # frozen for good
        self.left = None  # bytes that may still come from the server before it is reset

    def reset(self):
        reset(self.client)
        reset(self.server)
        self.flows.set()


class Proxy:
    def __init__(self, port_of_server, port=0):
        self.target = port_of_server  # a function: a restarted server may have another port
        self.listening = listener(port)
        self.port = self.listening.getsockname()[1]
        self.delay, self.bandwidth, self.refusing = 0.0, None, False
        self.lock, self.links = threading.Lock(), set()
        threading.Thread(target=self._accept, daemon=True).start()

    # --- faults ---------------------------------------------------------------------------------------

    def _each(self):
        with self.lock:
            return list(self.links)

    def cut(self):
        """Every connection there is ends with a RST."""
        links = [link for link in self._each() if not link.forgotten]
        for link in links:
            link.reset()
        return len(links)

    def freeze(self):
        for link in self._each():
            link.flows.clear()

    def forget(self):
        """Nothing passes any more on the connections there are now, in either direction, and neither end
        hears of it. New ones work."""
        links = [link for link in self._each() if not link.forgotten]
        for link in links:
            link.flows.clear()
            link.forgotten = True
        return len(links)

    def thaw(self):
        for link in self._each():
            if not link.forgotten:
                link.flows.set()

    def reset_within(self, size):
        """Each connection is reset once so many more bytes have come from the server."""
        for link in self._each():
            link.left = size

    def calm(self):
        """Everything passes again, except on what was forgotten."""
        self.delay, self.bandwidth, self.refusing = 0.0, None, False
        for link in self._each():
            link.left = None
        self.thaw()

    def close(self):
        self.listening.close()
        for link in self._each():
            link.reset()

    # --- passing on -----------------------------------------------------------------------------------

    def _accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            try:
                if self.refusing:
                    raise OSError
                server = socket.create_connection(("127.0.0.1", self.target()), 10)
                server.settimeout(None)
            except OSError:
                reset(client)
                continue
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link = Link(client, server)
            with self.lock:
                self.links.add(link)
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(link, source, target), daemon=True).start()

    def _pump(self, link, source, target):
        try:
            while data := source.recv(65536):
                if self.delay:
                    time.sleep(self.delay)
                if self.bandwidth:
                    time.sleep(len(data) / self.bandwidth)
                link.flows.wait()
                if link.left is not None and source is link.server:
                    data = data[: link.left]
                    link.left -= len(data)
                    target.sendall(data)
                    if link.left <= 0:
                        link.reset()
                        break
                else:
                    target.sendall(data)
            link.flows.wait()
            target.shutdown(socket.SHUT_WR)
        except OSError:
            link.reset()
        with self.lock:
            if source is link.server:
                self.links.discard(link)


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body

    @property
    def is_bulk(self):
        return "_bulk" in self.path


class Answer:
    def __init__(self, status, body, cut=None):
        self.status, self.body = status, body
        self.cut = cut  # so much of it is sent, then the connection is reset


CUT, SILENCE = object(), object()  # what a rule may return in place of an answer


class SearchProxy:
    """`rule(request, forward)` returns an Answer, CUT or SILENCE; forward(request) asks the cluster."""

    def __init__(self, port_of_server):
        self.target, self.rule = port_of_server, None
        self.listening = listener()
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def calm(self):
        self.rule = None

    def close(self):
        self.listening.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        upstream = []

        def forward(request):
            for attempt in (1, 2):
                if not upstream:
                    upstream.append(http.client.HTTPConnection("127.0.0.1", self.target(), timeout=120))
                try:
                    upstream[0].request(request.method, request.path, request.body or None, request.headers)
                    answer = upstream[0].getresponse()
                    return Answer(answer.status, answer.read())
                except (OSError, http.client.HTTPException):
                    # One that was kept alive may have ended meanwhile; that is nothing new.
                    upstream.pop().close()
                    if attempt == 2:
                        raise
            return None

        try:
            stream = client.makefile("rb")
            while request := read_request(stream):
                rule = self.rule
                answer = rule(request, forward) if rule else forward(request)
                if answer is SILENCE:
                    stream.read()  # until the other side has had enough
                    break
                if answer is CUT:
                    return
                text = (
                    f"HTTP/1.1 {answer.status} x\r\ncontent-type: application/json\r\n"
                    f"content-length: {len(answer.body)}\r\n\r\n"
                ).encode()
                if request.method != "HEAD":
                    text += answer.body
                if answer.cut is not None:
                    client.sendall(text[: max(1, int(len(text) * answer.cut))])
                    return
                client.sendall(text)
        except (OSError, ValueError, http.client.HTTPException):
            pass
        finally:
            if upstream:
                upstream[0].close()
            reset(client)


class Holding:
    """Between a program and the cluster of this URL: holds back what `which(request)` is true of, until it is told to let
    that go."""

    def __init__(self, cluster, which):
        self.which, self.held, self.go = which, threading.Event(), threading.Event()
        self.proxy = SearchProxy(lambda: urllib.parse.urlsplit(cluster).port)
        self.proxy.rule = self.rule
        self.url = f"http://127.0.0.1:{self.proxy.port}"

    def rule(self, request, forward):
        if not self.go.is_set() and self.which(request):
            self.held.set()
            self.go.wait(120)
        return forward(request)

    def let_go(self):
        self.go.set()
        self.proxy.close()


def read_request(stream):
    first = stream.readline().decode("latin-1").split()
    if len(first) != 3:
        return None
    headers = {}
    while (line := stream.readline().decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    size = int(headers.pop("content-length", 0))
    body = stream.read(size)
    if len(body) < size:
        return None
    headers.pop("host", None)
    return Request(first[0], first[1], headers, body)


# --- rules --------------------------------------------------------------------------------------------


class Once:
    """Does something to a bulk, with a probability, and counts how often."""

    def __init__(self, seed, work, chance=1.0):
        self.rng, self.work, self.chance = random.Random(seed), work, chance
        self.count = 0

    def __call__(self, request, forward):
        if not request.is_bulk or not request.body or self.rng.random() >= self.chance:
            return forward(request)
        self.count += 1
        return self.work(request, forward, self.rng)


def refuse(status, reason):
    """In whole, by the proxy itself: the cluster never hears of it."""
    body = json.dumps(
        {"error": {"type": "es_rejected_execution_exception", "reason": reason}, "status": status}
    ).encode()
    return lambda request, forward, rng: Answer(status, body)


def refuse_items(request, forward, rng):
    """Some items of a bulk, as a full write queue does; the cluster gets the others alone."""
    lines = request.body.split(b"\n")
    items, at = [], 0
    while at < len(lines) and lines[at]:
        width = 1 if lines[at].startswith(b'{"delete"') else 2
        items.append(lines[at : at + width])
        at += width
    kept = [rng.random() < 0.5 for _ in items]
    kept = [keep or item[0].startswith(b'{"update"') for keep, item in zip(kept, items)]
    if all(kept):
        return forward(request)
    chosen = [line for keep, item in zip(kept, items) if keep for line in item]
    answers = []
    if chosen:
        found = forward(Request(request.method, request.path, request.headers, b"\n".join(chosen) + b"\n"))
        if found.status != 200:
            return found
        answers = json.loads(found.body)["items"]
    answers.reverse()
    busy = {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "a full queue"}}
    merged = [
        answers.pop() if keep else {json.loads(item[0]).popitem()[0]: busy} for keep, item in zip(kept, items)
    ]
    return Answer(200, json.dumps({"errors": True, "items": merged}).encode())


def answer_half(request, forward, rng):
    """The cluster did it all, and its answer breaks off."""
    answer = forward(request)
    answer.cut = rng.random()
    return answer


def answer_half_whole(request, forward, rng):
    """The same, but as an answer that HTTP takes for whole."""
    answer = forward(request)
    answer.body = answer.body[: rng.randrange(len(answer.body))]
    return answer


def swallow(request, forward, rng):
    """Done, and nobody ever hears of it."""
    forward(request)
    return SILENCE


def swallow_and_cut(request, forward, rng):
    forward(request)
    return CUT


def lose(request, forward, rng):
    """Gone on its way."""
    return CUT


def twice(request, forward, rng):
    first = forward(request)
    second = forward(request)
    return first if rng.random() < 0.5 else second


def gateway(request, forward, rng):
    """Something between has an opinion of its own."""
    return Answer(rng.choice([502, 503, 504]), b"<html><h1>Bad Gateway</h1></html>")
