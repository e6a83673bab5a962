#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include <pgsync/postgres/channel.hpp>
#include <pgsync/postgres/copy_binary.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/result.hpp>
#include <pgsync/postgres/settings.hpp>
#include <pgsync/postgres/sql_error.hpp>

namespace pgsync::postgres {

/// One value for a `$n`, in text form; nullopt is NULL.
using parameter = std::optional<std::string_view>;

/// A connection to PostgreSQL over libpq, for everything that must be fast. It waits only in poll(). Values
/// read the same in every session: ISO dates, UTC, hexadecimal bytea, UTF-8 (but see is_raw()), floats in
/// full precision; no statement timeout. Not for use from two threads at once.
///
/// Errors: what the server rejects throws sql_error, with a code for the kind of problem. After
/// errc::connection the session cannot be used any more and usable() is false; after any other error it can.
/// Parameters are given as a span of `parameter` or of `std::string_view`, or as a list in braces.
class session {
  public:
    /// `conninfo` is a URL, `key=value …`, the name of a database, or empty: then PGHOST and the like decide.
    /// What it leaves out, such as the password, comes from libpq's variables and files. For `stop_fd` see
    /// set_stop_fd().
    explicit session(const std::string& conninfo = {}, int stop_fd = -1)
        : channel_(conninfo, false, stop_fd) {
        raw_ = detail::server_encoding(native()) == "SQL_ASCII";
        const auto settings = detail::settings_sql(server_version(), raw_);
        exec(settings[0] + "; " + settings[1]);
        channel_.served_by(exec(detail::identify_backend_sql));
    }

    /// From now on, every wait throws errc::interrupted once `fd` is readable, and the running statement is
    /// cancelled. -1 turns this off.
    void set_stop_fd(int fd) noexcept { channel_.stop_fd = fd; }

    /// In libpq's notation: 90624, 150020.
    [[nodiscard]] int server_version() const { return PQserverVersion(native()); }
    /// Returns `host:port/database`.
    [[nodiscard]] std::string server() const { return detail::server_of(native()); }
    [[nodiscard]] bool in_transaction() const { return PQtransactionStatus(native()) != PQTRANS_IDLE; }
    [[nodiscard]] bool usable() const noexcept { return channel_.usable(); }
    /// Returns the encoding of the database: `UTF8`.
    [[nodiscard]] std::string_view server_encoding() const { return detail::server_encoding(native()); }
    /// Returns true if the database's encoding is SQL_ASCII. Such a database accepts any bytes and would fail
    /// each query that reads a text that is not UTF-8, so this session receives texts as the bytes that were
    /// written.
    [[nodiscard]] bool is_raw() const noexcept { return raw_; }
    [[nodiscard]] int socket() const { return PQsocket(native()); }
    /// For what this class does not offer.
    [[nodiscard]] PGconn* native() const { return channel_.native(); }
    void close() noexcept { channel_.close(); }

    /// Asks the server to cancel the statement that this session is running; its error then arrives where the
    /// statement is waited for. Opens a separate connection for that. Returns false if the server could not
    /// be asked.
    bool cancel() noexcept { return channel_.cancel(); }

    /// Runs one or several statements and returns the result of the last one. Several statements are one
    /// transaction, unless they contain transaction commands.
    result exec(std::string_view sql) {
        auto all = exec_all(sql);
        return std::move(all.back());
    }

    /// Like exec(), but returns the result of each statement. `BEGIN …; SELECT …; SELECT …` is one round
    /// trip.
    std::vector<result> exec_all(std::string_view sql) {
        return channel_.guarded([&] {
            channel_.sent(PQsendQuery(native(), zero_ended(sql)), sql);
            return channel_.collect(sql);
        });
    }

    template <typename Parameters>
    result exec_params(std::string_view sql, const Parameters& parameters) {
        return channel_.guarded([&] {
            bind(parameters);
            channel_.sent(PQsendQueryParams(native(), zero_ended(sql), static_cast<int>(bound_.size()),
                                            nullptr, bound_.data(), nullptr, nullptr, 0),
                          sql);
            return std::move(channel_.collect(sql).back());
        });
    }
    result exec_params(std::string_view sql, std::initializer_list<parameter> parameters) {
        return exec_params(sql, std::span(parameters.begin(), parameters.size()));
    }

