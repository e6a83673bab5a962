#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>

#include <pgsync/base/error.hpp>

namespace pgsync::detail {

/// Builds values like Boost.JSON's own parser, except for floating point numbers, of which that parser gets
/// the last digit wrong: a document that a transform does not change must come out as it went in.
class exact_handler {
  public:
    static constexpr std::size_t max_object_size = boost::json::object::max_size();
    static constexpr std::size_t max_array_size = boost::json::array::max_size();
    static constexpr std::size_t max_key_size = boost::json::string::max_size();
    static constexpr std::size_t max_string_size = boost::json::string::max_size();
    using text = boost::json::string_view;
    using failure = boost::json::error_code;

    bool on_document_begin(failure&) { return true; }
    bool on_document_end(failure&) { return true; }
    bool on_object_begin(failure&) { return true; }
    bool on_object_end(std::size_t size, failure&) {
        values.push_object(size);
        return true;
    }
    bool on_array_begin(failure&) { return true; }
    bool on_array_end(std::size_t size, failure&) {
        values.push_array(size);
        return true;
    }
    bool on_key_part(text part, std::size_t, failure&) {
        values.push_chars(part);
        return true;
    }
    bool on_key(text part, std::size_t, failure&) {
        values.push_key(part);
        return true;
    }
    bool on_string_part(text part, std::size_t, failure&) {
        values.push_chars(part);
        return true;
    }
    bool on_string(text part, std::size_t, failure&) {
        values.push_string(part);
        return true;
    }
    bool on_number_part(text part, failure&) {
        number_.append(part.data(), part.size());
        return true;
    }
    bool on_int64(std::int64_t value, text, failure&) {
        number_.clear();
        values.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t value, text, failure&) {
        number_.clear();
        values.push_uint64(value);
        return true;
    }
    bool on_double(double value, text part, failure&) {
        number_.append(part.data(), part.size());
        std::from_chars(number_.data(), number_.data() + number_.size(), value);
        number_.clear();
        values.push_double(value);
        return true;
    }
    bool on_bool(bool value, failure&) {
        values.push_bool(value);
        return true;
    }
    bool on_null(failure&) {
        values.push_null();
        return true;
    }
    bool on_comment_part(text, failure&) { return true; }
    bool on_comment(text, failure&) { return true; }

    boost::json::value_stack values;

  private:
    std::string number_;
};

/// Parses a JSON text. Throws errc::protocol if it is not JSON, or nested more than 1,000 levels deep.
[[nodiscard]] inline boost::json::value parse_exact(std::string_view json) {
    boost::json::parse_options deep;
    deep.max_depth = 1'000;
    boost::json::basic_parser<exact_handler> parser(deep);
    parser.handler().values.reset();
    boost::json::error_code failed;
    const auto used = parser.write_some(false, json.data(), json.size(), failed);
    if (failed || used != json.size()) {
        throw error(errc::protocol, "the document is no JSON that can be read (" + failed.message() + ")",
                    "a json column may hold what no parser takes; jsonb holds only what is sound");
    }
    return parser.handler().values.release();
}

}  // namespace pgsync::detail
