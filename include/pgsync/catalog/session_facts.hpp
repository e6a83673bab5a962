#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/settings.hpp>

namespace pgsync::postgres {

/// The role a session runs as, and the schemas in which it looks up functions and operators.
struct session_facts {
    std::string role;
    std::vector<std::string> path;        ///< schemas searched, in order
    std::vector<std::string> distrusted;  ///< schemas of the user's search_path that were left out

    [[nodiscard]] bool trusts(std::string_view schema) const {
        return std::find(path.begin(), path.end(), schema) != path.end();
    }
    /// Returns why functions of the schema are not found.
    [[nodiscard]] std::string why_not(std::string_view schema) const {
        const auto quoted = quote_identifier(schema);
        if (std::find(distrusted.begin(), distrusted.end(), schema) == distrusted.end())
            return "schema " + quoted + " is not in the search_path; add it there";
        return "functions and operators of schema " + quoted +
               " are not looked for, because others may create some there; REVOKE CREATE ON SCHEMA " +
               quoted +
               " FROM PUBLIC (and from every other role that has it), or write the schema before a "
               "function's name";
    }
    /// Returns the text to add to an error about a function or type that was not found; empty if no schema
    /// was left out.
    [[nodiscard]] std::string hint() const {
        std::string out;
        for (const auto& schema : distrusted) out += "; " + why_not(schema);
        return out;
    }
};

[[nodiscard]] inline session_facts read_session(session& connection) {
    session_facts out;
    out.role = connection.exec("SELECT current_user").get(0, 0);
    const auto path = connection.exec("SELECT unnest(current_schemas(true))");
    for (int i = 0; i < path.rows(); ++i) out.path.emplace_back(path.get(i, 0));
    const auto left_out = connection.exec(detail::distrusted_sql);
    for (int i = 0; i < left_out.rows(); ++i) out.distrusted.emplace_back(left_out.get(i, 0));
    return out;
}

}  // namespace pgsync::postgres
