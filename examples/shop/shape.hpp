#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/shape.hpp>
#include <pgsync/transform.hpp>

/// A shop: aggregates, conditions, order and limit, objects keyed by a value, routing, settings, a transform.
namespace shop {
using namespace pgsync;

// clang-format off
// --- products: what is sold, what of it is left, what people say of it ----------------------------------------
struct Author    { static constexpr std::string_view table = "customer"; int id; std::string name; };
struct Review    { int id; std::optional<std::int16_t> stars; std::string body; std::optional<timestamptz> written;
                   belongs_to<Author, foreign_key<"customer_id">> author; };
struct Stock     { key<int> product_id; key<keyword> warehouse; int amount; };
struct Attribute { int id; std::optional<std::string> name, value; std::optional<keyword> unit; };
struct Sale      { static constexpr std::string_view table = "order_line";
                   key<int> purchase_id; key<std::int16_t> position; int quantity;
                   hidden<expression<decimal<20, 2>, "price * quantity">> amount; };
struct Returned  { int id; int quantity; };

using Visible = where<"deleted_at IS NULL AND approved">;     // options can have names, too
using Kept    = where<"deleted_at IS NULL">;

struct Product {
    int                                                              id;
    keyword                                                          sku;
    std::string                                                      name;
    keyword                                                          status;       // an enum; never 'draft', see below
    decimal<10, 2>                                                   price;
    std::optional<date>                                              released;
    std::vector<keyword>                                             tags;
    has_many<Review, Visible, order_by<"stars DESC NULLS LAST, written">, limit<3>>                best_reviews;
    count<Review, Visible>                                           review_count;
    avg<Review, "stars", Visible>                                    stars;
    min<Review, "written", Visible>                                  first_review;
    max<Review, "written", Visible>                                  last_review;
    exists<Review, where<"deleted_at IS NULL AND stars = 1">>        has_complaints;
    sum<Sale, "quantity", Kept>                                      sold;
    sum<Sale, "amount", Kept>                                        turnover;
    max<Sale, "amount", Kept>                                        largest_sale;
    sum<Returned, "quantity", through<"order_line", foreign_key<"product_id">, foreign_key<"purchase_id", "position">>,
        references<"purchase_id", "position">, where<"accepted">>    returned;
    has_many<Stock, keyed_by<"warehouse">, pluck<"amount">>          stock;        // {"Berlin": 3, "Paris": 0}
    sum<Stock, "amount">                                             in_stock;
    exists<Stock, where<"amount > 0">>                               available;
    has_many<Attribute, foreign_key<"sku">, references<"sku">, keyed_by<"name">, pluck<"value">> attributes;
    has_many<Attribute, foreign_key<"sku">, references<"sku">, keyed_by<"name">, order_by<"id DESC">,
             where<"unit IS NOT NULL">>                              measures;     // the last one said counts
};

// --- shoppers: who buys ---------------------------------------------------------------------------------------
struct Favourite { static constexpr std::string_view table = "product";  int id; keyword sku; std::string name; };
struct Friend    { static constexpr std::string_view table = "customer"; int id; std::string name; };
struct Line      { static constexpr std::string_view table = "order_line"; key<int> purchase_id; key<std::int16_t> position; };
struct Latest    { static constexpr std::string_view table = "purchase"; int id; std::optional<timestamptz> placed_at; keyword state;
                   count<Line, foreign_key<"purchase_id">, Kept> lines; };

struct Shopper {
    static constexpr std::string_view table = "customer";
    int                                                              id;
    std::string                                                      name;
    std::optional<std::string>                                       email;        // masked by the transform
    hidden<bool>                                                     blocked;      // not in the index if so
    std::optional<date>                                              joined;
    has_many<Latest, order_by<"placed_at DESC NULLS LAST">, limit<3>>  latest_orders;
    count<Latest, where<"state <> 'cancelled'">>                     order_count;
    min<Latest, "placed_at">                                         first_order;
    exists<Latest, where<"state = 'open'">>                          has_open_orders;
    sum<Sale, "amount", through<"purchase", foreign_key<"customer_id">, foreign_key<"id">>,
        references<"purchase_id">, Kept>                             spent;        // over all lines of all orders
    has_many<Favourite, through<"favourite", foreign_key<"customer_id">, foreign_key<"product_id">>,
             where<"status <> 'draft'">, order_by<"price DESC">, limit<2>>  favourites;
    has_many<Friend, foreign_key<"invited_by">, pluck<"name">>       invited;
};

// --- orders: routed by customer -------------------------------------------------------------------------------
struct Item      { static constexpr std::string_view table = "product"; int id; keyword sku; std::string name; };
struct OrderLine { key<int> purchase_id; key<std::int16_t> position; int quantity; decimal<10, 2> price;
                   expression<decimal<20, 2>, "price * quantity"> amount;
                   belongs_to<Item, foreign_key<"product_id">> product;
                   has_many<Returned, foreign_key<"purchase_id", "position">, pluck<"quantity">, order_by<"id DESC">> returns; };

struct Order {
    static constexpr std::string_view table = "purchase";
    int                                                              id;
    int                                                              customer_id;  // may change: another shard
    std::optional<timestamptz>                                       placed_at;
    keyword                                                          state;
    std::optional<std::string>                                       note;
    belongs_to<Friend, foreign_key<"customer_id">>                   customer;
    has_many<OrderLine, Kept>                                        lines;
    count<OrderLine>                                                 lines_ever;
    sum<OrderLine, "amount", Kept>                                   total;
    avg<OrderLine, "price", Kept>                                    average_price;
    exists<Returned>                                                 has_returns;
};
// clang-format on
}  // namespace shop

struct products : pgsync::index<shop::Product> {
    static constexpr std::string_view where = "status <> 'draft'";
    static constexpr std::string_view settings = R"({"number_of_shards": 2, "refresh_interval": "500ms"})";
    static constexpr std::string_view mapping = R"({"properties": {"best_reviews": {"type": "nested"}}})";
};

struct shoppers : pgsync::index<shop::Shopper> {
    static bool transform(shop::Shopper& shopper) {
        if (shopper.blocked.value) return false;
        if (shopper.email) {
            const auto at = shopper.email->find('@');
            shopper.email = at == std::string::npos ? "***" : "***" + shopper.email->substr(at);
        }
        return true;
    }
};

struct orders : pgsync::index<shop::Order> {
    static constexpr std::string_view routing = "customer_id";
    static constexpr std::string_view settings = R"({"number_of_shards": 3})";
    static constexpr std::string_view mapping = R"({"_routing": {"required": true}})";
};
