// A model of several processes that read documents of the same keys, at their own pace, on the primary and on
// standbys, and of the versions by which the cluster decides which of their writes wins. It holds no code of
// the product: the rules are what an implementation has to keep, and each is left out once to see that it is
// needed.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "../../catch.hpp"

namespace version_rules_test {

struct rules {
    /// A document's version is a position that the reader knows its snapshot to include, not the flush
    /// position that it finds in its own transaction: two processes share no lock that would keep those in
    /// order.
    bool position_as_version = true;
    /// A message is sent only once a snapshot of the primary sees all commits up to its position.
    bool horizon = true;
    /// A standby is read only if it had replayed the message's position before the snapshot.
    bool replayed = true;
    /// A position never falls within a partition.
    bool running = true;
    /// What was not finished by the last owner of a partition gets a greater version at the same position.
    bool attempt = true;
    /// A TRUNCATE is done once everything sent before it is written.
    bool barrier = true;
};

constexpr int truncate = -1;
constexpr int barrier_mark = -2;

/// The size of a play. In a small one rare interleavings are frequent.
struct stage {
    int documents;
    int shared;  ///< rows that several documents show
    std::size_t partitions;
    std::size_t commits;
};
constexpr stage small{1, 0, 1, 5};
constexpr stage large{4, 2, 3, 14};

/// What a document shows: its row, and a row that it shares with others.
using shown = std::pair<int, int>;
using contents = std::map<int, shown>;

class play {
  public:
    play(const stage& on, const rules& keeps, std::uint32_t seed)
        : on_(on),
          rules_(keeps),
          random_(seed),
          partitions_(on.partitions),
          progress_(on.partitions),
          truncates_often_(chance(50)) {}

    /// Returns whether the index ends as the database, once everything has settled.
    bool ends_right() {
        using step = void (play::*)();
        const std::vector<step> any{&play::commit,    &play::show,       &play::replay,  &play::route,
                                    &play::load,      &play::load,       &play::deliver, &play::rescan,
                                    &play::take_over, &play::wake_zombie};
        while (wal_.size() < on_.commits) (this->*any[below(any.size())])();
        const std::vector<step> settling{&play::show,    &play::replay,  &play::route,
                                         &play::load,    &play::load,    &play::load,
                                         &play::deliver, &play::deliver, &play::rescan};
        for (int i = 0; i < 20'000 && !settled(); ++i) (this->*settling[below(settling.size())])();
        if (!settled()) return false;
        return is_right();
    }

    /// This and the next are too rare for chance. A loader is held up with a bulk, and loses its partition;
    /// its successor reads the same message after a TRUNCATE, which is then done; and then the old bulk
    /// arrives.
    bool ends_right_after_a_late_bulk() {
        wal_ = {{0, 5}};
        visible_ = {true};
        partitions_[0] = {{0, 1}};
        only_read_from_ = 0;
        load();
        take_over();
        wal_.push_back({truncate, std::nullopt});
        visible_.push_back(true);
        routed_ = 2;
        partitions_[0].push_back({barrier_mark, 2});
        rescans_ = {{2, {1}}};
        load();
        arrive(1);
        load();
        rescan();
        arrive(1);
        arrive(0);
        return settled() && is_right();
    }

    /// A router that lost its slot, but does not know, sends again what came before a TRUNCATE.
    bool ends_right_after_a_late_repeat() {
        const message inserted{0, 1};
        wal_ = {{0, 5}, {truncate, std::nullopt}};
        visible_ = {true, true};
        routed_ = 2;
        partitions_[0] = {inserted, {barrier_mark, 2}};
        rescans_ = {{2, {1}}};
        const auto load_from = [&](std::size_t server) {
            only_read_from_ = server;
            load();
            deliver();
        };
        load_from(0);
        load_from(0);
        rescan();
        deliver();
        partitions_[0].push_back(inserted);
        replayed_ = {1, 2};  // the first standby has not come to the TRUNCATE
        load_from(1);
        load_from(2);  // where the first could not be read for it
        return settled() && is_right();
    }

  private:
    struct change {
        int cell;                  ///< a document's row, a shared row (`documents` and up), or truncate
        std::optional<int> value;  ///< none: the row is deleted
    };
    struct message {
        int cell;
        std::size_t position;
    };
    struct owner {
        std::size_t committed = 0;
        int attempts = 0;
        std::size_t highest = 0;  ///< position
    };
    struct receipt {
        std::size_t partition;
        std::size_t offset;
        int attempts;
        std::size_t position;
    };
    struct write {
        int document;
        std::optional<shown> content;
        std::uint64_t version;
    };
    struct bulk {
        std::vector<write> writes;
        std::optional<receipt> of;
    };
    struct rescan_task {
        std::size_t position;
        std::vector<std::size_t> after;
    };

    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }
    bool chance(std::size_t percent) { return below(100) < percent; }
    [[nodiscard]] std::size_t partition_of(int cell) const {
        return static_cast<std::size_t>(cell) * 7 % partitions_.size();
    }
    [[nodiscard]] bool is_row(int cell) const { return cell >= 0 && cell < on_.documents; }

