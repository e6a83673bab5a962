#pragma once

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <future>
#include <iterator>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/backoff.hpp>
#include <pgsync/base/error.hpp>
#include <pgsync/base/json_at.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/base/report.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/commands/bootstrap.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/commands/diagnosis/row_estimate.hpp>
#include <pgsync/commands/diagnosis/slot_progress.hpp>
#include <pgsync/commands/progress.hpp>
#include <pgsync/commands/serving_index.hpp>
#include <pgsync/commands/verify/compare_documents.hpp>
#include <pgsync/commands/verify/verify_findings.hpp>
#include <pgsync/commands/verify/verify_options.hpp>
#include <pgsync/pipeline/document_fault.hpp>
#include <pgsync/pipeline/document_reader.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/pipeline/row_lookup.hpp>
#include <pgsync/pipeline/wait_until_written.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/queue/receipt.hpp>
#include <pgsync/sink/elastic/batcher.hpp>
#include <pgsync/sink/elastic/bulk_fit.hpp>
#include <pgsync/sink/elastic/dialect.hpp>
#include <pgsync/sink/elastic/index_unavailable.hpp>
#include <pgsync/sink/elastic/stored_id.hpp>
#include <pgsync/store/index_state.hpp>
#include <pgsync/store/source_rules.hpp>

namespace pgsync::app {

namespace detail {

/// Returns the share of all documents that belongs in a sample.
[[nodiscard]] inline double sample_share(const std::string& sample, std::uint64_t rows) {
    if (sample.empty()) return 1;
    double number = 0;
    const bool percent = sample.back() == '%';
    const auto* const end = sample.data() + sample.size() - (percent ? 1 : 0);
    const auto read = std::from_chars(sample.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || !(number > 0) || (percent && number > 100)) {
        throw error(errc::configuration, "--sample is \"" + sample + "\"",
                    "give a share of all documents, 5%, or about how many, 1000");
    }
    return std::min(1.0,
                    percent ? number / 100 : number / static_cast<double>(std::max<std::uint64_t>(rows, 1)));
}

/// Compares one index with the database, page by page.
class index_verifier {
  public:
    index_verifier(context& in, const verify_options& how, std::span<const postgres::index_binding> indices,
                   std::size_t number, std::string slot)
        : in_(in),
          how_(how),
          indices_(indices),
          number_(number),
          slot_(std::move(slot)),
          index_(in.indices()[number]),
          names_(names_of(index_)),
          begin_(postgres::begin_reading(indices.subspan(number, 1))),
          estimate_(estimate_rows(in.catalog(), indices[number])),
          share_(sample_share(how.sample, estimate_)),
          page_(in.setting().bulk_bytes, first_page, share_ < 1 ? sample_page : in.setting().page_size),
          shown_("verify " + std::string(index_.name),
                 static_cast<std::uint64_t>(2 * static_cast<double>(estimate_) * share_)),
          part_(compared()),
          documents_(in.setting().database, in.stop_fd()),
          judge_(judge_settings(), indices, documents_, in.catalog(), in.search().client(),
                 [this](std::chrono::milliseconds time) { return wait_for_stop(in_.stop_fd(), time); }),
          random_(std::random_device{}()) {
        found_.name = index_.name;
        found_.sampled = share_ < 1;
        found_.contents = part_.contents;
        if (!index_.pipeline.empty())
            found_.no_contents = "a pipeline makes them other than the database has them";
        if (!part_.source.kept())
            found_.no_contents = "the index does not keep them as they were sent, see _source of its mapping";
        if (part_.contents) found_.lacking = part_.source.lacking(boost::json::parse(index_.properties));
        credit_ = std::uniform_real_distribution<double>(0, 1)(random_);
    }

    [[nodiscard]] index_findings run() {
        walk_rows();
        walk_index();
        settle();
        shown_.finish();
        return std::move(found_);
    }

  private:
    static constexpr std::size_t first_page = 200;
    static constexpr std::size_t sample_page = 100;
    static constexpr std::size_t ids_at_once = 1'000;
    static constexpr std::size_t most_suspects = 50'000;

    second_look::settings judge_settings() const {
        second_look::settings to;
        to.index = number_;
        to.name = names_.index;
        to.slot = slot_;
        to.begin = begin_.sql;
        to.fleeting = index_.transform != nullptr || indices_[number_].routes.front().view;
        to.part = part_;
        to.show = how_.show;
        to.patience = how_.patience;
        to.bytes_at_once = in_.setting().bulk_bytes;
        return to;
    }

