"""Operations of a transaction: each runs on a writer `w` and gives its kind and the number of rows."""

from rows import NOT_NULL, column, listed, marks


def insert(w, name=None, key=None):
    _, table = w.table(name)
    row = w.row(table, key or w.new_key(table))
    kind = w.rng.choices(["insert", "insert or nothing", "upsert"], [12, 60, 28])[0]
    conflict = {"insert": "", "insert or nothing": "ON CONFLICT DO NOTHING"}.get(kind)
    if conflict is None:
        keys = listed(table.key)
        new = ", ".join(f"{column(c)} = EXCLUDED.{column(c)}" for c in row if c not in table.key)
        conflict = f"ON CONFLICT ({keys}) DO UPDATE SET {new}"
    return kind, w.sql(
        f"INSERT INTO {table.sql} ({listed(row)}) VALUES ({marks(row)}) {conflict}", *row.values()
    )


def update(w, name=None, key=None):
    _, table = w.table(name)
    return "update", w.update(table, w.changes(table), table.key, key or w.key(table))


def update_nothing(w):
    """Rows rewritten as they were, and updates that find no row."""
    _, table = w.table()
    any_column = w.rng.choice(list(table.columns))
    if w.rng.random() < 0.3:
        return "update of no row", w.sql(f"UPDATE {table.sql} SET {column(any_column)} = NULL WHERE false")
    return "update to the same", w.sql(
        f"UPDATE {table.sql} SET {column(any_column)} = {column(any_column)} "
        f"WHERE ({listed(table.key)}) = ({marks(table.key)})",
        *w.key(table),
    )


def delete(w, name=None, key=None):
    _, table = w.table(name)
    return "delete", w.sql(
        f"DELETE FROM {table.sql} WHERE ({listed(table.key)}) = " f"({marks(table.key)})",
        *(key or w.key(table)),
    )


def rekey(w, name=None, key=None):
    """The primary key changes; what refers to it follows by ON UPDATE CASCADE."""
    _, table = w.table(name)
    old, new = key or w.key(table), w.new_key(table, 0.2)
    return "primary key changed", w.update(table, dict(zip(table.key, new)), table.key, old)


def rename(w):
    """A unique column that others refer to changes, though it is not the key."""
    _, table = w.table("agency")
    columns = w.rng.choice(list(table.uniques))
    new = w.rng.choice(table.uniques[columns])
    if columns == ("license",) and w.rng.random() < 0.15:
        new = (None,)
    return "referenced column changed", w.update(table, dict(zip(columns, new)), table.key, w.key(table))


def read(w, table, columns, key):
    """These columns of a row as they are now, or None when it is not there."""
    w.sql(
        f"SELECT {listed(columns)} FROM {table.sql} WHERE ({listed(table.key)}) = ({marks(table.key)})", *key
    )
    return w.cursor.fetchone()


def set_key(w, table, old, new):
    return "primary key changed", w.update(table, dict(zip(table.key, new)), table.key, old)


def set_parent(w, table, link, key, parent):
    return "moved to another parent", w.update(table, dict(zip(link.columns, parent)), table.key, key)


def linked(w, name=None):
    while True:
        chosen, table = w.table(name)
        if table.free_links:
            return chosen, table, w.rng.choice(table.free_links)


def move(w):
    _, table, link = linked(w)
    row = dict(zip(link.columns, w.parent(link)))
    if w.rng.random() < 0.3:
        row.update(w.changes(table))
    return "moved to another parent", w.update(table, row, table.key, w.key(table))


def unlink(w):
    _, table, link = linked(w)
    if not link.nullable:
        return "update of no row", 0
    # Half of a composite key is as good as none.
    names = link.columns if w.rng.random() < 0.7 else link.columns[:1]
    return "foreign key to null", w.update(table, dict.fromkeys(names), table.key, w.key(table))


def to_null(w):
    _, table = w.table()
    empty = [name for name in table.columns if name not in NOT_NULL]
    if not empty:
        return "column to null", 0
    return "column to null", w.update(table, {w.rng.choice(empty): None}, table.key, w.key(table))


def there_and_back(w):
    """Child from A to B to A in one transaction."""
    _, table, link = linked(w)
    key = w.key(table)
    before = read(w, table, link.columns, key)
    if before is None:
        return "moved there and back", 0
    rows = w.update(table, dict(zip(link.columns, w.parent(link))), table.key, key)
    return "moved there and back", rows + w.update(table, dict(zip(link.columns, before)), table.key, key)


