#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include <pgsync/declare/fields.hpp>
#include <pgsync/shape/node.hpp>

/// Takes a member's type apart into its annotations and the type of the value inside.
namespace pgsync::detail {

/// The annotations of one member. A view is null where the declaration has no such annotation.
struct annotations {
    std::string_view column;
    std::string_view json;
    std::string_view mapping;
    std::string_view sql;
    std::string_view path;
    value_source source = value_source::column;
    std::size_t steps = 0;  ///< number of steps of the path
    bool key = false;
    bool hidden = false;
    bool nullable = false;
};

/// The path of json_path in PostgreSQL's array syntax: `{"a","b"}`.
template <fixed_string... Path>
struct path_text {
    template <typename Output>
    static constexpr std::size_t write(Output output) {
        std::size_t at = 0;
        output(at++, '{');
        const auto step = [&](std::string_view name) {
            if (at > 1) output(at++, ',');
            output(at++, '"');
            for (const char c : name) {
                if (c == '"' || c == '\\') output(at++, '\\');
                output(at++, c);
            }
            output(at++, '"');
        };
        (step(Path.view()), ...);
        output(at++, '}');
        return at;
    }
    static constexpr std::size_t size = write([](std::size_t, char) {});
    static constexpr std::array<char, size> storage = [] {
        std::array<char, size> result{};
        write([&](std::size_t at, char c) { result[at] = c; });
        return result;
    }();
    static constexpr std::string_view value{storage.data(), size};
};

template <typename T>
struct unwrap {
    using held = T;
    static constexpr void read(annotations&) {}
};

template <typename T>
struct unwrap<key<T>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.key = true;
        unwrap<T>::read(a);
    }
};

template <typename T, fixed_string Column>
struct unwrap<column<T, Column>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.column = Column.view();
        unwrap<T>::read(a);
    }
};

template <typename T, fixed_string Json>
struct unwrap<named<T, Json>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.json = Json.view();
        unwrap<T>::read(a);
    }
};

template <typename T>
struct unwrap<hidden<T>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.hidden = true;
        unwrap<T>::read(a);
    }
};

template <typename T, fixed_string Mapping>
struct unwrap<mapped<T, Mapping>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.mapping = Mapping.view();
        unwrap<T>::read(a);
    }
};

template <typename T, fixed_string Sql>
struct unwrap<expression<T, Sql>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.source = value_source::expression;
        a.sql = Sql.view();
        unwrap<T>::read(a);
    }
};

template <typename T, fixed_string Column, fixed_string... Path>
struct unwrap<json_path<T, Column, Path...>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.source = value_source::json_path;
        a.column = Column.view();
        a.path = path_text<Path...>::value;
        a.steps = sizeof...(Path);
        unwrap<T>::read(a);
    }
};

template <typename T>
struct unwrap<std::optional<T>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.nullable = true;
        unwrap<T>::read(a);
    }
};

template <typename Member>
constexpr annotations read_annotations() {
    annotations result;
    unwrap<Member>::read(result);
    return result;
}

template <typename Member>
inline constexpr annotations annotations_of = read_annotations<Member>();

template <typename Member>
using held_type = typename unwrap<Member>::held;

}  // namespace pgsync::detail
