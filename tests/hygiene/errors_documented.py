#!/usr/bin/env python3
"""Every message of the compile-time half has a heading in docs/errors.md and a compile-fail test.

A message is the text of a static_assert that begins with `pgsync: `. A heading below "When you compile" is its
beginning, at most up to the first semicolon or colon; a test in tests/compile_fail is one whose regex finds it.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PREFIX = "pgsync: "
SECTION = "When you compile"
# What no source can provoke with the compilers at hand.
UNTESTABLE = ["this compiler prints member names in a way pgsync does not know"]

LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
SKIPPED = re.compile(r"//[^\n]*|/\*.*?\*/|'(?:[^'\\\n]|\\.)'", re.S)


def assertion_texts(source):
    """The text at the end of each static_assert, adjacent literals joined."""
    for begin in re.finditer(r"\bstatic_assert\s*\(", source):
        at, depth, text = begin.end(), 1, []
        while depth and at < len(source):
            skipped = SKIPPED.match(source, at)
            literal = LITERAL.match(source, at)
            if literal:
                text.append(literal[1])
                at = literal.end()
                continue
            if skipped:
                at = skipped.end()
                continue
            depth += {"(": 1, ")": -1}.get(source[at], 0)
            if depth and not source[at].isspace():
                text.clear()  # what follows is another argument
            at += 1
        if text:
            yield re.sub(r"\\(.)", r"\1", "".join(text))


def messages():
    found = {}
    for header in sorted((ROOT / "include").rglob("*.hpp")):
        for text in assertion_texts(header.read_text(encoding="utf-8")):
            if text.startswith(PREFIX):
                found.setdefault(text, header.relative_to(ROOT))
    return found


def plain(text):
    """Without what is only Markdown's."""
    return re.sub(r"\\(.)", r"\1", text).replace("`", "")


def headings():
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    page = re.sub(r"^```.*?^```", "", page, flags=re.M | re.S)
    section = re.search(rf"^## {re.escape(SECTION)}\n(.*?)(?=^## |\Z)", page, re.M | re.S)
    return [plain(line) for line in re.findall(r"^#{3,} (.*\S)", section[1] if section else "", re.M)]


def head(text):
    """A message up to its first semicolon or colon, that of a `::` apart."""
    return plain(re.split(r";|(?<!:):(?!:)", text[len(PREFIX):])[0]).strip()


def is_beginning(heading, text):
    short = head(text)
    return short.startswith(heading) and (short == heading or not short[len(heading)].isalnum())


def expected_errors():
    for source in sorted((ROOT / "tests" / "compile_fail").glob("*.cpp")):
        first = source.read_text(encoding="utf-8").split("\n", 1)[0]
        expected = re.fullmatch(r"// compile error: (\S.*)", first)
        if expected:
            yield re.compile(expected[1])


def main():
    found = messages()
    titles = headings()
    expected = list(expected_errors())
    problems = []
    for text, header in found.items():
        if not any(is_beginning(title, text) for title in titles):
            problems.append(f"{header}: docs/errors.md has no heading `{head(text)}`")
        if not any(each.search(text) for each in expected) and head(text) not in UNTESTABLE:
            problems.append(f"{header}: no test in tests/compile_fail expects `{text}`")
    for title in titles:
        fitting = sum(is_beginning(title, text) for text in found)
        if fitting != 1 or titles.count(title) != 1:
            problems.append(f"docs/errors.md: the heading `{title}` begins {fitting} messages "
                            f"and stands there {titles.count(title)} times")
    print("\n".join(problems + [f"{len(found)} messages, {len(titles)} headings, {len(expected)} tests, "
                                f"{len(problems)} problems"]))
    return 1 if problems or not found else 0


if __name__ == "__main__":
    sys.exit(main())
