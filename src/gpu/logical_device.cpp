#include "gpu/logical_device.hpp"

#include <algorithm>
#include <vector>

#include "gpu/enumerate.hpp"
#include "gpu/instance.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

/// Layered drivers offer it and then want it enabled. (Its own name is in a header of provisional extensions.)
constexpr const char* kPortabilitySubset = "VK_KHR_portability_subset";

std::vector<VkExtensionProperties> offered_extensions(VkPhysicalDevice physical) {
    return enumerate<VkExtensionProperties>(
        "vkEnumerateDeviceExtensionProperties", [physical](std::uint32_t* count, VkExtensionProperties* properties) {
            return vkEnumerateDeviceExtensionProperties(physical, nullptr, count, properties);
        });
}

}  // namespace

bool offers_swapchain(VkPhysicalDevice physical) {
    return contains(offered_extensions(physical), VK_KHR_SWAPCHAIN_EXTENSION_NAME);
}

bool offers_calibrated_timestamps(VkPhysicalDevice physical) {
    return contains(offered_extensions(physical), VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME);
}

VkDevice make_logical_device(VkPhysicalDevice physical, std::uint32_t queue_family, const DeviceExtensions& enabled) {
    // Vulkan 1.3 guarantees all of these.
    auto v12 = make_structure<VkPhysicalDeviceVulkan12Features>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES);
    v12.timelineSemaphore = VK_TRUE;
    auto v13 = make_structure<VkPhysicalDeviceVulkan13Features>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES);
    v13.pNext = &v12;
    v13.synchronization2 = VK_TRUE;
    v13.dynamicRendering = VK_TRUE;
    v13.maintenance4 = VK_TRUE;

    const float priority = 1.0F;
    auto queue = make_structure<VkDeviceQueueCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO);
    queue.queueFamilyIndex = queue_family;
    queue.queueCount = 1;
    queue.pQueuePriorities = &priority;
    std::vector<const char*> extensions;
    if (enabled.swapchain) extensions.push_back(VK_KHR_SWAPCHAIN_EXTENSION_NAME);
    if (enabled.calibrated_timestamps) extensions.push_back(VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME);
    if (contains(offered_extensions(physical), kPortabilitySubset)) extensions.push_back(kPortabilitySubset);
    auto info = make_structure<VkDeviceCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO);
    info.pNext = &v13;
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue;
    info.enabledExtensionCount = static_cast<std::uint32_t>(extensions.size());
    info.ppEnabledExtensionNames = extensions.data();
    VkDevice device = VK_NULL_HANDLE;
    check(vkCreateDevice(physical, &info, nullptr, &device), "vkCreateDevice");
    return device;
}

DeviceProperties read_properties(VkPhysicalDevice physical, std::uint32_t queue_family) {
    auto allocation = make_structure<VkPhysicalDeviceMaintenance3Properties>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES);
    auto all = make_structure<VkPhysicalDeviceProperties2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2);
    all.pNext = &allocation;
    vkGetPhysicalDeviceProperties2(physical, &all);
    const VkPhysicalDeviceLimits& limits = all.properties.limits;

    DeviceProperties result;
    result.name = all.properties.deviceName;
    result.driver = describe(physical, 0).driver;
    result.type = all.properties.deviceType;
    result.is_software = result.type == VK_PHYSICAL_DEVICE_TYPE_CPU;
    result.max_workgroup_invocations = limits.maxComputeWorkGroupInvocations;
    std::copy_n(limits.maxComputeWorkGroupSize, 3, result.max_workgroup_size);
    std::copy_n(limits.maxComputeWorkGroupCount, 3, result.max_workgroup_count);
    result.shared_memory_bytes = limits.maxComputeSharedMemorySize;
    result.max_push_constant_bytes = limits.maxPushConstantsSize;
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
