#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/json_difference.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/commands/diagnosis/slot_progress.hpp>
#include <pgsync/pipeline/document_fault.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/pipeline/row_lookup.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/version.hpp>
#include <pgsync/sink/elastic/bulk_fit.hpp>
#include <pgsync/sink/elastic/bulk_response.hpp>
#include <pgsync/sink/elastic/held_document.hpp>
#include <pgsync/store/cluster.hpp>
#include <pgsync/store/source_rules.hpp>

namespace pgsync::app {

/// How a place in an index deviates from the database.
enum class deviation { none, missing, extra, different };

[[nodiscard]] inline std::string_view name_of(deviation what) {
    switch (what) {
        case deviation::missing:
            return "missing";
        case deviation::extra:
            return "extra";
        case deviation::different:
            return "different";
        case deviation::none:
            break;
    }
    return "equal";
}

/// One difference between two documents, formatted for display.
struct shown_difference {
    std::string path;
    std::string database;
    std::string index;
};

/// A place that deviated from the database when last checked.
struct suspect {
    elastic::document_place place;
    deviation what = deviation::none;
    std::int64_t version = 0;  ///< of the document there
    std::size_t content = 0;   ///< hash of its source
    postgres::lsn read_at{};   ///< the database was read with every commit before this; 0: not yet read
    std::string stamp{};       ///< of the row, see document_reader::stamps()
    int agreed = 0;            ///< number of consecutive checks with the same result
    bool may_come = false;     ///< the slot's consumer has not got that far
    std::vector<shown_difference> paths{};
};

/// Documents made from rows, by id.
struct row_document {
    std::string routing;
    std::string json;
    bool kept = true;
    std::string stamp{};
    bool unmade = false;  ///< its document cannot be made; the index is then not checked
};
using row_documents = std::unordered_map<std::string, row_document>;

namespace detail {

inline constexpr std::string_view routing_path = "_routing";

inline std::string shortened(std::string_view text) {
    std::string out(text);
    shorten(out, 100);
    return printable(out);
}
inline std::string shown_value(const std::optional<std::string_view>& value) {
    return value ? shortened(*value) : std::string("nothing");
}

}  // namespace detail

/// Which part of documents is compared.
struct compared_part {
    bool contents = true;   ///< or only whether they exist
    source_rules source{};  ///< what the index keeps of them
};

/// Compares what is in one place with what should be there: `row` is null if there is no row, or none with a
/// document. Adds the differences to `paths`, unless null.
[[nodiscard]] inline deviation compare_place(const elastic::document_place& place, const row_document* row,
                                             const elastic::held_document& held, const compared_part& part,
                                             std::vector<shown_difference>* paths = nullptr) {
    if (row != nullptr && row->unmade) return deviation::none;
    const bool wanted = row != nullptr && row->kept && row->routing == place.routing;
    if (!wanted) {
        // The cluster may return a document with another routing on the same shard; that one has its own
        // place.
        return held.found && held.routing == place.routing ? deviation::extra : deviation::none;
    }
    if (!held.found) return deviation::missing;
    if (held.routing != place.routing) {
        if (paths != nullptr)
            paths->push_back({std::string(detail::routing_path), detail::shortened(place.routing),
                              detail::shortened(held.routing)});
        return deviation::different;
    }
    if (!part.contents) return deviation::none;
    constexpr std::size_t most_paths = 5;
    const bool whole = part.source.whole();
    const auto wanted_text = whole ? std::string() : part.source.kept_of(row->json);
    const auto held_text = whole ? std::string() : part.source.kept_of(held.source);
    const auto found = json_differences(whole ? row->json : wanted_text, whole ? held.source : held_text,
                                        paths == nullptr ? 1 : most_paths);
    if (found.empty()) return deviation::none;
    for (const auto& each : found) {
        if (paths != nullptr)
            paths->push_back({printable(each.path.empty() ? "the document" : each.path),
                              detail::shown_value(each.one), detail::shown_value(each.other)});
    }
    return deviation::different;
}

/// Checks suspicious places again until each has proved right or wrong.
///
/// A difference is proved if a document was in the index before the database was read and is still the same
/// after the slot's consumer has brought everything that this read saw into the index. It then contains
/// neither less than the database, because the consumer would have changed it, nor more, because it is older
/// than the read; so it must be equal.
///
/// A missing document looks the same every time. But if its row is still the same one that was read before,
/// no change can have deleted the document in between. Anything else is checked again, a limited number of
/// times.
class second_look {
  public:
    struct settings {
        std::size_t index = 0;  ///< number among the bindings
        std::string name;       ///< of the concrete index
        std::string slot;
        std::string begin;  ///< SQL that begins a read transaction
        /// A document may come and go while its row stays: rows of a view have no stamp, and a transform may
        /// depend on other rows.
        bool fleeting = false;
        compared_part part{};
        std::size_t show = 10;  ///< how many suspects are reported with their paths
        std::chrono::seconds patience{60};
        std::size_t bytes_at_once = 5U << 20U;
    };

