#pragma once

#include <string>

#include <pgsync/app/context.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>
#include <pgsync/postgres/publication_facts.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/slot_facts.hpp>

namespace pgsync::app {

/// Removes what bootstrap made: slot, publication, indices. Replica identities stay, since others may rely on
/// them by now. Whatever is not there any more is passed over.
inline void teardown(context& in) {
    const auto& name = in.setting().name;
    const auto slot = postgres::read_slot(in.catalog(), name);
    if (slot && slot->active_pid != 0) {
        throw error(
            errc::replication,
            "slot \"" + name + "\" is in use by the server process " + std::to_string(slot->active_pid),
            "stop the sync that follows it first");
    }
    for (const auto& index : in.indices()) {
        const auto names = names_of(index);
        const auto found = in.search().client().find(names.index);
        if (!found) continue;
        if (found->meta.if_contains("pgsync") == nullptr) {
            throw error(errc::index, "index \"" + names.index + "\" exists, but pgsync did not make it",
                        "delete it yourself if it is to go");
        }
        in.search().client().delete_index(names.index);
        log::info("deleted index {}", names.index);
    }
    if (slot) {
        in.database().query("SELECT pg_catalog.pg_drop_replication_slot($1)", {name});
        log::info("dropped slot {}", name);
    }
    const auto publication = postgres::read_publication(in.catalog(), name);
    if (!publication) return;
    const auto sql = "DROP PUBLICATION " + postgres::quote_identifier(name);
    if (!publication->owned) {
        log::warn("the publication is not this role's and stays; have its owner run: {}", sql);
        return;
    }
    in.database().execute(sql);
    log::info("dropped publication {}", name);
}

}  // namespace pgsync::app
