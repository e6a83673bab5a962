"""Views, partitions, a table without a key, a generated column, links over several hops."""
from world import expect, proves, until


def film(w, key, more=""):
    w.change("INSERT INTO film (id, title) VALUES (%s, 'F');" + more, key)


def customer(w, key, more=""):
    w.change("INSERT INTO customer (id, name) VALUES (%s, 'C');" + more, key)


def rented(key, disc, customer_id, of_film, when="2024-02-01"):
    """A disc of a film, and its rental."""
    return (f"INSERT INTO inventory (id, film_id, store_id) VALUES ({disc}, {of_film}, 1);"
            f"INSERT INTO rental (id, inventory_id, customer_id, rented) VALUES ({key}, {disc}, {customer_id}, "
            f"'{when}');")


@proves("mapped")
def its_text_is_the_mapping(w):
    w.maps("films", description={"type": "text", "analyzer": "english", "index_options": "offsets"})
    w.finds("films", {"match": {"description": "keepers lighting"}}, 1)


@proves("mapping")
def of_enum_view_and_aggregates(w):
    w.maps("films", rating={"type": "keyword"}, hours={"type": "double", "ignore_malformed": True}, discs={"type": "long"},
           out_now={"type": "boolean"}, stats__rentals={"type": "long"},
           last_rented={"type": "date", "format": "strict_date_optional_time", "ignore_malformed": True})
    w.maps("customers", payments__paid_at={"type": "date", "format": "strict_date_optional_time", "ignore_malformed": True},
           mean_payment={"type": "double", "ignore_malformed": True})


@proves("generated column")
def follows_the_column_it_is_made_of(w):
    film(w, 101, "INSERT INTO customer (id, name) VALUES (1001, 'C');" + rented(2001, 3001, 1001, 101))
    w.shows("films", 101, "hours", None)
    w.change("UPDATE film SET minutes = 90 WHERE id = 101")
    w.shows("films", 101, "hours", w.number("1.50"))
    w.shows("customers", 1001, "rentals.disc.film.hours", [w.number("1.50")])  # that struct has no member minutes
    w.change("UPDATE film SET minutes = 45 WHERE id = 101")
    w.shows("customers", 1001, "rentals.disc.film.hours", [w.number("0.75")])
    w.change("UPDATE film SET minutes = NULL WHERE id = 101")
    w.shows("customers", 1001, "rentals.disc.film.hours", [None])


@proves("a table without a primary key")
def has_the_replica_identity_that_bootstrap_gave_it(w):
    for table, wanted in (("film_note", "f"), ("payment_2024", "f"), ("payment_before_2024", "f"), ("film", "d"),
                          ("country", "d")):
        found = w.value("SELECT relreplident FROM pg_class WHERE relname = %s", table)
        expect(found == wanted, f"the replica identity of {table} is {found}")


@proves("a table without a primary key")
def one_of_two_equal_rows_is_deleted(w):
    film(w, 102)
    w.change("INSERT INTO film_note VALUES (102, 'same', '2024-01-01'), (102, 'same', '2024-01-01'), (102, 'a', NULL)")
    w.shows("films", 102, "notes.note", ["a", "same", "same"])
    w.change("DELETE FROM film_note WHERE ctid = (SELECT min(ctid) FROM film_note "
             "WHERE film_id = 102 AND note = 'same')")
    w.shows("films", 102, "notes.note", ["a", "same"])
    w.change("UPDATE film_note SET note = 'z', film_id = 102 WHERE film_id = 102 AND note = 'a'")
    w.shows("films", 102, "notes.note", ["same", "z"])  # in the order of the whole row's text
    w.change("UPDATE film_note SET film_id = NULL WHERE film_id = 102")
    w.shows("films", 102, "notes", [])


@proves("a table without a primary key")
def one_of_two_equal_rows_moves_to_another_parent(w):
    film(w, 103, "INSERT INTO film (id, title) VALUES (104, 'G');"
                 " INSERT INTO film_note VALUES (103, 'n', NULL), (103, 'n', NULL)")
    w.change("UPDATE film_note SET film_id = 104 WHERE ctid = (SELECT max(ctid) FROM film_note WHERE film_id = 103)")
    w.shows("films", 103, "notes.note", ["n"])
    w.shows("films", 104, "notes.note", ["n"])


