#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/queue/receipt.hpp>

using namespace std::chrono_literals;
using pgsync::postgres::lsn;
using pgsync::queue::receipt;
using state = receipt::state;

namespace {

struct fixture {
    std::vector<std::optional<lsn>> settled;
    receipt of_batch{[this](std::optional<lsn> durable) { settled.push_back(durable); }};
};

}  // namespace

TEST_CASE_METHOD(fixture, "a batch is done with its last part, and needs what any of them needs") {
    of_batch.needs(lsn{70});
    of_batch.add_part();
    of_batch.part_done();
    CHECK(settled.empty());
    CHECK(of_batch.wait(0ms) == state::open);
    of_batch.needs(lsn{50});
    of_batch.part_done();
    CHECK(settled == std::vector<std::optional<lsn>>{lsn{70}});
    CHECK(of_batch.wait(0ms) == state::done);
}

TEST_CASE_METHOD(fixture, "a batch that is given up stays so, whatever arrives later") {
    of_batch.add_part();
    of_batch.give_up();
    of_batch.give_up();
    of_batch.part_done();
    of_batch.part_done();
    CHECK(settled == std::vector<std::optional<lsn>>{std::nullopt});
    CHECK(of_batch.wait(0ms) == state::given_up);
}

TEST_CASE_METHOD(fixture, "whoever waits is woken, and finds that the queue knows") {
    std::size_t known = 0;
    std::thread waits([&] {
        while (of_batch.wait(1h) == state::open) {
        }
        known = settled.size();
    });
    of_batch.part_done();
    waits.join();
    CHECK(known == 1);
}
