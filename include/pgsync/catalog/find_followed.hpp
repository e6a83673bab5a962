#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <pgsync/base/error.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/catalog_row.hpp>
#include <pgsync/catalog/read_tables.hpp>
#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>

namespace pgsync::postgres {

/// Returns the catalog's facts about a table that WAL names, if some index uses it; nullopt otherwise. For
/// test_decoding_decoder. The name decides, because documents are read by it: the table that has the name now
/// is treated as the bound one. A bound table that WAL shows under another name was renamed since, and is
/// still found. Throws errc::catalog if the table was dropped.
[[nodiscard]] inline std::optional<table_facts> find_followed(session& catalog,
                                                              std::span<const index_binding> indices,
                                                              std::string_view schema,
                                                              std::string_view name) {
    const auto quoted = quote_identifier(schema) + "." + quote_identifier(name);
    const auto find_route = [&](auto&& matches) -> const route_binding* {
        for (const auto& index : indices) {
            const auto found = std::find_if(index.routes.begin(), index.routes.end(), matches);
            if (found != index.routes.end()) return &*found;
        }
        return nullptr;
    };
    const auto* by_name = find_route([&](const auto& route) { return route.table == quoted; });
    if (by_name == nullptr) {
        const auto found = catalog.exec_params("SELECT pg_catalog.to_regclass($1)::oid", {quoted});
        const auto oid = catalog_row(found.row(0)).number<std::uint32_t>();
        if (oid == 0 || find_route([&](const auto& route) { return route.covers(oid); }) == nullptr)
            return std::nullopt;
    }
    const table_name wanted{std::string(schema), std::string(name)};
    auto facts = read_tables(catalog, std::span(&wanted, 1)).front();
    if (by_name != nullptr && !facts) {
        throw error(errc::catalog, "table " + quoted + " is gone, but documents are made of it",
                    "nothing after this change was acknowledged; bring the table back, or change the struct "
                    "and run bootstrap again");
    }
    if (by_name != nullptr) facts->oid = by_name->table_oid;
    return facts;
}

}  // namespace pgsync::postgres
