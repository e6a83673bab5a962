"""Columns of every type, embed, expression, json_path, transforms, describe, through, keyed_by."""
import base64

from world import expect, proves

TEXT = {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 8191}}}
KEYWORD = {"type": "keyword", "ignore_above": 8191}
DATE = {"type": "date", "format": "strict_date_optional_time", "ignore_malformed": True}
DOUBLE = {"type": "double", "ignore_malformed": True}
DISABLED = {"type": "object", "enabled": False}


def book(w, isbn, more=""):
    """Somebody else's book is in nobody's way."""
    w.change("INSERT INTO book (isbn, title, format, changed) VALUES (%s, 'T', 'ebook', '2024-01-01 00:00:00+00');" + more,
             isbn)


@proves("mapping")
def each_element_type_has_its_own(w):
    w.maps("books", isbn=KEYWORD, format={"type": "keyword"}, token={"type": "keyword"}, pages={"type": "short"},
           chapters={"type": "integer"}, sold={"type": "long"}, in_print={"type": "boolean"},
           weight={"type": "float", "ignore_malformed": True}, rating=DOUBLE, price=DOUBLE, size__width_cm=DOUBLE,
           published=DATE, origin__printed=DATE, changed=DATE, cover={"type": "binary"},
           uploaded_from={"type": "ip", "ignore_malformed": True}, keywords=TEXT, ages={"type": "integer_range"},
           sale={"type": "date_range", "format": "strict_date_optional_time"}, prices={"type": "double_range"},
           embargo={"type": "date_range", "format": "strict_date_optional_time"})
    expect("subtitle" not in w.mapping("books")["properties"], "a hidden member is in the mapping")
    expect(w.mapping("books").get("dynamic") == "false", "what the shape does not say would be indexed by guessing")


@proves("mapping")
def of_relations_and_what_sql_yields(w):
    w.maps("books", label=KEYWORD, title_lower=TEXT, colour=KEYWORD, thickness=DOUBLE, is_signed={"type": "boolean"},
           first_print=DATE, first_award_year={"type": "integer", "ignore_malformed": True}, subjects=TEXT, rooms=KEYWORD,
           publisher__number={"type": "integer"}, publisher__imprints__name=TEXT, copies__shelf__id={"type": "keyword"})


@proves("mapping")
def json_and_keyed_by_are_disabled_objects(w):
    w.maps("books", attributes=DISABLED, catalogue=DISABLED, translations=DISABLED, titles=DISABLED)
    w.finds("books", {"exists": {"field": "translations.de.title"}})


@proves("mapping")
def values_are_found_by_what_their_types_can_do(w):
    w.finds("books", {"term": {"ages": 50}}, "978-0-001")
    w.finds("books", {"range": {"sale": {"gte": "2024-06-10", "lte": "2024-06-11"}}}, "978-0-001")
    w.finds("books", {"term": {"uploaded_from": "192.168.0.0/16"}}, "978-0-001")
    w.finds("books", {"term": {"reissued_as": "paperback"}}, "978-0-001", "978-0\\|006")
    w.finds("books", {"range": {"origin.printed": {"gte": "2019-04-11T08:00:00", "lte": "2019-04-11T09:00:00"}}},
            "978-0-001")
    w.finds("books", {"range": {"publisher.number": {"gte": 3, "lte": 3}}}, "978-0-004")


@proves("text")
def is_analysed_as_its_analyzer_does(w):
    w.maps("books", title={**TEXT, "analyzer": "english"})
    w.finds("books", {"match": {"title": "keeper"}}, "978-0-001")


@proves("mapped")
def its_text_is_the_mapping(w):
    w.maps("books", blurb={"type": "text", "analyzer": "german"}, record=DISABLED)
    w.finds("books", {"match": {"blurb": "turm"}}, "978-0-001")


@proves("index mapping")
def is_merged_into_the_properties(w):
    w.maps("authors", book_count={"type": "integer"}, name=TEXT)
    w.finds("authors", {"range": {"book_count": {"gt": 1}}}, 1, 2, 3)


