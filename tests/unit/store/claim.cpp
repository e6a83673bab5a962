#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "../../catch.hpp"
#include "../sink/live_cluster.hpp"
#include <pgsync/shape.hpp>
#include <pgsync/store/claim.hpp>

namespace claim_test {

struct Guest {
    int id;
};
struct claimed_guests : pgsync::index<Guest> {};

using transport = pgsync::app::cluster::transport_type;

std::vector<transport::node> node_at(const std::string& url) {
    std::vector<transport::node> out;
    out.push_back({url, std::make_unique<pgsync::elastic::curl_transport>(url)});
    return out;
}

/// An index of that shape in a cluster, under a name of its own.
struct bench {
    explicit bench(live_cluster& at)
        : through(node_at(at.transport.address())),
          client(through, {through.address(), at.speaks}),
          alias(at.name("claimed")),
          index(pgsync::compiled<claimed_guests>) {
        index.name = alias;
        pgsync::app::index_state state;
        state.slot = "slot";
        const auto body = pgsync::app::creation_body(index, state);
        client.create_index(pgsync::app::names_of(index).index, at.speaks.creation_body(body));
    }

    pgsync::app::index_state find() { return pgsync::app::find_index(client, index); }
    void claim(pgsync::app::index_state& state) { pgsync::app::claim(client, {&index, 1}, {0}, {&state, 1}); }
    /// Whether the index now remembers what `state` says.
    bool remembers(const pgsync::app::index_state& state) {
        try {
            pgsync::app::remember(client, index, state);
            return true;
        } catch (const pgsync::error& problem) {
            CHECK(problem.code() == pgsync::errc::superseded);
            return false;
        }
    }

    transport through;
    pgsync::app::cluster::client_type client;
    std::string alias;
    pgsync::compiled_index index;
};

}  // namespace claim_test

using namespace claim_test;

TEST_CASE("an index remembers what the program says that has claimed it last, and nothing of others",
          "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        bench on(at);
        auto first = on.find();
        on.claim(first);
        first.slot = "first";
        CHECK(on.remembers(first));
        auto second = on.find();
        CHECK(second.keepers == first.keepers);
        on.claim(second);
        second.slot = "second";
        CHECK_FALSE(on.remembers(first));
        CHECK(on.remembers(second));
        CHECK_FALSE(on.remembers(first));
        CHECK(on.find().slot == "second");
        // The first one comes back.
        first = on.find();
        on.claim(first);
        CHECK(on.find().keepers == first.keepers);
        CHECK_FALSE(on.remembers(second));
    });
}

TEST_CASE("who claims an index by what it was before another did has claimed nothing", "[.][search]") {
    on_each_cluster([](live_cluster& at) {
        bench on(at);
        auto before = on.find();
        on.claim(before);
        auto late = on.find();
        auto fast = on.find();
        on.claim(fast);
        bool superseded = false;
        try {
            on.claim(late);
        } catch (const pgsync::error& problem) {
            superseded = problem.code() == pgsync::errc::superseded;
        }
        CHECK(superseded);
        CHECK(on.remembers(fast));
        auto next = on.find();
        on.claim(next);
        CHECK(on.find().keepers == next.keepers);
        CHECK_FALSE(on.remembers(fast));
    });
}