    // ---- the database; the commit at wal_[i] has position i + 1

    void commit() {
        int cell = truncate;
        if (!chance(on_.shared == 0 ? 50 : truncates_often_ ? 30 : 5))
            cell = static_cast<int>(below(static_cast<std::size_t>(on_.documents + on_.shared)));
        // Whoever changes the same row waits until the earlier transaction has ended for everybody.
        for (std::size_t i = 0; i < wal_.size(); ++i) {
            const int other = wal_[i].cell;
            const bool same =
                other == cell || (other == truncate && is_row(cell)) || (cell == truncate && is_row(other));
            if (same && !visible_[i]) return;
        }
        std::optional<int> value;
        if (cell >= on_.documents || (cell >= 0 && chance(60))) value = static_cast<int>(below(99));
        wal_.push_back({cell, value});
        visible_.push_back(false);
    }
    void show() {
        std::vector<std::size_t> hidden;
        for (std::size_t i = 0; i < wal_.size(); ++i) {
            if (!visible_[i]) hidden.push_back(i);
        }
        if (!hidden.empty()) visible_[hidden[below(hidden.size())]] = true;
    }
    void replay() {
        auto& standby = replayed_[below(replayed_.size())];
        standby = std::min(wal_.size(), standby + below(4));
    }
    contents seen_by(const std::function<bool(std::size_t)>& sees) const {
        std::map<int, int> rows;
        std::array<int, 2> shared{};
        for (std::size_t i = 0; i < wal_.size(); ++i) {
            if (!sees(i)) continue;
            if (wal_[i].cell == truncate) {
                rows.clear();
            } else if (!is_row(wal_[i].cell)) {
                shared.at(static_cast<std::size_t>(wal_[i].cell - on_.documents)) = *wal_[i].value;
            } else if (wal_[i].value) {
                rows[wal_[i].cell] = *wal_[i].value;
            } else {
                rows.erase(wal_[i].cell);
            }
        }
        contents out;
        for (const auto& [row, value] : rows)
            out[row] = {value, shared.at(static_cast<std::size_t>(row % 2))};
        return out;
    }

    // ---- the router

