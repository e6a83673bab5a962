#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <zlib.h>

namespace pgsync::elastic::detail {

/// Compresses `text` at the fastest level: bulks of JSON shrink to about a sixth, and a higher level would
/// gain little. Throws std::runtime_error if zlib fails.
[[nodiscard]] inline std::string gzip(std::string_view text) {
    z_stream stream{};
    constexpr int with_gzip_header = 15 + 16;
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, with_gzip_header, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib could not be started");
    std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const auto ended = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (ended != Z_STREAM_END) throw std::runtime_error("zlib did not compress a request");
    return {out.data(), out.size()};  // a copy without the unused capacity
}

}  // namespace pgsync::elastic::detail
