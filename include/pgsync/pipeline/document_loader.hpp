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
#include <pgsync/pipeline/write_counts.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/queue/batch.hpp>
#include <pgsync/sink/document_sink.hpp>
#include <pgsync/sink/elastic/bulk_fit.hpp>

namespace pgsync::pipeline {

/// A change that affects more documents than are read at once: a route, and the join keys that lead to its
/// owners.
struct fan_out {
    std::size_t index;
    std::size_t route;
    std::vector<std::string> join_keys;
};

/// Processes batches: finds the owners of join keys, reads their documents as a whole and hands them to the
/// sink. What it does depends only on the batch and the database.
template <document_source Source, sink::document_sink Sink>
class document_loader {
  public:
    struct settings {
        std::size_t join_keys_at_once = 500;  ///< per query for owners
        std::size_t keys_at_once = 500;       ///< per query for documents, until their size is known
        std::size_t owners_at_once = 2'000;   ///< if there are more, they are read through a cursor
        std::size_t page_size = 5'000;        ///< maximum number of documents read at once
    };

    /// `stopped` is called while waiting and between pieces; once it returns true, the load in progress
    /// throws errc::interrupted.
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

    /// Returns how many keys a batch should have: enough to fill several bulks. With more, keys that change
    /// again meanwhile would have to be read twice.
    [[nodiscard]] std::size_t keys_at_once() const {
        std::size_t most = settings_.keys_at_once;
        for (const auto& each : fit_) most = std::max(most, each.documents());
        return 2 * most;
    }

    /// Result of load().
    struct outcome {
        postgres::lsn durable;               ///< what was read is durable once WAL is flushed up to here
        std::vector<std::size_t> changed{};  ///< indices whose storage must be recorded once all is done
    };

    /// Takes over fan-outs, and processes them at its own pace.
    struct fan_out_handler {
        /// Takes one over; may block.
        std::function<void(fan_out&&)> take;
        /// Returns once everything taken over has been read and handed to its sink.
        std::function<void()> settle;
    };

    /// Reads and sends everything that `todo` names except the fan-outs that `handler` takes over. The bulks
    /// may still be in flight when it returns. Consults `storage` if the batch asks for it.
    outcome load(queue::batch todo, storage_watch& storage, const fan_out_handler& handler) {
        durable_ = {};
        outcome out;
        std::vector<fan_out> fan_outs;
        std::vector<keys_piece> rest;  // one entry for each index
        {
            const read_scope scope(*this, source_, {todo.xids, todo.committed});
            if (todo.check_storage) out.changed = storage.look(source_, todo.indices);
            for (std::size_t i = 0; i < indices_.size(); ++i) {
                auto keys = std::move(todo.indices[i].keys);
                find_owners(i, todo.indices[i], keys, fan_outs);
                if (keys.empty()) continue;
                rest.push_back({i, {}, &todo.indices[i].routings});
                rest.back().keys.reserve(keys.size());
                while (!keys.empty())
                    rest.back().keys.push_back(std::move(keys.extract(keys.begin()).value()));
            }
            // A small batch, which is the usual case, is read in one transaction. The rest is read in further
            // transactions, each with its own snapshot, so that none stays open while the cluster makes us
            // wait.
            if (!rest.empty()) load_piece(next_piece(rest), scope.version());
        }
        if (!rest.empty()) sink_.flush_if_full();
        while (!rest.empty()) {
            go_on();
            load_piece(next_piece(rest));
        }
        if (!fan_outs.empty()) sink_.flush();  // handing them over may take a while
        for (auto& each : fan_outs) handler.take(std::move(each));
        for (std::size_t i = 0; i < indices_.size(); ++i) {
            // The scan would miss a document that is yet to be written.
            if (todo.indices[i].rescan_index) handler.settle();
            if (todo.indices[i].rescan_index) rescan(i);
            if (todo.indices[i].reload) reload(i);
        }
        sink_.flush();
        out.durable = durable_;
        return out;
    }

    /// Reads and sends all documents of a fan-out; the source `held` keeps the owners meanwhile. Needs no
    /// `read_needs`: the snapshot in which the fan-out was found saw all it had to, and this one is later.
    /// Returns the position up to which WAL must be flushed, as in load().
    postgres::lsn load_fan_out(const fan_out& each, Source& held) {
        durable_ = {};
        {
            const read_scope scope(*this, held);
            held.hold_owners(each.index, each.route, each.join_keys);
        }
        const auto size = [&] { return fit_[each.index].documents(); };
        held.held_owners(each.index, size, [&](const std::vector<std::string>& keys) {
            go_on();
            load_piece({each.index, keys, nullptr});
        });
        sink_.flush();
        return durable_;
    }

