// The example with the most words of the language, and two indices.
#include "../../examples/book/shape.hpp"

const pgsync::compiled_index& index_of_books() { return pgsync::compiled<books>; }
const pgsync::compiled_index& index_of_authors() { return pgsync::compiled<authors>; }
