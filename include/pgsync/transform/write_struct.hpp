#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <pgsync/base/error.hpp>
#include <pgsync/base/json_string.hpp>
#include <pgsync/shape/check_text.hpp>
#include <pgsync/shape/fields.hpp>
#include <pgsync/shape/reflect.hpp>
#include <pgsync/shape/value_traits.hpp>
#include <pgsync/transform/enum_names.hpp>
#include <pgsync/transform/members.hpp>

/// Writes the user's struct as the document, members in their order, without the hidden ones. A value that
/// the transform did not change is written with the digits it had.
namespace pgsync::detail {

template <typename Struct>
void write_struct(std::string& out, const Struct& from);

/// A number as rest * 2^twos * 5^fives, where neither divides the rest: equal numbers are equal in all three.
struct factored {
    std::uint64_t rest = 0;
    int twos = 0;
    int fives = 0;

    friend constexpr bool operator==(const factored&, const factored&) = default;
};

/// Returns number * 2^twos * 5^fives.
[[nodiscard]] constexpr factored factors_of(std::uint64_t number, int twos, int fives) {
    if (number == 0) return {};
    for (; number % 2 == 0; number /= 2) ++twos;
    for (; number % 5 == 0; number /= 5) ++fives;
    return {number, twos, fives};
}

/// Returns the absolute value of a decimal as std::to_chars() writes it; nothing for one of more significant
/// digits than any shortest one has.
[[nodiscard]] inline std::optional<factored> factors_of(std::string_view text) {
    std::uint64_t digits = 0;
    int tens = 0;
    int zeros = 0;  // at the end, so far
    bool fraction = false;
    std::size_t i = 0;
    for (; i < text.size() && text[i] != 'e'; ++i) {
        const char c = text[i];
        if (c == '.') fraction = true;
        if (c < '0' || c > '9') continue;
        tens -= fraction ? 1 : 0;
        if (c == '0') {
            ++zeros;
            continue;
        }
        for (++zeros; zeros > 0; --zeros) {
            if (digits > std::numeric_limits<std::uint64_t>::max() / 100) return std::nullopt;
            digits *= 10;
        }
        digits += static_cast<std::uint64_t>(c - '0');
    }
    if (i < text.size()) {
        int exponent = 0;
        const auto* first = text.data() + i + (i + 1 < text.size() && text[i + 1] == '+' ? 2 : 1);
        std::from_chars(first, text.data() + text.size(), exponent);
        tens += exponent;
    }
    tens += zeros;
    return factors_of(digits, tens, tens);
}

/// Returns true if the text is exactly halfway between the value and an adjacent one. It then reads as the
/// value only because ties are rounded to even.
template <typename T>
bool is_halfway(std::string_view text, T value) {
    if (value == 0) return false;
    const auto shown = factors_of(text);
    const auto is_middle = [&](T towards) {
        const T next = std::nextafter(value, towards);
        if (next == value || !std::isfinite(next)) return false;
        // Both as whole numbers of the smaller one's last binary digit: their sum is exact.
        int least = 0;
        (void)std::frexp(std::min(std::abs(value), std::abs(next)), &least);
        least -= std::numeric_limits<T>::digits;
        const auto whole = [&](T each) {
            return static_cast<std::uint64_t>(std::ldexp(std::abs(each), -least));
        };
        return shown == factors_of(whole(value) + whole(next), least - 1, 0);
    };
    return shown && (is_middle(std::numeric_limits<T>::max()) || is_middle(std::numeric_limits<T>::lowest()));
}

/// Writes the shortest digits that read as the value. Like PostgreSQL, it does not use digits that are
/// halfway to an adjacent value.
template <typename T>
void write_number(std::string& out, T value) {
    std::array<char, 64> digits{};
    const auto last = digits.data() + digits.size() - 1;
    auto end = digits.data();
    if constexpr (std::is_floating_point_v<T>) {
        if (!std::isfinite(value)) {
            out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
            return;
        }
        end = std::to_chars(digits.data(), last, value).ptr;
        const auto shown = [&] {
            return std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()));
        };
        if (is_halfway(shown(), value)) {
            int precision = 0;
            T read{};
            do {
                end =
                    std::to_chars(digits.data(), last, value, std::chars_format::scientific, ++precision).ptr;
                std::from_chars(digits.data(), end, read);
            } while (precision < std::numeric_limits<T>::max_digits10 &&
                     (read != value || is_halfway(shown(), value)));
        }
    } else {
        end = std::to_chars(digits.data(), last, value).ptr;
    }
    out.append(digits.data(), end);
}

