#include <optional>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/commands/diagnosis/slot_owner.hpp>

using pgsync::app::index_state;
using pgsync::app::why_others;
using pgsync::app::why_unusable;
using pgsync::postgres::lsn;
using pgsync::postgres::slot_facts;

namespace {

slot_facts slot_of(const std::string& database, int active_pid = 0, lsn confirmed = {}) {
    slot_facts slot;
    slot.logical = true;
    slot.plugin = "pgoutput";
    slot.database = database;
    slot.active_pid = active_pid;
    slot.confirmed = confirmed;
    return slot;
}

index_state follows(const std::string& slot, std::optional<lsn> written, bool loaded = true) {
    index_state state;
    state.exists = true;
    state.slot = slot;
    state.loaded = loaded;
    state.written = written;
    return state;
}

}  // namespace

TEST_CASE("a slot is of use for its own database and plugin alone") {
    CHECK_FALSE(why_unusable("s", slot_of("shop"), "shop", "pgoutput"));
    CHECK(why_unusable("s", slot_of("other"), "shop", "pgoutput"));
    CHECK(why_unusable("s", slot_of("shop"), "shop", "test_decoding"));
    auto physical = slot_of("");
    physical.logical = false;
    CHECK(why_unusable("s", physical, "shop", "pgoutput"));
}

TEST_CASE("who follows a slot does it for the indices that follow it, and tells them first") {
    const auto followed = slot_of("shop", 4711, {100});
    CHECK_FALSE(why_others("s", followed, std::vector{follows("s", lsn{100})}));
    CHECK_FALSE(why_others("s", followed, std::vector{follows("s", lsn{120})}));
    CHECK_FALSE(why_others("s", followed, std::vector{follows("s", {}, false)}));  // still being loaded
    CHECK_FALSE(why_others("s", followed, std::vector{follows("s", lsn{100}), index_state{}}));
    CHECK(why_others("s", followed, std::vector{follows("s", lsn{99})}));
    CHECK(why_others("s", followed, std::vector{index_state{}}));
    CHECK(why_others("s", followed, std::vector{follows("s_other", lsn{100})}));
    CHECK(why_others("s", followed, std::vector<index_state>{}));
    CHECK_FALSE(why_others("s", slot_of("shop", 0, {100}), std::vector{index_state{}}));  // nobody does
}
