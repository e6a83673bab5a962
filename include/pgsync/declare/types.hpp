#pragma once

#include <string>

/// Element types beyond C++'s own: each says what a column holds, and with it the index mapping. Values are
/// kept as the text PostgreSQL prints.
namespace pgsync {

/// A calendar day; `date` in the index.
struct date {
    std::string text;
};

/// Date and time without a zone; `date` in the index.
struct timestamp {
    std::string text;
};

/// A point in time; printed in UTC; `date` in the index.
struct timestamptz {
    std::string text;
};

/// `uuid` in PostgreSQL, `keyword` in the index.
struct uuid {
    std::string text;
};

/// `numeric(Precision, Scale)`: exact in the document's source, `double` in the index.
template <unsigned Precision, unsigned Scale = 0>
struct decimal {
    std::string text;
};

/// Any text column that is only compared as a whole: `keyword` in the index, without the analysed `text`.
struct keyword {
    std::string text;
};

}  // namespace pgsync
