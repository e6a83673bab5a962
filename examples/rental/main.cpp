#include "shape.hpp"
#include <pgsync/pgsync.hpp>

int main(int argc, char** argv) { return pgsync::run<films, customers, payments, film_numbers>(argc, argv); }