    /// `documents` and `catalog` are sessions on the primary.
    second_look(settings setting, std::span<const postgres::index_binding> indices,
                postgres::session& documents, postgres::session& catalog, cluster::client_type& client,
                std::function<bool(std::chrono::milliseconds)> stopped_within)
        : settings_(std::move(setting)),
          documents_(documents),
          catalog_(catalog),
          client_(client),
          rows_(documents, indices, settings_.index),
          fit_(settings_.bytes_at_once, most_at_once, most_at_once),
          stopped_within_(std::move(stopped_within)) {}

    struct outcome {
        std::vector<suspect> wrong;
        std::uint64_t changing = 0;  ///< changed between all checks, and so could not be compared
        slot_progress slot;          ///< when last read
        postgres::lsn read_at{};     ///< position of the last read of the database
    };

    [[nodiscard]] outcome judge(std::vector<suspect> suspects) {
        outcome out;
        for (auto& each : suspects) each.read_at = {};
        std::chrono::milliseconds pause(50);
        for (int round = 0; !suspects.empty(); ++round) {
            out.slot = read_slot_progress(catalog_, settings_.slot);
            std::vector<suspect> left;
            in_pieces(suspects, [&](std::span<suspect> piece) { look(piece, out, left); });
            suspects = std::move(left);
            if (suspects.empty()) break;
            if (round == most_rounds) {
                out.changing += suspects.size();
                break;
            }
            out.read_at = newest_;
            wait_for(newest_, pause);
            pause = std::min(pause * 2, std::chrono::milliseconds(2'000));
        }
        return out;
    }

    /// Reads the documents of some ids from the database, and the position `read_at`: every commit before it
    /// is included.
    [[nodiscard]] row_documents read_rows(const std::vector<std::string>& ids, postgres::lsn& read_at) {
        row_documents rows;
        std::size_t bytes = 0;
        const auto begin = [&] { read_at = begin_reading(); };
        postgres::row_hooks on;
        on.document = [&](const postgres::read_document& document) {
            rows[std::string(document.id)] = {std::string(document.routing), std::string(document.json),
                                              document.kept};
            bytes += document.json.size();
        };
        on.fault = [&](const postgres::document_fault& fault) { rows[fault.key].unmade = true; };
        on.stamp = [&](std::string_view id, std::string_view stamp) {
            const auto found = rows.find(std::string(id));
            if (found != rows.end()) found->second.stamp = stamp;
        };
        rows_.documents(ids, begin, on);
        fit_.learn(rows.size(), bytes);
        return rows;
    }

    /// Calls `each` with as many suspects at once as fit into memory.
    template <typename Each>
    void in_pieces(std::vector<suspect>& all, const Each& each) {
        for (std::size_t begin = 0; begin < all.size();) {
            const auto size = std::min(fit_.documents(), all.size() - begin);
            each(std::span(all).subspan(begin, size));
            begin += size;
        }
    }

  private:
    static constexpr int most_rounds = 7;
    static constexpr std::size_t most_at_once = 200;

    postgres::lsn begin_reading() {
        const auto names = postgres::function_names(documents_.server_version());
        const auto row =
            documents_.exec(settings_.begin + "SELECT " + std::string(names.insert_lsn) + "::text");
        const auto position = postgres::lsn::parse(row.get(0, 0));
        if (!position) throw error(errc::protocol, "the server does not report its WAL position");
        return postgres::version_clock::end_of_last_record(*position);
    }

    void look(std::span<suspect> piece, outcome& out, std::vector<suspect>& left) {
        if (stopped_within_(std::chrono::milliseconds(0)))
            throw error(errc::interrupted, "stopped while documents were compared");
        std::vector<elastic::document_place> places;
        std::set<std::string> ids;
        for (const auto& each : piece) {
            places.push_back(each.place);
            ids.insert(each.place.id);
        }
        const auto held = client_.get_documents(settings_.name, places);
        postgres::lsn read_at;
        const auto rows = read_rows({ids.begin(), ids.end()}, read_at);
        newest_ = std::max(newest_, read_at);
        for (std::size_t i = 0; i < piece.size(); ++i) {
            auto& each = piece[i];
            const auto version = held[i].found ? held[i].version : -1;
            const auto content = std::hash<std::string_view>()(held[i].source);
            const auto found = rows.find(each.place.id);
            const auto* row = found == rows.end() ? nullptr : &found->second;
            const auto stamp = row == nullptr ? std::string() : row->stamp;
            // Nothing has happened to it since the last check, if that read the database.
            const bool same = each.read_at > postgres::lsn{} && each.version == version &&
                              each.content == content &&
                              (held[i].found || (row != nullptr && stamp == each.stamp));
            each.agreed = same ? each.agreed + 1 : 0;
            const bool enough = each.agreed >= (held[i].found || !settings_.fleeting ? 1 : 3);
            const bool passed = out.slot.written >= each.read_at;
            if (same && enough && (passed || gave_up_)) {
                each.may_come = !passed && out.slot.exists;
                out.wrong.push_back(std::move(each));
                continue;
            }
            each.paths.clear();
            each.what = compare_place(each.place, row, held[i], settings_.part,
                                      out.wrong.size() < settings_.show ? &each.paths : nullptr);
            if (each.what == deviation::none) continue;
            each.version = version;
            each.content = content;
            each.stamp = stamp;
            // If no row can have that id, nothing was read.
            each.read_at = std::max(read_at, postgres::lsn{1});
            left.push_back(std::move(each));
        }
    }

    /// Waits until the slot's consumer reaches `position`, or evidently will not.
    void wait_for(postgres::lsn position, std::chrono::milliseconds pause) {
        using clock = std::chrono::steady_clock;
        auto moved = clock::now();
        auto last = read_slot_progress(catalog_, settings_.slot);
        gave_up_ = false;
        int unfollowed = 0;
        while (true) {
            if (stopped_within_(pause))
                throw error(errc::interrupted, "stopped while documents were compared");
            const auto now = read_slot_progress(catalog_, settings_.slot);
            if (now.written >= position) return;
            // A restarted or standing-by sync is back in a moment.
            unfollowed = now.followed ? 0 : unfollowed + 1;
            if (now.written > last.written) moved = clock::now();
            last = now;
            if (unfollowed >= 8 || !now.exists || clock::now() - moved >= settings_.patience) {
                gave_up_ = true;
                return;
            }
            pause = std::clamp(pause, std::chrono::milliseconds(100), std::chrono::milliseconds(250));
        }
    }

    settings settings_;
    postgres::session& documents_;
    postgres::session& catalog_;
    cluster::client_type& client_;
    postgres::row_lookup rows_;
    elastic::bulk_fit fit_;
    std::function<bool(std::chrono::milliseconds)> stopped_within_;
    postgres::lsn newest_{};
    bool gave_up_ = false;
};

}  // namespace pgsync::app
