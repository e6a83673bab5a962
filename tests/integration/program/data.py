#!/usr/bin/env python3
"""Rows that make trouble cost their own document and no other: keys that are null, SQL of the shape that fails for some
values, a transform that throws, bytes that are no text.

    data.py PROGRAM [TEST]...        libpq's variables (a superuser) and OPENSEARCH_URL name the servers

Every document of every index is compared with what the queries below say.
"""
import argparse
import json
import pathlib
import sys

from harness import Bench, Failure, expect, run_all, until

COUNTRY = "(SELECT json_build_object('id', c.id, 'name', c.name) FROM country c WHERE c.id = x.country_id)"
# Of each index: `_id`, and the document.
WANTED = {
    "items": f"""SELECT x.id::text, json_build_object('id', x.id, 'title', x.title, 'body', x.body, 'country', {COUNTRY},
        'notes', (SELECT coalesce(json_agg(json_build_object('id', n.id, 'body', n.body, 'share', 100 / n.weight)
                                           ORDER BY n.id), '[]') FROM note n WHERE n.item_id = x.id),
        'ratio', 1000 / (x.amount - 3)) FROM item x
        WHERE x.amount <> 3 AND NOT EXISTS (SELECT FROM note n WHERE n.item_id = x.id AND n.weight = 0)""",
    "offers": """SELECT x.id::text, json_build_object('id', x.id, 'title', x.title) FROM item x WHERE amount <> 4""",
    "labels": "SELECT x.id::text, json_build_object('id', x.id, 'name', x.name) FROM label x WHERE x.name <> 'bad'",
    "persons": f"""SELECT x.ref::text, json_build_object('number', x.ref, 'name', x.name, 'country', {COUNTRY},
        'cards', (SELECT coalesce(json_agg(json_build_object('id', k.id) ORDER BY k.id), '[]') FROM card k
                  WHERE k.person_ref = x.ref)) FROM person x WHERE x.ref IS NOT NULL""",
    "shelves": f"""SELECT x.shop || '|' || replace(x.code, '|', '\\|'),
        json_build_object('shop', x.shop, 'code', x.code, 'name', x.name, 'country', {COUNTRY},
        'books', (SELECT coalesce(json_agg(json_build_object('id', b.id) ORDER BY b.id), '[]') FROM book b
                  WHERE b.shop = x.shop AND b.code = x.code)) FROM shelf x WHERE x.shop IS NOT NULL AND x.code IS NOT NULL""",
    "cells": f"""SELECT x.a || '|' || x.b, json_build_object('a', x.a, 'b', x.b, 'name', x.name, 'country', {COUNTRY})
        FROM cell x WHERE x.a IS NOT NULL AND x.b IS NOT NULL""",
    "files": """SELECT x.id::text, json_build_object('id', x.id, 'object', x.object::bigint, 'more', x.more::bigint[],
        'kind', x.kind, 'kinds', x.kinds, 'same', x.object::bigint, 'all', (x.more || x.object)::bigint[],
        'objects', (SELECT coalesce(json_agg(p.object::bigint ORDER BY p.id), '[]') FROM part p WHERE p.file_id = x.id),
        'by_id', (SELECT coalesce(json_object_agg(p.id, p.object::bigint), '{}') FROM part p WHERE p.file_id = x.id),
        'last', (SELECT max(p.object::bigint) FROM part p WHERE p.file_id = x.id)) FROM file x""",
}
ASIDE = "--on-rejected=dead-letter"


class Counts:
    documents = 0


