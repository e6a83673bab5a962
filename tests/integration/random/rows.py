"""The tables as the writers see them, the values that go into their columns, and the pools of keys.

Every key a writer ever uses comes from a pool made from the seed, whether or not a row has it just now. So the
same keys are deleted and inserted again and again, and the first few of each pool (the hot ones) are where
the writers meet.
"""

import base64
import dataclasses
import datetime
import io
import uuid

HOT = 6

NAMES = ["Ana", "Bo", "Çem", "Zoë 🐘", "O'Neil", "x|y"]

# Columns that cannot be emptied, or are not worth it.
NOT_NULL = ("name", "full_name", "vip", "paid")

# fmt: off
PIECES = [
    "'", "''", '"', '""', "\\", "\\\\", "\n", "\r\n", "\t", "\b", "\f", "\x01", "\x1f", "\x7f", "\u2028", "\ufeff",
    "\uffff", "\U0010ffff", "\u00a0", " ", "  ", "|", "\\|", "||", "%", "%s", "%%", "$1", ":x", "?", "{}", "[]", "🐘", "👩‍👩‍👧",
    "e\u0301", "ß", "Ünïcödé", "日本語", "שלום", "NULL", "null", "\\N", "\\.", "\\u0000", "\\n", "\\x00",
    "false", "0", "1e5", "2024-01-01", "</script>", "<b>", "&amp;", "--", "/*", ";", "a", "b", "lorem", "ipsum",
    "BEGIN 725", "COMMIT 725",
    "table public.person: UPDATE: old-key: id[bigint]:1 new-tuple: id[bigint]:2 full_name[text]:'x'",
    '\n{"index":{"_id":"1"}}\n', '\n{"delete":{"_id":"1"}}\n', '","_id":"2', "old-key", "new-tuple:",
    "unchanged-toast-datum",
]
# fmt: on


class Values:
    """Random values, awkward ones above all. NaN, infinity, BC and years over 9999 are left out."""

    def __init__(self, rng):
        self.rng = rng

    def text(self, pieces=8):
        return "".join(self.rng.choice(PIECES) for _ in range(self.rng.randrange(pieces)))

    def maybe(self, make, nulls=0.15):
        return None if self.rng.random() < nulls else make()

    def name(self):
        return f"{self.rng.choice(NAMES)} {self.rng.randrange(10**6)}{self.text(3)}"

    def large(self):
        """Incompressible, so that it is stored out of line; now and then longer than a keyword may be. Few words: each
        is a term of its own, and what a cluster takes longest for."""
        size = 27_000 if self.rng.random() < 0.01 else self.rng.randrange(1_600, 2_600)
        return self.text() + base64.b64encode(self.rng.randbytes(size), b"_0").decode() + self.text()

    def boolean(self):
        return self.rng.random() < 0.5

    def integer(self, bits):
        top = 2 ** (bits - 1)
        return self.rng.choice(
            [-top, top - 1, 0, -1, 1, self.rng.randrange(-top, top), self.rng.randrange(1000)]
        )

    def numeric(self, precision, scale):
        digits = self.rng.choice(
            [0, 1, 10**precision - 1, self.rng.randrange(10**precision), self.rng.randrange(10**scale + 1)]
        )
        text = str(digits).rjust(scale + 1, "0")
        return f"{self.rng.choice(['', '-'])}{text[:-scale]}.{text[-scale:]}"

    def double(self):
        return self.rng.choice(
            [
                0.0,
                -0.0,
                1 / 3,
                5e-324,
                1.7976931348623157e308,
                -1e-7,
                1e21,
                123456789.123456789,
                self.rng.uniform(-1e6, 1e6),
                self.rng.random(),
            ]
        )

    def date(self):
        return self.rng.choice(
            [
                datetime.date(1, 1, 1),
                datetime.date(9999, 12, 31),
                datetime.date(1970, 1, 1),
                datetime.date(2024, 2, 29),
                datetime.date.fromordinal(self.rng.randrange(1, 3_652_059)),
            ]
        ).isoformat()

    def timestamp(self):
        micro = self.rng.choice([0, 1, 500_000, 999_999, self.rng.randrange(1_000_000)])
        time = datetime.time(self.rng.randrange(24), self.rng.randrange(60), self.rng.randrange(60), micro)
        return f"{self.date()} {time.isoformat()}"

    def timestamptz(self):
        # Offsets only where they cannot leave the years 1 to 9999.
        if self.rng.random() < 0.5:
            return self.timestamp() + "+00"
        day = f"20{self.rng.randrange(10, 99)}-06-{self.rng.randrange(10, 30)}"
        return f"{day} 12:30:00.{self.rng.randrange(10**6):06}{self.rng.choice(['+00', '-11:30', '+05:45'])}"

    def uuid(self):
        return str(uuid.UUID(int=self.rng.getrandbits(128)))


