#pragma once

// The whole library: the compile-time half, the API that a program calls, and the runtime beneath it.
// clang-format off
#include <pgsync/shape.hpp>

#include <pgsync/base/error.hpp>

#include <pgsync/cli/engine.hpp>
#include <pgsync/cli/run.hpp>

#if !defined(PGSYNC_COMPILED)
#include <pgsync/runtime.hpp>
#endif
