#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../../catch.hpp"
#include "fake_transport.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/sink/elastic/bulk_body.hpp>
#include <pgsync/sink/elastic/bulk_writer.hpp>

using namespace pgsync::test;
using pgsync::errc;
using pgsync::elastic::bulk_body;
using pgsync::elastic::bulk_outcome;
using pgsync::elastic::pace;
using pgsync::elastic::request;
using pgsync::elastic::response;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

using writer = pgsync::elastic::bulk_writer<fake_transport, fake_clock>;

writer::settings with(std::size_t in_flight = 4) {
    writer::settings out;
    out.in_flight = in_flight;
    out.address = "http://cluster:9200";
    return out;
}

/// Documents `first` to `last`, each `{"n":<number>}` under the id `<number>`.
bulk_body documents(int first, int last, std::uint64_t version = 1) {
    bulk_body out;
    for (int i = first; i <= last; ++i) {
        out.index("docs", std::to_string(i), version, "{\"n\":" + std::to_string(i) + "}");
    }
    return out;
}

/// Gathers outcomes in the order in which they come, by the name given to each bulk.
class results {
  public:
    [[nodiscard]] writer::completion as(std::string name) {
        return [this, name](bulk_outcome&& outcome) {
            const std::lock_guard lock(mutex_);
            all_.emplace_back(name, std::move(outcome));
            changed_.notify_all();
        };
    }
    /// Waits for that many outcomes.
    [[nodiscard]] bool wait(std::size_t many) const {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, seconds(20), [&] { return all_.size() >= many; });
    }
    [[nodiscard]] std::vector<std::string> names() const {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> out;
        for (const auto& [name, outcome] : all_) out.push_back(name);
        return out;
    }
    [[nodiscard]] bulk_outcome one() const {
        if (!wait(1)) throw std::logic_error("the bulk is not done");
        const std::lock_guard lock(mutex_);
        return all_.front().second;
    }

    [[nodiscard]] bulk_outcome of(const std::string& name) const {
        const std::lock_guard lock(mutex_);
        for (const auto& [each, outcome] : all_)
            if (each == name) return outcome;
        throw std::logic_error("bulk " + name + " is not done");
    }

  private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<std::pair<std::string, bulk_outcome>> all_;
};

pgsync::error fatal_of(const bulk_outcome& outcome) {
    REQUIRE(outcome.fatal);
    try {
        std::rethrow_exception(outcome.fatal);
    } catch (const pgsync::error& e) {
        return e;
    }
}

/// Submits one bulk to a transport of this behaviour and returns what became of it.
bulk_outcome outcome_of(bulk_body body, fake_transport& transport, fake_clock clock = fake_clock()) {
    results got;
    writer out(transport, with(), clock);
    out.submit(std::move(body), got.as("only"));
    return got.one();
}
bulk_outcome outcome_of(bulk_body body, std::vector<response> script) {
    fake_transport transport(std::move(script));
    return outcome_of(std::move(body), transport);
}

std::vector<std::string> ids_of(const bulk_outcome& outcome) {
    std::vector<std::string> out;
    for (const auto& each : outcome.rejected) out.push_back(each.id);
    return out;
}

const auto all_good = R"({"errors":false,"items":[{"index":{"status":200}},{"index":{"status":200}}]})";

}  // namespace

TEST_CASE("a bulk goes to _bulk as NDJSON, requiring an alias and asking for no more than is read") {
    fake_transport transport({status(200, all_good)});
    const auto outcome = outcome_of(documents(1, 2), transport);
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.rejected.empty());
    CHECK(outcome.retries == 0);
    const auto requests = transport.requests();
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].method == "POST");
    CHECK(requests[0].path == "/_bulk?require_alias=true&filter_path=errors,items.*.status,items.*.error");
    CHECK(requests[0].content_type == "application/x-ndjson");
    CHECK(transport.body(0) == *documents(1, 2).text());
}

TEST_CASE("a bulk without an answer is sent again as it was until there is one") {
    fake_cluster cluster;
    std::size_t lost = 3;
    fake_transport transport([&](const request& what, std::size_t number) -> std::optional<response> {
        auto answer = cluster.bulk(what);  // carried out every time, answered only at last
        return number < lost ? no_answer() : std::move(answer);
    });
    const auto outcome = outcome_of(documents(1, 5), transport);
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.rejected.empty());
    CHECK(outcome.retries == 3);
    CHECK(cluster.ids().size() == 5);
    const auto requests = transport.requests();
    REQUIRE(requests.size() == 4);
    CHECK(requests[3].body == requests[0].body);  // the same bytes, not a copy of them
}

TEST_CASE("a repeat that meets newer documents leaves them alone and is a success") {
    fake_cluster cluster;
    fake_transport transport([&](const request& what, std::size_t number) -> std::optional<response> {
        if (number == 0) {
            cluster.entries[{"docs", "1"}] = {9, false, "newer"};
            cluster.entries[{"docs", "2"}] = {9, true, ""};
            return no_answer();
        }
        return cluster.bulk(what);
    });
    const auto outcome = outcome_of(documents(1, 3, 5), transport);
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.rejected.empty());
    CHECK(cluster.document("1") == "newer");
    CHECK(cluster.ids() == std::vector<std::string>{"1", "3"});
}

TEST_CASE("a bulk the cluster cannot take now is sent again as a whole") {
    const auto code = GENERATE(408, 429, 500, 502, 503, 504);
    CAPTURE(code);
    fake_transport transport({status(code, "busy"), status(code), status(200, all_good)});
    const auto outcome = outcome_of(documents(1, 2), transport);
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.retries == 2);
    CHECK(transport.body(2) == transport.body(0));
}

