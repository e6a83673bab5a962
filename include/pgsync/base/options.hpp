#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace pgsync::metrics {
class registry;
}

namespace pgsync::app {

/// What to do with a document the cluster refuses for good.
enum class on_rejected { stop, dead_letter };

/// What to do when the slot no longer has every change since the indices were written.
enum class on_lost_slot { stop, resync };

/// Whether bulks travel compressed: unless the cluster is on this machine, always, or never.
enum class compression { remote, always, never };

/// Everything a user can set. Defaults work for a database on libpq's variables and a cluster on this
/// machine.
struct options {
    std::string program = "pgsync";      ///< how the user called us, for messages
    std::string database;                ///< conninfo or URI; empty: libpq's PG* variables
    std::string read_from;               ///< a standby to read documents from; empty: `database`
    std::string elasticsearch;           ///< URLs of the cluster, with commas; empty: ELASTICSEARCH_URL
    bool insecure_http = false;          ///< credentials may go to another machine over http://
    std::string name;                    ///< of slot and publication; empty: made from the indices' names
    std::size_t page_size = 5000;        ///< documents read at once at most
    std::size_t workers = 2;             ///< connections that read pages at once
    std::size_t bulk_bytes = 5U << 20U;  ///< of one request to the cluster, about
    std::size_t bulks_in_flight = 3;     ///< at most
    compression compress = compression::remote;   ///< bulks, as gzip
    std::chrono::seconds search_timeout{60};      ///< for the cluster's answer to a request
    on_rejected rejected = on_rejected::stop;     ///< documents
    on_lost_slot lost_slot = on_lost_slot::stop;  ///< with changes
    std::chrono::seconds stop_timeout{30};        ///< for what is in flight when asked to stop
    /// bootstrap and sync: how long they wait for servers that are away when they start; 0: as long as it
    /// takes. Whatever else is asked of a server that is away fails soon.
    std::chrono::seconds connect_timeout{0};
    /// Where /metrics, /health, /ready and a status page are served: a port of this machine, or HOST:PORT;
    /// empty: nowhere.
    std::string metrics;
    /// Where everything is counted; empty: somewhere of the engine's own.
    std::shared_ptr<pgsync::metrics::registry> counts{};
    std::chrono::seconds watch{0};  ///< status: between two looks, which give a rate; 0: one look
    bool dry_run = false;           ///< tell what would be done, and do nothing
    bool yes = false;               ///< do what cannot be undone without asking
    bool once = false;              ///< sync: return when caught up
    bool bootstrap_first = false;   ///< sync: bootstrap first where that is to be done
    /// Whether sync lets readers have an index of a changed shape once it is up to date; else swap() does.
    bool swap_when_ready = true;
    bool adopt = false;             ///< bootstrap, sync: take indices that another database or program keeps
    bool teardown_old = false;      ///< remove not this program's indices, but those of its earlier shapes
    bool teardown_letters = false;  ///< remove the indices of dead letters, too
};

}  // namespace pgsync::app