@proves("element types")
def each_kind_of_value_arrives(w):
    book(w, "types")
    w.change("""UPDATE book SET format = 'audio', reissued_as = 'hardcover', pages = -32768, sold = 9007199254740993,
        in_print = false, weight = 'NaN', rating = '-Infinity', price = 12345678.90,
        token = 'ABCDEFAB-0000-0000-0000-000000000001', published = 'infinity',
        changed = '2024-06-30 23:59:59.999999+02', cover = decode(repeat('ff', 100), 'hex'),
        uploaded_from = 'fe80::1', keywords = '{a,"\\"",""}', chapters = '{3,-1}', ages = '(1,3]', sale = '[2031-01-01,)',
        prices = '(1.50,2]', embargo = '(,)' WHERE isbn = 'types'""")
    cover = base64.b64encode(b"\xff" * 100).decode()
    for name, value in {
            "format": "audio", "reissued_as": "hardcover", "pages": -32768, "sold": 9007199254740993, "in_print": False,
            "weight": "NaN", "rating": "-Infinity", "token": "abcdefab-0000-0000-0000-000000000001", "published": "infinity",
            "changed": "2024-06-30T21:59:59.999999+00:00", "cover": cover, "uploaded_from": "fe80::1",
            "keywords": ["a", '"', ""], "chapters": [3, -1], "ages": {"gte": 2, "lt": 4},
            "sale": {"gte": "2031-01-01"}, "embargo": {}}.items():
        w.shows("books", "types", name, value)
    expect(str(w.document("books", "types")["price"]) == "12345678.90", "numeric is not exact")
    expect(list(w.document("books", "types")["prices"]) == ["gt", "lte"], "bounds of the range")
    w.change("UPDATE book SET reissued_as = NULL, cover = NULL, chapters = NULL, ages = 'empty', "
             "prices = NULL WHERE isbn = 'types'")
    for name in ("reissued_as", "cover", "chapters", "ages", "prices"):
        w.shows("books", "types", name, None)


@proves("element types")
def a_text_that_postgresql_keeps_apart_from_its_row(w):
    book(w, "toast")
    w.change("UPDATE book SET blurb = (SELECT string_agg(md5(i::text), "
             "'') FROM generate_series(1, 3000) i) WHERE isbn = 'toast'")
    w.change("UPDATE book SET pages = 5 WHERE isbn = 'toast'")
    expect(len(w.document("books", "toast")["blurb"]) == 96000, "the text is gone")
    w.change("INSERT INTO review (id, book_isbn, body, stars) SELECT 9901, 'toast', blurb, "
             "1 FROM book WHERE isbn = 'toast'")
    w.change("UPDATE review SET stars = 2 WHERE id = 9901")
    w.shows("books", "toast", "latest_reviews.stars", [2])


@proves("element types")
def json_that_no_cluster_takes_stops_by_name_until_it_is_corrected(w):
    book(w, "same")
    w.stops("""UPDATE book SET record = '{"a": 1, "a": 2}' WHERE isbn = 'same'""", 'document "same" of books',
            "Duplicate field", "--on-rejected=dead-letter", repair="UPDATE book SET record = '{}' WHERE isbn = 'same'")
    w.shows("books", "same", "record", {})
    w.change("DELETE FROM book WHERE isbn = 'same'")


@proves("key")
def with_a_bar_or_a_backslash_changes(w):
    book(w, "k|1", "INSERT INTO review (id, book_isbn) VALUES (9911, 'k|1')")
    w.there("books", "k\\|1")
    w.change(r"UPDATE book SET isbn = 'k\2|' WHERE isbn = 'k|1'")
    w.gone("books", "k\\|1")
    w.shows("books", "k\\\\2\\|", "isbn", "k\\2|")
    w.shows("books", "k\\\\2\\|", "latest_reviews.id", [9911])
    w.change(r"DELETE FROM book WHERE isbn = 'k\2|'")
    w.gone("books", "k\\\\2\\|")