TEST_CASE("a blocked cluster is waited for, not given up") {
    const auto blocked =
        R"({"error":{"type":"cluster_block_exception","reason":"index read-only"},"status":403})";
    const auto outcome = outcome_of(documents(1, 2), {status(403, blocked), status(200, all_good)});
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.retries == 1);
}

TEST_CASE("only the items that failed are sent again") {
    fake_cluster cluster;
    int refusals = 2;
    cluster.hook = [&](const std::string& id) -> std::pair<int, std::string> {
        if (id == "2") return {refusals-- > 0 ? 429 : 0, "es_rejected_execution_exception"};
        if (id == "4") return {refusals == 1 ? 503 : 0, "unavailable_shards_exception"};
        return {0, {}};
    };
    fake_transport transport([&](const request& what, std::size_t) { return cluster.bulk(what); });
    const auto outcome = outcome_of(documents(1, 5), transport);
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.rejected.empty());
    CHECK(cluster.ids().size() == 5);
    CHECK(cluster.written == 5);
    CHECK(transport.count() == 3);
    CHECK(transport.body(1) == *documents(1, 5).subset(std::vector<std::size_t>{1, 3}).text());
    CHECK(transport.body(2) == *documents(2, 2).text());
}

TEST_CASE("a poison document is rejected with its words and its text, and the others are written") {
    fake_cluster cluster;
    cluster.hook = [](const std::string& id) -> std::pair<int, std::string> {
        return {id == "3" ? 400 : 0, "mapper_parsing_exception"};
    };
    fake_transport transport([&](const request& what, std::size_t) { return cluster.bulk(what); });
    const auto outcome = outcome_of(documents(1, 5, 77), transport);
    CHECK_FALSE(outcome.fatal);
    REQUIRE(outcome.rejected.size() == 1);
    const auto& poison = outcome.rejected[0];
    CHECK(poison.target == "docs");
    CHECK(poison.id == "3");
    CHECK(poison.version == 77);
    CHECK(poison.status == 400);
    CHECK(poison.type == "mapper_parsing_exception");
    CHECK(poison.reason == "because of mapper_parsing_exception");
    CHECK(poison.document == "{\"n\":3}");
    CHECK(cluster.ids() == std::vector<std::string>{"1", "2", "4", "5"});
    CHECK(transport.count() == 1);
}

TEST_CASE("rejected and repeated items of one bulk are kept apart") {
    fake_cluster cluster;
    int busy = 1;
    cluster.hook = [&](const std::string& id) -> std::pair<int, std::string> {
        if (id == "1") return {400, "mapper_parsing_exception"};
        if (id == "2" && busy-- > 0) return {429, "es_rejected_execution_exception"};
        return {0, {}};
    };
    fake_transport transport([&](const request& what, std::size_t) { return cluster.bulk(what); });
    const auto outcome = outcome_of(documents(1, 3), transport);
    CHECK(ids_of(outcome) == std::vector<std::string>{"1"});
    CHECK(cluster.ids() == std::vector<std::string>{"2", "3"});
    CHECK(transport.count() == 2);
}

TEST_CASE("an answer that is cut, about other items or no answer to a bulk counts as none") {
    const std::string body =
        GENERATE(std::string("{\"errors\":false,\"items\":[{\"index\":{\"status\":2"), std::string(""),
                 std::string("<html>"), std::string(R"({"errors":false,"items":[{"index":{"status":200}}]})"),
                 std::string(R"({"errors":false,"items":[]})"));
    CAPTURE(body);
    fake_transport transport({status(200, body), status(200, all_good)});
    const auto outcome = outcome_of(documents(1, 2), transport);
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.retries == 1);
    CHECK(transport.body(1) == transport.body(0));
}

TEST_CASE("a bulk that is too large is halved until it fits, and each document arrives once and in order") {
    fake_cluster cluster;
    std::vector<std::string> order;
    cluster.hook = [&](const std::string& id) {
        order.push_back(id);
        return std::pair(0, std::string());
    };
    const auto limit = documents(10, 12).bytes();
    fake_transport transport([&](const request& what, std::size_t) -> std::optional<response> {
        if (what.body->size() > limit) return status(413, "");
        return cluster.bulk(what);
    });
    const auto outcome = outcome_of(documents(10, 26), transport);
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.rejected.empty());
    CHECK(order.size() == 17);
    CHECK(std::is_sorted(order.begin(), order.end()));
    CHECK(cluster.document("26") == "{\"n\":26}");
}

