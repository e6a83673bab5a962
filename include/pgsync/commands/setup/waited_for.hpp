#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <pgsync/base/finding.hpp>
#include <pgsync/base/format_units.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/open_transactions.hpp>
#include <pgsync/postgres/quote.hpp>

/// Describes other transactions to an operator: whose they are, since when they are open, and how to end
/// them.
namespace pgsync::app {

/// Returns `server process 4711 of user "shop" (application "import", database "shop"), open for 12 s, idle
/// in transaction`, or `prepared transaction "gid" of …`.
[[nodiscard]] inline std::string text_of(const postgres::open_transaction& of) {
    const auto named = [](const char* what, const std::string& name) {
        return name.empty() ? std::string() : std::string(what) + "\"" + printable(name) + "\"";
    };
    std::string about = named("application ", of.application);
    const auto database = named("database ", of.database);
    if (!about.empty() && !database.empty()) about += ", ";
    about += database;
    std::string out = of.prepared() ? "prepared transaction \"" + printable(of.gid) + "\""
                                    : "server process " + std::to_string(of.pid);
    out += named(" of user ", of.user);
    if (!about.empty()) out += " (" + about + ")";
    if (of.seconds) {
        out += std::string(of.prepared() ? ", prepared for " : ", open for ") +
               seconds_text(static_cast<double>(*of.seconds));
    }
    if (!of.state.empty()) out += ", " + printable(of.state);
    return out;
}

/// Returns the steps that end a transaction that does not end by itself.
[[nodiscard]] inline std::vector<step> steps_to_end(const postgres::open_transaction& of) {
    if (!of.prepared()) {
        return {by_sql("SELECT pg_catalog.pg_terminate_backend(" + std::to_string(of.pid) + ")")};
    }
    const auto gid = postgres::quote_literal(of.gid);
    return {by_hand("in database \"" + printable(of.database) + "\", if the transaction is to count:"),
            by_sql("COMMIT PREPARED " + gid), by_hand("otherwise:"), by_sql("ROLLBACK PREPARED " + gid)};
}

/// Describes several transactions in one line, at most `most`. A prepared one never ends by itself, so the
/// statement that ends it is included.
[[nodiscard]] inline std::string list_of(const std::vector<postgres::open_transaction>& all,
                                         std::size_t most = 5) {
    std::string out;
    for (std::size_t i = 0; i < std::min(all.size(), most); ++i) {
        const auto& each = all[i];
        out += (out.empty() ? "" : "; ") + text_of(each);
        if (!each.prepared()) continue;
        const auto gid = printable(postgres::quote_literal(each.gid));
        out += ", until COMMIT PREPARED " + gid + " or ROLLBACK PREPARED " + gid + " is run there";
    }
    if (all.size() > most) out += "; and " + std::to_string(all.size() - most) + " more";
    return out;
}

}  // namespace pgsync::app