@proves("key")
def of_characters_that_mean_something_elsewhere(w):
    for key in ("a/b?c=d&e#f%20", 'say "x"', "tab\tand\nline", "Ünï 🏠", " ", "{1}", "a,b", "NULL", "*", "'; --"):
        book(w, key)
        w.shows("books", key, "isbn", key)
        w.change("UPDATE book SET pages = 1 WHERE isbn = %s", key)
        w.shows("books", key, "pages", 1)
        w.change("DELETE FROM book WHERE isbn = %s", key)
        w.gone("books", key)


@proves("embed")
def a_column_changes(w):
    book(w, "embed")
    w.shows("books", "embed", "size", {"width_cm": None, "height_cm": None})
    w.change("UPDATE book SET width_cm = 2.50 WHERE isbn = 'embed'")
    expect(str(w.document("books", "embed")["size"]["width_cm"]) == "2.50", "numeric is not exact")
    w.change("UPDATE book SET edition = 7, printed = '2024-01-01 01:02:03' WHERE isbn = 'embed'")
    w.shows("books", "embed", "origin", {"edition": 7, "printed": "2024-01-01T01:02:03", "language": None})


@proves("embed")
def the_relation_inside_of_it(w):
    book(w, "inside", "INSERT INTO language VALUES ('xx', 'X')")
    w.change("UPDATE book SET language_code = 'xx' WHERE isbn = 'inside'")
    w.shows("books", "inside", "origin.language", {"code": "xx", "name": "X"})
    w.change("UPDATE language SET name = 'Y' WHERE code = 'xx'")
    w.shows("books", "inside", "origin.language.name", "Y")
    w.change("UPDATE language SET code = 'yy' WHERE code = 'xx'")
    w.shows("books", "inside", "origin.language.code", "yy")
    w.change("DELETE FROM language WHERE code = 'yy'")
    w.shows("books", "inside", "origin.language", None)


@proves("expression")
def each_column_it_uses_changes(w):
    book(w, "expr")
    w.shows("books", "expr", "label", "expr #1")
    w.change("UPDATE book SET edition = 2 WHERE isbn = 'expr'")
    w.shows("books", "expr", "label", "expr #2")
    w.change("UPDATE book SET isbn = 'expr2' WHERE isbn = 'expr'")
    w.shows("books", "expr2", "label", "expr2 #2")
    w.change("UPDATE book SET title = 'ÄB' WHERE isbn = 'expr2'")
    w.shows("books", "expr2", "title_lower", "äb")
    for pages, length in ((401, "long"), (400, "short"), (None, "unknown")):
        w.change("UPDATE book SET pages = %s WHERE isbn = 'expr2'", pages)
        w.shows("books", "expr2", "length", length)


@proves("expression")
def over_a_column_that_is_no_member(w):
    book(w, "where", "INSERT INTO shelf VALUES ('44444444-4444-4444-4444-444444444444', 'Attic');"
                     "INSERT INTO copy (id, book_isbn, shelf_id) VALUES (201, 'where', "
                     "'44444444-4444-4444-4444-444444444444')")
    w.shows("books", "where", "copies.whereabouts", ["here"])
    w.change("UPDATE copy SET shelf_id = NULL WHERE id = 201")
    w.shows("books", "where", "copies.whereabouts", ["lent"])
    w.change("UPDATE copy SET shelf_id = '44444444-4444-4444-4444-444444444444' WHERE id = 201")
    w.change("DELETE FROM shelf WHERE room = 'Attic'")  # the foreign key sets null
    w.shows("books", "where", "copies.whereabouts", ["lent"])


@proves("json_path")
def the_path_appears_and_disappears(w):
    book(w, "path")
    w.shows("books", "path", "colour", None)
    w.change("""UPDATE book SET attributes = '{"binding": {"colour": "red"}}' WHERE isbn = 'path'""")
    w.shows("books", "path", "colour", "red")
    w.change("""UPDATE book SET attributes = '{"binding": "red"}' WHERE isbn = 'path'""")
    w.shows("books", "path", "colour", None)
    w.change("UPDATE book SET attributes = NULL WHERE isbn = 'path'")
    w.shows("books", "path", "attributes", None)


