#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What Amazon's signatures are made of. Here and not from a library, so that pgsync needs no other than
/// libcurl.
namespace pgsync::elastic {

using sha256_digest = std::array<std::uint8_t, 32>;

namespace detail {

/// The fractional parts of the cube roots of the first 64 primes.
inline constexpr std::array<std::uint32_t, 64> sha256_constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

inline void sha256_block(std::array<std::uint32_t, 8>& state, const unsigned char* block) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 16; ++i, block += 4) {
        w[i] = std::uint32_t{block[0]} << 24U | std::uint32_t{block[1]} << 16U |
               std::uint32_t{block[2]} << 8U | std::uint32_t{block[3]};
    }
    for (std::size_t i = 16; i < 64; ++i) {
        const auto a = w[i - 15];
        const auto b = w[i - 2];
        w[i] = w[i - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3U) + w[i - 7] +
               (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10U);
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < 64; ++i) {
        const auto first = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) +
                           ((e & f) ^ (~e & g)) + sha256_constants[i] + w[i];
        const auto second =
            (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + first;
        d = c;
        c = b;
        b = a;
        a = first + second;
    }
    const std::array<std::uint32_t, 8> add{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i) state[i] += add[i];
}

}  // namespace detail

[[nodiscard]] inline sha256_digest sha256(std::string_view text) {
    std::array<std::uint32_t, 8> state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
    const auto whole = text.size() / 64 * 64;
    for (std::size_t at = 0; at < whole; at += 64) detail::sha256_block(state, bytes + at);
    std::array<unsigned char, 128> last{};
    const auto rest = text.size() - whole;
    for (std::size_t i = 0; i < rest; ++i) last[i] = bytes[whole + i];
    last[rest] = 0x80;
    const std::size_t end = rest < 56 ? 64 : 128;
    const auto bits = std::uint64_t{text.size()} * 8;
    for (std::size_t i = 0; i < 8; ++i)
        last[end - 1 - i] = static_cast<unsigned char>(bits >> (8U * static_cast<unsigned>(i)));
    for (std::size_t at = 0; at < end; at += 64) detail::sha256_block(state, last.data() + at);
    sha256_digest out{};
    for (std::size_t i = 0; i < 32; ++i)
        out[i] = static_cast<std::uint8_t>(state[i / 4] >> (24U - 8U * static_cast<unsigned>(i % 4)));
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

[[nodiscard]] inline sha256_digest hmac_sha256(std::string_view key, std::string_view text) {
    const auto hashed = sha256(key);
    std::string inner(key.size() <= 64 ? key : bytes_of(hashed));
    inner.resize(64, '\0');
    std::string outer = inner;
    for (char& c : inner) c = static_cast<char>(c ^ 0x36);
    for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
    const auto first = sha256(inner.append(text));
    return sha256(outer.append(bytes_of(first)));
}

}  // namespace pgsync::elastic
