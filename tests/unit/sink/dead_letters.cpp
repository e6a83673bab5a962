#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <spdlog/sinks/ostream_sink.h>

#include "../../catch.hpp"
#include "../postgres/contains.hpp"
#include "fake_transport.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/sink/elastic/batcher.hpp>
#include <pgsync/sink/elastic/bulk_writer.hpp>
#include <pgsync/sink/elastic/dead_letters.hpp>

using namespace pgsync::test;
using pgsync::errc;
using pgsync::elastic::bulk_body;
using pgsync::elastic::bulk_outcome;
using pgsync::elastic::dead_letter_id;
using pgsync::elastic::rejected_item;
using pgsync::elastic::request;
using pgsync::elastic::response;

namespace {

using letters = pgsync::elastic::dead_letters<fake_transport, fake_clock>;

/// A cluster that knows indices, and documents without versions. `before` may answer in its place.
class letter_box {
  public:
    std::set<std::string> indices;
    std::map<std::string, boost::json::object> created;               ///< bodies by index
    std::map<std::pair<std::string, std::string>, std::string> kept;  ///< by index and id
    std::vector<std::string> actions;                                 ///< lines of bulks
    std::function<std::optional<response>(const request&)> before = [](const request&) {
        return std::nullopt;
    };
    /// The status for a document instead of keeping it; 0 keeps it.
    std::function<int(const std::string& document)> refuse = [](const std::string&) { return 0; };
    std::atomic<bool> held{false};  ///< nothing is answered by itself

    std::optional<response> operator()(const request& what) {
        if (held) return std::nullopt;
        if (auto told = before(what)) return told;
        if (what.path.starts_with("/_bulk")) return bulk(*what.body);
        const auto name = what.path.substr(1);
        if (what.method == "HEAD") return status(indices.contains(name) ? 200 : 404);
        if (what.method == "PUT") {
            created[name] = boost::json::parse(*what.body).as_object();
            indices.insert(name);
            return status(200);
        }
        return status(500);
    }
    [[nodiscard]] boost::json::object letter(const std::string& id,
                                             const std::string& index = "docs-dead-letters") const {
        const auto found = kept.find({index, id});
        if (found == kept.end()) return {};
        return boost::json::parse(found->second).as_object();
    }

  private:
    response bulk(const std::string& text) {
        boost::json::array items;
        bool errors = false;
        std::istringstream lines(text);
        std::string action;
        std::string document;
        while (std::getline(lines, action) && std::getline(lines, document)) {
            actions.push_back(action);
            const auto parsed = boost::json::parse(action).as_object();
            const auto& about = parsed.at("index").as_object();
            const int code = refuse(document);
            boost::json::object result{{"status", code == 0 ? 200 : code}};
            if (code == 0) {
                kept[{std::string(about.at("_index").as_string()),
                      std::string(about.at("_id").as_string())}] = document;
            } else {
                errors = true;
                result["error"] = {{"type", "not_wanted"}, {"reason", "not here"}};
            }
            items.push_back(boost::json::object{{"index", result}});
        }
        return status(200, boost::json::serialize(boost::json::object{{"errors", errors}, {"items", items}}));
    }
};

rejected_item refused(std::string id, std::string document = "{\"n\":1}",
                      std::string target = "docs-1-write") {
    return {std::move(target),    std::move(id),      42, 400, "mapper_parsing_exception",
            "not a \"number\"\n", std::move(document)};
}
bulk_outcome of(std::vector<rejected_item> items) {
    bulk_outcome outcome;
    outcome.rejected = std::move(items);
    return outcome;
}
std::string alias_of(std::string_view target) { return std::string(target.substr(0, target.find('-'))); }

/// What becomes of bulks, as a batcher hears it.
class heard {
  public:
    letters::completion as(int number = 0) {
        return [this, number](bulk_outcome&& outcome) {
            const std::lock_guard lock(mutex_);
            all_.emplace_back(number, std::move(outcome));
            changed_.notify_all();
        };
    }
    [[nodiscard]] std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return all_.size();
    }
    std::vector<std::pair<int, bulk_outcome>> wait(std::size_t many = 1) const {
        std::unique_lock lock(mutex_);
        REQUIRE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return all_.size() >= many; }));
        return all_;
    }

  private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<std::pair<int, bulk_outcome>> all_;
};

