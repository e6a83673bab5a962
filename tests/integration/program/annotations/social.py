"""Links over several hops, belongs_to_any, names that must be quoted."""
from world import expect, proves


def user(w, key, more=""):
    w.change("INSERT INTO \"user\" (id, name) VALUES (%s, 'U');" + more, key)


def follows(a, b):
    return f"INSERT INTO follow VALUES ({a}, {b});"


def is_shown(user_id, group, post, title="P"):
    """A post in a group of a user."""
    return (f"INSERT INTO \"group\" (id, name) VALUES ({group}, 'G{group}');"
            f"INSERT INTO membership (user_id, group_id) VALUES ({user_id}, {group});"
            f"INSERT INTO post (id, title, score) VALUES ({post}, '{title}', 1);"
            f" INSERT INTO group_post VALUES ({group}, {post});")


@proves("index settings")
def are_those_of_the_shape(w):
    expect(w.settings("comments")["max_result_window"] == "5000", "comments: max_result_window")
    expect("max_result_window" not in w.settings("users"), "users say nothing of it")


@proves("named")
def and_column_inside_of_it(w):
    user(w, 101, "INSERT INTO \"group\" (id, name) VALUES (201, 'G');"
                 " INSERT INTO membership (user_id, group_id) VALUES (101, 201)")
    w.change('UPDATE "group" SET private = true WHERE id = 201')
    w.shows("users", 101, "groups.private", [True])
    w.shows("users", 101, "in_private_group", True)
    expect("is_private" not in w.document("users", 101)["groups"][0], "the member's own name is in the document")
    w.maps("users", groups__private={"type": "boolean"}, groups__members={"type": "long"})


@proves("through")
def of_one_link_table_twice(w):
    user(w, 111, "INSERT INTO \"user\" (id, name) VALUES (112, 'B'), (113, 'C'), (114, 'D');"
                 + follows(111, 112) + follows(112, 113))
    w.shows("users", 111, "two_steps_away", ["C"])
    w.change(follows(111, 114) + follows(114, 113))  # a second way
    w.shows("users", 111, "two_steps_away", ["C"])
    w.change("DELETE FROM follow WHERE follower_id = 112")
    w.shows("users", 111, "two_steps_away", ["C"])
    w.change("UPDATE follow SET followed_id = 111 WHERE follower_id = 114")  # he himself
    w.shows("users", 111, "two_steps_away", ["U"])
    w.change("UPDATE \"user\" SET name = 'V' WHERE id = 111")
    w.shows("users", 111, "two_steps_away", ["V"])
    w.change("DELETE FROM follow WHERE follower_id = 114")
    w.shows("users", 111, "two_steps_away", [])


@proves("through")
def of_two_hops_each_link_comes_and_goes(w):
    user(w, 121, is_shown(121, 211, 301))
    w.shows("users", 121, "feed.id", [301])
    w.change("DELETE FROM membership WHERE user_id = 121")
    w.shows("users", 121, "feed", [])
    w.change("INSERT INTO membership (user_id, group_id) VALUES (121, 211), (121, 211)")
    w.shows("users", 121, "feed.id", [301])
    w.shows("users", 121, "readable_posts", 1)
    w.change("INSERT INTO \"group\" (id, name) VALUES (212, 'H');"
             " UPDATE group_post SET group_id = 212 WHERE post_id = 301")
    w.shows("users", 121, "feed", [])
    w.change("UPDATE membership SET group_id = 212 WHERE user_id = 121 AND id = (SELECT min(id) FROM membership "
             "WHERE user_id = 121)")
    w.shows("users", 121, "feed.shown_in", [["H"]])
    w.change("UPDATE \"group\" SET name = 'I' WHERE id = 212")
    w.shows("users", 121, "feed.shown_in", [["I"]])


