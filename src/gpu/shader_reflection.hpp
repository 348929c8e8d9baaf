#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace scorefield::gpu {

enum class BindingKind { storage_buffer, uniform_buffer, storage_image, combined_sampler };

/// A descriptor of set 0 and what the code that the entry point reaches does with it.
struct ShaderBinding {
    std::uint32_t binding = 0;
    BindingKind kind = BindingKind::storage_buffer;
    std::string name;
    bool reads = false;
    bool writes = false;
};

struct SpecializationConstant {
    std::uint32_t id = 0;  ///< SpecId
    std::uint32_t value = 0;
};

struct ShaderInterface {
    std::vector<ShaderBinding> bindings;  ///< by binding number
    std::uint32_t push_constant_bytes = 0;
    std::array<std::uint32_t, 3> local_size = {1, 1, 1};  ///< defaults where a specialization constant decides
    std::array<std::optional<std::uint32_t>, 3> local_size_ids;
    std::vector<SpecializationConstant> specialization;  ///< by id

    /// The workgroup's size when constants 0 … n−1 have these values.
    std::array<std::uint32_t, 3> specialized_local_size(std::span<const std::uint32_t> values) const;
};

/// Reads a SPIR-V module with one entry point, as glslc makes it: loads, stores, atomics and image operations are
/// traced back to descriptors through access chains and function parameters. Throws std::logic_error for what
/// Scorefield's shaders do not use: other descriptor sets, arrays of descriptors, other descriptor types.
ShaderInterface reflect(std::span<const std::uint32_t> spirv);

}  // namespace scorefield::gpu