pgsync::error fatal_of(const bulk_outcome& outcome) {
    REQUIRE(outcome.fatal);
    try {
        std::rethrow_exception(outcome.fatal);
    } catch (const pgsync::error& problem) {
        return problem;
    }
}

/// Dead letters over a letter box of which each use is under the transport's lock.
struct fixture {
    letter_box box;
    fake_transport transport;
    heard got;
    std::optional<letters> out;

    explicit fixture(letters::settings setting = {})
        : transport([this](const request& what, std::size_t) { return box(what); }) {
        setting.address = "http://cluster:9200";
        out.emplace(transport, setting);
    }
    void put(bulk_outcome&& outcome, int number = 0) {
        out->before(got.as(number), alias_of)(std::move(outcome));
    }
};

}  // namespace

TEST_CASE("a rejected document is kept with all that is known of it, and then counts as done") {
    fixture in;
    in.put(of({refused("a|\"1\"", "{\"text\":\"\\u0000 \xF0\x9F\x98\x80\"}")}));
    const auto outcome = in.got.wait().front().second;
    CHECK_FALSE(outcome.fatal);
    CHECK(outcome.rejected.empty());
    auto letter = in.box.letter("a|\"1\"");
    CHECK(letter["index"].as_string() == "docs");
    CHECK(letter["id"].as_string() == "a|\"1\"");
    CHECK(letter["version"].to_number<int>() == 42);
    CHECK(letter["status"].to_number<int>() == 400);
    CHECK(letter["type"].as_string() == "mapper_parsing_exception");
    CHECK(letter["reason"].as_string() == "not a \"number\"\n");
    CHECK(letter["document"].as_string() == "{\"text\":\"\\u0000 \xF0\x9F\x98\x80\"}");
    const auto at = std::string(letter["at"].as_string());
    REQUIRE(at.size() == 24);
    CHECK(at.substr(0, 2) == "20");
    CHECK(at.substr(10, 1) + at.substr(19, 1) + at.substr(23) == "T.Z");
    CHECK(in.out->count() == 1);
}

TEST_CASE("the index of dead letters is made when it is first needed, and again when it was deleted") {
    fixture in;
    CHECK(in.transport.count() == 0);
    in.put(of({refused("1")}));
    in.got.wait(1);
    REQUIRE(in.box.created.contains("docs-dead-letters"));
    const auto& mappings = in.box.created["docs-dead-letters"].at("mappings").as_object();
    CHECK(mappings.at("dynamic") == false);
    const auto& properties = mappings.at("properties").as_object();
    CHECK(properties.at("document").at("index") == false);
    for (const auto& [field, type] : std::map<std::string, std::string>{{"index", "keyword"},
                                                                        {"id", "keyword"},
                                                                        {"version", "long"},
                                                                        {"status", "integer"},
                                                                        {"type", "keyword"},
                                                                        {"reason", "text"},
                                                                        {"at", "date"}}) {
        CHECK(properties.at(field).at("type").as_string() == type);
    }
    in.box.created.clear();
    in.put(of({refused("2")}));
    in.got.wait(2);
    CHECK(in.box.created.empty());
    in.box.indices.clear();
    in.put(of({refused("3")}));
    in.got.wait(3);
    CHECK(in.box.created.size() == 1);
}

TEST_CASE("an index that somebody else makes meanwhile is as good") {
    fixture in;
    in.box.before = [](const request& what) -> std::optional<response> {
        if (what.method != "PUT") return std::nullopt;
        return status(400,
                      R"({"error":{"type":"resource_already_exists_exception","reason":"x"},"status":400})");
    };
    in.put(of({refused("1")}));
    CHECK_FALSE(in.got.wait().front().second.fatal);
    CHECK(in.box.kept.size() == 1);
}

TEST_CASE("a repeat overwrites, whatever its version") {
    fixture in;
    in.put(of({refused("1", "old")}));
    in.got.wait(1);
    auto again = refused("1", "new");
    again.version = 7;
    in.put(of({again}));
    in.got.wait(2);
    CHECK(in.box.kept.size() == 1);
    CHECK(in.box.letter("1")["document"].as_string() == "new");
    for (const auto& action : in.box.actions) CHECK_THAT(action, !contains("version"));
}