@proves("through")
def of_three_hops_a_far_row_is_renamed(w):
    user(w, 131, is_shown(131, 221, 311) + "INSERT INTO tag VALUES ('t1', 'T');"
                                           " INSERT INTO post_tag VALUES (311, 't1')")
    w.shows("users", 131, "feed_tags", {"t1": "T"})
    w.change("UPDATE tag SET label = 'U' WHERE name = 't1'")
    w.shows("users", 131, "feed_tags", {"t1": "U"})
    w.change("UPDATE tag SET name = 't2' WHERE name = 't1'")
    w.shows("users", 131, "feed_tags", {"t2": "U"})
    w.shows("users", 131, "feed.tags.name", [["t2"]])
    w.change("DELETE FROM post_tag WHERE post_id = 311")
    w.shows("users", 131, "feed_tags", {})


@proves("through")
def by_a_table_whose_rows_are_shown_themselves(w):
    user(w, 141, "INSERT INTO post (id, author_id, title) VALUES (321, 141, 'P'), (322, 141, 'Q');"
                 " INSERT INTO tag VALUES ('t3', NULL);"
                 "INSERT INTO post_tag VALUES (321, 't3'), (322, 't3')")
    w.shows("users", 141, "writes_about", ["t3"])
    w.change("UPDATE post SET author_id = NULL WHERE id = 321")
    w.shows("users", 141, "writes_about", ["t3"])
    w.change("DELETE FROM post WHERE id = 322")
    w.shows("users", 141, "writes_about", [])
    w.shows("users", 141, "posts", [])


@proves("through")
def whose_last_hop_ends_at_no_key(w):
    user(w, 151, "INSERT INTO \"user\" (id, name) VALUES (152, 'B'), (153, 'C');" + follows(151, 152) +
                 "INSERT INTO post (id, author_id, title, created) VALUES (331, 152, 'P', '2024-01-01 00:00:00+00')")
    w.shows("users", 151, "followed_posts", ["P"])
    w.shows("users", 151, "latest_followed", "2024-01-01T00:00:00+00:00")
    w.change("UPDATE post SET author_id = 153 WHERE id = 331")
    w.shows("users", 151, "followed_posts", [])
    w.shows("users", 151, "latest_followed", None)
    w.change("UPDATE follow SET followed_id = 153 WHERE follower_id = 151")
    w.shows("users", 151, "followed_posts", ["P"])
    w.change("UPDATE post SET title = 'Q', created = '2025-01-01 00:00:00+00' WHERE id = 331")
    w.shows("users", 151, "followed_posts", ["Q"])
    w.shows("users", 151, "latest_followed", "2025-01-01T00:00:00+00:00")


@proves("through")
def inside_of_what_is_found_through_a_link(w):
    user(w, 161, "INSERT INTO \"user\" (id, name) VALUES (162, 'B'), (163, 'Z'), (164, 'Y');"
                 + follows(161, 162) + follows(163, 162))
    w.shows("users", 161, "following.followers", [["U", "Z"]])
    w.change(follows(164, 162))  # order_by<"name">, limit<2>
    w.shows("users", 161, "following.followers", [["U", "Y"]])
    w.change("UPDATE \"user\" SET name = 'X' WHERE id = 163")
    w.shows("users", 161, "following.followers", [["U", "X"]])
    w.change("INSERT INTO membership (user_id, group_id) VALUES (162, 3)")
    w.shows("users", 161, "following.groups.name", [["Nobody here"]])
    w.shows("users", 161, "following.groups.members", [[1]])


@proves("limit")
def a_row_enters_the_first_three_over_two_hops(w):
    user(w, 171, "".join(is_shown(171, 230 + n, 340 + n, f"P{n}") for n in range(4)) +
                 "UPDATE post SET created = '2020-01-01'::timestamptz + id * interval '1 day' "
                 "WHERE id BETWEEN 340 AND 343")
    w.shows("users", 171, "feed.id", [343, 342, 341])
    w.change("UPDATE post SET created = '2030-01-01' WHERE id = 340")
    w.shows("users", 171, "feed.id", [340, 343, 342])
    w.change("UPDATE post SET state = 'friends' WHERE id = 343")  # leaves by where
    w.shows("users", 171, "feed.id", [340, 342, 341])
    w.shows("users", 171, "readable_posts", 4)
    w.change("UPDATE post SET state = 'deleted' WHERE id = 343")
    w.shows("users", 171, "readable_posts", 3)


