#include "shape.hpp"
#include <pgsync/pgsync.hpp>

int main(int argc, char** argv) { return pgsync::run<products, shoppers, orders>(argc, argv); }