TEST_CASE("of a document rejected twice in one bulk the later state is kept") {
    fixture in;
    in.put(of({refused("1", "old"), refused("1", "new")}));
    in.got.wait();
    CHECK(in.box.letter("1")["document"].as_string() == "new");
    CHECK(in.out->count() == 2);
}

TEST_CASE("each alias has its own dead letters") {
    fixture in;
    in.put(of({refused("1"), refused("1", "{}", "others-9-write")}));
    in.got.wait();
    CHECK_FALSE(in.box.letter("1", "docs-dead-letters").empty());
    CHECK_FALSE(in.box.letter("1", "others-dead-letters").empty());
}

TEST_CASE("a rejected delete has no document to keep") {
    fixture in;
    in.put(of({refused("1", "")}));
    in.got.wait();
    CHECK_FALSE(in.box.letter("1").contains("document"));
}

TEST_CASE("the id of a dead letter is the document's where that is possible") {
    CHECK(dead_letter_id("a|b\\|\xC3\xA9") == "a|b\\|\xC3\xA9");
    const std::string longest(512, 'x');
    CHECK(dead_letter_id(longest) == longest);
}

TEST_CASE("ids that no index takes become ones that it does, and stay apart") {
    std::string accents;
    for (int i = 0; i < 300; ++i) accents += "\xE2\x82\xAC";
    std::set<std::string> ids;
    for (const auto& id : {std::string(), std::string(513, 'x'), std::string(514, 'x'),
                           std::string(600, 'x') + "y", accents, "1" + accents, "12" + accents}) {
        const auto made = dead_letter_id(id);
        CHECK(made == dead_letter_id(id));
        CHECK(made.size() <= 512);
        CHECK_FALSE(made.empty());
        ids.insert(made);
        // Cut where a character ends: all of its bytes are there.
        const auto euros = std::count(made.begin(), made.end(), '\xE2');
        CHECK(std::count(made.begin(), made.end(), '\x82') == euros);
        CHECK(std::count(made.begin(), made.end(), '\xAC') == euros);
    }
    CHECK(ids.size() == 7);
}

