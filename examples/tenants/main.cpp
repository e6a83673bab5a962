#include "shape.hpp"
#include <pgsync/pgsync.hpp>

int main(int argc, char** argv) { return pgsync::run<invoices_a, invoices_b, plans, tickets>(argc, argv); }
