"""A table that points at itself: ancestors, descendants, rings, and a transform over what they yield."""
from world import proves


def chain(w, *keys):
    """Each below the one before."""
    w.change("INSERT INTO category (id, parent_id, name) VALUES " +
             ", ".join(f"({key}, {above or 'NULL'}, 'c{key}')" for above, key in zip((None, *keys), keys)))


@proves("ancestors")
def a_subtree_moves_and_everything_under_it_follows(w):
    chain(w, 101, 102, 103)
    chain(w, 111, 112)
    w.change("INSERT INTO article (id, category_id, title) VALUES (1001, 103, 'A')")
    w.shows("categories", 103, "breadcrumbs", ["c101", "c102"])
    w.change("UPDATE category SET parent_id = 112 WHERE id = 102")
    w.shows("categories", 102, "breadcrumbs", ["c111", "c112"])
    w.shows("categories", 103, "breadcrumbs", ["c111", "c112", "c102"])
    w.shows("articles", 1001, "section.path", ["c111", "c112", "c102"])
    w.shows("articles", 1001, "trail", "c111 > c112 > c102 > c103")
    w.change("UPDATE category SET parent_id = NULL WHERE id = 102")
    w.shows("categories", 103, "above.id", [102])


@proves("ancestors")
def the_top_is_renamed(w):
    chain(w, 121, 122, 123, 124)
    w.change("UPDATE category SET name = 'top' WHERE id = 121")
    w.shows("categories", 124, "above.name", ["top", "c122", "c123"])
    w.shows("categories", 123, "breadcrumbs", ["top", "c122"])
    w.wrote(*(f"categories/{key}" for key in (121, 122, 123, 124)))


@proves("ancestors")
def the_top_is_deleted(w):
    chain(w, 131, 132, 133)
    w.change("DELETE FROM category WHERE id = 131")  # the one below comes to the top
    w.shows("categories", 133, "breadcrumbs", ["c132"])
    w.gone("categories", 131)


@proves("ancestors")
def one_gets_another_key(w):
    chain(w, 141, 142, 143)
    w.change("UPDATE category SET id = 149 WHERE id = 142")
    w.shows("categories", 143, "above.id", [141, 149])
    w.shows("categories", 143, "parent_id", 149)
    w.shows("categories", 141, "all_below", [149, 143])
    w.gone("categories", 142)


@proves("ancestors")
def of_a_row_that_is_found_through_a_link(w):
    chain(w, 151, 152)
    w.change("INSERT INTO article (id, title) VALUES (1011, 'A'); INSERT INTO article_category VALUES (1011, 152)")
    w.shows("articles", 1011, "also_in.path", [[151]])
    w.change("UPDATE category SET parent_id = 1 WHERE id = 151")
    w.shows("articles", 1011, "also_in.path", [[1, 151]])
    w.change("UPDATE article_category SET category_id = 151 WHERE article_id = 1011")
    w.shows("articles", 1011, "also_in.path", [[1]])


@proves("descendants")
def a_subtree_moves_and_all_above_it_know(w):
    chain(w, 161, 162, 163, 164)
    chain(w, 171, 172)
    w.shows("categories", 161, "all_below", [162, 163, 164])
    w.change("UPDATE category SET parent_id = 172 WHERE id = 163")
    w.shows("categories", 161, "all_below", [162])
    w.shows("categories", 162, "all_below", [])
    w.shows("categories", 172, "all_below", [163, 164])
    w.shows("categories", 171, "all_below", [172, 163, 164])


@proves("descendants")
def depth_ends_them(w):
    chain(w, 181, 182, 183, 184)
    w.shows("categories", 181, "near.id", [182, 183])
    w.change("UPDATE category SET name = 'n' WHERE id = 183")
    w.shows("categories", 181, "near.name", ["c182", "n"])
    w.change("UPDATE category SET parent_id = 182 WHERE id = 184")  # comes within reach
    w.shows("categories", 181, "near.id", [182, 183, 184])
    w.change("INSERT INTO category (id, parent_id, name) VALUES (185, 184, 'below')")  # beyond, but counted
    w.shows("categories", 181, "near.children", [2, 0, 1])
    w.shows("categories", 181, "all_below", [182, 183, 184, 185])


@proves("descendants")
def a_leaf_is_inserted_and_deleted(w):
    chain(w, 191, 192)
    w.change("INSERT INTO category (id, parent_id, name) VALUES (190, 192, 'leaf')")
    w.shows("categories", 191, "all_below", [192, 190])  # by level, then by key
    w.change("INSERT INTO category (id, parent_id, name) VALUES (199, 191, 'child')")
    w.shows("categories", 191, "all_below", [192, 199, 190])
    w.change("DELETE FROM category WHERE id = 190")
    w.shows("categories", 191, "all_below", [192, 199])


