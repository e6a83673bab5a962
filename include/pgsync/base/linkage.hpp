#pragma once

/// Linkage of the few functions through which a program uses the run-time half, and one stage uses another.
/// Header-only by default. With PGSYNC_COMPILED, which the CMake target pgsync::compiled sets, the functions
/// come from a library and a program includes only their declarations. Internal to pgsync.
#if defined(PGSYNC_COMPILED)
#define PGSYNC_LINKAGE
#else
#define PGSYNC_LINKAGE inline
#endif
