#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/base/json_at.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/pipeline/row_lookup.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/sink/elastic/held_document.hpp>
#include <pgsync/store/cluster.hpp>

/// Dead letters, and which of them are settled. A letter is settled if the index has a greater version of the
/// document than the refused one, or if neither a row nor a document exists any more.
namespace pgsync::app {

/// A document that the cluster refused.
struct dead_letter {
    std::string letter;         ///< the letter's own `_id`
    std::int64_t revision = 0;  ///< the letter's own version; changes if it is written again
    std::string id;             ///< the document's
    std::int64_t version = 0;   ///< of the refused write
    std::int64_t status = 0;
    std::string type{};
    std::string reason{};
    std::string at{};
    bool settled = false;
    bool held = false;  ///< the index has a document with that id
};

namespace detail {

/// Leaves out the refused document, which may be large and which no command needs.
inline constexpr elastic::wanted_source letter_alone = "?_source_excludes=document";

inline std::int64_t integer_in(const boost::json::object& in, std::string_view key) {
    const auto* found = in.if_contains(key);
    return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

inline dead_letter read_letter(std::string letter, std::int64_t revision, const boost::json::object& source) {
    dead_letter out;
    out.letter = std::move(letter);
    out.revision = revision;
    out.id = text_at(source, "id");
    out.version = integer_in(source, "version");
    out.status = integer_in(source, "status");
    out.type = text_at(source, "type");
    out.reason = text_at(source, "reason");
    out.at = text_at(source, "at");
    return out;
}

/// Returns the newest letters in a dead-letter index, at most `limit`; none if the index does not exist or
/// may not be read.
[[nodiscard]] inline std::vector<dead_letter> newest_letters(cluster::client_type& client,
                                                             const std::string& name, std::size_t limit) {
    std::vector<dead_letter> out;
    if (limit == 0) return out;
    const boost::json::object search{
        {"size", std::min<std::size_t>(limit, 10'000)},
        {"version", true},
        {"_source", {{"excludes", boost::json::array{"document"}}}},
        {"sort", boost::json::array{{{"at", {{"order", "desc"}, {"unmapped_type", "date"}}}}}}};
    const auto answer = client.call("POST", "/" + cluster::client_type::escaped(name) + "/_search",
                                    boost::json::serialize(search), {401, 403, 404});
    if (answer.status >= 300) return out;
    const auto found = boost::json::parse(answer.body);
    for (const auto& hit : found.at("hits").at("hits").as_array()) {
        const auto& each = hit.as_object();
        out.push_back(
            read_letter(text_at(each, "_id"), integer_in(each, "_version"), each.at("_source").as_object()));
    }
    return out;
}

/// Settles letters whose document `concrete` holds with a greater version than the refused one: a later
/// change was accepted.
inline void settle_by_index(cluster::client_type& client, const compiled_index& index,
                            const std::string& concrete, std::vector<dead_letter>& letters) {
    std::map<std::string, std::int64_t> newest;
    if (index.routing.empty()) {
        std::vector<elastic::document_place> places;
        for (const auto& each : letters) places.push_back({each.id});
        const auto held = client.get_documents(concrete, places, elastic::no_source);
        for (std::size_t i = 0; i < held.size(); ++i) {
            if (held[i].found) newest[letters[i].id] = held[i].version;
        }
    } else {  // a letter does not contain the routing
        std::vector<std::string> ids;
        for (const auto& each : letters) {
            if (!each.id.empty() && each.id.size() <= 512) ids.push_back(each.id);
        }
        for (const auto& copy : client.find_copies(concrete, ids))
            newest[copy.id] = std::max(newest[copy.id], copy.version);
    }
    for (auto& each : letters) {
        const auto found = newest.find(each.id);
        each.held = found != newest.end();
        if (each.version > 0 && each.held && found->second > each.version) each.settled = true;
    }
}

/// Settles letters of documents without a row, or without one that belongs in the index. Letters of documents
/// that the index still holds stay: such a document has to be deleted, and the delete may be what was
/// refused. Call after settle_by_index().
inline void settle_by_rows(postgres::session& catalog, std::span<const postgres::index_binding> indices,
                           std::size_t number, std::vector<dead_letter>& letters) {
    constexpr std::size_t at_once = 500;
    std::vector<std::string> ids;
    for (const auto& each : letters) {
        if (!each.settled && !each.held && !each.id.empty()) ids.push_back(each.id);
    }
    const auto begin_sql = postgres::begin_reading(indices.subspan(number, 1)).sql;
    const auto begin = [&] { catalog.exec(begin_sql); };
    postgres::row_lookup rows(catalog, indices, number);
    std::set<std::string> there;
    for (std::size_t from = 0; from < ids.size(); from += at_once) {
        const std::vector<std::string> some(
            ids.begin() + static_cast<std::ptrdiff_t>(from),
            ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), from + at_once)));
        // A row whose condition fails with an error also exists: that may be why there is a letter.
        rows.present(
            some, begin, [&](std::string_view id, std::string_view) { there.emplace(id); },
            [&](const std::string& id) { there.insert(id); });
    }
    for (auto& each : letters) each.settled = each.settled || (!each.held && !there.contains(each.id));
}

}  // namespace detail

}  // namespace pgsync::app
