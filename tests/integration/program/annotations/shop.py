"""Conditions, order and limit, aggregates, pluck, keyed_by, routing, settings, a typed transform."""
from world import expect, proves, same


def product(w, key, more="", status="active"):
    w.change("INSERT INTO product (id, sku, name, status, price) VALUES (%s, %s, 'P', %s, 1);" + more,
             key, f"S{key}", status)


def customer(w, key, more=""):
    w.change("INSERT INTO customer (id, name) VALUES (%s, 'C');" + more, key)


@proves("index settings")
def are_those_of_the_shape(w):
    expect(w.settings("products")["number_of_shards"] == "2", "products: number_of_shards")
    expect(w.settings("products")["refresh_interval"] == "500ms", "products: refresh_interval")
    expect(w.settings("orders")["number_of_shards"] == "3", "orders: number_of_shards")
    expect(w.settings("shoppers")["number_of_shards"] == "1", "shoppers say nothing of shards")


@proves("index mapping")
def is_merged_beside_and_into_the_properties(w):
    same(w.mapping("orders")["_routing"], {"required": True}, "orders: _routing")
    expect(w.mapping("products")["properties"]["best_reviews"]["type"] == "nested", "products: best_reviews")
    w.maps("products", best_reviews__stars={"type": "short"}, price={"type": "double", "ignore_malformed": True})
    w.finds("products", {"nested": {"path": "best_reviews", "query": {"bool": {"must": [
        {"term": {"best_reviews.stars": 4}}, {"match": {"best_reviews.body": "good"}}]}}}}, 1)


@proves("mapping")
def of_what_aggregates_yield(w):
    w.maps("products", review_count={"type": "long"}, has_complaints={"type": "boolean"},
           status={"type": "keyword", "ignore_above": 8191},
           stars={"type": "double", "ignore_malformed": True}, sold={"type": "double", "ignore_malformed": True},
           last_review={"type": "date", "format": "strict_date_optional_time", "ignore_malformed": True},
           stock={"type": "object", "enabled": False}, attributes={"type": "object", "enabled": False})


@proves("where on a relation")
def a_child_enters_and_leaves(w):
    product(w, 101, "INSERT INTO review (id, product_id, approved, stars, written) VALUES (1001, 101, false, 1, "
                    "'2024-01-01 00:00:00+00')")
    w.shows("products", 101, "best_reviews", [])
    w.change("UPDATE review SET approved = true WHERE id = 1001")  # a column that is no member
    w.shows("products", 101, "best_reviews.id", [1001])
    w.shows("products", 101, "review_count", 1)
    w.wrote("products/101")
    w.change("UPDATE review SET deleted_at = now() WHERE id = 1001")
    w.shows("products", 101, "best_reviews", [])
    w.shows("products", 101, "last_review", None)


@proves("where on a relation")
def the_far_row_of_a_link_enters_and_leaves(w):
    product(w, 102, "INSERT INTO customer (id, name) VALUES (2001, 'C'); INSERT INTO favourite VALUES (2001, 102)")
    w.shows("shoppers", 2001, "favourites.id", [102])
    w.change("UPDATE product SET status = 'draft' WHERE id = 102")
    w.shows("shoppers", 2001, "favourites", [])
    w.change("UPDATE product SET status = 'sold out' WHERE id = 102")
    w.shows("shoppers", 2001, "favourites.id", [102])


@proves("where on the root")
def a_document_appears_and_is_removed(w):
    product(w, 103, status="draft")
    w.gone("products", 103)
    w.change("UPDATE product SET name = 'Q' WHERE id = 103")
    w.gone("products", 103)
    w.change("UPDATE product SET status = 'retired' WHERE id = 103")
    w.shows("products", 103, "name", "Q")
    w.change("UPDATE product SET status = 'draft' WHERE id = 103")
    w.gone("products", 103)
    w.change("INSERT INTO stock VALUES (103, 'Rome', 3)")  # a child of what has no document
    w.gone("products", 103)
    w.change("UPDATE product SET status = 'active' WHERE id = 103")
    w.shows("products", 103, "stock", {"Rome": 3})
    w.change("DELETE FROM product WHERE id = 103")
    w.gone("products", 103)