TEST_CASE("an id that is too long is kept in full inside its dead letter") {
    fixture in;
    const std::string id(2'000, 'x');
    in.put(of({refused(id)}));
    in.got.wait();
    CHECK(in.box.letter(dead_letter_id(id))["id"].as_string() == id);
}

TEST_CASE("a cluster that is away is waited for at every step") {
    fixture in;
    int requests = 0;
    in.box.before = [&](const request&) -> std::optional<response> {
        ++requests;
        if (requests % 3 == 1) return no_answer();
        if (requests % 3 == 2) return status(503);
        return std::nullopt;
    };
    in.put(of({refused("1")}));
    CHECK_FALSE(in.got.wait().front().second.fatal);
    CHECK(requests == 9);  // look, make, write
    CHECK(in.box.kept.size() == 1);
}

TEST_CASE("a cluster that is away for longer than a call has patience is waited for all the same") {
    letters::settings setting;
    setting.patience = std::chrono::seconds(0);
    fixture in(setting);
    int requests = 0;
    in.box.before = [&](const request&) -> std::optional<response> {
        if (++requests < 6) return no_answer();
        return std::nullopt;
    };
    in.put(of({refused("1")}));
    CHECK_FALSE(in.got.wait().front().second.fatal);
    CHECK(in.box.kept.size() == 1);
}

TEST_CASE("a dead letter that is itself too large is kept without the document") {
    fixture in;
    in.box.refuse = [](const std::string& document) { return document.size() > 5'000 ? 400 : 0; };
    in.put(of({refused("1", std::string(10'000, 'x')), refused("2")}));
    CHECK_FALSE(in.got.wait().front().second.fatal);
    auto letter = in.box.letter("1");
    CHECK_FALSE(letter.contains("document"));
    CHECK(letter["reason"].as_string() == "not a \"number\"\n");
    CHECK(in.box.letter("2").contains("document"));
}

TEST_CASE("a dead letter that cannot be kept at all stops its bulk") {
    fixture in;
    in.box.refuse = [](const std::string&) { return 400; };
    in.put(of({refused("17")}));
    const auto problem = fatal_of(in.got.wait().front().second);
    CHECK(problem.code() == errc::rejected);
    CHECK_THAT(problem.what(), contains("docs-dead-letters") && contains("17") && contains("not here"));
    CHECK(in.out->count() == 0);
}

TEST_CASE("a user who may not write dead letters is told so") {
    fixture in;
    in.box.before = [](const request& what) -> std::optional<response> {
        if (what.method == "HEAD") return std::nullopt;
        return status(403, R"({"error":{"type":"security_exception","reason":"no"},"status":403})");
    };
    in.put(of({refused("1")}));
    CHECK(fatal_of(in.got.wait().front().second).code() == errc::permission);
}

TEST_CASE("a bulk without rejected documents, or with a fatal error, passes at once") {
    fixture in;
    in.put({}, 1);
    CHECK(in.got.count() == 1);
    auto outcome = of({refused("1")});
    outcome.fatal = std::make_exception_ptr(pgsync::error(errc::index, "gone"));
    in.put(std::move(outcome), 2);
    REQUIRE(in.got.count() == 2);
    CHECK(fatal_of(in.got.wait(2)[1].second).code() == errc::index);
    CHECK(in.transport.count() == 0);
}

TEST_CASE("many dead letters go in bulks of the size asked for") {
    letters::settings setting;
    setting.bulk_bytes = 10'000;
    fixture in(setting);
    std::vector<rejected_item> many;
    for (int i = 0; i < 100; ++i) many.push_back(refused(std::to_string(i), std::string(1'000, 'x')));
    in.put(of(std::move(many)));
    in.got.wait();
    CHECK(in.box.kept.size() == 100);
    std::size_t bulks = 0;
    for (const auto& what : in.transport.requests()) {
        if (!what.path.starts_with("/_bulk")) continue;
        ++bulks;
        CHECK(what.body->size() < 12'000);
        CHECK_THAT(what.path, !contains("require_alias"));
    }
    CHECK(bulks > 10);
}

TEST_CASE("handing over a rejected document waits for nothing, and bulks are done in their order") {
    fixture in;
    in.box.held = true;
    for (int i = 0; i < 10; ++i)
        in.put(of({refused(std::to_string(i))}), i);  // returns although nothing is answered
    REQUIRE(in.transport.wait_for_requests(1));
    CHECK(in.got.count() == 0);
    in.box.held = false;
    in.transport.answer(0, status(404));
    const auto all = in.got.wait(10);
    for (int i = 0; i < 10; ++i) CHECK(all[static_cast<std::size_t>(i)].first == i);
    CHECK(in.box.kept.size() == 10);
}

TEST_CASE("while too much waits to be written, others wait for room") {
    letters::settings setting;
    setting.queue_bytes = 5'000;
    fixture in(setting);
    in.box.held = true;
    CHECK_NOTHROW(in.out->wait_for_room());
    in.put(of({refused("1", std::string(6'000, 'x'))}));
    REQUIRE(in.transport.wait_for_requests(1));
    auto waiting = std::async(std::launch::async, [&] {
        in.out->wait_for_room();
        return in.got.count();
    });
    in.box.held = false;
    in.transport.answer(0, status(200));
    CHECK(waiting.get() == 1);
}

TEST_CASE("an interruption ends who waits for room and what has not been written, each bulk once") {
    letters::settings setting;
    setting.queue_bytes = 1;
    fixture in(setting);
    in.box.held = true;
    for (int i = 0; i < 3; ++i) in.put(of({refused(std::to_string(i))}), i);
    REQUIRE(in.transport.wait_for_requests(1));
    auto waiting = std::async(std::launch::async, [&] { in.out->wait_for_room(); });
    in.out->interrupt();
    try {
        waiting.get();
        FAIL_CHECK("nothing was thrown");
    } catch (const pgsync::error& problem) {
        CHECK(problem.code() == errc::interrupted);
    }
    for (const auto& [number, outcome] : in.got.wait(3)) CHECK(fatal_of(outcome).code() == errc::interrupted);
    in.put(of({refused("late")}), 3);
    CHECK(fatal_of(in.got.wait(4)[3].second).code() == errc::interrupted);
    in.box.held = false;
    in.out->resume();
    in.put(of({refused("next")}), 4);
    CHECK_FALSE(in.got.wait(5)[4].second.fatal);
    CHECK_NOTHROW(in.out->wait_for_room());
    CHECK(in.got.count() == 5);
    CHECK(in.box.kept.size() == 1);
}

TEST_CASE("an interruption while a dead letter is on its way ends it") {
    fixture in;
    in.box.before = [&](const request& what) -> std::optional<response> {
        if (what.path.starts_with("/_bulk")) in.box.held = true;
        return std::nullopt;
    };
    in.box.refuse = [](const std::string&) { return 429; };
    in.put(of({refused("1")}));
    REQUIRE(in.transport.wait_for_requests(4));  // look, make, write, and again
    in.out->interrupt();
    CHECK(fatal_of(in.got.wait().front().second).code() == errc::interrupted);
}

TEST_CASE("what has not been written when the dead letters go ends as interrupted, each bulk once") {
    fixture in;
    in.box.held = true;
    for (int i = 0; i < 3; ++i) in.put(of({refused(std::to_string(i))}), i);
    in.out.reset();
    CHECK(in.got.count() == 3);
    for (const auto& [number, outcome] : in.got.wait(3)) CHECK(fatal_of(outcome).code() == errc::interrupted);
}

TEST_CASE("each document set aside is a warning with id, type and reason") {
    std::ostringstream lines;
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(lines);
    const auto before = spdlog::default_logger();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
    {
        fixture in;
        in.put(of({refused("id-1"), refused(std::string(600, 'y'))}));
        in.got.wait();
    }
    spdlog::set_default_logger(before);
    CHECK_THAT(lines.str(), contains("warning") && contains("\"id-1\"") &&
                                contains("mapper_parsing_exception") && contains(": not a \"number\" ;") &&
                                contains("docs-dead-letters"));
    CHECK_THAT(lines.str(),
               contains(std::string(200, 'y') + "\xE2\x80\xA6") && !contains(std::string(201, 'y')));
}

TEST_CASE(
    "a poison document among good ones is set aside before its job is done, by one transport and no "
    "deadlock") {
    fake_cluster cluster;
    cluster.hook = [](const std::string& id) {
        return id == "3" ? std::pair(400, std::string("mapper_parsing_exception"))
                         : std::pair(0, std::string());
    };
    letter_box box;
    fake_transport transport([&](const request& what, std::size_t) -> std::optional<response> {
        if (what.path.find("require_alias") != std::string::npos) return cluster.bulk(what);
        return box(what);
    });
    letters out(transport, {});
    pgsync::elastic::bulk_writer<fake_transport, fake_clock> writer(transport, {});
    std::promise<std::size_t> letters_when_done;
    pgsync::elastic::batcher batcher(
        {}, {{"docs"}},
        [&](bulk_body&& body, letters::completion done) {
            out.wait_for_room();
            writer.submit(std::move(body), out.before(std::move(done), alias_of));
        },
        [](bulk_outcome&) { throw std::logic_error("a document is still rejected"); });
    batcher.begin_job([&] { letters_when_done.set_value(box.kept.size()); });
    for (int i = 1; i <= 5; ++i) batcher.index(0, std::to_string(i), 1, "{\"n\":" + std::to_string(i) + "}");
    batcher.end_job();
    CHECK(letters_when_done.get_future().get() == 1);
    CHECK_NOTHROW(batcher.rethrow_failure());
    CHECK(cluster.ids() == std::vector<std::string>{"1", "2", "4", "5"});
    CHECK(box.letter("3")["document"].as_string() == "{\"n\":3}");
}

TEST_CASE("of a document that could not be made no cluster is told to have refused it") {
    std::ostringstream lines;
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(lines);
    const auto before = spdlog::default_logger();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
    {
        fixture in;
        auto item = refused("444", "");
        item.status = 0;
        item.type = "postgresql_22012";
        item.reason = "member ratio: division by zero";
        in.put(of({item}));
        in.got.wait();
        const auto letter = in.box.letter("444");
        CHECK(letter.at("status") == 0);
        CHECK(letter.at("type") == "postgresql_22012");
        CHECK_FALSE(letter.contains("document"));
    }
    spdlog::set_default_logger(before);
    CHECK_THAT(lines.str(),
               contains("document \"444\" cannot be made: member ratio: division by zero; set aside in "
                        "docs-dead-letters") &&
                   !contains("rejects") && !contains("HTTP"));
}
