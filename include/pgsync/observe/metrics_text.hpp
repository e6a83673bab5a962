#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <unistd.h>

#include <pgsync/base/metrics.hpp>
#include <pgsync/observe/readiness.hpp>
#include <pgsync/version.hpp>

namespace pgsync::app {

/// Writes metrics in Prometheus' text format, version 0.0.4.
class metrics_writer {
  public:
    /// Begins a metric: the samples that follow belong to it, until the next one.
    metrics_writer& metric(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        out_.append("# HELP ").append(name).append(" ");
        for (const char c : help)
            c == '\\' ? out_.append("\\\\") : c == '\n' ? out_.append("\\n") : out_ += c;
        out_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
        return *this;
    }
    metrics_writer& sample(double value, std::string_view label = {}, std::string_view content = {}) {
        line("", value, label, content);
        return *this;
    }
    metrics_writer& sample(const metrics::counter& value, std::string_view label = {},
                           std::string_view content = {}) {
        return sample(static_cast<double>(value.value()), label, content);
    }
    void observations(const metrics::histogram& of) {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i <= of.bounds().size(); ++i) {
            sum += of.count(i);
            line("_bucket", static_cast<double>(sum), "le",
                 i < of.bounds().size() ? number(of.bounds()[i]) : std::string("+Inf"));
        }
        line("_sum", of.sum());
        // The sum over the buckets just read, so that both agree although other threads keep counting.
        line("_count", static_cast<double>(sum));
    }
    [[nodiscard]] const std::string& text() const { return out_; }

  private:
    static std::string number(double value) {
        std::array<char, 32> text{};
        auto* const end = text.data() + text.size();
        const bool whole = std::abs(value) < 1e15 && value == std::floor(value);
        const auto written = whole ? std::to_chars(text.data(), end, static_cast<std::int64_t>(value))
                                   : std::to_chars(text.data(), end, value);
        return {text.data(), written.ptr};
    }
    void line(std::string_view suffix, double value, std::string_view label = {},
              std::string_view content = {}) {
        out_.append(name_).append(suffix);
        if (!label.empty()) {
            out_.append("{").append(label).append("=\"");
            for (const char c : content) {
                if (c == '\n') {
                    out_ += "\\n";
                    continue;
                }
                if (c == '\\' || c == '"') out_ += '\\';
                out_ += c;
            }
            out_.append("\"}");
        }
        out_.append(" ").append(number(value)).append("\n");
    }

    std::string out_;
    std::string_view name_;
};

/// Returns the resident memory of this process in bytes; 0 if the system does not report it.
[[nodiscard]] inline std::uint64_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    statm >> size >> resident;
    return statm ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

