// The command line of pgsync::compiled.
#include <pgsync/app/program.hpp>
