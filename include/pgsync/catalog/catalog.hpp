#pragma once

/// Facts from PostgreSQL's catalog, without any judgement.
#include <pgsync/catalog/partitions.hpp>
#include <pgsync/catalog/publication_facts.hpp>
#include <pgsync/catalog/read_tables.hpp>
#include <pgsync/catalog/server_facts.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/catalog/table_facts.hpp>