@proves("json_path")
def the_value_changes_its_type(w):
    book(w, "kind")
    for value, colour in (('"7"', "7"), ("7.50", "7.50"), ("true", "true"), ('{"a": [1]}', '{"a": [1]}'), ("null", None),
                          ('""', "")):
        w.change("UPDATE book SET attributes = jsonb_build_object('binding', jsonb_build_object('colour', %s::jsonb)) "
                 "WHERE isbn = 'kind'", value)
        w.shows("books", "kind", "colour", colour)
    for value, thickness in (("3.5", 3.5), ('"3.5"', None), ("true", None), ("[1]", None), ("-1", -1), ("null", None)):
        w.change("UPDATE book SET attributes = jsonb_build_object('binding', jsonb_build_object('thickness', "
                 "%s::jsonb)) "
                 "WHERE isbn = 'kind'", value)
        w.shows("books", "kind", "thickness", None if thickness is None else w.number(thickness))
    for value, signed in (("true", True), ('"true"', None), ("1", None), ("false", False)):
        w.change("UPDATE book SET attributes = jsonb_build_object('signed', %s::jsonb) WHERE isbn = 'kind'", value)
        w.shows("books", "kind", "is_signed", signed)


@proves("json_path")
def a_step_of_digits_is_a_position(w):
    book(w, "awards")
    w.change("""UPDATE book SET attributes = '{"awards": [{"name": "A", "year": 1}, {"name": "B", "year": 2}]}'
                WHERE isbn = 'awards'""")
    w.shows("books", "awards", "first_award", "A")
    w.change("UPDATE book SET attributes = attributes #- '{awards,0}' WHERE isbn = 'awards'")
    w.shows("books", "awards", "first_award_year", 2)
    w.change("UPDATE book SET attributes = attributes #- '{awards,0}' WHERE isbn = 'awards'")
    w.shows("books", "awards", "first_award", None)


@proves("json_path")
def into_a_column_of_type_json(w):
    book(w, "json")
    w.change("""UPDATE book SET record = '{"catalogue": {"number": 17.50}}' WHERE isbn = 'json'""")
    w.shows("books", "json", "catalogue_number", "17.50")
    w.shows("books", "json", "catalogue", {"number": w.number(17.5)})
    w.change("""UPDATE book SET record = '{"catalogue": []}' WHERE isbn = 'json'""")
    w.shows("books", "json", "catalogue_number", None)
    w.shows("books", "json", "catalogue", [])


@proves("hidden")
def a_hidden_column_is_for_the_transform_only(w):
    book(w, "sub")
    w.change("UPDATE book SET subtitle = 'S' WHERE isbn = 'sub'")
    w.shows("books", "sub", "title", "T: S")
    w.lacks("books", "sub", "subtitle")
    w.lacks("books", "sub", "withdrawn")
    w.change("UPDATE book SET subtitle = NULL WHERE isbn = 'sub'")
    w.shows("books", "sub", "title", "T")


@proves("transform, typed")
def false_removes_and_true_brings_back(w):
    book(w, "wd")
    w.change("UPDATE book SET withdrawn = true WHERE isbn = 'wd'")
    w.gone("books", "wd")
    w.change("UPDATE book SET title = 'Unseen' WHERE isbn = 'wd'")
    w.gone("books", "wd")
    w.change("UPDATE book SET withdrawn = false WHERE isbn = 'wd'")
    w.shows("books", "wd", "title", "Unseen")


@proves("transform, typed")
def leaves_out_a_row_that_is_inserted_so(w):
    w.change("INSERT INTO book (isbn, title, format, changed, withdrawn) VALUES ('wi', 'T', 'ebook', now(), true);"
             "INSERT INTO review (id, book_isbn) VALUES (9921, 'wi')")
    w.gone("books", "wi")
    w.change("UPDATE review SET body = 'A child changes' WHERE id = 9921")
    w.gone("books", "wi")


