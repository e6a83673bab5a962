// What pgsync::compiled is busy with: reading pages, following the log.
#include <pgsync/pipeline/initial_load.hpp>
#include <pgsync/pipeline/postgres_pipeline.hpp>
