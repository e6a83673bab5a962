#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pqxx/pqxx>

#include <pgsync/error.hpp>
#include <pgsync/postgres/conninfo.hpp>
#include <pgsync/postgres/detail/settings.hpp>
#include <pgsync/postgres/detail/verify_server.hpp>
#include <pgsync/postgres/detail/watchdog.hpp>
#include <pgsync/postgres/detail/witness.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>

namespace pgsync::postgres {

/// A connection for administration: publications, slots, replica identities. The one place that knows
/// libpqxx, 6.4 and 7.x; settings, errors and the meaning of `conninfo` are those of session.
class admin_connection {
  public:
    using row = std::vector<std::optional<std::string>>;

    explicit admin_connection(const std::string& conninfo = {}) : conninfo_(conninfo) {
        const auto parameters = detail::verified(with_defaults(parse_conninfo(conninfo)));
        patience_ = patience_of(parameters);
        try {
            connection_ = std::make_unique<pqxx::connection>(to_conninfo(parameters));
        } catch (const std::exception&) {
            // libpqxx drops the SQLSTATE and may quote the password. A session knows better what is wrong,
            // unless nothing is any more.
            const session probe(conninfo);
            throw sql_error(errc::connection, {},
                            "cannot connect to " + probe.server() + ": the first try failed", "try again");
        }
        server_version_ = connection_->server_version();
        if (server_version_ < oldest_version) const session refused(conninfo);  // says so and throws
        for (const auto& sql : detail::settings_sql(server_version_)) execute(sql);
        const auto self = query(detail::identify_backend_sql);
        if (!self.empty()) backend_ = {self[0].at(0).value_or(""), self[0].at(1).value_or("")};
    }

    [[nodiscard]] int server_version() const noexcept { return server_version_; }

    /// Runs one statement outside of any transaction block, as CREATE of a slot wants it.
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

    /// libpqxx 6 would connect again by itself, without our settings.
    pqxx::connection& usable() {
        if (!connection_->is_open())
            throw sql_error(errc::connection, {}, "the administrative connection to PostgreSQL is lost");
        return *connection_;
    }

    /// libpqxx 6 forgets the SQLSTATE where it has a class for it.
    static std::string state_by_type(const pqxx::sql_error& problem) {
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
            const detail::watchdog watching(socket, conninfo_, backend_, patience_);
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
            from.connection_lost = true;
        } catch (const std::exception& problem) {
            from.message = problem.what();
        }
        from.connection_lost = from.connection_lost || !connection_->is_open();
        from.statement = statement;
        throw make_sql_error(from);
    }

    std::string conninfo_;
    std::unique_ptr<pqxx::connection> connection_;
    std::chrono::milliseconds patience_{};
    detail::backend_id backend_;
    int server_version_ = 0;
};

}  // namespace pgsync::postgres
