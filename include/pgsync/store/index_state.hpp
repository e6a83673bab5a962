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

/// A number for some texts, as 16 hexadecimal digits.
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

/// A number for everything that decides what documents look like: another one means another index.
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

/// What the cluster knows of an index, most of it remembered in the index's `_meta`.
struct index_state {
    bool exists = false;
    bool loaded = false;
    /// What it is called; its shape's name may be an alias of that, see adapt_in_place().
    std::string index{};
    std::string slot{};                   ///< that it follows, and is called like its publication
    std::string build{};                  ///< of the program that slot is for, see build_hash()
    std::vector<std::string> together{};  ///< the aliases of all indices of that program
    std::string serving{};       ///< the index that readers find, of this shape or of another; empty: none
    std::string serving_hash{};  ///< of the shape of that one
    std::optional<finding> serving_copy{};  ///< that one is a copy of this program's
    bool beside = false;  ///< was made beside the one that serves, and has not taken its place yet
    std::vector<std::string> keepers{};       ///< its aliases by which programs have claimed it; see claim()
    std::string keeper{};                     ///< this program's; empty: it has not
    std::optional<std::string> loaded_until;  ///< last key of the pages that are done
    /// Whatever the log tells before it is in the index, and the slot has never been confirmed beyond.
    std::optional<postgres::lsn> written;
    index_owner owner{};
    std::optional<index_owner> serving_owner{};  ///< of the index that readers find, where it is another one
    /// Of an index whose readers this one was allowed to take, although it is not this program's.
    std::optional<index_owner> adopted{};
    bool foreign = false;        ///< it is not this program's, which was told to adopt it
    std::uint32_t timeline = 0;  ///< on which the documents were read
    /// How many timelines further on its documents' versions are; see commands/diagnosis/set_back.hpp.
    std::uint32_t rewinds = 0;
    /// While an index is read again: its documents of lower versions may be without a row.
    std::optional<std::uint64_t> orphans_below;
    /// What its documents were read from; nothing where an earlier version of pgsync made it.
    std::optional<postgres::origin> made_from{};
    /// Which files of its tables it reflects; only where the log lacks TRUNCATE, see pipeline::storage_watch.
    std::optional<postgres::table_storage> storage{};
    std::uint64_t loaded_rows = 0;      ///< about so many up to `loaded_until`
    bool closed = false;                ///< by an operator
    std::vector<std::string> blocks{};  ///< that it has: `write`, `read_only`, …
    bool serving_closed = false;        ///< the index that readers find
    /// Which index it is, whatever it is called; see elastic::index_facts.
    std::string incarnation{};
    std::int64_t created = 0;  ///< milliseconds since 1970
    bool restored = false;     ///< it is another one than it was when it was last told how far it is
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

/// Has the index remember `state`. Throws errc::superseded once the index is not this program's any more,
/// where it has claimed it.
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

/// What the cluster knows of an index that pgsync made, by its own_meta().
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

/// The one index behind a name; nothing where there is none. Throws condition_error where there are several.
[[nodiscard]] inline std::optional<elastic::index_facts> find_one(cluster::client_type& client,
                                                                  const index_names& names,
                                                                  const std::string& name) {
    auto found = client.find_each(name);
    if (auto shared = shared_name(names, name, found)) throw condition_error(std::move(*shared));
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

}  // namespace detail

/// Finds out how far the index is. Throws errc::index where a name is taken by something that is not ours, or
/// stands for several indices.
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

/// Throws errc::superseded where the index of a running program is another one by now, restored from a
/// snapshot under its name: what the slot told since then is not in it, and the slot must not be confirmed
/// past that.
inline void check_incarnation(cluster::client_type& client, const index_state& state) {
    if (state.incarnation.empty()) return;
    const auto now = client.find(state.index);
    if (!now || now->incarnation.empty() || now->incarnation == state.incarnation) return;
    throw error(errc::superseded,
                "index \"" + state.index + "\" is not the one it was: it has been restored from a snapshot");
}

/// Whether what is written would go to another index than to this program's.
[[nodiscard]] inline std::optional<finding> find_misplaced_writes(cluster::client_type& client,
                                                                  const compiled_index& index) {
    const auto names = names_of(index);
    const auto own = client.find(names.index);
    if (!own) return std::nullopt;
    return misplaced_writes(names, *own, client.find_each(names.write_alias));
}
/// The same, as condition_error.
inline void check_writes(cluster::client_type& client, const compiled_index& index) {
    if (auto misplaced = find_misplaced_writes(client, index)) throw condition_error(std::move(*misplaced));
}

/// Throws elastic::index_unavailable where the index is closed, or the one that readers have while this
/// program's is not there.
inline void require_open(const index_state& state) {
    const bool closed = state.exists ? state.closed : state.serving_closed;
    const auto& name = state.exists ? state.index : state.serving;
    if (closed) throw elastic::index_unavailable(elastic::closed_text(name), elastic::opening(name));
}

/// Merges `from` into `into`, objects member by member.
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

/// The settings that the index's declaration asks for, without the prefix `index` that may or may not be
/// written.
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

/// What creates the index: no replicas and no refresh while it is being loaded; deletes are remembered for an
/// hour, so that no late write of an older version brings a document back.
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

/// What undoes the settings of the load.
[[nodiscard]] inline boost::json::object serving_settings(const compiled_index& index) {
    boost::json::object serving{{"refresh_interval", nullptr}, {"number_of_replicas", nullptr}};
    const auto declared = declared_settings(index);
    for (auto& member : serving) {
        if (const auto* said = declared.if_contains(member.key())) member.value() = *said;
    }
    return {{"index", serving}};
}

}  // namespace pgsync::app
