#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/pipeline/document_fault.hpp>
#include <pgsync/pipeline/document_reader.hpp>
#include <pgsync/pipeline/document_source.hpp>
#include <pgsync/pipeline/index_access.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/pipeline/row_lookup.hpp>
#include <pgsync/pipeline/storage_watch.hpp>
#include <pgsync/pipeline/work.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/sink/document_sink.hpp>
#include <pgsync/sink/elastic/bulk_fit.hpp>

namespace pgsync::pipeline {

/// A route with more owners than are read at once, and the links that lead to them.
struct wide_route {
    std::size_t index;
    std::size_t route;
    std::vector<std::string> links;
};

/// Does works: finds the owners of links, reads their documents whole, and hands them to the sink. A
/// function of the work and the database alone.
template <document_source Source, sink::document_sink Sink>
class document_loader {
  public:
    struct settings {
        std::size_t links_at_once = 500;  ///< in one query for owners
        std::size_t keys_at_once = 500;   ///< in one for documents, while it is not known how large they are
        std::size_t owners_at_once = 2'000;  ///< more owners than this are read through a cursor
        std::size_t page_size = 5'000;       ///< documents at once at most
    };

    /// `stopped` is asked while waiting and between pieces: whatever is loaded then is given up, by
    /// errc::interrupted.
    document_loader(Source& source, std::span<const postgres::index_binding> indices, Sink& to,
                    index_access cluster, settings setting, std::function<bool()> stopped)
        : source_(source),
          indices_(indices),
          sink_(to),
          cluster_(std::move(cluster)),
          settings_(setting),
          stopped_(std::move(stopped)) {
        for (std::size_t i = 0; i < indices.size(); ++i)
            fit_.emplace_back(sink_.bulk_bytes(), settings_.keys_at_once, settings_.page_size);
    }

    /// How many keys are well read in one work: some bulks, each filled. With more, whatever changes again
    /// meanwhile would have to be read again as well.
    [[nodiscard]] std::size_t keys_at_once() const {
        std::size_t most = settings_.keys_at_once;
        for (const auto& each : fit_) most = std::max(most, each.documents());
        return 2 * most;
    }

    /// What became of a work.
    struct outcome {
        postgres::lsn durable;  ///< how far the log must be flushed for what was read to be durable
        std::vector<std::size_t> changed{};  ///< indices whose storage is to be remembered once all is done
    };

    /// Who does what takes long, at its own pace.
    struct elsewhere {
        /// Takes over a route with many owners; may block.
        std::function<void(wide_route&&)> take;
        /// Returns when all that was taken over has been read and handed to its batcher.
        std::function<void()> settle;
    };

    /// Reads and sends everything `todo` names but what `wide_loads` takes over. The bulks are on their way
    /// when it returns, not done. `storage` is asked where the work wants it.
    outcome load(work todo, storage_watch& storage, const elsewhere& wide_loads) {
        durable_ = {};
        outcome out;
        std::vector<wide_route> wide;
        std::vector<keys_piece> rest;  // an index each
        {
            const read_scope scope(*this, source_, {todo.xids, todo.committed});
            if (todo.look_at_storage) out.changed = storage.look(source_, todo.indices);
            for (std::size_t i = 0; i < indices_.size(); ++i) {
                auto keys = std::move(todo.indices[i].keys);
                find_owners(i, todo.indices[i], keys, wide);
                if (keys.empty()) continue;
                rest.push_back({i, {}, &todo.indices[i].routings});
                rest.back().keys.reserve(keys.size());
                while (!keys.empty())
                    rest.back().keys.push_back(std::move(keys.extract(keys.begin()).value()));
            }
            // The usual small work is done in one transaction. More is read in further ones, each of its own
            // snapshot, so that none stays open while the cluster makes us wait.
            if (!rest.empty()) load_piece(next_piece(rest), scope.version());
        }
        if (!rest.empty()) sink_.flush_if_full();
        while (!rest.empty()) {
            go_on();
            load_piece(next_piece(rest));
        }
        if (!wide.empty()) sink_.flush();  // it may take a while until all is taken over
        for (auto& each : wide) wide_loads.take(std::move(each));
        for (std::size_t i = 0; i < indices_.size(); ++i) {
            // A document that is still to be written would not be found.
            if (todo.indices[i].rescan_index) wide_loads.settle();
            if (todo.indices[i].rescan_index) rescan(i);
            if (todo.indices[i].reload) reload(i);
        }
        sink_.flush();
        out.durable = durable_;
        return out;
    }

