#!/usr/bin/env python3
"""Checks who may include whom under include/pgsync: nothing includes what stands to its right.

    declare -> shape -> {sql | mapping | routing} -> {transform | postgres | elastic} -> {snapshot | stream} -> app

Third-party libraries keep to the places named below. The umbrellas must reach every header.
"""
import argparse
import pathlib
import re
import sys

# Folders, and the headers beside them, in the order of the flow. Equal ranks may use one another only where
# SIBLINGS says so.
RANKS = {
    "version.hpp": 0,
    "declare": 0,
    "shape": 1,
    "sql": 2,
    "mapping": 2,
    "routing": 2,
    "compiled.hpp": 3,
    "shape.hpp": 4,
    "printable.hpp": 4,
    "linkage.hpp": 5,
    "json_string.hpp": 4,
    "json_difference.hpp": 5.5,
    "error.hpp": 5,
    "log.hpp": 5,
    "metrics.hpp": 5,
    "backoff.hpp": 5,
    "quiet_thread.hpp": 5,
    "stop_request.hpp": 5,
    "stop_deadline.hpp": 5.2,
    "this_machine.hpp": 5,
    "transform": 6,
    "postgres": 6,
    "elastic": 6,
    "transform.hpp": 7,
    "snapshot": 7,
    "stream": 7,
    "app": 8,
    "runtime.hpp": 9,
    "pgsync.hpp": 10,
}
SIBLINGS = {("routing", "sql"), ("snapshot", "stream"), ("stream", "snapshot")}
# sql and mapping are written over plain data: of shape they see nothing that knows a user's types.
PLAIN = {"sql", "mapping"}
PLAIN_HEADERS = {"shape/node.hpp", "shape/text.hpp"}

# Third party: a pattern of the header, and where it may stand.
THIRD_PARTY = [
    (r"pqxx/", r"postgres/connection\.hpp"),
    (r"curl/", r"elastic/(curl_transport|detail/tls_remedy)\.hpp"),
    (r"openssl/", r"elastic/sha256\.hpp"),
    (r"zlib\.h", r"elastic/detail/gzip\.hpp"),
    (r"(libpq/|libpq-|pg_config|postgres_ext)", r"postgres/.*"),
    (r"spdlog/", r"log\.hpp"),
    (r"CLI/", r"app/cli11\.hpp"),
    (r"toml\+\+/", r"app/config_file\.hpp"),
    (r"microhttpd", r"app/http_server\.hpp"),
    (r"boost/json/fwd", r"compiled\.hpp"),
    (r"boost/json(?!/fwd)", r"((transform|elastic|snapshot|stream|app)/.*|transform\.hpp)"),
    (r"boost/pfr", r"(shape|transform)/.*"),
    (r"boost/hana", r"(shape|sql|mapping|routing)/.*"),
    # POSIX; the compile-time half has no business with it.
    (r"(fcntl|malloc|poll|unistd|pthread|signal|netdb|termios)\.h$|(sys|netinet|arpa)/", r"((postgres|elastic|snapshot|stream|app)/.*|(this_machine|quiet_thread|stop_request|stop_deadline)\.hpp)"),
    # C++'s own.
    (r"[a-z_0-9]+$", r".*"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def stage_of(path):
    return path.split("/")[0]


def check_third_party(path, header):
    for pattern, places in THIRD_PARTY:
        if re.match(pattern, header):
            if re.fullmatch(places, path):
                return None
            return f"{path} includes <{header}>, which may stand only in {places}"
    return f"{path} includes <{header}>, which no rule of {pathlib.Path(__file__).name} knows"


def check_own(path, header, headers):
    if header not in headers:
        return f"{path} includes <pgsync/{header}>, which does not exist"
    here, there = stage_of(path), stage_of(header)
    if here in PLAIN and there == "shape" and header not in PLAIN_HEADERS:
        return f"{path} includes <pgsync/{header}>; {here} may see only {', '.join(sorted(PLAIN_HEADERS))} of shape"
    if here == there or (here, there) in SIBLINGS or RANKS[there] < RANKS[here]:
        return None
    return f"{path} includes <pgsync/{header}>, which stands beside it or to its right"


def check(root):
    headers = {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.hpp"))}
    problems = []
    graph = {}
    for path, text in headers.items():
        if stage_of(path) not in RANKS:
            problems.append(f"{path} stands in no stage that {pathlib.Path(__file__).name} knows")
            continue
        if not text.startswith("#pragma once\n"):
            problems.append(f"{path} does not begin with #pragma once")
        if re.search(r"^\s*namespace\s*\{", text, re.MULTILINE):
            problems.append(f"{path} has an anonymous namespace: another copy in each translation unit")
        if re.search(r"^using namespace", text, re.MULTILINE):
            problems.append(f"{path} says `using namespace` to everybody who includes it")
        graph[path] = set()
        for kind, header in INCLUDE.findall(text):
            own = header.removeprefix("pgsync/") if header.startswith("pgsync/") else None
            if kind == '"':
                problems.append(f'{path} includes "{header}"; write <pgsync/…>')
            elif own is not None:
                graph[path].add(own)
                problem = check_own(path, own, headers)
                if problem:
                    problems.append(problem)
            else:
                problem = check_third_party(path, header)
                if problem:
                    problems.append(problem)
    return problems + check_umbrella(graph, "shape.hpp", RANKS["shape.hpp"]) + check_umbrella(graph, "pgsync.hpp", 99)


def check_umbrella(graph, umbrella, below):
    """Everything that stands left of the umbrella is reached from it."""
    if umbrella not in graph:
        return [f"there is no {umbrella}"]
    reached, todo = set(), [umbrella]
    while todo:
        header = todo.pop()
        if header not in reached and header in graph:
            reached.add(header)
            todo.extend(graph[header])
    # routing/key.hpp and its like serve the run-time half and are reached from there.
    missing = [path for path in graph if RANKS[stage_of(path)] < below and path not in reached]
    if umbrella == "shape.hpp":
        missing = [path for path in missing if stage_of(path) != "routing"]
    return [f"{umbrella} does not reach {path}" for path in missing]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = pathlib.Path(__file__).resolve().parent.parent / "include" / "pgsync"
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=default)
    problems = check(parser.parse_args().root)
    print("\n".join(problems) if problems else "the include rule holds")
    sys.exit(1 if problems else 0)


main()