@proves("a view, depends_on with columns")
def a_row_of_its_table_comes_moves_and_goes(w):
    film(w, 105, "INSERT INTO film (id, title) VALUES (106, 'G')")
    w.shows("films", 105, "stats", None)
    w.change("INSERT INTO inventory (id, film_id) VALUES (3011, 105)")
    w.shows("films", 105, "stats", {"film_id": 105, "discs": 1, "rentals": 0, "out_now": 0, "last_rented": None})
    w.wrote("films/105", "film_numbers/105")  # the columns say whose row of the view it is
    w.change("UPDATE inventory SET film_id = 106 WHERE id = 3011")
    w.shows("films", 105, "stats", None)
    w.shows("films", 106, "stats.discs", 1)
    w.change("DELETE FROM inventory WHERE id = 3011")
    w.shows("films", 106, "stats", None)


@proves("a view, depends_on without columns")
def any_change_reads_every_document_again(w):
    film(w, 107, "INSERT INTO inventory (id, film_id) VALUES (3021, 107)")
    w.change("INSERT INTO rental (id, inventory_id, customer_id, rented) VALUES (2011, 3021, 4, "
             "'2024-02-01 00:00:00+00')")
    w.shows("films", 107, "stats", {"film_id": 107, "discs": 1, "rentals": 1, "out_now": 1,
                                    "last_rented": "2024-02-01T00:00:00+00:00"})
    w.change("UPDATE rental SET returned = '2024-03-01' WHERE id = 2011")  # a column that no film has
    w.shows("films", 107, "stats.out_now", 0)
    w.change("UPDATE rental SET rented = '2025-02-01 00:00:00+00' WHERE id = 2011")
    w.shows("films", 107, "stats.last_rented", "2025-02-01T00:00:00+00:00")
    w.change("DELETE FROM rental WHERE id = 2011")
    w.shows("films", 107, "stats.rentals", 0)


@proves("a view as root")
def its_rows_come_and_go_with_those_of_its_tables(w):
    film(w, 120, "INSERT INTO film (id, title) VALUES (121, 'G')")
    w.gone("film_numbers", 120)
    w.change("INSERT INTO inventory (id, film_id) VALUES (3091, 120)")
    w.shows("film_numbers", 120, "", {"film_id": 120, "discs": 1, "rentals": 0, "out_now": 0, "last_rented": None})
    w.change("INSERT INTO rental (id, inventory_id, customer_id, rented) VALUES (2091, 3091, 4, "
             "'2024-02-01 00:00:00+00')")
    w.shows("film_numbers", 120, "out_now", 1)
    w.change("UPDATE inventory SET film_id = 121 WHERE id = 3091")
    w.gone("film_numbers", 120)
    w.shows("film_numbers", 121, "last_rented", "2024-02-01T00:00:00+00:00")
    w.change("DELETE FROM rental WHERE id = 2091")
    w.shows("film_numbers", 121, "rentals", 0)
    w.change("DELETE FROM inventory WHERE id = 3091")
    w.gone("film_numbers", 121)


@proves("a view as root")
def the_key_of_what_it_groups_by_changes(w):
    film(w, 122, "INSERT INTO inventory (id, film_id) VALUES (3101, 122), (3102, 122)")
    w.change("UPDATE film SET id = 123 WHERE id = 122")
    w.gone("film_numbers", 122)
    w.shows("film_numbers", 123, "discs", 2)


@proves("partitions")
def a_row_moves_to_another_by_update(w):
    customer(w, 1011, "INSERT INTO payment VALUES (4001, '2023-06-01 00:00:00+00', 1011, NULL, 1)")
    w.change("UPDATE payment SET paid_at = '2024-06-01 00:00:00+00' WHERE id = 4001")
    w.shows("customers", 1011, "payments.paid_at", ["2024-06-01T00:00:00+00:00"])
    w.shows("customers", 1011, "last_paid", "2024-06-01T00:00:00+00:00")
    w.change("UPDATE payment SET paid_at = '2025-06-01 00:00:00+00', "
             "customer_id = 4 WHERE id = 4001")  # and to another parent
    w.shows("customers", 1011, "payments", [])
    expect(4001 in [each["id"] for each in w.document("customers", 4)["payments"]], "the new parent lacks it")