class Data:
    """A database with the tables, and the program."""

    def __init__(self, bench):
        self.b, self.running = bench, None
        bench.sql.connection.set_client_encoding("UTF8")
        bench.load("data", data=False)

    def sql(self, *statements):
        for each in statements:
            self.b.sql.execute(each)

    def wanted(self, index, unread=()):
        """`unread`: what this connection cannot even read."""
        query = WANTED[index]
        if unread:
            query = f"SELECT * FROM ({query}) w(id, document) WHERE id NOT IN ({', '.join(map(repr, unread))})"
        self.b.sql.execute(query)
        return {key: document if isinstance(document, dict) else json.loads(document) for key, document in self.b.sql.fetchall()}

    def found(self, index):
        self.b.search("POST", f"/{index}/_refresh")
        answer = self.b.search("GET", f"/{index}/_search?size=10000")
        expect("hits" in answer, f"{index} cannot be searched: {answer}")
        return {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}

    def equal(self, *indices, aside=(), unread=()):
        """Documents are as the database says; `aside`: those whose letter says that they cannot be, and that the
        index may have as they were."""
        for index in indices or WANTED:
            def differences():
                wanted, found = self.wanted(index, unread), self.found(index)
                for key in (*aside, *unread):
                    found.pop(key, None)
                    wanted.pop(key, None)
                return [(key, found.get(key), wanted.get(key)) for key in sorted({*wanted, *found})
                        if found.get(key) != wanted.get(key)]
            try:
                until("the documents are as the database says", lambda: not differences(), patience=20)
            except Failure as problem:
                left = differences()
                raise Failure(f"{index}: {len(left)} differ: {left[:2]}" + self.said()) from problem
            Counts.documents += len(self.found(index))

    def said(self):
        return "" if self.running is None else "\n" + self.running.output()[-1500:]

    def bootstrap(self, *options):
        return self.b.succeed("bootstrap", *options)

    def follow(self, *options):
        self.running = self.b.start("sync", *options)
        until("sync follows the slot", lambda: "following slot" in self.running.output() or self.running.child.poll() is not None)
        expect(self.running.child.poll() is None, "sync has ended" + self.said())

    def end(self):
        expect(self.running.stop() == 0, "SIGTERM does not end sync with 0:" + self.said())
        self.running = None

    def stopped(self, *saying):
        """The running sync ends by itself, and says why."""
        status = self.running.child.wait(60)
        said = self.running.output()
        for each in saying:
            expect(each in said, f"sync ended with {status} and does not say {each!r}:\n{said[-2000:]}")
        expect(status == 1, f"sync ended with {status}")
        self.running = None

    def doctor(self, code):
        """What doctor says of one kind."""
        _, said = self.b.run("doctor", "--json")
        return [each["what"] for each in json.loads(said[said.index("{"):])["findings"] if each["code"] == code]

    def letters(self, index):
        """Of the index: by document, whether it is settled and why it was written."""
        _, said = self.b.run("dead-letters", "--json")
        (box,) = [each for each in json.loads(said[said.index("{"):])["indices"] if each["index"] == index]
        return {each["id"]: (each["settled"], each["reason"]) for each in box["letters"]}

    def aside(self, index, key, *saying):
        """The document is set aside, for that reason."""
        def there():
            return key in self.letters(index) and not self.letters(index)[key][0]
        until(f"document {key} of {index} is set aside", there, patience=20)
        reason = self.letters(index)[key][1]
        for each in saying:
            expect(each in reason, f"the letter of {key} does not say {each!r}: {reason}")

    def settled(self, index, key):
        until(f"the letter of {key} of {index} is settled", lambda: self.letters(index)[key][0], patience=20)


TESTS = []


def test(body, create=""):
    TESTS.append(body)
    body.create = create
    return body


def in_a_database(create):
    return lambda body: test(body, create)


