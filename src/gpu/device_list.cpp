#include "gpu/device_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "base/names.hpp"
#include "gpu/instance.hpp"

namespace scorefield::gpu {
namespace {

int rank(VkPhysicalDeviceType type) {
    switch (type) {
        case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
            return 0;
        case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
            return 1;
        case VK_PHYSICAL_DEVICE_TYPE_CPU:
            return 3;
        default:
            return 2;
    }
}

void choose_automatically(DeviceList& list) {
    int usable = 0;
    for (const DeviceDescription& device : list.devices) {
        if (!device.usable()) continue;
        ++usable;
        const bool better =
            list.chosen < 0 || rank(device.type) < rank(list.devices[static_cast<std::size_t>(list.chosen)].type);
        if (better) list.chosen = device.index;
    }
    if (list.chosen < 0) {
        list.reason = "no device is usable";
        return;
    }
    const DeviceDescription& chosen = list.devices[static_cast<std::size_t>(list.chosen)];
    if (usable == 1) {
        list.reason = fmt::format("{} is the only usable device", chosen.name);
    } else if (rank(chosen.type) == rank(VK_PHYSICAL_DEVICE_TYPE_CPU)) {
        list.reason = fmt::format("{} is the first of {} software devices; there is no GPU", chosen.name, usable);
    } else {
        list.reason = fmt::format("{} ({}) comes before the other {}: GPUs before software, discrete before integrated",
                                  chosen.name, type_name(chosen.type), usable - 1);
    }
}

int matching_device(const DeviceList& list, const std::string& selector) {
    int index = -1;
    const char* end = selector.data() + selector.size();
    const auto [stop, status] = std::from_chars(selector.data(), end, index);
    if (status == std::errc() && stop == end) {
        return index >= 0 && static_cast<std::size_t>(index) < list.devices.size() ? index : -1;
    }
    const auto match = std::find_if(list.devices.begin(), list.devices.end(), [&](const DeviceDescription& device) {
        return !selector.empty() && base::lower_case(device.name).find(base::lower_case(selector)) != std::string::npos;
    });
    return match != list.devices.end() ? match->index : -1;
}

std::string names(const DeviceList& list) {
    std::string joined;
    for (const DeviceDescription& device : list.devices) {
        joined += fmt::format("{}{} {}", joined.empty() ? "" : ", ", device.index, device.name);
    }
    return joined;
}

}  // namespace

std::string_view type_name(VkPhysicalDeviceType type) {
    switch (type) {
        case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
            return "discrete GPU";
        case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
            return "integrated GPU";
        case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
            return "virtual GPU";
        case VK_PHYSICAL_DEVICE_TYPE_CPU:
            return "software";
        default:
            return "other";
    }
}

std::string version_text(std::uint32_t packed) {
    return fmt::format("{}.{}.{}", VK_API_VERSION_MAJOR(packed), VK_API_VERSION_MINOR(packed),
                       VK_API_VERSION_PATCH(packed));
}

void choose_device(DeviceList& list, const std::string& selector) {
    list.chosen = -1;
    if (selector == "auto") {
        choose_automatically(list);
        if (list.chosen >= 0) return;
        const std::string first = list.devices.empty() ? "there is none" : list.devices.front().unusable_because;
        throw base::running_error("no usable Vulkan device", names(list), first,
                                  "Vulkan 1.3 is needed: update the driver or install mesa-vulkan-drivers");
    }
    const int match = matching_device(list, selector);
    if (match < 0) {
        throw base::request_error("no such Vulkan device '" + selector + "'", "`device`", "no index or name matches",
                                  "there are: " + names(list) + "; or auto, or host (the CPU)");
    }
    const DeviceDescription& device = list.devices[static_cast<std::size_t>(match)];
    if (!device.usable()) {
        throw base::running_error("the Vulkan device cannot be used", device.name, device.unusable_because,
                                  "choose another with `device`, or update its driver");
    }
    list.chosen = match;
    list.reason = fmt::format("{} was asked for ('{}')", device.name, selector);
}

DeviceList list_devices() {
    const Instance instance;
    DeviceList list;
    for (const VkPhysicalDevice physical : instance.physical_devices()) {
        list.devices.push_back(describe(physical, static_cast<int>(list.devices.size())));
    }
    choose_automatically(list);
    return list;
}

}  // namespace scorefield::gpu