@proves("order_by")
def the_order_flips(w):
    product(w, 104, "INSERT INTO review (id, product_id, stars) VALUES (1011, 104, 5), (1012, 104, 4), "
                    "(1013, 104, NULL)")
    w.shows("products", 104, "best_reviews.id", [1011, 1012, 1013])
    w.change("UPDATE review SET stars = 3 WHERE id = 1011")
    w.shows("products", 104, "best_reviews.id", [1012, 1011, 1013])
    w.change("UPDATE review SET stars = 4, written = '2024-01-01' WHERE id = 1013")  # the second of order_by decides
    w.shows("products", 104, "best_reviews.id", [1013, 1012, 1011])


@proves("order_by")
def of_a_plucked_array_flips(w):
    w.change("INSERT INTO customer (id, name) VALUES (2011, 'C');"
             " INSERT INTO purchase (id, customer_id) VALUES (3001, 2011);"
             "INSERT INTO order_line (purchase_id, position, price) VALUES (3001, 1, 1);"
             "INSERT INTO returned (id, purchase_id, position, quantity) VALUES (4001, 3001, 1, 10), "
             "(4002, 3001, 1, 20)")
    w.shows("orders", 3001, "lines.returns", [[20, 10]])
    w.change("UPDATE returned SET id = 4003 WHERE id = 4001")
    w.shows("orders", 3001, "lines.returns", [[10, 20]])


@proves("limit")
def a_row_enters_the_first_three(w):
    product(w, 105, "INSERT INTO review (id, product_id, stars) VALUES (1021, 105, 5), (1022, 105, 4), (1023, 105, 3), "
                    "(1024, 105, 2)")
    w.shows("products", 105, "best_reviews.id", [1021, 1022, 1023])
    w.change("UPDATE review SET stars = 5 WHERE id = 1024")
    w.shows("products", 105, "best_reviews.id", [1021, 1024, 1022])
    w.change("UPDATE review SET body = 'Behind the third' WHERE id = 1023")
    w.shows("products", 105, "best_reviews.id", [1021, 1024, 1022])


@proves("limit")
def the_third_is_deleted_and_the_fourth_follows(w):
    product(w, 106, "INSERT INTO review (id, product_id, stars) VALUES (1031, 106, 5), (1032, 106, 4), (1033, 106, 3), "
                    "(1034, 106, 2)")
    w.change("DELETE FROM review WHERE id = 1033")
    w.shows("products", 106, "best_reviews.id", [1031, 1032, 1034])


@proves("limit")
def by_the_order_of_the_far_row(w):
    customer(w, 2021, "INSERT INTO product (id, sku, name, status, price) VALUES (107, 'S107', 'P', 'active', 3),"
                      "(108, 'S108', 'P', 'active', 2), (109, 'S109', 'P', 'active', 1);"
                      "INSERT INTO favourite VALUES (2021, 107), (2021, 108), (2021, 109)")
    w.shows("shoppers", 2021, "favourites.id", [107, 108])
    w.change("UPDATE product SET price = 9 WHERE id = 109")  # a column that is no member
    w.shows("shoppers", 2021, "favourites.id", [109, 107])
    w.change("DELETE FROM favourite WHERE product_id = 109")
    w.shows("shoppers", 2021, "favourites.id", [107, 108])


@proves("limit")
def with_an_aggregate_inside(w):
    customer(w, 2031, "INSERT INTO purchase (id, customer_id, placed_at) VALUES (3011, 2031, '2024-01-01'), "
                      "(3012, 2031, '2024-01-02'),"
                      "(3013, 2031, '2024-01-03'), (3014, 2031, '2024-01-04')")
    w.shows("shoppers", 2031, "latest_orders.id", [3014, 3013, 3012])
    w.change("INSERT INTO order_line (purchase_id, position, price) VALUES (3013, 1, 1), (3013, 2, 1)")
    w.shows("shoppers", 2031, "latest_orders.lines", [0, 2, 0])
    w.change("UPDATE purchase SET placed_at = NULL WHERE id = 3013")
    w.shows("shoppers", 2031, "latest_orders.id", [3014, 3012, 3011])


@proves("pluck")
def the_value_changes_and_the_row_leaves(w):
    customer(w, 2041, "INSERT INTO customer (id, name, invited_by) VALUES (2042, 'A', 2041), (2043, 'B', 2041)")
    w.shows("shoppers", 2041, "invited", ["A", "B"])
    w.change("UPDATE customer SET name = 'Z' WHERE id = 2042")
    w.shows("shoppers", 2041, "invited", ["Z", "B"])
    w.change("UPDATE customer SET invited_by = 2043 WHERE id = 2042")
    w.shows("shoppers", 2041, "invited", ["B"])
    w.shows("shoppers", 2043, "invited", ["Z"])
    w.change("UPDATE customer SET invited_by = id WHERE id = 2042")  # himself
    w.shows("shoppers", 2042, "invited", ["Z"])


