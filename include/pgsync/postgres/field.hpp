#pragma once

#include <cstdint>
#include <string_view>

namespace pgsync::postgres {

enum class field_kind : std::uint8_t {
    null,       ///< SQL NULL
    unchanged,  ///< an out-of-line (TOAST) value that the update did not change: WAL does not contain it
    text,       ///< the type's text form, in the session's DateStyle, TimeZone and so on
    binary,     ///< the type's binary send form
};

/// One value of a row. `text` holds the bytes of text and binary values; it is empty for the other kinds.
struct field {
    field_kind kind = field_kind::null;
    std::string_view text;

    friend constexpr bool operator==(const field&, const field&) noexcept = default;
};

}  // namespace pgsync::postgres
