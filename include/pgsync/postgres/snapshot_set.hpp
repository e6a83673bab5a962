#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

namespace pgsync::postgres {

/// The set of transactions that a snapshot sees: PostgreSQL's `xmin:xmax:xip,…`. Do not rely on it on a
/// standby: snapshots there list no transactions in progress.
class snapshot_set {
  public:
    /// Parses the text of pg_current_snapshot() or txid_current_snapshot(); nullopt if it is neither.
    [[nodiscard]] static std::optional<snapshot_set> parse(std::string_view text) {
        snapshot_set out;
        if (!number(text, out.xmin_) || !skip(text, ':') || !number(text, out.xmax_) || !skip(text, ':') ||
            out.xmin_ > out.xmax_)
            return std::nullopt;
        while (!text.empty()) {
            std::uint64_t xid = 0;
            if (!out.in_progress_.empty() && !skip(text, ',')) return std::nullopt;
            // PostgreSQL writes them in ascending order, which the binary search in visible() needs.
            if (!number(text, xid) || xid < out.xmin_ || xid >= out.xmax_ ||
                (!out.in_progress_.empty() && xid <= out.in_progress_.back()))
                return std::nullopt;
            out.in_progress_.push_back(xid);
        }
        return out;
    }

    /// Returns the id below which every transaction has ended.
    [[nodiscard]] std::uint64_t xmin() const noexcept { return xmin_; }
    /// Returns the first id that the snapshot cannot see: no transaction from it on is visible.
    [[nodiscard]] std::uint64_t xmax() const noexcept { return xmax_; }

    /// Returns true if a committed transaction is visible in this snapshot. `xid` is the 32-bit number from
    /// WAL; as everywhere in PostgreSQL it stands for the transaction nearest to xmax.
    [[nodiscard]] bool visible(std::uint32_t xid) const noexcept { return visible64(extend(xid)); }

    /// Like visible(), for a full 64-bit transaction id.
    [[nodiscard]] bool visible64(std::uint64_t xid) const noexcept {
        return xid < xmin_ ||
               (xid < xmax_ && !std::binary_search(in_progress_.begin(), in_progress_.end(), xid));
    }

    /// Returns the 64-bit id nearest to xmax whose lower half is `xid`.
    [[nodiscard]] std::uint64_t extend(std::uint32_t xid) const noexcept {
        const auto distance = static_cast<std::int32_t>(xid - static_cast<std::uint32_t>(xmax_));
        // In the very first epoch there is nothing before 0.
        if (distance < 0 && static_cast<std::uint64_t>(-std::int64_t{distance}) > xmax_) return xid;
        return xmax_ + static_cast<std::uint64_t>(std::int64_t{distance});
    }

  private:
    static bool number(std::string_view& text, std::uint64_t& out) {
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
        if (problem != std::errc{}) return false;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        return true;
    }

    static bool skip(std::string_view& text, char expected) {
        if (!text.starts_with(expected)) return false;
        text.remove_prefix(1);
        return true;
    }

    std::uint64_t xmin_ = 0;
    std::uint64_t xmax_ = 0;
    std::vector<std::uint64_t> in_progress_;
};

}  // namespace pgsync::postgres