@test
def a_row_whose_key_is_null_has_no_document(d):
    d.sql("INSERT INTO country VALUES (1, 'A'), (2, 'B')",
          "INSERT INTO person (ref, name, country_id) SELECT g, 'p' || g, 1 + g % 2 FROM generate_series(1, 300) g",
          "INSERT INTO person (ref, name, country_id) SELECT NULL, 'nobody', 1 FROM generate_series(1, 300)",
          "INSERT INTO card SELECT g, CASE WHEN g % 2 = 0 THEN g END FROM generate_series(1, 20) g",
          "INSERT INTO shelf SELECT g, CASE g % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'x|y' END, 's', 1 FROM generate_series(1, 30) g",
          "INSERT INTO shelf VALUES (5, 'real', 'r', 1), (5, NULL, 'null', 1), (5, NULL, 'null', 1), (NULL, 'k', 'null', 1), (NULL, NULL, 'null', 1)",
          "INSERT INTO shelf VALUES (4, NULL, 'collides with (4, empty)', 1)",
          "INSERT INTO cell SELECT g, nullif(g % 3, 0), 'c', 1 FROM generate_series(1, 30) g",
          "INSERT INTO cell VALUES (NULL, 1, 'c', 1), (31, NULL, 'c', 1)",
          "INSERT INTO book VALUES (1, 5, 'real'), (2, 5, NULL), (3, NULL, NULL)")
    d.bootstrap("--page-size", "7")
    d.equal()
    d.follow()
    # Owners behind another table, some of which have no key.
    d.sql("UPDATE country SET name = 'AA' WHERE id = 1")
    d.equal("persons", "shelves", "cells")
    # A key that becomes null, and one that becomes a value.
    d.sql("UPDATE person SET ref = NULL WHERE ref = 17", "UPDATE person SET ref = 1017 WHERE ctid = (SELECT min(ctid) FROM person WHERE ref IS NULL)",
          "UPDATE shelf SET code = NULL WHERE shop = 5 AND code = 'real'", "UPDATE shelf SET code = 'now' WHERE shop = 31 - 1",
          "UPDATE cell SET b = NULL WHERE a = 4", "UPDATE cell SET b = 9 WHERE a = 6", "DELETE FROM cell WHERE b IS NULL AND a = 9",
          "UPDATE shelf SET name = 'changed' WHERE code IS NULL", "UPDATE card SET person_ref = NULL WHERE id = 2")
    d.equal()
    # Everything read again.
    d.sql("TRUNCATE card", "TRUNCATE book")
    d.equal()
    for index in ("persons", "shelves", "cells"):
        d.b.succeed("refresh", "--index", index, "--where", "true")
        d.b.succeed("refresh", "--index", index, "--all")
    d.b.succeed("verify")
    told = d.doctor("nullable_key")
    for column in ('"ref" of table "person"', '"code" of table "shelf"', '"b" of table "cell"'):
        expect(any(f"column {column} may be null" in each for each in told), f"doctor does not say so of {column}: {told}")
    d.equal()
    d.end()


def spoil(d, name):
    """A thousand items, two of which fail for the expression, one for that of a note."""
    d.sql("INSERT INTO country VALUES (1, 'A'), (2, 'B')",
          "INSERT INTO item SELECT g, 't' || g, NULL, 10, 1 + g % 2 FROM generate_series(1, 1000) g",
          "INSERT INTO note SELECT g, 'n', 1, g FROM generate_series(1, 100) g")
    d.sql(f"UPDATE item SET amount = 3, title = '{name}' WHERE id IN (7, 900)", "UPDATE note SET weight = 0 WHERE id = 50")


@test
def an_expression_that_fails_stops_by_name(d):
    spoil(d, "spoilt")
    d.b.refuse("bootstrap", saying=[r'document "(7|50|900)" of index items cannot be made: member', "division by zero",
                                    "--on-rejected=dead-letter"])
    d.sql("UPDATE item SET amount = 10", "UPDATE note SET weight = 1")
    d.bootstrap()
    d.follow()
    d.sql("UPDATE item SET amount = 3 WHERE id = 444", "UPDATE item SET title = 'behind' WHERE id = 445")
    d.stopped('document "444" of index items cannot be made: member ratio (1000 / (amount - 3))', "division by zero")
    d.follow()
    d.stopped('document "444" of index items')
    d.sql("UPDATE item SET amount = 5 WHERE id = 444")
    d.follow()
    d.equal()
    d.end()