@dataclasses.dataclass(frozen=True)
class Link:
    """A foreign key: these columns hold the `target` columns of a row of `table`."""

    columns: tuple
    table: str
    target: tuple
    nullable: bool = True


@dataclasses.dataclass
class Table:
    sql: str
    key: tuple
    columns: dict  # column -> function of Values
    weight: float  # how often the writers choose it
    links: tuple = ()
    large: tuple = ()  # columns that most updates leave alone
    uniques: dict = dataclasses.field(default_factory=dict)  # columns -> pool of values, besides the key
    pool: list = dataclasses.field(default_factory=list)
    base: int = 0  # so many of the pool are there in the beginning
    spare: tuple = ()  # a key outside the pool, for swaps

    @property
    def key_links(self):
        return [link for link in self.links if set(link.columns) <= set(self.key)]

    @property
    def free_links(self):
        return [link for link in self.links if not set(link.columns) <= set(self.key)]

    def values_of(self, target):
        """The pool of values that these columns of the table take."""
        return self.pool if target == self.key else self.uniques[target]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def column(name):
    """Quoted for a statement with parameters."""
    return quoted(name).replace("%", "%%")


def listed(columns):
    return ", ".join(map(column, columns))


def marks(columns):
    return ", ".join(["%s"] * len(columns))


