"""Options of relations that no example has, one struct in two indices, a described root, materialised views."""
from world import expect, proves


def part(device, key, label="NULL", grade="NULL", fitted="NULL", removed=False):
    return (f"INSERT INTO part (id, device_id, label, grade, fitted, removed) VALUES ({key}, {device}, {label}, {grade}, "
            f"{fitted}, {removed});")


def device(w, key, more="", state="stopped"):
    w.change(f"INSERT INTO device (id, serial, name, state) VALUES (%s, %s, 'D', '{state}');" + more, key, f"S{key}")


@proves("where")
def of_belongs_to_hides_the_row_that_does_not_fulfil_it(w):
    device(w, 101, "UPDATE device SET owner_id = 1 WHERE id = 101")
    w.shows("devices", 101, "owner.name", "Ann")
    w.shows("devices", 101, "owner_email", "ann@example.org")
    w.change("UPDATE person SET active = false WHERE id = 1")
    w.wrote("devices/1", "running_devices/1", "devices/101")
    w.shows("devices", 101, "owner", None)
    w.shows("devices", 101, "owner_email", None)
    w.change("UPDATE person SET active = true, email = 'new' WHERE id = 1")
    w.shows("devices", 101, "owner_email", "new")
    w.change("UPDATE device SET owner_id = 3 WHERE id = 101")  # who is not active
    w.shows("devices", 101, "owner", None)
    w.change("DELETE FROM device WHERE id = 101")


@proves("where")
def of_a_relation_by_other_columns_too(w):
    device(w, 102, "UPDATE device SET site_code = 'fr' WHERE id = 102")
    w.shows("devices", 102, "site.name", "France")
    w.change("UPDATE site SET closed = true WHERE id = 6")
    w.wrote("devices/102")
    w.shows("devices", 102, "site", None)
    w.change("UPDATE site SET closed = false, code = 'fr2' WHERE id = 6")  # which cascades to the device
    w.shows("devices", 102, "site.code", "fr2")
    w.change("DELETE FROM device WHERE id = 102; UPDATE site SET code = 'fr' WHERE id = 6")


@proves("where, order_by")
def of_has_one_choose_the_row(w):
    device(w, 103, part(103, 1031, "'a'", 1) + part(103, 1032, "'b'", 2))
    w.shows("devices", 103, "best_part.label", "b")
    w.change("UPDATE part SET removed = true WHERE id = 1032")
    w.wrote("devices/103")
    w.shows("devices", 103, "best_part.label", "a")
    w.shows("devices", 103, "removed_part", "b")
    w.change("UPDATE part SET grade = NULL WHERE id = 1031")
    w.shows("devices", 103, "ungraded.id", 1031)
    w.change(part(103, 1033, "'c'", 0, "'2024-05-01'"))
    w.shows("devices", 103, "best_part.label", "c")  # nulls last
    w.shows("devices", 103, "last_fitted", "2024-05-01")
    w.change(part(103, 1034, "'d'", 0, "'2024-04-01'"))
    w.shows("devices", 103, "best_part.label", "d")  # of two grades the one that was fitted first
    w.change("UPDATE part SET device_id = 2 WHERE id IN (1032, 1034)")
    w.wrote("devices/2", "devices/103")
    w.shows("devices", 103, "removed_part", None)
    w.change("DELETE FROM part WHERE id IN (1032, 1034); DELETE FROM device WHERE id = 103")


@proves("through")
def of_has_one_and_between_columns_that_are_no_keys(w):
    device(w, 104, "INSERT INTO device_label VALUES ('S104', 'wet'), ('S104', 'old')")
    w.shows("devices", 104, "top_label.name", "Wet")
    w.shows("devices", 104, "low_label", "Old")
    w.change("INSERT INTO device_label VALUES ('S104', 'hot')")
    w.wrote("devices/104")
    w.shows("devices", 104, "top_label.name", "Hot")
    w.shows("devices", 104, "labels", ["hot", "wet", "old"])
    w.shows("devices", 104, "ranked_labels", 2)
    w.change("UPDATE label SET rank = -1 WHERE code = 'hot'")
    w.wrote("devices/3", "devices/104", "running_devices/3")
    w.shows("devices", 104, "top_label.name", "Wet")
    w.shows("devices", 104, "low_label", "Hot")
    w.change("UPDATE label SET code = 'HOT', rank = 3, name = 'Zest' WHERE code = 'hot'")  # cascades to the links
    w.shows("devices", 104, "top_label.code", "HOT")
    w.shows("devices", 104, "last_label_name", "Zest")
    w.shows("labels", 1, "name", "Zest")
    w.change("UPDATE device SET serial = 'X104' WHERE id = 104")
    w.shows("devices", 104, "ranked_labels", 2)
    w.change("DELETE FROM device_label WHERE device_serial = 'X104'")
    w.wrote("devices/104")
    w.shows("devices", 104, "top_label", None)
    w.shows("devices", 104, "last_label_name", None)
    w.change("DELETE FROM device WHERE id = 104; UPDATE label SET code = 'hot', name = 'Hot' WHERE id = 1")


