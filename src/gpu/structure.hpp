#pragma once

#include <vulkan/vulkan.h>

namespace scorefield::gpu {

/// A Vulkan structure of this type, everything else zero.
template <class Structure>
constexpr Structure make_structure(VkStructureType type) {
    Structure structure{};
    structure.sType = type;
    return structure;
}

}  // namespace scorefield::gpu
