#include <pgsync/shape.hpp>