def tables(seed_rng, rows):
    """All tables, parents first, with pools for about `rows` bookings."""
    values = Values(seed_rng)
    rng = seed_rng

    def distinct(count, make, taken=()):
        found, seen = [], set(taken)
        while len(found) < count:
            one = make()
            if one not in seen:
                seen.add(one)
                found.append(one)
        return found

    def small_text(limit):
        # The limit is of the escaped bytes, as they stand in an _id.
        while True:
            text = values.text(6)
            if len(text.replace("\\", "\\\\").replace("|", "\\|").encode()) <= limit:
                return text

    country = (("country_continent", "country_number"), "country", ("continent_code", "number"))
    trip = ("region", "series", "number")
    text = Values.text
    t = {}
    t["continent"] = Table(
        "continent", ("code",), {"name": Values.name, "founded": lambda v: v.maybe(v.date)}, 0.4
    )
    t["country"] = Table(
        "country",
        ("continent_code", "number"),
        {"name": Values.name, "anthem": lambda v: v.maybe(v.text)},
        1,
        (Link(("continent_code",), "continent", ("code",), False),),
    )
    t["city"] = Table(
        "city",
        ("id",),
        {
            "name": Values.name,
            "population": lambda v: v.maybe(lambda: v.integer(64)),
            "capital": lambda v: v.maybe(v.boolean),
        },
        3,
        (Link(*country),),
    )
    t["agency"] = Table("agency", ("id",), {"name": lambda v: v.maybe(v.name)}, 3)
    t["office"] = Table(
        '"Weird Schema"."Off""ice"',
        ("k|1", "k\\2"),
        {"from": lambda v: v.maybe(v.timestamptz), "select": lambda v: v.maybe(v.boolean)},
        5,
        (Link(("license",), "agency", ("license",)),),
    )
    t["person"] = Table(
        "person",
        ("id",),
        {
            "full_name": Values.name,
            "email": lambda v: v.maybe(lambda: text(v)[:300]),
            "born": lambda v: v.maybe(v.date),
            "balance": lambda v: v.maybe(lambda: v.numeric(14, 4)),
            "vip": Values.boolean,
            "seen": lambda v: v.maybe(v.timestamptz),
            "token": lambda v: v.maybe(v.uuid),
            "biography": lambda v: v.maybe(v.large, 0.4),
            "secret": lambda v: v.maybe(v.text),
        },
        14,
        (
            Link(("home_city",), "city", ("id",)),
            Link(("work_city",), "city", ("id",)),
            Link(("agency_code", "agency_branch"), "agency", ("code", "branch")),
        ),
        ("biography",),
    )
    t["passport"] = Table(
        "passport",
        ("number",),
        {"issued": lambda v: v.maybe(v.date), "valid": lambda v: v.maybe(v.boolean)},
        9,
        (Link(("person_id",), "person", ("id",), False), Link(*country)),
    )
    t["friendship"] = Table(
        "friendship",
        ("person_id", "friend_id"),
        {"since": lambda v: v.maybe(v.timestamp), "closeness": lambda v: v.maybe(v.double)},
        10,
        (Link(("person_id",), "person", ("id",), False), Link(("friend_id",), "person", ("id",), False)),
    )
    t["place"] = Table(
        '"Weird Schema"."T able-1"',
        ("Sel ect",),
        {
            "Üñí": lambda v: v.maybe(v.text),
            'with "quote': lambda v: v.maybe(lambda: v.integer(32)),
            "100%": lambda v: v.maybe(lambda: v.numeric(10, 2)),
            "big text": lambda v: v.maybe(v.large, 0.7),
            "Ünused \\": lambda v: v.maybe(v.text),
        },
        4,
        (Link(("in city",), "city", ("id",)),),
        ("big text",),
    )
    t["photo"] = Table(
        "photo",
        ("id",),
        {
            "caption": lambda v: v.maybe(v.text),
            "taken": lambda v: v.maybe(v.timestamptz),
            "size": lambda v: v.maybe(lambda: v.integer(64)),
        },
        6,
        (Link(("place key",), "place", ("Sel ect",), False),),
    )
    t["booking"] = Table(
        "inventory.booking",
        trip,
        {
            "starts": lambda v: v.maybe(v.date),
            "ends": lambda v: v.maybe(v.timestamp),
            "price": lambda v: v.maybe(lambda: v.numeric(20, 6)),
            "paid": Values.boolean,
            "party": lambda v: v.maybe(lambda: v.integer(16)),
            "ratio": lambda v: v.maybe(v.double),
            "remark": lambda v: v.maybe(v.text),
            "contract": lambda v: v.maybe(v.large, 0.5),
        },
        16,
        (Link(("guest_id",), "person", ("id",)),),
        ("contract",),
    )
    t["invoice"] = Table(
        "invoice",
        trip,
        {
            "total": lambda v: v.maybe(lambda: v.numeric(38, 10)),
            "issued": lambda v: v.maybe(v.timestamptz),
            "memo": lambda v: v.maybe(v.text),
        },
        8,
        (Link(trip, "booking", trip, False),),
    )
    t["leg"] = Table(
        "leg",
        ("id",),
        {
            "departs": lambda v: v.maybe(v.timestamp),
            "seat": lambda v: v.maybe(v.text),
            "distance": lambda v: v.maybe(lambda: v.integer(64)),
        },
        18,
        (
            Link(("trip_region", "trip_series", "trip_number"), "booking", trip),
            Link(("place",), "place", ("Sel ect",)),
        ),
    )
    t["review"] = Table(
        "review",
        ("leg_id", "position"),
        {
            "stars": lambda v: v.maybe(lambda: v.integer(16)),
            "body": lambda v: v.maybe(v.large if v.rng.random() < 0.1 else v.text),
            "written": lambda v: v.maybe(v.timestamptz),
        },
        18,
        (Link(("leg_id",), "leg", ("id",), False), Link(("author",), "person", ("id",))),
        ("body",),
    )

    def fill(name, count, make):
        pool = distinct(count + 1, make)
        t[name].spare = pool.pop()
        t[name].pool = pool
        t[name].base = max(1, int(count * 0.8))

    def wide(bits):
        # Mostly small numbers, and both ends of the type.
        def make():
            if rng.random() < 0.05:
                return (values.integer(bits),)
            return (rng.randrange(-(2**15), 2**15) if bits == 16 else rng.randrange(10**6),)

        return make

    def of(name):
        return rng.choice(t[name].pool)

    fill("continent", 8, lambda: (small_text(80),))
    fill("country", 40, lambda: of("continent") + wide(16)())
    fill("city", rows // 16 + 8, lambda: (values.uuid(),))
    fill("agency", rows // 40 + 5, wide(32))
    codes = [small_text(40) for _ in range(10)]
    # More values than rows, so that a rename often finds a free one.
    t["agency"].uniques = {
        ("code", "branch"): distinct(2 * len(t["agency"].pool), lambda: (rng.choice(codes), wide(16)()[0])),
        ("license",): distinct(2 * len(t["agency"].pool), lambda: (small_text(60),)),
    }
    fill("office", rows // 25 + 5, lambda: (wide(16)()[0], small_text(60)))
    fill("person", rows * 5 // 8 + 20, wide(64))
    fill("passport", rows * 2 // 5 + 5, lambda: (small_text(300),))
    fill("friendship", rows // 2, lambda: of("person") + of("person"))
    fill("place", rows // 25 + 10, lambda: (small_text(200),))
    fill("photo", rows // 8 + 10, wide(32))
    # Joined without escaping, these regions and series would give the same _id for different keys.
    regions = ["a|b", "a", "a\\", "a\\|b", "", " ", "é" * 150, "x" * 300] + distinct(
        6, lambda: small_text(150)
    )
    series = ["c", "b|c", "|b|c", "", "\\"] + distinct(4, lambda: small_text(60))

    def trip_key():
        number = wide(64)()[0] if rng.random() < 0.3 else rng.randrange(40)
        return rng.choice(regions), rng.choice(series), number

    fill("booking", rows * 5 // 4, trip_key)
    fill("invoice", rows * 4 // 5, lambda: of("booking"))
    fill("leg", rows * 5 // 4, lambda: (values.uuid(),))
    fill("review", rows, lambda: of("leg") + wide(16)())
    for key in t["booking"].pool:
        assert (
            len("|".join(str(part).replace("\\", "\\\\").replace("|", "\\|") for part in key).encode()) < 512
        )
    return t


def copy(cursor, sql_table, columns, rows):
    """COPY FROM STDIN: many rows in few log records, which are decoded by a way of their own."""
    escapes = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
    lines = io.StringIO()
    for row in rows:
        lines.write(
            "\t".join("\\N" if value is None else str(value).translate(escapes) for value in row) + "\n"
        )
    lines.seek(0)
    cursor.copy_expert(f"COPY {sql_table} ({', '.join(map(quoted, columns))}) FROM STDIN", lines)


def load(cursor, all_tables, rng):
    """The first rows, straight into empty tables, every foreign key to a row that is there."""
    values = Values(rng)
    there = {}
    for name, table in all_tables.items():
        keys = table.pool[: table.base]
        for link in table.key_links:
            at = [table.key.index(column) for column in link.columns]
            parents = set(there[link.table][link.target])
            keys = [key for key in keys if tuple(key[i] for i in at) in parents]
        there[name] = {table.key: keys}
        extra = []
        for columns, pool in table.uniques.items():
            given = pool[: len(keys)]
            if columns == ("license",):
                given = [value if rng.random() < 0.9 else (None,) for value in given]
            extra.append((columns, given))
            there[name][columns] = [value for value in given if None not in value]
        rows, columns = [], []
        for n, key in enumerate(keys):
            row = dict(zip(table.key, key))
            for unique_columns, pool in extra:
                row.update(zip(unique_columns, pool[n]))
            for link in table.free_links:
                if link.nullable and rng.random() < 0.1:
                    row.update(dict.fromkeys(link.columns))
                else:
                    row.update(zip(link.columns, rng.choice(there[link.table][link.target])))
            row.update({column: make(values) for column, make in table.columns.items()})
            columns = list(row)
            rows.append(list(row.values()))
        copy(cursor, table.sql, columns, rows)
