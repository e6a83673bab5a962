#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <boost/pfr/core.hpp>

/// Access to the members of a struct by position: Boost.PFR, with a faster way to count them.
namespace pgsync::detail {

template <typename Struct, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
    return requires { Struct{boost::pfr::detail::ubiq_lref_constructor{I}...}; };
}

/// Returns the number of members, which is at least Low and less than High.
template <typename Struct, std::size_t Low, std::size_t High>
constexpr std::size_t count_between() {
    if constexpr (High - Low == 1) {
        return Low;
    } else if constexpr (takes<Struct>(std::make_index_sequence<(Low + High) / 2>{})) {
        return count_between<Struct, (Low + High) / 2, High>();
    } else {
        return count_between<Struct, Low, (Low + High) / 2>();
    }
}

/// Returns the number of members of a struct. PFR searches between 0 and the struct's size in bits, and each
/// attempt costs as many types as the number it tries; doubling from 1 takes a fraction of the time. A struct
/// that cannot be initialised from a single value, because another member has no default, is left to PFR.
template <typename Struct, std::size_t Tried = 1>
constexpr std::size_t count_members() {
    if constexpr (takes<Struct>(std::make_index_sequence<Tried>{})) {
        return count_members<Struct, 2 * Tried>();
    } else if constexpr (Tried == 1) {
        return boost::pfr::tuple_size_v<Struct>;
    } else {
        return count_between<Struct, Tried / 2, Tried>();
    }
}

template <typename Struct>
inline constexpr std::size_t member_count = count_members<Struct>();

/// True if Boost.PFR can take a struct with this many members apart.
template <typename Struct>
inline constexpr bool can_be_tied = !std::is_void_v<decltype(boost::pfr::detail::tie_as_tuple(
    std::declval<Struct&>(), boost::pfr::detail::size_t_<member_count<Struct>>{}))>;

/// Returns references to all members, as PFR's tuple.
template <typename Struct>
constexpr auto tie_members(Struct& object) {
    using plain = std::remove_const_t<Struct>;
    return boost::pfr::detail::tie_as_tuple(object, boost::pfr::detail::size_t_<member_count<plain>>{});
}

template <std::size_t I, typename Struct>
constexpr auto& get_member(Struct& object) {
    return boost::pfr::detail::sequence_tuple::get<I>(tie_members(object));
}

template <typename Struct, std::size_t I>
using declared_type = std::remove_cvref_t<decltype(get_member<I>(std::declval<Struct&>()))>;

}  // namespace pgsync::detail
