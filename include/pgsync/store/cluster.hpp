#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/base/options.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/base/this_machine.hpp>
#include <pgsync/pipeline/document_fault.hpp>
#include <pgsync/pipeline/index_access.hpp>
#include <pgsync/sink/elastic/access.hpp>
#include <pgsync/sink/elastic/batcher.hpp>
#include <pgsync/sink/elastic/bulk_room.hpp>
#include <pgsync/sink/elastic/bulk_writer.hpp>
#include <pgsync/sink/elastic/client.hpp>
#include <pgsync/sink/elastic/curl_transport.hpp>
#include <pgsync/sink/elastic/dead_letters.hpp>
#include <pgsync/sink/elastic/dialect.hpp>
#include <pgsync/sink/elastic/failover.hpp>
#include <pgsync/sink/elastic/url.hpp>

namespace pgsync::app {

/// Creates a transport for each of the cluster's addresses. Throws errc::configuration if one is invalid.
[[nodiscard]] inline std::vector<elastic::failover<elastic::curl_transport>::node> nodes_of(
    const options& setting, elastic::encoding bodies) {
    std::vector<elastic::failover<elastic::curl_transport>::node> out;
    for (auto& url : elastic::parse_urls(setting.elasticsearch)) {
        auto access = elastic::access_from_environment(url, setting.insecure_http);
        auto address = url.base;
        out.push_back({std::move(address),
                       std::make_unique<elastic::curl_transport>(std::move(url), std::move(access), bodies)});
    }
    return out;
}

/// The search cluster as the commands use it: one transport, one client for administration, one bulk writer.
class cluster {
  public:
    using transport_type = elastic::failover<elastic::curl_transport>;
    using client_type = elastic::client<transport_type>;
    using writer_type = elastic::bulk_writer<transport_type>;
    using dead_letters_type = elastic::dead_letters<transport_type>;

    /// Connects to the cluster, and fails quickly: a problem at the start should be reported rather than
    /// waited for. `stopped` returns whether the program is to stop; administrative requests then wait only
    /// briefly. With `only_looks`, a persistent error (5xx) is retried no longer than an outage.
    cluster(const options& setting, const std::function<bool()>& stopped, bool only_looks = false)
        : options_(setting),
          only_looks_(only_looks),
          stopped_(stopped),
          transport_(nodes_of(setting, encoding_of(setting))),
          dialect_(first_contact()),
          client_(transport_, client_settings(stopped)),
          stream_client_(transport_, stream_settings()),
          writer_(transport_, writer_settings()),
          probe_(counts(), [this](metrics::depths& sum) { sum.bulks += writer_.in_flight(); }) {
        transport_.require_one_cluster(first_patience);
        if (setting.rejected == on_rejected::dead_letter) {
            dead_letters_ = std::make_unique<dead_letters_type>(transport_, dead_letters_settings());
        }
    }
    ~cluster() { interrupt(); }
    cluster(const cluster&) = delete;
    cluster& operator=(const cluster&) = delete;

    [[nodiscard]] client_type& client() { return client_; }
    /// A second client, for the stream, which interrupt() ends.
    [[nodiscard]] client_type& stream_client() { return stream_client_; }
    [[nodiscard]] const elastic::dialect& speaks() const { return dialect_; }
    [[nodiscard]] const std::string& address() const { return transport_.address(); }

    /// Returns a batcher that writes to `targets`, one for each index number; `aliases` are their names for
    /// readers.
    [[nodiscard]] std::unique_ptr<elastic::batcher> batcher(
        const std::vector<elastic::batcher::target>& targets, const std::vector<std::string>& aliases,
        elastic::pace how) {
        const auto alias = [targets, aliases](std::string_view target) {
            return alias_of(target, targets, aliases);
        };
        // A small bulk queues behind those the cluster is processing, so fan-out bulks must finish quickly.
        const auto bytes =
            how == elastic::pace::wide ? std::min(options_.bulk_bytes, wide_bulk_bytes) : options_.bulk_bytes;
        return std::make_unique<elastic::batcher>(
            elastic::batcher::settings{bytes, bytes * 4}, targets,
            [this, alias, how](elastic::bulk_body&& body, writer_type::completion done) {
                if (dead_letters_) {
                    dead_letters_->wait_for_room();
                    done = dead_letters_->before(std::move(done), alias);
                }
                writer_.submit(std::move(body), std::move(done), how);
            },
            [alias](elastic::bulk_outcome& outcome) { stop_for(outcome, alias); });
    }

    /// From now on fails instead of waiting for a closed or blocked index; for interactive commands.
    void end_at_closed() {
        writer_.end_at_closed();
        if (dead_letters_) dead_letters_->end_at_closed();
    }

