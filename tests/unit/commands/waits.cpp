#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/commands/diagnosis/check_waits.hpp>

using namespace pgsync::app;
using pgsync::postgres::open_transaction;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

open_transaction session(int pid, std::optional<std::int64_t> age,
                         std::string state = "idle in transaction") {
    open_transaction out;
    out.pid = pid;
    out.user = "app";
    out.database = "shop";
    out.application = "import";
    out.state = std::move(state);
    out.seconds = age;
    out.xid = static_cast<std::uint32_t>(pid);
    return out;
}

open_transaction prepared(std::string gid, std::int64_t age) {
    open_transaction out;
    out.gid = std::move(gid);
    out.user = "app";
    out.database = "shop";
    out.seconds = age;
    out.xid = 1;
    return out;
}

}  // namespace

TEST_CASE("a lock is waited for long enough for an autovacuum to give way, and a slot without end") {
    const milliseconds deadlock(1'000);
    bool gives_way = false;
    for (int attempt = 1; attempt <= 3; ++attempt) {
        CHECK(lock_timeout_of(step_waits::transactions, attempt, deadlock) == milliseconds(0));
        const auto table = lock_timeout_of(step_waits::tables, attempt, deadlock);
        CHECK(table > milliseconds(0));  // an application must not queue up without end
        gives_way = gives_way || table > deadlock;
    }
    CHECK(gives_way);
    CHECK(lock_timeout_of(step_waits::tables, 3, milliseconds(30'000)) > milliseconds(30'000));
    // Mostly it gives up before anybody looks for a deadlock, who might end the other.
    CHECK(lock_timeout_of(step_waits::tables, 1, milliseconds(100)) < milliseconds(100));
    CHECK(lock_timeout_of(step_waits::tables, 1, milliseconds(1)) > milliseconds(0));  // 0 would be no limit
}

TEST_CASE("a transaction is named by what an operator knows it by") {
    CHECK(text_of(session(4711, 12)) ==
          "server process 4711 of user \"app\" (application \"import\", database \"shop\"), open for 12 s, "
          "idle in transaction");
    open_transaction hidden;
    hidden.pid = 1;
    CHECK(text_of(hidden) == "server process 1");
    CHECK(text_of(prepared("it's\n", 600)) ==
          "prepared transaction \"it's\\n\" of user \"app\" (database \"shop\"), prepared for 10 min");
    CHECK(list_of({prepared("it's", 1)})
              .ends_with(", until COMMIT PREPARED 'it''s' or ROLLBACK PREPARED 'it''s' is run there"));
    CHECK(list_of({session(1, 1), session(2, 1), session(3, 1)}, 2).ends_with("; and 1 more"));
}

TEST_CASE("only what has been open for long counts as forgotten") {
    CHECK_FALSE(is_forgotten(prepared("a", 1)));
    CHECK(is_forgotten(prepared("a", 60)));
    CHECK_FALSE(is_forgotten(session(1, 60)));
    CHECK(is_forgotten(session(1, 3'600)));
    CHECK_FALSE(is_forgotten(session(1, 600, "active")));
    CHECK(is_forgotten(session(1, 36'000, "active")));
    CHECK_FALSE(is_forgotten(session(1, {})));
}

TEST_CASE("a slot waits for what blocks it now, and for what was open when it began") {
    const std::vector<open_transaction> open{session(1, 100), session(2, 50), session(3, 5)};
    const auto all = pgsync::app::detail::waited_for_by_slot({session(2, 50)}, open, seconds(10));
    REQUIRE(all.size() == 2);
    CHECK(all[0].pid == 2);
    CHECK(all[1].pid == 1);
}
