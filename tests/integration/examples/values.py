"""Random values of every type, as text for PostgreSQL to cast; edge values among them."""

import json

TEXTS = [
    "",
    "a",
    "A",
    "b",
    "abc",
    "two words",
    " spaces ",
    "Ünïcödé 🙂 漢字",
    "\"quoted\" 'twice'",
    "back\\slash \\n",
    "a|b",
    "|",
    "\\",
    "line\nbreak\ttab\r",
    "null",
    "{}",
    "%s $1 {0}",
    "</script>&amp;",
    "\u007f\u0080\u2028\ufeff",
    "x" * 300,
]
DATES = ["2024-02-29", "2024-01-01", "1999-12-31", "2024-12-31", "0001-01-01", "9999-12-31"]
STRANGE_DATES = ["infinity", "-infinity", "0044-03-15 BC", "10000-01-01", "294276-12-31"]
DAYTIMES = ["00:00:00", "10:00:00", "23:59:59.999999", "12:30:00.5", "00:00:00.001"]
ZONES = ["+00", "+02", "-05:30"]
DOCUMENTS = [
    None,
    True,
    0,
    -1.5,
    12345678901,
    "",
    "text",
    'a "quoted" \\ one',
    [],
    {},
    [1, None, "x", [2], {"a": {}}],
    {"a": 1},
    {"a": {"b": [1, {"c": "Ünï"}, None]}, "b": None},
    {"a": {"b": "text"}, "name": "n"},
    {"a": {"b": 0.1}, "id": "1"},
    {"a": [10, 20], "tags": ["x", "y"]},
    {"a": True, "": "empty key", "1": "number"},
]
POOLS = {
    "bool": ["true", "false"],
    "int2": ["0", "1", "2", "3", "4", "5", "-1", "32767", "-32768"],
    "int4": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "-1", "1000000"],
    "int8": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "-1", "9007199254740993"],
    "oid": ["1", "2", "4294967295"],
    "float4": ["0", "-0", "1", "0.1", "-2.5", "1e-7", "1.5e10", "16777217", "NaN", "Infinity", "-Infinity"],
    "float8": ["0", "-0", "1", "0.1", "-2.5", "1e-7", "1e20", "0.30000000000000004", "NaN", "Infinity", "-Infinity"],
    "money": ["0", "1.23", "-4.56"],
    "uuid": [f"{n:08x}-0000-4000-8000-00000000000{n}" for n in range(6)],
    "bytea": ["\\x", "\\x00", "\\xff00fe", "\\x" + "000102fdfeff" * 20, "\\x7061636b"],
    "inet": ["192.168.0.1", "10.0.0.0/8", "::1", "2001:db8::/32", "0.0.0.0/0", "::ffff:1.2.3.4", "1.2.3.4/32"],
    "cidr": ["192.168.0.0/16", "10.0.0.0/8", "::1/128", "2001:db8::/32"],
    "macaddr": ["08:00:2b:01:02:03", "ff:ff:ff:ff:ff:ff"],
    "interval": ["0", "1 day", "-1 mon +2 days 03:04:05.6", "10 years"],
    "point": ["(0,0)", "(13.4,52.5)", "(-180,-90)", "(180,90)", "(181,0)", "(0,91)", "(NaN,0)", "(0,Infinity)"],
    "xml": ["<a/>", "text"],
    "tsvector": ["'a':1 'b':2", ""],
    "bit": ["0", "1"],
    "varbit": ["", "101"],
}  # fmt: skip
BOUNDS = {
    "int4": ["-5", "0", "1", "2", "9"],
    "int8": ["-5", "0", "1", "2", "9007199254740993"],
    "numeric": ["-0.5", "0", "1", "1.00000000001", "2.25", "NaN"],
    "date": ["2023-12-31", "2024-01-01", "2024-02-29", "infinity", "-infinity", "0044-03-15 BC", "10000-01-01"],
    "timestamp": ["2024-01-01 00:00:00", "2024-01-01 00:00:00.005", "2024-01-01 00:00:00.01", "2024-06-01 12:00:00",
                  "infinity", "-infinity", "0044-03-15 12:00:00 BC", "10000-01-01 00:00:00"],
    "timestamptz": ["2024-01-01 00:00:00+00", "2024-01-01 00:00:00.005+00", "2024-01-01 01:00:00.01+01",
                    "2024-06-01 12:00:00+00", "infinity", "-infinity", "0044-03-15 12:00:00+00 BC"],
}  # fmt: skip
RANGES = {
    "int4range": "int4",
    "int8range": "int8",
    "numrange": "numeric",
    "daterange": "date",
    "tsrange": "timestamp",
    "tstzrange": "timestamptz",
}


