#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "../../catch.hpp"
#include <pgsync/sink/elastic/bulk_writer.hpp>
#include <pgsync/sink/elastic/client.hpp>
#include <pgsync/sink/elastic/curl_transport.hpp>

/// A real cluster, and names in it that nobody else uses; whatever has them is deleted at the end.
class live_cluster {
  public:
    using client_type = pgsync::elastic::client<pgsync::elastic::curl_transport>;
    using writer_type = pgsync::elastic::bulk_writer<pgsync::elastic::curl_transport>;

    explicit live_cluster(const std::string& url)
        : transport(url),
          speaks(client_type(transport, {transport.address()}).info()),
          client(transport, {transport.address(), speaks}),
          prefix_("pgsync-unit-" + std::to_string(std::random_device{}())) {}
    ~live_cluster() {
        try {
            // By name: Elasticsearch 8 deletes nothing by a pattern.
            const auto left = boost::json::parse(client.call("GET", "/" + prefix_ + "*", {}, {404}).body);
            for (const auto& each : left.as_object()) client.delete_index(std::string(each.key()));
        } catch (const std::exception& problem) {
            WARN(prefix_ << "* is left behind: " << problem.what());
        }
    }
    live_cluster(const live_cluster&) = delete;
    live_cluster& operator=(const live_cluster&) = delete;

    [[nodiscard]] std::string name(const std::string& of) const { return prefix_ + "-" + of; }
    /// Makes index `name(of)` behind the alias `name(of)-WRITE`, as pgsync does, and returns the alias.
    std::string make_index(const std::string& of) {
        const auto alias = name(of) + "-WRITE";
        client.create_index(
            name(of), boost::json::parse(R"({"settings":{"index":{"gc_deletes":"1h","number_of_shards":2,
            "number_of_replicas":0}},"mappings":{"dynamic":false,"properties":{"n":{"type":"integer"}}},
            "aliases":{")" + alias + R"(":{}}})")
                          .as_object());
        client.wait_ready(name(of));
        return alias;
    }
    /// Sends one bulk through a writer and returns what became of it.
    pgsync::elastic::bulk_outcome write(pgsync::elastic::bulk_body&& body) {
        std::mutex mutex;
        std::condition_variable changed;
        std::vector<pgsync::elastic::bulk_outcome> got;
        writer_type writer(transport, writer_settings());
        writer.submit(std::move(body), [&](pgsync::elastic::bulk_outcome&& outcome) {
            const std::lock_guard lock(mutex);
            got.push_back(std::move(outcome));
            changed.notify_all();
        });
        std::unique_lock lock(mutex);
        REQUIRE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return !got.empty(); }));
        return std::move(got.front());
    }
    /// What a writer of this cluster must be told.
    [[nodiscard]] writer_type::settings writer_settings() const {
        writer_type::settings out;
        out.path = speaks.bulk_path(true);
        return out;
    }
    /// Whether it can be told that every target is an alias; else it is by the alias's capitals that no index
    /// is made.
    [[nodiscard]] bool knows_require_alias() const {
        return speaks.bulk_path(true).find("require_alias") != std::string::npos;
    }
    /// The document as JSON text; empty when there is none.
    std::string document(const std::string& index, const std::string& id) {
        const auto found = client.get_document(index, id);
        return found ? boost::json::serialize(found->source) : std::string();
    }

    pgsync::elastic::curl_transport transport;
    pgsync::elastic::dialect speaks;
    client_type client;

  private:
    std::string prefix_;
};

/// Runs `body` on every cluster that the environment names. Tests that use it are hidden behind the tag
/// [search].
template <typename Body>
void on_each_cluster(const Body& body) {
    bool any = false;
    for (const char* variable :
         {"OPENSEARCH_URL", "ELASTICSEARCH7_URL", "ELASTICSEARCH717_URL", "ELASTICSEARCH8_URL"}) {
        const char* url = std::getenv(variable);
        if (url == nullptr || *url == '\0') continue;
        any = true;
        INFO("on " << variable << " = " << url);
        live_cluster cluster(url);
        body(cluster);
    }
    if (!any) WARN("nothing was tested: set OPENSEARCH_URL or ELASTICSEARCH7_URL");
}

/// The pgsync::error that a bulk was given up with.
inline pgsync::error fatal_error_of(const pgsync::elastic::bulk_outcome& outcome) {
    REQUIRE(outcome.fatal);
    try {
        std::rethrow_exception(outcome.fatal);
    } catch (const pgsync::error& problem) {
        return problem;
    }
}
