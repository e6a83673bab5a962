"""Composite keys, references to what is no key, has_one, one table at many places, two indices over one table."""
from world import expect, proves


def quiz(w, number, more="", school="north", state="draft"):
    w.change("INSERT INTO quiz (school, number, title, state) VALUES (%s, %s, 'T', %s);" + more, school, number, state)
    return f"{school}|{number}".replace("\\", "\\\\")


@proves("composite key")
def with_a_bar_and_a_backslash_changes(w):
    w.change(r"INSERT INTO quiz (school, number, title, state) VALUES ('a|b', 50, 'T', 'open');"
             r"INSERT INTO question VALUES ('a|b', 50, 1, 'Q');"
             r" INSERT INTO answer VALUES ('a|b', 50, 1, '|', 'A', true)")
    w.there("quizzes", "a\\|b|50")
    w.change(r"UPDATE quiz SET school = 'c\d', number = 51 WHERE school = 'a|b' AND number = 50")
    for index in ("quizzes", "open_quizzes"):
        w.gone(index, "a\\|b|50")
        w.shows(index, "c\\\\d|51", "school", "c\\d")
    w.shows("quizzes", "c\\\\d|51", "questions.solution", [["|"]])
    w.routed("open_quizzes", "c\\\\d|51", "c\\d")
    w.change("DELETE FROM quiz WHERE number = 51")
    w.gone("quizzes", "c\\\\d|51")
    w.gone("open_quizzes", "c\\\\d|51")


@proves("composite key")
def of_three_and_four_columns_changes_in_part(w):
    key = quiz(w, 101, "INSERT INTO question VALUES ('north', 101, 1, 'one'), ('north', 101, 3, 'three');"
                       "INSERT INTO answer VALUES ('north', 101, 1, 'a', 'A', true), "
                       "('north', 101, 1, 'b', 'B', false)")
    w.change("UPDATE question SET position = 5 WHERE quiz_number = 101 AND position = 1")  # and its answers with it
    w.shows("quizzes", key, "questions.position", [3, 5])
    w.shows("quizzes", key, "questions.answers.letter", [[], ["a", "b"]])
    w.change("UPDATE answer SET letter = 'z' WHERE quiz_number = 101 AND letter = 'a'")
    w.shows("quizzes", key, "questions.answers.letter", [[], ["b", "z"]])
    w.change("UPDATE answer SET position = 3 WHERE quiz_number = 101 AND letter = 'z'")
    w.shows("quizzes", key, "questions.solution", [["z"], []])


@proves("hidden")
def parts_of_a_key_stay_out_of_the_document(w):
    key = quiz(w, 102, "INSERT INTO question VALUES ('north', 102, 1, 'Q');"
                       " INSERT INTO answer VALUES ('north', 102, 1, 'a')")
    (question,) = w.document("quizzes", key)["questions"]
    expect(set(question) == {"position", "body", "points", "author", "answers", "solution"}, f"question: {sorted(question)}")
    expect(set(question["answers"][0]) == {"letter", "body", "correct"}, f"answer: {sorted(question['answers'][0])}")


@proves("where on a relation")
def a_child_enters_and_leaves_at_the_second_level(w):
    key = quiz(w, 103, "INSERT INTO question VALUES ('north', 103, 1, 'Q');"
                       " INSERT INTO answer VALUES ('north', 103, 1, 'a')")
    w.shows("quizzes", key, "questions.solution", [[]])
    w.change("UPDATE answer SET correct = true WHERE quiz_number = 103")
    w.shows("quizzes", key, "questions.solution", [["a"]])
    w.change("UPDATE answer SET correct = false WHERE quiz_number = 103")
    w.shows("quizzes", key, "questions.solution", [[]])


@proves("where on the root")
def a_document_of_one_of_two_indices(w):
    key = quiz(w, 104)
    w.there("quizzes", key)
    w.gone("open_quizzes", key)
    w.change("UPDATE quiz SET state = 'open' WHERE number = 104")
    w.there("open_quizzes", key)
    w.shows("quizzes", key, "state", "open")
    w.change("UPDATE quiz SET state = 'closed' WHERE number = 104")
    w.gone("open_quizzes", key)
    w.change("INSERT INTO question VALUES ('north', 104, 1, 'Q')")
    w.gone("open_quizzes", key)