@proves("count")
def each_row_once_however_many_ways_lead_to_it(w):
    user(w, 181, "INSERT INTO \"group\" (id, name) VALUES (241, 'G');"
                 " INSERT INTO membership (id, user_id, group_id) VALUES "
                 "(401, 181, 241), (402, 181, 241)")
    w.shows("users", 181, "groups.members", [1])
    w.change("INSERT INTO \"user\" (id, name) VALUES (182, 'V');"
             " INSERT INTO membership (id, user_id, group_id) VALUES (403, 182, 241)")
    w.shows("users", 181, "groups.members", [2])
    w.change("DELETE FROM membership WHERE id = 401")
    w.shows("users", 181, "groups.members", [2])
    w.change("UPDATE membership SET user_id = NULL WHERE id = 402")
    w.shows("users", 181, "groups", [])
    w.shows("users", 182, "groups.members", [1])


@proves("sum")
def over_two_hops(w):
    user(w, 191, is_shown(191, 251, 351))
    w.shows("users", 191, "reachable_score", 1)
    w.change("UPDATE post SET score = 2147483647 WHERE id = 351; INSERT INTO group_post VALUES (251, 4)")
    w.shows("users", 191, "reachable_score", 4294967294)  # more than an int holds
    w.change("UPDATE post SET score = NULL WHERE id = 351")
    w.shows("users", 191, "reachable_score", 2147483647)


@proves("exists")
def a_condition_over_columns_that_are_no_members(w):
    user(w, 192, "INSERT INTO comment (id, author_id, body, hidden) VALUES (501, 192, 'b', true)")
    w.shows("users", 192, "has_commented", False)
    w.change("UPDATE comment SET hidden = false WHERE id = 501")
    w.shows("users", 192, "has_commented", True)
    w.change("DELETE FROM comment WHERE id = 501")
    w.shows("users", 192, "has_commented", False)


def remark(w, key, what, subject):
    w.change("INSERT INTO comment (id, body, subject_type, subject_id) VALUES (%s, 'b', %s, %s)", key, what, subject)


@proves("belongs_to_any")
def the_type_flips(w):
    w.change("INSERT INTO post (id, title) VALUES (361, 'P'); INSERT INTO photo (id, caption) VALUES (361, 'C')")
    remark(w, 511, "post", 361)
    w.shows("comments", 511, "subject.post.title", "P")
    w.shows("comments", 511, "subject.photo", None)
    w.change("UPDATE comment SET subject_type = 'photo' WHERE id = 511")
    w.shows("comments", 511, "subject.post", None)
    w.shows("comments", 511, "subject.photo.caption", "C")
    w.shows("comments", 511, "subject.photo.comments", 1)
    for other in ("video", None):
        w.change("UPDATE comment SET subject_type = %s WHERE id = 511", other)
        w.shows("comments", 511, "subject", {"post": None, "photo": None})


@proves("belongs_to_any")
def the_subject_is_renamed(w):
    w.change("INSERT INTO post (id, title) VALUES (362, 'P'); INSERT INTO photo (id, caption) VALUES (362, 'C')")
    remark(w, 521, "post", 362)
    remark(w, 522, "photo", 362)
    w.change("UPDATE post SET title = 'Q' WHERE id = 362")
    w.shows("comments", 521, "subject.post.title", "Q")
    w.wrote("comments/521")                                # the photo of the same number is not the post
    w.change("UPDATE photo SET caption = 'D' WHERE id = 362")
    w.shows("comments", 522, "subject.photo.caption", "D")
    w.wrote("comments/522")