@proves("min, max")
def of_text(w):
    device(w, 105)
    w.shows("devices", 105, "first_part_label", None)
    w.change(part(105, 1051, "'m'") + part(105, 1052) + part(105, 1053, "'B'"))
    w.shows("devices", 105, "last_part_label", w.value("SELECT max(label) FROM part WHERE device_id = 105"))
    w.change("UPDATE part SET label = 'zz', removed = true WHERE id = 1053")
    w.shows("devices", 105, "first_part_label", "m")
    w.shows("devices", 105, "last_part_label", "m")
    w.maps("devices", first_part_label={"type": "keyword", "ignore_above": 8191})
    w.change("DELETE FROM device WHERE id = 105")


@proves("mapped")
def of_a_relation(w):
    w.maps("devices", ungraded={"type": "object", "enabled": False},
           part_labels={"type": "text", "analyzer": "whitespace"})
    w.finds("devices", {"match": {"part_labels": "Seal"}}, 1)
    w.finds("devices", {"match": {"part_labels": "seal"}})
    w.change("UPDATE part SET label = 'Deal' WHERE id = 3")
    w.finds("devices", {"match": {"part_labels": "Seal"}})
    w.change("UPDATE part SET label = 'Seal' WHERE id = 3")


def at(key, time):
    return f"UPDATE device SET starts_at = {time} WHERE id = {key};"


@proves("time_of_day")
def sorts_as_time_does(w):
    device(w, 109, at(109, "'24:00'"))
    w.maps("devices", starts_at={"type": "keyword"})
    w.shows("devices", 109, "starts_at", "24:00:00")
    w.change(at(109, "'09:30:00.25'"))
    w.shows("devices", 109, "starts_at", "09:30:00.25")
    w.finds("devices", {"range": {"starts_at": {"gt": "09:30:00", "lt": "10:00"}}}, 109)
    w.change(at(109, "NULL"))
    w.shows("devices", 109, "starts_at", None)
    w.change("DELETE FROM device WHERE id = 109")


@proves("offset")
def what_moves_up_and_down_past_it(w):
    device(w, 108)
    w.shows("devices", 108, "next_parts", [])
    w.change(part(108, 1081, "'b'") + part(108, 1082, "'d'"))
    w.shows("devices", 108, "next_parts", ["d"])
    w.change(part(108, 1083, "'a'"))
    w.wrote("devices/108")
    w.shows("devices", 108, "next_parts", ["b", "d"])
    w.change(part(108, 1084, "'c'"))
    w.shows("devices", 108, "next_parts", ["b", "c"])
    w.change("UPDATE part SET label = 'e' WHERE id = 1083")
    w.shows("devices", 108, "next_parts", ["c", "d"])
    w.change("DELETE FROM device WHERE id = 108")


@proves("depends_on")
def of_has_many_and_aggregates_concerns_the_rows_that_its_columns_name(w):
    device(w, 106)
    w.shows("devices", 106, "totals", [])
    w.shows("devices", 106, "most_parts", None)
    w.change(part(106, 1061, "'a'", 9) + part(106, 1062, "'b'", 9) + part(106, 1063))
    w.wrote("devices/106")
    w.shows("devices", 106, "parts_by_grade", {"0": 1, "9": 2})
    w.shows("devices", 106, "totals.labels", [None, "a, b"])
    w.shows("devices", 106, "repeated_grades", 1)
    w.shows("devices", 106, "has_top_grade", True)
    w.shows("devices", 106, "commonest.grade", [9])
    w.shows("devices", 106, "most_parts", 2)
    w.shows("devices", 106, "first_labels", "a, b")
    w.change("UPDATE part SET device_id = 2 WHERE id = 1062")
    w.wrote("devices/2", "devices/106")
    w.shows("devices", 106, "repeated_grades", 0)
    w.shows("devices", 2, "parts_by_grade", {"0": 2, "9": 1})
    w.change("DELETE FROM part WHERE id = 1062; DELETE FROM device WHERE id = 106")


