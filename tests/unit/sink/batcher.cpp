#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/sink/elastic/batcher.hpp>

using pgsync::elastic::batcher;
using pgsync::elastic::bulk_body;
using pgsync::elastic::bulk_outcome;

namespace {

/// Takes bulks and finishes them when told to.
struct held_bulks {
    struct bulk {
        std::vector<std::string> ids;
        std::vector<std::string> targets;
        std::string text;
        std::function<void(bulk_outcome&&)> done;
        std::vector<pgsync::elastic::rejected_item> refused{};
    };
    std::vector<bulk> all;

    [[nodiscard]] batcher::submit_function submit() {
        return [this](bulk_body&& body, std::function<void(bulk_outcome&&)> done) {
            bulk each{{}, {}, *body.text(), std::move(done)};
            each.refused = body.take_refused();
            for (std::size_t i = 0; i < body.items(); ++i) {
                each.ids.emplace_back(body.id_of(i));
                each.targets.emplace_back(body.target_of(i));
            }
            all.push_back(std::move(each));
        };
    }
    void finish(std::size_t i, bulk_outcome outcome = {}) {
        std::exchange(all.at(i).done, nullptr)(std::move(outcome));
    }
};

bulk_outcome fatal(const char* why) {
    bulk_outcome outcome;
    outcome.fatal = std::make_exception_ptr(std::runtime_error(why));
    return outcome;
}
bulk_outcome refusing(std::string id) {
    bulk_outcome outcome;
    outcome.rejected.push_back({"docs", std::move(id), 1, 400, "mapper_parsing_exception", "why", "{}"});
    return outcome;
}

/// A batcher over held bulks, and how often which job was done.
struct fixture {
    held_bulks bulks;
    std::vector<std::string> done;
    std::function<void(bulk_outcome&)> on_rejected = [](bulk_outcome&) {};
    std::unique_ptr<batcher> out;

