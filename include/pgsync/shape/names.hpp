#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <boost/pfr/core.hpp>
#if __has_include(<boost/pfr/core_name.hpp>)
#include <boost/pfr/core_name.hpp>
#endif

#include <pgsync/declare/fixed_string.hpp>
#include <pgsync/shape/reflect.hpp>

/// Names of structs and members, obtained from the compiler, so that a declaration need not repeat them.
namespace pgsync::detail {

[[nodiscard]] constexpr bool is_identifier_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// Returns the last identifier in a compiler's name of a function: in both compilers it ends with the
/// template argument we ask for, followed only by closing brackets.
[[nodiscard]] constexpr std::string_view last_identifier(std::string_view pretty) {
    std::size_t end = pretty.size();
    while (end > 0 && !is_identifier_character(pretty[end - 1])) --end;
    std::size_t begin = end;
    while (begin > 0 && is_identifier_character(pretty[begin - 1])) --begin;
    return pretty.substr(begin, end - begin);
}

// A type of our own as result, because g++ appends the meaning of aliases such as std::string_view.
struct pretty_name {
    std::string_view text;
};

template <typename T>
constexpr pretty_name pretty_type() {
    return {__PRETTY_FUNCTION__};
}

/// Returns the name of a struct; for a specialisation, the name of its template.
[[nodiscard]] constexpr std::string_view last_type(std::string_view pretty) {
    std::size_t end = pretty.size() - 1;  // the closing bracket
    if (pretty[end - 1] == '>') {
        std::size_t depth = 0;
        do {
            --end;
            if (pretty[end] == '>') ++depth;
            if (pretty[end] == '<') --depth;
        } while (depth != 0 && end > 0);
    }
    return last_identifier(pretty.substr(0, end));
}

template <typename Struct>
inline constexpr std::string_view type_name = last_type(pretty_type<Struct>().text);

#if !__has_include(<boost/pfr/core_name.hpp>)

// clang warns that `object` has no definition, which is intended.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <typename Struct>
struct no_object {
    struct wrapper {
        Struct value;
    };
    // Declared but never defined: only addresses inside it are formed, so a shape need not be constructible
    // in a constant expression.
    static const wrapper object;
};

template <typename Pointer>
struct member_pointer {
    Pointer value;
};

template <typename Struct, std::size_t I>
constexpr auto pointer_to_member() {
    auto* field = &get_member<I>(const_cast<Struct&>(no_object<Struct>::object.value));
    return member_pointer<decltype(field)>{field};
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

template <auto Pointer>
constexpr pretty_name pretty_member() {
    return {__PRETTY_FUNCTION__};
}

template <typename Struct, std::size_t I>
inline constexpr std::string_view member_name =
    last_identifier(pretty_member<pointer_to_member<Struct, I>()>().text);

#else

template <typename Struct, std::size_t I>
inline constexpr std::string_view member_name = boost::pfr::get_name<I, Struct>();

#endif

// Use the compiler's names only if they are right for structs and members whose names we know.
struct names_self_test {
    int first;
    bool second_one;
};
template <typename... T>
struct names_self_test_of {};
static_assert(
    type_name<names_self_test> == "names_self_test" &&
        type_name<names_self_test_of<names_self_test, names_self_test_of<int>>> == "names_self_test_of" &&
        member_name<names_self_test, 0> == "first" && member_name<names_self_test, 1> == "second_one",
    "pgsync: this compiler prints member names in a way pgsync does not know; use g++ 12 or clang 16 "
    "or later, or Boost 1.84 or later");

[[nodiscard]] constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Converts CamelCase to snake_case: `Booking` → `booking`, `OrderItem` → `order_item`, `HTTPRequest` →
/// `http_request`.
template <typename Output>
constexpr std::size_t write_snake(std::string_view name, Output output) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool boundary =
            i > 0 && is_upper(name[i]) && name[i - 1] != '_' &&
            (!is_upper(name[i - 1]) || (i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z'));
        if (boundary) output(size++, '_');
        output(size++, lower(name[i]));
    }
    return size;
}

template <typename Struct>
constexpr auto make_snake() {
    constexpr std::size_t size = write_snake(type_name<Struct>, [](std::size_t, char) {});
    std::array<char, size> result{};
    write_snake(type_name<Struct>, [&](std::size_t at, char c) { result[at] = c; });
    return result;
}

template <typename Struct>
inline constexpr auto snake_storage = make_snake<Struct>();

template <typename Struct>
inline constexpr std::string_view snake_name{snake_storage<Struct>.data(), snake_storage<Struct>.size()};

/// A constexpr string_view as a fixed_string, which as a template argument shows in messages.
template <const std::string_view& Text>
inline constexpr auto as_fixed = fixed_string<Text.size() + 1>(Text.data(), Text.size());

/// The text `<Text>_id`.
template <const std::string_view& Text>
struct with_id_suffix {
    static constexpr std::size_t size = Text.size() + 3;
    static constexpr std::array<char, size> storage = [] {
        std::array<char, size> result{};
        for (std::size_t i = 0; i < Text.size(); ++i) result[i] = Text[i];
        result[size - 3] = '_';
        result[size - 2] = 'i';
        result[size - 1] = 'd';
        return result;
    }();
    static constexpr std::string_view value{storage.data(), size};
};

}  // namespace pgsync::detail
