#pragma once

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace pgsync::app {

/// Makes glibc give the memory of bulks back to the system as soon as they are acknowledged. Left alone it
/// takes their size for the usual one after a few and keeps them in each thread's own heap, where they are
/// scattered: about as much again as what is in use. For a program of our own; a library has no say in it.
inline void give_memory_back() noexcept {
#if defined(__GLIBC__)
    (void)::mallopt(M_MMAP_THRESHOLD, 256 * 1024);
#endif
}

}  // namespace pgsync::app
