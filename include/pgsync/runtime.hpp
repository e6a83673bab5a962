#pragma once

// The run-time half, in the order in which data flows: the table of contents.
// clang-format off
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>

#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/connection.hpp>
#include <pgsync/postgres/catalog.hpp>
#include <pgsync/postgres/decoder.hpp>
#include <pgsync/postgres/pgoutput.hpp>
#include <pgsync/postgres/replication.hpp>
#include <pgsync/postgres/document_reader.hpp>

#include <pgsync/transform.hpp>

#include <pgsync/elastic/curl_transport.hpp>
#include <pgsync/elastic/client.hpp>
#include <pgsync/elastic/bulk_writer.hpp>

#include <pgsync/snapshot/initial_load.hpp>
#include <pgsync/stream/follower.hpp>

#include <pgsync/app/commands.hpp>
#include <pgsync/app/program.hpp>
