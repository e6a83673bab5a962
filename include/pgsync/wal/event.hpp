#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include <pgsync/postgres/field.hpp>
#include <pgsync/postgres/lsn.hpp>

namespace pgsync::postgres {

/// How much of the old row an update or delete carries. The table's replica identity decides.
enum class old_row : std::uint8_t {
    none,  ///< nothing: an update that changed no column of the identity, or no identity at all
    key,   ///< only the identity's columns; every other field is null, which here means "not sent"
    full,  ///< every column (REPLICA IDENTITY FULL)
};

/// The kinds of decoded messages, one struct each. Views and spans stay valid until the decoder is called
/// again or the bytes it was given are freed, whichever is first. Times are microseconds since 2000-01-01
/// UTC.
namespace change {

struct begin {
    lsn final_lsn;  ///< start of the transaction's commit record; equals commit::commit_lsn
    std::int64_t commit_time_us = 0;
    std::uint32_t xid = 0;
};

struct commit {
    lsn commit_lsn;
    lsn end_lsn;  ///< the byte after the commit record: may be confirmed once the whole transaction is done
    std::int64_t commit_time_us = 0;
};

struct relation_column {
    bool is_key = false;  ///< part of the replica identity
    std::string_view name;
    std::uint32_t type_oid = 0;
    std::int32_t typmod = -1;
};

/// Sent before the first row of a table, and again after the table was altered.
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
    std::span<const field> before;  ///< empty if `old` is none
    std::span<const field> after;
};

struct remove {
    std::uint32_t relation = 0;
    old_row old = old_row::key;  ///< none if the table had no identity; pgoutput rejects such deletes
    std::span<const field> before;
};

/// One TRUNCATE, with all tables it names and those it cascaded to.
struct truncate {
    std::span<const std::uint32_t> relations;
    bool cascade = false;
    bool restart_identity = false;
};

/// A message without effect on documents: `Y` type, `O` origin, `M` logical message, `A` abort.
struct ignored {
    char type = 0;
};

}  // namespace change

/// One decoded message of a logical replication stream, independent of the output plugin.
using event = std::variant<change::begin, change::commit, change::relation, change::insert, change::update,
                           change::remove, change::truncate, change::ignored>;

}  // namespace pgsync::postgres