@proves("partitions")
def each_of_them_is_followed(w):
    customer(w, 1012)
    for key, year in ((4011, 2023), (4012, 2024), (4013, 2025)):
        w.change("INSERT INTO payment VALUES (%s, %s, 1012, NULL, 1)", key, f"{year}-06-01 00:00:00+00")
    w.shows("customers", 1012, "payments.id", [4011, 4012, 4013])
    for key, paid in ((4011, 7), (4012, 12), (4013, 17)):
        w.change("UPDATE payment SET amount = amount + 5 WHERE id = %s", key)
        w.shows("customers", 1012, "paid", paid + 1)
    w.change("DELETE FROM payment WHERE customer_id = 1012")
    w.shows("customers", 1012, "paid", 0)


@proves("partitions")
def one_is_truncated(w):
    customer(w, 1013, "INSERT INTO payment VALUES (4021, '2023-06-01', 1013, NULL, 1), "
                      "(4022, '2024-06-01', 1013, NULL, 2)")
    w.change("CREATE TEMPORARY TABLE kept AS TABLE payment_before_2024; TRUNCATE payment_before_2024")
    w.shows("customers", 1013, "payments.id", [4022])
    w.change("INSERT INTO payment TABLE kept; DROP TABLE kept")
    w.shows("customers", 1013, "payments.id", [4021, 4022])


@proves("partitions")
def all_of_them_are_truncated(w):
    customer(w, 1014, "INSERT INTO payment VALUES (4031, '2023-06-01', 1014, NULL, 1), "
                      "(4032, '2024-06-01', 1014, NULL, 2)")
    w.change("CREATE TEMPORARY TABLE kept AS TABLE payment; TRUNCATE payment")
    w.every("customers", payments=[], paid=0, mean_payment=None, last_paid=None)
    w.every("films", earned=0)
    w.change("INSERT INTO payment TABLE kept; DROP TABLE kept")
    w.shows("customers", 1014, "payments.id", [4031, 4032])


@proves("through")
def of_two_hops_a_disc_moves_to_another_film(w):
    film(w, 108, "INSERT INTO film (id, title) VALUES (109, 'G'); INSERT INTO customer (id, name) VALUES (1021, 'C');"
                 + rented(2021, 3031, 1021, 108))
    w.shows("films", 108, "times_rented", 1)
    w.shows("customers", 1021, "films", ["F"])
    w.change("UPDATE inventory SET film_id = 109 WHERE id = 3031")
    w.shows("films", 108, "times_rented", 0)
    w.shows("films", 108, "last_rented", None)
    w.shows("films", 109, "times_rented", 1)
    w.shows("customers", 1021, "films", ["G"])
    w.shows("customers", 1021, "rentals.disc.film.title", ["G"])
    w.change("UPDATE film SET title = 'H' WHERE id = 109")
    w.shows("customers", 1021, "films", ["H"])


@proves("through")
def a_second_way_to_a_row_does_not_double_it(w):
    film(w, 110, "INSERT INTO customer (id, name) VALUES (1022, 'C');" + rented(2031, 3041, 1022, 110)
                 + rented(2032, 3042, 1022, 110))
    w.shows("customers", 1022, "films", ["F"])
    w.shows("films", 110, "stores.id", [1])
    w.change("DELETE FROM rental WHERE id = 2031")
    w.shows("customers", 1022, "films", ["F"])
    w.change("UPDATE inventory SET store_id = 2 WHERE id = 3041")
    w.shows("films", 110, "stores.id", [1, 2])
    w.change("DELETE FROM rental WHERE id = 2032")
    w.shows("customers", 1022, "films", [])


@proves("through")
def of_three_hops_ends_at_a_partitioned_table(w):
    film(w, 111, rented(2041, 3051, 5, 111) + "INSERT INTO payment VALUES (4041, '2024-01-01', 5, 2041, 2.50)")
    w.shows("films", 111, "earned", w.number("2.50"))
    w.change("UPDATE payment SET amount = 4 WHERE id = 4041")
    w.shows("films", 111, "earned", 4)
    w.change("UPDATE payment SET rental_id = NULL WHERE id = 4041")
    w.shows("films", 111, "earned", 0)
    w.change("UPDATE payment SET rental_id = 2041, paid_at = '2020-01-01' WHERE id = 4041")
    w.shows("films", 111, "earned", 4)
    w.change("UPDATE rental SET inventory_id = 6 WHERE id = 2041")  # a disc of film 4
    w.shows("films", 111, "earned", 0)
    w.change("DELETE FROM payment WHERE id = 4041")


