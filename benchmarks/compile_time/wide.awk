# A shape of 100 tables with 30 columns each, as nobody would write it by hand.
BEGIN {
    split("int,std::string,double,std::optional<std::string>,pgsync::date,std::int64_t,bool,pgsync::timestamptz", types, ",")
    print "#include <cstdint>\n#include <optional>\n#include <string>\n#include <pgsync/shape.hpp>\nnamespace big {"
    for (node = 99; node >= 0; --node) {
        printf "struct Table%d { int id;", node
        for (column = 1; column < 30; ++column) printf " %s column_number_%d;", types[column % 8 + 1], column
        for (child = 3 * node + 1; child <= 3 * node + 3 && child < 100; ++child)
            printf " pgsync::%s<Table%d> relation_%d;", child % 3 == 1 ? "has_many" : "belongs_to", child, child
        print " };"
    }
    print "}\nstruct wide : pgsync::index<big::Table0> {};"
    print "const pgsync::compiled_index& index_of_wide() { return pgsync::compiled<wide>; }"
}
