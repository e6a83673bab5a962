#!/usr/bin/env python3
"""Converts a schema of PGSync (Python; a JSON file) into shapes: a C++ header, on standard output.

The types of columns, keys and foreign keys are read from the database, with psql; libpq's variables (PGHOST, PGDATABASE,
…) say which. Nothing is changed there. What has no counterpart is named on standard error and in the header.
"""
import argparse
import json
import re
import subprocess
import sys

CATALOG = r"""
SELECT json_build_object(
  'tables', (SELECT json_agg(t) FROM (
     SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind,
            (SELECT json_agg(json_build_object('name', a.attname, 'nullable', NOT a.attnotnull, 'array', e.oid IS NOT NULL,
                                               'type', b.typname, 'kind', b.typtype,
                                               'modifier', CASE WHEN x.typtype = 'd' THEN x.typtypmod ELSE a.atttypmod END)
                             ORDER BY a.attnum)
             FROM pg_attribute a JOIN pg_type x ON x.oid = a.atttypid
             LEFT JOIN pg_type d ON d.oid = x.typbasetype AND x.typtype = 'd'
             LEFT JOIN pg_type e ON e.oid = coalesce(d.typelem, x.typelem) AND coalesce(d.typcategory, x.typcategory) = 'A'
             JOIN pg_type b ON b.oid = coalesce(e.oid, d.oid, x.oid)
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
            (SELECT json_agg(a.attname ORDER BY k.ord) FROM pg_index i
             CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(num, ord)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num
             WHERE i.indrelid = c.oid AND i.indisprimary) AS key
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND n.nspname !~ '^pg_t') t),
  'foreign_keys', (SELECT json_agg(f) FROM (
     SELECT n.nspname AS schema, c.relname AS name, rn.nspname AS to_schema, rc.relname AS to_name,
            (SELECT json_agg(a.attname ORDER BY k.ord) FROM unnest(k0.conkey) WITH ORDINALITY k(num, ord)
             JOIN pg_attribute a ON a.attrelid = k0.conrelid AND a.attnum = k.num) AS columns,
            (SELECT json_agg(a.attname ORDER BY k.ord) FROM unnest(k0.confkey) WITH ORDINALITY k(num, ord)
             JOIN pg_attribute a ON a.attrelid = k0.confrelid AND a.attnum = k.num) AS to_columns
     FROM pg_constraint k0 JOIN pg_class c ON c.oid = k0.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_class rc ON rc.oid = k0.confrelid JOIN pg_namespace rn ON rn.oid = rc.relnamespace
     WHERE k0.contype = 'f' ORDER BY k0.conname) f))
"""

SCALARS = {
    "bool": "bool", "int2": "std::int16_t", "int4": "int", "int8": "std::int64_t", "oid": "std::int64_t", "float4": "float",
    "float8": "double", "uuid": "pgsync::uuid", "date": "pgsync::date", "timestamp": "pgsync::timestamp",
    "timestamptz": "pgsync::timestamptz", "time": "pgsync::time_of_day", "inet": "pgsync::inet", "cidr": "pgsync::inet",
    "bytea": "pgsync::bytea", "json": "pgsync::json", "jsonb": "pgsync::json", "point": "pgsync::geo_point", "int4range": "pgsync::range<int>",
    "int8range": "pgsync::range<std::int64_t>", "numrange": "pgsync::range<pgsync::decimal<38, 10>>",
    "daterange": "pgsync::range<pgsync::date>", "tsrange": "pgsync::range<pgsync::timestamp>",
    "tstzrange": "pgsync::range<pgsync::timestamptz>",
}
WORDS = set("""alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl
concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete do double
dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace new noexcept not
not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires return short signed sizeof static
static_assert static_cast struct switch template this thread_local throw true try typedef typeid typename union unsigned using
virtual void volatile wchar_t while xor xor_eq""".split())
NODE = {"table", "schema", "label", "columns", "children", "relationship", "primary_key", "base_tables", "transform"}
RELATIONSHIP = {"type", "variant", "through_tables", "foreign_key"}
TRANSFORM = {"rename", "mapping", "replace", "concat"}
DOCUMENT = {"database", "index", "nodes", "setting", "mapping", "mappings", "routing", "pipeline", "plugins"}
OPERATORS = re.compile(r"\s*(#>>|->>|#>|->)\s*")

