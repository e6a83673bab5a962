#include "shape.hpp"

int main(int argc, char** argv) {
    return pgsync::run<random_trips, random_people, random_cities>(argc, argv);
}
