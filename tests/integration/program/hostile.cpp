// Names of schemas, tables, columns, JSON keys and elements of paths such as nobody should have.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/pgsync.hpp>

namespace hostile {

using pgsync::column, pgsync::has_many, pgsync::key, pgsync::named;

inline constexpr std::string_view odd_schema = "Odd \"schema\"; -- $1\n\\";

struct Note {
    static constexpr std::string_view schema = odd_schema;
    // The root's table but for case.
    static constexpr std::string_view table = "T'A.B\\L\"E $1 %s {}\n$$";
    key<column<int, "ID">> id;
    column<std::string, "body\" FROM \"t"> body;
};

struct Row {
    static constexpr std::string_view schema = odd_schema;
    static constexpr std::string_view table = "t'a.b\\l\"e $1 %s {}\n$$";
    key<column<std::string, "k'1\"\\">> first;
    key<column<std::string, "K'1\"\\">> second;
    // 63 bytes, the first and the last of them parts of characters of several.
    column<std::string, "ü$2$3'); DROP TABLE x; --{\"delete\":{}}xxxxxxxxxxxxxxxxxxxx😀"> long_column;
    named<column<std::optional<std::string>, "sele\nct">, "a \"quoted\" \\ key\n{\"delete\":{}} \u2028 $1 %s">
        odd_key;
    column<std::optional<std::string>, "case"> lower;
    column<std::optional<std::string>, "CASE"> upper;
    column<std::optional<std::vector<std::string>>, "tags[]"> tags;
    pgsync::json_path<std::optional<std::string>, "js\"on", "it's", "a \"b\" \\ {c,d}"> inner;
    pgsync::count<Note, pgsync::foreign_key<"r\"1", "R\"1">, pgsync::where<"\"ID\" % 2 = 0">> even;
    has_many<Note, pgsync::foreign_key<"r\"1", "R\"1">> notes;
};

struct hostile_rows : pgsync::index<Row> {};

}  // namespace hostile

int main(int argc, char** argv) { return pgsync::run<hostile::hostile_rows>(argc, argv); }
