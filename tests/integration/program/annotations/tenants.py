"""The same table in two schemas, a key with bars, routing by a part of the key."""
from world import expect, proves


@proves("index settings")
def are_those_of_the_shape(w):
    expect(w.settings("tickets")["number_of_shards"] == "4", "tickets: number_of_shards")


@proves("one table name in two schemas")
def a_change_in_one_does_not_touch_the_other(w):
    w.change("INSERT INTO tenant_a.invoice (id, number, customer_id) VALUES (101, 'A', 1);"
             "INSERT INTO tenant_b.invoice (id, number, customer_id) VALUES (101, 'B', 1)")
    w.change("INSERT INTO tenant_a.line VALUES (101, 1, 'a', 5)")
    w.shows("invoices_a", 101, "total", 5)
    w.shows("invoices_b", 101, "total", 0)
    w.wrote("invoices_a/101")
    w.change("UPDATE tenant_b.invoice SET number = 'C', paid_at = now() WHERE id = 101")
    w.shows("invoices_a", 101, "number", "A")
    w.shows("invoices_b", 101, "number", "C")
    w.wrote("invoices_b/101", "plans/pro")  # the plan of its customer counts what is unpaid
    w.change("DELETE FROM tenant_b.invoice WHERE id = 101")
    w.there("invoices_a", 101)
    w.gone("invoices_b", 101)


@proves("one table name in two schemas")
def a_table_of_that_name_that_no_shape_has(w):
    w.pass_by("CREATE SCHEMA tenant_c; CREATE TABLE tenant_c.invoice (LIKE tenant_a.invoice);"
              " CREATE TABLE invoice (LIKE tenant_a.invoice);"
              "INSERT INTO tenant_c.invoice (id, number) VALUES (1, 'not ours');"
              " INSERT INTO invoice (id, number) VALUES (1, 'nor this')")


@proves("one table name in two schemas")
def one_of_the_two_is_truncated(w):
    w.change("CREATE TEMPORARY TABLE kept AS TABLE tenant_a.line; TRUNCATE tenant_a.line")
    w.every("invoices_a", lines=[], total=0)
    w.shows("invoices_b", 1, "lines.position", [1, 2, 3])
    w.change("INSERT INTO tenant_a.line TABLE kept; DROP TABLE kept")
    w.shows("invoices_a", 1, "lines.position", [1, 2])


@proves("belongs_to")
def across_schemas(w):
    w.change("INSERT INTO shared.plan VALUES ('x', 'X', 1); INSERT INTO tenant_a.customer VALUES (201, 'C', 'x', 'DE');"
             "INSERT INTO tenant_b.customer VALUES (201, 'D', 'x', NULL);"
             "INSERT INTO tenant_a.invoice (id, number, customer_id) VALUES (201, 'A', 201);"
             "INSERT INTO tenant_b.invoice (id, number, customer_id) VALUES (201, 'B', 201)")
    w.change("UPDATE shared.plan SET title = 'Y' WHERE code = 'x'")
    for index in ("invoices_a", "invoices_b"):
        w.shows(index, 201, "customer.plan.title", "Y")
    w.wrote("invoices_a/201", "invoices_b/201", "plans/x")
    w.change("UPDATE tenant_a.customer SET plan_code = NULL WHERE id = 201")
    w.shows("invoices_a", 201, "customer.plan", None)
    w.shows("plans", "x", "tenant_a", [])
    w.shows("plans", "x", "tenant_b.name", ["D"])


@proves("key")
def with_bars_and_backslashes_changes(w):
    w.change(r"INSERT INTO shared.plan VALUES ('p|1', 'P', 1); INSERT INTO tenant_a.customer VALUES (211, 'C', 'p|1');"
             "INSERT INTO tenant_a.invoice (id, number, customer_id) VALUES (211, 'A', 211)")
    w.shows("plans", "p\\|1", "tenant_a.unpaid", [1])
    w.change(r"UPDATE shared.plan SET code = '\|' WHERE code = 'p|1'")
    w.gone("plans", "p\\|1")
    w.shows("plans", "\\\\\\|", "tenant_a.id", [211])
    w.shows("invoices_a", 211, "customer.plan.code", "\\|")
    w.change(r"UPDATE tenant_a.invoice SET paid_at = now() WHERE id = 211")
    w.shows("plans", "\\\\\\|", "tenant_a.unpaid", [0])
    w.change(r"DELETE FROM shared.plan WHERE code = '\|'")
    w.gone("plans", "\\\\\\|")


