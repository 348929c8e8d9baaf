// Compiled once per instruction set, with SCOREFIELD_KERNELS naming the result. The headers included here contain no
// functions but static ones, so that no function is emitted for all modules with instructions that a machine may lack.
#include "nn/tile_kernels.hpp"

#include <cstring>

#include "nn/exponential.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // both of the compiler's own headers (GCC 12)
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace scorefield::nn {
namespace {

// A pass computes kOutputs outputs of a tile: kOutputs·kVectors sums, kVectors inputs and a weight are in registers.
#if defined(__AVX512F__)
constexpr std::size_t kWidth = 16;
constexpr std::size_t kOutputs = 8;
constexpr const char* kName = "avx512";
#elif defined(__AVX2__)
constexpr std::size_t kWidth = 8;
constexpr std::size_t kOutputs = 4;
constexpr const char* kName = "avx2";
#else
constexpr std::size_t kWidth = 4;
constexpr std::size_t kOutputs = 4;
constexpr const char* kName = "plain";
#endif
constexpr std::size_t kVectors = 3;
constexpr std::size_t kRows = kVectors * kWidth;

using Vector = float __attribute__((vector_size(4 * kWidth)));
using Whole = int __attribute__((vector_size(4 * kWidth)));

Vector load(const float* from) {
    Vector vector;
    std::memcpy(&vector, from, sizeof vector);
    return vector;
}

void store(const Vector& vector, float* to) {
    std::memcpy(to, &vector, sizeof vector);
}

/// x/(1 + e^−x), relative error below 1e-6 where it is not tiny.
#if defined(__AVX512F__)
Vector silu(Vector x) {
    const __m512 y = _mm512_max_ps(_mm512_set1_ps(-126.0F), _mm512_mul_ps(x, _mm512_set1_ps(-1.44269504F)));
    const __m512 r = _mm512_reduce_ps(y, 0);  // y less the nearest integer
    __m512 p = _mm512_set1_ps(1.327647e-3F);
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(9.675541e-3F));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.5507135e-2F));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(2.402212e-1F));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(6.9314694e-1F));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0000001F));
    const __m512 divisor = _mm512_add_ps(_mm512_set1_ps(1.0F), _mm512_scalef_ps(p, _mm512_sub_ps(y, r)));
    const __m512 guess = _mm512_rcp14_ps(divisor);
    // One step of Newton's method, but none where the divisor is infinite and the guess 0.
    const __m512 error = _mm512_fnmadd_ps(divisor, guess, _mm512_set1_ps(1.0F));
    const __mmask16 finite = _mm512_cmp_ps_mask(divisor, _mm512_set1_ps(1e37F), _CMP_LT_OQ);
    const __m512 inverse = _mm512_mask_fmadd_ps(guess, finite, error, guess);
    return _mm512_mul_ps(x, inverse);
}
#elif defined(__AVX2__)
Vector silu(Vector x) {
    // e^-x = 2^(n + r): n a multiple of 1/8, |r| <= 1/16. Adding 1.5*2^20 rounds to n, whose lowest 3 bits index a
    // table.
    constexpr float kLog2E = 1.44269502F;
    constexpr float kLog2ELow = 1.925963e-8F;
    constexpr float kRound = 1572864.0F;
    const Vector y = _mm256_max_ps(_mm256_min_ps(_mm256_set1_ps(87.0F), x), _mm256_set1_ps(-87.0F));
    const Vector rounded = y * -kLog2E + kRound;
    const Vector r = y * -kLog2ELow + (y * -kLog2E - (rounded - kRound));
    Vector p = Vector{} + 5.5509318e-2F;  // (2^r - 1)/r
    p = p * r + 2.4025469e-1F;
    p = p * r + 6.931472e-1F;
    // 2^n: the bits of 2^(i/8), less i where adding the whole number of eighths to the exponent adds i.
    const __m256i table = _mm256_setr_epi32(0x3f800000, 0x3f7b95c2, 0x3f7837f0, 0x3f75fed7, 0x3f7504f3, 0x3f75672a,
                                            0x3f7744fd, 0x3f7ac0c7);
    const __m256i eighths = _mm256_castps_si256(rounded);
    const __m256i bits = _mm256_permutevar8x32_epi32(table, eighths);
    const Vector scale = _mm256_castsi256_ps(_mm256_add_epi32(_mm256_slli_epi32(eighths, 20), bits));
    // What the table's rounding has taken away, relative to its entries.
    const __m256 lost = _mm256_setr_ps(0.0000e+00F, -1.1992e-08F, 3.1934e-08F, -3.0991e-08F, 1.7114e-08F, 5.2333e-09F,
                                       -1.4720e-08F, -6.1283e-09F);
    const Vector rest = _mm256_permutevar8x32_ps(lost, eighths);
    return x / (scale * (p * r + rest) + scale + 1.0F);
}
#else
Vector silu(Vector x) {
    Vector y = -x;
    y = y < -87.0F ? Vector{} - 87.0F : y;
    y = y > 87.0F ? Vector{} + 87.0F : y;
    const Vector n = (y * 1.44269504F + elements::kRound) - elements::kRound;
    const Vector r = (y - n * 0.693359375F) - n * -2.12194440e-4F;
    Vector p = Vector{} + 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1.0F;
    const Whole exponent = __builtin_convertvector(n + 127.0F, Whole) << 23;
    Vector scale;
    std::memcpy(&scale, &exponent, sizeof scale);
    return x / (1.0F + p * scale);
}
#endif