def with_escapes(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Values:
    def __init__(self, rng, hints):
        self.rng, self.hints = rng, hints

    def of(self, table, column):
        """A value for the column: text, or None for NULL."""
        rng = self.rng
        hints = self.hints.get(f"{table.title}.{column.name}")
        if hints:
            value = rng.choice(hints)
            return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if column.nullable and rng.random() < 0.15:
            return None
        if column.pool and rng.random() < (0.2 if column.unique else 0.4):
            return rng.choice(column.pool)
        if column.unique and column.type.base in ("int2", "int4", "int8"):
            # Few enough that deleted ones come back.
            old = column.top and rng.random() < 0.3
            return str(rng.randint(1, column.top) if old else column.top + rng.randint(1, 80))
        value = self.of_type(column.type)
        if column.unique and column.type.base in ("text", "varchar", "citext") and column.type.modifier < 0:
            value = value[:20] + str(rng.randrange(40))
        if value is not None:
            return value
        return rng.choice(column.pool) if column.pool else None

    def of_type(self, type):
        rng, base = self.rng, type.base
        if type.element is not None:
            return self.array(type.element)
        if type.kind == "e":
            return rng.choice(type.labels)
        if type.subtype is not None:
            return self.range(type.subtype.base)
        if type.kind == "m":  # a multirange
            inner = RANGES.get(base.replace("multirange", "range"))
            pieces = [self.range(inner) for _ in range(rng.randrange(3))] if inner else []
            return "{" + ",".join(pieces) + "}"
        if base in ("text", "varchar", "bpchar", "citext", "name"):
            text = rng.choice(TEXTS)
            return text[: type.modifier - 4] if type.modifier > 4 else text[:60] if base == "name" else text
        if base == "numeric":
            return self.numeric(type.modifier)
        if base in ("date", "timestamp", "timestamptz"):
            return self.moment(base)
        if base in ("time", "timetz"):
            return rng.choice(DAYTIMES) + (rng.choice(ZONES) if base == "timetz" else "")
        if base in ("json", "jsonb"):
            return json.dumps(rng.choice(DOCUMENTS), ensure_ascii=rng.random() < 0.5)
        if base in POOLS:
            return rng.choice(POOLS[base])
        return None

    def array(self, element):
        rng = self.rng
        parts = []
        for _ in range(rng.choice([0, 1, 1, 2, 3, 3, 5])):
            value = None if rng.random() < 0.1 else self.of_type(element)
            parts.append("NULL" if value is None else with_escapes(value))
        return "{" + ",".join(parts) + "}"

    def range(self, subtype):
        rng = self.rng
        if subtype not in BOUNDS or rng.random() < 0.1:
            return "empty"
        pool = BOUNDS[subtype]
        # Two at random stand in the wrong order half of the time, which a range refuses.
        low, high = sorted(rng.choices(range(len(pool)), k=2))
        low, high = pool[low], pool[high]
        if low.startswith("-infinity") or rng.random() < 0.15:
            low = rng.choice(["", "-infinity"]) if subtype[0] in "dt" else ""
        if "BC" in high or high == "-infinity" or rng.random() < 0.15:
            low, high = (high if "BC" in high else ""), low if "BC" not in low and low != "infinity" else ""
        one, other = ('"' + low + '"' if low else ""), ('"' + high + '"' if high else "")
        return rng.choice("[(") + one + "," + other + rng.choice("])")

    def numeric(self, modifier):
        rng = self.rng
        if rng.random() < 0.06:
            return "NaN"
        if modifier < 4:
            return rng.choice(["0", "1", "-1", "0.1", "2.50", "12345678901234567890.123456789", "1e-20"])
        precision, scale = (modifier - 4) >> 16, (modifier - 4) & 0x7FF
        scale = scale - 2048 if scale > 1023 else scale
        whole = max(precision - scale, 0)
        value = rng.choice(["0", "1", "-1", "2", "10", "9" * whole or "0", "-" + "9" * whole])
        value = value if len(value.lstrip("-")) <= whole else "0"
        if scale > 0 and rng.random() < 0.7:
            value += "." + "".join(rng.choice("0123456789") for _ in range(scale))
        return value

    def moment(self, base):
        rng = self.rng
        day = rng.choice(DATES if rng.random() < 0.8 else STRANGE_DATES)
        if base == "date" or "infinity" in day:
            return day
        daytime = rng.choice(DAYTIMES) + (rng.choice(ZONES) if base == "timestamptz" else "")
        return day.replace(" BC", "") + " " + daytime + (" BC" if "BC" in day else "")
