#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

namespace pgsync {

/// Tracks work that begins in order and ends in any order. Passes entries on in order, each once it and all
/// earlier ones are done. Not thread-safe: the caller locks.
template <typename Entry>
class in_order_ledger {
  public:
    /// Appends an entry and returns its number: 0, 1, 2, ...
    std::uint64_t open(Entry entry) {
        entries_.push_back({std::move(entry), false});
        return first_ + entries_.size() - 1;
    }

    /// Returns an entry that has not been passed yet.
    [[nodiscard]] Entry& operator[](std::uint64_t number) { return slot_of(number).entry; }
    [[nodiscard]] Entry& back() { return entries_.back().entry; }

    void done(std::uint64_t number) { slot_of(number).done = true; }
    [[nodiscard]] bool is_done(std::uint64_t number) const {
        return number < first_ || entries_[static_cast<std::size_t>(number - first_)].done;
    }
    [[nodiscard]] bool is_last_done() const { return entries_.empty() || entries_.back().done; }

    /// Removes entries from the front as long as they are done and `may_pass(number, entry)` returns true.
    /// Calls `on_passed(entry)` for each.
    template <typename MayPass, typename OnPassed>
    void advance(const MayPass& may_pass, const OnPassed& on_passed) {
        while (!entries_.empty() && entries_.front().done &&
               may_pass(first_, std::as_const(entries_.front().entry))) {
            on_passed(entries_.front().entry);
            entries_.pop_front();
            ++first_;
        }
    }

    /// Calls `on_entry(entry)` for each entry that is not done, in order.
    template <typename OnEntry>
    void each_undone(const OnEntry& on_entry) const {
        for (const auto& each : entries_)
            if (!each.done) on_entry(each.entry);
    }

    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    /// Returns the number of the first entry that has not been passed.
    [[nodiscard]] std::uint64_t first() const { return first_; }

  private:
    struct slot {
        Entry entry;
        bool done = false;
    };
    slot& slot_of(std::uint64_t number) { return entries_[static_cast<std::size_t>(number - first_)]; }

    std::deque<slot> entries_;
    std::uint64_t first_ = 0;
};

}  // namespace pgsync
