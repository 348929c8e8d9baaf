#include "base/random.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace scorefield::base {
namespace {

// The GLSL names that shaders/base/random.glsl uses.
using uint = std::uint32_t;
struct uvec2 {
    uint x, y;
    uvec2(uint first, uint second) : x(first), y(second) {}
};
struct uvec4 {
    uint x, y, z, w;
    uvec4(uint first, uint second, uint third, uint fourth) : x(first), y(second), z(third), w(fourth) {}
};
struct vec2 {
    float x, y;
    vec2(float first, float second) : x(first), y(second) {}
};
struct vec4 {
    float x, y, z, w;
    vec4(float first, float second, float third, float fourth) : x(first), y(second), z(third), w(fourth) {}
};
inline int findMSB(uint n) {
    return 31 - std::countl_zero(n);
}
inline int max(int a, int b) {
    return std::max(a, b);
}
inline float uintBitsToFloat(uint bits) {
    return std::bit_cast<float>(bits);
}
inline uint floatBitsToUint(float value) {
    return std::bit_cast<uint>(value);
}
inline uvec2 sf_multiply_wide(uint a, uint b) {
    const std::uint64_t product = std::uint64_t{a} * b;
    return {static_cast<uint>(product), static_cast<uint>(product >> 32)};
}
inline float sf_to_float(int n) {
    return static_cast<float>(n);
}
inline float sf_exponent_scale(int e) {
    return std::bit_cast<float>(static_cast<uint>(e + 127) << 23);
}

#define SF_PRECISE
#define SF_FN inline
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wconversion"
#include "shaders/base/random.glsl"
#pragma GCC diagnostic pop
#undef SF_FN
#undef SF_PRECISE

uvec2 key_of(std::uint64_t seed) {
    return {static_cast<uint>(seed), static_cast<uint>(seed >> 32)};
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
    const uvec4 words = sf_philox4x32({counter[0], counter[1], counter[2], counter[3]}, {key[0], key[1]});
    return {words.x, words.y, words.z, words.w};
}

std::array<float, 4> normal4(std::uint64_t seed, std::uint32_t particle, std::uint32_t block, std::uint32_t index,
                             std::uint32_t stream) {
    const vec4 z = sf_normal4(key_of(seed), particle, block, index, stream);
    return {z.x, z.y, z.z, z.w};
}

void normals(std::uint64_t seed, std::uint32_t particle, std::uint32_t index, std::uint32_t stream,
             std::span<float> out) {
    for (std::size_t first = 0; first < out.size(); first += 4) {
        const std::array<float, 4> z = normal4(seed, particle, static_cast<std::uint32_t>(first / 4), index, stream);
        std::copy_n(z.begin(), std::min<std::size_t>(4, out.size() - first), &out[first]);
    }
}

float normal(std::uint64_t seed, std::uint32_t particle, std::uint32_t element, std::uint32_t index,
             std::uint32_t stream) {
    return normal4(seed, particle, element / 4, index, stream)[element % 4];
}

double uniform(std::uint64_t seed, std::uint32_t particle, std::uint32_t element, std::uint32_t index,
               std::uint32_t stream) {
    const uvec2 key = key_of(seed);
    const auto words = philox4x32({particle, element / 4, index, stream}, {key.x, key.y});
    return words[element % 4] * 0x1p-32;
}

}  // namespace scorefield::base