@proves("belongs_to_any")
def the_subject_is_deleted_and_comes_back(w):
    w.change("INSERT INTO photo (id, caption) VALUES (363, 'C')")
    remark(w, 531, "photo", 363)
    w.change("DELETE FROM photo WHERE id = 363")
    w.shows("comments", 531, "subject", {"post": None, "photo": None})
    w.change("INSERT INTO photo (id, caption) VALUES (363, 'D')")
    w.shows("comments", 531, "subject.photo.caption", "D")
    w.change("UPDATE photo SET id = 364 WHERE id = 363")   # no foreign key follows
    w.shows("comments", 531, "subject.photo", None)
    w.change("UPDATE comment SET subject_id = 364 WHERE id = 531")
    w.shows("comments", 531, "subject.photo.id", 364)


@proves("belongs_to_any")
def what_is_inside_of_the_subject_changes(w):
    user(w, 193, "INSERT INTO post (id, title, author_id) VALUES (365, 'P', 193)")
    remark(w, 541, "post", 365)
    w.shows("comments", 541, "subject.post.comments.id", [541])
    w.change("INSERT INTO comment (id, body, subject_type, subject_id) VALUES (542, 'c', 'post', 365)")
    w.shows("comments", 541, "subject.post.comments.id", [541, 542])
    w.change("UPDATE \"user\" SET name = 'W' WHERE id = 193")
    w.shows("comments", 541, "subject.post.author.name", "W")
    w.change("UPDATE comment SET hidden = true WHERE id = 542")
    w.shows("comments", 541, "subject.post.comments.id", [541])
    w.change("INSERT INTO post_tag VALUES (365, 'a|b'); INSERT INTO group_post VALUES (3, 365)")
    w.shows("comments", 541, "subject.post.tags.label", ["A or B"])
    w.shows("comments", 541, "subject.post.shown_in", ["Nobody here"])


@proves("where on a relation")
def a_comment_becomes_one_of_another_kind(w):
    user(w, 194, "INSERT INTO post (id, title, author_id) VALUES (366, 'P', 194)")
    remark(w, 551, "post", 366)
    w.shows("users", 194, "posts.comments.id", [[551]])
    w.change("UPDATE comment SET subject_type = 'photo' WHERE id = 551")
    w.shows("users", 194, "posts.comments", [[]])
    w.change("UPDATE comment SET subject_type = 'post' WHERE id = 551")
    w.shows("users", 194, "posts.comments.id", [[551]])


@proves("order_by")
def of_comments_inside_of_posts(w):
    user(w, 195, "INSERT INTO post (id, title, author_id) VALUES (367, 'P', 195)")
    remark(w, 561, "post", 367)
    remark(w, 562, "post", 367)
    w.shows("users", 195, "posts.comments.id", [[561, 562]])
    w.change("UPDATE comment SET written = '2024-01-01' WHERE id = 562")
    w.shows("users", 195, "posts.comments.id", [[562, 561]])
    w.change("UPDATE comment SET written = '2024-01-02' WHERE id = 561")
    w.shows("users", 195, "posts.comments.id", [[561, 562]])


@proves("a ring")
def of_followers_appears_and_goes(w):
    user(w, 196, "INSERT INTO \"user\" (id, name) VALUES (197, 'B')")
    w.change(follows(196, 197) + follows(197, 196))
    w.shows("users", 196, "two_steps_away", ["U"])
    w.shows("users", 196, "followers", 1)
    w.change(follows(196, 196))
    w.shows("users", 196, "following.id", [196, 197])
    w.shows("users", 196, "two_steps_away", ["U", "B"])
    w.change("DELETE FROM follow WHERE follower_id = 196")
    w.shows("users", 196, "two_steps_away", [])
    w.shows("users", 197, "followers", 0)


@proves("truncate")
def a_link_table_that_is_gone_by_twice(w):
    w.change("CREATE TEMPORARY TABLE kept AS TABLE follow; TRUNCATE follow")
    w.every("users", following=[], two_steps_away=[], followers=0, followed_posts=[], latest_followed=None)
    w.change("INSERT INTO follow TABLE kept; DROP TABLE kept")
    w.shows("users", 1, "following.id", [2, 3])


@proves("truncate")
def a_table_that_is_root_and_child(w):
    w.change("TRUNCATE comment")
    w.only("comments")
    w.every("users", has_commented=False)