@proves("transform, typed")
def a_value_that_no_member_can_hold_stops_by_name_until_it_is_corrected(w):
    book(w, "stop")
    w.bench.sql.execute("ALTER TYPE book_format ADD VALUE IF NOT EXISTS 'scroll'")
    named = 'document "stop" of index books cannot be made: the transform failed', "correct the row or the transform"
    w.stops("UPDATE book SET format = 'scroll' WHERE isbn = 'stop'", *named, 'member "format" cannot hold "scroll"',
            repair="UPDATE book SET format = 'audio' WHERE isbn = 'stop'")
    w.stops("UPDATE book SET keywords = '{a,NULL}' WHERE isbn = 'stop'", *named, 'member "keywords" cannot hold null',
            repair="UPDATE book SET keywords = '{a}' WHERE isbn = 'stop'")
    w.stops("""UPDATE book SET attributes = '{"awards": [{"year": 99999999999}]}' WHERE isbn = 'stop'""", *named,
            'member "first_award_year" cannot hold 99999999999', repair="DELETE FROM book WHERE isbn = 'stop'")


@proves("transform, JSON")
def a_child_that_changes_makes_it_false_and_true(w):
    book(w, "only", "INSERT INTO author (id, name) VALUES (301, 'One Book')")
    w.gone("authors", 301)
    w.change("INSERT INTO book_author (book_isbn, author_id) VALUES ('only', 301)")
    w.shows("authors", 301, "book_count", 1)
    w.change("DELETE FROM book_author WHERE author_id = 301")
    w.gone("authors", 301)
    w.change("INSERT INTO book_author (book_isbn, author_id) VALUES ('only', 301)")
    w.there("authors", 301)
    w.change("DELETE FROM book WHERE isbn = 'only'")  # and with it the link
    w.gone("authors", 301)


@proves("transform, JSON")
def takes_hidden_values_into_account(w):
    book(w, "pen", "INSERT INTO author (id, name) VALUES (302, 'N'); INSERT INTO book_author VALUES ('pen', 302)")
    w.change("UPDATE author SET pen_name = 'P' WHERE id = 302")
    w.shows("authors", 302, "name", "P")
    w.shows("books", "pen", "authors.name", ["N"])
    w.lacks("authors", 302, "pen_name")


@proves("describe")
def the_table_of_a_struct_one_cannot_edit_changes(w):
    book(w, "house", "INSERT INTO publishing_house VALUES (401, 'H', 'SE');"
                     " INSERT INTO book_author VALUES ('house', 1);"
                     "UPDATE book SET house_number = 401 WHERE isbn = 'house'")
    w.shows("books", "house", "publisher", {"number": 401, "name": "H", "country": "SE", "imprints": []})
    w.change("UPDATE publishing_house SET name = 'I', country_code = 'FI' WHERE number = 401")
    w.shows("books", "house", "publisher.name", "I")
    w.shows("books", "house", "publisher.country", "FI")  # as<"country", column<…, "country_code">>
    shown = [each["publisher"]["name"] for each in w.document("authors", 1)["books"] if each["publisher"]]
    expect("I" in shown, f"publishers of author 1: {shown}")
    w.lacks("books", "house", "publisher.loaded_at")      # leave_out
    w.wrote("books/house", "authors/1")


@proves("describe")
def a_relation_of_such_a_struct_changes(w):
    book(w, "imprint", "INSERT INTO publishing_house VALUES (402, 'H', NULL);"
                       "UPDATE book SET house_number = 402 WHERE isbn = 'imprint'")
    w.change("INSERT INTO imprint VALUES (402, 'B', 402), (401, 'A', 402)")
    w.shows("books", "imprint", "publisher.imprints.name", ["A", "B"])
    w.change("UPDATE publishing_house SET number = 403 WHERE number = 402")  # the key, and all that refers to it
    w.shows("books", "imprint", "publisher.number", 403)
    w.shows("books", "imprint", "publisher.imprints.id", [401, 402])
    w.change("DELETE FROM publishing_house WHERE number = 403")
    w.shows("books", "imprint", "publisher", None)


@proves("through")
def a_link_is_inserted_moved_and_deleted(w):
    book(w, "link")
    w.change("INSERT INTO book_author VALUES ('link', 1)")
    w.shows("books", "link", "authors.id", [1])
    w.change("UPDATE book_author SET author_id = 2 WHERE book_isbn = 'link'")
    w.shows("books", "link", "authors.id", [2])
    expect("link" not in [each["isbn"] for each in w.document("authors", 1)["books"]], "the other end still has it")
    expect("link" in [each["isbn"] for each in w.document("authors", 2)["books"]], "the other end lacks it")
    w.change("DELETE FROM book_author WHERE book_isbn = 'link'")
    w.shows("books", "link", "authors", [])