    explicit fixture(std::size_t bytes = 1'000'000, std::size_t limit = 4'000'000)
        : out(std::make_unique<batcher>(batcher::settings{bytes, limit},
                                        std::vector<batcher::target>{{"docs"}, {"others", "enrich"}},
                                        bulks.submit(), [this](bulk_outcome& o) { on_rejected(o); })) {}
    void begin(std::string name) {
        out->begin_job([this, name = std::move(name)] { done.push_back(name); });
    }
};

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("a job is done when the last of its bulks is, whichever that is") {
    fixture in;
    in.begin("job");
    for (const char* id : {"a", "b", "c"}) {
        in.out->index(0, id, 1, "{}");
        in.out->flush();
    }
    in.out->end_job();
    REQUIRE(in.bulks.all.size() == 3);
    in.bulks.finish(2);
    in.bulks.finish(0);
    CHECK(in.done.empty());
    in.bulks.finish(1);
    CHECK(in.done == names{"job"});
}

TEST_CASE("a job whose bulks are all acknowledged is not done before it is ended") {
    fixture in;
    in.begin("job");
    in.out->index(0, "a", 1, "{}");
    in.out->flush();
    in.bulks.finish(0);
    CHECK(in.done.empty());
    in.out->end_job();
    CHECK(in.done == names{"job"});
}

TEST_CASE("a job of nothing is done when it is ended") {
    fixture in;
    in.begin("job");
    CHECK(in.done.empty());
    in.out->end_job();
    CHECK(in.done == names{"job"});
    CHECK(in.bulks.all.empty());
}

TEST_CASE("jobs share no bulk, and a later one may be done first") {
    fixture in;
    in.begin("first");
    in.out->index(0, "a", 1, "{}");
    in.out->end_job();
    in.begin("second");
    in.out->remove(1, "b", 2);
    in.out->end_job();
    REQUIRE(in.bulks.all.size() == 2);
    CHECK(in.bulks.all[0].ids == names{"a"});
    CHECK(in.bulks.all[0].targets == names{"docs"});
    CHECK(in.bulks.all[1].ids == names{"b"});
    CHECK(in.bulks.all[1].targets == names{"others"});
    in.bulks.finish(1);
    CHECK(in.done == names{"second"});
    in.bulks.finish(0);
    CHECK(in.done == names{"second", "first"});
}

TEST_CASE("a bulk goes when asked for and worth it, or when it is too large to wait") {
    fixture in(200, 500);
    const std::string document = "{\"x\":\"" + std::string(50, 'x') + "\"}";
    in.begin("job");
    in.out->index(0, "1", 1, document);
    in.out->flush_if_full();
    CHECK(in.bulks.all.empty());
    in.out->index(0, "2", 1, document);
    CHECK(in.bulks.all.empty());
    in.out->flush_if_full();
    REQUIRE(in.bulks.all.size() == 1);
    CHECK(in.bulks.all[0].ids == names{"1", "2"});
    for (int i = 3; in.bulks.all.size() == 1 && i < 20; ++i) in.out->index(0, std::to_string(i), 1, document);
    REQUIRE(in.bulks.all.size() == 2);
    CHECK(in.bulks.all[1].text.size() >= 500);
    CHECK(in.bulks.all[1].text.size() < 500 + 200);
    for (int i = 0; in.bulks.all.size() == 2 && i < 20; ++i) in.out->remove(0, std::to_string(i), 2);
    CHECK(in.bulks.all.size() == 3);
}

TEST_CASE("flushing nothing sends nothing") {
    fixture in;
    in.begin("job");
    in.out->flush();
    in.out->flush_if_full();
    CHECK(in.bulks.all.empty());
}

TEST_CASE("a fatal outcome keeps its job open for good and stops what follows") {
    fixture in;
    in.begin("job");
    in.out->index(0, "a", 1, "{}");
    in.out->flush();
    in.out->index(0, "b", 1, "{}");
    in.out->end_job();
    CHECK_NOTHROW(in.out->rethrow_failure());
    in.bulks.finish(0, fatal("the first"));
    in.bulks.finish(1);
    CHECK(in.done.empty());
    CHECK_THROWS_WITH(in.out->rethrow_failure(), "the first");
    CHECK_THROWS_WITH(in.out->rethrow_failure(), "the first");
    in.begin("next");
    in.out->index(0, "c", 1, "{}");
    CHECK_THROWS_WITH(in.out->flush(), "the first");
    CHECK_THROWS_WITH(in.out->end_job(), "the first");
    CHECK(in.bulks.all.size() == 2);
    CHECK(in.done.empty());
}

TEST_CASE("of several failures the first is told") {
    fixture in;
    in.begin("job");
    for (const char* id : {"a", "b"}) {
        in.out->index(0, id, 1, "{}");
        in.out->flush();
    }
    in.bulks.finish(1, fatal("one"));
    in.bulks.finish(0, fatal("two"));
    CHECK_THROWS_WITH(in.out->rethrow_failure(), "one");
}

TEST_CASE("rejected documents that are taken care of count as done") {
    fixture in;
    names seen;
    in.on_rejected = [&](bulk_outcome& outcome) {
        CHECK(in.done.empty());
        for (const auto& each : outcome.rejected) seen.push_back(each.id);
    };
    in.begin("job");
    in.out->index(0, "a", 1, "{}");
    in.out->end_job();
    in.bulks.finish(0, refusing("a"));
    CHECK(seen == names{"a"});
    CHECK(in.done == names{"job"});
    CHECK_NOTHROW(in.out->rethrow_failure());
}

TEST_CASE("a rejected document that nobody takes care of keeps its job open") {
    fixture in;
    in.on_rejected = [&](bulk_outcome&) { throw pgsync::error(pgsync::errc::rejected, "poison"); };
    in.begin("job");
    in.out->index(0, "a", 1, "{}");
    in.out->end_job();
    in.bulks.finish(0, refusing("a"));
    CHECK(in.done.empty());
    CHECK_THROWS_AS(in.out->rethrow_failure(), pgsync::error);
}

TEST_CASE("what fails in a job's own end is told like any failure") {
    fixture in;
    in.out->begin_job([] { throw std::runtime_error("the end"); });
    in.out->index(0, "a", 1, "{}");
    in.out->end_job();
    in.bulks.finish(0);
    CHECK_THROWS_WITH(in.out->rethrow_failure(), "the end");
}

TEST_CASE("a bulk that cannot be handed over keeps its job open") {
    bool refuse = true;
    int done = 0;
    std::vector<std::function<void(bulk_outcome&&)>> taken;
    batcher out(
        {}, {{"docs"}},
        [&](bulk_body&&, std::function<void(bulk_outcome&&)> completion) {
            if (refuse) throw pgsync::error(pgsync::errc::interrupted, "stopped");
            taken.push_back(std::move(completion));
        },
        [](bulk_outcome&) {});
    out.begin_job([&] { ++done; });
    out.index(0, "a", 1, "{}");
    CHECK_THROWS_AS(out.flush(), pgsync::error);
    refuse = false;
    out.index(0, "b", 1, "{}");
    out.end_job();
    REQUIRE(taken.size() == 1);
    taken[0]({});
    CHECK(done == 0);
}

TEST_CASE("what is left of a job that was given up does not go with the next") {
    fixture in;
    in.begin("given up");
    in.out->index(0, "a", 1, "{}");
    in.begin("next");
    in.out->index(0, "b", 1, "{}");
    in.out->end_job();
    REQUIRE(in.bulks.all.size() == 1);
    CHECK(in.bulks.all[0].ids == names{"b"});
    in.bulks.finish(0);
    CHECK(in.done == names{"next"});
}

TEST_CASE("bulks that end after the batcher is gone tell nobody") {
    fixture in;
    in.begin("job");
    in.out->index(0, "a", 1, "{}");
    in.out->flush();
    in.out->index(0, "b", 1, "{}");
    in.out->end_job();
    in.out.reset();
    in.bulks.finish(0, fatal("late"));
    in.bulks.finish(1);
    CHECK(in.done.empty());
}

TEST_CASE("bulks that end in several threads at once end their jobs once each") {
    constexpr std::size_t jobs = 200;
    fixture in;
    std::vector<std::atomic<int>> done(jobs);
    for (std::size_t j = 0; j < jobs; ++j) {
        in.out->begin_job([&done, j] { ++done[j]; });
        for (int b = 0; b < 3; ++b) {
            in.out->index(0, std::to_string(b), 1, "{}");
            in.out->flush();
        }
        in.out->end_job();
    }
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 3; ++t) {
        threads.emplace_back([&, t] {
            for (std::size_t j = 0; j < jobs; ++j) in.bulks.finish(j * 3 + t);
        });
    }
    for (auto& each : threads) each.join();
    for (const auto& each : done) CHECK(each == 1);
}

