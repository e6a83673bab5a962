#!/usr/bin/env python3
"""docs/shapes.md teaches everything that can be declared, and shows every example.

Every type and template of include/pgsync/declare/*.hpp stands there in C++ or between backticks, and every folder of
examples/ is linked. Every word that the struct of a shape can be written with is in namespace shape_words.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What does not stand inside the struct of a shape.
OTHER_HEADERS = {"box.hpp", "describe.hpp", "fixed_string.hpp", "index.hpp", "shape_words.hpp"}

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
DECLARATION = re.compile(r"(?P<template>template\s*<[^;{}]*?>\s*)?(?:\b(?:struct|class|enum(?:\s+class)?)\s+(?P<type>\w+)"
                         r"\s*(?:final\s*)?(?:[:{]|;)|\busing\s+(?P<alias>\w+)\s*=)")


def at_depth(source, namespace):
    """The text that stands directly in this namespace, without the bodies of what is declared there."""
    kept, stack, begin = [], [], 0
    for brace in re.finditer(r"[{}]", source):
        before = source[begin:brace.start()]
        if stack == [namespace]:
            kept.append(before + brace[0])
        begin = brace.end()
        if brace[0] == "{":
            opened = re.search(r"\bnamespace\s+([\w:]+)\s*$", before)
            stack.append(opened[1] if opened else "")
        elif stack:
            stack.pop()
    return "".join(kept)


def declared():
    """(name, is it a template, header), each once."""
    found = {}
    for header in sorted((ROOT / "include" / "pgsync" / "declare").glob("*.hpp")):
        source = COMMENT.sub("", header.read_text(encoding="utf-8"))
        for each in DECLARATION.finditer(at_depth(source, "pgsync")):
            found.setdefault(each["type"] or each["alias"], (bool(each["template"]), header.name))
    return [(name, *facts) for name, facts in found.items()]


def code_of(page):
    """The C++ blocks as one text, and what stands between backticks."""
    blocks = re.findall(r"^```cpp\n(.*?)^```", page, re.M | re.S)
    prose = re.sub(r"^```.*?^```", "", page, flags=re.M | re.S)
    return COMMENT.sub("", "\n".join(blocks)), re.findall(r"`([^`\n]+)`", prose)


def shows(name, template, blocks, spans):
    written = re.compile(rf"(?<!std::)\b{name}" + ("<" if template else r"\b"))
    return name in spans or any(written.search(each) for each in [blocks, *spans])


def main():
    page = (ROOT / "docs" / "shapes.md").read_text(encoding="utf-8")
    blocks, spans = code_of(page)
    names = declared()
    examples = sorted(each.parent.name for each in (ROOT / "examples").glob("*/shape.hpp"))
    problems = []
    words = (ROOT / "include" / "pgsync" / "declare" / "shape_words.hpp").read_text(encoding="utf-8")
    for name, template, header in names:
        if header not in OTHER_HEADERS and f"\nusing pgsync::{name};\n" not in words:
            problems.append(f"include/pgsync/declare/{header}: shape_words.hpp lacks {name}")
        if not shows(name, template, blocks, spans):
            written = f"{name}<…>" if template else name
            problems.append(f"include/pgsync/declare/{header}: docs/shapes.md does not show `{written}`")
    for example in examples:
        if f"](../examples/{example})" not in page:
            problems.append(f"docs/shapes.md has no link to ../examples/{example}")
    print("\n".join(problems + [f"{len(names)} names, {len(examples)} examples, {len(problems)} problems"]))
    return 1 if problems or not names or not examples else 0


if __name__ == "__main__":
    sys.exit(main())
