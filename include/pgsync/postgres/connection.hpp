#pragma once

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pqxx/pqxx>

#include <pgsync/base/error.hpp>
#include <pgsync/postgres/conninfo.hpp>
#include <pgsync/postgres/detail/connect.hpp>
#include <pgsync/postgres/detail/verify_server.hpp>
#include <pgsync/postgres/detail/watchdog.hpp>
#include <pgsync/postgres/detail/witness.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/settings.hpp>
#include <pgsync/postgres/sql_error.hpp>

namespace pgsync::postgres {

namespace detail {

#if PQXX_VERSION_MAJOR < 7
/// libpqxx 6 creates a connection's policy itself; this passes it the connection to use.
inline thread_local connection_ptr handed_over;

/// Makes libpqxx 6 use the existing connection instead of opening one.
class ready_made : public pqxx::connectionpolicy {
  public:
    using pqxx::connectionpolicy::connectionpolicy;
    handle do_startconnect(handle there) override { return there == nullptr ? handed_over.release() : there; }
    handle do_completeconnect(handle there) override { return there; }
};
using pqxx_connection = pqxx::basic_connection_base<ready_made>;
#else
using pqxx_connection = pqxx::connection;
#endif

/// Gives an open connection to libpqxx. libpqxx's own way to connect cannot be interrupted, drops the
/// SQLSTATE and may quote the password.
[[nodiscard]] inline std::unique_ptr<pqxx_connection> adopt(connection_ptr made) {
    PQsetnonblocking(made.get(), 0);
#if PQXX_VERSION_MAJOR < 7
    handed_over = std::move(made);
    return std::make_unique<pqxx_connection>(std::string());
#else
    return std::make_unique<pqxx_connection>(pqxx_connection::seize_raw_connection(made.release()));
#endif
}

}  // namespace detail

/// A connection for administration: publications, slots, replica identities. The only class that uses
/// libpqxx, 6.4 and 7.x. Settings, errors and the meaning of `conninfo` are those of session.
class admin_connection {
  public:
    using row = std::vector<std::optional<std::string>>;

    /// While it connects, `stop_fd` ends the wait.
    explicit admin_connection(const std::string& conninfo = {}, int stop_fd = -1) : conninfo_(conninfo) {
        patience_ = patience_of(detail::verified(with_defaults(parse_conninfo(conninfo))));
        connection_ = detail::adopt(detail::open(conninfo, false, stop_fd));
        server_version_ = connection_->server_version();
        for (const auto& sql : detail::settings_sql(server_version_)) execute(sql);
        const auto self = query(detail::identify_backend_sql);
        if (!self.empty())
            backend_ = {self[0].at(0).value_or(""), self[0].at(1).value_or(""), self[0].at(2).value_or("")};
        here_ = detail::same_server(conninfo, connection_->hostname(), nullptr, connection_->port());
    }

    [[nodiscard]] int server_version() const noexcept { return server_version_; }
    /// Returns the connection string it was created with, from which another session finds the same server.
    [[nodiscard]] const std::string& conninfo() const noexcept { return conninfo_; }
    /// Returns the pid of the server process; 0 if the server does not report it.
    [[nodiscard]] int pid() const {
        return backend_.pid.empty() ? 0 : static_cast<int>(std::strtol(backend_.pid.c_str(), nullptr, 10));
    }

    /// Asks the server to cancel the statement that another thread is running on this connection.
    void cancel() noexcept {
        try {
            if (connection_->is_open()) connection_->cancel_query();
        } catch (const std::exception&) {
            // The statement may have ended already; if the server is unreachable, the waiting thread reports
            // that.
        }
    }

    /// Runs one statement outside any transaction block, as the creation of a slot requires.
    void execute(std::string_view sql) {
        detail::refuse_zero_byte(sql, "a statement");
        guarded(sql, [&] { pqxx::nontransaction(usable()).exec(std::string(sql)); });
    }

    /// Runs one statement with `$1`, `$2`, … and returns all its rows.
    std::vector<row> query(std::string_view sql, std::initializer_list<parameter> parameters = {}) {
        detail::refuse_zero_byte(sql, "a statement");
        std::vector<row> out;
        guarded(sql, [&] {
            pqxx::nontransaction work(usable());
            const pqxx::result found = run(work, std::string(sql), parameters);
            for (std::size_t r = 0; r < static_cast<std::size_t>(found.size()); ++r) {
                auto& cells = out.emplace_back();
                for (std::size_t c = 0; c < static_cast<std::size_t>(found.columns()); ++c) {
                    const auto cell = found[static_cast<row_index>(r)][static_cast<column_index>(c)];
                    if (cell.is_null())
                        cells.emplace_back();
                    else
                        cells.emplace_back(std::string(cell.c_str(), cell.size()));
                }
            }
        });
        return out;
    }

