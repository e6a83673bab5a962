// The commands of pgsync::compiled, and what they ask of both servers.
#include <pgsync/cli/commands.hpp>