    /// Reads and sends every document of a route, whose owners another source, `held`, keeps meanwhile. Needs
    /// no word of what its snapshot must see: whoever found the route to be wide saw it, and this snapshot is
    /// later. Returns how far the log must be flushed, as load() does.
    postgres::lsn load_wide(const wide_route& each, Source& held) {
        durable_ = {};
        {
            const read_scope scope(*this, held);
            held.hold_owners(each.index, each.route, each.links);
        }
        const auto size = [&] { return fit_[each.index].documents(); };
        held.held_owners(each.index, size, [&](const std::vector<std::string>& keys) {
            go_on();
            load_piece({each.index, keys, nullptr});
        });
        sink_.flush();
        return durable_;
    }

    /// Looks up whatever document the index holds of a version below `below`, and deletes it where its row is
    /// gone. Returns how far the log must be flushed, as load() does.
    postgres::lsn remove_orphans(std::size_t index, std::uint64_t below) {
        durable_ = {};
        rescan(index, below);
        sink_.flush();
        return durable_;
    }

    /// The version of a snapshot taken now: of whatever is read from here on it is greater.
    [[nodiscard]] std::uint64_t next_version() {
        const read_scope scope(*this, source_);
        return scope.version();
    }

    /// What has been handed to the sink so far.
    [[nodiscard]] const refreshed& done() const { return done_; }

  private:
    /// Some keys of one index.
    struct keys_piece {
        std::size_t index;
        std::vector<std::string> keys;
        const known_routings* routings = nullptr;  ///< see index_work
        bool foreign = false;                      ///< somebody else may have made the ids up
    };

    /// A transaction with its own snapshot, ended when the scope is.
    class read_scope {
      public:
        /// Waits until the snapshot sees what it must.
        read_scope(document_loader& owner, Source& source, const postgres::read_needs& needs = {})
            : source_(source), snapshot_(source.begin(needs, owner.stopped_)) {
            owner.durable_ = std::max(owner.durable_, snapshot_.durable);
        }
        ~read_scope() { source_.end(); }
        read_scope(const read_scope&) = delete;
        read_scope& operator=(const read_scope&) = delete;

        [[nodiscard]] std::uint64_t version() const { return snapshot_.version; }

      private:
        Source& source_;
        postgres::read_snapshot snapshot_;
    };

    void go_on() const {
        if (stopped_()) throw error(errc::interrupted, "stopped while documents were read");
    }

