#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <pgsync/declare/fixed_string.hpp>

/// Element types beyond those of C++. Each determines the type of the column and, from it, the mapping in the
/// index. Values are kept in the form they have in the document.
namespace pgsync {

/// A calendar day; `date` in the index.
struct date {
    std::string text;  ///< `2026-05-01`
};

/// Date and time without a zone; `date` in the index.
struct timestamp {
    std::string text;  ///< `2026-05-01T12:30:00.5`
};

/// A point in time, printed in UTC; `date` in the index.
struct timestamptz {
    std::string text;  ///< `2026-05-01T12:30:00.5+00:00`
};

/// `time` in PostgreSQL, `keyword` in the index, where texts of this form sort in the order of time.
struct time_of_day {
    std::string text;  ///< `12:30:00.5`
};

/// `uuid` in PostgreSQL, `keyword` in the index.
struct uuid {
    std::string text;  ///< 36 characters, lower case
};

/// `numeric(Precision, Scale)`: exact in the document's source, a `double` in the index.
template <unsigned Precision, unsigned Scale = 0>
struct decimal {
    std::string text;  ///< `-12.50`, with Scale decimals
};

/// Any text column that is only compared as a whole: `keyword` in the index, without an analysed `text`
/// field.
struct keyword {
    std::string text;  ///< UTF-8
};

/// Any text column, analysed by an analyzer of the cluster: `text<"english">`. It has a `keyword` sub-field.
template <fixed_string Analyzer>
struct text {
    std::string value;  ///< UTF-8
};

/// `inet` in PostgreSQL, `ip` in the index. An address with a netmask is kept in the source but not indexed.
struct inet {
    std::string text;  ///< `192.0.2.1` or `192.0.2.0/24`
};

/// `bytea` in PostgreSQL, base64 in the document, `binary` in the index.
struct bytea {
    std::string base64;  ///< base64, without line breaks
};

/// `json` or `jsonb`, unchanged; kept in the source and not indexed. To make it searchable, write
/// `mapped<json, R"({"type":"object","dynamic":true})">`, or extract values with json_path.
struct json {
    std::string text;  ///< JSON
};

/// `int4range`, `int8range`, `numrange`, `daterange`, `tsrange` or `tstzrange`: an object with `gte`, `gt`,
/// `lte` and `lt` in the document, a range type in the index. T is the type of its bounds. An empty range is
/// null.
template <typename T>
struct range {
    std::string json;  ///< the object; `null` if the range is empty
};

/// `point(longitude, latitude)` in PostgreSQL, `{"lat":…,"lon":…}` in the document, `geo_point` in the index.
struct geo_point {
    double lat;  ///< degrees, -90 to 90
    double lon;  ///< degrees, -180 to 180
};

/// A vector for similarity search: pgvector's `vector`, or an array of `real` or `double precision`.
/// `dense_vector` in Elasticsearch, `knn_vector` in OpenSearch. It is null unless it has exactly Dimensions
/// elements, all of them finite numbers.
template <std::size_t Dimensions>
struct vector {
    std::vector<double> values;  ///< Dimensions numbers
};

}  // namespace pgsync
