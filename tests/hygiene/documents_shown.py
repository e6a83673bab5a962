#!/usr/bin/env python3
"""Every document that docs/shapes.md shows is one that an example makes.

A JSON block comes after a C++ block, and before that the text links the examples it is from. What the block shows must
be part of a document of one of them, in examples/NAME/documents.json, which integration.example compares with what
comes out of real servers: objects may have members more there, values and the length of arrays are the same. The very
first block is of a table that no example has.
"""
import decimal
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What the page's structs have beyond those of the examples. Anything else must stand in a document.
MORE = {"passport", "category", "amounts"}


def parse(text):
    """Numbers with every digit they are written with."""
    return json.loads(text, parse_float=decimal.Decimal)


def is_part(shown, whole):
    if isinstance(shown, dict) and isinstance(whole, dict):
        return all(name in whole and is_part(value, whole[name]) for name, value in shown.items())
    if isinstance(shown, list) and isinstance(whole, list):
        return len(shown) == len(whole) and all(map(is_part, shown, whole))
    return type(shown) is type(whole) and str(shown) == str(whole)


def objects(value):
    """The object itself and every one inside of it."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(each)


def documents(example):
    """(_id, document)"""
    for found in parse((ROOT / "examples" / example / "documents.json").read_text(encoding="utf-8")).values():
        yield from found.items()


def is_shown(shown, examples):
    if "_source" in shown:
        source = shown["_source"]
        return shown.get("_routing") in map(str, source.values()) and any(
            key == shown["_id"] and is_part(source, document) for example in examples for key, document in documents(example))
    return any(is_part(shown, each) for example in examples for _, document in documents(example) for each in objects(document))


def blocks(page):
    """(line, examples linked above it in its section, JSON)"""
    for section in re.finditer(r"^#{2,4} .*?(?=^#{2,4} |\Z)", page, re.M | re.S):
        for block in re.finditer(r"^```json\n(.*?)^```", section[0], re.M | re.S):
            above = section[0][:block.start()]
            linked = re.findall(r"\]\(\.\./examples/(\w+)\)", re.sub(r"^```.*?^```", "", above, flags=re.M | re.S))
            yield page.count("\n", 0, section.start() + block.start()) + 2, linked, parse(block[1])


def main():
    page = (ROOT / "docs" / "shapes.md").read_text(encoding="utf-8")
    found = list(blocks(page))
    problems = []
    for number, (line, examples, shown) in enumerate(found):
        if (number or examples) and not is_shown({name: shown[name] for name in shown.keys() - MORE}, examples):
            problems.append(f"docs/shapes.md, line {line}: no document of {', '.join(examples) or 'no example'} is like this")
    print("\n".join(problems + [f"{len(found)} documents shown, {len(problems)} problems"]))
    return 1 if problems or not found else 0


if __name__ == "__main__":
    sys.exit(main())