@proves("a ring")
def of_three_appears_and_goes(w):
    chain(w, 201, 202, 203)
    w.change("INSERT INTO category (id, parent_id, name) VALUES (204, 203, 'out');"
             " INSERT INTO article (id, category_id, title) VALUES (1021, 204, 'A')")
    w.change("UPDATE category SET parent_id = 203 WHERE id = 201")
    w.shows("categories", 201, "above.id", [202, 203])
    w.shows("categories", 201, "all_below", [202, 203, 204])
    w.shows("categories", 203, "all_below", [201, 204, 202])
    w.shows("categories", 204, "above.id", [201, 202, 203])
    w.shows("articles", 1021, "section.path", ["c201", "c202", "c203"])
    w.change("UPDATE category SET name = 'r' WHERE id = 202")
    w.shows("categories", 204, "breadcrumbs", ["c201", "r", "c203"])
    w.change("UPDATE category SET parent_id = NULL WHERE id = 202")  # opened elsewhere
    w.shows("categories", 201, "breadcrumbs", ["r", "c203"])
    w.shows("categories", 202, "all_below", [203, 201, 204])
    w.shows("categories", 202, "above", [])


@proves("a ring")
def of_a_row_that_is_its_own_parent(w):
    chain(w, 211, 212)
    w.change("UPDATE category SET parent_id = 211 WHERE id = 211")
    w.shows("categories", 211, "above", [])
    w.shows("categories", 211, "all_below", [212])
    w.shows("categories", 211, "children", 2)
    w.shows("categories", 212, "above.id", [211])
    w.change("UPDATE category SET parent_id = NULL WHERE id = 211")
    w.shows("categories", 211, "children", 1)


@proves("a ring")
def two_rings_become_one(w):
    chain(w, 221, 222)
    chain(w, 223, 224)
    w.change("UPDATE category SET parent_id = 222 WHERE id = 221; UPDATE category SET parent_id = 224 WHERE id = 223")
    w.shows("categories", 221, "all_below", [222])
    w.change("UPDATE category SET parent_id = 224 WHERE id = 221; UPDATE category SET parent_id = 222 WHERE id = 223")
    w.shows("categories", 221, "all_below", [222, 223, 224])
    w.shows("categories", 223, "above.id", [224, 221, 222])


@proves("belongs_to")
def to_the_own_table_in_two_steps(w):
    chain(w, 231, 232, 233)
    w.change("INSERT INTO article (id, category_id, title) VALUES (1031, 233, 'A')")
    w.shows("articles", 1031, "section.parent.parent", {"id": 231, "name": "c231"})
    w.change("UPDATE category SET name = 'g' WHERE id = 231")
    w.shows("articles", 1031, "section.parent.parent.name", "g")
    w.change("UPDATE category SET parent_id = 231 WHERE id = 233")
    w.shows("articles", 1031, "section.parent.parent", None)


@proves("count")
def of_the_own_table(w):
    chain(w, 241, 242)
    w.shows("categories", 241, "current_children", 1)
    w.change("UPDATE category SET retired = true WHERE id = 242")
    w.shows("categories", 241, "children", 1)
    w.shows("categories", 241, "current_children", 0)
    w.change("UPDATE category SET parent_id = NULL WHERE id = 242")
    w.shows("categories", 241, "children", 0)


@proves("transform, JSON")
def false_removes_and_true_brings_back(w):
    w.change("INSERT INTO article (id, category_id, title) VALUES (1041, 12, 'A')")
    w.shows("articles", 1041, "trail", "Science > Physics")
    w.change("UPDATE article SET state = 'withdrawn' WHERE id = 1041")
    w.gone("articles", 1041)
    w.change("INSERT INTO article_category VALUES (1041, 12)")
    w.gone("articles", 1041)
    w.change("UPDATE article SET state = 'draft' WHERE id = 1041")
    w.shows("articles", 1041, "also_in.id", [12])
    w.lacks("articles", 1041, "state")  # hidden
    w.shows("categories", 12, "articles.id", [3, 1041])


@proves("transform, JSON")
def what_it_adds_follows_rows_far_above(w):
    chain(w, 251, 252)
    w.change("INSERT INTO article (id, category_id, title) VALUES (1051, 252, 'A')")
    w.change("UPDATE category SET name = 'new' WHERE id = 251")
    w.shows("articles", 1051, "trail", "new > c252")
    w.change("DELETE FROM category WHERE id = 252")
    w.shows("articles", 1051, "trail", None)


@proves("index mapping")
def names_what_a_transform_adds(w):
    w.maps("articles", trail={"type": "keyword"},
           section__path={"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 8191}}})
    w.maps("categories", all_below={"type": "integer"}, near__children={"type": "long"})
    w.finds("articles", {"term": {"trail": "Science > Physics > Optics > Lenses"}}, 1)


@proves("truncate")
def a_link_table(w):
    w.change("CREATE TEMPORARY TABLE kept AS TABLE article_category; TRUNCATE article_category")
    w.every("articles", also_in=[])
    w.change("INSERT INTO article_category TABLE kept; DROP TABLE kept")
    w.shows("articles", 7, "also_in.id", [7, 21])


@proves("truncate")
def the_table_that_points_at_itself(w):
    w.change("CREATE TEMPORARY TABLE kept AS TABLE article; UPDATE article SET category_id = NULL;"
             " TRUNCATE category CASCADE")
    w.only("categories")
    w.only("articles")
    w.change("INSERT INTO article SELECT id, NULL, title, published, state FROM kept; DROP TABLE kept")
    w.every("articles", trail=None)
