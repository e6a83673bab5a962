#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
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
#include <pgsync/base/format_units.hpp>
#include <pgsync/base/json_at.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/base/report.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/shape_check.hpp>
#include <pgsync/commands/consent.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/commands/dead_letters_options.hpp>
#include <pgsync/commands/refresh.hpp>
#include <pgsync/commands/serving_index.hpp>
#include <pgsync/queue/batch.hpp>
#include <pgsync/sink/elastic/bulk_body.hpp>
#include <pgsync/sink/elastic/bulk_response.hpp>
#include <pgsync/sink/elastic/dead_letters.hpp>
#include <pgsync/sink/elastic/held_document.hpp>
#include <pgsync/sink/elastic/stored_id.hpp>
#include <pgsync/store/index_state.hpp>
#include <pgsync/store/letters.hpp>

namespace pgsync::app {

namespace detail {

/// The dead letters of one index.
class letter_box {
  public:
    /// Without `bindings`, letters are not checked for missing rows.
    letter_box(context& in, std::span<const postgres::index_binding> bindings, std::size_t number)
        : in_(in),
          bindings_(bindings),
          number_(number),
          index_(in.indices()[number]),
          name_(elastic::dead_letter_index(index_.name)),
          exists_(in.search().client().exists(name_)) {
        if (exists_) in.search().client().refresh(name_);
        in.search().client().refresh(names_of(index_).index);
    }

    [[nodiscard]] std::uint64_t count() const { return exists_ ? in_.search().client().count(name_) : 0; }

    /// Returns the newest letters, at most `limit`.
    [[nodiscard]] std::vector<dead_letter> newest(std::size_t limit) {
        if (!exists_) return {};
        auto out = newest_letters(in_.search().client(), name_, limit);
        mark_settled(out);
        return out;
    }

    /// Calls `on_piece` with letters in pieces: those of the given documents, or all.
    void for_each(const std::vector<std::string>& ids,
                  const std::function<void(std::vector<dead_letter>&&)>& on_piece) {
        if (!exists_) return;
        const auto hand_out = [&](std::vector<elastic::document_place>&& places) {
            auto letters = read(places);
            mark_settled(letters);
            if (!letters.empty()) on_piece(std::move(letters));
        };
        if (!ids.empty()) return hand_out(places_of(ids));
        in_.search().client().scan_ids(name_, at_once, [&](std::span<const elastic::stored_id> some) {
            std::vector<elastic::document_place> places;
            for (const auto& each : some) places.push_back({each.id});
            hand_out(std::move(places));
        });
    }

    /// Removes the letters of the given documents, or all, without reading them; returns how many.
    [[nodiscard]] std::uint64_t drop(const std::vector<std::string>& ids) {
        if (!exists_) return 0;
        std::vector<dead_letter> some;
        std::uint64_t removed = 0;
        const auto add = [&](const std::string& letter, std::int64_t revision) {
            some.emplace_back().letter = letter;
            some.back().revision = revision;
        };
        const auto flush = [&] {
            remove(some);
            removed += some.size();
            some.clear();
        };
        if (!ids.empty()) {
            const auto places = places_of(ids);
            const auto held = in_.search().client().get_documents(name_, places, elastic::no_source);
            for (std::size_t i = 0; i < held.size(); ++i)
                if (held[i].found) add(places[i].id, held[i].version);
            flush();
            return removed;
        }
        in_.search().client().scan_ids(name_, at_once, [&](std::span<const elastic::stored_id> page) {
            for (const auto& each : page) add(each.id, each.version);
            flush();
        });
        return removed;
    }

    /// Returns the letters as they are now, without those that no longer exist.
    [[nodiscard]] std::vector<dead_letter> read(const std::vector<elastic::document_place>& places) {
        std::vector<dead_letter> out;
        const auto held = in_.search().client().get_documents(name_, places, letter_alone);
        for (std::size_t i = 0; i < held.size(); ++i) {
            if (!held[i].found) continue;
            boost::json::error_code failed;
            const auto source = boost::json::parse(held[i].source, failed);
            out.push_back(read_letter(places[i].id, held[i].version,
                                      source.is_object() ? source.get_object() : boost::json::object()));
        }
        return out;
    }

