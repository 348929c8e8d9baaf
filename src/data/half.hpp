#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace scorefield::data {

/// The number of 16 bits by IEEE 754 (binary16: 1 sign, 5 exponent, 10 fraction).
inline float from_half(std::uint16_t bits) {
    const bool negative = (bits & 0x8000U) != 0;
    const std::uint32_t exponent = (bits >> 10U) & 0x1FU;
    const std::uint32_t fraction = bits & 0x3FFU;
    const std::uint32_t sign = negative ? 0x8000'0000U : 0;
    if (exponent == 0x1F) return std::bit_cast<float>(sign | 0x7F80'0000U | (fraction << 13U));
    if (exponent == 0) return std::ldexp(static_cast<float>(fraction), -24) * (negative ? -1.0F : 1.0F);
    return std::bit_cast<float>(sign | ((exponent + 127 - 15) << 23U) | (fraction << 13U));
}

/// The number of bfloat16: the upper half of a float's bits.
inline float from_bfloat(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

}  // namespace scorefield::data
