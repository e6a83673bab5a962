#pragma once

#include <span>

#include <pgsync/base/linkage.hpp>
#include <pgsync/cli/engine.hpp>
#include <pgsync/compiled/compiled.hpp>

namespace pgsync {

namespace app {

/// The whole program: exit status 0 when the command did what it should, 1 when it did not, 2 for arguments
/// that make no sense, 3 when it was done and found something that is not as it should be.
PGSYNC_LINKAGE int run_program(std::span<const compiled_index> indices, int argc, char** argv);

}  // namespace app

/// The program of some indices: `int main(int argc, char** argv) { return pgsync::run<reservations>(argc,
/// argv); }`. All of them share one slot. The result is the exit status.
template <typename... Indices>
int run(int argc, char** argv) {
    return app::run_program(detail::compiled_together<Indices...>, argc, argv);
}

}  // namespace pgsync