@proves("keyed_by")
def a_key_is_renamed(w):
    product(w, 110, "INSERT INTO stock VALUES (110, 'Rome', 1), (110, 'Oslo', 2)")
    w.change("UPDATE stock SET warehouse = 'Bern' WHERE product_id = 110 AND warehouse = 'Rome'")
    w.shows("products", 110, "stock", {"Bern": 1, "Oslo": 2})
    w.change("UPDATE stock SET amount = 5 WHERE product_id = 110 AND warehouse = 'Bern'")
    w.shows("products", 110, "stock.Bern", 5)


@proves("keyed_by")
def of_several_the_first_counts(w):
    product(w, 111, "INSERT INTO attribute VALUES (5001, 'S111', 'W', '1', 'g'), (5002, 'S111', 'W', '2', 'g')")
    w.shows("products", 111, "attributes", {"W": "1"})
    w.shows("products", 111, "measures.W.id", 5002)        # order_by<"id DESC">
    w.change("DELETE FROM attribute WHERE id = 5001")
    w.shows("products", 111, "attributes", {"W": "2"})
    w.change("INSERT INTO attribute VALUES (5000, 'S111', 'W', '0', 'g')")
    w.shows("products", 111, "attributes", {"W": "0"})
    w.change("UPDATE attribute SET unit = NULL WHERE id = 5002")  # leaves by where
    w.shows("products", 111, "measures.W.id", 5000)


@proves("keyed_by")
def a_row_whose_key_becomes_null(w):
    product(w, 112, "INSERT INTO attribute VALUES (5011, 'S112', 'W', '1', 'g')")
    w.change("UPDATE attribute SET name = NULL WHERE id = 5011")
    w.shows("products", 112, "attributes", {})
    w.change("UPDATE attribute SET name = 'W', value = NULL WHERE id = 5011")
    w.shows("products", 112, "attributes", {"W": None})


@proves("keyed_by")
def keys_that_a_mapping_could_not_hold(w):
    product(w, 113)
    keys = ["a.b", ".", "..", "a..b", " ", "Größe", 'say "x"', "a\\b", "x" * 300, "_id", "properties"]
    for n, key in enumerate(keys):
        w.bench.sql.execute("INSERT INTO stock VALUES (113, %s, %s)", (key, n))
    w.change("INSERT INTO attribute SELECT 5020 + amount, 'S113', warehouse, 'v', "
             "'u' FROM stock WHERE product_id = 113")
    same(w.document("products", 113)["stock"], {key: n for n, key in enumerate(keys)}, "stock")


@proves("references")
def the_referenced_column_changes(w):
    product(w, 114, "INSERT INTO attribute VALUES (5101, 'S114', 'A', '1', NULL), (5102, 'LATER', 'B', '2', NULL)")
    w.change("UPDATE product SET sku = 'LATER' WHERE id = 114")
    w.shows("products", 114, "attributes", {"B": "2"})
    w.change("UPDATE attribute SET sku = 'LATER' WHERE id = 5101")
    w.shows("products", 114, "attributes", {"A": "1", "B": "2"})


@proves("references")
def a_child_that_is_there_before_its_parent(w):
    w.change("INSERT INTO attribute VALUES (5111, 'S115', 'A', '1', NULL)")
    product(w, 115)
    w.shows("products", 115, "attributes", {"A": "1"})


@proves("count")
def rows_are_inserted_and_deleted(w):
    product(w, 116, "INSERT INTO review (id, product_id) VALUES (1041, 116)")
    w.shows("products", 116, "review_count", 1)
    w.change("INSERT INTO review (id, product_id) VALUES (1042, 116)")
    w.shows("products", 116, "review_count", 2)
    w.change("DELETE FROM review WHERE product_id = 116")
    w.shows("products", 116, "review_count", 0)


@proves("sum")
def rows_are_inserted_changed_and_deleted(w):
    product(w, 117, "INSERT INTO stock VALUES (117, 'Rome', 1)")
    w.change("INSERT INTO stock VALUES (117, 'Oslo', 10)")
    w.shows("products", 117, "in_stock", 11)
    w.change("UPDATE stock SET amount = 100 WHERE product_id = 117 AND warehouse = 'Rome'")
    w.shows("products", 117, "in_stock", 110)
    w.change("DELETE FROM stock WHERE product_id = 117")
    w.shows("products", 117, "in_stock", 0)


