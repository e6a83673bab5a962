#!/usr/bin/env python3
"""Checks who may include whom under include/pgsync: nothing includes what stands to its right.

    declare -> shape -> {sql | mapping | routing} -> compiled -> base -> {transform | postgres | sink}
        -> catalog -> wal -> queue -> pipeline -> store -> commands -> observe -> cli

Third-party libraries keep to the places named below. What stands in a folder `detail` is for the folder around it alone.
The umbrellas must reach every header.
"""
import argparse
import pathlib
import re
import sys

# Folders, and the umbrellas beside them, in the order of the flow. Equal ranks may use one another only where
# SIBLINGS says so.
RANKS = {
    "version.hpp": 0,
    "declare": 0,
    "shape": 1,
    "sql": 2,
    "mapping": 2,
    "routing": 2,
    "compiled": 3,
    "shape.hpp": 4,
    "base": 5,
    "transform": 6,
    "postgres": 6,
    "sink": 6,
    "transform.hpp": 7,
    "catalog": 7,
    "wal": 8,
    "queue": 9,
    "pipeline": 10,
    "store": 11,
    "commands": 12,
    "observe": 13,
    "cli": 14,
    "runtime.hpp": 15,
    "pgsync.hpp": 16,
}
SIBLINGS = {("routing", "sql")}
# sql and mapping are written over plain data: of shape they see nothing that knows a user's types.
PLAIN = {"sql", "mapping"}
PLAIN_HEADERS = {"shape/node.hpp", "shape/text.hpp", "shape/value_traits.hpp"}

# Third party: a pattern of the header, and where it may stand.
THIRD_PARTY = [
    (r"pqxx/", r"postgres/connection\.hpp"),
    (r"curl/", r"sink/elastic/(curl_transport|detail/tls_remedy)\.hpp"),
    (r"openssl/", r"sink/elastic/sha256\.hpp"),
    (r"zlib\.h", r"sink/elastic/detail/gzip\.hpp"),
    (r"(libpq/|libpq-|pg_config|postgres_ext)", r"(postgres/.*|wal/replication\.hpp)"),
    (r"spdlog/", r"base/log\.hpp"),
    (r"CLI/", r"cli/cli11\.hpp"),
    (r"toml\+\+/", r"cli/config_file\.hpp"),
    (r"microhttpd", r"observe/http_server\.hpp"),
    (r"boost/json/fwd", r"compiled/compiled\.hpp"),
    (r"boost/json(?!/fwd)", r"((transform|sink|store|commands|cli)/.*|base/(finding|json_at)\.hpp|transform\.hpp)"),
    (r"boost/pfr", r"(shape|transform)/.*"),
    (r"boost/hana", r"shape/walk\.hpp"),
    # POSIX; the compile-time half has no business with it.
    (r"(fcntl|malloc|poll|unistd|pthread|signal|netdb|termios)\.h$|(sys|netinet|arpa)/", r"((postgres|catalog|wal|sink|pipeline|store|commands|observe|cli)/.*|base/(this_machine|quiet_thread|stop_request|stop_deadline)\.hpp)"),
    # C++'s own.
    (r"[a-z_0-9]+$", r".*"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def stage_of(path):
    return path.split("/")[0]


def owner_of(path):
    """The folder whose detail a header is; empty: everybody may include it."""
    return path.split("detail/")[0] if "/detail/" in path else ""


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
    if not path.startswith(owner_of(header)):
        return f"{path} includes <pgsync/{header}>, a detail of {owner_of(header)}"
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
        for name in re.findall(r"(?<!namespace )\b((?:\w+::)+detail::\w+)", text):
            if not name.startswith("boost::pfr::"):
                problems.append(f"{path} uses {name}, a detail of another folder")
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
