#include <array>
#include <chrono>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/observe/http_server.hpp>
#include <pgsync/observe/metrics_text.hpp>
#include <pgsync/observe/status_page.hpp>

namespace metrics = pgsync::metrics;
using pgsync::app::metrics_text;
using pgsync::app::metrics_writer;
using pgsync::app::parse_listen_address;
using pgsync::app::readiness_of;

namespace {

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a histogram is shown cumulatively, each bound with what is not above it", "[metrics]") {
    metrics::histogram sizes({1, 2.5, 10});
    for (const double value : {0.5, 1.0, 1.1, 2.5, 11.0, 12.0}) sizes.observe(value);
    metrics_writer out;
    out.metric("size", "histogram", "How large.").observations(sizes);
    CHECK(
        out.text() ==
        "# HELP size How large.\n# TYPE size histogram\nsize_bucket{le=\"1\"} 2\nsize_bucket{le=\"2.5\"} 4\n"
        "size_bucket{le=\"10\"} 4\nsize_bucket{le=\"+Inf\"} 6\nsize_sum 28.1\nsize_count 6\n");
}

TEST_CASE("what stands in a label cannot end it", "[metrics]") {
    metrics_writer out;
    out.metric("a", "gauge", "Of\nlines \\.").sample(1e15, "index", "a\"} 5\nb\\");
    CHECK(out.text() == "# HELP a Of\\nlines \\\\.\n# TYPE a gauge\na{index=\"a\\\"} 5\\nb\\\\\"} 1e+15\n");
}

TEST_CASE("numbers are shown exactly", "[metrics]") {
    metrics_writer out;
    out.metric("a", "gauge", "A.").sample(0.1).sample(1234567890123.0).sample(0);
    CHECK(has_line(out.text(), "a 0.1"));
    CHECK(has_line(out.text(), "a 1234567890123"));
    CHECK(has_line(out.text(), "a 0"));
}

TEST_CASE("counting from many threads loses nothing", "[metrics]") {
    const std::array<std::string_view, 2> names{"first", "second"};
    metrics::registry all(names);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 10'000; ++n) {
                all.changes.add();
                all.find("second")->written.add(2);
                all.latency.observe(0.03);
            }
        });
    }
    for (auto& each : threads) each.join();
    const auto text = metrics_text(all);
    CHECK(has_line(text, "pgsync_changes_total 40000"));
    CHECK(has_line(text, "pgsync_documents_written_total{index=\"first\"} 0"));
    CHECK(has_line(text, "pgsync_documents_written_total{index=\"second\"} 80000"));
    CHECK(has_line(text, "pgsync_latency_seconds_bucket{le=\"0.025\"} 0"));
    CHECK(has_line(text, "pgsync_latency_seconds_bucket{le=\"0.05\"} 40000"));
    CHECK(has_line(text, "pgsync_latency_seconds_count 40000"));
    CHECK(all.find("second") == &all.indices[1]);
    CHECK(all.find("third") == nullptr);
}

TEST_CASE("queues are looked at when somebody asks, as long as they are there", "[metrics]") {
    metrics::registry all;
    {
        const metrics::probe one(all, [](metrics::depths& sum) { sum.gathered += 3; });
        const metrics::probe other(all, [](metrics::depths& sum) { sum.gathered += 4; });
        CHECK(all.look().gathered == 7);
        CHECK(has_line(metrics_text(all), "pgsync_queue_keys 7"));
    }
    CHECK(all.look().gathered == 0);
}

TEST_CASE("what nobody knows is left out", "[metrics]") {
    metrics::registry all;
    CHECK(metrics_text(all).find("pgsync_slot_lag_bytes") == std::string::npos);
    all.log_end.set(1'000);
    all.slot_confirmed.set(400);
    CHECK(has_line(metrics_text(all), "pgsync_slot_lag_bytes 600"));
    all.slot_confirmed.set(1'200);  // looked at later than the other
    CHECK(has_line(metrics_text(all), "pgsync_slot_lag_bytes 0"));
}

TEST_CASE("a program is ready while it follows and nobody is away", "[metrics]") {
    metrics::registry all;
    CHECK(readiness_of(all).why == "starting");
    all.enter(metrics::phase::standing_by);
    CHECK_FALSE(readiness_of(all).ready);
    CHECK(readiness_of(all).why == "standing by");
    all.enter(metrics::phase::following);
    all.beat();
    CHECK(readiness_of(all).ready);
    CHECK(pgsync::app::is_healthy(all));
    all.cluster_up.set(0);
    CHECK(readiness_of(all).why == "the cluster is away");
    CHECK(pgsync::app::is_healthy(all));
    all.database_up.set(0);
    CHECK(readiness_of(all).why == "the database is away");
    all.enter(metrics::phase::failed);
    CHECK_FALSE(readiness_of(all).ready);
    CHECK_FALSE(pgsync::app::is_healthy(all));
}

TEST_CASE("a reader of the log that is stuck is not healthy", "[metrics]") {
    metrics::registry all;
    all.enter(metrics::phase::following);  // and has never come round
    CHECK_FALSE(pgsync::app::is_healthy(all));
    all.enter(metrics::phase::loading);
    CHECK(pgsync::app::is_healthy(all));
}

TEST_CASE("an address without a host is this machine's own", "[metrics]") {
    CHECK(parse_listen_address("9750") == std::pair<std::string, std::string>("127.0.0.1", "9750"));
    CHECK(parse_listen_address("0.0.0.0:0").second == "0");
    CHECK(parse_listen_address("[::1]:9750").first == "::1");
    for (const auto* wrong : {"", ":9750", "host", "host:", "host:70000", "1:2x", "host:-1"})
        CHECK_THROWS_AS(parse_listen_address(wrong), pgsync::error);
    const pgsync::app::http_server taken("127.0.0.1:0", [](std::string_view) { return pgsync::app::page{}; });
    CHECK_THROWS_AS(
        pgsync::app::http_server(taken.address(), [](std::string_view) { return pgsync::app::page{}; }),
        pgsync::error);
}

TEST_CASE("the status page asks nobody else for anything, and for metrics that there are", "[metrics]") {
    const std::string page(pgsync::app::status_page);
    for (const auto* outside : {"src=", "href=", "@import", "url(", "innerHTML"})
        CHECK(page.find(outside) == std::string::npos);
    const std::array<std::string_view, 1> names{"one"};
    metrics::registry all(names);
    for (auto* each : {&all.log_end, &all.written, &all.slot_confirmed, &all.slot_restart}) each->set(1);
    for (auto* each : {&all.indices[0].rows_loaded, &all.indices[0].rows_to_load}) each->set(1);
    const auto text = metrics_text(all);
    for (auto at = page.find("pgsync_"); at != std::string::npos; at = page.find("pgsync_", at + 1)) {
        const auto name = page.substr(at, page.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at) - at);
        INFO(name);
        CHECK(text.find("# TYPE " + name + " ") != std::string::npos);
    }
}