/// Writes digits as a number, anything else (`NaN`) as a string.
inline void write_digits(std::string& out, std::string_view text) {
    const bool number = !text.empty() && check::is_json_object("{\"\":" + std::string(text) + "}") &&
                        (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
    if (number) {
        out += text;
    } else {
        append_json_string(out, text);
    }
}

template <typename T>
void write_value(std::string& out, const T& from, const column_data& meant);

template <typename Relation, typename T>
void write_related(std::string& out, const T& from, const column_data& meant) {
    if constexpr ((Relation::options.seen & option::pluck) != 0) {
        constexpr auto at = member_index<T>(Relation::options.pluck);
        write_value(out, get_member<at>(from), fields_of<T>[at].column);
    } else {
        (void)meant;
        write_struct(out, from);
    }
}

template <typename Rows, typename Write>
void write_list(std::string& out, const Rows& rows, char open, char close, const Write& write) {
    out += open;
    bool first = true;
    for (const auto& each : rows) {
        if (!first) out += ',';
        first = false;
        write(each);
    }
    out += close;
}

template <typename Relation, typename Member>
void write_rows(std::string& out, const Member& from, const column_data& meant) {
    using kept = std::remove_cvref_t<decltype(from.value)>;
    if constexpr (is_optional<kept>) {
        if (from.value) {
            write_related<Relation>(out, *from.value, meant);
        } else {
            out += "null";
        }
    } else if constexpr (is_entries<kept>) {
        write_list(out, from.value, '{', '}', [&](const auto& entry) {
            append_json_string(out, entry.first);
            out += ':';
            write_related<Relation>(out, entry.second, meant);
        });
    } else {
        write_list(out, from.value, '[', ']',
                   [&](const auto& each) { write_related<Relation>(out, each, meant); });
    }
}

/// Writes the text of an aggregate over a member of another struct.
template <typename Relation>
void write_aggregate(std::string& out, std::string_view text) {
    constexpr bool number = [] {
        if (Relation::what == aggregate::sum || Relation::what == aggregate::avg) return true;
        const auto* member = find_member<typename Relation::target>(Relation::operand);
        return member != nullptr && traits_of(member->kind).number;
    }();
    if constexpr (number) {
        write_digits(out, text);
    } else {
        append_json_string(out, text);
    }
}

template <typename T>
void write_value(std::string& out, const T& from, const column_data& meant) {
    if constexpr (is_annotation<T>) {
        write_value(out, from.value, meant);
    } else if constexpr (is_optional<T>) {
        if (from) {
            write_value(out, *from, meant);
        } else {
            out += "null";
        }
    } else if constexpr (keeps_rows<T>) {
        write_rows<relation_of<T>>(out, from, meant);
    } else if constexpr (relation_of<T>::known && requires { relation_of<T>::type_column; }) {
        out += '{';
        std::apply(
            [&](const auto&... each) {
                bool first = true;
                const auto write = [&]<typename Case>(const Case& one) {
                    if (!first) out += ',';
                    first = false;
                    append_json_string(out, case_relation<Case>::label);
                    out += ':';
                    write_rows<case_relation<Case>>(out, one, meant);
                };
                (write(each), ...);
            },
            from.value);
        out += '}';
    } else if constexpr (relation_of<T>::known && requires { from.text; }) {
        if constexpr (is_optional<std::remove_cvref_t<decltype(from.text)>>) {
            if (from.text) {
                write_aggregate<relation_of<T>>(out, *from.text);
            } else {
                out += "null";
            }
        } else {
            write_aggregate<relation_of<T>>(out, from.text);
        }
    } else if constexpr (relation_of<T>::known) {
        write_value(out, from.value, meant);
    } else if constexpr (std::is_same_v<T, bool>) {
        out += from ? "true" : "false";
    } else if constexpr (std::is_arithmetic_v<T>) {
        write_number(out, from);
    } else if constexpr (std::is_enum_v<T>) {
        append_json_string(out, enum_label(from));
    } else if constexpr (std::is_same_v<T, std::string>) {
        // describe<> may give the member a type other than text.
        if (meant.kind == value_kind::json || traits_of(meant.kind).range) {
            out += from;
        } else if (meant.kind == value_kind::decimal) {
            write_digits(out, from);
        } else {
            append_json_string(out, from);
        }
    } else if constexpr (std::is_same_v<T, bytea>) {
        append_json_string(out, from.base64);
    } else if constexpr (is_analysed<T>) {
        append_json_string(out, from.value);
    } else if constexpr (std::is_same_v<T, json>) {
        out += from.text;
    } else if constexpr (keeps_json<T>) {
        out += from.json;
    } else if constexpr (is_decimal<T>) {
        write_digits(out, from.text);
    } else if constexpr (keeps_text<T>) {
        append_json_string(out, from.text);
    } else if constexpr (std::is_same_v<T, geo_point>) {
        out += "{\"lat\":";
        write_number(out, from.lat);
        out += ",\"lon\":";
        write_number(out, from.lon);
        out += '}';
    } else if constexpr (is_number_list<T>) {
        write_value(out, from.values, meant);
    } else if constexpr (is_entries<T>) {
        write_list(out, from, '{', '}', [&](const auto& entry) {
            append_json_string(out, entry.first);
            out += ':';
            write_value(out, entry.second, meant);
        });
    } else if constexpr (is_vector<T>) {
        write_list(out, from, '[', ']',
                   [&](const typename T::value_type& each) { write_value(out, each, meant); });
    } else {
        write_struct(out, from);
    }
}

template <typename Struct>
void write_struct(std::string& out, const Struct& from) {
    out += '{';
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        bool first = true;
        const auto write = [&](const field& member, const auto& value) {
            if (member.is_left_out || member.column.hidden) return;
            if (!first) out += ',';
            first = false;
            append_json_string(out, member.column.json);
            out += ':';
            write_value(out, value, member.column);
        };
        (write(fields_of<Struct>[I], get_member<I>(from)), ...);
    }(std::make_index_sequence<member_count<Struct>>{});
    out += '}';
}

}  // namespace pgsync::detail