    /// Looks up every document in the index with a version below `below` and deletes those whose row no
    /// longer exists. Returns the position up to which WAL must be flushed, as in load().
    postgres::lsn remove_orphans(std::size_t index, std::uint64_t below) {
        durable_ = {};
        rescan(index, below);
        sink_.flush();
        return durable_;
    }

    /// Returns the version of a snapshot taken now, which is lower than that of everything read from here on.
    [[nodiscard]] std::uint64_t next_version() {
        const read_scope scope(*this, source_);
        return scope.version();
    }

    /// Returns the counts of what has been handed to the sink so far.
    [[nodiscard]] const write_counts& done() const { return done_; }

  private:
    /// Some keys of one index.
    struct keys_piece {
        std::size_t index;
        std::vector<std::string> keys;
        const queue::known_routings* routings = nullptr;  ///< see index_batch
        bool foreign = false;  ///< the ids come from the index: other programs may have made them up
    };

    /// A transaction with its own snapshot, for the lifetime of the object.
    class read_scope {
      public:
        /// Waits until the snapshot sees what `needs` requires.
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

    void find_owners(std::size_t index, const queue::index_batch& todo, std::unordered_set<std::string>& keys,
                     std::vector<fan_out>& fan_outs) {
        for (std::size_t route = 0; route < todo.join_keys.size(); ++route) {
            in_pieces(
                todo.join_keys[route], settings_.join_keys_at_once, [&](std::vector<std::string>& join_keys) {
                    // The owners found of a fan-out are discarded: the cursor finds them again, in pieces.
                    std::vector<std::string> found;
                    const bool all = source_.owners(index, route, join_keys, settings_.owners_at_once,
                                                    [&](std::string_view id) { found.emplace_back(id); });
                    if (all) {
                        keys.insert(std::make_move_iterator(found.begin()),
                                    std::make_move_iterator(found.end()));
                    } else {
                        fan_outs.push_back({index, route, std::move(join_keys)});
                    }
                });
        }
    }

    /// Removes the next keys to be read at once from the end of `rest`. `rest` must not be empty, nor contain
    /// an entry without keys.
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

    /// Reads the documents of some keys. Deletes the document of a key that has no row or that the transform
    /// leaves out. A routed document is deleted under all its known routings except the one it was just
    /// written under; the routings are known from events of the root.
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

    /// Does the same for the keys of a piece that are still `missing`, when the server cannot compute all its
    /// documents: writes those it can compute and refuses the others, each in a later snapshot.
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
            begin();  // for its version
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
        // Two routings may lead to the same shard, where the document was just written: with a lower version
        // than the write, the delete does not affect it in whatever order they arrive, and it is still newer
        // than anything before.
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
            // A routing that is not UTF-8 cannot have been sent.
            if (routing != kept && is_utf8(routing)) sink_.remove(piece.index, id, version, routing);
        }
    }

    /// Does the same in its own transaction.
    void load_piece(const keys_piece& piece) {
        {
            const read_scope scope(*this, source_);
            load_piece(piece, scope.version());
        }
        sink_.flush_if_full();
    }

    /// Looks up every document in the index with a version below `below` and deletes those without a row.
    /// Needed after a TRUNCATE of the root.
    void rescan(std::size_t index, std::uint64_t below = std::numeric_limits<std::uint64_t>::max()) {
        sink_.flush();
        go_on();
        cluster_.drain();  // a write still in flight would be missed
        go_on();
        cluster_.refresh(index);
        go_on();
        cluster_.scan_ids(index, settings_.join_keys_at_once, [&](std::span<const elastic::stored_id> ids) {
            keys_piece piece{index, {}};
            piece.foreign = true;
            queue::known_routings routings;
            std::vector<std::string> impossible;
            for (const auto& each : ids) {
                if (static_cast<std::uint64_t>(each.version) >= below) continue;
                // The query must not contain an id with a wrong number of parts or a zero byte.
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

    /// Deletes a document that another program has put into the index and whose id cannot be any row's key,
    /// such as "abc" if keys are numbers.
    void remove_impossible(const keys_piece& piece, const std::string& id, std::uint64_t version) {
        log::warn("{}: deleting document \"{}\", whose id can be no key", indices_[piece.index].index->name,
                  id);
        remove_gone(piece, id, version);
    }

    /// Reads and sends every document. Needed after a TRUNCATE of a table other than the root: any document
    /// may have lost something.
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
                sink_.flush();  // it may hold part of the page, and no bulk may hold a document twice
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
    std::deque<elastic::bulk_fit> fit_;  ///< one for each index
    std::function<bool()> stopped_;
    postgres::lsn durable_;
    write_counts done_;
};

}  // namespace pgsync::pipeline
