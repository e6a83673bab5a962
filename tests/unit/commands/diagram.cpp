#include <array>
#include <string>
#include <string_view>

#include "../../catch.hpp"
#include <pgsync/commands/explain/diagram.hpp>
#include <pgsync/shape.hpp>

namespace diagram_test {
using namespace pgsync;

// clang-format off
struct Author { int id; std::string name; };
struct Tag    { int id; std::string name; };
struct Loan   { int id; };
struct Sales  { key<int> book_id; int sold; };
struct Size   { int width, height; };
struct Book {
    int id;
    std::string title;
    hidden<int> secret;
    named<int, "a \"b\" <c> & d|e"> odd;
    embed<Size> size;
    belongs_to<Author> author;
    has_many<Tag, through<"book_tag", foreign_key<"book_id">, foreign_key<"tag_id">>, pluck<"name">> tags;
    count<Loan> loans;
    has_one<Sales, depends_on<Loan>> sales;
};
// clang-format on
struct books : pgsync::index<Book> {};
constexpr std::array<pgsync::compiled_index, 1> all{pgsync::compiled<books>};

bool holds(const std::string& text, std::string_view line) { return text.find(line) != std::string::npos; }

}  // namespace diagram_test

using namespace diagram_test;

TEST_CASE("a shape as a flowchart of Mermaid") {
    const auto drawn = pgsync::app::mermaid_of(all);
    CHECK(drawn.starts_with("flowchart LR\n"));
    CHECK(holds(drawn, R"(subgraph i0["books"])"));
    CHECK(holds(drawn,
                "<b>book</b><br/>id (key)<br/>title<br/>a #34;b#34; #60;c#62; #38; "
                "d#124;e<br/>size.width<br/>size.height\"]"));
    CHECK_FALSE(holds(drawn, "secret"));
    CHECK(holds(drawn, R"(-.->|"author 0..1<br/>book.author_id = author.id"|)"));
    CHECK(holds(drawn, R"(-->|"by way of 0..n<br/>book.id = book_tag.book_id"|)"));
    CHECK(holds(drawn, R"(-.->|"tags 0..n<br/>book_tag.tag_id = tag.id"|)"));
    CHECK(holds(drawn, R"(["<b>book_tag</b>"]:::through)"));
    CHECK(holds(drawn, R"(["<b>tag</b><br/>name"])"));
    CHECK(holds(drawn, R"(["<b>loan</b><br/>count"])"));
    // Any change of it concerns every document.
    CHECK(holds(drawn, R"(==>|"made of 0..n"|)"));
    CHECK(drawn.ends_with("end\n"));
}

TEST_CASE("a shape as a graph of Graphviz") {
    const auto drawn = pgsync::app::dot_of(all);
    CHECK(holds(drawn, "digraph pgsync {\n"));
    CHECK(holds(drawn, "a &quot;b&quot; &lt;c&gt; &amp; d|e"));
    CHECK(holds(drawn, "[style=dashed, label=<author 0..1<br/>book.author_id = author.id>];"));
    CHECK(holds(drawn, "[style=bold, label=<made of 0..n>];"));
    CHECK(drawn.ends_with("  }\n}\n"));
}