@proves("belongs_to_any")
def the_type_is_part_of_the_key_and_flips(w):
    w.change("INSERT INTO shared.ticket VALUES ('a', 101, 1, 'S')")
    w.shows("tickets", "a|101", "customer.a.name", "Alpha")
    w.change("UPDATE shared.ticket SET tenant = 'b' WHERE number = 101")
    w.gone("tickets", "a|101")
    w.shows("tickets", "b|101", "customer.a", None)
    w.shows("tickets", "b|101", "customer.b.name", "Beta")
    w.routed("tickets", "b|101", "b")


@proves("belongs_to_any")
def the_same_key_in_both_schemas(w):
    w.change("INSERT INTO tenant_a.customer VALUES (221, 'A'); INSERT INTO tenant_b.customer VALUES (221, 'B');"
             "INSERT INTO shared.ticket VALUES ('a', 111, 221, 'S'), ('b', 111, 221, 'S')")
    w.change("UPDATE tenant_b.customer SET name = 'C', country_code = 'SE' WHERE id = 221")
    w.shows("tickets", "a|111", "customer.a.name", "A")
    w.shows("tickets", "b|111", "customer.b.country.name", "Sverige")
    w.wrote("tickets/b|111")
    w.change("DELETE FROM tenant_b.customer WHERE id = 221")
    w.shows("tickets", "b|111", "customer", {"a": None, "b": None})
    w.shows("tickets", "a|111", "customer.a.id", 221)


@proves("routing")
def a_key_that_is_to_be_escaped_is_not_as_routing(w):
    w.change("INSERT INTO shared.ticket VALUES ('x|y', 121, NULL, 'S')")
    w.routed("tickets", "x\\|y|121", "x|y")
    w.change("UPDATE shared.ticket SET tenant = 'x,y' WHERE number = 121")
    w.routed("tickets", "x,y|121", "x,y")
    w.finds("tickets", {"ids": {"values": ["x\\|y|121"]}})
    w.change("DELETE FROM shared.ticket WHERE number = 121")
    w.finds("tickets", {"ids": {"values": ["x,y|121"]}})


@proves("routing")
def by_an_empty_text(w):
    w.change("INSERT INTO shared.ticket VALUES ('', 131, NULL, 'S')")
    w.there("tickets", "|131")
    w.change("UPDATE shared.ticket SET subject = 'T' WHERE number = 131")
    w.shows("tickets", "|131", "subject", "T")
    w.change("DELETE FROM shared.ticket WHERE number = 131")
    w.gone("tickets", "|131")


@proves("where on the root")
def together_with_routing(w):
    w.change("INSERT INTO shared.ticket VALUES ('a', 141, 1, 'S', 'spam')")
    w.gone("tickets", "a|141")
    w.change("UPDATE shared.ticket SET status = 'open' WHERE number = 141")
    w.routed("tickets", "a|141", "a")
    w.change("UPDATE shared.ticket SET status = 'spam' WHERE number = 141")
    w.finds("tickets", {"ids": {"values": ["a|141"]}})
    w.change("UPDATE shared.ticket SET status = 'open', tenant = 'b' WHERE number = 141")
    w.routed("tickets", "b|141", "b")
    w.change("UPDATE shared.ticket SET status = 'spam', tenant = 'a' WHERE number = 141")
    w.finds("tickets", {"ids": {"values": ["a|141", "b|141"]}})


@proves("count")
def where_a_column_is_null(w):
    w.change("INSERT INTO shared.plan VALUES ('c', 'C', 1); INSERT INTO tenant_b.customer VALUES (231, 'C', 'c');"
             "INSERT INTO tenant_b.invoice (id, number, customer_id) VALUES (231, 'B', 231)")
    w.shows("plans", "c", "tenant_b.unpaid", [1])
    w.change("UPDATE tenant_b.invoice SET paid_at = now() WHERE id = 231")
    w.shows("plans", "c", "tenant_b.unpaid", [0])
    w.change("UPDATE tenant_b.invoice SET paid_at = NULL WHERE id = 231")
    w.shows("plans", "c", "tenant_b.unpaid", [1])


@proves("truncate")
def a_routed_root(w):
    w.change("TRUNCATE shared.ticket; INSERT INTO shared.ticket VALUES ('b', 1, 1, 'S')")
    w.only("tickets", "b|1")
    w.change("TRUNCATE shared.ticket")
    w.only("tickets")


@proves("truncate")
def the_root_of_one_schema(w):
    w.change("TRUNCATE tenant_a.invoice CASCADE")
    w.only("invoices_a")
    w.there("invoices_b", 1, 2, 3)
    w.shows("plans", "pro", "tenant_a.unpaid", [0])
    w.shows("plans", "pro", "tenant_b.unpaid", [1, 0])