@test
def an_expression_that_fails_costs_its_document_alone(d):
    spoil(d, "spoilt")
    ratio = ("member ratio (1000 / (amount - 3))", "division by zero", "22012")
    share = ("member notes (100 / weight)", "division by zero")
    d.bootstrap(ASIDE, "--page-size", "300")
    d.equal(aside=("7", "50", "900"))
    expect(not {"7", "50", "900"} & set(d.found("items")), "what cannot be made is there")
    d.aside("items", "7", *ratio)
    d.aside("items", "900", *ratio)
    d.aside("items", "50", *share)
    d.follow(ASIDE)
    # By key, from below, by a fan-out, beside others that change as well.
    d.sql("UPDATE item SET amount = 3 WHERE id = 444; UPDATE item SET title = 'fine' WHERE id BETWEEN 440 AND 450",
          "UPDATE note SET weight = 0 WHERE id = 51", "UPDATE country SET name = 'AA' WHERE id = 1")
    d.aside("items", "444", *ratio)
    d.aside("items", "51", *share)
    d.equal(aside=("7", "50", "51", "900", "444"))
    # A row that is corrected, and one that goes.
    d.sql("UPDATE item SET amount = 5 WHERE id = 444", "UPDATE note SET weight = 2 WHERE id = 51", "DELETE FROM item WHERE id = 900")
    d.settled("items", "444")
    d.settled("items", "51")
    d.equal(aside=("7", "50"))
    d.end()
    # What reads everything.
    d.sql("UPDATE item SET amount = 10, title = 'new' WHERE id < 1000 AND amount <> 3 AND id <> 444")
    d.follow(ASIDE)
    d.sql("TRUNCATE label, card")
    d.equal(aside=("7", "50"))
    d.sql("UPDATE item SET amount = 3 WHERE id = 8")
    d.sql("TRUNCATE country")  # every item is read again
    d.aside("items", "8", *ratio)
    d.equal(aside=("7", "8", "50"))
    d.b.succeed("refresh", "--index", "items", "--all", ASIDE)
    d.b.succeed("refresh", "--index", "items", "--where", "id < 60", ASIDE)
    d.b.refuse("refresh", "--index", "items", "--key", "8", saying=['document "8" of index items cannot be made'])
    d.equal(aside=("7", "8", "50"))
    # verify names them, and touches none.
    before = d.found("items")
    said = d.b.refuse("verify", "--repair", "--index", "items", "--show", "20", status=3, saying=["3 cannot be made"])
    for key in ("7", "8", "50"):
        expect(f'document "{key}": member' in said, f"verify does not name {key}:\n{said}")
    expect(d.found("items") == before, "verify --repair changed what cannot be made")
    _, said = d.b.run("dead-letters", "retry")
    d.sql("UPDATE item SET amount = 6", "UPDATE note SET weight = 6")
    d.equal()
    d.b.succeed("verify", "--repair")
    d.end()


@test
def a_fan_out_over_documents_that_cannot_be_made(d):
    d.sql("INSERT INTO country VALUES (1, 'A')",
          "INSERT INTO item SELECT g, 't' || g, NULL, 10, 1 FROM generate_series(1, 5000) g")
    d.bootstrap()
    d.follow(ASIDE)
    d.sql("UPDATE item SET amount = 3 WHERE id IN (2500, 4999)")
    d.aside("items", "2500")
    d.aside("items", "4999")
    d.sql("UPDATE country SET name = 'AA'")
    d.equal("items", aside=("2500", "4999"))
    d.sql("UPDATE item SET amount = 5 WHERE id = 2500")
    d.settled("items", "2500")
    d.end()