template <std::size_t kCount, bool kSilu>
void pass(std::size_t inputs, const float* weights, const float* addend, const float* in, float* out) {
    Vector sums[kCount][kVectors];
#pragma GCC unroll 8
    for (std::size_t o = 0; o < kCount; ++o) {
#pragma GCC unroll 3
        for (std::size_t v = 0; v < kVectors; ++v) sums[o][v] = Vector{} + addend[o];
    }
    for (std::size_t k = 0; k < inputs; ++k) {
        Vector row[kVectors];
#pragma GCC unroll 3
        for (std::size_t v = 0; v < kVectors; ++v) row[v] = load(in + k * kRows + v * kWidth);
#pragma GCC unroll 8
        for (std::size_t o = 0; o < kCount; ++o) {
            const float weight = weights[k * kCount + o];
#pragma GCC unroll 3
            for (std::size_t v = 0; v < kVectors; ++v) sums[o][v] += weight * row[v];
        }
    }
#pragma GCC unroll 8
    for (std::size_t o = 0; o < kCount; ++o) {
#pragma GCC unroll 3
        for (std::size_t v = 0; v < kVectors; ++v) {
            const Vector result = kSilu ? silu(sums[o][v]) : sums[o][v];
            store(result, out + o * kRows + v * kWidth);
        }
    }
}

/// Calls take(first, count) for the outputs of each pass.
template <typename Take>
void for_each_pass(std::size_t outputs, const Take& take) {
    std::size_t first = 0;
    for (; first + kOutputs <= outputs; first += kOutputs) take(first, kOutputs);
    for (std::size_t count = kOutputs / 2; count > 0; count /= 2) {
        if (first + count > outputs) continue;
        take(first, count);
        first += count;
    }
}

void pack(std::size_t outputs, std::size_t inputs, const float* weights, float* packed) {
    for_each_pass(outputs, [&](std::size_t first, std::size_t count) {
        for (std::size_t k = 0; k < inputs; ++k) {
            for (std::size_t o = 0; o < count; ++o) *packed++ = weights[(first + o) * inputs + k];
        }
    });
}

template <bool kSilu>
void dense_as(const TileLayer& layer, const float* in, float* out) {
    for_each_pass(layer.outputs, [&](std::size_t first, std::size_t count) {
        const auto run = count == kOutputs       ? pass<kOutputs, kSilu>
                         : count == kOutputs / 2 ? pass<kOutputs / 2, kSilu>
                         : count == 2            ? pass<2, kSilu>
                                                 : pass<1, kSilu>;
        run(layer.inputs, layer.weights + first * layer.inputs, layer.addend + first, in, out + first * kRows);
    });
}

void dense(const TileLayer& layer, const float* in, float* out) {
    layer.silu ? dense_as<true>(layer, in, out) : dense_as<false>(layer, in, out);
}

}  // namespace

extern const TileKernels SCOREFIELD_KERNELS;
const TileKernels SCOREFIELD_KERNELS = {kName, kRows, pack, dense};

}  // namespace scorefield::nn
