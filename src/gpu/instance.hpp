#pragma once

#include <vulkan/vulkan.h>

#include <memory>
#include <vector>

#include "gpu/device_list.hpp"
#include "gpu/validation.hpp"

namespace scorefield::gpu {

/// A VkInstance for Vulkan 1.3, with debug names where the loader offers them and validation where asked for.
class Instance {
  public:
    /// Throws base::Error (running) when there is no driver, the layer is missing, or an extension is not offered.
    explicit Instance(Validation validation = Validation::off, const std::vector<const char*>& extensions = {});
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    VkInstance handle() const { return instance_; }
    bool has_debug_utils() const { return has_debug_utils_; }
    bool has_surface() const { return has_surface_; }
    const std::shared_ptr<MessageLog>& log() const { return log_; }
    /// Throws base::Error (running) when there is none.
    std::vector<VkPhysicalDevice> physical_devices() const;

  private:
    std::shared_ptr<MessageLog> log_;
    VkInstance instance_ = VK_NULL_HANDLE;
    VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
    bool has_debug_utils_ = false;
    bool has_surface_ = false;
};

DeviceDescription describe(VkPhysicalDevice physical, int index);

/// The first queue family for compute and graphics, or −1.
int work_queue_family(VkPhysicalDevice physical);

}  // namespace scorefield::gpu
