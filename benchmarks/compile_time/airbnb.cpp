#include "../../examples/airbnb/shape.hpp"

const pgsync::compiled_index& index_of_reservations() { return pgsync::compiled<reservations>; }