def delete_and_insert(w):
    name, table = w.table()
    key = w.key(table)
    rows = delete(w, name, key)[1]
    return "deleted and inserted again", rows + insert(w, name, key)[1]


def insert_and_delete(w):
    name, table = w.table()
    key = w.new_key(table)
    rows = insert(w, name, key)[1]
    return "inserted and deleted", rows + delete(w, name, key)[1]


def swap_keys(w):
    """Two rows change keys, by way of a third; children follow and return."""
    while True:
        _, table = w.table()
        if not table.key_links:
            break
    one, other = w.key(table), w.key(table)
    rows = 0
    for old, new in ((one, table.spare), (other, one), (table.spare, other)):
        rows += w.update(table, dict(zip(table.key, new)), table.key, old)
    return "keys swapped", rows


def swap_parents(w):
    _, table, link = linked(w)
    keys = [w.key(table), w.key(table)]
    parents = [read(w, table, link.columns, key) for key in keys]
    if None in parents:
        return "parents swapped", 0
    return "parents swapped", sum(
        w.update(table, dict(zip(link.columns, parent)), table.key, key)
        for key, parent in zip(keys, reversed(parents))
    )


def move_and_rename(w):
    """A child moved, and the parent it came to changed right after it."""
    _, table, link = linked(w)
    rows = w.update(table, dict(zip(link.columns, w.parent(link))), table.key, w.key(table))
    return "moved, then parent changed", rows + change_parent(w, table, link)


def change_parent(w, table, link, key=None):
    """Changes the parent that the row points at now."""
    at = read(w, table, link.columns, key or w.key(table))
    if at is None or None in at:
        return 0
    parent = w.tables[link.table]
    return w.update(parent, w.changes(parent), link.target, at)


def update_range(w):
    name, table = w.table()
    limit = w.rng.choice([3, 10, 40, 200]) if table.weight > 5 else 3
    names = listed(table.key)
    row = w.changes(table)
    if not row:
        return "update of several rows", 0
    return "update of several rows", w.sql(
        f"UPDATE {table.sql} SET {', '.join(column(c) + ' = %s' for c in row)} WHERE ctid = ANY (ARRAY(SELECT ctid FROM "
        f"{table.sql} WHERE ({names}) >= ({marks(table.key)}) ORDER BY {names} LIMIT {limit}))",
        *row.values(),
        *w.key(table),
    )


def delete_children(w):
    """All children of one parent at once."""
    _, table, link = linked(w, w.rng.choice(["leg", "review", "photo", "passport", "office"]))
    return "children deleted", w.sql(
        f"DELETE FROM {table.sql} WHERE ({listed(link.columns)}) = " f"({marks(link.columns)})",
        *w.parent(link),
    )


def give_children(w):
    """All children of one parent to another one."""
    _, table, link = linked(w, w.rng.choice(["leg", "review", "photo", "passport", "office", "booking"]))
    return "all children moved", w.update(
        table, dict(zip(link.columns, w.parent(link))), link.columns, w.parent(link)
    )


def lock_only(w):
    """Transactions that change nothing, or nothing that is published, are in the log too."""
    kind = w.rng.randrange(3)
    if kind == 0:
        w.sql("SELECT 1 FROM person WHERE id = %s FOR UPDATE", *w.key(w.tables["person"]))
    elif kind == 1:
        w.sql(
            "SELECT pg_logical_emit_message(%s, 'pgsync', 'table public.person: DELETE: id[bigint]:1')",
            w.rng.random() < 0.5,
        )
    else:
        w.sql("INSERT INTO noise (note) VALUES (%s)", w.values.text())
    return "nothing of ours", 0


OPERATIONS, WEIGHTS = zip(
    *[
        (insert, 24),
        (update, 22),
        (update_nothing, 4),
        (delete, 8),
        (rekey, 5),
        (rename, 1),
        (move, 12),
        (unlink, 2),
        (to_null, 3),
        (there_and_back, 3),
        (delete_and_insert, 4),
        (insert_and_delete, 4),
        (swap_keys, 2),
        (swap_parents, 2),
        (move_and_rename, 4),
        (update_range, 2),
        (delete_children, 1),
        (give_children, 1),
        (lock_only, 2),
    ]
)
