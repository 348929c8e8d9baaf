#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace scorefield::base {

/// Streams of the counter-based generator: which purpose a draw serves. Draws of different streams are independent.
enum Stream : std::uint32_t {
    kInitStream = 0,       ///< the start state of a sampler, index 0
    kSamplerStream = 1,    ///< steps of a stochastic sampler, index = number of a draw, or node of a dyadic tree
    kDataStream = 2,       ///< data sets: particle = point, index = which uniform or normal of the point
    kTrainStream = 3,      ///< training: particle = row of the batch, index = step
    kWeightStream = 4,     ///< initial weights: particle = element, index = tensor
    kCorrectorStream = 5,  ///< draws of their own: correctors, Langevin steps; index = their number
};

/// Philox4x32-10 (Salmon et al. 2011). Bit-exact against the published known-answer vectors.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// Four standard normals of elements 4·block … 4·block+3: Box–Muller on Philox4x32-10 with key = seed (low word first)
/// and counter = (particle, block, index, stream); u1 = (r0+1)·2⁻³², u2 = r1·2⁻³², z = √(−2 ln u1)·(cos, sin)(2πu2).
/// The same source as the shaders' (shaders/base/random.glsl); only exactly rounded 32-bit operations, so host and
/// devices agree to the last bit. |error| against exact arithmetic ≤ 1e-6.
std::array<float, 4> normal4(std::uint64_t seed, std::uint32_t particle, std::uint32_t block, std::uint32_t index,
                             std::uint32_t stream);

/// Fills the first elements of a particle's noise, from blocks 0, 1, ….
void normals(std::uint64_t seed, std::uint32_t particle, std::uint32_t index, std::uint32_t stream,
             std::span<float> out);

/// One standard normal: element `element` of the above.
float normal(std::uint64_t seed, std::uint32_t particle, std::uint32_t element, std::uint32_t index,
             std::uint32_t stream);

/// One uniform in [0, 1) with 32 bits: word element%4 of block element/4.
double uniform(std::uint64_t seed, std::uint32_t particle, std::uint32_t element, std::uint32_t index,
               std::uint32_t stream);

}  // namespace scorefield::base
