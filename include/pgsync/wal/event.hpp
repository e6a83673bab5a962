#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include <pgsync/postgres/field.hpp>
#include <pgsync/postgres/lsn.hpp>

namespace pgsync::postgres {

/// What of a row's former state an update or delete carries; the table's replica identity decides.
enum class old_row : std::uint8_t {
    none,  ///< nothing: an update that changed no column of the identity, or no identity at all
    key,   ///< only the identity's columns; every other field reads null and means "not sent"
    full,  ///< every column (REPLICA IDENTITY FULL)
};

/// The things that a decoded log tells, one a struct. Views and spans stay valid until the decoder is called
/// again or the bytes it was given are gone, whichever is first. Times are microseconds since 2000-01-01 UTC.
namespace change {

struct begin {
    lsn final_lsn;  ///< where the transaction's commit record starts, equals commit::commit_lsn
    std::int64_t commit_time_us = 0;
    std::uint32_t xid = 0;
};

struct commit {
    lsn commit_lsn;
    lsn end_lsn;  ///< the byte after the commit record: what may be confirmed once all of it is done
    std::int64_t commit_time_us = 0;
};

struct relation_column {
    bool is_key = false;  ///< part of the replica identity
    std::string_view name;
    std::uint32_t type_oid = 0;
    std::int32_t typmod = -1;
};

/// Comes before the first row of a table, and again after the table was altered.
struct relation {
    std::uint32_t oid = 0;
    std::string_view schema;
    std::string_view name;
    char replica_identity = 'd';  ///< `d`efault, `n`othing, `f`ull or `i`ndex
    std::span<const relation_column> columns;
};

struct insert {
    std::uint32_t relation = 0;
    std::span<const field> after;
};

struct update {
    std::uint32_t relation = 0;
    old_row old = old_row::none;
    std::span<const field> before;  ///< empty where `old` is none
    std::span<const field> after;
};

struct remove {
    std::uint32_t relation = 0;
    old_row old = old_row::key;  ///< none where the table had no identity; pgoutput refuses such deletes
    std::span<const field> before;
};

/// One TRUNCATE, of all tables it names and those it cascaded to.
struct truncate {
    std::span<const std::uint32_t> relations;
    bool cascade = false;
    bool restart_identity = false;
};

/// A message without meaning for documents: `Y` type, `O` origin, `M` logical message, `A` abort.
struct ignored {
    char type = 0;
};

}  // namespace change

/// One decoded message of a logical replication stream, whatever the output plugin was.
using event = std::variant<change::begin, change::commit, change::relation, change::insert, change::update,
                           change::remove, change::truncate, change::ignored>;

}  // namespace pgsync::postgres
