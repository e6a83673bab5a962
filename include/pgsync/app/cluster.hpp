#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/app/options.hpp>
#include <pgsync/elastic/batcher.hpp>
#include <pgsync/elastic/bulk_writer.hpp>
#include <pgsync/elastic/client.hpp>
#include <pgsync/elastic/curl_transport.hpp>
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>
#include <pgsync/stream/loader.hpp>

namespace pgsync::app {

/// The search cluster as the commands use it: one transport, one client for administration, one writer of
/// bulks.
class cluster {
  public:
    using client_type = elastic::client<elastic::curl_transport>;
    using writer_type = elastic::bulk_writer<elastic::curl_transport>;

    explicit cluster(const options& setting)
        : options_(setting),
          transport_(setting.elasticsearch),
          client_(transport_, {transport_.address(), std::chrono::seconds(30)}),
          writer_(transport_, writer_settings()) {}

    [[nodiscard]] client_type& client() { return client_; }
    [[nodiscard]] const std::string& address() const { return transport_.address(); }

    /// A batcher that writes to `targets`, one for each index number.
    [[nodiscard]] std::unique_ptr<elastic::batcher> batcher(std::vector<std::string> targets) {
        return std::make_unique<elastic::batcher>(
            elastic::batcher::settings{options_.bulk_bytes, options_.bulk_bytes * 4}, std::move(targets),
            [this](elastic::bulk_body&& body, writer_type::completion done) {
                writer_.submit(std::move(body), std::move(done));
            },
            [](elastic::bulk_outcome& outcome) { stop_for(outcome); });
    }

    void interrupt() { writer_.interrupt(); }

    /// What the stream asks of the cluster; `names` are the indices by number, to be searched and refreshed.
    [[nodiscard]] stream::index_access access() {
        return {[this] { writer_.drain(); }, [this](std::string_view index) { client_.refresh(index); },
                [this](std::string_view index, std::size_t size,
                       const std::function<void(std::span<const std::string>)>& on_ids) {
                    client_.scan_ids(index, size, on_ids);
                },
                [this] { writer_.interrupt(); }, [this] { writer_.resume(); }};
    }

  private:
    writer_type::settings writer_settings() const {
        writer_type::settings setting;
        setting.in_flight = options_.bulks_in_flight;
        setting.address = transport_.address();
        return setting;
    }

    [[noreturn]] static void stop_for(const elastic::bulk_outcome& outcome) {
        const auto& first = outcome.rejected.front();
        throw error(
            errc::rejected,
            "the cluster rejects document \"" + first.id + "\" of " + first.target + " (HTTP " +
                std::to_string(first.status) + ", " + first.type + "): " + first.reason +
                (outcome.rejected.size() > 1
                     ? "; and " + std::to_string(outcome.rejected.size() - 1) + " more in the same bulk"
                     : std::string()),
            "correct the row or the shape and start again: nothing from this change on was acknowledged. To "
            "set such documents aside and go on, use --on-rejected=dead-letter");
    }

    options options_;
    elastic::curl_transport transport_;
    client_type client_;
    writer_type writer_;
};

}  // namespace pgsync::app
