#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <pgsync/postgres/byte_reader.hpp>
#include <pgsync/wal/event.hpp>

namespace pgsync::postgres {

/// Decodes messages of the output plugin `pgoutput`, protocol version 1 (PostgreSQL 10 and later). No I/O,
/// and no allocation once its buffers have held the widest row. It keeps nothing from one message to the
/// next: callers that keep the relations must compare a row's width with its relation's.
class pgoutput_decoder {
  public:
    /// `message` is one whole message: what follows the header of an XLogData frame. Throws errc::protocol
    /// for a count or length that exceeds the message, an undefined flag, or bytes left over.
    [[nodiscard]] event decode(std::string_view message) {
        fields_.clear();
        columns_.clear();
        relations_.clear();
        detail::byte_reader in(message, "pgoutput");
        const char type = in.character();
        const event decoded = dispatch(type, in);
        in.expect_end();
        return decoded;
    }

  private:
    event dispatch(char type, detail::byte_reader& in) {
        switch (type) {
            case 'B':
                return begin(in);
            case 'C':
                return commit(in);
            case 'R':
                return relation(in);
            case 'I':
                return insert(in);
            case 'U':
                return update(in);
            case 'D':
                return remove(in);
            case 'T':
                return truncate(in);
            case 'Y':
                return type_name(in);
            case 'O':
                return origin(in);
            case 'M':
                return logical_message(in);
            case 'A':
                return abort(in);
            default:
                in.fail_at(0, "its type is unknown to protocol version 1");
        }
    }

    static change::begin begin(detail::byte_reader& in) {
        in.rename("pgoutput Begin");
        change::begin out;
        out.final_lsn = {in.u64()};
        out.commit_time_us = in.i64();
        out.xid = in.u32();
        return out;
    }

    static change::commit commit(detail::byte_reader& in) {
        in.rename("pgoutput Commit");
        if (in.u8() != 0) in.fail("a flag is set that version 1 does not define");
        change::commit out;
        out.commit_lsn = {in.u64()};
        out.end_lsn = {in.u64()};
        out.commit_time_us = in.i64();
        return out;
    }

    change::relation relation(detail::byte_reader& in) {
        in.rename("pgoutput Relation");
        change::relation out;
        out.oid = in.u32();
        out.schema = in.c_string();
        // The server abbreviates pg_catalog to an empty name.
        if (out.schema.empty()) out.schema = "pg_catalog";
        out.name = in.c_string();
        out.replica_identity = in.character();
        if (std::string_view("dnfi").find(out.replica_identity) == std::string_view::npos)
            in.fail("the replica identity is none of d, n, f, i");
        const auto count = in.count(in.i16(), 10);
        columns_.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            change::relation_column column;
            const auto flags = in.u8();
            if (flags > 1) in.fail("a column has a flag that version 1 does not define");
            column.is_key = flags == 1;
            column.name = in.c_string();
            column.type_oid = in.u32();
            column.typmod = in.i32();
            columns_.push_back(column);
        }
        out.columns = columns_;
        return out;
    }

    change::insert insert(detail::byte_reader& in) {
        in.rename("pgoutput Insert");
        change::insert out;
        out.relation = in.u32();
        if (in.character() != 'N') in.fail("the new row is missing");
        tuple(in);
        out.after = fields_;
        return out;
    }

    change::update update(detail::byte_reader& in) {
        in.rename("pgoutput Update");
        change::update out;
        out.relation = in.u32();
        char kind = in.character();
        if (kind == 'K' || kind == 'O') {
            out.old = kind == 'K' ? old_row::key : old_row::full;
            tuple(in);
            kind = in.character();
        }
        if (kind != 'N') in.fail("the new row is missing");
        const auto old_width = fields_.size();
        tuple(in);
        if (out.old != old_row::none && fields_.size() != 2 * old_width)
            in.fail("the old row and the new row differ in width");
        // Take the spans only now: the buffer may have moved while it grew.
        const std::span<const field> both = fields_;
        out.before = both.first(old_width);
        out.after = both.subspan(old_width);
        return out;
    }

    change::remove remove(detail::byte_reader& in) {
        in.rename("pgoutput Delete");
        change::remove out;
        out.relation = in.u32();
        const char kind = in.character();
        if (kind != 'K' && kind != 'O') in.fail("the old row is missing");
        out.old = kind == 'K' ? old_row::key : old_row::full;
        tuple(in);
        out.before = fields_;
        return out;
    }

    change::truncate truncate(detail::byte_reader& in) {
        in.rename("pgoutput Truncate");
        const auto claimed = in.i32();
        const auto flags = in.u8();
        if (flags > 3) in.fail("a flag is set that version 1 does not define");
        const auto count = in.count(claimed, 4);
        relations_.reserve(count);
        for (std::size_t i = 0; i < count; ++i) relations_.push_back(in.u32());
        return {relations_, (flags & 1U) != 0, (flags & 2U) != 0};
    }

    static change::ignored type_name(detail::byte_reader& in) {
        in.rename("pgoutput Type");
        in.u32();
        in.c_string();
        in.c_string();
        return {'Y'};
    }

    static change::ignored origin(detail::byte_reader& in) {
        in.rename("pgoutput Origin");
        in.u64();
        in.c_string();
        return {'O'};
    }

    /// PostgreSQL 18 reports that a large transaction was rolled back, although streaming of transactions in
    /// progress was not requested and nothing of this one was sent.
    static change::ignored abort(detail::byte_reader& in) {
        in.rename("pgoutput Stream Abort");
        in.u32();
        in.u32();
        return {'A'};
    }

    static change::ignored logical_message(detail::byte_reader& in) {
        in.rename("pgoutput Message");
        if (in.u8() > 1) in.fail("a flag is set that version 1 does not define");
        in.u64();
        in.c_string();
        in.take_length(in.i32());
        return {'M'};
    }

    void tuple(detail::byte_reader& in) {
        const auto count = in.count(in.i16(), 1);
        fields_.reserve(fields_.size() + count);
        for (std::size_t i = 0; i < count; ++i) {
            switch (in.character()) {
                case 'n':
                    fields_.push_back({field_kind::null, {}});
                    break;
                case 'u':
                    fields_.push_back({field_kind::unchanged, {}});
                    break;
                case 't':
                    fields_.push_back({field_kind::text, in.take_length(in.i32())});
                    break;
                case 'b':
                    fields_.push_back({field_kind::binary, in.take_length(in.i32())});
                    break;
                default:
                    in.fail("a column's kind is none of n, u, t, b");
            }
        }
    }

    std::vector<field> fields_;
    std::vector<change::relation_column> columns_;
    std::vector<std::uint32_t> relations_;
};

}  // namespace pgsync::postgres
