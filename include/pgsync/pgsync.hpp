#pragma once

// Everything: the compile-time half, what a program calls, and what that is made of.
// clang-format off
#include <pgsync/shape.hpp>

#include <pgsync/base/error.hpp>

#include <pgsync/cli/engine.hpp>
#include <pgsync/cli/run.hpp>

#if !defined(PGSYNC_COMPILED)
#include <pgsync/runtime.hpp>
#endif