@proves("the same root in two indices")
def one_change_is_in_both(w):
    key = quiz(w, 105, state="open")
    w.change("UPDATE quiz SET title = 'U' WHERE number = 105")
    w.shows("quizzes", key, "title", "U")
    w.shows("open_quizzes", key, "title", "U")
    w.change("INSERT INTO question VALUES ('north', 105, 1, 'Q')")
    w.shows("quizzes", key, "questions.position", [1])
    w.shows("open_quizzes", key, "questions", 1)
    w.change("DELETE FROM quiz WHERE number = 105")
    w.gone("quizzes", key)
    w.gone("open_quizzes", key)


@proves("index name")
def is_not_the_struct_s(w):
    expect(set(w.names) == {"quizzes", "open_quizzes", "players"}, "the oracle's names")
    w.finds("players", {"term": {"nick": "big"}}, 9007199254740993)
    expect(w.cluster.indices(["quiz_players"]) == [], "there is an index called like the struct")


@proves("has_one")
def the_row_comes_moves_and_goes(w):
    key, other = quiz(w, 106), quiz(w, 107)
    w.shows("quizzes", key, "certificate", None)
    w.change("INSERT INTO certificate VALUES ('north', 106, 'W')")
    w.shows("quizzes", key, "certificate", {"school": "north", "number": 106, "wording": "W"})
    w.change("UPDATE certificate SET number = 107 WHERE number = 106")
    w.shows("quizzes", key, "certificate", None)
    w.shows("quizzes", other, "certificate.wording", "W")
    w.change("DELETE FROM certificate WHERE number = 107")
    w.shows("quizzes", other, "certificate", None)


@proves("references")
def columns_that_are_unique_but_no_key(w):
    key = quiz(w, 108, "INSERT INTO player (id, school, nick) VALUES (201, 'north', 'n1'), (202, 'north', 'n2');"
                       "UPDATE quiz SET author_school = 'north', author_nick = 'n1' WHERE number = 108")
    w.shows("quizzes", key, "author.id", 201)
    w.change("UPDATE player SET nick = 'n3' WHERE id = 201")  # the foreign key follows
    w.shows("quizzes", key, "author.nick", "n3")
    w.change("UPDATE quiz SET author_nick = 'n2' WHERE number = 108")
    w.shows("quizzes", key, "author.id", 202)
    w.shows("players", 201, "wrote", [])
    w.shows("players", 202, "wrote.number", [108])
    w.change("UPDATE quiz SET author_school = NULL WHERE number = 108")  # half a reference is none
    w.shows("quizzes", key, "author", None)
    w.shows("players", 202, "wrote", [])


@proves("references")
def a_row_of_the_same_values_takes_the_place(w):
    key = quiz(w, 109, "INSERT INTO player (id, school, nick) VALUES (211, 'north', 'n4');"
                       "UPDATE quiz SET author_school = 'north', author_nick = 'n4' WHERE number = 109")
    w.change("ALTER TABLE quiz DISABLE TRIGGER ALL; ALTER TABLE player DISABLE TRIGGER ALL;"
             "DELETE FROM player WHERE id = 211; INSERT INTO player (id, school, nick) VALUES (212, 'north', 'n4');"
             "ALTER TABLE quiz ENABLE TRIGGER ALL; ALTER TABLE player ENABLE TRIGGER ALL")
    w.shows("quizzes", key, "author.id", 212)
    w.shows("players", 212, "wrote.number", [109])


@proves("foreign_key")
def of_four_columns_leads_nowhere_and_somewhere(w):
    key = quiz(w, 110, "INSERT INTO question VALUES ('north', 110, 1, 'Q');"
                       "INSERT INTO result (id, quiz_school, quiz_number, score) VALUES (301, 'north', 110, 1);"
                       "INSERT INTO choice VALUES (301, 1, 'north', 110, 'z')")
    w.shows("quizzes", key, "podium.choices.answer", [[None]])
    w.change("INSERT INTO answer VALUES ('north', 110, 1, 'z', 'Z')")
    w.shows("quizzes", key, "podium.choices.answer.body", [["Z"]])
    w.change("UPDATE choice SET letter = NULL WHERE result_id = 301")
    w.shows("quizzes", key, "podium.choices.answer", [[None]])
    w.change("UPDATE choice SET letter = 'z' WHERE result_id = 301")
    w.change("UPDATE answer SET letter = 'y' WHERE quiz_number = 110")
    w.shows("quizzes", key, "podium.choices.answer", [[None]])


