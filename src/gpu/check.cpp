#include "gpu/check.hpp"

#include "base/error.hpp"

namespace scorefield::gpu {

std::string result_name(VkResult result) {
    switch (result) {
#define SCOREFIELD_RESULT(name) \
    case name:                  \
        return #name
        SCOREFIELD_RESULT(VK_SUCCESS);
        SCOREFIELD_RESULT(VK_NOT_READY);
        SCOREFIELD_RESULT(VK_TIMEOUT);
        SCOREFIELD_RESULT(VK_INCOMPLETE);
        SCOREFIELD_RESULT(VK_SUBOPTIMAL_KHR);
        SCOREFIELD_RESULT(VK_ERROR_OUT_OF_HOST_MEMORY);
        SCOREFIELD_RESULT(VK_ERROR_OUT_OF_DEVICE_MEMORY);
        SCOREFIELD_RESULT(VK_ERROR_INITIALIZATION_FAILED);
        SCOREFIELD_RESULT(VK_ERROR_DEVICE_LOST);
        SCOREFIELD_RESULT(VK_ERROR_MEMORY_MAP_FAILED);
        SCOREFIELD_RESULT(VK_ERROR_LAYER_NOT_PRESENT);
        SCOREFIELD_RESULT(VK_ERROR_EXTENSION_NOT_PRESENT);
        SCOREFIELD_RESULT(VK_ERROR_FEATURE_NOT_PRESENT);
        SCOREFIELD_RESULT(VK_ERROR_INCOMPATIBLE_DRIVER);
        SCOREFIELD_RESULT(VK_ERROR_TOO_MANY_OBJECTS);
        SCOREFIELD_RESULT(VK_ERROR_FORMAT_NOT_SUPPORTED);
        SCOREFIELD_RESULT(VK_ERROR_FRAGMENTED_POOL);
        SCOREFIELD_RESULT(VK_ERROR_OUT_OF_POOL_MEMORY);
        SCOREFIELD_RESULT(VK_ERROR_FRAGMENTATION);
        SCOREFIELD_RESULT(VK_ERROR_SURFACE_LOST_KHR);
        SCOREFIELD_RESULT(VK_ERROR_NATIVE_WINDOW_IN_USE_KHR);
        SCOREFIELD_RESULT(VK_ERROR_OUT_OF_DATE_KHR);
        SCOREFIELD_RESULT(VK_ERROR_INVALID_SHADER_NV);
        SCOREFIELD_RESULT(VK_ERROR_UNKNOWN);
#undef SCOREFIELD_RESULT
        default:
            return "VkResult " + std::to_string(static_cast<int>(result));
    }
}

void check(VkResult result, const char* call) {
    if (result >= 0) return;
    const std::string name = result_name(result);
    switch (result) {
        case VK_ERROR_OUT_OF_DEVICE_MEMORY:
            throw base::running_error("the Vulkan device is out of memory", call, name,
                                      "ask for fewer particles or a smaller image, or close other programs");
        case VK_ERROR_OUT_OF_HOST_MEMORY:
            throw base::running_error("the machine is out of memory", call, name,
                                      "ask for fewer particles or close other programs");
        case VK_ERROR_DEVICE_LOST:
            throw base::running_error(
                "the Vulkan device was lost", call, name,
                "the driver gave up, perhaps after a time-out: try smaller chunks, or another device");
        default:
            throw base::running_error("a Vulkan call failed", call, name,
                                      "update the driver, or choose another `device`");
    }
}

}  // namespace scorefield::gpu
