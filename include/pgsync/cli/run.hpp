#pragma once

#include <span>

#include <pgsync/base/linkage.hpp>
#include <pgsync/cli/engine.hpp>
#include <pgsync/compiled/compiled.hpp>

namespace pgsync {

namespace app {

/// Runs the whole program and returns its exit status: 0 if the command succeeded, 1 if it failed, 2 for
/// invalid arguments, 3 if it succeeded and found a problem.
PGSYNC_LINKAGE int run_program(std::span<const compiled_index> indices, int argc, char** argv);

}  // namespace app

/// The whole program for some indices: `int main(int argc, char** argv) { return
/// pgsync::run<reservations>(argc, argv); }`. All of them share one slot. Returns the exit status.
template <typename... Indices>
int run(int argc, char** argv) {
    return app::run_program(detail::compiled_together<Indices...>, argc, argv);
}

}  // namespace pgsync
