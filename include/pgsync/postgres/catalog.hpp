#pragma once

/// Plain facts from PostgreSQL's catalog. Nothing here judges them.
#include <pgsync/postgres/partitions.hpp>
#include <pgsync/postgres/publication_facts.hpp>
#include <pgsync/postgres/read_tables.hpp>
#include <pgsync/postgres/server_facts.hpp>
#include <pgsync/postgres/slot_facts.hpp>
#include <pgsync/postgres/table_facts.hpp>
