#include <pgsync/pgsync.hpp>

#include "shape.hpp"

int main(int argc, char** argv) { return pgsync::run<reservations>(argc, argv); }
