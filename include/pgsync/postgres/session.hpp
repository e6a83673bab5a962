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

/// A connection to PostgreSQL over libpq, for what must be fast. It never blocks outside poll(). Values read
/// the same in every session: ISO dates, UTC, hexadecimal bytea, UTF-8 (but see is_raw()), floats in full; no
/// statement timeout. Not for use from two threads at once.
///
/// Errors: whatever the server refuses is sql_error, whose code says what kind it is. After errc::connection
/// the session is of no more use, usable() is false; after any other error it goes on. Parameters are given
/// as a span of `parameter` or of `std::string_view`, or as a list in braces.
class session {
  public:
    /// `conninfo` is a URL, `key=value …`, a database's name, or empty: then PGHOST and its like decide. What
    /// it leaves out comes from libpq's variables and files, the password for example. For `stop_fd` see
    /// set_stop_fd().
    explicit session(const std::string& conninfo = {}, int stop_fd = -1)
        : channel_(conninfo, false, stop_fd) {
        raw_ = detail::server_encoding(native()) == "SQL_ASCII";
        const auto settings = detail::settings_sql(server_version(), raw_);
        exec(settings[0] + "; " + settings[1]);
        channel_.served_by(exec(detail::identify_backend_sql));
    }

    /// From now on every wait ends with errc::interrupted once `fd` is readable; the running statement is
    /// cancelled then. -1 ends that.
    void set_stop_fd(int fd) noexcept { channel_.stop_fd = fd; }

    /// As libpq writes it: 90624, 150020.
    [[nodiscard]] int server_version() const { return PQserverVersion(native()); }
    /// `host:port/database`.
    [[nodiscard]] std::string server() const { return detail::server_of(native()); }
    [[nodiscard]] bool in_transaction() const { return PQtransactionStatus(native()) != PQTRANS_IDLE; }
    [[nodiscard]] bool usable() const noexcept { return channel_.usable(); }
    /// Of the database: `UTF8`.
    [[nodiscard]] std::string_view server_encoding() const { return detail::server_encoding(native()); }
    /// Are texts the bytes that somebody once wrote, whatever they mean? A database whose encoding is
    /// SQL_ASCII takes all, and would fail each query that reads one which is no UTF-8.
    [[nodiscard]] bool is_raw() const noexcept { return raw_; }
    [[nodiscard]] int socket() const { return PQsocket(native()); }
    /// For what this class does not offer.
    [[nodiscard]] PGconn* native() const { return channel_.native(); }
    void close() noexcept { channel_.close(); }

    /// Asks the server to give up what this session is running; its error then arrives there. Opens a
    /// connection of its own for that. False where the server could not be asked.
    bool cancel() noexcept { return channel_.cancel(); }

    /// Runs one or several statements and returns the last one's result. Several are one transaction, unless
    /// they say otherwise.
    result exec(std::string_view sql) {
        auto all = exec_all(sql);
        return std::move(all.back());
    }

    /// The same, with each statement's result: one round trip for `BEGIN …; SELECT …; SELECT …`.
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

    /// `types` may be shorter than the parameters, and 0 in it means: infer.
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

    /// Calls `on_row(row_view)` for each row as it arrives: memory is bounded by the widest row. A statement
    /// that fails half-way has shown its first rows already. Returns how many there were.
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

    /// Runs `COPY (sql) TO STDOUT (FORMAT binary)` and calls `on_row(std::span<const field>)` for each row,
    /// the fields being of kind binary or null and valid during the call. Returns how many there were.
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

    /// libpq wants zero-ended text: one buffer for all, pointers only once it has stopped growing.
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

    /// The next CopyData, or nullptr at the end.
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