@test
def a_condition_of_an_index_that_fails(d):
    d.sql("INSERT INTO item SELECT g, 't' || g, NULL, CASE g WHEN 5 THEN 4 ELSE 10 END, NULL FROM generate_series(1, 500) g")
    d.b.refuse("bootstrap", saying=[r'document "5" of index offers cannot be made: `where` \(100 / \(amount - 4\) < 1000\)'])
    d.bootstrap(ASIDE)
    d.aside("offers", "5", "`where` (100 / (amount - 4) < 1000)")
    d.equal("offers", aside=("5",))
    d.follow(ASIDE)
    d.sql("UPDATE item SET amount = 4 WHERE id = 9", "UPDATE item SET title = 'x' WHERE id = 10")
    d.aside("offers", "9")
    d.equal("offers", aside=("5", "9"))
    d.b.succeed("refresh", "--index", "offers", "--all", ASIDE)
    said = d.b.refuse("verify", "--index", "offers", status=3, saying=["2 cannot be made"])
    expect("0 missing" not in said, said)
    d.sql("UPDATE item SET amount = 12")
    d.settled("offers", "5")
    d.equal("offers")
    d.end()


@test
def a_transform_that_throws(d):
    d.sql("INSERT INTO label SELECT g, 'l' || g FROM generate_series(1, 300) g", "INSERT INTO label VALUES (1000, 'bad')")
    d.b.refuse("bootstrap", saying=['document "1000" of index labels cannot be made: the transform failed: nobody may be called bad'])
    d.bootstrap(ASIDE)
    d.aside("labels", "1000", "nobody may be called bad")
    d.equal("labels", aside=("1000",))
    d.follow()
    d.sql("UPDATE label SET name = 'bad' WHERE id = 3")
    d.stopped('document "3" of index labels cannot be made: the transform failed')
    d.follow(ASIDE)
    d.aside("labels", "3")
    d.sql("UPDATE label SET name = 'good' WHERE id = 4")
    d.equal("labels", aside=("3", "1000"))
    said = d.b.refuse("verify", "--index", "labels", status=3, saying=["2 cannot be made"])
    expect('document "3": the transform failed: nobody may be called bad' in said, said)
    d.sql("UPDATE label SET name = 'better' WHERE id IN (3, 1000)")
    d.settled("labels", "3")
    d.settled("labels", "1000")
    d.equal("labels")
    d.end()