@proves("depends_on")
def of_belongs_to(w):
    device(w, 107, "UPDATE device SET owner_id = 2 WHERE id = 107")
    w.shows("devices", 107, "card.line", "Bob (South)")
    w.change("UPDATE person SET team_id = 1 WHERE id = 2")
    w.wrote("devices/4", "devices/107", "running_devices/4")
    w.shows("devices", 107, "card.line", "Bob (North)")
    w.change("UPDATE team SET name = 'Far North' WHERE id = 1")  # which names nobody
    w.shows("devices", 107, "card.line", "Bob (Far North)")
    w.shows("devices", 1, "card.line", "Ann (Far North)")
    w.change("DELETE FROM device WHERE id = 107")


@proves("depends_on")
def of_a_view_behind_a_link_table(w):
    device(w, 112, "INSERT INTO device_label VALUES ('S112', 'old'), ('S112', 'wet')")
    w.shows("devices", 112, "label_lines", ["Old #0", "Wet #2"])
    w.change("UPDATE label SET rank = 7 WHERE code = 'wet'")
    w.wrote("devices/1", "devices/3", "devices/112", "running_devices/1", "running_devices/3")
    w.shows("devices", 112, "label_lines", ["Old #0", "Wet #7"])
    w.change("DELETE FROM device WHERE id = 112; UPDATE label SET rank = 2 WHERE code = 'wet'")


@proves("case_of")
def with_references_where_and_pluck(w):
    device(w, 108, "UPDATE device SET about_type = 'contract', about_ref = 'C-2' WHERE id = 108")
    w.shows("devices", 108, "about", {"contract": None, "ticket": None})
    w.change("UPDATE contract SET signed = true WHERE id = 2")
    w.wrote("devices/2", "devices/108")
    w.shows("devices", 108, "about.contract", {"id": 2, "number": "C-2"})
    w.change("UPDATE contract SET number = 'C-3' WHERE id = 2")
    w.shows("devices", 108, "about.contract", None)
    w.change("UPDATE device SET about_ref = 'C-3' WHERE id = 108")
    w.shows("devices", 108, "about.contract.number", "C-3")
    w.change("UPDATE device SET about_type = 'ticket', about_ref = 'T-2' WHERE id = 108")
    w.shows("devices", 108, "about", {"contract": None, "ticket": None})
    w.change("UPDATE ticket SET title = 'Leak' WHERE code = 'T-2'")
    w.wrote("devices/108")
    w.shows("devices", 108, "about", {"contract": None, "ticket": "Leak"})
    w.change("INSERT INTO ticket VALUES (9, 'T-9', 'Come late')")
    w.wrote("devices/4", "running_devices/4")
    w.shows("devices", 4, "about.ticket", "Come late")
    w.change("DELETE FROM device WHERE id = 108; DELETE FROM ticket WHERE id = 9; "
             "UPDATE contract SET number = 'C-2', signed = false WHERE id = 2")


@proves("ancestors, descendants")
def by_codes_with_where_and_depth(w):
    w.shows("sites", 4, "above.code", ["de", "de-be", "de-be-1"])
    w.shows("sites", 4, "near_above", ["de-be", "de-be-1"])
    w.shows("sites", 1, "halls.code", ["de-be-1", "de-be-2"])
    w.shows("sites", 1, "open_near_below", ["de-be", "de-be-1"])
    w.change("UPDATE site SET closed = true, name = 'Berlin!' WHERE id = 2")
    w.wrote(*(f"sites/{key}" for key in (1, 2, 3, 4, 5)))
    w.shows("sites", 4, "open_above", ["Germany", "Hall 1"])  # the walk goes on through it
    w.shows("sites", 1, "open_near_below", ["de-be-1"])
    w.change("UPDATE site SET upper_code = 'fr' WHERE id = 3")
    w.shows("sites", 4, "near_above", ["fr", "de-be-1"])
    w.shows("sites", 6, "halls.code", ["de-be-1"])
    w.change("UPDATE site SET code = 'fr-1' WHERE id = 3")  # which cascades to what is below, and to a device
    w.shows("sites", 4, "near_above", ["fr", "fr-1"])
    w.shows("sites", 3, "running", ["Pump"])
    w.change("UPDATE site SET kind = 'shelf' WHERE id = 3")
    w.shows("sites", 6, "halls", [])
    w.change("INSERT INTO site VALUES (7, 'fr-1-b', 'Shelf B', 'hall', false, 'fr-1')")
    w.shows("sites", 6, "halls.id", [7])
    w.change("DELETE FROM site WHERE id = 7; UPDATE site SET code = 'de-be-1', upper_code = 'de-be', kind = 'hall' WHERE id = 3")
    w.change("UPDATE site SET closed = false WHERE id = 2")


