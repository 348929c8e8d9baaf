#include "gpu/instance.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "gpu/enumerate.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

base::Error no_driver(const std::string& why) {
    return base::running_error("no Vulkan device", "`device`", why,
                               "install a driver for the GPU, or mesa-vulkan-drivers for one in software");
}

std::vector<VkExtensionProperties> offered_extensions() {
    return enumerate<VkExtensionProperties>(
        "vkEnumerateInstanceExtensionProperties", [](std::uint32_t* count, VkExtensionProperties* properties) {
            return vkEnumerateInstanceExtensionProperties(nullptr, count, properties);
        });
}

void add_once(std::vector<const char*>& names, const char* name) {
    const auto same = [name](const char* other) { return std::strcmp(name, other) == 0; };
    if (std::none_of(names.begin(), names.end(), same)) names.push_back(name);
}

std::string unusable_because(VkPhysicalDevice physical, const VkPhysicalDeviceProperties& properties) {
    if (properties.apiVersion < VK_API_VERSION_1_3) {
        return "it has Vulkan " + version_text(properties.apiVersion) + " and 1.3 is needed";
    }
    if (work_queue_family(physical) < 0) return "it has no queue for both compute and graphics";
    return {};
}

}  // namespace

Instance::Instance(Validation validation, const std::vector<const char*>& extensions)
    : log_(std::make_shared<MessageLog>()) {
    const ValidationSetup setup(validation, *log_);
    std::vector<const char*> names = extensions;
    for (const char* name : setup.extensions()) add_once(names, name);
    const std::vector<VkExtensionProperties> offered = offered_extensions();
    has_debug_utils_ = contains(offered, VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    if (has_debug_utils_) add_once(names, VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    // Else the loader hides drivers that lie on top of another interface (MoltenVK).
    const bool portability = contains(offered, VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME);
    if (portability) add_once(names, VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME);
    has_surface_ = std::any_of(names.begin(), names.end(),
                               [](const char* name) { return std::strcmp(name, VK_KHR_SURFACE_EXTENSION_NAME) == 0; });

    auto application = make_structure<VkApplicationInfo>(VK_STRUCTURE_TYPE_APPLICATION_INFO);
    application.pApplicationName = "scorefield";
    application.apiVersion = VK_API_VERSION_1_3;
    auto info = make_structure<VkInstanceCreateInfo>(VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO);
    info.pNext = setup.chain();
    info.flags = portability ? VkInstanceCreateFlags{VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR} : 0;
    info.pApplicationInfo = &application;
    info.enabledLayerCount = static_cast<std::uint32_t>(setup.layers().size());
    info.ppEnabledLayerNames = setup.layers().data();
    info.enabledExtensionCount = static_cast<std::uint32_t>(names.size());
    info.ppEnabledExtensionNames = names.data();
    const VkResult result = vkCreateInstance(&info, nullptr, &instance_);
    if (result == VK_ERROR_INCOMPATIBLE_DRIVER) throw no_driver("no Vulkan driver was found");
    check(result, "vkCreateInstance");

    if (setup.chain() == nullptr) return;
    const auto create = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(
        vkGetInstanceProcAddr(instance_, "vkCreateDebugUtilsMessengerEXT"));
    VkDebugUtilsMessengerCreateInfoEXT messenger = setup.messenger();
    messenger.pNext = nullptr;
    const VkResult created = create(instance_, &messenger, nullptr, &messenger_);
    if (created < 0) vkDestroyInstance(instance_, nullptr);
    check(created, "vkCreateDebugUtilsMessengerEXT");
}

Instance::~Instance() {
    if (messenger_ != VK_NULL_HANDLE) {
        const auto destroy = reinterpret_cast<PFN_vkDestroyDebugUtilsMessengerEXT>(
            vkGetInstanceProcAddr(instance_, "vkDestroyDebugUtilsMessengerEXT"));
        destroy(instance_, messenger_, nullptr);
    }
    vkDestroyInstance(instance_, nullptr);
}

std::vector<VkPhysicalDevice> Instance::physical_devices() const {
    std::vector<VkPhysicalDevice> devices = enumerate<VkPhysicalDevice>(
        "vkEnumeratePhysicalDevices", [this](std::uint32_t* count, VkPhysicalDevice* handles) {
            return vkEnumeratePhysicalDevices(instance_, count, handles);
        });
    if (devices.empty()) throw no_driver("the installed drivers found no device");
    return devices;
}

DeviceDescription describe(VkPhysicalDevice physical, int index) {
    VkPhysicalDeviceProperties basic{};
    vkGetPhysicalDeviceProperties(physical, &basic);
    DeviceDescription description{index, basic.deviceName, basic.deviceType,
                                  {},    basic.apiVersion, unusable_because(physical, basic)};
    description.driver = std::to_string(basic.driverVersion);
    if (basic.apiVersion >= VK_API_VERSION_1_2) {
        auto driver =
            make_structure<VkPhysicalDeviceDriverProperties>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES);
        auto properties = make_structure<VkPhysicalDeviceProperties2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2);
        properties.pNext = &driver;
        vkGetPhysicalDeviceProperties2(physical, &properties);
        const std::string version =
            driver.driverInfo[0] != '\0' ? driver.driverInfo : version_text(basic.driverVersion);
        description.driver = std::string(driver.driverName) + " " + version;
    }
    return description;
}

int work_queue_family(VkPhysicalDevice physical) {
    std::uint32_t count = 0;
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, nullptr);
    std::vector<VkQueueFamilyProperties> families(count);
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families.data());
    constexpr VkQueueFlags kNeeded = VK_QUEUE_COMPUTE_BIT | VK_QUEUE_GRAPHICS_BIT;
    for (std::uint32_t family = 0; family < count; ++family) {
        if ((families[family].queueFlags & kNeeded) == kNeeded) return static_cast<int>(family);
    }
    return -1;
}

}  // namespace scorefield::gpu