TEST_CASE("a document too large on its own is rejected and its neighbours are written") {
    fake_cluster cluster;
    fake_transport transport([&](const request& what, std::size_t) -> std::optional<response> {
        if (what.body->size() > 1'000) return status(413, "");
        return cluster.bulk(what);
    });
    auto body = documents(1, 3);
    body.index("docs", "large", 1, "{\"text\":\"" + std::string(2'000, 'x') + "\"}");
    body.index("docs", "last", 1, "{}");
    const auto outcome = outcome_of(std::move(body), transport);
    CHECK_FALSE(outcome.fatal);
    REQUIRE(ids_of(outcome) == std::vector<std::string>{"large"});
    CHECK(outcome.rejected[0].status == 413);
    CHECK(outcome.rejected[0].document.size() > 2'000);
    CHECK(cluster.ids() == std::vector<std::string>{"1", "2", "3", "last"});
}

TEST_CASE("an id that makes the cluster refuse the whole bulk is rejected alone") {
    // Too long for a cluster; no UTF-8.
    const std::string bad = GENERATE(std::string(513, 'x'), std::string("a\xff"));
    fake_cluster cluster;
    fake_transport transport([&](const request& what, std::size_t) -> std::optional<response> {
        if (what.body->find(bad) != std::string::npos) {
            return status(
                400,
                R"({"error":{"type":"action_request_validation_exception","reason":"id"},"status":400})");
        }
        return cluster.bulk(what);
    });
    auto body = documents(1, 3);
    body.index("docs", bad, 1, "{}");
    body.index("docs", "last", 1, "{}");
    const auto outcome = outcome_of(std::move(body), transport);
    CHECK_FALSE(outcome.fatal);
    CHECK(ids_of(outcome) == std::vector<std::string>{bad});
    CHECK(cluster.ids() == std::vector<std::string>{"1", "2", "3", "last"});
}

TEST_CASE("a refused user is fatal, at once, and told what to check") {
    const auto code = GENERATE(401, 403);
    fake_transport transport(
        {status(code, R"({"error":{"type":"security_exception","reason":"missing authentication"}})")});
    const auto outcome = outcome_of(documents(1, 2), transport);
    const auto why = fatal_of(outcome);
    CHECK(why.code() == errc::permission);
    CHECK(std::string(why.what()).find("http://cluster:9200") != std::string::npos);
    CHECK(std::string(why.what()).find("missing authentication") != std::string::npos);
    CHECK(why.remedy().find("password") != std::string::npos);
    CHECK(transport.count() == 1);
}

TEST_CASE("a user who may not write the index is fatal, not a reason to reject documents") {
    fake_cluster cluster;
    cluster.hook = [](const std::string&) { return std::pair(403, std::string("security_exception")); };
    fake_transport transport([&](const request& what, std::size_t) { return cluster.bulk(what); });
    const auto why = fatal_of(outcome_of(documents(1, 2), transport));
    CHECK(why.code() == errc::permission);
    CHECK(std::string(why.what()).find("docs") != std::string::npos);
}

TEST_CASE("an alias of two indices is fatal, and no reason to reject documents") {
    fake_transport transport({status(
        400, R"({"error":{"type":"illegal_argument_exception","reason":"no write index is defined for alias )"
             R"([other]. The write index may be explicitly disabled"},"status":400})")});
    auto body = documents(1, 2);
    body.index("other", "1", 1, "{}");
    const auto outcome = outcome_of(std::move(body), transport);
    const auto why = fatal_of(outcome);
    CHECK(why.code() == errc::index);
    CHECK(std::string(why.what()).find("alias \"other\" stands for more than one index") !=
          std::string::npos);
    CHECK(why.remedy().find("GET /_alias/other") != std::string::npos);
    CHECK(outcome.rejected.empty());
    CHECK(transport.count() == 1);
}

TEST_CASE("a closed index is waited for, looked at every second and named with what opens it") {
    const bool deletes = GENERATE(false, true);
    const std::string error =
        R"({"status":400,"error":{"type":"index_closed_exception","reason":"closed","index":"docs-1"}})";
    // With a delete comes what finds out whether its index is there.
    const auto closed =
        deletes ? R"({"delete":)" + error + R"(},{"update":)" + error + "}" : R"({"index":)" + error + "}";
    const std::string open =
        deletes ? R"({"delete":{"status":200}},{"update":{"status":404}})" : R"({"index":{"status":200}})";
    std::vector<response> script(12, status(200, R"({"errors":true,"items":[)" + closed + "]}"));
    script.push_back(status(200, R"({"errors":false,"items":[)" + open + "]}"));
    fake_transport transport(std::move(script));
    const fake_clock clock;
    bulk_body body = documents(1, 1);
    if (deletes) {
        body = bulk_body();
        body.remove("docs", "1", 1);
    }
    const auto outcome = outcome_of(std::move(body), transport, clock);
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.rejected.empty());
    CHECK(transport.count() == 13);
    for (const auto each : clock.waited()) CHECK(each <= seconds(1));
}

TEST_CASE("a command that somebody waits for ends at a closed index, and at a block that stays") {
    const bool is_closed = GENERATE(true, false);
    const std::string error =
        is_closed
            ? R"("index_closed_exception","reason":"closed","index":"docs-1")"
            : R"("cluster_block_exception","reason":"index [docs-1] blocked by: [FORBIDDEN/8/index write (api)];")";
    fake_transport transport([&](const request&, std::size_t) -> std::optional<response> {
        return status(200,
                      R"({"errors":true,"items":[{"index":{"status":400,"error":{"type":)" + error + "}}}]}");
    });
    results got;
    writer out(transport, with(), fake_clock());
    out.end_at_closed();
    out.submit(documents(1, 1), got.as("only"));
    const auto why = fatal_of(got.one());
    CHECK(why.code() == errc::busy);
    CHECK(std::string(why.what()).find("docs-1") != std::string::npos);
    CHECK(why.remedy() ==
          (is_closed ? "POST /docs-1/_open" : R"(PUT /docs-1/_settings {"index.blocks.write":null})"));
    CHECK(transport.count() == (is_closed ? 1 : 9));
}

TEST_CASE("a bulk that is more than the cluster does in the time is sent in halves, and all of it arrives") {
    // What says that it is the bulk's fault: time that has gone by, a gateway's word for it, an error of the
    // cluster's own, or an answer to others meanwhile.
    const int kind = GENERATE(0, 1, 2);
    CAPTURE(kind);
    fake_cluster cluster;
    constexpr std::size_t most = 3;
    fake_transport transport([&](const request& what, std::size_t) -> std::optional<response> {
        const auto lines = static_cast<std::size_t>(std::count(what.body->begin(), what.body->end(), '\n'));
        if (lines / 2 <= most) return cluster.bulk(what);
        if (kind == 1) return status(504, "gateway timeout");
        if (kind == 2) return status(500, R"({"error":{"type":"null_pointer_exception"},"status":500})");
        auto late = no_answer("no answer in time");
        late.late = true;
        return late;
    });
    const auto outcome = outcome_of(documents(1, 20), transport);
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.rejected.empty());
    CHECK(cluster.ids().size() == 20);
    CHECK(cluster.written == 20);
    for (std::size_t i = 0; i < 5; ++i) CHECK(transport.body(i) == *documents(1, 20).text());
    CHECK(transport.body(5) == *documents(1, 10).text());
}

TEST_CASE("a bulk is not halved while the cluster is away") {
    std::size_t away = 40;
    fake_cluster cluster;
    fake_transport transport([&](const request& what, std::size_t number) -> std::optional<response> {
        if (number < away) return number % 2 == 0 ? no_answer("connection refused") : status(503);
        return cluster.bulk(what);
    });
    const auto outcome = outcome_of(documents(1, 20), transport);
    CHECK_FALSE(outcome.fatal);
    CHECK(transport.count() == away + 1);
    CHECK(cluster.ids().size() == 20);
}

namespace {

/// One document after the other, until the bulk of that name is done.
void write_others_until(results& got, writer& out, const std::string& name) {
    std::size_t sent = 0;
    while (true) {
        const auto names = got.names();
        if (std::count(names.begin(), names.end(), name) > 0) return;
        out.submit(documents(100, 100), got.as("other"));
        REQUIRE(got.wait(++sent));
    }
}

}  // namespace

TEST_CASE("a bulk that breaks the connection each time while others are answered is halved") {
    fake_cluster cluster;
    fake_transport transport([&](const request& what, std::size_t) -> std::optional<response> {
        const bool bad = what.body->find("\"_id\":\"7\"") != std::string::npos;
        const bool alone = std::count(what.body->begin(), what.body->end(), '\n') <= 4;
        if (bad && !alone) return no_answer("connection reset");
        return cluster.bulk(what);
    });
    results got;
    writer out(transport, with(), fake_clock());
    out.submit(documents(1, 16), got.as("bad"));
    write_others_until(got, out, "bad");
    CHECK(cluster.ids().size() == 17);
}

namespace {

/// A cluster that never takes document 2, and takes all others.
fake_cluster never_taking_2(int code, const std::string& type) {
    fake_cluster cluster;
    cluster.hook = [code, type](const std::string& id) {
        return id == "2" ? std::pair(code, type) : std::pair(0, std::string());
    };
    return cluster;
}

}  // namespace

TEST_CASE("an item whose own error never changes is rejected once others were written often enough") {
    auto cluster = never_taking_2(500, "class_cast_exception");
    fake_transport transport([&](const request& what, std::size_t) { return cluster.bulk(what); });
    const fake_clock clock;
    results got;
    writer out(transport, with(), clock);
    const auto start = clock.now();
    out.submit(documents(1, 3), got.as("bad"));
    write_others_until(got, out, "bad");
    const auto outcome = got.of("bad");
    CHECK_FALSE(outcome.fatal);
    REQUIRE(ids_of(outcome) == std::vector<std::string>{"2"});
    CHECK(outcome.rejected.front().status == 500);
    CHECK(outcome.rejected.front().type == "class_cast_exception");
    CHECK(outcome.rejected.front().document == "{\"n\":2}");
    CHECK(cluster.ids() == std::vector<std::string>{"1", "100", "3"});
    CHECK(clock.now() - start >= seconds(120));
}

TEST_CASE("an item that fails is not rejected while nothing else of its index is written") {
    auto cluster = never_taking_2(500, "class_cast_exception");
    const std::size_t enough = 200;
    fake_transport transport([&](const request& what, std::size_t number) -> std::optional<response> {
        if (number == enough) cluster.hook = [](const std::string&) { return std::pair(0, std::string()); };
        return cluster.bulk(what);
    });
    const auto outcome = outcome_of(documents(1, 3), transport);
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.rejected.empty());
    CHECK(transport.count() == enough + 1);
    CHECK(cluster.ids() == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("what a cluster says that cannot just now is never a document's own fault") {
    const auto code = GENERATE(429, 502, 503, 504);
    CAPTURE(code);
    auto cluster = never_taking_2(code, "unavailable_shards_exception");
    std::atomic<bool> mended{false};
    fake_transport transport([&](const request& what, std::size_t) -> std::optional<response> {
        if (mended) cluster.hook = [](const std::string&) { return std::pair(0, std::string()); };
        return cluster.bulk(what);
    });
    const fake_clock clock;
    results got;
    writer out(transport, with(), clock);
    out.submit(documents(1, 3), got.as("bad"));
    for (std::size_t sent = 1; sent <= 200; ++sent) {
        out.submit(documents(100, 100), got.as("other"));
        REQUIRE(got.wait(sent));
    }
    const auto names = got.names();
    CHECK(std::count(names.begin(), names.end(), "bad") == 0);
    mended = true;
    REQUIRE(got.wait(201));
    CHECK(got.of("bad").rejected.empty());
    CHECK(cluster.document("2") == "{\"n\":2}");
}

TEST_CASE("one document alone that is never answered counts as rejected while others are written") {
    fake_cluster cluster;
    fake_transport transport([&](const request& what, std::size_t) -> std::optional<response> {
        if (what.body->find("\"_id\":\"2\"") == std::string::npos) return cluster.bulk(what);
        auto late = no_answer("no answer in time");
        late.late = true;
        return late;
    });
    const fake_clock clock;
    results got;
    writer out(transport, with(), clock);
    out.submit(documents(1, 3), got.as("bad"));
    write_others_until(got, out, "bad");
    CHECK(ids_of(got.of("bad")) == std::vector<std::string>{"2"});
    CHECK(cluster.ids() == std::vector<std::string>{"1", "100", "3"});
}

TEST_CASE("a missing pipeline is fatal, and no reason to reject documents") {
    fake_transport transport({status(
        200, R"({"errors":true,"items":[{"index":{"status":200}},{"index":{"status":400,"error":{)"
             R"("type":"illegal_argument_exception","reason":"pipeline with id [p] does not exist"}}}]})")});
    const auto outcome = outcome_of(documents(1, 2), transport);
    const auto why = fatal_of(outcome);
    CHECK(why.code() == errc::index);
    CHECK(std::string(why.what()).find("pipeline with id [p]") != std::string::npos);
    CHECK(why.remedy().find("PUT /_ingest/pipeline/") != std::string::npos);
    CHECK(outcome.rejected.empty());
    CHECK(transport.count() == 1);
}

TEST_CASE("a missing index is fatal for writes and for deletes alone") {
    const bool deletes = GENERATE(false, true);
    fake_cluster cluster;
    cluster.aliases.clear();
    fake_transport transport([&](const request& what, std::size_t) { return cluster.bulk(what); });
    bulk_body body;
    if (deletes) {
        body.remove("docs", "1", 1);
    } else {
        body = documents(1, 2);
    }
    const auto why = fatal_of(outcome_of(std::move(body), transport));
    CHECK(why.code() == errc::index);
    CHECK(std::string(why.what()).find("\"docs\"") != std::string::npos);
    CHECK(why.remedy().find("bootstrap") != std::string::npos);
    CHECK(cluster.written == 0);
}

TEST_CASE("deletes alone are guarded against creating an index, again in a repeat of some of them") {
    fake_cluster cluster;
    int busy = 1;
    cluster.hook = [&](const std::string& id) {
        return std::pair(id == "2" && busy-- > 0 ? 429 : 0, std::string("es_rejected_execution_exception"));
    };
    fake_transport transport([&](const request& what, std::size_t) { return cluster.bulk(what); });
    bulk_body body;
    body.index("docs", "1", 1, "{}");
    body.remove("docs", "2", 1);
    const auto outcome = outcome_of(std::move(body), transport);
    CHECK_FALSE(outcome.fatal);
    REQUIRE(transport.count() == 2);
    CHECK(transport.body(0).find("\"update\"") == std::string::npos);
    CHECK(transport.body(1).find("{\"update\":{\"_index\":\"docs\"") != std::string::npos);
}

TEST_CASE("an answer no cluster gives to a bulk is fatal and names the address") {
    const auto answer =
        GENERATE(status(302), status(404, "<html>nothing here</html>"), status(405),
                 status(400, "<html>Bad Request</html>"),
                 status(400, R"({"error":{"type":"illegal_argument_exception","reason":"request [/_bulk] )"
                             R"(contains unrecognized parameter: [require_alias]"},"status":400})"));
    const auto why = fatal_of(outcome_of(documents(1, 2), {answer}));
    CHECK(why.code() == errc::protocol);
    CHECK(std::string(why.what()).find("http://cluster:9200") != std::string::npos);
}