@proves("one struct in two indices")
def whose_rows_come_and_go_in_one_of_them(w):
    device(w, 109)
    w.gone("running_devices", 109)
    w.change("UPDATE device SET state = 'running' WHERE id = 109")
    w.wrote("devices/109", "running_devices/109")
    w.change("UPDATE device SET name = 'E' WHERE id = 109")
    w.shows("devices", 109, "name", "E")
    w.shows("running_devices", 109, "name", "E")
    w.change("UPDATE device SET state = 'stopped' WHERE id = 109")
    w.there("devices", 109)
    w.gone("running_devices", 109)
    w.change("DELETE FROM device WHERE id = 109")


@proves("routing")
def by_a_value_that_is_null_now_and_then(w):
    w.routed("running_devices", 3, None)
    w.routed("running_devices", 1, 1)
    # Keys enough that some of the moves lead to another shard, whichever way these numbers are hashed.
    keys = range(110, 122)
    for key in keys:
        w.bench.sql.execute("INSERT INTO device (id, serial, name) VALUES (%s, %s, 'D')", (key, f"S{key}"))
    w.change("UPDATE device SET owner_id = 2 WHERE id BETWEEN 110 AND 121")
    for key in keys:
        w.routed("running_devices", key, 2)
    w.change("UPDATE device SET owner_id = NULL WHERE id BETWEEN 110 AND 121")
    moved = {w.shard("running_devices", key) for key in keys}
    for key in keys:
        w.routed("running_devices", key, None)
    w.change("UPDATE device SET owner_id = 1 WHERE id BETWEEN 110 AND 121")
    for key in keys:
        w.routed("running_devices", key, 1)
    w.change("UPDATE device SET owner_id = NULL WHERE id = 110; DELETE FROM device WHERE id BETWEEN 110 AND 121")
    w.only("running_devices", 1, 3, 4)
    expect(len(moved) > 1, "all documents are on one shard")


@proves("describe")
def as_a_root(w):
    w.change("INSERT INTO label (id, code, name) VALUES (21, 'new', 'New')")
    w.wrote("labels/21")
    w.shows("labels", 21, "", {"number": 21, "name": "New", "stats": None})
    w.change("UPDATE label SET id = 22, name = 'Newer' WHERE id = 21")
    w.wrote("labels/21", "labels/22")
    w.shows("labels", 22, "number", 22)
    w.change("DELETE FROM label WHERE id = 22")
    w.gone("labels", 22)


REFRESH = "BEGIN; REFRESH MATERIALIZED VIEW {}label_stats; INSERT INTO stats_refreshed DEFAULT VALUES; COMMIT"


@proves("materialised view")
def is_read_again_after_its_refresh(w):
    w.shows("labels", 2, "stats", {"label_id": 2, "devices": 2})
    w.change("INSERT INTO device_label VALUES ('S4', 'wet')")
    w.wrote("devices/4", "running_devices/4")
    w.shows("labels", 2, "stats.devices", 2)  # as the view still has it
    w.shows("label_numbers", 2, "devices", 2)
    w.change(REFRESH.format(""))
    w.shows("labels", 2, "stats.devices", 3)
    w.shows("label_numbers", 2, "devices", 3)


@proves("materialised view")
def as_a_root_has_rows_that_come_and_go(w):
    w.bench.sql.execute("CREATE UNIQUE INDEX ON label_stats (label_id)")
    w.change("INSERT INTO label (id, code, name) VALUES (23, 'c', 'C')")
    w.gone("label_numbers", 23)
    # As for CONCURRENTLY, which its owner may want and which is in no log either.
    w.change(REFRESH.format("CONCURRENTLY "))
    w.shows("label_numbers", 23, "devices", 0)
    w.shows("labels", 23, "stats", {"label_id": 23, "devices": 0})
    w.change("DELETE FROM label WHERE id = 23")
    w.there("label_numbers", 23)
    w.change(REFRESH.format(""))
    w.gone("label_numbers", 23)


@proves("materialised view")
def refreshed_while_nobody_follows(w):
    w.stop()
    w.bench.sql.execute("DELETE FROM device_label WHERE device_serial = 'S4'")
    w.bench.sql.execute(REFRESH.format(""))
    w.follow()
    w.settle()
    w.shows("labels", 2, "stats.devices", 2)


@proves("depends_on")
def of_a_view_whose_table_is_truncated(w):
    w.change("TRUNCATE part")
    w.shows("devices", 1, "totals", [])
    w.shows("devices", 1, "best_part", None)
    w.change("INSERT INTO part (id, device_id, label, grade) VALUES (1, 1, 'valve', 2)")
    w.shows("devices", 1, "parts_by_grade", {"2": 1})
