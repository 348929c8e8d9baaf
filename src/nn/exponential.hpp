#pragma once

namespace scorefield::nn::elements {

/// Adding 1.5·2²³ leaves the nearest integer in the low bits.
static constexpr float kRound = 12582912.0F;

/// eˣ in single precision for x ≤ 0 (clamped at −87): x = n ln 2 + r, Cephes' expf polynomial of r. Static, so that
/// every instruction set has a function of its own.
static inline float exponential(float x) {
    x = x < -87.0F ? -87.0F : x;
    const float n = (x * 1.44269504F + kRound) - kRound;
    const float r = (x - n * 0.693359375F) - n * -2.12194440e-4F;
    float p = 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1.0F;
    return p * __builtin_bit_cast(float, (static_cast<int>(n) + 127) << 23);
}

}  // namespace scorefield::nn::elements
