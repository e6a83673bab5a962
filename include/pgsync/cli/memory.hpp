#pragma once

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace pgsync::app {

/// Makes glibc return the memory of bulks to the system as soon as they are acknowledged. By default it
/// adapts to their size after a few, and then keeps them on each thread's own heap, fragmented, which takes
/// about as much memory again as is in use. Only for programs of pgsync's own: a library should not change
/// this setting.
inline void give_memory_back() noexcept {
#if defined(__GLIBC__)
    (void)::mallopt(M_MMAP_THRESHOLD, 256 * 1024);
#endif
}

}  // namespace pgsync::app
