#define UNIT first_unit
#include "unit.inc"