HELPERS = """
namespace converted {

/// Calls `change` with each object that `path` leads to, through objects and through all elements of arrays.
template <typename Change>
void each(boost::json::value& from, const std::vector<std::string_view>& path, const Change& change, std::size_t step = 0) {
    if (from.is_array()) {
        for (auto& element : from.get_array()) each(element, path, change, step);
    } else if (from.is_object()) {
        if (step == path.size()) return change(from.get_object());
        auto* next = from.get_object().if_contains(path[step]);
        if (next != nullptr) each(*next, path, change, step + 1);
    }
}

/// As PGSync's `replace`: in a string, or in all strings of an array.
inline void pgsync_replace(boost::json::object& object, std::string_view field, std::string_view from, std::string_view to) {
    const auto in = [&](boost::json::value& value) {
        if (!value.is_string()) return;
        std::string text(value.get_string());
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
        value = text;
    };
    auto* found = object.if_contains(field);
    if (found == nullptr) return;
    if (found->is_array()) {
        for (auto& element : found->get_array()) in(element);
    } else {
        in(*found);
    }
}

/// As PGSync's `concat`: what is null, false, 0 or empty is passed over, and a name without a value stands for itself.
inline void pgsync_concat(boost::json::object& object, std::string_view destination, std::string_view delimiter,
                          std::initializer_list<std::string_view> fields) {
    std::string all;
    bool first = true;
    for (const auto field : fields) {
        const auto* found = object.if_contains(field);
        std::string text;
        if (found == nullptr) {
            text = field;
        } else if (found->is_string()) {
            text = found->get_string();
        } else if (found->is_bool()) {
            text = found->get_bool() ? "True" : "";
        } else if (!found->is_null()) {
            text = boost::json::serialize(*found);
            if (text == "0" || text == "[]" || text == "{}") text.clear();
        }
        if (text.empty()) continue;
        if (!first) all += delimiter;
        first = false;
        all += text;
    }
    object[destination] = all;
}

}  // namespace converted
"""


class Problem(Exception):
    pass


