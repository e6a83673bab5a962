// What pgsync::compiled is busy with: reading pages, following the log.
#include <pgsync/pipeline/follower.hpp>
#include <pgsync/pipeline/initial_load.hpp>
