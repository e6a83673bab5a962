#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../../catch.hpp"
#include "fake_transport.hpp"
#include <pgsync/sink/elastic/failover.hpp>

using pgsync::elastic::request;
using pgsync::elastic::response;
using pgsync::test::fake_transport;
using pgsync::test::no_answer;
using pgsync::test::status;

namespace {

using failover = pgsync::elastic::failover<fake_transport>;

/// A node that says whose it is, and answers everything else as told; null where it is away.
fake_transport::behaviour node_of(const std::string& uuid, const std::shared_ptr<response>& otherwise) {
    return [uuid, otherwise](const request& what, std::size_t) -> std::optional<response> {
        if (otherwise->status != 0 && what.path == "/")
            return status(200, "{\"cluster_uuid\":\"" + uuid + "\"}");
        return *otherwise;
    };
}

struct nodes {
    std::shared_ptr<response> a = std::make_shared<response>(status(200, "a"));
    std::shared_ptr<response> b = std::make_shared<response>(status(200, "b"));
    std::vector<fake_transport*> each;
    failover all;

    explicit nodes(const std::string& of_b = "one") : all(make(of_b)) {}

    std::vector<failover::node> make(const std::string& of_b) {
        std::vector<failover::node> out;
        for (const auto& [name, what] :
             {std::pair{"http://a", node_of("one", a)}, std::pair{"http://b", node_of(of_b, b)}}) {
            out.push_back({name, std::make_unique<fake_transport>(what)});
            each.push_back(out.back().through.get());
        }
        return out;
    }
    response ask(const std::string& path = "/x") {
        request what;
        what.path = path;
        return perform(all, std::move(what));
    }
    /// The paths that a node was asked for.
    std::string seen(std::size_t which) {
        std::string out;
        for (const auto& one : each[which]->requests()) out += one.path + ' ';
        return out;
    }
};

}  // namespace

TEST_CASE("requests go to the first node, once it has told which cluster it is of") {
    nodes two;
    CHECK(two.ask().body == "a");
    CHECK(two.ask().body == "a");
    CHECK(two.seen(0) == "/ /x /x ");
    CHECK(two.seen(1).empty());
    CHECK(two.all.address() == "http://a, http://b");
}

TEST_CASE("the request after one without an answer goes to the next node, and back again") {
    nodes two;
    REQUIRE(two.ask().body == "a");
    *two.a = no_answer();
    CHECK(two.ask().status == 0);  // who asked decides whether to repeat it
    CHECK(two.ask().body == "b");
    CHECK(two.ask().body == "b");
    CHECK(two.seen(1) == "/ /x /x ");
    *two.b = no_answer();
    CHECK(two.ask().status == 0);
    *two.a = status(200, "a");
    CHECK(two.ask().body == "a");
    CHECK(two.seen(0) == "/ /x /x / /x ");  // asked again which cluster it is of
}

TEST_CASE("a node in front of a cluster that is away is one that fails, one that is busy is not") {
    nodes two;
    for (const auto code : {502, 503, 504}) {
        CAPTURE(code);
        *two.a = status(code);
        *two.b = status(200, "b");
        CHECK(two.ask().status == code);
        CHECK(two.ask().body == "b");
        *two.b = status(503);
        CHECK(two.ask().status == 503);
    }
    *two.a = status(429);
    CHECK(two.ask().status == 429);
    CHECK(two.ask().status == 429);
    *two.a = status(404);
    CHECK(two.ask().status == 404);
    *two.a = status(200, "a");
    CHECK(two.ask().body == "a");
}

TEST_CASE("a node of another cluster gets nothing but the question") {
    nodes two("other");
    REQUIRE(two.ask().body == "a");
    *two.a = no_answer();
    CHECK(two.ask().status == 0);
    const auto refused = two.ask();
    CHECK(refused.status == 0);
    CHECK(refused.failure == "it is of another cluster (other, not one)");
    CHECK(two.seen(1) == "/ ");
    *two.a = status(200, "a");
    CHECK(two.ask().body == "a");
}

TEST_CASE("a node that does not tell its cluster gets nothing, one that refuses answers itself") {
    std::vector<failover::node> made;
    auto answer = std::make_shared<response>(status(200, "{}"));
    made.push_back({"http://a", std::make_unique<fake_transport>(
                                    [answer](const request&, std::size_t) { return *answer; })});
    auto* const a = made.back().through.get();
    made.push_back({"http://b", std::make_unique<fake_transport>(
                                    [answer](const request&, std::size_t) { return *answer; })});
    failover two(std::move(made));
    const auto ask = [&two] {
        request what;
        what.path = "/x";
        return perform(two, std::move(what));
    };
    for (const auto& untold :
         {status(200, "{}"), status(200, "no JSON"), status(404), status(405), status(400)}) {
        *answer = untold;
        CHECK(ask().failure == "it does not tell which cluster it is of");
    }
    *answer = status(401, "who are you");
    CHECK(ask().body == "who are you");
    for (const auto& one : a->requests()) CHECK(one.path == "/");
}

TEST_CASE("the first node may be away from the start") {
    nodes two;
    *two.a = no_answer();
    CHECK(two.ask().status == 0);
    CHECK(two.ask().body == "b");
    // Whose it is was told by the second: now the first has to be of the same.
    *two.a = status(200, "a");
    *two.b = no_answer();
    CHECK(two.ask().status == 0);
    CHECK(two.ask().body == "a");
}

TEST_CASE("a request that nobody wants any more is no failure of its node") {
    nodes two;
    REQUIRE(two.ask().body == "a");
    *two.a = no_answer("given up");
    std::stop_source stop;
    stop.request_stop();
    request what;
    what.path = "/x";
    what.stop = stop.get_token();
    CHECK(perform(two.all, std::move(what)).status == 0);
    *two.a = status(200, "a");
    CHECK(two.ask().body == "a");
    CHECK(two.seen(1).empty());
}

TEST_CASE("addresses of two clusters are refused at the start") {
    nodes same;
    CHECK_NOTHROW(same.all.require_one_cluster(std::chrono::seconds(5)));
    *same.b = no_answer();
    CHECK_NOTHROW(same.all.require_one_cluster(std::chrono::seconds(5)));

    nodes two("other");
    try {
        two.all.require_one_cluster(std::chrono::seconds(5));
        FAIL("was taken");
    } catch (const pgsync::error& problem) {
        CHECK(std::string(problem.what())
                  .find("http://a and http://b are of different clusters (one and other)") !=
              std::string::npos);
        CHECK(problem.code() == pgsync::errc::configuration);
    }
}

TEST_CASE("a single node is asked nothing more than before") {
    auto answer = std::make_shared<response>(status(200, "a"));
    std::vector<failover::node> made;
    made.push_back({"http://a", std::make_unique<fake_transport>(node_of("one", answer))});
    auto* const a = made.back().through.get();
    failover one(std::move(made));
    one.require_one_cluster(std::chrono::seconds(5));
    for (const auto& each : {status(200, "a"), no_answer(), status(200, "a")}) {
        *answer = each;
        request what;
        what.path = "/x";
        CHECK(perform(one, std::move(what)).status == each.status);
    }
    CHECK(a->requests().size() == 3);
}