    /// `types` may be shorter than the parameters; 0 in it means: infer the type.
    void prepare(const std::string& name, std::string_view sql, std::span<const Oid> types = {}) {
        channel_.guarded([&] {
            channel_.sent(PQsendPrepare(native(), name.c_str(), zero_ended(sql),
                                        static_cast<int>(types.size()), types.data()),
                          sql);
            return channel_.collect(sql);
        });
    }

    template <typename Parameters = std::span<const parameter>>
    result exec_prepared(const std::string& name, const Parameters& parameters = {}) {
        return channel_.guarded([&] {
            send_prepared(name, parameters);
            return std::move(channel_.collect(name).back());
        });
    }
    result exec_prepared(const std::string& name, std::initializer_list<parameter> parameters) {
        return exec_prepared(name, std::span(parameters.begin(), parameters.size()));
    }

    /// Calls `on_row(row_view)` for each row as it arrives, so that memory is bounded by the largest row. If
    /// the statement fails half-way, `on_row` has already been called for the first rows. Returns the number
    /// of rows.
    template <typename Parameters, typename OnRow>
    std::uint64_t exec_prepared_rows(const std::string& name, const Parameters& parameters, OnRow&& on_row) {
        return channel_.guarded([&] {
            send_prepared(name, parameters);
            PQsetSingleRowMode(native());
            std::uint64_t rows = 0;
            while (auto each = channel_.next_result()) {
                channel_.check(*each, name);
                for (int row = 0; row < each->rows(); ++row, ++rows) on_row(each->row(row));
            }
            return rows;
        });
    }

    /// Runs `COPY (sql) TO STDOUT (FORMAT binary)` and calls `on_row(std::span<const field>)` for each row.
    /// The fields are of kind binary or null and valid during the call. Returns the number of rows.
    template <typename OnRow>
    std::uint64_t copy_out_binary(std::string_view sql, OnRow&& on_row) {
        const auto copy = "COPY (" + std::string(sql) + ") TO STDOUT (FORMAT binary)";
        return channel_.guarded([&] {
            channel_.sent(PQsendQuery(native(), zero_ended(copy)), copy);
            auto start = channel_.next_result();
            if (!start) channel_.throw_lost(copy);
            if (PQresultStatus(start->native()) != PGRES_COPY_OUT) channel_.check(*start, copy);
            copy_binary_parser parser;
            std::uint64_t rows = 0;
            std::size_t size = 0;
            while (const auto piece = next_copy_piece(size, copy))
                parser.feed({piece.get(), size}, [&](std::span<const field> row) {
                    on_row(row);
                    ++rows;
                });
            channel_.collect(copy);
            parser.finish();
            return rows;
        });
    }

  private:
    struct free_memory {
        void operator()(char* owned) const noexcept { PQfreemem(owned); }
    };

    const char* zero_ended(std::string_view sql) {
        detail::refuse_zero_byte(sql, "a statement");
        statement_.assign(sql);
        return statement_.c_str();
    }

    /// libpq needs zero-terminated text. All values share one buffer; pointers are taken once it has stopped
    /// growing.
    template <typename Parameters>
    void bind(const Parameters& parameters) {
        texts_.clear();
        bound_.clear();
        for (const parameter each : parameters) {
            if (!each) continue;
            detail::refuse_zero_byte(*each, "a parameter");
            texts_.append(*each).push_back('\0');
        }
        const char* at = texts_.data();
        for (const parameter each : parameters) {
            bound_.push_back(each ? at : nullptr);
            if (each) at += each->size() + 1;
        }
    }

    template <typename Parameters>
    void send_prepared(const std::string& name, const Parameters& parameters) {
        bind(parameters);
        channel_.sent(PQsendQueryPrepared(native(), name.c_str(), static_cast<int>(bound_.size()),
                                          bound_.data(), nullptr, nullptr, 0),
                      name);
    }

    /// Returns the next CopyData, or nullptr at the end.
    std::unique_ptr<char, free_memory> next_copy_piece(std::size_t& size, std::string_view statement) {
        while (true) {
            char* raw = nullptr;
            const int got = PQgetCopyData(native(), &raw, 1);
            if (got > 0) {
                size = static_cast<std::size_t>(got);
                return std::unique_ptr<char, free_memory>(raw);
            }
            if (got == -1) return nullptr;
            if (got == -2) channel_.throw_lost(statement);
            channel_.wait(POLLIN);
            if (PQconsumeInput(native()) == 0) channel_.throw_lost(statement);
        }
    }

    std::string statement_;
    std::string texts_;
    std::vector<const char*> bound_;
    bool raw_ = false;
    detail::channel channel_;
};

}  // namespace pgsync::postgres
