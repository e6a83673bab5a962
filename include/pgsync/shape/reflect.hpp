#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <boost/pfr/core.hpp>

/// The members of a struct by their position: Boost.PFR's, but for the counting.
namespace pgsync::detail {

template <typename Struct, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
    return requires { Struct{boost::pfr::detail::ubiq_lref_constructor{I}...}; };
}

/// The number of members, which is at least Low and less than High.
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

/// How many members the struct has. PFR searches between 0 and the struct's size in bits, and each try costs
/// as many types as the number it tries; doubling from 1 is done in a small part of the time. A struct that
/// does not take one value, for lack of a default for the others, is left to PFR.
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

/// Boost.PFR takes only so many apart.
template <typename Struct>
inline constexpr bool can_be_tied = !std::is_void_v<decltype(boost::pfr::detail::tie_as_tuple(
    std::declval<Struct&>(), boost::pfr::detail::size_t_<member_count<Struct>>{}))>;

/// References to all members.
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
