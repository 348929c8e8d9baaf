#pragma once

#include <vulkan/vulkan.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "gpu/check.hpp"

namespace scorefield::gpu {

/// What a Vulkan call lists, which is asked twice: how many, then which. `list(count, elements)` makes the call named.
template <class Element, class List>
std::vector<Element> enumerate(const char* call, List list) {
    std::vector<Element> elements;
    VkResult result = VK_INCOMPLETE;
    while (result == VK_INCOMPLETE) {  // more have come since they were counted
        std::uint32_t count = 0;
        check(list(&count, nullptr), call);
        elements.resize(count);
        result = list(&count, elements.data());
        check(result, call);
        elements.resize(count);
    }
    return elements;
}

/// Whether `extensions` have one of this name.
inline bool contains(const std::vector<VkExtensionProperties>& extensions, std::string_view name) {
    return std::any_of(extensions.begin(), extensions.end(),
                       [name](const VkExtensionProperties& extension) { return extension.extensionName == name; });
}

}  // namespace scorefield::gpu
