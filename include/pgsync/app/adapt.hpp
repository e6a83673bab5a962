#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include <pgsync/app/context.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/compiled.hpp>
#include <pgsync/elastic/client.hpp>
#include <pgsync/elastic/dialect.hpp>
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>

/// A changed mapping, or changed settings, under the same documents: the index need not be made anew where
/// the cluster can change it as it is.
namespace pgsync::app {

/// Does the index hold what this shape's would, byte for byte?
[[nodiscard]] inline bool has_same_documents(const elastic::index_facts& facts, const compiled_index& index) {
    const auto* meta = own_meta(facts);
    if (meta == nullptr) return false;
    const auto said = [&](std::string_view key) {
        const auto* found = meta->if_contains(key);
        return found != nullptr && found->is_string() ? std::string_view(found->get_string())
                                                      : std::string_view();
    };
    return said("query") == index.keys_query && said("pipeline") == index.pipeline;
}

/// Makes the index that readers have into one of this shape, where nothing but mapping or settings differ and
/// the cluster agrees; what follows it may go on meanwhile. From then on the index has this shape's names as
/// well, as aliases. False where an index has to be made beside it. A second attempt does again what a first
/// one that was killed has done.
inline bool adapt_in_place(context& in, const compiled_index& index) {
    auto& client = in.search().client();
    const auto names = names_of(index);
    const auto state = find_index(client, index);
    if (state.exists || state.serving.empty()) return false;
    const auto facts = client.find(state.serving);
    if (!facts || !has_same_documents(*facts, index)) return false;
    auto body = creation_body(index, state);
    elastic::adapt_vectors(body, in.search().speaks().vectors());
    auto mapping = body.at("mappings").as_object();
    mapping.erase("_meta");
    const auto* settings = own_meta(*facts)->if_contains("settings");
    try {
        if (settings == nullptr || *settings != boost::json::value(index.settings))
            client.put_settings(state.serving, {{"index", declared_settings(index)}});
        client.put_mapping(state.serving, mapping);
    } catch (const error& problem) {
        if (problem.code() != errc::index) throw;
        log::info("{}: its mapping or settings have changed, and the cluster cannot change {} as it is: {}",
                  names.alias, state.serving, problem.what());
        return false;
    }
    log::info("{}: its mapping or settings have changed, not its documents: {} is changed as it is",
              names.alias, state.serving);
    client.index_again(state.serving);
    using boost::json::object;
    client.change_aliases({object{{"add", {{"index", state.serving}, {"alias", names.index}}}},
                           object{{"add", {{"index", state.serving}, {"alias", names.write_alias}}}}});
    remember(client, index, find_index(client, index));
    return true;
}

}  // namespace pgsync::app