def literal(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def raw(value):
    return f'R"({json.dumps(value, ensure_ascii=False)})"'


def identifier(text):
    name = re.sub(r"\W", "_", text, flags=re.ASCII)
    if not name or name[0].isdigit() or name in WORDS:
        name += "_" if name in WORDS else ""
        name = f"m_{name}" if not name or name[0].isdigit() else name
    return name


def camel(text):
    name = "".join(part[:1].upper() + part[1:] for part in re.split(r"[\W_]+", text, flags=re.ASCII))
    return name if name and not name[0].isdigit() else f"T{name}"


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class Catalog:
    def __init__(self, found):
        self.tables = {(each["schema"], each["name"]): each for each in found["tables"] or []}
        self.foreign_keys = found["foreign_keys"] or []

    def table(self, schema, name):
        found = self.tables.get((schema, name))
        if found is None:
            raise Problem(f"there is no table {schema}.{name} in the database")
        return found

    def between(self, one, other):
        """Foreign keys of one that point at the other: (columns, the columns pointed at)."""
        return [(each["columns"], each["to_columns"]) for each in self.foreign_keys
                if (each["schema"], each["name"]) == one and (each["to_schema"], each["to_name"]) == other]


class Column:
    def __init__(self, table, name):
        found = [each for each in table["columns"] if each["name"] == name]
        if not found:
            raise Problem(f"table {table['schema']}.{table['name']} has no column {name}")
        self.nullable = found[0]["nullable"]
        self.type = self.element(found[0])
        if found[0]["array"]:
            self.type = f"std::vector<{self.type}>"

    @staticmethod
    def element(of):
        if of["kind"] == "e":
            return "pgsync::keyword"
        if of["type"] == "numeric":
            modifier = of["modifier"] - 4
            precision, scale = ((modifier >> 16) & 0xFFFF, modifier & 0x7FF) if modifier > 0 else (38, 10)
            return f"pgsync::decimal<{precision}, {scale}>"
        return SCALARS.get(of["type"], "std::string")


class Document:
    """One document of the schema: an index."""

    def __init__(self, catalog, schema):
        self.catalog, self.schema = catalog, schema
        self.structs = {}  # text by name, in the order in which they must stand
        self.remarks = []
        self.changes = []  # statements of transform()
        self.root_members = {}  # by their names in the document
        self.index = schema.get("index", schema.get("database", "documents"))
        self.known(schema, DOCUMENT, "the document")
        if not isinstance(schema.get("nodes"), dict):
            raise Problem("\"nodes\" is not an object: this is a schema of PGSync 1; let PGSync migrate it first")
        self.root, _ = self.struct(schema["nodes"], None, [])
        self.root_options = self.base_tables(schema["nodes"])

    def remark(self, text):
        if text not in self.remarks:
            self.remarks.append(text)

    def known(self, given, words, what):
        for word in given:
            if word not in words:
                self.remark(f"{what} says \"{word}\", which is not converted")

    # ---- nodes

    def struct(self, node, parent, path):
        """Declares a node and all below it; returns the struct's name and its first member in the document."""
        schema, name = node.get("schema", "public"), node["table"]
        table = self.catalog.table(schema, name)
        self.known(node, NODE, f"node {name}")
        transform = node.get("transform", {})
        self.known(transform, TRANSFORM, f"transform of {name}")
        rename, mapping = transform.get("rename", {}), transform.get("mapping", {})
        key = self.key_of((schema, name), node)
        if not key and (parent is None or self.to_one(node)):
            raise Problem(f"{schema}.{name} has no primary key: say one with \"primary_key\"")
        members, shown = [], []
        seen = set()

        def add(of_type, wanted, json_name, column=None):
            member = wanted
            while member in seen:
                member += "_"
            seen.add(member)
            if column is not None:
                of_type = of_type(self.stored(column[0], column[1], member))
            if member != json_name:
                of_type = f"pgsync::named<{of_type}, {literal(json_name)}>"
            members.append(f"{of_type} {member};")
            return member

        columns = node.get("columns") or [each["name"] for each in table["columns"]]
        plain = [each for each in columns if not OPERATORS.search(each)]
        # The members of a key in its order: so are the parts of _id, and foreign_key<…> is paired by it.
        first = key if len(key) > 1 else [each for each in key if each not in plain]
        for each in [*first, *(each for each in columns if each not in first)]:
            if each in key and each not in plain:
                column = Column(table, each)
                hidden = identifier(each)
                add(lambda stored: f"pgsync::hidden<pgsync::key<{stored}>>", hidden, hidden, (column.type, each))
                continue
            tokens = [part for part in OPERATORS.split(each) if part]
            json_name = "_".join(part.strip("{}") for part in tokens if not OPERATORS.fullmatch(part))
            member = identifier(json_name)
            json_name = rename[json_name] if isinstance(rename.get(json_name), str) else json_name
            if len(tokens) > 1:
                steps = [step for part in tokens[1:] if not OPERATORS.fullmatch(part)
                         for step in part.strip("{}").split(",")]
                inner = "std::string" if ">>" in each else "pgsync::json"
                Column(table, tokens[0])
                path_text = ", ".join(literal(step.strip("'\" ")) for step in (tokens[0], *steps))
                of_type = f"pgsync::json_path<{self.mapped(f'std::optional<{inner}>', mapping.get(json_name))}, {path_text}>"
                shown.append(add(of_type, member, json_name))
            else:
                column = Column(table, each)
                in_key = each in key
                of_type = column.type if in_key or not column.nullable else f"std::optional<{column.type}>"
                by_name = not in_key or (key == ["id"] and member == "id")
                shown.append(add((lambda stored: stored) if by_name else (lambda stored: f"pgsync::key<{stored}>"), member, json_name,
                                 (self.mapped(of_type, mapping.get(json_name)), each)))
            if parent is None:
                self.root_members[json_name] = shown[-1]
        for child in node.get("children", []):
            label = child.get("label", child["table"])
            renamed = rename[label] if isinstance(rename.get(label), str) else label
            member = identifier(label)
            add(self.relation(child, node, path + [renamed]), member, renamed)
        for each in mapping:
            if not any(f"{literal(each)}>" in text or text.endswith(f" {each};") for text in members):
                self.remark(f"the mapping of \"{each}\" in {name} fits no column there")
        self.transforms(transform, path)
        return self.declare(schema, name, members, path), shown

    def declare(self, schema, name, members, path):
        """The struct of these members, which may be there already; its name."""
        for struct in [camel(name)] + [camel("_".join(path[-depth:])) for depth in range(1, len(path) + 1)] + \
                [f"{camel(name)}{number}" for number in range(2, 1000)]:
            text = self.text_of(struct, schema, name, members)
            taken = struct in [member.rstrip(";").rsplit(" ", 1)[-1] for member in members]
            if taken or self.structs.get(struct, text) != text:
                continue
            self.structs[struct] = text
            return struct
        raise Problem(f"no name is left for {schema}.{name}")

    @staticmethod
    def text_of(struct, schema, name, members):
        lines = [f"struct {struct} {{"]
        if schema != "public" or snake(struct) != name or "." in name:
            if "." in name + schema:
                lines.append(f"    static constexpr std::string_view schema = {literal(schema)};")
                lines.append(f"    static constexpr std::string_view table = {literal(name)};")
            else:
                full = name if schema == "public" else f"{schema}.{name}"
                lines.append(f"    static constexpr std::string_view table = {literal(full)};")
        return "\n".join(lines + [f"    {each}" for each in members] + ["};"])

    def routing_member(self, routing):
        if routing not in self.root_members:
            raise Problem(f"routing names {routing}, which is none of the root's columns")
        return self.root_members[routing]

    @staticmethod
    def stored(of_type, column, member):
        return of_type if column == member else f"pgsync::column<{of_type}, {literal(column)}>"

    @staticmethod
    def mapped(of_type, mapping):
        return f"pgsync::mapped<{of_type}, {raw(mapping)}>" if mapping else of_type

    # ---- relations

    @staticmethod
    def to_one(node):
        return node.get("relationship", {}).get("type") == "one_to_one"

    def relation(self, child, parent, path):
        relationship = child.get("relationship", {})
        self.known(relationship, RELATIONSHIP, f"relationship of {child['table']}")
        struct, shown = self.struct(child, parent, path)
        here = (parent.get("schema", "public"), parent["table"])
        there = (child.get("schema", "public"), child["table"])
        kind, options = self.joined(relationship, here, there, child, parent)
        if relationship.get("variant") == "scalar":
            if len(shown) != 1:
                raise Problem(f"{there[1]} is a scalar of {len(shown)} columns; one can be shown")
            options.append(f"pgsync::pluck<{literal(shown[0])}>")
        options += self.base_tables(child)
        return f"pgsync::{kind}<{', '.join([struct, *options])}>"

    def joined(self, relationship, here, there, child, parent):
        """The kind of relation, and what joins it."""
        many = "has_one" if relationship.get("type") == "one_to_one" else "has_many"
        label = child.get("label", child["table"])
        here_key = self.key_of(here, parent)
        there_key = self.key_of(there, child)
        explicit = relationship.get("foreign_key")
        for through in relationship.get("through_tables", []):
            link = tuple(through.split(".", 1)) if "." in through else (there[0], through)
            near, far = self.catalog.between(link, here), self.catalog.between(link, there)
            if not near or not far or (here == there and len(near) < 2):
                raise Problem(f"link table {'.'.join(link)} has no foreign keys to both {'.'.join(here)} and {'.'.join(there)}")
            near, far = near[0], far[-1] if here == there else far[0]
            if here == there:
                self.remark(f"{'.'.join(link)} joins {'.'.join(here)} with itself: \"{label}\" has the rows that "
                            f"{', '.join(far[0])} of it point at; turn its `through` round if it is to be the others")
            if sorted(near[1]) != sorted(here_key) or sorted(far[1]) != sorted(there_key):
                self.remark(f"the foreign keys of {'.'.join(link)} do not point at primary keys: look at its `through`")
            return many, [f"pgsync::through<{literal('.'.join(link) if link[0] != 'public' else link[1])}, "
                          f"{self.in_order(*near, here_key)}, {self.in_order(*far, there_key)}>"]
        if explicit:
            theirs, ours = explicit["child"], explicit["parent"]
            points_there = sorted(theirs) == sorted(there_key) and sorted(ours) != sorted(here_key)
        else:
            to_here, to_there = self.catalog.between(there, here), self.catalog.between(here, there)
            if not to_here and not to_there:
                raise Problem(f"no foreign key joins {'.'.join(here)} and {'.'.join(there)}: say \"foreign_key\" in its relationship")
            points_there = here != there and bool(to_there) and (not to_here or many == "has_one")
            if here == there:
                self.remark(f"{'.'.join(here)} refers to itself: \"{label}\" has the rows that point at this one; write "
                            "belongs_to for the row that this one points at")
            ours, theirs = to_there[0] if points_there else (to_here[0][1], to_here[0][0])
            if len(to_there if points_there else to_here) > 1:
                self.remark(f"several foreign keys join {'.'.join(here)} and {'.'.join(there)}: the first one was taken")
        if points_there:
            if many == "has_many":
                self.remark(f"{'.'.join(there)} was an array of one: {parent['table']} points at it, so it is an object now")
            return "belongs_to", self.join_of(ours, theirs, there_key)
        return many, self.join_of(theirs, ours, here_key)

    def join_of(self, columns, referenced, key):
        """In the key's order where it is the key."""
        if sorted(referenced) == sorted(key):
            return [self.in_order(columns, referenced, key)]
        return [self.columns("foreign_key", columns), self.columns("references", referenced)]

    def in_order(self, columns, referenced, key):
        """The foreign key's columns in the order of the key that they point at."""
        pairs = list(zip(columns, referenced))
        if sorted(referenced) == sorted(key):
            pairs.sort(key=lambda pair: key.index(pair[1]))
        return self.columns("foreign_key", [one for one, _ in pairs])

    def key_of(self, table, node):
        return self.catalog.table(*table)["key"] or node.get("primary_key") or []

    @staticmethod
    def columns(word, names):
        return f"pgsync::{word}<{', '.join(literal(each) for each in names)}>"

    def base_tables(self, node):
        options = []
        for base in node.get("base_tables", []):
            schema, name = base.split(".", 1) if "." in base else (node.get("schema", "public"), base)
            table = self.catalog.table(schema, name)
            column = table["key"][0] if table["key"] else table["columns"][0]["name"]
            member = identifier(column)
            struct = f"{camel(name)}Rows"
            self.structs.setdefault(struct, self.text_of(struct, schema, name, [
                f"pgsync::key<{self.stored(Column(table, column).type, column, member)}> {member};"]))
            options.append(f"pgsync::depends_on<{struct}>")
            self.remark(f"a change of {schema}.{name} has every document read again: name in depends_on the columns that join "
                        f"the view {node['table']}, see docs/shapes.md")
        return options

    # ---- what PGSync does with documents in Python

    def transforms(self, transform, path):
        steps = []
        rename = transform.get("rename", {})
        for field, pairs in transform.get("replace", {}).items():
            if not isinstance(pairs, dict):
                self.remark(f"replace of {field} is not converted")
                continue
            field = rename.get(field, field)
            for old, new in pairs.items():
                steps.append(f"pgsync_replace(object, {literal(field)}, {literal(old)}, {literal(new)});")
        concat = transform.get("concat", [])
        for each in concat if isinstance(concat, list) else [concat]:
            fields = ", ".join(literal(field) for field in each["columns"])
            steps.append(f"pgsync_concat(object, {literal(each['destination'])}, {literal(each.get('delimiter', ''))}, {{{fields}}});")
        if steps:
            self.changes.append((path, steps))


def text_of(documents, source):
    changing = any(each.changes for each in documents)
    out = [f"// Made of {source} by scripts/from_pgsync.py. It is yours now: read it, and change it as docs/shapes.md says.",
           "#pragma once", ""]
    out += ["#include <cstddef>", "#include <cstdint>"] + (["#include <initializer_list>"] if changing else []) + [
        "#include <optional>", "#include <string>", "#include <string_view>", "#include <vector>", ""]
    if changing:
        out += ["#include <boost/json.hpp>", ""]
    out += ["#include <pgsync/shape.hpp>"] + (["#include <pgsync/transform.hpp>"] if changing else [])
    if changing:
        out += [HELPERS]
    names = set()
    for each in documents:
        index = identifier(each.index)
        while index in names:
            index += "_"
        names.add(index)
        space = f"{index}_shape"
        out += ["", *(f"// To do: {remark}." for remark in each.remarks), f"namespace {space} {{", ""]
        out += ["\n\n".join(each.structs.values()), "", f"}}  // namespace {space}", ""]
        out += [f"struct {index} : pgsync::index<{', '.join([f'{space}::{each.root}', *qualified(each.root_options, space)])}> {{"]
        statics = {"name": each.index if each.index != index else None, "pipeline": each.schema.get("pipeline")}
        routing = each.schema.get("routing")
        if routing:
            statics["routing"] = each.routing_member(routing)
        for name, value in statics.items():
            if value:
                out.append(f"    static constexpr std::string_view {name} = {literal(value)};")
        if each.schema.get("setting"):
            out.append(f"    static constexpr std::string_view settings = {raw(each.schema['setting'])};")
        mapping = each.schema.get("mappings") or {}
        if each.schema.get("mapping"):
            mapping = {**mapping, "properties": {**mapping.get("properties", {}), **each.schema["mapping"]}}
        if mapping:
            out.append(f"    static constexpr std::string_view mapping = {raw(mapping)};")
        if each.changes:
            out.append("    static void transform(boost::json::object& document) {")
            out.append("        boost::json::value whole = std::move(document);")
            for path, steps in each.changes:
                out.append(f"        converted::each(whole, {{{', '.join(literal(step) for step in path)}}}, [](boost::json::object& object) {{")
                out += [f"            converted::{step}" for step in steps]
                out.append("        });")
            out.append("        document = std::move(whole.get_object());")
            out.append("    }")
        out.append("};")
    return "\n".join(out) + "\n"


def qualified(options, space):
    return [each.replace("depends_on<", f"depends_on<{space}::") for each in options]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("schema", help="the JSON file that PGSync is started with")
    parser.add_argument("--database", metavar="CONNINFO", help="instead of libpq's variables; no password here: PGPASSWORD or ~/.pgpass")
    wanted = parser.parse_args()
    try:
        with open(wanted.schema, encoding="utf-8") as file:
            schema = json.load(file)
        found = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *(["-d", wanted.database] if wanted.database else []),
                                "-c", CATALOG], capture_output=True, text=True, check=True).stdout
        documents = [Document(Catalog(json.loads(found)), each) for each in (schema if isinstance(schema, list) else [schema])]
        for each in documents:
            for plugin in each.schema.get("plugins", []):
                each.remark(f"plugin {plugin} is Python: write it as transform(), see docs/shapes.md")
        sys.stdout.write(text_of(documents, wanted.schema.rsplit("/", 1)[-1]))
        for each in documents:
            for remark in each.remarks:
                print(f"{each.index}: {remark}", file=sys.stderr)
    except subprocess.CalledProcessError as problem:
        sys.exit(f"psql cannot read the catalog: {problem.stderr.strip()}")
    except FileNotFoundError as problem:
        sys.exit(f"{problem.filename} is not there" + (" (package postgresql-client)" if problem.filename == "psql" else ""))
    except json.JSONDecodeError as problem:
        sys.exit(f"{wanted.schema} is no JSON: {problem}")
    except Problem as problem:
        sys.exit(f"{wanted.schema}: {problem}")


if __name__ == "__main__":
    main()
