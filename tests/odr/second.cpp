#define UNIT second_unit
#include "unit.inc"