@proves("order_by")
def and_limit_decide_who_is_on_the_podium(w):
    key = quiz(w, 111, "INSERT INTO result (id, quiz_school, quiz_number, score, finished) VALUES (311, 'north', 111, "
                       "4, '2024-01-01'),"
                       "(312, 'north', 111, 3, '2024-01-01'), (313, 'north', 111, 2, '2024-01-01'), "
                       "(314, 'north', 111, NULL, NULL)")
    w.shows("quizzes", key, "podium.id", [311, 312, 313])
    w.change("UPDATE result SET score = 3, "
             "finished = '2023-01-01' WHERE id = 314")  # enters by where, and before an equal one
    w.shows("quizzes", key, "podium.id", [311, 314, 312])
    w.change("DELETE FROM result WHERE id = 312")
    w.shows("quizzes", key, "podium.id", [311, 314, 313])
    w.change("UPDATE result SET score = 9 WHERE id = 313")
    w.shows("quizzes", key, "podium.id", [313, 311, 314])


@proves("aggregates")
def over_a_composite_key(w):
    key = quiz(w, 112)
    for sql, wanted in (
            ("INSERT INTO result (id, quiz_school, quiz_number, score) VALUES (321, 'north', 112, "
             "4)", (1, False, 4, 4, 4)),
            ("INSERT INTO result (id, quiz_school, quiz_number, score) VALUES (322, 'north', 112, "
             "2)", (2, False, 3, 2, 4)),
            ("UPDATE result SET score = NULL WHERE id = 321", (2, True, 2, 2, 2)),
            ("DELETE FROM result WHERE id = 322", (1, True, None, None, None)),
            ("UPDATE result SET quiz_number = 1 WHERE id = 321", (0, False, None, None, None))):
        w.change(sql)
        for name, value in zip(("played", "being_played", "mean_score", "worst_score", "best_score"), wanted):
            w.shows("quizzes", key, name, value)
    w.change("INSERT INTO question VALUES ('north', 112, 1, 'Q', 1.5), ('north', 112, 2, 'Q', NULL)")
    w.shows("quizzes", key, "points", w.number(1.5))
    w.change("UPDATE question SET points = 'NaN' WHERE quiz_number = 112 AND position = 2")
    w.shows("quizzes", key, "points", "NaN")
    w.change("DELETE FROM question WHERE quiz_number = 112")
    w.shows("quizzes", key, "points", 0)


@proves("one table at several nodes")
def a_player_is_author_reviewer_and_plays(w):
    key = quiz(w, 113, "INSERT INTO player (id, school, nick) VALUES (221, 'north', 'all');"
                       "UPDATE quiz SET author_school = 'north', author_nick = 'all', reviewer_id = 221, "
                       "state = 'open' WHERE number = 113;"
                       "INSERT INTO question VALUES ('north', 113, 1, 'Q', 1, 221);"
                       "INSERT INTO result (id, quiz_school, quiz_number, player_id, score) VALUES (331, 'north', 113, "
                       "221, 1)")
    w.change("UPDATE player SET name = 'N', nick = 'nick' WHERE id = 221")
    for path, value in (("author.name", "N"), ("reviewer.name", "N"), ("questions.author.name", ["N"]),
                        ("podium.player.name", ["N"])):
        w.shows("quizzes", key, path, value)
    w.shows("open_quizzes", key, "players", ["nick"])
    w.shows("players", 221, "played.number", [113])
    w.change("DELETE FROM player WHERE id = 221")
    for path, value in (("author", None), ("reviewer", None), ("questions.author", [None]), ("podium.player", [None])):
        w.shows("quizzes", key, path, value)
    w.shows("open_quizzes", key, "players", [])
    w.gone("players", 221)


