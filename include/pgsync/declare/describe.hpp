#pragma once

#include <pgsync/declare/fixed_string.hpp>

/// Declarations for structs that you cannot edit.
namespace pgsync {

/// In `members`: treats the member called Member as T, such as `key<int>` or `has_many<Line>`, as if it had
/// been declared with that type. The member itself may have the type that T holds.
template <fixed_string Member, typename T>
struct as {};

/// In `members`: leaves this member of the struct out of the document.
template <fixed_string Member>
struct leave_out {};

/// The list of members in a describe<> specialisation; see describe.
template <typename... Members>
struct members {};

/// Specialise this for a struct that you cannot edit, to declare what its own definition does not:
/// `template <> struct pgsync::describe<vendor::Order> {
///      static constexpr std::string_view table = "orders";
///      using members = pgsync::members<pgsync::as<"number", pgsync::key<int>>, pgsync::leave_out<"cache">>;
/// };`
/// Members that are not listed are used as the struct declares them.
template <typename T>
struct describe {};

}  // namespace pgsync
