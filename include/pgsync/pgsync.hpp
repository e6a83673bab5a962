#pragma once

// Everything: the compile-time half, what a program calls, and what that is made of.
// clang-format off
#include <pgsync/shape.hpp>

#include <pgsync/error.hpp>

#include <pgsync/app/engine.hpp>
#include <pgsync/app/run.hpp>

#if !defined(PGSYNC_COMPILED)
#include <pgsync/runtime.hpp>
#endif