@proves("order_by")
def of_several_columns_flips(w):
    film(w, 112, "INSERT INTO actor VALUES (5001, 'A', 'X'), (5002, 'B', 'X'), (5003, 'C', NULL);"
                 "INSERT INTO film_actor SELECT 112, id FROM actor WHERE id > 5000")
    w.shows("films", 112, "actors.id", [5001, 5002, 5003])
    w.change("UPDATE actor SET first_name = 'Z' WHERE id = 5001")
    w.shows("films", 112, "actors.id", [5002, 5001, 5003])
    w.change("UPDATE actor SET last_name = 'A' WHERE id = 5003")
    w.shows("films", 112, "actors.id", [5003, 5002, 5001])


@proves("order_by")
def of_rentals_by_time(w):
    film(w, 113, "INSERT INTO customer (id, name) VALUES (1031, 'C');" + rented(2051, 3061, 1031, 113)
                 + rented(2052, 3062, 1031, 113, "2024-03-01"))
    w.shows("customers", 1031, "rentals.id", [2052, 2051])
    w.change("UPDATE rental SET rented = '2024-04-01' WHERE id = 2051")
    w.shows("customers", 1031, "rentals.id", [2051, 2052])


@proves("pluck")
def the_order_of_plucked_values_flips(w):
    film(w, 114, "INSERT INTO category VALUES (501, 'a'), (502, 'b');"
                 " INSERT INTO film_category VALUES (114, 501), (114, 502)")
    w.shows("films", 114, "categories", ["a", "b"])
    w.change("UPDATE category SET name = 'c' WHERE id = 501")
    w.shows("films", 114, "categories", ["b", "c"])
    w.change("UPDATE film_category SET category_id = 4 WHERE category_id = 502")
    w.shows("films", 114, "categories", ["Empty", "c"])


@proves("aggregates")
def at_the_root_and_inside_of_an_array(w):
    film(w, 115, "INSERT INTO customer (id, name) VALUES (1041, 'C');" + rented(2061, 3071, 1041, 115))
    w.change("INSERT INTO payment VALUES (4051, '2024-01-01 00:00:00+00', 1041, 2061, 3), "
             "(4052, '2024-01-02 00:00:00+00', 1041, NULL, -1)")
    w.shows("customers", 1041, "rentals.paid", [3])
    for name, value in (("paid", 2), ("refunded", -1), ("mean_payment", 1), ("last_paid", "2024-01-02T00:00:00+00:00")):
        w.shows("customers", 1041, name, value)
    w.change("UPDATE payment SET amount = 1 WHERE id = 4052")  # leaves refunded by its where
    w.shows("customers", 1041, "refunded", 0)
    w.change("DELETE FROM payment WHERE customer_id = 1041")
    for name, value in (("paid", 0), ("refunded", 0), ("mean_payment", None), ("last_paid", None)):
        w.shows("customers", 1041, name, value)


@proves("exists")
def over_two_hops(w):
    film(w, 116, rented(2071, 3081, 5, 116))
    w.shows("films", 116, "out_now", True)
    w.change("UPDATE rental SET returned = now() WHERE id = 2071")
    w.shows("films", 116, "out_now", False)
    w.change("UPDATE rental SET returned = NULL WHERE id = 2071")
    w.shows("films", 116, "out_now", True)
    w.change("DELETE FROM rental WHERE id = 2071")
    w.shows("films", 116, "out_now", False)


@proves("one table at several nodes")
def an_address_of_customer_and_store(w):
    customer(w, 1051, "INSERT INTO address (id, street) VALUES (601, 'S');"
                      " INSERT INTO store (id, name, address_id) VALUES (701, 'St', 601);"
                      "UPDATE customer SET address_id = 601, store_id = 701 WHERE id = 1051")
    w.change("UPDATE address SET street = 'T', city_id = 2 WHERE id = 601")
    for path in ("address", "store.address"):
        w.shows("customers", 1051, path + ".street", "T")
        w.shows("customers", 1051, path + ".city.country.name", "Éire")
    w.wrote("customers/1051")
    w.change("UPDATE country SET name = 'Ireland' WHERE id = 2")
    w.shows("customers", 1051, "store.address.city.country.name", "Ireland")


