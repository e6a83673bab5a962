"""Scenarios: several transactions in a row, most of them wrong for good in other programs."""

import time

from operations import change_parent, delete, insert, linked, set_key, set_parent, update


def alone(w, work, *arguments):
    return w.transaction(lambda: w.operation(work, *arguments))


def wait_a_little(w):
    # Not at all, or about as long as a document takes to become searchable.
    time.sleep(w.rng.choice([0, 0, 0.02, 0.3]))


def inserted_and_deleted_at_once(w):
    name = w.rng.choice(["review", "leg", "booking", "photo", "friendship", "passport", "person"])
    key = w.pick(w.tables[name].pool)
    alone(w, insert, name, key)
    wait_a_little(w)
    alone(w, delete, name, key)


def moved_then_parent_changed(w):
    """A booking to another guest, who is renamed at once; a place to another city; and all the others."""
    _, table, link = linked(w)
    key = w.key(table)
    alone(w, lambda w: set_parent(w, table, link, key, w.parent(link)))
    wait_a_little(w)
    alone(w, lambda w: ("parent changed", change_parent(w, table, link, key)))


def inserted_then_parent_changed(w):
    name, table, link = linked(w)
    key = w.key(table)
    alone(w, insert, name, key)
    alone(w, lambda w: ("parent changed", change_parent(w, table, link, key)))


def moved_there_and_back_slowly(w):
    _, table, link = linked(w)
    key = w.key(table)
    places = []
    w.transaction(lambda: places.extend([w.parent(link), w.parent(link)]))
    for place in (places + places)[: w.rng.randrange(2, 5)]:
        alone(w, set_parent, table, link, key, place)


def deleted_and_inserted_again(w):
    name, table = w.table()
    key = w.key(table)
    for _ in range(w.rng.randrange(1, 4)):
        alone(w, delete, name, key)
        alone(w, insert, name, key)


def renamed_and_used(w):
    """A key changes, the row is changed under its new key, and the key changes back."""
    while True:
        name, table = w.table()
        if not table.key_links:
            break
    key = w.key(table)
    alone(w, set_key, table, key, table.spare)
    alone(w, update, name, table.spare)
    alone(w, set_key, table, table.spare, key)


def child_saved_from_cascade(w):
    """The children go to another parent and the one they left is deleted at once."""
    _, table, link = linked(w, w.rng.choice(["leg", "photo", "passport", "booking"]))
    ends = []
    w.transaction(lambda: ends.extend([w.parent(link), w.parent(link)]))
    if len(ends) < 2 or None in ends[0]:
        return
    alone(
        w,
        lambda w: (
            "all children moved",
            w.update(table, dict(zip(link.columns, ends[1])), link.columns, ends[0]),
        ),
    )
    alone(w, delete, link.table, ends[0])


def family_in_one_breath(w):
    """Booking, leg and review inserted from the bottom's point of view: each a transaction of its own."""
    legs = w.tables["leg"]
    booking, leg = w.key(w.tables["booking"]), w.key(legs)
    alone(w, insert, "booking", booking)
    alone(w, insert, "leg", leg)
    alone(w, set_parent, legs, legs.links[0], leg, booking)
    alone(w, insert, "review", leg + (w.rng.randrange(100),))
    if w.rng.random() < 0.5:
        alone(w, delete, "booking", booking)


SCENARIOS = [
    inserted_and_deleted_at_once,
    moved_then_parent_changed,
    moved_then_parent_changed,
    inserted_then_parent_changed,
    moved_there_and_back_slowly,
    deleted_and_inserted_again,
    renamed_and_used,
    child_saved_from_cascade,
    family_in_one_breath,
]
