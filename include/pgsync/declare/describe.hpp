#pragma once

#include <pgsync/declare/fixed_string.hpp>

/// Declarations for structs that one cannot edit.
namespace pgsync {

/// In `members`: the member called Member is meant as T, such as `key<int>` or `has_many<Line>`. T says the
/// same as if the member had been declared so; the member itself may be what T holds.
template <fixed_string Member, typename T>
struct as {};

/// In `members`: this member of the struct has no part in the document.
template <fixed_string Member>
struct leave_out {};

/// See describe.
template <typename... Members>
struct members {};

/// What a struct cannot say itself:
/// `template <> struct pgsync::describe<vendor::Order> {
///      static constexpr std::string_view table = "orders";
///      using members = pgsync::members<pgsync::as<"number", pgsync::key<int>>, pgsync::leave_out<"cache">>;
/// };`
/// Members that it does not name count as they were declared.
template <typename T>
struct describe {};

}  // namespace pgsync