    void route() {
        if (routed_ == wal_.size()) return;
        const auto end = std::min(wal_.size(), routed_ + 1 + below(4));
        if (rules_.horizon) {
            for (std::size_t i = 0; i < end; ++i) {
                if (!visible_[i]) return;
            }
        }
        if (routed_ > 0 && chance(on_.partitions == 1 ? 40 : 10)) {
            routed_ -= std::min(routed_, 1 + below(3));  // killed: it begins where the slot was confirmed
            return;
        }
        for (auto i = routed_; i < end; ++i) {
            const auto position = rules_.horizon ? end : i + 1;
            if (wal_[i].cell != truncate) {
                partitions_[partition_of(wal_[i].cell)].push_back({wal_[i].cell, position});
                continue;
            }
            rescan_task task{position, {}};
            for (const auto& each : partitions_) task.after.push_back(each.size());
            rescans_.push_back(std::move(task));
            for (auto& each : partitions_) each.push_back({barrier_mark, position});
        }
        routed_ = end;
    }

    // ---- the loaders

    [[nodiscard]] std::vector<int> documents_of(int cell) const {
        if (is_row(cell)) return {cell};
        std::vector<int> out;
        for (int each = (cell - on_.documents) % 2; each < on_.documents; each += 2) out.push_back(each);
        return out;
    }
    /// Reads these documents somewhere and sends them; returns false if that server cannot be read for them
    /// now.
    bool read_and_send(std::size_t position, const std::vector<int>& documents, int attempts,
                       const std::optional<receipt>& of) {
        contents state;
        std::uint64_t found = 0;
        const auto server = only_read_from_.value_or(below(1 + replayed_.size()));
        if (server == 0) {
            if (!rules_.horizon && !visible_[position - 1]) return false;
            state = seen_by([&](std::size_t i) { return visible_[i]; });
            found = wal_.size();
        } else {
            found = replayed_.at(server - 1);
            if (rules_.replayed && found < position) return false;
            state = seen_by([&](std::size_t i) { return i < found; });
        }
        const auto base = rules_.position_as_version ? position : found;
        const auto version = base * 256 + (rules_.attempt ? static_cast<std::uint64_t>(attempts) : 0);
        bulk sent{{}, of};
        for (const auto each : documents) {
            const auto there = state.find(each);
            sent.writes.push_back(
                {each, there == state.end() ? std::nullopt : std::optional(there->second), version});
        }
        bulks_.push_back(std::move(sent));
        return true;
    }
    void load() {
        const auto at = below(partitions_.size());
        auto& mine = progress_[at];
        if (mine.committed == partitions_[at].size()) return;
        for (const auto& each : bulks_) {
            if (each.of && each.of->partition == at && each.of->offset == mine.committed &&
                each.of->attempts == mine.attempts)
                return;  // it is on its way
        }
        const auto [cell, position] = partitions_[at][mine.committed];
        if (cell == barrier_mark) return done({at, mine.committed, mine.attempts, position});
        const auto as = rules_.running ? std::max(position, mine.highest) : position;
        (void)read_and_send(as, documents_of(cell), mine.attempts,
                            receipt{at, mine.committed, mine.attempts, as});
    }
    void done(const receipt& of) {
        auto& whose = progress_[of.partition];
        if (whose.committed != of.offset || whose.attempts != of.attempts) return;  // of an old owner
        ++whose.committed;
        whose.attempts = 0;
        whose.highest = std::max(whose.highest, of.position);
    }
    /// Another process gets a partition. What its predecessor has sent may still arrive.
    void take_over() { ++progress_[below(progress_.size())].attempts; }
    /// A process that does not know yet that it has lost its partition reads what it once had to do.
    void wake_zombie() {
        const auto at = below(partitions_.size());
        const auto& now = progress_[at];
        if (now.attempts == 0 || partitions_[at].empty()) return;
        const auto last = std::min(now.committed, partitions_[at].size() - 1);
        const auto offset = last - below(std::min<std::size_t>(last, 2) + 1);
        auto [cell, position] = partitions_[at][offset];
        if (cell == barrier_mark) return;
        if (rules_.running) {
            for (std::size_t i = 0; i <= offset; ++i)
                position = std::max(position, partitions_[at][i].position);
        }
        (void)read_and_send(position, documents_of(cell), 0, std::nullopt);
    }
    void rescan() {
        if (rescans_.empty()) return;
        const auto& next = rescans_.front();
        if (rules_.barrier) {
            for (std::size_t i = 0; i < progress_.size(); ++i) {
                if (progress_[i].committed < next.after[i]) return;
            }
        }
        std::vector<int> found;
        for (const auto& [document, kept] : index_) {
            if (kept.second) found.push_back(document);
        }
        if (read_and_send(next.position, found, 0, std::nullopt)) rescans_.pop_front();
    }

