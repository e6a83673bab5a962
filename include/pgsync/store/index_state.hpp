#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/base/finding.hpp>
#include <pgsync/base/json_at.hpp>
#include <pgsync/catalog/origin.hpp>
#include <pgsync/catalog/table_storage.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/sink/elastic/client.hpp>
#include <pgsync/sink/elastic/index_unavailable.hpp>
#include <pgsync/store/cluster.hpp>
#include <pgsync/store/name_conditions.hpp>
#include <pgsync/store/origin_json.hpp>
#include <pgsync/store/owner.hpp>

namespace pgsync::app {

/// Returns a hash of some texts, as 16 hexadecimal digits.
[[nodiscard]] inline std::string text_hash(std::span<const std::string> texts) {
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
    for (const auto& text : texts) {
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        hash = (hash ^ 0xffU) * 0x100000001b3U;
    }
    std::string out;
    for (int shift = 60; shift >= 0; shift -= 4) {
        out += "0123456789abcdef"[(hash >> static_cast<unsigned>(shift)) & 15U];
    }
    return out;
}

/// Returns a hash of everything that determines what documents look like; if it changes, a new index is
/// needed.
[[nodiscard]] inline std::string shape_hash(const compiled_index& index) {
    std::vector<std::string> texts{std::string(index.keys_query), std::string(index.properties)};
    for (const auto said : {index.settings, index.mapping, index.pipeline}) {
        if (!said.empty()) texts.emplace_back(said);
    }
    return text_hash(texts);
}

[[nodiscard]] inline index_names names_of(const compiled_index& index) {
    const std::string concrete = std::string(index.name) + "-" + shape_hash(index).substr(0, 8);
    return {std::string(index.name), concrete, concrete + "-WRITE", concrete + "-NEW"};
}

/// The state of an index in the cluster, most of which is stored in the index's `_meta`.
struct index_state {
    bool exists = false;
    bool loaded = false;
    /// Its name; the name derived from its shape may be an alias of it, see adapt_in_place().
    std::string index{};
    std::string slot{};   ///< the slot it is kept in sync through; its publication has the same name
    std::string build{};  ///< which build of the program the slot is for, see build_hash()
    std::vector<std::string> together{};  ///< the aliases of all indices of that program
    std::string serving{};  ///< the index behind the readers' alias, of this shape or another; empty: none
    std::string serving_hash{};               ///< shape hash of that one
    std::optional<finding> serving_copy{};    ///< set if that one is a copy of this program's
    bool beside = false;                      ///< built next to the serving index, and not cut over yet
    std::vector<std::string> keepers{};       ///< its fencing aliases, see claim()
    std::string keeper{};                     ///< the one that this program has made; empty: none yet
    std::optional<std::string> loaded_until;  ///< last key of the completed pages
    /// All WAL before this position is in the index, and the slot was never confirmed beyond it.
    std::optional<postgres::lsn> written;
    index_owner owner{};
    /// Owner of the serving index, if that is another index.
    std::optional<index_owner> serving_owner{};
    /// Owner of an index that belongs to another program, but whose readers this index may take over.
    std::optional<index_owner> adopted{};
    bool foreign = false;        ///< it belongs to another program, and this one was told to adopt it
    std::uint32_t timeline = 0;  ///< of the server when the documents were read
    /// How many timelines its documents' versions are ahead of the server's; see
    /// commands/diagnosis/set_back.hpp.
    std::uint32_t rewinds = 0;
    /// Set while an index is reloaded: documents with a lower version may no longer have a row.
    std::optional<std::uint64_t> orphans_below;
    /// What its documents were read from; empty if an earlier version of pgsync created it.
    std::optional<postgres::origin> made_from{};
    /// The files of its tables whose content it reflects; only if WAL does not contain TRUNCATE, see
    /// pipeline::storage_watch.
    std::optional<postgres::table_storage> storage{};
    std::uint64_t loaded_rows = 0;      ///< approximate number of rows up to `loaded_until`
    bool closed = false;                ///< by an operator
    std::vector<std::string> blocks{};  ///< that are set on it: `write`, `read_only`, …
    bool serving_closed = false;        ///< the serving index is closed
    /// Identifies the index regardless of its name; see elastic::index_facts.
    std::string incarnation{};
    std::int64_t created = 0;  ///< milliseconds since 1970
    bool restored = false;     ///< replaced by another index since `_meta` was last written
};

[[nodiscard]] inline boost::json::object meta_of(const compiled_index& index, const index_state& state) {
    boost::json::object mine{{"hash", shape_hash(index)},
                             {"slot", state.slot},
                             {"build", state.build},
                             {"query", index.keys_query},
                             {"loaded", state.loaded}};
    if (!index.settings.empty()) mine["settings"] = index.settings;
    if (!index.pipeline.empty()) mine["pipeline"] = index.pipeline;
    if (state.together.size() > 1)
        mine["together"] = boost::json::array(state.together.begin(), state.together.end());
    if (state.loaded_until) {
        mine["loaded_until"] = *state.loaded_until;
        mine["loaded_rows"] = state.loaded_rows;
    }
    if (!state.incarnation.empty()) mine["incarnation"] = state.incarnation;
    if (state.written) mine["written"] = postgres::to_string(*state.written);
    add_owner(mine, state.owner);
    if (state.adopted) {
        boost::json::object other;
        add_owner(other, *state.adopted);
        mine["adopted"] = other;
    }
    if (state.timeline != 0) mine["timeline"] = state.timeline;
    if (state.rewinds > 0) mine["rewinds"] = state.rewinds;
    if (state.orphans_below) mine["orphans_below"] = *state.orphans_below;
    if (state.made_from) mine["made_from"] = json_of(*state.made_from);
    if (state.storage) {
        boost::json::object files;
        for (const auto& [table, its] : *state.storage) files[table] = its;
        mine["storage"] = files;
    }
    boost::json::object meta;
    if (!index.mapping.empty()) {
        const auto declared = boost::json::parse(index.mapping);
        if (const auto* said = declared.get_object().if_contains("_meta");
            said != nullptr && said->is_object())
            meta = said->get_object();
    }
    meta["pgsync"] = mine;
    return meta;
}

/// Writes `state` to the index's `_meta`. Throws errc::index if the index was deleted and, if this program
/// has claimed it, errc::superseded once another program has taken it over or a snapshot was restored over
/// it.
inline void remember(cluster::client_type& client, const compiled_index& index, const index_state& state) {
    const auto names = names_of(index);
    if (client.put_meta(state.keeper.empty() ? names.index : state.keeper, meta_of(index, state))) return;
    if (state.keeper.empty() || !client.exists(state.index))
        throw error(errc::index, "index \"" + names.index + "\" is gone");
    const auto now = client.find(state.index);
    if (now && std::none_of(now->aliases.begin(), now->aliases.end(), is_keeper)) {
        throw error(errc::superseded, "index \"" + state.index + "\" has lost the alias \"" + state.keeper +
                                          "\": it was restored from a snapshot, or its alias was removed");
    }
    throw error(errc::superseded, "index \"" + names.index + "\" has been taken over by another program");
}

/// Returns the state of an index that pgsync created; `meta` is its own_meta().
[[nodiscard]] inline index_state state_of(const elastic::index_facts& facts,
                                          const boost::json::object& meta) {
    index_state state;
    state.exists = true;
    state.index = facts.index;
    state.closed = facts.closed;
    state.blocks = facts.blocks;
    state.incarnation = facts.incarnation;
    state.created = facts.created;
    state.restored = is_other_incarnation(facts);
    const auto* loaded = meta.if_contains("loaded");
    state.loaded = loaded != nullptr && loaded->is_bool() && loaded->get_bool();
    const auto number = [&](std::string_view key) -> std::optional<std::uint64_t> {
        const auto* said = meta.if_contains(key);
        if (said == nullptr || !said->is_int64()) return std::nullopt;
        return static_cast<std::uint64_t>(said->get_int64());
    };
    for (const auto& alias : facts.aliases) {
        if (is_keeper(alias)) state.keepers.push_back(alias);
    }
    state.slot = text_at(meta, "slot");
    state.build = text_at(meta, "build");
    if (const auto* others = meta.if_contains("together"); others != nullptr && others->is_array()) {
        for (const auto& each : others->get_array()) {
            if (each.is_string()) state.together.emplace_back(each.get_string());
        }
    }
    if (const auto* until = meta.if_contains("loaded_until"); until != nullptr && until->is_string())
        state.loaded_until = std::string(until->get_string());
    state.loaded_rows = number("loaded_rows").value_or(0);
    state.written = postgres::lsn::parse(text_at(meta, "written"));
    state.owner = owner_in(meta);
    if (const auto* other = meta.if_contains("adopted"); other != nullptr && other->is_object())
        state.adopted = owner_in(other->get_object());
    state.timeline = static_cast<std::uint32_t>(number("timeline").value_or(0));
    state.rewinds = static_cast<std::uint32_t>(number("rewinds").value_or(0));
    state.orphans_below = number("orphans_below");
    if (const auto* from = meta.if_contains("made_from")) state.made_from = read_origin(*from);
    if (const auto* files = meta.if_contains("storage"); files != nullptr && files->is_object()) {
        state.storage.emplace();
        for (const auto& each : files->get_object()) {
            if (each.value().is_string()) (*state.storage)[each.key()] = each.value().get_string();
        }
    }
    return state;
}

namespace detail {

/// Returns the one index behind a name, or nothing if there is none. Throws condition_error if there are
/// several.
[[nodiscard]] inline std::optional<elastic::index_facts> find_one(cluster::client_type& client,
                                                                  const index_names& names,
                                                                  const std::string& name) {
    auto found = client.find_each(name);
    if (auto shared = shared_name(names, name, found)) throw condition_error(std::move(*shared));
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

}  // namespace detail

/// Reads the state of an index. Throws errc::index if one of its names is used by something that pgsync did
/// not create; condition_error if a name refers to several indices.
[[nodiscard]] inline index_state find_index(cluster::client_type& client, const compiled_index& index) {
    const auto names = names_of(index);
    const auto reader = detail::find_one(client, names, names.alias);
    if (reader && (!reader->alias || own_meta(*reader) == nullptr)) {
        throw error(
            errc::index,
            "\"" + names.alias + "\" already is " +
                (reader->alias ? "an alias of index \"" + reader->index + "\", which" : "an index that") +
                " pgsync did not make",
            "rename or delete it, or give the struct another name: static constexpr std::string_view "
            "name = \"…\";");
    }
    index_state state;
    const auto found = detail::find_one(client, names, names.index);
    if (found) {
        const auto* meta = own_meta(*found);
        if (meta == nullptr) {
            throw error(errc::index, "index \"" + names.index + "\" exists, but pgsync did not make it",
                        "rename or delete it");
        }
        state = state_of(*found, *meta);
        state.beside =
            std::find(found->aliases.begin(), found->aliases.end(), names.new_alias) != found->aliases.end();
    }
    if (!reader) return state;
    state.serving = reader->index;
    state.serving_hash = text_at(*own_meta(*reader), "hash");
    if (!found || found->index != reader->index) state.serving_owner = owner_in(*own_meta(*reader));
    state.serving_closed = reader->closed;
    state.serving_copy = served_copy(names, shape_hash(index), *reader, found ? &*found : nullptr);
    return state;
}

/// Throws errc::superseded if the index of a running program has been replaced by another one, restored from
/// a snapshot under the same name: changes since then are missing in it, so the slot must not be confirmed
/// past them.
inline void check_incarnation(cluster::client_type& client, const index_state& state) {
    if (state.incarnation.empty()) return;
    const auto now = client.find(state.index);
    if (!now || now->incarnation.empty() || now->incarnation == state.incarnation) return;
    throw error(errc::superseded,
                "index \"" + state.index + "\" is not the one it was: it has been restored from a snapshot");
}

/// Returns a finding if writes would go to another index than this program's.
[[nodiscard]] inline std::optional<finding> find_misplaced_writes(cluster::client_type& client,
                                                                  const compiled_index& index) {
    const auto names = names_of(index);
    const auto own = client.find(names.index);
    if (!own) return std::nullopt;
    return misplaced_writes(names, *own, client.find_each(names.write_alias));
}
/// Throws what find_misplaced_writes() returns, as condition_error.
inline void check_writes(cluster::client_type& client, const compiled_index& index) {
    if (auto misplaced = find_misplaced_writes(client, index)) throw condition_error(std::move(*misplaced));
}

/// Throws elastic::index_unavailable if the index is closed or, if it does not exist, if the serving one is.
inline void require_open(const index_state& state) {
    const bool closed = state.exists ? state.closed : state.serving_closed;
    const auto& name = state.exists ? state.index : state.serving;
    if (closed) throw elastic::index_unavailable(elastic::closed_text(name), elastic::opening(name));
}

/// Merges `from` into `into`; nested objects are merged member by member.
inline void merge_json(boost::json::object& into, const boost::json::object& from) {
    for (const auto& member : from) {
        auto* mine = into.if_contains(member.key());
        if (mine != nullptr && mine->is_object() && member.value().is_object()) {
            merge_json(mine->get_object(), member.value().get_object());
        } else {
            into[member.key()] = member.value();
        }
    }
}

/// Returns the settings that the index's declaration asks for, without the optional prefix `index`.
[[nodiscard]] inline boost::json::object settings_in(std::string_view declaration) {
    boost::json::object out;
    if (declaration.empty()) return out;
    const auto said = boost::json::parse(declaration);
    for (const auto& member : said.get_object()) {
        constexpr std::string_view prefix = "index.";
        const std::string_view key = member.key();
        if (key == "index" && member.value().is_object()) {
            merge_json(out, member.value().get_object());
        } else {
            out[key.starts_with(prefix) ? key.substr(prefix.size()) : key] = member.value();
        }
    }
    return out;
}
[[nodiscard]] inline boost::json::object declared_settings(const compiled_index& index) {
    return settings_in(index.settings);
}

/// Returns the body that creates the index: without replicas and refresh while it is being loaded. Deletes
/// are remembered for an hour, so that a late write of an older version cannot bring a document back.
[[nodiscard]] inline boost::json::object creation_body(const compiled_index& index,
                                                       const index_state& state) {
    std::size_t fields = index.shape.nodes.size();
    std::size_t depth = 1;
    for (const auto& column : index.shape.columns) fields += column.kind == value_kind::text ? 2U : 1U;
    for (const auto& node : index.shape.nodes) depth = std::max<std::size_t>(depth, node.depth + 1U);
    boost::json::object settings{{"gc_deletes", "1h"}};
    if (fields > 900) settings["mapping.total_fields.limit"] = fields + 100;
    if (depth > 18) settings["mapping.depth.limit"] = depth + 2;
    merge_json(settings, declared_settings(index));
    settings["refresh_interval"] = "-1";
    settings["number_of_replicas"] = 0;
    boost::json::object mappings{{"dynamic", false}, {"properties", boost::json::parse(index.properties)}};
    if (!index.mapping.empty()) merge_json(mappings, boost::json::parse(index.mapping).get_object());
    mappings["_meta"] = meta_of(index, state);
    const auto names = names_of(index);
    boost::json::object aliases{{names.write_alias, boost::json::object{}}};
    if (state.beside) aliases[names.new_alias] = boost::json::object{};
    return {{"settings", {{"index", settings}}}, {"aliases", aliases}, {"mappings", mappings}};
}

/// Returns the settings that replace those used during the load.
[[nodiscard]] inline boost::json::object serving_settings(const compiled_index& index) {
    boost::json::object serving{{"refresh_interval", nullptr}, {"number_of_replicas", nullptr}};
    const auto declared = declared_settings(index);
    for (auto& member : serving) {
        if (const auto* said = declared.if_contains(member.key())) member.value() = *said;
    }
    return {{"index", serving}};
}

}  // namespace pgsync::app
