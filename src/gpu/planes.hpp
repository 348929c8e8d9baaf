#pragma once

#include <cstdint>

namespace scorefield::gpu {

class Device;

/// A register of particles is (dim, stride) planes of float32; `stride` is a multiple of this, the largest workgroup
/// used, so that whole workgroups may be written.
inline constexpr std::uint32_t kParticleMultiple = 512;

/// Converts a size to the 32 bits that shaders use. It must fit.
constexpr std::uint32_t size32(std::size_t size) {
    return static_cast<std::uint32_t>(size);
}

/// Smallest multiple of `multiple` that is not below `n`.
constexpr std::uint32_t round_up(std::uint32_t n, std::uint32_t multiple) {
    return (n + multiple - 1) / multiple * multiple;
}

/// Invocations of a one-dimensional workgroup: the largest power of two that the device allows, `wanted` at most.
/// Divides kParticleMultiple where `wanted` does.
std::uint32_t workgroup_size(const Device& device, std::uint32_t wanted);

/// Invocations of a workgroup whose every invocation evaluates the score of one particle: divides kParticleMultiple.
std::uint32_t score_workgroup(const Device& device);

}  // namespace scorefield::gpu