  private:
    using row_index = decltype(std::declval<const pqxx::result&>().size());
    using column_index = decltype(std::declval<const pqxx::result&>().columns());

    static pqxx::result run(pqxx::nontransaction& work, const std::string& sql,
                            std::initializer_list<parameter> parameters) {
        for (const auto& each : parameters)
            if (each) detail::refuse_zero_byte(*each, "a parameter");
#if PQXX_VERSION_MAJOR < 7
        std::vector<std::string> texts;
        for (const auto& each : parameters) texts.emplace_back(each.value_or(std::string_view()));
        std::vector<const char*> pointers;
        for (std::size_t i = 0; i < texts.size(); ++i)
            pointers.push_back(parameters.begin()[i] ? texts[i].c_str() : nullptr);
        return work.exec_params(sql, pqxx::prepare::make_dynamic_params(pointers));
#else
        pqxx::params values;
        for (const auto& each : parameters) {
            if (each)
                values.append(std::string(*each));
            else
                values.append();
        }
#if PQXX_VERSION_MAJOR > 7 || PQXX_VERSION_MINOR >= 10
        return work.exec(sql, values);
#else
        return work.exec_params(sql, values);
#endif
#endif
    }

    /// Returns the connection; throws if it is lost. libpqxx 6 would reconnect by itself, without our
    /// settings.
    detail::pqxx_connection& usable() {
        if (!connection_->is_open())
            throw sql_error(errc::connection, {}, "the administrative connection to PostgreSQL is lost");
        return *connection_;
    }

    /// Returns the SQLSTATE that an exception's type stands for. libpqxx 6 drops the SQLSTATE of errors it
    /// has a class for, and not all of these classes derive from its sql_error.
    static std::string state_by_type(const std::exception& problem) {
        if (dynamic_cast<const pqxx::deadlock_detected*>(&problem) != nullptr) return "40P01";
        if (dynamic_cast<const pqxx::serialization_failure*>(&problem) != nullptr) return "40001";
        if (dynamic_cast<const pqxx::disk_full*>(&problem) != nullptr) return "53100";
        if (dynamic_cast<const pqxx::too_many_connections*>(&problem) != nullptr) return "53300";
        if (dynamic_cast<const pqxx::out_of_memory*>(&problem) != nullptr) return "53200";
        if (dynamic_cast<const pqxx::insufficient_privilege*>(&problem) != nullptr) return "42501";
        if (dynamic_cast<const pqxx::undefined_column*>(&problem) != nullptr) return "42703";
        if (dynamic_cast<const pqxx::undefined_function*>(&problem) != nullptr) return "42883";
        if (dynamic_cast<const pqxx::undefined_table*>(&problem) != nullptr) return "42P01";
        return {};
    }

    template <typename Body>
    void guarded(std::string_view statement, Body&& body) {
        complaint from;
        try {
            const auto socket = usable().sock();
            const detail::watchdog watching(socket, here_, backend_, patience_);
            body();
            return;
        } catch (const error&) {
            throw;
        } catch (const pqxx::sql_error& problem) {
            from = parse_server_message(problem.what());
            from.sqlstate = std::string(problem.sqlstate());
            if (from.sqlstate.empty()) from.sqlstate = state_by_type(problem);
        } catch (const pqxx::broken_connection& problem) {
            from = parse_server_message(problem.what());
            from.sqlstate = state_by_type(problem);
            from.connection_lost = true;
        } catch (const std::exception& problem) {
            from = parse_server_message(problem.what());
            from.sqlstate = state_by_type(problem);
        }
        from.connection_lost = from.connection_lost || !connection_->is_open();
        from.statement = statement;
        throw make_sql_error(from);
    }

    std::string conninfo_;
    std::string here_;  ///< for another connection to the same server
    std::unique_ptr<detail::pqxx_connection> connection_;
    std::chrono::milliseconds patience_{};
    detail::backend_id backend_;
    int server_version_ = 0;
};

}  // namespace pgsync::postgres
