// The command line of pgsync::compiled.
#include <pgsync/cli/program.hpp>
