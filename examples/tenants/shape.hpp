#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pgsync/shape.hpp>

/// The same tables in a schema for each tenant, beside a schema that all share.
namespace tenants {
using namespace pgsync;

// A tenant is a tag that says the schema; every struct of a tenant's table is a template over it.
struct A {
    static constexpr std::string_view schema = "tenant_a";
};
struct B {
    static constexpr std::string_view schema = "tenant_b";
};

// clang-format off
// --- what all share -------------------------------------------------------------------------------------------
struct Country  { static constexpr std::string_view table = "shared.country"; key<keyword> code; std::string name; };
struct Plan     { static constexpr std::string_view table = "shared.plan";    key<keyword> code; std::string title; decimal<8, 2> price; };

// --- what each has --------------------------------------------------------------------------------------------
template <typename Tenant>
struct Line {
    static constexpr std::string_view schema = Tenant::schema, table = "line";
    key<std::int64_t>                                   invoice_id;
    key<std::int16_t>                                   position;
    std::string                                         what;
    decimal<12, 2>                                      amount;
};

template <typename Tenant>
struct Customer {
    static constexpr std::string_view schema = Tenant::schema, table = "customer";
    int                                                 id;
    std::string                                         name;
    belongs_to<Plan, foreign_key<"plan_code">>          plan;      // across schemas
    belongs_to<Country, foreign_key<"country_code">>    country;
};

template <typename Tenant>
struct Invoice {
    static constexpr std::string_view schema = Tenant::schema, table = "invoice";
    std::int64_t                                        id;
    std::string                                         number;
    std::optional<date>                                 issued;
    std::optional<timestamptz>                          paid_at;
    belongs_to<Customer<Tenant>>                        customer;
    has_many<Line<Tenant>>                              lines;
    sum<Line<Tenant>, "amount">                         total;
};

// --- over all tenants -----------------------------------------------------------------------------------------
template <typename Tenant>
struct Subscriber {
    static constexpr std::string_view schema = Tenant::schema, table = "customer";
    int                                                 id;
    std::string                                         name;
    count<Invoice<Tenant>, foreign_key<"customer_id">, where<"paid_at IS NULL">> unpaid;
};

struct PlanPage {
    static constexpr std::string_view table = "shared.plan";
    key<keyword>                                        code;
    std::string                                         title;
    decimal<8, 2>                                       price;
    has_many<Subscriber<A>, foreign_key<"plan_code">>   tenant_a;
    has_many<Subscriber<B>, foreign_key<"plan_code">>   tenant_b;
};

struct Ticket {
    static constexpr std::string_view table = "shared.ticket";
    key<keyword>                                        tenant;    // a ticket's shard is its tenant's
    key<int>                                            number;
    std::string                                         subject;
    keyword                                             status;
    // {"a": {…}, "b": null}: no foreign key of the database can say that
    belongs_to_any<"tenant", "customer_id", case_of<"a", Customer<A>>, case_of<"b", Customer<B>>> customer;
};
// clang-format on
}  // namespace tenants

struct invoices_a : pgsync::index<tenants::Invoice<tenants::A>> {};
struct invoices_b : pgsync::index<tenants::Invoice<tenants::B>> {};
struct plans : pgsync::index<tenants::PlanPage> {};
struct tickets : pgsync::index<tenants::Ticket> {
    static constexpr std::string_view where = "status <> 'spam'";
    static constexpr std::string_view routing = "tenant";
    static constexpr std::string_view settings = R"({"number_of_shards": 4})";
};
