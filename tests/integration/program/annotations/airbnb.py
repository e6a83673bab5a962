"""belongs_to and has_many as they are, without options."""
from world import expect, proves


@proves("belongs_to")
def the_row_it_points_at_is_renamed(w):
    guest = w.value("SELECT guest_id FROM booking WHERE id = 1")
    w.change("UPDATE guest SET name = %s WHERE id = %s", 'O\'B"\\x\n🏠', guest)
    w.shows("reservations", 1, "guest.name", 'O\'B"\\x\n🏠')
    w.wrote(*(f"reservations/{key}" for key in w.value("SELECT array_agg(id) FROM booking WHERE guest_id = %s", guest)))


@proves("belongs_to")
def it_points_at_another_row(w):
    w.change("UPDATE booking SET guest_id = 1500 WHERE id = 2")
    w.shows("reservations", 2, "guest.id", 1500)
    w.wrote("reservations/2")


@proves("belongs_to")
def the_end_of_a_chain_of_five_is_renamed(w):
    w.change("UPDATE continent SET name = name || '!'")
    expect(w.document("reservations", 3)["place"]["city"]["country"]["continent"]["name"].endswith("!"), "the old name")


@proves("belongs_to")
def a_row_in_the_middle_points_at_another_row(w):
    place = w.value("SELECT place_id FROM booking WHERE id = 4")
    w.change("UPDATE place SET city_id = (SELECT id FROM city WHERE name = 'Oslo') WHERE id = %s", place)
    w.shows("reservations", 4, "place.city.country.name", "Norway")


@proves("has_many")
def a_row_is_inserted_and_deleted(w):
    w.change("DELETE FROM review WHERE booking_id = 5")
    w.shows("reservations", 5, "reviews", [])
    w.change("INSERT INTO review (id, rating, comment, booking_id) VALUES (90002, 3, 'b', 5), (90001, 2, 'a', 5)")
    w.shows("reservations", 5, "reviews.id", [90001, 90002])
    w.change("DELETE FROM review WHERE id = 90001")
    w.shows("reservations", 5, "reviews.comment", ["b"])
    w.wrote("reservations/5")


@proves("has_many")
def a_row_moves_to_another_parent(w):
    w.change("INSERT INTO review (id, rating, comment, booking_id) VALUES (90011, 3, 'moves', 6)")
    w.change("UPDATE review SET booking_id = 7 WHERE id = 90011")
    expect(90011 not in [each["id"] for each in w.document("reservations", 6)["reviews"]], "the old parent still has it")
    expect(90011 in [each["id"] for each in w.document("reservations", 7)["reviews"]], "the new parent lacks it")
    w.wrote("reservations/6", "reservations/7")


@proves("key")
def a_root_gets_another_key(w):
    w.change("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) VALUES (91001, '2026-01-01', "
             "'2026-01-02', 1, 1)")
    w.change("UPDATE booking SET id = 91002 WHERE id = 91001")
    w.gone("reservations", 91001)
    w.shows("reservations", 91002, "id", 91002)


@proves("key")
def two_roots_swap_their_keys_in_one_commit(w):
    w.change("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) VALUES "
             "(91011, '2026-01-01', '2026-01-02', 1, 1), (91012, '2026-02-01', '2026-02-02', 2, 2)")
    w.change("UPDATE booking SET id = 91013 WHERE id = 91011; UPDATE booking SET id = 91011 WHERE id = 91012;"
             "UPDATE booking SET id = 91012 WHERE id = 91013")
    w.gone("reservations", 91013)
    w.shows("reservations", 91011, "start_date", "2026-02-01")
    w.shows("reservations", 91012, "start_date", "2026-01-01")


@proves("key")
def deleted_and_inserted_again_in_one_commit(w):
    w.change("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) VALUES (91021, '2026-01-01', "
             "'2026-01-02', 1, 1)")
    w.change("DELETE FROM booking WHERE id = 91021;"
             "INSERT INTO booking (id, start_date, end_date, guest_id, place_id) VALUES (91021, '2027-01-01', "
             "'2027-01-02', 1, 1)")
    w.shows("reservations", 91021, "start_date", "2027-01-01")


@proves("truncate")
def the_root_is_truncated_and_filled_in_one_commit(w):
    w.change("TRUNCATE booking CASCADE;"
             "INSERT INTO booking (id, start_date, end_date, guest_id, place_id) VALUES (92001, '2026-01-01', "
             "'2026-01-02', 1, 1)")
    w.only("reservations", 92001)
    w.shows("reservations", 92001, "reviews", [])
