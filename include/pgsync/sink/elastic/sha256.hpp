#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string>
#include <string_view>

#include <climits>

#include <pgsync/base/error.hpp>

/// The hash functions for Amazon's signatures: OpenSSL's, with this library's types.
namespace pgsync::elastic {

using sha256_digest = std::array<std::uint8_t, 32>;

namespace detail {

inline void require_digest(bool made) {
    if (!made) {
        throw error(errc::configuration, "OpenSSL made no SHA-256, which signed requests need",
                    "look at the settings of OpenSSL on this machine (openssl.cnf)");
    }
}

}  // namespace detail

/// Returns the SHA-256 hash; throws errc::configuration if OpenSSL is configured not to provide it.
[[nodiscard]] inline sha256_digest sha256(std::string_view text) {
    sha256_digest out{};
    detail::require_digest(EVP_Digest(text.data(), text.size(), out.data(), nullptr, EVP_sha256(), nullptr) ==
                           1);
    return out;
}

[[nodiscard]] inline std::string_view bytes_of(const sha256_digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

[[nodiscard]] inline std::string hex_of(const sha256_digest& digest) {
    std::string out;
    for (const auto byte : digest) {
        out += "0123456789abcdef"[byte >> 4U];
        out += "0123456789abcdef"[byte & 15U];
    }
    return out;
}

/// Returns the HMAC-SHA-256; throws like sha256().
[[nodiscard]] inline sha256_digest hmac_sha256(std::string_view key, std::string_view text) {
    sha256_digest out{};
    detail::require_digest(key.size() <= INT_MAX &&
                           HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(),
                                nullptr) != nullptr);
    return out;
}

}  // namespace pgsync::elastic
