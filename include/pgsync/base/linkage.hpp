#pragma once

/// How the few functions are linked through which a program uses the run-time half, and one stage another.
/// Header-only by default; with PGSYNC_COMPILED, which CMake's target pgsync::compiled sets, they come from a
/// library, and a program includes nothing but their declarations. pgsync's own, not for use elsewhere.
#if defined(PGSYNC_COMPILED)
#define PGSYNC_LINKAGE
#else
#define PGSYNC_LINKAGE inline
#endif