    /// Returns what can be compared: not the contents if a pipeline changes them, and not what the index does
    /// not keep.
    compared_part compared() const {
        compared_part out;
        const auto answer = in_.search().client().ask("/" + cluster::client_type::escaped(names_.index) +
                                                      "?flat_settings=true");
        if (answer && answer->is_object() && !answer->get_object().empty()) {
            const auto& about = answer->get_object().begin()->value();
            const auto* mapping = elastic::dialect::mapping_in(about);
            const auto* settings = value_at(about, "settings");
            if (mapping != nullptr)
                out.source =
                    source_rules(*mapping, settings == nullptr ? boost::json::value(nullptr) : *settings);
        }
        out.contents = index_.pipeline.empty() && out.source.kept();
        return out;
    }

    void go_on() const {
        if (in_.stopped()) throw error(errc::interrupted, "stopped while documents were compared");
    }

    /// A session and the row lookup that uses it.
    struct row_reader {
        row_reader(const std::string& conninfo, int stop_fd, std::span<const postgres::index_binding> indices,
                   std::size_t index)
            : session(conninfo, stop_fd), rows(session, indices, index) {}
        postgres::session session;
        postgres::row_lookup rows;
    };
    [[nodiscard]] std::unique_ptr<row_reader> open_reader() const {
        return std::make_unique<row_reader>(in_.setting().read_from, in_.stop_fd(), indices_, number_);
    }
    [[nodiscard]] std::unique_ptr<postgres::session> open_session() const {
        return std::make_unique<postgres::session>(in_.setting().read_from, in_.stop_fd());
    }