/// Returns all metrics, as `/metrics` shows them.
[[nodiscard]] inline std::string metrics_text(const metrics::registry& of) {
    metrics_writer out;
    const auto now = of.look();
    const auto position = [&](std::string_view name, std::string_view help, const metrics::gauge& value) {
        if (const auto at = value.value(); at >= 0)
            out.metric(name, "gauge", help).sample(static_cast<double>(at));
    };
    const auto behind = [&](std::string_view name, std::string_view help, const metrics::gauge& gauge) {
        const auto from = gauge.value();
        const auto end = of.log_end.value();
        if (from < 0 || end < 0) return;
        const auto bytes = std::max<std::int64_t>(end - from, 0);
        out.metric(name, "gauge", help).sample(static_cast<double>(bytes));
    };
    out.metric("pgsync_build_info", "gauge", "1, with the version of pgsync.")
        .sample(1, "version", version_string);
    out.metric(
           "pgsync_ready", "gauge",
           "1 while sync streams from the slot, both servers answer and no error condition holds, else 0.")
        .sample(readiness_of(of).ready ? 1 : 0);
    out.metric("pgsync_state", "gauge", "1 for the current state, 0 for all others.");
    constexpr std::array<std::string_view, 8> states{"starting", "loading",  "standing_by", "following",
                                                     "away",     "stopping", "done",        "failed"};
    const auto phase = of.at();
    for (std::size_t i = 0; i < states.size(); ++i)
        out.sample(phase == static_cast<metrics::phase>(i) ? 1 : 0, "state", states[i]);

    const auto conditions = of.conditions();
    const auto errors =
        std::count_if(conditions.begin(), conditions.end(), [](const auto& each) { return each.error; });
    out.metric("pgsync_conditions", "gauge", "Conditions that hold, by severity; /ready lists them.")
        .sample(static_cast<double>(errors), "severity", "error")
        .sample(static_cast<double>(conditions.size()) - static_cast<double>(errors), "severity", "warning");
    if (!conditions.empty()) {
        out.metric("pgsync_condition", "gauge", "1 for each kind of condition that holds.");
        std::set<std::string> names;
        for (const auto& each : conditions) {
            if (names.insert(each.name).second) out.sample(1, "name", each.name);
        }
    }

    behind("pgsync_slot_lag_bytes", "Bytes of WAL after the slot's confirmed position.", of.slot_confirmed);
    behind("pgsync_slot_retained_bytes", "Bytes of WAL that the server retains for the slot.",
           of.slot_restart);
    behind("pgsync_lag_bytes", "Bytes of WAL not yet known to be in the indices.", of.written);
    out.metric("pgsync_lag_seconds", "gauge",
               "Age of the oldest change that was read and is not yet in the indices; 0 if there is none.")
        .sample(now.oldest_us == 0 ? 0
                                   : static_cast<double>(std::max<std::int64_t>(
                                         metrics::microseconds_since_2000() - now.oldest_us, 0)) /
                                         1e6);
    position("pgsync_log_end_lsn", "Flush LSN of the server, in bytes.", of.log_end);
    position("pgsync_slot_confirmed_lsn", "Confirmed LSN of the slot, in bytes.", of.slot_confirmed);
    out.metric("pgsync_transactions_total", "counter", "Transactions read from the slot.")
        .sample(of.transactions);
    out.metric("pgsync_changes_total", "counter", "Row changes and TRUNCATEs read from the slot.")
        .sample(of.changes);
    out.metric("pgsync_latency_seconds", "histogram",
               "Time from a transaction's commit until its documents were in the cluster; of a transaction "
               "of several batches, those of the last.")
        .observations(of.latency);

    out.metric("pgsync_documents_written_total", "counter", "Documents written.");
    for (const auto& each : of.indices) out.sample(each.written, "index", each.name);
    out.metric("pgsync_documents_deleted_total", "counter", "Documents deleted.");
    for (const auto& each : of.indices) out.sample(each.deleted, "index", each.name);
    out.metric("pgsync_dead_letters_total", "counter", "Documents set aside as dead letters.");
    for (const auto& each : of.indices) out.sample(each.dead_letters, "index", each.name);
    const auto loads = [&](std::string_view name, std::string_view help, auto member) {
        bool begun = false;
        for (const auto& each : of.indices) {
            if ((each.*member).value() < 0) continue;
            if (!begun) out.metric(name, "gauge", help);
            begun = true;
            out.sample(static_cast<double>((each.*member).value()), "index", each.name);
        }
    };
    loads("pgsync_load_rows", "Root rows loaded by the initial load.", &metrics::index_counts::rows_loaded);
    loads("pgsync_load_rows_expected", "Root rows the initial load has to load, estimated.",
          &metrics::index_counts::rows_to_load);

    out.metric("pgsync_queue_keys", "gauge", "Changed keys waiting in the queue.")
        .sample(static_cast<double>(now.gathered));
    out.metric("pgsync_unacknowledged_batches", "gauge", "Batches not yet fully acknowledged by the cluster.")
        .sample(static_cast<double>(now.batches));
    out.metric("pgsync_bulks_in_flight", "gauge", "Bulk requests in flight or waiting for a retry.")
        .sample(static_cast<double>(now.bulks));
    out.metric("pgsync_bulk_retries_total", "counter", "Bulks sent again, whole or in part.")
        .sample(of.retries);
    out.metric("pgsync_bulk_rejections_total", "counter",
               "Bulks that the cluster refused in whole or in part because it was overloaded (429).")
        .sample(of.refused);
    out.metric("pgsync_conflicts_total", "counter",
               "Writes superseded by a newer version of the document (409), which is harmless.")
        .sample(of.conflicts);
    out.metric("pgsync_bulk_bytes", "histogram", "Size of bulk requests, before compression.")
        .observations(of.bulk_bytes);
    out.metric("pgsync_bulk_documents", "histogram", "Writes and deletes in a bulk request.")
        .observations(of.bulk_documents);
    out.metric("pgsync_bulk_seconds", "histogram", "Time until a bulk request was answered.")
        .observations(of.bulk_seconds);

    out.metric("pgsync_reconnects_total", "counter", "Restarts of the pipeline because a server was down.")
        .sample(of.reconnects);
    position("pgsync_database_up", "1 if the database answered the last query, else 0.", of.database_up);
    position("pgsync_cluster_up", "1 if the cluster answered the last request, else 0.", of.cluster_up);
    out.metric("process_resident_memory_bytes", "gauge", "Resident memory.")
        .sample(static_cast<double>(resident_bytes()));
    return out.text();
}

}  // namespace pgsync::app
