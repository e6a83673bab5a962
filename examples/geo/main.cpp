#include "shape.hpp"
#include <pgsync/pgsync.hpp>

int main(int argc, char** argv) { return pgsync::run<places, tracks>(argc, argv); }
