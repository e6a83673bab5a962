#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/base/finding.hpp>
#include <pgsync/base/json_at.hpp>
#include <pgsync/sink/elastic/client.hpp>

/// Detects what an operator did to whole indices, from their names: an index restored from a snapshot under
/// another name keeps its aliases, and a clone keeps its `_meta`.
namespace pgsync::app {

/// The names of one index in the cluster. Readers use the alias; pgsync writes through a second alias of its
/// own, so that an old program that is still running cannot write to the index that a newer one has put
/// behind the first alias. The second alias contains capitals, which an index's name cannot, so that no late
/// write can create an index of that name once the alias is removed.
struct index_names {
    std::string alias;
    std::string index;
    std::string write_alias;
    /// Alias of an index that was built next to the serving one, until it is cut over; see swap().
    std::string new_alias;
};

/// Separates the index's name from the token in fencing aliases; see claim().
inline constexpr std::string_view keeper_mark = "-KEEPER-";
[[nodiscard]] inline bool is_keeper(std::string_view alias) {
    return alias.find(keeper_mark) != std::string_view::npos;
}

/// Returns what pgsync wrote to an index's `_meta`, or null if pgsync did not create the index.
[[nodiscard]] inline const boost::json::object* own_meta(const elastic::index_facts& facts) {
    const auto* found = facts.meta.if_contains("pgsync");
    return found != nullptr ? found->if_object() : nullptr;
}

/// Returns whether an index is not the one whose `_meta` pgsync last wrote: it was restored from a snapshot,
/// cloned, shrunk, or filled from another index. Returns false if `_meta` is from before this was recorded.
[[nodiscard]] inline bool is_other_incarnation(const elastic::index_facts& facts) {
    const auto* meta = own_meta(facts);
    const auto remembered = meta == nullptr ? std::string() : text_at(*meta, "incarnation");
    return !remembered.empty() && !facts.incarnation.empty() && remembered != facts.incarnation;
}

/// A finding as an exception, for code that cannot continue.
class condition_error : public error {
  public:
    explicit condition_error(finding what, errc code = errc::index)
        : error(code, what.what, remedy_of(what)), what_(std::move(what)) {}
    [[nodiscard]] const finding& condition() const { return what_; }

