#pragma once

// All of the runtime half, in the order in which data flows through it.
// clang-format off
#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>

#include <pgsync/catalog/catalog.hpp>
#include <pgsync/pipeline/document_reader.hpp>
#include <pgsync/postgres/connection.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/wal/decoder.hpp>
#include <pgsync/wal/pgoutput.hpp>
#include <pgsync/wal/replication.hpp>

#include <pgsync/transform.hpp>

#include <pgsync/sink/elastic/bulk_writer.hpp>
#include <pgsync/sink/elastic/client.hpp>
#include <pgsync/sink/elastic/curl_transport.hpp>

#include <pgsync/pipeline/initial_load.hpp>
#include <pgsync/pipeline/postgres_pipeline.hpp>

#include <pgsync/cli/commands.hpp>
#include <pgsync/cli/program.hpp>
