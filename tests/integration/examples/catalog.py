"""What the catalog tells of a database: all that the random writers know of an example."""

import collections


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Type:
    """A data type: its name for a cast, and what values are made of."""

    def __init__(self, name, base, kind, modifier, element=None, labels=(), subtype=None):
        self.name = name  # as in a cast: "numeric(10,2)"
        self.base = base  # pg_type.typname of the type beneath any domain: "numeric"
        self.kind = kind  # pg_type.typtype: b, e, r, m, c
        self.modifier = modifier
        self.element, self.labels, self.subtype = element, labels, subtype


class Column:
    def __init__(self, name, type, nullable, default):
        self.name, self.type, self.nullable, self.default = name, type, nullable, default
        self.sql = quoted(name)
        self.pool = []  # values it had in the beginning, as text
        self.unique = False  # a key by itself
        self.top = 0  # the largest number it had in the beginning


class ForeignKey:
    def __init__(self, table, columns, parent, referenced):
        self.table, self.columns, self.parent, self.referenced = table, columns, parent, referenced


class Table:
    def __init__(self, schema, name):
        self.schema, self.name = schema, name
        self.sql = f"{quoted(schema)}.{quoted(name)}"
        self.title = name if schema == "public" else f"{schema}.{name}"  # as in the hints
        self.columns = collections.OrderedDict()  # what can be written
        self.key = ()  # names of the primary key's columns, or of another unique key's
        self.keys = []  # of every unique key
        self.foreign = []
        self.restored = []  # the columns, quoted, that a row of the beginning is restored from
        self.overriding = False
        self.copy = None  # the table with the rows of the beginning

    def writable(self, names):
        return all(name in self.columns for name in names)


TABLES = """
    SELECT c.oid, n.nspname, c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY n.nspname, c.relname"""

COLUMNS = """
    SELECT a.attrelid, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef OR a.attidentity <> '',
           a.attgenerated <> '', a.attidentity = 'a'
    FROM pg_attribute a WHERE a.attrelid = ANY (%s) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attrelid, a.attnum"""

UNIQUE = """
    SELECT i.indrelid,
           ARRAY(SELECT a.attname::text
                 FROM unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY k (number, place)
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number ORDER BY k.place)
    FROM pg_index i
    WHERE i.indrelid = ANY (%s) AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
    ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid"""

FOREIGN = """
    SELECT f.conrelid, f.confrelid,
           ARRAY(SELECT a.attname::text FROM unnest(f.conkey) WITH ORDINALITY k (number, place)
                 JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number ORDER BY k.place),
           ARRAY(SELECT a.attname::text FROM unnest(f.confkey) WITH ORDINALITY k (number, place)
                 JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number ORDER BY k.place)
    FROM pg_constraint f
    WHERE f.contype = 'f' AND f.conparentid = 0 AND f.conrelid = ANY (%s) AND f.confrelid = ANY (%s)
    ORDER BY f.conrelid, f.conname"""


def type_of(cursor, known, oid, modifier):
    """The type, through domains; `known` keeps what was asked before."""
    if (oid, modifier) in known:
        return known[oid, modifier]
    cursor.execute(
        "SELECT format_type(t.oid, %s), t.typname, t.typtype, t.typbasetype, t.typtypmod, t.typcategory, t.typelem, "
        "(SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = t.oid) FROM pg_type t WHERE t.oid = %s",
        (modifier, oid),
    )
    name, base, kind, beneath, beneath_modifier, category, element, subtype = cursor.fetchone()
    if kind == "d":
        inner = type_of(cursor, known, beneath, beneath_modifier)
        found = Type(
            name, inner.base, inner.kind, inner.modifier, inner.element, inner.labels, inner.subtype
        )
    else:
        labels = ()
        if kind == "e":
            cursor.execute(
                "SELECT enumlabel FROM pg_enum WHERE enumtypid = %s ORDER BY enumsortorder", (oid,)
            )
            labels = [label for label, in cursor.fetchall()]
        found = Type(
            name,
            base,
            kind,
            modifier,
            type_of(cursor, known, element, modifier) if category == "A" and element else None,
            labels,
            type_of(cursor, known, subtype, -1) if subtype else None,
        )
    known[oid, modifier] = found
    return found


def read(connection):
    """The tables, those that others refer to first."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = {oid: Table(schema, name) for oid, schema, name in cursor.fetchall()}
        oids, types = list(tables), {}
        cursor.execute(COLUMNS, (oids,))
        for oid, name, type_oid, modifier, not_null, default, generated, always in cursor.fetchall():
            if always:
                tables[oid].overriding = True
            if not generated:
                tables[oid].restored.append(quoted(name))
            if not generated and not always:
                tables[oid].columns[name] = Column(
                    name, type_of(cursor, types, type_oid, modifier), not not_null, default
                )
        cursor.execute(UNIQUE, (oids,))
        for oid, names in cursor.fetchall():
            tables[oid].keys.append(tuple(names))
        for table in tables.values():
            table.key = table.keys[0] if table.keys else ()
            for name in [key[0] for key in table.keys if len(key) == 1]:
                if name in table.columns:
                    table.columns[name].unique = True
        cursor.execute(FOREIGN, (oids, oids))
        for oid, parent, names, referenced in cursor.fetchall():
            if tables[oid].writable(names):
                tables[oid].foreign.append(
                    ForeignKey(tables[oid], tuple(names), tables[parent], tuple(referenced))
                )
    ordered, left = [], list(tables.values())
    while left:
        free = [
            table
            for table in left
            if all(key.parent is table or key.parent not in left for key in table.foreign)
        ] or left[:1]  # tables that refer to each other
        ordered += free
        left = [table for table in left if table not in free]
    return ordered


def copy_rows(connection, tables):
    """Keeps the rows of the beginning in a schema of their own, and a pool of values for each column."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA pgsync_test_beginning")
        for number, table in enumerate(tables):
            table.copy = f"pgsync_test_beginning.t{number}"
            cursor.execute(f"CREATE TABLE {table.copy} AS SELECT * FROM {table.sql}")
            for column in table.columns.values():
                cursor.execute(
                    f"SELECT v FROM (SELECT DISTINCT {column.sql}::text AS v FROM {table.copy}) d "
                    "WHERE v IS NOT NULL ORDER BY md5(v) LIMIT 40"
                )
                column.pool = [value for value, in cursor.fetchall()]
                if column.unique and column.type.base in ("int2", "int4", "int8"):
                    cursor.execute(f"SELECT coalesce(max({column.sql}), 0) FROM {table.copy}")
                    column.top = max(0, min(cursor.fetchone()[0], 30000))