@proves("one table at several nodes")
def the_root_s_own_table_inside_of_its_document(w):
    key, other = quiz(w, 114), quiz(w, 115)
    w.change("INSERT INTO requirement VALUES ('north', 114, 'north', 115)")
    w.shows("quizzes", key, "requires_first.number", [115])
    w.shows("quizzes", other, "leads_to.number", [114])
    w.change("UPDATE quiz SET title = 'U', state = 'closed' WHERE number = 115")
    w.shows("quizzes", key, "requires_first.title", ["U"])
    w.change("INSERT INTO quiz_topic VALUES ('north', 115, 'geo')")
    w.shows("quizzes", key, "requires_first.topics", [["Geography"]])
    w.change("UPDATE requirement SET needs_number = 114 WHERE number = 114")
    w.shows("quizzes", other, "leads_to", [])
    w.shows("quizzes", key, "leads_to.number", [114])  # it needs itself


@proves("a ring")
def of_links_appears_and_goes(w):
    a, b = quiz(w, 116, "INSERT INTO quiz (school, number, title) VALUES ('north', 117, 'B')"), "north|117"
    w.change("INSERT INTO requirement VALUES ('north', 116, 'north', 117), ('north', 117, 'north', 116)")
    w.shows("quizzes", a, "requires_first.title", ["B"])
    w.shows("quizzes", b, "requires_first.title", ["T"])
    w.change("UPDATE quiz SET title = 'A' WHERE number = 116")
    w.shows("quizzes", b, "leads_to.title", ["A"])
    w.change("DELETE FROM requirement WHERE number = 116")
    w.shows("quizzes", a, "requires_first", [])
    w.shows("quizzes", a, "leads_to.title", ["B"])


@proves("through")
def with_composite_columns_at_the_far_end(w):
    key = quiz(w, 118, "INSERT INTO player (id, school, nick) VALUES (231, 'north', 'pl');", state="open")
    w.change("INSERT INTO result (id, quiz_school, quiz_number, player_id) VALUES (341, 'north', 118, 231), "
             "(342, 'north', 118, 231)")
    w.shows("players", 231, "played.number", [118])      # twice played, once listed
    w.shows("open_quizzes", key, "players", ["pl"])
    w.change("UPDATE result SET quiz_number = 1 WHERE id = 341")
    w.shows("players", 231, "played.number", [1, 118])
    w.change("UPDATE result SET player_id = NULL WHERE id = 342")
    w.shows("players", 231, "played.number", [1])
    w.shows("open_quizzes", key, "players", [])


@proves("routing")
def by_a_part_of_the_key(w):
    key = quiz(w, 119, school="a|b", state="open").replace("a|b", "a\\|b")
    w.routed("open_quizzes", key, "a|b")
    w.change("INSERT INTO question VALUES ('a|b', 119, 1, 'Q')")
    w.routed("open_quizzes", key, "a|b")
    w.change("UPDATE quiz SET state = 'draft' WHERE number = 119")
    w.finds("open_quizzes", {"ids": {"values": [key]}})
    w.change("UPDATE quiz SET state = 'open' WHERE number = 119")
    w.routed("open_quizzes", key, "a|b")
    w.change("UPDATE school SET code = 'a,b' WHERE code = 'a|b'")  # everything of that school moves
    w.routed("open_quizzes", "a,b|119", "a,b")
    w.finds("open_quizzes", {"ids": {"values": [key]}})
    w.change("UPDATE school SET code = 'a|b' WHERE code = 'a,b'")
    w.routed("open_quizzes", key, "a|b")


@proves("truncate")
def a_link_table(w):
    w.change("CREATE TEMPORARY TABLE kept AS TABLE quiz_topic; TRUNCATE quiz_topic")
    w.every("quizzes", topics=[])
    w.change("INSERT INTO quiz_topic TABLE kept; DROP TABLE kept")
    w.shows("quizzes", "north|1", "topics.name", ["geo", "nothing"])


@proves("truncate")
def the_root_of_two_indices(w):
    quiz(w, 120, state="open")
    w.change("TRUNCATE quiz CASCADE")
    w.only("quizzes")
    w.only("open_quizzes")
    w.shows("players", 1, "played", [])
    w.change("INSERT INTO quiz (school, number, title, state) VALUES ('north', 1, 'Again', 'open')")
    w.shows("open_quizzes", "north|1", "title", "Again")