    /// Removes letters, except those that were rewritten since they were read: they report a newer failure.
    void remove(const std::vector<dead_letter>& letters) {
        if (letters.empty()) return;
        elastic::bulk_body body;
        for (const auto& each : letters)
            body.remove(name_, each.letter, static_cast<std::uint64_t>(each.revision));
        const auto answer =
            in_.search().client().call("POST", in_.search().speaks().bulk_path(false), *body.text());
        const auto parsed = elastic::parse_bulk_response(answer.body, letters.size());
        if (!parsed)
            throw error(errc::protocol,
                        "the cluster's answer to the removal of dead letters cannot be parsed");
        for (const auto& item : parsed->items) {
            if (item.verdict == elastic::item_verdict::done) continue;
            throw error(item.verdict == elastic::item_verdict::retry ? errc::connection : errc::index,
                        "dead letters of \"" + name_ + "\" could not be removed: " + item.type + ": " +
                            printable(item.reason));
        }
    }

    static constexpr std::size_t at_once = 500;

  private:
    static std::vector<elastic::document_place> places_of(const std::vector<std::string>& ids) {
        std::set<std::string> once;
        for (const auto& id : ids) once.insert(elastic::dead_letter_id(id));
        std::vector<elastic::document_place> places;
        for (const auto& id : once) places.push_back({id});
        return places;
    }

    void mark_settled(std::vector<dead_letter>& letters) {
        settle_by_index(in_.search().client(), index_, names_of(index_).index, letters);
        if (!bindings_.empty()) settle_by_rows(in_.catalog(), bindings_, number_, letters);
    }

