#include <optional>
#include <string>

#include "../../catch.hpp"
#include <pgsync/commands/diagnosis/lost_slot.hpp>

using pgsync::app::index_state;
using pgsync::app::why_lost;
using pgsync::postgres::lsn;
using pgsync::postgres::slot_facts;

namespace {

slot_facts slot_at(lsn confirmed) {
    slot_facts slot;
    slot.logical = true;
    slot.confirmed = confirmed;
    slot.wal_status = "reserved";
    return slot;
}

index_state written_up_to(std::optional<lsn> position, bool loaded = true) {
    index_state state;
    state.exists = true;
    state.loaded = loaded;
    state.written = position;
    return state;
}

}  // namespace

TEST_CASE("a slot has every change when it stands nowhere behind what the index says") {
    CHECK_FALSE(why_lost("s", slot_at({100}), written_up_to(lsn{100})));
    CHECK_FALSE(why_lost("s", slot_at({90}), written_up_to(lsn{100})));  // killed before it was confirmed
    CHECK_FALSE(why_lost("s", slot_at({100}), written_up_to({})));       // of a version that did not say
    CHECK_FALSE(why_lost("s", slot_at({100}), written_up_to({}, false)));
    CHECK_FALSE(why_lost("s", std::nullopt, written_up_to({}, false)));  // nothing is in it yet
}

TEST_CASE("a slot that is gone, invalid, new or read by others is told as such") {
    const auto says = [](const std::optional<std::string>& why, const std::string& word) {
        REQUIRE(why);
        CHECK(why->find("slot \"s\"") == 0);
        CHECK(why->find(word) != std::string::npos);
    };
    says(why_lost("s", std::nullopt, written_up_to(lsn{100})), "is gone");
    says(why_lost("s", std::nullopt, written_up_to(lsn{100}, false)), "is gone");
    says(why_lost("s", slot_at({101}), written_up_to(lsn{100})), "recreated, or read by another program");
    says(why_lost("s", slot_at({101}), written_up_to(lsn{100}, false)), "recreated");
    auto lost = slot_at({90});
    lost.wal_status = "lost";
    says(why_lost("s", lost, written_up_to(lsn{100})), "wal_status lost");
    lost.invalidation_reason = "idle_timeout";
    says(why_lost("s", lost, written_up_to(lsn{100})), "idle_timeout");
}

TEST_CASE("an index that was restored is told as such, and might have been where that is not known") {
    auto state = written_up_to(lsn{100});
    CHECK(why_lost("s", slot_at({101}), state)->find("the index was restored from an older snapshot") !=
          std::string::npos);
    state.restored = true;
    CHECK(why_lost("s", slot_at({101}), state)->find("which has been restored from an older snapshot") !=
          std::string::npos);
    CHECK_FALSE(why_lost("s", slot_at({100}), state));  // what it lacks the slot still has
}