TEST_CASE("pauses grow from the first to the longest and begin anew with the next bulk") {
    fake_clock clock;
    fake_transport transport([](const request&, std::size_t number) -> std::optional<response> {
        return number == 12 || number == 14 ? status(200, all_good) : no_answer();
    });
    results got;
    writer out(transport, with(), clock);
    out.submit(documents(1, 2), got.as("first"));
    REQUIRE(got.wait(1));
    out.submit(documents(1, 2, 2), got.as("second"));
    REQUIRE(got.wait(2));
    const auto pauses = clock.waited();
    REQUIRE(pauses.size() == 13);
    milliseconds expected(100);
    for (std::size_t i = 0; i < 12; ++i) {
        CAPTURE(i, pauses[i].count());
        CHECK(pauses[i] <= expected);
        CHECK(pauses[i] >= expected / 2);
        expected = std::min(expected * 2, milliseconds(10'000));
    }
    CHECK(pauses[12] <= milliseconds(100));
}

TEST_CASE("Retry-After is honoured, up to a minute") {
    auto busy = status(429);
    busy.retry_after = seconds(17);
    auto absurd = status(503);
    absurd.retry_after = std::chrono::hours(10);
    fake_clock clock;
    fake_transport transport({busy, absurd, status(200, all_good)});
    CHECK_FALSE(outcome_of(documents(1, 2), transport, clock).fatal);
    CHECK(clock.waited() == std::vector<milliseconds>{seconds(17), seconds(60)});
}

TEST_CASE("bulks are done in the order in which they are answered") {
    fake_transport transport([](const request&, std::size_t) { return std::nullopt; });
    results got;
    writer out(transport, with(3), fake_clock());
    out.submit(documents(1, 2), got.as("a"));
    out.submit(documents(3, 4), got.as("b"));
    out.submit(documents(5, 6), got.as("c"));
    REQUIRE(transport.wait_for_requests(3));
    CHECK(got.names().empty());
    transport.answer(2, status(200, all_good));
    REQUIRE(got.wait(1));
    transport.answer(0, status(200, all_good));
    REQUIRE(got.wait(2));
    transport.answer(1, status(200, all_good));
    REQUIRE(got.wait(3));
    CHECK(got.names() == std::vector<std::string>{"c", "a", "b"});
}

TEST_CASE("a failing bulk does not hold up the others") {
    fake_transport transport([](const request& what, std::size_t) -> std::optional<response> {
        // The first is in trouble and its repeat is held.
        if (what.body->find("\"_id\":\"1\"") == std::string::npos) return status(200, all_good);
        return std::nullopt;
    });
    results got;
    writer out(transport, with(2), fake_clock());
    out.submit(documents(1, 2), got.as("troubled"));
    transport.answer(0, status(503));
    REQUIRE(transport.wait_for_requests(2));
    out.submit(documents(3, 4), got.as("good"));
    REQUIRE(got.wait(1));
    out.submit(documents(5, 6), got.as("also good"));
    REQUIRE(got.wait(2));
    transport.answer(1, status(200, all_good));
    REQUIRE(got.wait(3));
    CHECK(got.names() == std::vector<std::string>{"good", "also good", "troubled"});
}

TEST_CASE("no more than the allowed number of bulks is on its way, halves included") {
    fake_cluster cluster;
    std::atomic<int> open{0};
    std::atomic<int> most{0};
    // Every request is held until a thread of the test answers it; a bulk of more than four is too large.
    fake_transport transport([&](const request&, std::size_t) -> std::optional<response> {
        most = std::max(most.load(), ++open);
        return std::nullopt;
    });
    results got;
    auto answering = std::async(std::launch::async, [&] {
        for (std::size_t number = 0;; ++number) {
            while (transport.count() <= number && got.names().size() < 12) std::this_thread::yield();
            if (transport.count() <= number) return;
            const auto what = transport.requests()[number];
            --open;
            const auto lines = std::count(what.body->begin(), what.body->end(), '\n');
            transport.answer(number, lines > 8 ? status(413) : cluster.bulk(what));
        }
    });
    {
        writer out(transport, with(3), fake_clock());
        for (int i = 0; i < 12; ++i) out.submit(documents(i * 10, i * 10 + 9), got.as(std::to_string(i)));
        CHECK(got.wait(12));
        out.drain();
        CHECK(out.in_flight() == 0);
    }
    answering.get();
    CHECK(most.load() == 3);
    CHECK(cluster.ids().size() == 120);
}

TEST_CASE("submit waits for room") {
    fake_transport transport([](const request&, std::size_t) { return std::nullopt; });
    results got;
    writer out(transport, with(1), fake_clock());
    out.submit(documents(1, 2), got.as("first"));
    auto second = std::async(std::launch::async, [&] { out.submit(documents(3, 4), got.as("second")); });
    REQUIRE(transport.wait_for_requests(1));
    CHECK(out.in_flight() == 1);
    CHECK(transport.count() == 1);
    transport.answer(0, status(200, all_good));
    second.get();
    REQUIRE(transport.wait_for_requests(2));
    transport.answer(1, status(200, all_good));
    CHECK(got.wait(2));
}

TEST_CASE("wide bulks leave half of the room to prompt ones") {
    fake_transport transport([](const request&, std::size_t) { return std::nullopt; });
    results got;
    writer out(transport, with(4), fake_clock());
    out.submit(documents(1, 2), got.as("wide"), pace::wide);
    out.submit(documents(3, 4), got.as("wide"), pace::wide);
    auto third =
        std::async(std::launch::async, [&] { out.submit(documents(5, 6), got.as("third"), pace::wide); });
    out.submit(documents(7, 8), got.as("prompt"));
    out.submit(documents(9, 10), got.as("prompt"));
    REQUIRE(transport.wait_for_requests(4));
    CHECK(out.in_flight() == 4);
    transport.answer(0, status(200, all_good));
    third.get();
    REQUIRE(transport.wait_for_requests(5));
    for (std::size_t number = 1; number < 5; ++number) transport.answer(number, status(200, all_good));
    CHECK(got.wait(5));
}

TEST_CASE("a cluster that has too much to do gets fewer bulks at once") {
    fake_transport transport([](const request&, std::size_t number) -> std::optional<response> {
        if (number == 0) return status(429);
        return std::nullopt;
    });
    results got;
    writer out(transport, with(4), fake_clock());
    out.submit(documents(1, 2), got.as("refused"));
    REQUIRE(transport.wait_for_requests(2));  // and repeated, on its way
    out.submit(documents(3, 4), got.as("second"));
    auto third = std::async(std::launch::async, [&] { out.submit(documents(5, 6), got.as("third")); });
    REQUIRE(transport.wait_for_requests(3));
    CHECK(third.wait_for(milliseconds(50)) == std::future_status::timeout);
    transport.answer(1, status(200, all_good));
    third.get();
    REQUIRE(transport.wait_for_requests(4));
    for (std::size_t number = 2; number < 4; ++number) transport.answer(number, status(200, all_good));
    CHECK(got.wait(3));
}

TEST_CASE("drain returns when every completion has returned") {
    fake_transport transport([](const request&, std::size_t) { return status(200, all_good); });
    std::atomic<int> done{0};
    writer out(transport, with(2), fake_clock());
    for (int i = 0; i < 20; ++i) {
        out.submit(documents(1, 2), [&](bulk_outcome&&) {
            std::this_thread::yield();
            ++done;
        });
    }
    out.drain();
    CHECK(done == 20);
}

TEST_CASE("an interruption ends who waits for room, who drains, and bulks that wait for a repeat") {
    fake_transport transport({status(503)});
    results got;
    writer out(transport, with(1), fake_clock(true));
    out.submit(documents(1, 2), got.as("troubled"));
    const auto code_of = [](auto action) {
        try {
            action();
        } catch (const pgsync::error& e) {
            return e.code();
        }
        return errc::protocol;
    };
    auto submitting = std::async(
        std::launch::async, [&] { return code_of([&] { out.submit(documents(3, 4), got.as("never")); }); });
    auto draining = std::async(std::launch::async, [&] { return code_of([&] { out.drain(); }); });
    REQUIRE(transport.wait_for_requests(1));
    out.interrupt();
    CHECK(submitting.get() == errc::interrupted);
    CHECK(draining.get() == errc::interrupted);
    CHECK(fatal_of(got.one()).code() == errc::interrupted);
    CHECK(code_of([&] { out.submit(documents(5, 6), got.as("never")); }) == errc::interrupted);
    CHECK(got.names() == std::vector<std::string>{"troubled"});
}

TEST_CASE("an interruption ends bulks on their way, and the transport hears of it") {
    fake_transport transport([](const request&, std::size_t) { return std::nullopt; });
    results got;
    writer out(transport, with(2), fake_clock());
    out.submit(documents(1, 2), got.as("a"));
    out.submit(documents(3, 4), got.as("b"));
    REQUIRE(transport.wait_for_requests(2));
    out.interrupt();
    REQUIRE(got.wait(2));
    CHECK(fatal_of(got.one()).code() == errc::interrupted);
    for (const auto& each : transport.requests()) CHECK(each.stop.stop_requested());
    CHECK(transport.count() == 2);
}

TEST_CASE("a writer that was interrupted works again when told to") {
    fake_transport transport({status(200, all_good)});
    results got;
    writer out(transport, with(1), fake_clock());
    out.interrupt();
    out.resume();
    out.submit(documents(1, 2), got.as("only"));
    CHECK_FALSE(got.one().fatal);
    out.drain();
}

TEST_CASE("a writer that goes answers for every bulk once, and a late answer finds nobody") {
    fake_transport transport([](const request&, std::size_t) { return std::nullopt; });
    transport.ignore_stops();
    results got;
    {
        writer out(transport, with(4), fake_clock());
        for (int i = 0; i < 3; ++i) out.submit(documents(1, 2), got.as(std::to_string(i)));
        REQUIRE(transport.wait_for_requests(3));
    }
    REQUIRE(got.names().size() == 3);
    CHECK(fatal_of(got.one()).code() == errc::interrupted);
    for (std::size_t i = 0; i < 3; ++i) transport.answer(i, status(200, all_good));
    CHECK(got.names().size() == 3);
}

TEST_CASE("a bulk of nothing is done without asking the cluster") {
    fake_transport transport(std::vector<response>{});
    const auto outcome = outcome_of(bulk_body(), transport);
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.rejected.empty());
    CHECK(transport.count() == 0);
}

TEST_CASE("a completion may use the transport and wait for it") {
    fake_transport transport([](const request& what, std::size_t) {
        return what.method == "GET" ? status(200, "hello") : status(200, all_good);
    });
    std::promise<std::string> heard;
    writer out(transport, with(1), fake_clock());
    out.submit(documents(1, 2), [&](bulk_outcome&&) { heard.set_value(perform(transport, request()).body); });
    auto answer = heard.get_future();
    REQUIRE(answer.wait_for(seconds(20)) == std::future_status::ready);
    CHECK(answer.get() == "hello");
}

TEST_CASE("ids of any characters reach the cluster and come back in rejections") {
    const std::vector<std::string> ids{"a|b",      "a\\|b\\\\", "say \"hi\"", "line\nend\r\t\x01",
                                       "grüße 😀", "{}\n{}",    "%2F/..?#"};
    fake_cluster cluster;
    cluster.hook = [](const std::string& id) {
        return std::pair(id.find('|') != std::string::npos ? 400 : 0,
                         std::string("mapper_parsing_exception"));
    };
    fake_transport transport([&](const request& what, std::size_t) { return cluster.bulk(what); });
    bulk_body body;
    for (const auto& id : ids) body.index("docs", id, 1, "{\n}");
    const auto outcome = outcome_of(std::move(body), transport);
    CHECK(ids_of(outcome) == std::vector<std::string>{ids[0], ids[1]});
    for (std::size_t i = 2; i < ids.size(); ++i) CHECK(cluster.document(ids[i]) == "{ }");
}

TEST_CASE("a flaky cluster ends up with exactly what was submitted last") {
    // Every kind of trouble by turns, several bulks at once, each document in several versions. The turns are
    // those of a bulk and of a document, however the bulks come one after the other: a document that failed
    // ten times while others were written would rightly be set aside.
    fake_cluster cluster;
    std::map<std::string, int> written;
    cluster.hook = [&](const std::string& id) {
        const bool refused = ++written[id] <= 2 && (written[id] + std::stoi(id)) % 2 == 0;
        return std::pair(refused ? 429 : 0, std::string("es_rejected_execution_exception"));
    };
    std::map<std::string, std::size_t> turns;
    fake_transport transport([&](const request& what, std::size_t) -> std::optional<response> {
        const auto first = what.body->substr(0, what.body->find('\n'));
        const auto [turn, is_new] = turns.try_emplace(first, turns.size());
        switch (turn->second++ % 5) {
            case 1:
                return no_answer();  // not carried out
            case 2: {
                static_cast<void>(cluster.bulk(what));  // carried out
                return no_answer();
            }
            case 3:
                return what.body->size() > 1'000 ? status(413) : status(503);
            default:
                return cluster.bulk(what);
        }
    });
    std::atomic<int> done{0};
    {
        writer out(transport, with(4), fake_clock());
        for (std::uint64_t version = 1; version <= 40; ++version) {
            bulk_body body;
            for (int i = 0; i < 30; ++i) {
                const auto id = std::to_string((i * 7 + static_cast<int>(version) * 3) % 100);
                if ((i + static_cast<int>(version)) % 11 == 0) {
                    body.remove("docs", id, version);
                } else {
                    body.index("docs", id, version, "{\"v\":" + std::to_string(version) + "}");
                }
            }
            out.submit(std::move(body), [&](bulk_outcome&& outcome) {
                done += outcome.fatal || !outcome.rejected.empty() ? 0 : 1;
            });
        }
        out.drain();
    }
    CHECK(done == 40);
    std::map<std::string, std::pair<std::uint64_t, bool>> expected;
    for (std::uint64_t version = 1; version <= 40; ++version) {
        for (int i = 0; i < 30; ++i) {
            const auto id = std::to_string((i * 7 + static_cast<int>(version) * 3) % 100);
            expected[id] = {version, (i + static_cast<int>(version)) % 11 == 0};
        }
    }
    CHECK(cluster.entries.size() == expected.size());
    for (const auto& [id, last] : expected) {
        CAPTURE(id);
        const auto& entry = cluster.entries.at({"docs", id});
        CHECK(entry.version == last.first);
        CHECK(entry.deleted == last.second);
    }
}

TEST_CASE("deletes from what is an index and no alias are fatal though the cluster carries them out") {
    // The deletes succeed; only the guard is told that an alias was required.
    fake_transport transport(
        {status(200, R"({"errors":true,"items":[{"delete":{"status":200}},{"update":{"status":404,"error":)"
                     R"({"type":"index_not_found_exception","reason":"[docs] is not an alias"}}}]})")});
    bulk_body body;
    body.remove("docs", "1", 1);
    const auto why = fatal_of(outcome_of(std::move(body), transport));
    CHECK(why.code() == errc::index);
    CHECK(std::string(why.what()).find("[docs] is not an alias") != std::string::npos);
}

TEST_CASE("the second half of a bulk does not inherit the first one's long pauses") {
    fake_clock clock;
    fake_transport transport([](const request& what, std::size_t number) -> std::optional<response> {
        if (number == 0) return status(413);
        const bool second = what.body->find("\"_id\":\"2\"") != std::string::npos;
        if (number <= 6 || (second && number == 8)) return no_answer();
        return status(200, R"({"errors":false,"items":[{"index":{"status":200}}]})");
    });
    CHECK_FALSE(outcome_of(documents(1, 2), transport, clock).fatal);
    const auto pauses = clock.waited();
    REQUIRE(pauses.size() == 7);
    CHECK(pauses[5] > milliseconds(1'000));
    CHECK(pauses[6] <= milliseconds(100));
}

TEST_CASE("the answer to a bulk that was interrupted comes too late for everybody") {
    fake_transport transport([](const request&, std::size_t number) -> std::optional<response> {
        if (number == 0) return std::nullopt;
        return status(200, all_good);
    });
    transport.ignore_stops();
    results got;
    writer out(transport, with(1), fake_clock());
    out.submit(documents(1, 2), got.as("interrupted"));
    REQUIRE(transport.wait_for_requests(1));
    out.interrupt();
    REQUIRE(got.wait(1));
    out.resume();
    transport.answer(0, status(200, all_good));
    out.submit(documents(3, 4), got.as("next"));
    REQUIRE(got.wait(2));
    out.drain();
    CHECK(got.names() == std::vector<std::string>{"interrupted", "next"});
}

TEST_CASE("documents that cannot be made come back as rejected, beside others or alone") {
    fake_transport transport({status(200, all_good)});
    auto body = documents(1, 2);
    body.refuse({"docs", "7", 3, 0, "transform", "it threw", "{}"});
    auto outcome = outcome_of(std::move(body), transport);
    CHECK(ids_of(outcome) == std::vector<std::string>{"7"});
    CHECK(outcome.unwritten.empty());
    CHECK(transport.count() == 1);

    bulk_body alone;
    alone.refuse({"docs", "8", 3, 0, "transform", "it threw", "{}"});
    outcome = outcome_of(std::move(alone), transport);
    CHECK(ids_of(outcome) == std::vector<std::string>{"8"});
    CHECK(transport.count() == 1);
}

TEST_CASE("an id that is no UTF-8 costs no bulk: a write is rejected, and there is nothing to delete") {
    fake_transport transport({status(200, all_good)});
    auto body = documents(1, 2);
    body.index("docs", "caf\xe9", 1, "{}");
    body.remove("docs", "\xff", 1);
    const auto outcome = outcome_of(std::move(body), transport);
    CHECK(ids_of(outcome) == std::vector<std::string>{"caf\xe9"});
    CHECK(outcome.rejected[0].reason == "the id is no UTF-8");
    CHECK(transport.body(0).find('\xff') == std::string::npos);
}
