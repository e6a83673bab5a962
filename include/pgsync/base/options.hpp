#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace pgsync::metrics {
class registry;
}

namespace pgsync::app {

/// What to do with a document that the cluster rejects permanently.
enum class on_rejected { stop, dead_letter };

/// What to do when the slot no longer has every change since the indices were written.
enum class on_lost_slot { stop, resync };

/// When to compress bulks: unless the cluster is on this machine, always, or never.
enum class compression { remote, always, never };

/// Everything a user can set. The defaults suit a database configured through libpq's variables and a cluster
/// on this machine.
struct options {
    std::string program = "pgsync";      ///< how the user called the program, for messages
    std::string database;                ///< conninfo or URI; empty: libpq's PG* variables
    std::string read_from;               ///< a standby to read documents from; empty: `database`
    std::string elasticsearch;           ///< comma-separated URLs of the cluster; empty: ELASTICSEARCH_URL
    bool insecure_http = false;          ///< allow sending credentials to another machine over http://
    std::string name;                    ///< of the slot and publication; empty: made from the indices' names
    std::size_t page_size = 5000;        ///< maximum number of documents per read
    std::size_t workers = 2;             ///< number of connections that read pages in parallel
    std::size_t bulk_bytes = 5U << 20U;  ///< approximate size of one bulk request
    std::size_t bulks_in_flight = 3;     ///< maximum
    compression compress = compression::remote;   ///< gzip for bulks
    std::chrono::seconds search_timeout{60};      ///< how long to wait for the cluster's answer to a request
    on_rejected rejected = on_rejected::stop;     ///< what to do with rejected documents
    on_lost_slot lost_slot = on_lost_slot::stop;  ///< what to do about lost changes
    std::chrono::seconds stop_timeout{30};        ///< to finish what is in flight after a stop request
    /// How long bootstrap and sync wait for unreachable servers when they start; 0: without limit. Everything
    /// else that needs an unreachable server fails soon.
    std::chrono::seconds connect_timeout{0};
    /// Where to serve /metrics, /health, /ready and a status page: a port of this machine, or HOST:PORT.
    /// If empty, they are not served.
    std::string metrics;
    /// The registry to count in; empty: one of the engine's own.
    std::shared_ptr<pgsync::metrics::registry> counts{};
    std::chrono::seconds watch{0};  ///< status: time between two looks, which gives rates; 0: look once
    bool dry_run = false;           ///< print what would be done, and do nothing
    bool yes = false;               ///< do what cannot be undone without asking
    bool once = false;              ///< sync: return when caught up
    bool bootstrap_first = false;   ///< sync: bootstrap first if necessary
    /// Whether sync switches readers to an index of a changed shape once it is up to date; otherwise swap()
    /// does.
    bool swap_when_ready = true;
    bool adopt = false;  ///< bootstrap, sync: take over indices that another database or program maintains
    bool teardown_old = false;      ///< remove only the indices of this program's earlier shapes
    bool teardown_letters = false;  ///< also remove the dead-letter indices
};

}  // namespace pgsync::app