    /// Runs `body(*session)` until it succeeds, opening the session with `open`: a server that is down for a
    /// while must not discard what has been compared.
    template <typename Session, typename Open, typename Body>
    void with_retries(std::unique_ptr<Session>& session, const Open& open, const Body& body) {
        backoff pauses(std::chrono::milliseconds(200), std::chrono::milliseconds(10'000));
        while (true) {
            go_on();
            try {
                if (!session) session = open();
                return body(*session);
            } catch (const elastic::index_unavailable&) {
                throw;
            } catch (const error& problem) {
                if (!is_passing(problem.code())) throw;
                const auto pause = pauses.next();
                log::warn("{}; trying again in {} ms", problem.what(), pause.count());
                session.reset();
                if (wait_for_stop(in_.stop_fd(), pause)) go_on();
            }
        }
    }

    // ---- every row has its document

    void walk_rows() {
        std::vector<std::future<void>> workers;
        for (std::size_t i = 0; i < in_.setting().workers; ++i) {
            workers.push_back(std::async(std::launch::async, [this] {
                try {
                    work();
                } catch (...) {
                    abandoned_ = true;
                    throw;
                }
            }));
        }
        // While the workers run, settles suspects before they become too many.
        std::exception_ptr failure;
        for (auto& each : workers) {
            try {
                while (each.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
                    if (failure || in_.stopped()) abandoned_ = true;
                    if (!abandoned_ && suspects() >= most_suspects) settle();
                }
                each.get();
            } catch (...) {
                abandoned_ = true;
                if (!failure) failure = std::current_exception();
            }
        }
        if (failure) std::rethrow_exception(failure);
        go_on();
    }

    std::size_t suspects() {
        const std::lock_guard lock(mutex_);
        return suspects_.size();
    }

    void work() {
        std::unique_ptr<row_reader> reader;
        while (!abandoned_) {
            // Let the main thread, which settles suspects, catch up.
            if (suspects() >= 2 * most_suspects) {
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
                continue;
            }
            const auto page = next_page();
            if (!page) return;
            with_retries(
                reader, [this] { return open_reader(); }, [&](row_reader& on) { compare(on, *page); });
        }
    }

    /// Returns the next page to compare; nullopt at the end.
    std::optional<postgres::page_bounds> next_page() {
        const std::lock_guard lock(bounds_mutex_);
        while (!exhausted_ && !abandoned_) {
            std::optional<postgres::page_bounds> page;
            with_retries(
                bounds_, [this] { return open_session(); },
                [&](postgres::session& on) {
                    postgres::document_reader reader(on, indices_);
                    try {
                        page = reader.next_page(number_, page_.documents(), after_);
                    } catch (const postgres::sql_error& problem) {
                        if (!on.usable() || !postgres::is_row_fault(problem)) throw;
                        page = reader.next_page(number_, page_.documents(), after_, true);
                    }
                });
            if (!page) {
                exhausted_ = true;
                // Compare something however small the table is.
                return taken_ == 0 ? std::exchange(passed_over_, std::nullopt) : std::nullopt;
            }
            after_ = page->last;
            credit_ += share_;
            if (credit_ < 1) {
                passed_over_ = std::move(page);
                continue;
            }
            credit_ -= 1;
            ++taken_;
            return page;
        }
        return std::nullopt;
    }

    /// The documents of a page, and what happened to its other rows.
    struct page_rows {
        std::vector<elastic::document_place> places;
        std::vector<row_document> rows;
        std::size_t bytes = 0;
        std::uint64_t left_out = 0;
        std::vector<std::string> faults;
        std::set<std::string> seen;  ///< keys handled, when rows are read one by one

        void take(const postgres::read_document& document) {
            if (!document.kept) {
                ++left_out;
                return;
            }
            places.push_back({std::string(document.id), std::string(document.routing)});
            rows.push_back({std::string(document.routing), std::string(document.json), true});
            bytes += document.json.size();
        }
        void take(const postgres::document_fault& fault) {
            faults.push_back("document \"" + fault.id + "\": " + printable(fault.reason));
        }
    };

    page_rows read_page(row_reader& reader, const postgres::page_bounds& page) {
        page_rows out;
        reader.session.exec(begin_.sql);
        try {
            const auto take = [&](const auto& row) { out.take(row); };
            reader.rows.reader().by_page(number_, page, take, take);
            reader.session.exec("COMMIT");
            return out;
        } catch (const postgres::sql_error& problem) {
            if (!reader.session.usable() || !postgres::is_row_fault(problem)) throw;
            reader.session.exec("ROLLBACK");
        }
        // The server cannot make one of the documents: read each by its key.
        out = {};
        postgres::row_hooks on;
        on.document = [&](const postgres::read_document& document) {
            if (out.seen.emplace(document.id).second) out.take(document);
        };
        on.fault = [&](const postgres::document_fault& fault) {
            if (out.seen.insert(fault.key).second) out.take(fault);
        };
        const auto keys = reader.rows.reader().keys_of(number_, page);
        for (std::size_t begin = 0; begin < keys.size(); begin += ids_at_once) {
            go_on();
            const auto end = std::min(keys.size(), begin + ids_at_once);
            reader.rows.documents(
                {keys.begin() + static_cast<std::ptrdiff_t>(begin),
                 keys.begin() + static_cast<std::ptrdiff_t>(end)},
                [&] { reader.session.exec(begin_.sql); }, on);
        }
        return out;
    }

    void compare(row_reader& reader, const postgres::page_bounds& page) {
        const auto [places, rows, bytes, left_out, faults, seen] = read_page(reader, page);
        page_.learn(rows.size(), bytes);
        std::vector<suspect> wrong;
        for (std::size_t begin = 0; begin < places.size(); begin += ids_at_once) {
            const auto end = std::min(places.size(), begin + ids_at_once);
            const std::vector<elastic::document_place> some(
                places.begin() + static_cast<std::ptrdiff_t>(begin),
                places.begin() + static_cast<std::ptrdiff_t>(end));
            const auto held = in_.search().client().get_documents(names_.index, some);
            for (std::size_t i = 0; i < some.size(); ++i) {
                if (held[i].found && held[i].source.empty() && part_.contents) {
                    throw error(
                        errc::index, "index \"" + names_.index + "\" keeps no _source of its documents",
                        "nothing can be compared with the database; take \"_source\" out of its mapping");
                }
                if (compare_place(some[i], &rows[begin + i], held[i], part_) != deviation::none)
                    wrong.push_back({some[i]});
            }
        }
        shown_.add(rows.size() + left_out);
        const std::lock_guard lock(mutex_);
        found_.rows += rows.size() + left_out + faults.size();
        found_.compared += rows.size();
        found_.unmade += faults.size();
        for (const auto& each : faults) {
            if (found_.faults.size() < how_.show) found_.faults.push_back(each);
        }
        std::move(wrong.begin(), wrong.end(), std::back_inserter(suspects_));
    }

    // ---- every document has its row

    void walk_index() {
        auto& client = in_.search().client();
        client.refresh(names_.index);
        found_.documents = client.count(names_.index);
        std::unique_ptr<row_reader> reader;
        std::bernoulli_distribution chosen(share_);
        const auto size = share_ < 1 ? sample_page : ids_at_once;
        client.scan_ids(names_.index, size, [&](std::span<const elastic::stored_id> ids) {
            go_on();
            if (share_ < 1 && !chosen(random_)) return;
            with_retries(
                reader, [this] { return open_reader(); }, [&](row_reader& on) { find_extra(on, ids); });
            shown_.add(ids.size());
            if (suspects() >= most_suspects) settle();
        });
    }

    void find_extra(row_reader& reader, std::span<const elastic::stored_id> documents) {
        std::vector<std::string> ids;
        for (const auto& each : documents) ids.push_back(each.id);
        std::set<elastic::document_place> right;
        const auto begin = [&] { reader.session.exec(begin_.sql); };
        if (index_.transform == nullptr) {
            reader.rows.present(
                ids, begin,
                [&](std::string_view id, std::string_view routing) {
                    right.insert({std::string(id), std::string(routing)});
                },
                [](const std::string&) {});  // the second look ignores it
        } else {
            postgres::row_hooks on;
            on.document = [&](const postgres::read_document& document) {
                if (document.kept) right.insert({std::string(document.id), std::string(document.routing)});
            };
            on.fault = [](const postgres::document_fault&) {};  // the second look ignores it
            reader.rows.documents(ids, begin, on);
        }
        const std::lock_guard lock(mutex_);
        for (const auto& each : documents) {
            elastic::document_place place{each.id, each.routing};
            if (!right.contains(place)) suspects_.push_back({std::move(place)});
        }
    }

    // ---- what differs is checked again, and repaired

    void settle() {
        std::vector<suspect> gathered;
        {
            const std::lock_guard lock(mutex_);
            gathered.swap(suspects_);
        }
        // Both passes may have found the same place.
        std::sort(gathered.begin(), gathered.end(),
                  [](const suspect& a, const suspect& b) { return a.place < b.place; });
        gathered.erase(std::unique(gathered.begin(), gathered.end(),
                                   [](const suspect& a, const suspect& b) { return a.place == b.place; }),
                       gathered.end());
        if (gathered.empty()) return note_slot({});
        log::info("{}: looking again at {} documents that seemed wrong", index_.name, gathered.size());
        auto judged = judge_.judge(std::move(gathered));
        found_.changing += judged.changing;
        note_slot(judged);
        for (const auto& each : judged.wrong) {
            if (each.what == deviation::missing) ++found_.missing;
            if (each.what == deviation::extra) ++found_.extra;
            if (each.what == deviation::different) ++found_.different;
            if (each.may_come) ++found_.may_come;
            if (found_.examples.size() < how_.show) found_.examples.push_back(each);
        }
        if (how_.repair && !judged.wrong.empty()) repair(std::move(judged.wrong));
    }

    void note_slot(const second_look::outcome& judged) {
        found_.slot = read_slot_progress(in_.catalog(), slot_);
        if (judged.read_at > found_.slot.written)
            found_.behind = std::max(found_.behind, judged.read_at.value - found_.slot.written.value);
    }

    /// Writes what differs as it is in the database now, and checks whether that helped.
    void repair(std::vector<suspect> wrong) {
        const auto all = wrong.size();
        constexpr int attempts = 3;
        for (int attempt = 0; attempt < attempts && !wrong.empty(); ++attempt) {
            const auto writer = in_.batcher();
            postgres::lsn durable;
            const auto written = std::make_shared<queue::receipt>();
            writer->begin_job([written] { written->part_done(); });
            judge_.in_pieces(wrong, [&](std::span<suspect> piece) {
                go_on();
                write(piece, *writer, durable);
                writer->flush_if_full();
            });
            writer->end_job();
            in_.access().drain();
            pipeline::wait_until_written(*written, *writer, [this] { go_on(); });
            // As every other writer does.
            postgres::wait_until_flushed(in_.catalog(), durable, [this] { go_on(); });
            auto judged = judge_.judge(std::move(wrong));
            wrong = std::move(judged.wrong);
        }
        found_.repaired += all - wrong.size();
        for (const auto& each : wrong) {
            if (found_.unrepaired.size() == how_.show) break;
            const auto position = postgres::flushed_position(in_.catalog());
            // pgsync's own versions are close to the WAL position; a foreign one is usually far from it.
            const bool ahead = each.version > 0 && static_cast<std::uint64_t>(each.version) >
                                                       in_.clock().greatest_version(position);
            found_.unrepaired.push_back(
                "document \"" + printable(each.place.id) + "\"" +
                (ahead
                     ? " has version " + std::to_string(each.version) +
                           ", higher than any of pgsync's: another program wrote it, and no change will "
                           "reach it; delete the index and bootstrap, or write it by other means"
                     : " is still " + std::string(name_of(each.what)) +
                           ": something else keeps writing it, or a dead letter has what the cluster says"));
        }
    }

    void write(std::span<const suspect> piece, elastic::batcher& writer, postgres::lsn& durable) {
        std::set<std::string> ids;
        for (const auto& each : piece) ids.insert(each.place.id);
        if (!writing_) writing_ = open_reader();
        auto& session = writing_->session;
        row_documents rows;
        std::unordered_map<std::string, std::uint64_t> versions;
        std::uint64_t version = 0;
        const auto begin = [&] {
            const auto snapshot = in_.clock().begin(session, begin_, {}, [this] { return in_.stopped(); });
            version = snapshot.version;
            durable = std::max(durable, snapshot.durable);
        };
        postgres::row_hooks on;
        on.document = [&](const postgres::read_document& document) {
            const std::string id(document.id);
            rows[id] = {std::string(document.routing), std::string(document.json), document.kept};
            versions[id] = version;
        };
        on.fault = [&](const postgres::document_fault& fault) { rows[fault.key].unmade = true; };
        writing_->rows.documents({ids.begin(), ids.end()}, begin, on);
        if (version == 0) {  // no row can have any of these ids
            begin();
            session.exec("COMMIT");
        }
        for (const auto& id : ids) {
            const auto row = rows.find(id);
            if (row == rows.end() || !row->second.kept || row->second.unmade) continue;
            writer.index(number_, id, versions.at(id), row->second.json, row->second.routing);
        }
        for (const auto& each : piece) {
            const auto row = rows.find(each.place.id);
            if (row != rows.end() && row->second.unmade) continue;
            const bool there = row != rows.end() && row->second.kept;
            if (there && row->second.routing == each.place.routing) continue;
            // Another routing may lead to the shard that was just written to; see pipeline::loader.
            writer.remove(number_, each.place.id, there ? versions.at(each.place.id) - 1 : version,
                          each.place.routing);
        }
    }

    context& in_;
    const verify_options& how_;
    std::span<const postgres::index_binding> indices_;
    std::size_t number_;
    std::string slot_;
    const compiled_index& index_;
    index_names names_;
    postgres::read_start begin_;
    std::uint64_t estimate_;
    double share_;
    elastic::bulk_fit page_;
    progress shown_;
    compared_part part_;
    postgres::session documents_;
    std::unique_ptr<row_reader> writing_;
    second_look judge_;
    std::mt19937_64 random_;

    std::mutex bounds_mutex_;
    std::unique_ptr<postgres::session> bounds_;
    std::optional<std::string> after_;
    std::optional<postgres::page_bounds> passed_over_;
    double credit_ = 0;
    std::uint64_t taken_ = 0;
    bool exhausted_ = false;

    std::atomic<bool> abandoned_{false};
    std::mutex mutex_;
    std::vector<suspect> suspects_;
    index_findings found_;
};

}  // namespace detail

/// Compares every document with the database while changes continue; with `repair` writes what differs. In
/// order if everything is equal in the end. Errors: errc::index if an index does not exist or is not loaded.
[[nodiscard]] inline report verify(context& in, const verify_options& how) {
    (void)detail::sample_share(how.sample, 1);
    const auto numbers = chosen_indices(in, how.indices);
    const auto states = require_loaded(in, numbers);
    const auto shapes = in.check_shapes();
    if (how.repair) write_beside_sync(in);
    report out;
    boost::json::array all;
    for (const auto number : numbers) {
        const auto found =
            detail::index_verifier(in, how, shapes.bindings, number, states[number].slot).run();
        out.in_order = out.in_order && found.in_order();
        out.text += detail::text_of(found);
        all.push_back(detail::json_of(found));
    }
    out.json = boost::json::serialize(boost::json::object{{"equal", out.in_order}, {"indices", all}});
    return out;
}

}  // namespace pgsync::app