    context& in_;
    std::span<const postgres::index_binding> bindings_;
    std::size_t number_;
    const compiled_index& index_;
    std::string name_;
    bool exists_;
};

inline void add_letters(report& out, boost::json::array& json, std::string_view index,
                        const std::vector<dead_letter>& letters, std::uint64_t count) {
    std::uint64_t open = 0;
    boost::json::array listed;
    for (const auto& each : letters) {
        open += each.settled ? 0U : 1U;
        out.text += "  " + printable(each.id) + ": " +
                    (each.status == 0 ? std::string() : "HTTP " + std::to_string(each.status) + ", ") +
                    printable(each.type) + ", " + each.at + (each.settled ? ", settled" : "") + "\n    " +
                    printable(each.reason) + "\n";
        listed.push_back({{"id", each.id},
                          {"status", each.status},
                          {"type", each.type},
                          {"reason", each.reason},
                          {"at", each.at},
                          {"version", each.version},
                          {"settled", each.settled}});
    }
    // Letters that are not listed may be settled too, but have not been checked.
    out.in_order = out.in_order && open == 0 && count <= letters.size();
    json.push_back({{"index", index}, {"dead_letters", count}, {"letters", listed}});
}

}  // namespace detail

/// Lists the documents that the cluster refused, newest first. In order if all letters are settled.
[[nodiscard]] inline report list_dead_letters(context& in, const dead_letters_options& how) {
    report out;
    boost::json::array all;
    const auto numbers = chosen_indices(in, how.indices);
    static_cast<void>(require_loaded(in, numbers));
    const auto shapes = postgres::check_shapes(in.indices(), in.catalog());
    const bool look = shapes.findings.empty() && shapes.rights.empty();
    if (!look)
        log::warn("the database does not match the shapes, so that rows that are gone are not looked for");
    for (const auto number : numbers) {
        const auto& index = in.indices()[number];
        detail::letter_box box(
            in, look ? std::span(shapes.bindings) : std::span<const postgres::index_binding>(), number);
        const auto letters = box.newest(how.limit);
        const auto count = box.count();
        out.text += printable(index.name) + ": " + std::to_string(count) + " dead letters\n";
        detail::add_letters(out, all, index.name, letters, count);
        if (count > letters.size()) {
            out.text += "  and " + std::to_string(count - letters.size()) +
                        " older ones (--limit lists more of them)\n";
        }
    }
    out.json = boost::json::serialize(boost::json::object{{"indices", all}});
    return out;
}

/// Reads the documents of dead letters again and writes them. Removes the letters of documents that are now
/// in the index or no longer have a row; the others get the new error. The setting must be
/// on_rejected::dead_letter. In order if no letter is left of those that were tried.
[[nodiscard]] inline report retry_dead_letters(context& in, const dead_letters_options& how) {
    report out;
    boost::json::array all;
    const auto numbers = chosen_indices(in, how.indices);
    static_cast<void>(require_loaded(in, numbers));
    const auto shapes = in.check_shapes();
    write_beside_sync(in);
    for (const auto number : numbers) {
        const auto& index = in.indices()[number];
        detail::letter_box box(in, shapes.bindings, number);
        std::uint64_t removed = 0;
        std::uint64_t settled = 0;
        std::vector<dead_letter> left;
        std::uint64_t left_count = 0;
        box.for_each(how.ids, [&](std::vector<dead_letter>&& letters) {
            std::vector<std::string> keys;
            for (const auto& each : letters) {
                if (!each.settled) keys.push_back(each.id);
            }
            settled += letters.size() - keys.size();
            bool given = keys.empty();
            if (!given) {
                (void)detail::read_again(in, shapes.bindings, [&]() -> std::optional<queue::batch> {
                    if (std::exchange(given, true)) return std::nullopt;
                    return detail::batch_of_keys(in, number, keys);
                });
            }
            // A letter was rewritten if its document was refused again, by this command or by a sync.
            std::vector<elastic::document_place> places;
            for (const auto& each : letters) places.push_back({each.letter});
            std::map<std::string, dead_letter> now;
            for (auto& each : box.read(places)) now.emplace(each.letter, each);
            std::vector<dead_letter> done;
            for (const auto& each : letters) {
                const auto found = now.find(each.letter);
                if (found == now.end() || found->second.revision == each.revision) {
                    done.push_back(each);
                    continue;
                }
                ++left_count;
                if (left.size() < how.limit) left.push_back(found->second);
            }
            box.remove(done);
            removed += done.size();
        });
        out.text += printable(index.name) + ": " + std::to_string(removed) + " dead letters removed, " +
                    std::to_string(settled) + " of them settled before; " + std::to_string(left_count) +
                    " refused again\n";
        detail::add_letters(out, all, index.name, left, left_count);
        out.in_order = out.in_order && left_count == 0;
        all.back().as_object()["removed"] = removed;
        all.back().as_object()["settled"] = settled;
    }
    out.json = boost::json::serialize(boost::json::object{{"indices", all}});
    return out;
}

/// Removes dead letters without looking at their documents.
[[nodiscard]] inline report drop_dead_letters(context& in, const dead_letters_options& how) {
    if (how.ids.empty() != how.all) {
        throw error(errc::configuration, "drop needs either --id or --all",
                    "--id 7 removes the letter of document 7, --all those of all documents");
    }
    report out;
    boost::json::array all;
    const auto numbers = chosen_indices(in, how.indices);
    static_cast<void>(require_loaded(in, numbers));
    std::vector<std::string> what;
    for (const auto number : numbers) {
        const auto count = detail::letter_box(in, {}, number).count();
        if (count == 0) continue;
        what.push_back(
            "remove " +
            (how.all ? counted(count, "dead letter") : counted(how.ids.size(), "dead letter") + " at most") +
            " of index " + std::string(in.indices()[number].name));
    }
    if (in.setting().dry_run) return would_do(what);
    static_cast<void>(wanted(in.setting(), in.stop_fd(), "dead-letters drop", what));
    for (const auto number : numbers) {
        detail::letter_box box(in, {}, number);
        const auto removed = box.drop(how.ids);
        const std::string name(in.indices()[number].name);
        out.text += printable(name) + ": " + std::to_string(removed) + " dead letters removed\n";
        all.push_back({{"index", name}, {"removed", removed}});
    }
    out.json = boost::json::serialize(boost::json::object{{"indices", all}});
    return out;
}

[[nodiscard]] inline report dead_letters(context& in, const dead_letters_options& how) {
    switch (how.action) {
        case dead_letters_action::list:
            return list_dead_letters(in, how);
        case dead_letters_action::retry:
            // The list shows what a retry would try.
            return in.setting().dry_run ? list_dead_letters(in, how) : retry_dead_letters(in, how);
        case dead_letters_action::drop:
            break;
    }
    return drop_dead_letters(in, how);
}

}  // namespace pgsync::app