@proves("through")
def a_second_way_to_a_row_does_not_double_it(w):
    book(w, "twice", "INSERT INTO book_author VALUES ('twice', 4)")
    w.change("INSERT INTO book_author VALUES ('twice', 4, 'singer')")
    w.shows("books", "twice", "authors.id", [4])
    w.change("DELETE FROM book_author WHERE book_isbn = 'twice' AND role = 'author'")
    w.shows("books", "twice", "authors.id", [4])
    w.change("DELETE FROM book_author WHERE book_isbn = 'twice'")
    w.shows("books", "twice", "authors", [])


@proves("through")
def the_far_row_is_renamed(w):
    book(w, "far", "INSERT INTO author (id, name) VALUES (303, 'A'); INSERT INTO book_author VALUES ('far', 303)")
    w.change("UPDATE author SET name = 'B' WHERE id = 303")
    w.shows("books", "far", "authors.name", ["B"])
    w.wrote("books/far", "authors/303")


@proves("through")
def by_a_table_that_is_a_node_itself(w):
    attic, barn = "55555555-0000-0000-0000-000000000001", "55555555-0000-0000-0000-000000000002"
    book(w, "rooms", f"INSERT INTO shelf VALUES ('{attic}', 'Attic'), ('{barn}', 'Barn');"
                     f"INSERT INTO copy (id, book_isbn, shelf_id) VALUES (211, 'rooms', '{attic}'), "
                     f"(212, 'rooms', '{attic}')")
    w.shows("books", "rooms", "rooms", ["Attic"])
    w.change("UPDATE copy SET shelf_id = %s WHERE id = 212", barn)
    w.shows("books", "rooms", "rooms", ["Attic", "Barn"])
    w.change("UPDATE shelf SET room = 'Roof' WHERE id = %s", attic)
    w.shows("books", "rooms", "rooms", ["Roof", "Barn"])
    w.shows("books", "rooms", "copies.shelf.room", ["Roof", "Barn"])
    w.change("DELETE FROM copy WHERE id = 211")
    w.shows("books", "rooms", "rooms", ["Barn"])


@proves("order_by")
def over_the_far_table_flips(w):
    book(w, "order", "INSERT INTO author (id, name, sort_name) VALUES (304, 'A', 'Aa'), (305, 'B', 'Bb');"
                     "INSERT INTO book_author VALUES ('order', 304), ('order', 305)")
    w.shows("books", "order", "authors.id", [305, 304])
    w.change("UPDATE author SET sort_name = 'Cc' WHERE id = 304")  # a column that is no member
    w.shows("books", "order", "authors.id", [304, 305])
    w.change("UPDATE author SET sort_name = NULL")
    w.shows("books", "order", "authors.id", [304, 305])  # the same for all: by key


@proves("pluck")
def a_value_is_renamed_null_and_gone(w):
    book(w, "pluck", "INSERT INTO subject VALUES (501, 'A'), (502, 'B');"
                     " INSERT INTO book_subject VALUES ('pluck', 501), ('pluck', 502)")
    w.shows("books", "pluck", "subjects", ["A", "B"])
    w.change("UPDATE subject SET name = 'Z' WHERE id = 501")
    w.shows("books", "pluck", "subjects", ["Z", "B"])
    w.change("UPDATE subject SET name = NULL WHERE id = 501")
    w.shows("books", "pluck", "subjects", [None, "B"])
    w.change("DELETE FROM subject WHERE id = 501")
    w.shows("books", "pluck", "subjects", ["B"])


@proves("keyed_by")
def a_key_is_renamed(w):
    book(w, "keyed", "INSERT INTO language VALUES ('k1', 'K');"
                     " INSERT INTO translation VALUES (601, 'keyed', 'k1', 'One')")
    w.shows("books", "keyed", "titles", {"k1": "One"})
    w.change("UPDATE language SET code = 'k2' WHERE code = 'k1'")
    w.shows("books", "keyed", "titles", {"k2": "One"})
    w.shows("books", "keyed", "translations.k2.language_code", "k2")
    w.lacks("books", "keyed", "translations.k1")


