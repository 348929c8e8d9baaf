#include "gpu/logical_device.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "gpu/check.hpp"
#include "gpu/instance.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

/// The feature structures of Vulkan 1.0 to 1.3, chained.
struct Features {
    VkPhysicalDeviceFeatures2 core =
        make_structure<VkPhysicalDeviceFeatures2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2);
    VkPhysicalDeviceVulkan12Features v12 =
        make_structure<VkPhysicalDeviceVulkan12Features>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES);
    VkPhysicalDeviceVulkan13Features v13 =
        make_structure<VkPhysicalDeviceVulkan13Features>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES);

    Features() {
        core.pNext = &v12;
        v12.pNext = &v13;
    }
    Features(const Features&) = delete;
    Features& operator=(const Features&) = delete;
};

/// What is switched on: always offered by Vulkan 1.3 first, then optional features where the device has them.
void choose(const Features& offered, Features& enabled) {
    enabled.v12.timelineSemaphore = VK_TRUE;
    enabled.v13.synchronization2 = VK_TRUE;
    enabled.v13.dynamicRendering = VK_TRUE;
    enabled.v13.maintenance4 = VK_TRUE;
    enabled.v13.shaderTerminateInvocation = VK_TRUE;
    enabled.v13.shaderDemoteToHelperInvocation = VK_TRUE;
    enabled.core.features.fragmentStoresAndAtomics = offered.core.features.fragmentStoresAndAtomics;
    enabled.core.features.vertexPipelineStoresAndAtomics = offered.core.features.vertexPipelineStoresAndAtomics;
    enabled.core.features.shaderStorageImageWriteWithoutFormat =
        offered.core.features.shaderStorageImageWriteWithoutFormat;
}

}  // namespace

bool offers_swapchain(VkPhysicalDevice physical) {
    std::uint32_t count = 0;
    check(vkEnumerateDeviceExtensionProperties(physical, nullptr, &count, nullptr),
          "vkEnumerateDeviceExtensionProperties");
    std::vector<VkExtensionProperties> extensions(count);
    check(vkEnumerateDeviceExtensionProperties(physical, nullptr, &count, extensions.data()),
          "vkEnumerateDeviceExtensionProperties");
    return std::any_of(extensions.begin(), extensions.end(), [](const VkExtensionProperties& extension) {
        return std::strcmp(extension.extensionName, VK_KHR_SWAPCHAIN_EXTENSION_NAME) == 0;
    });
}

VkDevice make_logical_device(VkPhysicalDevice physical, std::uint32_t queue_family, bool with_swapchain) {
    Features offered;
    vkGetPhysicalDeviceFeatures2(physical, &offered.core);
    Features enabled;
    choose(offered, enabled);

    const float priority = 1.0F;
    auto queue = make_structure<VkDeviceQueueCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO);
    queue.queueFamilyIndex = queue_family;
    queue.queueCount = 1;
    queue.pQueuePriorities = &priority;
    const char* extension = VK_KHR_SWAPCHAIN_EXTENSION_NAME;
    auto info = make_structure<VkDeviceCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO);
    info.pNext = &enabled.core;
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue;
    info.enabledExtensionCount = with_swapchain ? 1 : 0;
    info.ppEnabledExtensionNames = &extension;
    VkDevice device = VK_NULL_HANDLE;
    check(vkCreateDevice(physical, &info, nullptr, &device), "vkCreateDevice");
    return device;
}

DeviceProperties read_properties(VkPhysicalDevice physical, std::uint32_t queue_family) {
    auto allocation = make_structure<VkPhysicalDeviceMaintenance3Properties>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES);
    auto subgroup =
        make_structure<VkPhysicalDeviceSubgroupProperties>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES);
    subgroup.pNext = &allocation;
    auto all = make_structure<VkPhysicalDeviceProperties2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2);
    all.pNext = &subgroup;
    vkGetPhysicalDeviceProperties2(physical, &all);
    const VkPhysicalDeviceLimits& limits = all.properties.limits;

    DeviceProperties result;
    result.name = all.properties.deviceName;
    result.driver = describe(physical, 0).driver;
    result.type = all.properties.deviceType;
    result.is_software = result.type == VK_PHYSICAL_DEVICE_TYPE_CPU;
    result.api_version = all.properties.apiVersion;
    result.max_workgroup_invocations = limits.maxComputeWorkGroupInvocations;
    std::copy_n(limits.maxComputeWorkGroupSize, 3, result.max_workgroup_size);
    std::copy_n(limits.maxComputeWorkGroupCount, 3, result.max_workgroup_count);
    result.shared_memory_bytes = limits.maxComputeSharedMemorySize;
    result.max_push_constant_bytes = limits.maxPushConstantsSize;
    result.subgroup_size = subgroup.subgroupSize;
    result.max_image_extent = limits.maxImageDimension2D;
    result.max_storage_buffer_bytes = limits.maxStorageBufferRange;
    result.max_allocation_bytes = allocation.maxMemoryAllocationSize;
    result.storage_offset_alignment = limits.minStorageBufferOffsetAlignment;
    result.uniform_offset_alignment = limits.minUniformBufferOffsetAlignment;
    result.non_coherent_atom_bytes = limits.nonCoherentAtomSize;

    std::uint32_t count = queue_family + 1;
    std::vector<VkQueueFamilyProperties> families(count);
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families.data());
    const std::uint32_t bits = families[queue_family].timestampValidBits;
    result.timestamp_mask = bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    result.timestamp_seconds = bits > 0 ? static_cast<double>(limits.timestampPeriod) * 1e-9 : 0;
    return result;
}

}  // namespace scorefield::gpu
