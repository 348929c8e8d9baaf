// The normals of random.hpp, a vector of particles at a time: the same source with vectors in the place of numbers.
// Compiled once per instruction set, with SCOREFIELD_KERNELS naming the result. The headers included here contain no
// functions but static ones, so that no function is emitted for all modules with instructions that a machine may lack.
#include "base/normal_kernels.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#ifdef __clang__
#pragma clang diagnostic ignored "-Wkeyword-macro"
#else
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // of the compiler's own headers (GCC 12)
#pragma GCC diagnostic ignored "-Wpsabi"  // vectors never cross the border of a function that is not inlined
#endif

namespace scorefield::base {
namespace {

#if defined(__AVX512F__)
constexpr std::size_t kLanes = 16;
#elif defined(__AVX2__)
constexpr std::size_t kLanes = 8;
#else
constexpr std::size_t kLanes = 4;
#endif
static_assert(kNormalParticles % kLanes == 0);

using Floats = float __attribute__((vector_size(4 * kLanes)));
using Words = std::uint32_t __attribute__((vector_size(4 * kLanes)));
using Integers = std::int32_t __attribute__((vector_size(4 * kLanes)));
using LongWords = std::uint64_t __attribute__((vector_size(4 * kLanes)));

#define SF_FN __attribute__((always_inline)) inline

// The GLSL names that shaders/base/random.glsl uses.
struct vec2 {
    Floats x, y;
    vec2(Floats first, Floats second) : x(first), y(second) {}
};
SF_FN Floats sf_to_float(Integers n) {
    return __builtin_convertvector(n, Floats);
}
SF_FN Floats uintBitsToFloat(Words bits) {
    return reinterpret_cast<Floats>(bits);
}
SF_FN Words floatBitsToUint(Floats value) {
    return reinterpret_cast<Words>(value);
}
#if defined(__AVX512F__)
#define SF_HAS_LEADING_BITS
SF_FN Floats sf_leading_bits(Words n) {
    return reinterpret_cast<Floats>(
        _mm512_cvt_roundepu32_ps(reinterpret_cast<__m512i>(n), _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC));
}
/// −127 for 0.
SF_FN Integers findMSB(Words n) {
    constexpr int kBias = 127;
    return reinterpret_cast<Integers>(floatBitsToUint(sf_leading_bits(n)) >> 23) - kBias;
}
#else
/// Below 2³¹ − 64. Where the conversion has rounded up, the float before is that of the leading bits.
#define SF_HAS_LEADING_BITS
SF_FN Floats sf_leading_bits(Words n) {
    const Floats rounded = sf_to_float(reinterpret_cast<Integers>(n));
    const Integers is_above = __builtin_convertvector(rounded, Integers) > reinterpret_cast<Integers>(n);
    return uintBitsToFloat(floatBitsToUint(rounded) + reinterpret_cast<Words>(is_above));
}
/// 0 for 0. The exponent of n/2 as a float tells where the leading bit is, once no bits are left that could round it
/// up.
SF_FN Integers findMSB(Words n) {
    constexpr int kBias = 127;
    const Words half = n >> 1;
    const Floats leading = sf_to_float(reinterpret_cast<Integers>(half & ~(half >> 8)));
    const auto exponent = reinterpret_cast<Integers>(floatBitsToUint(leading) >> 23);
    return (exponent > kBias - 1 ? exponent : Integers{} + (kBias - 1)) - (kBias - 1);
}
#endif

#define SF_PRECISE
#define SF_ONLY_BOX_MULLER
#define float Floats
#define uint Words
#define int Integers
#define bool Integers
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wconversion"
#include "shaders/base/random.glsl"
#pragma GCC diagnostic pop
#undef bool
#undef int
#undef uint
#undef float
#undef SF_ONLY_BOX_MULLER
#undef SF_HAS_LEADING_BITS
#undef SF_PRECISE

/// The products of the lower halves of a and b; one instruction, which GCC does not find by itself.
SF_FN LongWords multiply_lower_halves(LongWords a, LongWords b) {
#if defined(__AVX512F__)
    return reinterpret_cast<LongWords>(_mm512_mul_epu32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
    return reinterpret_cast<LongWords>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#elif defined(__SSE2__)
    return reinterpret_cast<LongWords>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#else
    return (a & 0xFFFFFFFF) * (b & 0xFFFFFFFF);
#endif
}
/// Counters of every second particle, in the lower halves; what stands in the upper halves does not matter.
struct LongCounters {
    LongWords x, y, z, w;
};

/// The upper halves in the lower ones, and in the upper ones too: a shuffle, since shifts compete with products.
SF_FN LongWords upper_halves(LongWords values) {
    const auto words = reinterpret_cast<Words>(values);
#if defined(__AVX512F__)
    return reinterpret_cast<LongWords>(
        __builtin_shufflevector(words, words, 1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15));
#elif defined(__AVX2__)
    return reinterpret_cast<LongWords>(__builtin_shufflevector(words, words, 1, 1, 3, 3, 5, 5, 7, 7));
#else
    return reinterpret_cast<LongWords>(__builtin_shufflevector(words, words, 1, 1, 3, 3));
#endif
}

constexpr std::size_t kRounds = 10;

/// The keys of all rounds.
struct Keys {
    std::uint64_t first[kRounds] = {}, second[kRounds] = {};

    explicit Keys(std::uint64_t seed) {
        for (std::uint32_t round = 0; round < kRounds; ++round) {
            first[round] = static_cast<std::uint32_t>(seed) + round * 0x9E3779B9U;
            second[round] = static_cast<std::uint32_t>(seed >> 32) + round * 0xBB67AE85U;
        }
    }
};

SF_FN LongCounters philox_round(const LongCounters& counter, std::uint64_t first, std::uint64_t second) {
    const LongWords a = multiply_lower_halves(LongWords{} + 0xD2511F53U, counter.x);
    const LongWords b = multiply_lower_halves(LongWords{} + 0xCD9E8D57U, counter.z);
    return {upper_halves(b) ^ counter.y ^ first, b, upper_halves(a) ^ counter.w ^ second, a};
}

/// Philox4x32-10 as in shaders/base/random.glsl, of the lower halves: products need no taking apart.
SF_FN void philox(LongCounters& even, LongCounters& odd, const Keys& keys) {
#pragma GCC unroll 10
    for (std::size_t round = 0; round < kRounds; ++round) {
        even = philox_round(even, keys.first[round], keys.second[round]);
        odd = philox_round(odd, keys.first[round], keys.second[round]);
    }
}

SF_FN Words joined(LongWords even, LongWords odd) {
    constexpr std::uint64_t kLower = 0xFFFFFFFF;
    return reinterpret_cast<Words>((even & kLower) | (odd << 32));
}

/// The first two of four normals, or all. The random words are made before the normals: steps of Box-Muller wait for
/// one another, and so the processor has those of several vectors in sight.
template <bool kBoth>
SF_FN void planes_of(std::uint64_t seed, std::uint32_t particle, std::uint32_t block, std::uint32_t index,
                     std::uint32_t stream, std::size_t elements, float* out) {
    constexpr std::size_t kVectors = kNormalParticles / kLanes;
    Words words[kBoth ? 4 : 2][kVectors];
    Words number = Words{} + particle;
    for (std::size_t i = 0; i < kLanes; ++i) number[i] += static_cast<std::uint32_t>(i);
    const Keys keys(seed);
    const LongCounters none = {LongWords{}, LongWords{} + block, LongWords{} + index, LongWords{} + stream};
    for (std::size_t v = 0; v < kVectors; ++v) {
        const auto numbers = reinterpret_cast<LongWords>(number);
        LongCounters even = {numbers, none.y, none.z, none.w};
        LongCounters odd = {numbers >> 32, none.y, none.z, none.w};
        philox(even, odd, keys);
        words[0][v] = joined(even.x, odd.x);
        words[1][v] = joined(even.y, odd.y);
        if constexpr (kBoth) {
            words[2][v] = joined(even.z, odd.z);
            words[3][v] = joined(even.w, odd.w);
        }
        number += static_cast<std::uint32_t>(kLanes);
    }
    for (std::size_t v = 0; v < kVectors; ++v) {
        float* const to = out + v * kLanes;
        const vec2 low = sf_box_muller(words[0][v], words[1][v]);
        std::memcpy(to, &low.x, sizeof low.x);
        if (elements > 1) std::memcpy(to + kNormalParticles, &low.y, sizeof low.y);
        if constexpr (kBoth) {
            const vec2 high = sf_box_muller(words[2][v], words[3][v]);
            std::memcpy(to + 2 * kNormalParticles, &high.x, sizeof high.x);
            if (elements > 3) std::memcpy(to + 3 * kNormalParticles, &high.y, sizeof high.y);
        }
    }
}

void normal_planes(std::uint64_t seed, std::uint32_t particle, std::uint32_t block, std::uint32_t index,
                   std::uint32_t stream, std::size_t elements, float* out) {
    if (elements > 2) {
        planes_of<true>(seed, particle, block, index, stream, elements, out);
    } else {
        planes_of<false>(seed, particle, block, index, stream, elements, out);
    }
}

}  // namespace

extern const NormalKernels SCOREFIELD_KERNELS;
const NormalKernels SCOREFIELD_KERNELS = {normal_planes};

}  // namespace scorefield::base
