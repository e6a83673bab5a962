#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <pgsync/base/metrics.hpp>
#include <pgsync/base/printable.hpp>

namespace pgsync::app {

/// Whether the documents are being kept in sync with the database and, if not, the reason in a word or two.
struct readiness {
    bool ready = false;
    std::string_view why;
};

[[nodiscard]] inline readiness readiness_of(const metrics::registry& of) {
    switch (of.at()) {
        case metrics::phase::starting:
            return {false, "starting"};
        case metrics::phase::loading:
            return {false, "loading"};
        case metrics::phase::standing_by:
            return {false, "standing by"};
        case metrics::phase::away:
            return {false, "a server is away"};
        case metrics::phase::stopping:
            return {false, "stopping"};
        case metrics::phase::done:
            return {false, "done"};
        case metrics::phase::failed:
            return {false, "failed"};
        case metrics::phase::following:
            break;
    }
    if (of.database_up.value() == 0) return {false, "the database is away"};
    if (of.cluster_up.value() == 0) return {false, "the cluster is away"};
    for (const auto& each : of.conditions()) {
        if (each.error) return {false, "not in order"};
    }
    return {true, "following"};
}

/// Returns the text of `/ready`: the reason, followed by the conditions that hold, one per line.
[[nodiscard]] inline std::string readiness_text(const metrics::registry& of) {
    std::string out = std::string(readiness_of(of).why) + "\n";
    for (const auto& each : of.conditions())
        out += std::string(each.error ? "error" : "warning") + " " + each.name + ": " + printable(each.text) +
               "\n";
    return out;
}

/// Returns whether it makes sense to let the program continue: false after an error that ends it, or if the
/// thread that reads WAL has been stuck for five minutes.
[[nodiscard]] inline bool is_healthy(const metrics::registry& of) {
    if (of.at() == metrics::phase::failed) return false;
    return of.at() != metrics::phase::following || of.since_beat() < std::chrono::minutes(5);
}

}  // namespace pgsync::app