  private:
    finding what_;
};

namespace detail {

[[nodiscard]] inline step change_aliases_step(boost::json::array actions) {
    return by_request("POST /_aliases", {{"actions", std::move(actions)}});
}

/// Returns whether pgsync gave the alias to an index of `names.alias`, so that a copy must not have it.
[[nodiscard]] inline bool is_ours(const index_names& names, std::string_view alias) {
    if (alias == names.alias || alias == names.index) return true;
    return alias.starts_with(names.alias + "-") &&
           (alias.ends_with("-WRITE") || alias.ends_with("-NEW") || is_keeper(alias));
}

/// Adds to `into` the actions that remove pgsync's aliases from an index.
inline void take_aliases(const index_names& names, const elastic::index_facts& from,
                         boost::json::array& into) {
    for (const auto& alias : from.aliases)
        if (is_ours(names, alias)) into.emplace_back(elastic::alias_action("remove", from.index, alias));
}

[[nodiscard]] inline std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

/// Returns which of several indices is the one that pgsync created, the others being copies; null if it is
/// unknown.
[[nodiscard]] inline const elastic::index_facts* original_of(
    const index_names& names, const std::vector<elastic::index_facts>& holders) {
    const elastic::index_facts* found = nullptr;
    for (const auto& each : holders) {
        if (own_meta(each) == nullptr || is_other_incarnation(each)) continue;
        if (each.index == names.index) return &each;
        if (found != nullptr) return nullptr;
        found = &each;
    }
    return found;
}

}  // namespace detail

/// Returns a finding if several indices are behind one of pgsync's names, with a remedy that depends on which
/// are copies. `holders`: all indices behind `name`.
[[nodiscard]] inline std::optional<finding> shared_name(const index_names& names, std::string_view name,
                                                        const std::vector<elastic::index_facts>& holders) {
    if (holders.size() < 2) return std::nullopt;
    const auto* original = detail::original_of(names, holders);
    std::string others;
    boost::json::array actions;
    for (const auto& each : holders) {
        if (&each == original) continue;
        others += (others.empty() ? "" : ", ") + detail::quoted(each.index);
        if (original != nullptr) {
            others += own_meta(each) == nullptr ? ", which pgsync did not make"
                                                : ", a copy of it (restored from a snapshot, or cloned)";
            detail::take_aliases(names, each, actions);
        }
    }
    finding out;
    out.code = "shared_alias";
    out.why = "pgsync would have to guess which to write to, and searches find documents of all of them";
    const auto alias =
        "alias " + detail::quoted(name) + " stands for " + std::to_string(holders.size()) + " indices: ";
    if (original != nullptr) {
        out.what = alias + detail::quoted(original->index) + ", which pgsync made, and " + others;
        out.remedy = {detail::change_aliases_step(std::move(actions))};
        return out;
    }
    out.what = alias + others + ", and which of them pgsync made is not known";
    for (const auto& alias_of : holders.front().aliases)
        if (detail::is_ours(names, alias_of))
            actions.emplace_back(elastic::alias_action("remove", "…", alias_of));
    out.remedy = {by_hand("take our aliases away from each index that is a copy, in place of … here:"),
                  detail::change_aliases_step(std::move(actions))};
    return out;
}

/// Returns a finding if the write alias is not on the index that pgsync keeps in sync, or is on others as
/// well. `own`: that index; `writers`: all indices behind the alias.
[[nodiscard]] inline std::optional<finding> misplaced_writes(
    const index_names& names, const elastic::index_facts& own,
    const std::vector<elastic::index_facts>& writers) {
    boost::json::array actions;
    std::string others;
    bool there = false;
    for (const auto& each : writers) {
        if (each.index == own.index) {
            there = true;
            continue;
        }
        others += (others.empty() ? "" : ", ") + detail::quoted(each.index);
        actions.emplace_back(elastic::alias_action("remove", each.index, names.write_alias));
    }
    if (there && others.empty()) return std::nullopt;
    if (!there) actions.emplace_back(elastic::alias_action("add", own.index, names.write_alias));
    finding out;
    if (others.empty()) {
        out.code = "alias_missing";
        out.what = "index " + detail::quoted(own.index) + " is not behind the alias " +
                   detail::quoted(names.write_alias);
        out.why = "sync cannot write";
    } else {
        out.code = "write_alias";
        out.what = "alias " + detail::quoted(names.write_alias) + " stands for " + others +
                   (there ? " as well as for " : ", not for ") + "index " + detail::quoted(own.index) +
                   ", which pgsync keeps";
        out.why = "what is written would go to another index, or to none";
    }
    out.remedy = {detail::change_aliases_step(std::move(actions))};
    return out;
}

/// Returns a finding if readers use an index of this shape that pgsync does not keep in sync: a copy, or the
/// original under another name. `hash`: of the shape; `own`: null if the index that pgsync created was
/// deleted.
[[nodiscard]] inline std::optional<finding> served_copy(const index_names& names, std::string_view hash,
                                                        const elastic::index_facts& reader,
                                                        const elastic::index_facts* own) {
    const auto* meta = own_meta(reader);
    if (meta == nullptr || text_at(*meta, "hash") != hash) return std::nullopt;
    if (own != nullptr && own->index == reader.index) return std::nullopt;
    finding out;
    out.code = "served_copy";
    out.what = "readers have index " + detail::quoted(reader.index) + " as " + detail::quoted(names.alias) +
               ", a copy of " + detail::quoted(names.index) + " (restored from a snapshot, or cloned)" +
               (own == nullptr ? ", which is gone" : "");
    out.why = "no sync keeps it up to date";
    boost::json::array actions;
    if (own != nullptr) {
        actions.emplace_back(elastic::alias_action("remove", reader.index, names.alias));
        actions.emplace_back(elastic::alias_action("add", own->index, names.alias));
        out.remedy = {detail::change_aliases_step(std::move(actions))};
    } else {
        out.remedy = {by_command("bootstrap")};  // takes it over as it is
    }
    return out;
}

}  // namespace pgsync::app