    void find_owners(std::size_t index, const index_work& todo, std::unordered_set<std::string>& keys,
                     std::vector<wide_route>& wide) {
        for (std::size_t route = 0; route < todo.links.size(); ++route) {
            in_pieces(todo.links[route], settings_.links_at_once, [&](std::vector<std::string>& links) {
                // What a wide route finds is not kept: the cursor finds it again, in pieces.
                std::vector<std::string> found;
                const bool all = source_.owners(index, route, links, settings_.owners_at_once,
                                                [&](std::string_view id) { found.emplace_back(id); });
                if (all) {
                    keys.insert(std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
                } else {
                    wide.push_back({index, route, std::move(links)});
                }
            });
        }
    }

    /// Takes the next keys to be read at once off the end of `rest`, which is not empty and holds no index
    /// without keys.
    keys_piece next_piece(std::vector<keys_piece>& rest) const {
        auto& from = rest.back();
        const auto size = std::min(from.keys.size(), fit_[from.index].documents());
        const auto first = from.keys.end() - static_cast<std::ptrdiff_t>(size);
        keys_piece piece{from.index,
                         {std::make_move_iterator(first), std::make_move_iterator(from.keys.end())},
                         from.routings};
        from.keys.erase(first, from.keys.end());
        if (from.keys.empty()) rest.pop_back();
        return piece;
    }

    /// Reads the documents of some keys; a key without a row, or whose document the transform leaves out, is
    /// a document to delete. A routed document is deleted wherever it may be but where it was just written;
    /// where that is, events of the root told.
    void load_piece(const keys_piece& piece, std::uint64_t version) {
        key_set missing(piece.keys.begin(), piece.keys.end());
        std::size_t documents = 0;
        std::size_t bytes = 0;
        try {
            source_.by_keys(
                piece.index, piece.keys,
                [&](const postgres::read_document& document) {
                    missing.erase(document.id);
                    ++documents;
                    bytes += document.json.size();
                    hand_over(piece, document, version);
                },
                [&](const postgres::document_fault& fault) {
                    missing.erase(fault.key);
                    refuse(piece.index, fault, version);
                });
        } catch (const postgres::sql_error& problem) {
            if (!source_.is_row_fault(problem)) throw;
            return load_apart(piece, missing);
        }
        fit_[piece.index].learn(documents, bytes);
        for (const auto id : missing) remove_gone(piece, id, version);
    }

    using key_set = std::unordered_set<std::string_view>;

    /// The same for what is still `missing` of a piece of which the server cannot make all documents: those
    /// it can make are written, the others refused, each in a later snapshot.
    void load_apart(const keys_piece& piece, key_set& missing) {
        source_.roll_back();
        const std::vector<std::string> keys(missing.begin(), missing.end());
        std::uint64_t version = 0;
        const auto begin = [&] {
            go_on();
            const auto snapshot = source_.begin({}, stopped_);
            durable_ = std::max(durable_, snapshot.durable);
            version = snapshot.version;
        };
        postgres::row_hooks on;
        on.document = [&](const postgres::read_document& document) {
            if (missing.erase(document.id) != 0) hand_over(piece, document, version);
        };
        on.fault = [&](const postgres::document_fault& fault) {
            if (missing.erase(fault.key) != 0) refuse(piece.index, fault, version);
        };
        on.done = [&](const std::vector<std::string>& ids) {
            for (const auto& id : ids) {
                if (missing.erase(id) != 0) remove_gone(piece, id, version);
            }
        };
        on.impossible = [&](const std::string& id, const postgres::sql_error& why) {
            if (!piece.foreign) throw why;
            missing.erase(id);
            begin();  // for a version
            source_.end();
            remove_impossible(piece, id, version);
        };
        source_.one_by_one(piece.index, keys, begin, on);
    }

    void hand_over(const keys_piece& piece, const postgres::read_document& document, std::uint64_t version) {
        if (document.kept) {
            sink_.index(piece.index, document.id, version, document.json, document.routing);
            ++done_.written;
        } else {
            sink_.remove(piece.index, document.id, version, document.routing);
            ++done_.deleted;
        }
        // Two routings may mean one shard, where the document was just written over: older than that, the
        // delete leaves it alone in whatever order they arrive, and is newer than anything before.
        if (is_routed(piece)) remove_elsewhere(piece, document.id, version - 1, document.routing);
    }
    void refuse(std::size_t index, const postgres::document_fault& fault, std::uint64_t version) {
        sink_.refuse(index, fault.id, version, fault.type, fault.reason, fault.document);
    }
    void remove_gone(const keys_piece& piece, std::string_view id, std::uint64_t version) {
        ++done_.deleted;
        if (is_routed(piece)) {
            remove_elsewhere(piece, id, version, std::nullopt);
        } else {
            sink_.remove(piece.index, id, version);
        }
    }
    [[nodiscard]] bool is_routed(const keys_piece& piece) const {
        return !indices_[piece.index].index->routing.empty();
    }

    void remove_elsewhere(const keys_piece& piece, std::string_view id, std::uint64_t version,
                          std::optional<std::string_view> kept) {
        if (piece.routings == nullptr) return;
        const auto known = piece.routings->find(std::string(id));
        if (known == piece.routings->end()) return;
        for (const auto& routing : known->second) {
            // No document can have gone where no routing can lead.
            if (routing != kept && is_utf8(routing)) sink_.remove(piece.index, id, version, routing);
        }
    }

    /// The same in a transaction of its own.
    void load_piece(const keys_piece& piece) {
        {
            const read_scope scope(*this, source_);
            load_piece(piece, scope.version());
        }
        sink_.flush_if_full();
    }

    /// After a TRUNCATE of the root: whatever the index holds of a version below `below` is looked up, and
    /// deleted where it is gone.
    void rescan(std::size_t index, std::uint64_t below = std::numeric_limits<std::uint64_t>::max()) {
        sink_.flush();
        go_on();
        cluster_.drain();  // a write still on its way would not be found
        go_on();
        cluster_.refresh(index);
        go_on();
        cluster_.scan_ids(index, settings_.links_at_once, [&](std::span<const elastic::stored_id> ids) {
            keys_piece piece{index, {}};
            piece.foreign = true;
            known_routings routings;
            std::vector<std::string> impossible;
            for (const auto& each : ids) {
                if (static_cast<std::uint64_t>(each.version) >= below) continue;
                // A wrong number of parts, or a zero byte, is not even asked for.
                (source_.is_possible_key(index, each.id) ? piece.keys : impossible).push_back(each.id);
                if (is_routed(piece)) routings[each.id].insert(each.routing);
            }
            piece.routings = &routings;
            go_on();
            if (!impossible.empty()) {
                const read_scope scope(*this, source_);
                for (const auto& id : impossible) remove_impossible(piece, id, scope.version());
            }
            if (!piece.keys.empty()) load_piece(piece);
        });
    }

    /// Somebody else has put a document into the index whose id no row can have: "abc" where keys are
    /// numbers.
    void remove_impossible(const keys_piece& piece, const std::string& id, std::uint64_t version) {
        log::warn("{}: deleting document \"{}\", whose id can be no key", indices_[piece.index].index->name,
                  id);
        remove_gone(piece, id, version);
    }

    /// After a TRUNCATE of another table: every document may have lost something.
    void reload(std::size_t index) {
        std::optional<std::string> after;
        while (true) {
            go_on();
            std::optional<postgres::page_bounds> page;
            const auto before = done_;
            try {
                const read_scope scope(*this, source_);
                page = source_.next_page(index, fit_[index].documents(), after);
                if (!page) return;
                reload_page(index, *page, scope.version());
            } catch (const postgres::sql_error& problem) {
                if (!source_.is_row_fault(problem)) throw;
                done_ = before;
                sink_.flush();  // some of the page may wait there, and no bulk is to hold a document twice
                if (!page) page = source_.next_page(index, fit_[index].documents(), after, true);
                if (!page) return;
                in_pieces(source_.keys_of(index, *page), settings_.keys_at_once,
                          [&](std::vector<std::string>& keys) {
                              go_on();
                              load_piece({index, std::move(keys)});
                          });
            }
            after = page->last;
            sink_.flush_if_full();
        }
    }
    void reload_page(std::size_t index, const postgres::page_bounds& page, std::uint64_t version) {
        std::size_t documents = 0;
        std::size_t bytes = 0;
        const keys_piece piece{index, {}};
        source_.by_page(
            index, page,
            [&](const postgres::read_document& document) {
                ++documents;
                bytes += document.json.size();
                hand_over(piece, document, version);
            },
            [&](const postgres::document_fault& fault) { refuse(index, fault, version); });
        fit_[index].learn(documents, bytes);
    }

    template <typename Set, typename OnPiece>
    static void in_pieces(const Set& set, std::size_t size, OnPiece&& on_piece) {
        std::vector<std::string> piece;
        for (const auto& each : set) {
            piece.push_back(each);
            if (piece.size() == size) {
                on_piece(piece);
                piece = {};
            }
        }
        if (!piece.empty()) on_piece(piece);
    }

    Source& source_;
    std::span<const postgres::index_binding> indices_;
    Sink& sink_;
    index_access cluster_;
    settings settings_;
    std::deque<elastic::bulk_fit> fit_;  ///< of each index
    std::function<bool()> stopped_;
    postgres::lsn durable_;
    refreshed done_;
};

}  // namespace pgsync::pipeline