@proves("one table at several nodes")
def one_language_in_two_roles(w):
    film(w, 117, "INSERT INTO language VALUES (801, 'L');"
                 " UPDATE film SET language_id = 801, original_language_id = 801 WHERE id = 117")
    w.change("UPDATE language SET name = 'M' WHERE id = 801")
    w.shows("films", 117, "language.name", "M")
    w.shows("films", 117, "original_language.name", "M")
    w.change("UPDATE film SET original_language_id = 1 WHERE id = 117")
    w.shows("films", 117, "language.name", "M")
    w.change("DELETE FROM language WHERE id = 801")
    w.shows("films", 117, "language", None)


@proves("element types")
def arrays_with_null_where_no_struct_is_filled(w):
    film(w, 118)
    w.change("""UPDATE film SET features = '{a,NULL,""}', rating = 'adult' WHERE id = 118""")
    w.shows("films", 118, "features", ["a", None, ""])
    w.change("UPDATE film SET features = NULL, rating = NULL WHERE id = 118")
    w.shows("films", 118, "features", None)


@proves("element types")
def a_label_that_is_new_in_the_enum(w):
    film(w, 119)
    w.change("ALTER TYPE film_rating ADD VALUE 'ten'")
    w.change("UPDATE film SET rating = 'ten' WHERE id = 119")
    w.shows("films", 119, "rating", "ten")
    w.finds("films", {"term": {"rating": "ten"}}, 119)


@proves("truncate")
def a_table_of_a_view(w):
    w.change("TRUNCATE inventory CASCADE")
    w.every("films", stats=None, discs=0, stores=[], times_rented=0)
    w.only("film_numbers")
    w.shows("customers", 1, "rentals", [])


def new_partition(w, more):
    """In place of the last one, which is empty by now: only so is its DROP no change that the log should have told."""
    w.change("DELETE FROM payment WHERE paid_at >= '2025-01-01 00:00:00+00'")
    w.change("DROP TABLE IF EXISTS payment_after_2024, payment_2025;"
             "CREATE TABLE payment_2025 PARTITION OF payment FOR "
             "VALUES FROM ('2025-01-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');"
             + more)


@proves("partitions")
def a_new_one_is_made_while_sync_runs(w):
    customer(w, 1061)
    new_partition(w, "ALTER TABLE payment_2025 REPLICA IDENTITY FULL")
    w.change("INSERT INTO payment VALUES (4061, '2025-02-01 00:00:00+00', 1061, NULL, 1), "
             "(4062, '2025-03-01 00:00:00+00', 1061, NULL, 2)")
    w.shows("customers", 1061, "payments.id", [4061, 4062])
    w.change("UPDATE payment SET amount = 3 WHERE id = 4061")
    w.shows("customers", 1061, "paid", 5)
    w.change("UPDATE payment SET customer_id = 4 WHERE id = 4061")
    w.shows("customers", 1061, "paid", 2)
    w.change("UPDATE payment SET paid_at = '2024-03-01 00:00:00+00' WHERE id = 4062")  # into one that was there before
    w.shows("customers", 1061, "payments.paid_at", ["2024-03-01T00:00:00+00:00"])
    w.change("UPDATE payment SET paid_at = '2025-03-01 00:00:00+00' WHERE id = 4062")
    w.change("TRUNCATE payment_2025")
    w.shows("customers", 1061, "payments", [])


@proves("partitions")
def a_new_one_without_replica_identity_is_given_one(w):
    customer(w, 1062)
    new_partition(w, "")
    w.change("INSERT INTO payment VALUES (4071, '2025-02-01 00:00:00+00', 1062, NULL, 1), "
             "(4072, '2025-03-01 00:00:00+00', 1062, NULL, 2)")
    w.shows("customers", 1062, "payments.id", [4071, 4072])
    w.change("UPDATE payment SET customer_id = 4 WHERE id = 4071")  # perhaps before the log has the old parent
    w.shows("customers", 1062, "payments.id", [4072])
    w.change("DELETE FROM payment WHERE id = 4072")
    w.shows("customers", 1062, "payments", [])
    until("sync has given it one", lambda: 'ALTER TABLE "public"."payment_2025" REPLICA IDENTITY FULL' in w.running.output())
    w.change("DELETE FROM payment WHERE id = 4071")
    expect(4071 not in [each["id"] for each in w.document("customers", 4)["payments"]], "the row is still there")
