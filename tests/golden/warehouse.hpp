#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pgsync/shape.hpp>

/// Everything a declaration can say, on one imaginary schema (warehouse_schema.sql): composite keys, names
/// that no C++ identifier could be, one table at several nodes, to-one and to-many at several depths.
namespace warehouse {
using namespace pgsync;

struct Unit {
    key<keyword> code;
    named<std::string, "unit title"> title;
};

struct Supplier {
    static constexpr std::string_view table = "purchasing.supplier";
    uuid id;
    std::string name;
    std::optional<bool> active;
};

struct Item {
    // The schema apart, since the table's name has a dot of its own.
    static constexpr std::string_view schema = "Stock \"main\"";
    static constexpr std::string_view table = "item.v2";
    key<column<std::int64_t, "Item No">> number;
    column<named<std::string, "it's a \"name\"">, "näme 🙂"> name;
    decimal<10, 2> price;
    hidden<std::string> internal_note;
    belongs_to<Unit, foreign_key<"unit_code">> unit;
    belongs_to<Supplier, foreign_key<"made_by">> maker;
    named<belongs_to<Supplier, foreign_key<"sold_by">>, "sold-by"> seller;
};

struct Serial {
    key<keyword> number;
    std::optional<timestamptz> seen;
};

struct Refund {
    int id;
    decimal<12, 2> amount;
    std::string reason;
};

struct Line {
    static constexpr std::string_view table = "order line";
    key<int> shop;
    key<column<int, "order">> order_number;
    key<short> position;
    float quantity;
    belongs_to<Item, foreign_key<"item \"no\"">> item;
    has_many<Serial, foreign_key<"shop", "order", "position">> serials;
    has_one<Refund, foreign_key<"line_position", "line_order", "line_shop">,
            references<"position", "order", "shop">>
        refund;
};

struct Note {
    std::int64_t id;
    timestamp written;
    std::string text;
    belongs_to<Supplier> supplier;
};

struct Customer {
    uuid id;
    std::string email;
    keyword country;
};

struct Invoice {
    key<uuid> number;
    date due;
    double vat_rate;
};

struct PurchaseOrder {
    static constexpr std::string_view table = "purchasing.Order";
    key<int> shop;
    key<int> number;
    bool paid;
    std::optional<date> due;
    named<std::string, "a key with more bytes than the sixty-three PostgreSQL gives an identifier"> remark;
    hidden<timestamptz> changed;
    belongs_to<Customer, foreign_key<"customer_country", "customer_email">, references<"country", "email">>
        customer;
    has_many<Line, foreign_key<"order", "shop">, references<"number", "shop">> lines;
    has_many<Note, foreign_key<"about">, references<"note_thread">> notes;
    has_one<Invoice, foreign_key<"shop", "order_number">> invoice;
};
}  // namespace warehouse

struct purchase_orders : pgsync::index<warehouse::PurchaseOrder> {
    static constexpr std::string_view name = "purchase-orders";
};