@in_a_database("ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
def a_byte_that_is_no_text(d):
    d.sql("INSERT INTO country VALUES (1, 'A')", "INSERT INTO item SELECT g, 'grün ' || g, NULL, 10, 1 FROM generate_series(1, 20) g",
          r"INSERT INTO item VALUES (100, E'caf\xe9', NULL, 10, 1), (101, 'fine', NULL, 10, 1)",
          r"INSERT INTO note VALUES (1, 'n', 1, 101), (2, E'b\xe4d', 1, 101)",
          r"INSERT INTO shelf VALUES (1, 'fine', 's', 1), (1, E'caf\xe9', 's', 1), (2, E'\xff', 's', 1), (3, 'grün', 's', 1)")
    d.b.refuse("bootstrap", saying=[r'document "10[01]" of index items cannot be made: member (title|notes\[1\].body) '
                                    "holds a byte that is no UTF-8, 0xe[49]"])
    d.bootstrap(ASIDE, "--page-size", "2")
    d.aside("items", "100", "member title holds a byte that is no UTF-8, 0xe9")
    d.aside("items", "101", "member notes[1].body holds a byte that is no UTF-8, 0xe4")
    expect(set(d.letters("shelves")) == {r"1|caf\xe9", r"2|\xff"}, f"letters of shelves: {d.letters('shelves')}")
    d.equal("items", unread=("100", "101"))
    d.follow()
    # Written and corrected while sync is there, and while it is not: the WAL has both.
    d.sql(r"UPDATE item SET title = E'\xe9t\xe9' WHERE id = 3; UPDATE item SET title = 'x' WHERE id = 4")
    d.stopped('document "3" of index ', ' cannot be made: member title holds a byte that is no UTF-8, 0xe9')
    d.sql("UPDATE item SET title = 'corrected' WHERE id = 3",
          r"UPDATE shelf SET code = 'corrected' WHERE code = E'\xff'",
          r"INSERT INTO shelf VALUES (9, E'\xe9', 's', 1); DELETE FROM shelf WHERE shop = 9",
          r"INSERT INTO book VALUES (1, 1, E'caf\xe9'), (2, 3, 'grün')")
    d.follow(ASIDE)
    d.sql("UPDATE shelf SET name = 'green' WHERE shop = 3", "UPDATE country SET name = 'AA'")
    d.equal("items", unread=("100", "101"))
    d.sql("UPDATE item SET title = 'coffee' WHERE id = 100", "UPDATE note SET body = 'bad' WHERE id = 2",
          r"DELETE FROM shelf WHERE code = E'caf\xe9'", r"DELETE FROM book WHERE code = E'caf\xe9'")
    d.settled("items", "100")
    d.settled("items", "101")
    d.equal()
    d.b.succeed("refresh", "--index", "shelves", "--key", "3|grün")
    d.b.succeed("verify")
    expect("SQL_ASCII" in d.doctor("encoding")[0], "doctor does not tell of the encoding")
    d.sql(r"UPDATE item SET title = E'\xe9' WHERE id = 5")
    d.aside("items", "5", "0xe9")
    d.b.refuse("verify", "--index", "items", status=3, saying=['document "5": member title holds a byte that is no UTF-8'])
    d.sql("UPDATE item SET title = 'z' WHERE id = 5")
    d.equal()
    d.end()


@in_a_database("ENCODING 'WIN1252' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
def a_character_that_unicode_lacks(d):
    """The server converts what it sends, and there are bytes it cannot: 0x81 means nothing in Windows' code page."""
    d.sql("INSERT INTO country VALUES (1, 'A')", "INSERT INTO item SELECT g, 'grün ' || g, NULL, 10, 1 FROM generate_series(1, 20) g",
          r"INSERT INTO item VALUES (100, E'caf\x81', NULL, 10, 1)",
          "INSERT INTO shelf VALUES (1, 'grün', 's', 1), (2, 'plain', 's', 1)", "INSERT INTO book VALUES (1, 1, 'grün')")
    d.bootstrap(ASIDE)
    d.aside("items", "100", "member title", "0x81")
    d.follow(ASIDE)
    # Keys and links that are not ASCII, in both directions.
    d.sql("INSERT INTO shelf VALUES (3, 'größer', 's', 1)", "UPDATE shelf SET code = 'blau€' WHERE shop = 1",
          "UPDATE book SET code = 'größer', shop = 3", "INSERT INTO book VALUES (2, 1, 'blau€')")
    d.equal("shelves")
    d.sql(r"UPDATE item SET title = E'\x8d' WHERE id = 3; UPDATE item SET title = 'x' WHERE id = 4")
    d.aside("items", "3", "member title")
    d.sql(r"INSERT INTO book VALUES (3, 2, E'\x81')", "DELETE FROM book WHERE id = 3",
          "UPDATE item SET title = 'corrected' WHERE id IN (3, 100)", "DELETE FROM shelf WHERE shop = 3")
    d.settled("items", "3")
    d.settled("items", "100")
    d.equal()
    d.b.succeed("verify")
    d.end()


@test
def numbers_that_print_as_text(d):
    d.sql("INSERT INTO file VALUES (1, 12345, '{1,4294967295}', 'x', '{a,b}'), (2, 4294967295, '{NULL}', 'y', NULL)",
          "INSERT INTO part VALUES (1, 1, 7), (2, 1, NULL), (3, 1, 4000000000)")
    d.bootstrap()
    d.equal()
    d.follow()
    d.sql("UPDATE file SET object = 99, kind = 'z' WHERE id = 2", "UPDATE part SET object = 5 WHERE id = 2", "DELETE FROM part WHERE id = 3")
    d.equal()
    d.b.succeed("verify")
    d.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("tests", nargs="*")
    given = parser.parse_args()

    def play(each, folder):
        with Bench(given.program, folder, indices=tuple(f"{name}*" for name in WANTED), create=each.create) as bench:
            each(Data(bench))

    return run_all(TESTS, given.tests, play, lambda: f"; {Counts.documents} documents compared")


if __name__ == "__main__":
    sys.exit(main())