@proves("sum")
def of_a_hidden_expression(w):
    product(w, 118, "INSERT INTO customer (id, name) VALUES (2051, 'C');"
                    " INSERT INTO purchase (id, customer_id) VALUES (3021, 2051);"
                    "INSERT INTO order_line VALUES (3021, 1, 118, 2, 1.50), (3021, 2, 118, 1, 10.00)")
    w.shows("products", 118, "turnover", 13)
    w.shows("products", 118, "largest_sale", 10)
    w.change("UPDATE order_line SET quantity = 4 WHERE purchase_id = 3021 AND position = 1")
    w.shows("products", 118, "turnover", 16)
    w.change("UPDATE order_line SET price = 3.50 WHERE purchase_id = 3021 AND position = 1")
    w.shows("products", 118, "turnover", 24)
    w.shows("products", 118, "largest_sale", 14)
    w.shows("shoppers", 2051, "spent", 24)
    w.shows("orders", 3021, "total", 24)
    w.change("UPDATE order_line SET deleted_at = now() WHERE purchase_id = 3021")
    for index, key, path in (("products", 118, "turnover"), ("shoppers", 2051, "spent"), ("orders", 3021, "total")):
        w.shows(index, key, path, 0)


@proves("sum")
def through_a_link_with_a_composite_key(w):
    product(w, 119, "INSERT INTO product (id, sku, name, status, price) VALUES (120, 'S120', 'P', 'active', 1);"
                    "INSERT INTO purchase (id, customer_id) VALUES (3031, 1);"
                    " INSERT INTO order_line VALUES (3031, 1, 119, 9, 1);"
                    "INSERT INTO returned VALUES (4011, 3031, 1, 2, true), (4012, 3031, 1, 4, NULL)")
    w.shows("products", 119, "returned", 2)
    w.change("UPDATE returned SET accepted = true WHERE id = 4012")
    w.shows("products", 119, "returned", 6)
    w.change("UPDATE order_line SET product_id = 120 WHERE purchase_id = 3031")
    w.shows("products", 119, "returned", 0)
    w.shows("products", 120, "returned", 6)
    w.change("UPDATE order_line SET position = 7 WHERE purchase_id = 3031")  # both columns by which the hop goes
    w.shows("products", 120, "returned", 6)
    w.change("DELETE FROM order_line WHERE purchase_id = 3031")
    w.shows("products", 120, "returned", 0)


@proves("avg")
def rows_are_inserted_changed_and_deleted_(w):
    product(w, 121, "INSERT INTO review (id, product_id, stars) VALUES (1051, 121, 1)")
    w.change("INSERT INTO review (id, product_id, stars) VALUES (1052, 121, 2), (1053, 121, NULL)")
    w.shows("products", 121, "stars", w.number(1.5))
    w.change("UPDATE review SET stars = 4 WHERE id = 1052")
    w.shows("products", 121, "stars", w.number(2.5))
    w.change("DELETE FROM review WHERE stars IS NOT NULL AND product_id = 121")
    w.shows("products", 121, "stars", None)  # one is left, without stars


@proves("min and max")
def rows_are_inserted_changed_and_deleted__(w):
    product(w, 122, "INSERT INTO review (id, product_id, written) VALUES (1061, 122, '2024-01-02 00:00:00+00')")
    w.change("INSERT INTO review (id, product_id, written) VALUES (1062, 122, '2024-01-01 00:00:00+00')")
    w.shows("products", 122, "first_review", "2024-01-01T00:00:00+00:00")
    w.shows("products", 122, "last_review", "2024-01-02T00:00:00+00:00")
    w.change("UPDATE review SET written = '2024-01-03 00:00:00+00' WHERE id = 1062")
    w.shows("products", 122, "first_review", "2024-01-02T00:00:00+00:00")
    w.shows("products", 122, "last_review", "2024-01-03T00:00:00+00:00")
    w.change("UPDATE review SET written = NULL WHERE id = 1061")
    w.shows("products", 122, "first_review", "2024-01-03T00:00:00+00:00")
    w.change("DELETE FROM review WHERE id = 1062")
    w.shows("products", 122, "last_review", None)


@proves("exists")
def a_first_row_comes_and_the_last_goes(w):
    product(w, 123, "INSERT INTO review (id, product_id, stars, approved) VALUES (1071, 123, 2, false)")
    w.shows("products", 123, "has_complaints", False)
    w.change("UPDATE review SET stars = 1 WHERE id = 1071")
    w.shows("products", 123, "has_complaints", True)
    w.change("INSERT INTO review (id, product_id, stars) VALUES (1072, 123, 1)")
    w.change("DELETE FROM review WHERE id = 1071")
    w.shows("products", 123, "has_complaints", True)
    w.change("DELETE FROM review WHERE id = 1072")
    w.shows("products", 123, "has_complaints", False)


