// The commands of pgsync::compiled, and what they ask of both servers.
#include <pgsync/app/commands.hpp>
