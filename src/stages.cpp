// What pgsync::compiled is busy with: reading pages, following the log.
#include <pgsync/snapshot/initial_load.hpp>
#include <pgsync/stream/follower.hpp>