@proves("exists")
def the_condition_of_another_table_flips(w):
    customer(w, 2061, "INSERT INTO purchase (id, customer_id, state) VALUES (3041, 2061, 'open')")
    w.shows("shoppers", 2061, "has_open_orders", True)
    w.change("UPDATE purchase SET state = 'cancelled' WHERE id = 3041")
    w.shows("shoppers", 2061, "has_open_orders", False)
    w.shows("shoppers", 2061, "order_count", 0)


@proves("aggregates")
def a_row_moves_to_another_parent(w):
    product(w, 124, "INSERT INTO product (id, sku, name, status, price) VALUES (125, 'S125', 'P', 'active', 1);"
                    "INSERT INTO review (id, product_id, stars) VALUES (1081, 124, 1)")
    w.change("UPDATE review SET product_id = 125 WHERE id = 1081")
    for key, count, stars, complaints in ((124, 0, None, False), (125, 1, 1, True)):
        w.shows("products", key, "review_count", count)
        w.shows("products", key, "stars", stars)
        w.shows("products", key, "has_complaints", complaints)
    w.wrote("products/124", "products/125")


@proves("one table at several nodes")
def a_customer_is_root_author_friend_and_buyer(w):
    customer(w, 2071, "INSERT INTO customer (id, name, invited_by) VALUES (2072, 'D', 2071);"
                      " INSERT INTO product (id, sku, name, status, price)"
                      "VALUES (126, 'S126', 'P', 'active', 1);"
                      " INSERT INTO review (id, product_id, customer_id) VALUES (1091, 126, 2072);"
                      "INSERT INTO purchase (id, customer_id) VALUES (3051, 2072)")
    w.change("UPDATE customer SET name = 'E' WHERE id = 2072")
    w.shows("shoppers", 2072, "name", "E")
    w.shows("shoppers", 2071, "invited", ["E"])
    w.shows("products", 126, "best_reviews.author.name", ["E"])
    w.shows("orders", 3051, "customer.name", "E")
    w.wrote("shoppers/2072", "shoppers/2071", "products/126", "orders/3051")


@proves("transform, typed")
def false_removes_and_true_brings_back(w):
    customer(w, 2081)
    w.change("UPDATE customer SET blocked = true WHERE id = 2081")
    w.gone("shoppers", 2081)
    w.change("INSERT INTO purchase (id, customer_id) VALUES (3061, 2081)")  # a child of what was left out
    w.gone("shoppers", 2081)
    w.there("orders", 3061)
    w.change("UPDATE customer SET blocked = false WHERE id = 2081")
    w.shows("shoppers", 2081, "latest_orders.id", [3061])
    w.lacks("shoppers", 2081, "blocked")


@proves("transform, typed")
def changes_what_the_document_says(w):
    customer(w, 2091)
    for mail, masked in (("a@b.c", "***@b.c"), ("nonsense", "***"), (None, None)):
        w.change("UPDATE customer SET email = %s WHERE id = 2091", mail)
        w.shows("shoppers", 2091, "email", masked)


def elsewhere(w, customer_id, same_shard=False):
    """A customer whose orders are on another shard."""
    here = w.shard("orders", customer_id)
    return next(other for other in range(1, 7) if other != customer_id and (w.shard("orders", other) == here) == same_shard)


@proves("routing")
def its_value_changes(w):
    there = elsewhere(w, 1)
    w.change("INSERT INTO purchase (id, customer_id) VALUES (3071, 1)")
    w.routed("orders", 3071, 1)
    w.change("UPDATE purchase SET customer_id = %s WHERE id = 3071", there)
    w.routed("orders", 3071, there)
    w.change("UPDATE purchase SET customer_id = 1 WHERE id = 3071")
    w.routed("orders", 3071, 1)
    w.change("UPDATE purchase SET customer_id = %s WHERE id = 3071;"
             " UPDATE purchase SET customer_id = 1 WHERE id = 3071", there)
    w.routed("orders", 3071, 1)
    w.change("UPDATE purchase SET note = 'n' WHERE id = 3071")
    w.routed("orders", 3071, 1)