TEST_CASE("what the cluster took is counted by index, without what was superseded or refused") {
    const std::array<std::string_view, 2> names{"docs", "others"};
    pgsync::metrics::registry counts(names);
    held_bulks bulks;
    batcher to({1'000'000, 2'000'000},
               {{"docs-WRITE", {}, &counts.indices[0]}, {"others-WRITE", {}, &counts.indices[1]}},
               bulks.submit(), [](bulk_outcome&) {});
    to.begin_job([] {});
    to.index(0, "1", 5, "{}");
    to.index(0, "2", 5, "{}");
    to.index(1, "3", 5, "{}");
    to.remove(0, "4", 5);
    to.remove(1, "5", 5);
    to.flush();
    to.index(0, "6", 5, "{}");
    to.end_job();
    CHECK(counts.indices[0].written.value() == 0);
    bulk_outcome outcome;
    outcome.unwritten = {{"docs-WRITE", 1, 0}, {"others-WRITE", 0, 1}};
    bulks.finish(0, std::move(outcome));
    CHECK(counts.indices[0].written.value() == 1);
    CHECK(counts.indices[0].deleted.value() == 1);
    CHECK(counts.indices[1].written.value() == 1);
    CHECK(counts.indices[1].deleted.value() == 0);
    bulks.finish(1, fatal("down"));
    CHECK(counts.indices[0].written.value() == 1);
}

TEST_CASE("a document that cannot be made travels with a bulk, also alone, and is told as rejected") {
    fixture in;
    in.begin("job");
    in.out->index(0, "a", 1, "{}");
    in.out->refuse(1, "b", 7, "postgresql_22012", "division by zero", "{\"id\":1}");
    in.out->flush();
    in.out->refuse(0, "c", 8, "transform", "it threw", "");
    in.out->end_job();
    REQUIRE(in.bulks.all.size() == 2);
    CHECK(in.bulks.all[0].ids == names{"a"});
    CHECK(in.bulks.all[1].ids.empty());
    REQUIRE(in.bulks.all[0].refused.size() == 1);
    const auto& what = in.bulks.all[0].refused[0];
    CHECK((what.target == "others" && what.id == "b" && what.version == 7 && what.status == 0));
    CHECK((what.type == "postgresql_22012" && what.reason == "division by zero"));
    CHECK(what.document == "{\"id\":1}");
    CHECK(in.done.empty());
    in.bulks.finish(0);
    in.bulks.finish(1);
    CHECK(in.done == names{"job"});
}

TEST_CASE("documents that cannot be made do not gather without end") {
    fixture in(1'000, 4'000);
    in.begin("job");
    for (int i = 0; i < 100; ++i) in.out->refuse(0, "x", 1, "transform", "why", std::string(500, 'x'));
    CHECK(in.bulks.all.size() >= 10);
}