    /// Ends all waiting for the cluster, including requests in flight, until resume().
    void interrupt() {
        writer_.interrupt();
        stream_client_.interrupt();
        if (dead_letters_) dead_letters_->interrupt();
    }
    void resume() {
        writer_.resume();
        stream_client_.resume();
        if (dead_letters_) dead_letters_->resume();
    }

    /// Returns the stream's access to the cluster; `names` are the indices to search and refresh, by number.
    [[nodiscard]] pipeline::index_access access(const std::vector<std::string>& names) {
        return {[this] { writer_.drain(); },
                [this, names](std::size_t index) { stream_client_.refresh(names[index]); },
                [this, names](std::size_t index, std::size_t size,
                              const std::function<void(std::span<const elastic::stored_id>)>& on_ids) {
                    stream_client_.scan_ids(names[index], size, on_ids);
                },
                {},
                {},
                {},
                [this] { interrupt(); },
                [this] { resume(); }};
    }

  private:
    static constexpr std::size_t wide_bulk_bytes = 1U << 20U;
    static constexpr std::chrono::seconds first_patience{2};

    [[nodiscard]] metrics::registry& counts() const { return metrics::registry_of(options_.counts); }

    static elastic::encoding encoding_of(const options& setting) {
        if (setting.compress == compression::never) return elastic::encoding::plain;
        if (setting.compress == compression::always) return elastic::encoding::gzip;
        const auto urls = elastic::parse_urls(setting.elasticsearch);
        const bool near = std::all_of(urls.begin(), urls.end(),
                                      [](const auto& url) { return is_this_machine(elastic::host_of(url)); });
        return near ? elastic::encoding::plain : elastic::encoding::gzip;
    }

    [[nodiscard]] elastic::dialect first_contact() {
        client_type::settings hasty;
        hasty.address = transport_.address();
        hasty.stopped = stopped_;
        hasty.patience = hasty.stubborn = first_patience;
        hasty.timeout = std::min(options_.search_timeout, std::chrono::seconds(10));
        return elastic::dialect(client_type(transport_, std::move(hasty)).info());
    }

    writer_type::settings writer_settings() const {
        writer_type::settings setting;
        setting.path = dialect_.bulk_path(true);
        setting.in_flight = options_.bulks_in_flight;
        setting.counts = &counts();
        setting.timeout = options_.search_timeout;
        setting.address = transport_.address();
        return setting;
    }

    client_type::settings client_settings(std::function<bool()> stopped) const {
        client_type::settings setting;
        setting.address = transport_.address();
        setting.timeout = options_.search_timeout;
        setting.speaks = dialect_;
        setting.stopped = std::move(stopped);
        if (only_looks_) setting.stubborn = setting.patience;
        return setting;
    }
    client_type::settings stream_settings() const {
        auto setting = client_settings({});
        setting.awaits_opening = true;
        return setting;
    }
    dead_letters_type::settings dead_letters_settings() const {
        dead_letters_type::settings setting;
        setting.counts = &counts();
        setting.address = transport_.address();
        setting.timeout = options_.search_timeout;
        setting.speaks = dialect_;
        return setting;
    }

    static std::string alias_of(std::string_view target, const std::vector<elastic::batcher::target>& targets,
                                const std::vector<std::string>& aliases) {
        const auto found = std::find_if(targets.begin(), targets.end(),
                                        [&](const auto& each) { return each.name == target; });
        return found == targets.end() ? std::string(target)
                                      : aliases[static_cast<std::size_t>(found - targets.begin())];
    }

    template <typename Alias>
    [[noreturn]] static void stop_for(const elastic::bulk_outcome& outcome, const Alias& alias) {
        const auto& first = outcome.rejected.front();
        throw error(
            errc::rejected,
            (first.status == 0
                 ? postgres::fault_text(alias(first.target), printable(first.id), printable(first.reason))
                 : "the cluster rejects document \"" + printable(first.id) + "\" of " + alias(first.target) +
                       " (HTTP " + std::to_string(first.status) + ", " + first.type +
                       "): " + printable(first.reason)) +
                (outcome.rejected.size() > 1
                     ? "; and " + std::to_string(outcome.rejected.size() - 1) + " more in the same bulk"
                     : std::string()),
            std::string("correct the row or the ") + (first.type == "transform" ? "transform" : "shape") +
                " and start again: nothing from this change on was acknowledged. To set such documents aside "
                "and go on, use --on-rejected=dead-letter");
    }

    options options_;
    bool only_looks_;
    std::function<bool()> stopped_;
    transport_type transport_;
    elastic::dialect dialect_;
    client_type client_;
    client_type stream_client_;  ///< can be interrupted separately
    // The writer is destroyed first: the completions of bulks that it gives up still use the other members.
    std::unique_ptr<dead_letters_type> dead_letters_;
    writer_type writer_;
    metrics::probe probe_;
};

}  // namespace pgsync::app