@proves("routing")
def its_value_changes_to_another_of_the_same_shard(w):
    there = elsewhere(w, 1, same_shard=True)
    w.change("INSERT INTO purchase (id, customer_id) VALUES (3076, 1)")
    w.change("UPDATE purchase SET customer_id = %s WHERE id = 3076", there)
    w.routed("orders", 3076, there)


@proves("routing")
def the_row_it_refers_to_gets_another_key(w):
    customer(w, 2101, "INSERT INTO purchase (id, customer_id) VALUES (3081, 2101), (3082, 2101)")
    key = next(key for key in range(2102, 2200) if w.shard("orders", key) != w.shard("orders", 2101))
    w.change("UPDATE customer SET id = %s WHERE id = 2101", key)  # the foreign keys follow
    w.routed("orders", 3081, key)
    w.routed("orders", 3082, key)
    w.gone("shoppers", 2101)
    w.there("shoppers", key)


@proves("routing")
def a_child_s_change_writes_where_the_document_is(w):
    there = elsewhere(w, 1)
    w.change("INSERT INTO purchase (id, customer_id) VALUES (3091, %s)", there)
    w.change("INSERT INTO order_line (purchase_id, position, price) VALUES (3091, 1, 1)")
    w.routed("orders", 3091, there)
    w.shows("orders", 3091, "lines.position", [1])


@proves("routing")
def the_row_is_deleted(w):
    there = elsewhere(w, 1)
    w.change("INSERT INTO purchase (id, customer_id) VALUES (3101, 1), (3102, %s)", there)
    w.change("DELETE FROM purchase WHERE id IN (3101, 3102)")
    w.finds("orders", {"ids": {"values": ["3101", "3102"]}})
    w.change("INSERT INTO purchase (id, customer_id) VALUES (3101, 1);"
             "UPDATE purchase SET customer_id = %s WHERE id = 3101; DELETE FROM purchase WHERE id = 3101", there)
    w.finds("orders", {"ids": {"values": ["3101"]}})


@proves("routing")
def deleted_and_inserted_elsewhere_in_one_commit(w):
    there = elsewhere(w, 1)
    w.change("INSERT INTO purchase (id, customer_id) VALUES (3111, 1)")
    w.change("DELETE FROM purchase WHERE id = 3111; INSERT INTO purchase (id, customer_id) VALUES (3111, %s)", there)
    w.routed("orders", 3111, there)


@proves("routing")
def key_and_value_change_in_one_row(w):
    there = elsewhere(w, 1)
    w.change("INSERT INTO purchase (id, customer_id) VALUES (3121, 1)")
    w.change("UPDATE purchase SET id = 3122, customer_id = %s WHERE id = 3121", there)
    w.finds("orders", {"ids": {"values": ["3121"]}})
    w.routed("orders", 3122, there)


@proves("truncate")
def a_child_(w):
    w.change("CREATE TEMPORARY TABLE kept AS TABLE stock; TRUNCATE stock")
    w.every("products", stock={}, available=False, in_stock=0)
    w.change("INSERT INTO stock TABLE kept; DROP TABLE kept")
    w.shows("products", 1, "stock", {"Berlin": 12, "Paris": 0, "Umeå": 3})


@proves("truncate")
def a_child_of_routed_documents(w):
    w.change("CREATE TEMPORARY TABLE kept AS TABLE returned; TRUNCATE returned")
    w.every("orders", has_returns=False)
    w.every("products", returned=0)
    w.change("INSERT INTO returned TABLE kept; DROP TABLE kept")
    w.shows("orders", 1, "lines.returns", [[1, 1], []])
    w.routed("orders", 1, 1)


@proves("truncate")
def a_link_table(w):
    w.change("CREATE TEMPORARY TABLE kept AS TABLE favourite; TRUNCATE favourite")
    w.every("shoppers", favourites=[])
    w.change("INSERT INTO favourite TABLE kept; DROP TABLE kept")
    w.shows("shoppers", 1, "favourites.id", [3, 1])


@proves("truncate")
def the_routed_root(w):
    there = elsewhere(w, 1)
    w.change("INSERT INTO purchase (id, customer_id) VALUES (3131, 1), (3132, %s)", there)
    w.change("TRUNCATE purchase CASCADE; INSERT INTO purchase (id, customer_id) VALUES (3132, 1)")
    w.only("orders", 3132)
    w.routed("orders", 3132, 1)
    w.shows("shoppers", 1, "order_count", 1)
    w.shows("products", 1, "sold", 0)
    w.change("TRUNCATE purchase CASCADE")
    w.only("orders")