@proves("keyed_by")
def the_first_of_several_counts(w):
    book(w, "first", "INSERT INTO translation VALUES (611, 'first', 'de', 'Old', '2000-01-01'), "
                     "(612, 'first', 'de', 'New', '2010-01-01')")
    w.shows("books", "first", "translations.de.title", "New")  # the latest
    w.shows("books", "first", "titles", {"de": "Old"})         # the first by key
    w.change("UPDATE translation SET published = '2020-01-01' WHERE id = 611")
    w.shows("books", "first", "translations.de.id", 611)
    w.change("DELETE FROM translation WHERE id = 611")
    w.shows("books", "first", "translations.de.id", 612)
    w.shows("books", "first", "titles", {"de": "New"})


@proves("keyed_by")
def a_row_without_a_key_is_left_out(w):
    book(w, "nokey", "INSERT INTO translation VALUES (621, 'nokey', 'de', NULL)")
    w.shows("books", "nokey", "titles", {"de": None})
    w.change("UPDATE translation SET language_code = NULL WHERE id = 621")
    w.shows("books", "nokey", "titles", {})
    w.shows("books", "nokey", "translations", {})
    w.change("UPDATE translation SET language_code = 'fr' WHERE id = 621")
    w.shows("books", "nokey", "titles", {"fr": None})


@proves("limit")
def a_row_enters_the_first_two_and_one_of_them_is_deleted(w):
    book(w, "limit", "INSERT INTO review (id, book_isbn, written) VALUES (701, 'limit', '2020-01-01'), "
                     "(702, 'limit', '2021-01-01'),"
                     "(703, 'limit', NULL)")
    w.shows("books", "limit", "latest_reviews.id", [702, 701])
    w.change("UPDATE review SET written = '2022-01-01' WHERE id = 703")
    w.shows("books", "limit", "latest_reviews.id", [703, 702])
    w.change("DELETE FROM review WHERE id = 702")
    w.shows("books", "limit", "latest_reviews.id", [703, 701])
    w.change("UPDATE review SET body = 'Beyond the limit', written = '1999-01-01' WHERE id = 703")
    w.shows("books", "limit", "latest_reviews.id", [701, 703])


@proves("one table at several nodes")
def root_of_one_index_and_inside_of_another(w):
    book(w, "both", "INSERT INTO book_author VALUES ('both', 6)")
    w.change("UPDATE book SET title = 'B', subtitle = 'S' WHERE isbn = 'both'")
    w.shows("books", "both", "title", "B: S")                 # what the transform made of it
    w.shows("authors", 6, "books.title", ["B"])
    w.change("UPDATE book SET withdrawn = true WHERE isbn = 'both'")
    w.gone("books", "both")
    w.shows("authors", 6, "books.isbn", ["both"])             # that index knows no withdrawn
    w.change("DELETE FROM book WHERE isbn = 'both'")
    w.gone("authors", 6)


@proves("truncate")
def a_link_table(w):
    w.change("CREATE TEMPORARY TABLE kept AS TABLE book_subject; TRUNCATE book_subject")
    w.every("books", subjects=[])
    w.change("INSERT INTO book_subject TABLE kept; DROP TABLE kept")
    w.shows("books", "978-0-001", "subjects", ["Poetry", "Sea & ships", None])


@proves("truncate")
def the_link_table_that_a_transform_looks_at(w):
    w.change("CREATE TEMPORARY TABLE kept AS TABLE book_author; TRUNCATE book_author")
    w.only("authors")
    w.change("INSERT INTO book_author TABLE kept; DROP TABLE kept")
    w.there("authors", 1, 2, 3, 4, 5, 7)


@proves("truncate")
def a_child(w):
    w.change("CREATE TEMPORARY TABLE kept AS TABLE review; TRUNCATE review")
    w.every("books", latest_reviews=[])
    w.change("INSERT INTO review TABLE kept; DROP TABLE kept")
    w.shows("books", "978-0-001", "latest_reviews.id", [4, 2])
