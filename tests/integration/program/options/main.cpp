#include "shape.hpp"
#include <pgsync/pgsync.hpp>

int main(int argc, char** argv) {
    return pgsync::run<devices, running_devices, sites, labels, label_numbers>(argc, argv);
}
