#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield::gpu {

/// A Vulkan device as `scorefield devices` shows it.
struct DeviceDescription {
    int index = 0;  ///< in the driver's order; a selector may be this number
    std::string name;
    VkPhysicalDeviceType type = VK_PHYSICAL_DEVICE_TYPE_OTHER;
    std::string driver;             ///< name and version in the driver's words
    std::uint32_t api_version = 0;  ///< packed as Vulkan does
    std::string unusable_because;   ///< empty: usable

    bool usable() const { return unusable_because.empty(); }
};

struct DeviceList {
    std::vector<DeviceDescription> devices;
    int chosen = -1;     ///< index that `auto` takes; −1 when none is usable
    std::string reason;  ///< why, in one sentence
};

/// What is installed. Throws base::Error (running) when there is no Vulkan driver or no device at all.
DeviceList list_devices();

/// The rule behind every choice, on descriptions alone: `auto`, an index, or a part of the name in any case. Sets
/// `chosen` and `reason`. `auto` prefers discrete, then integrated, then other real GPUs, then software ones; the
/// first among equals. Throws base::Error: request when nothing matches, running when the match is not usable.
void choose_device(DeviceList& list, const std::string& selector);

/// `discrete GPU`, `integrated GPU`, `virtual GPU`, `software`, `other`.
std::string_view type_name(VkPhysicalDeviceType type);

/// `1.3.230`.
std::string version_text(std::uint32_t packed);

}  // namespace scorefield::gpu