    // ---- the cluster

    void deliver() {
        if (!bulks_.empty()) arrive(below(bulks_.size()));
    }
    void arrive(std::size_t number) {
        const auto which = bulks_.begin() + static_cast<std::ptrdiff_t>(number);
        const auto arrived = std::move(*which);
        bulks_.erase(which);
        for (const auto& each : arrived.writes) {
            auto& kept = index_[each.document];
            if (each.version >= kept.first) kept = {each.version, each.content};
        }
        if (arrived.of) done(*arrived.of);
    }

    [[nodiscard]] bool is_right() const {
        contents found;
        for (const auto& [document, kept] : index_) {
            if (kept.second) found.emplace(document, *kept.second);
        }
        return found == seen_by([](std::size_t) { return true; });
    }
    [[nodiscard]] bool settled() const {
        if (routed_ != wal_.size() || !rescans_.empty() || !bulks_.empty()) return false;
        for (std::size_t i = 0; i < partitions_.size(); ++i) {
            if (progress_[i].committed != partitions_[i].size()) return false;
        }
        return true;
    }

    stage on_;
    rules rules_;
    std::mt19937 random_;
    std::vector<change> wal_;
    std::vector<bool> visible_;  ///< on the primary
    std::array<std::size_t, 2> replayed_{};
    std::size_t routed_ = 0;
    std::vector<std::vector<message>> partitions_;
    std::deque<rescan_task> rescans_;
    std::vector<owner> progress_;
    std::vector<bulk> bulks_;  ///< on their way; they arrive in any order
    std::map<int, std::pair<std::uint64_t, std::optional<shown>>> index_;
    bool truncates_often_;
    std::optional<std::size_t> only_read_from_;  ///< 0: the primary; the standbys from 1 on
};

/// How many plays of the first seeds end wrong.
int wrong(const stage& on, const rules& keeps, std::uint32_t plays) {
    int out = 0;
    for (std::uint32_t seed = 0; seed < plays; ++seed) {
        if (!play(on, keeps, seed).ends_right()) ++out;
    }
    return out;
}

}  // namespace version_rules_test

using namespace version_rules_test;

TEST_CASE("with positions as versions any number of processes leave the index as the database is") {
    CHECK(wrong(small, {}, 2'000) == 0);
    CHECK(wrong(large, {}, 1'000) == 0);
}

TEST_CASE("each rule of the versions is needed") {
    SECTION("a position that the snapshot is known to include, not one read in it") {
        CHECK(wrong(large, {.position_as_version = false}, 500) > 0);
    }
    SECTION("messages only of what all can see") { CHECK(wrong(large, {.horizon = false}, 600) > 0); }
    SECTION("standbys only if they have replayed it") { CHECK(wrong(large, {.replayed = false}, 500) > 0); }
    SECTION("a greater version for who repeats what another left") {
        CHECK(play(small, {}, 0).ends_right_after_a_late_bulk());
        CHECK_FALSE(play(small, {.attempt = false}, 0).ends_right_after_a_late_bulk());
    }
    SECTION("positions that never fall within a partition") {
        CHECK(play(small, {}, 0).ends_right_after_a_late_repeat());
        CHECK_FALSE(play(small, {.running = false}, 0).ends_right_after_a_late_repeat());
    }
    SECTION("what came before a TRUNCATE is written before the index is scanned") {
        CHECK(wrong(small, {.barrier = false}, 4'000) > 0);
    }
}
