#pragma once

#include <vulkan/vulkan.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gpu/device.hpp"

namespace scorefield::gpu {

/// Collects what the validation layer says, from any thread.
class MessageLog {
  public:
    void add(std::string message);
    std::vector<std::string> messages() const;
    void clear();

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> messages_;
};

/// What an instance needs for the level of validation asked for. Must outlive vkCreateInstance.
class ValidationSetup {
  public:
    /// Throws base::Error (running) when the layer is not installed.
    ValidationSetup(Validation level, MessageLog& log);
    ValidationSetup(const ValidationSetup&) = delete;
    ValidationSetup& operator=(const ValidationSetup&) = delete;

    const std::vector<const char*>& layers() const { return layers_; }
    const std::vector<const char*>& extensions() const { return extensions_; }
    /// For VkInstanceCreateInfo::pNext; null without validation.
    const void* chain() const { return layers_.empty() ? nullptr : &messenger_; }
    const VkDebugUtilsMessengerCreateInfoEXT& messenger() const { return messenger_; }

  private:
    std::vector<const char*> layers_;
    std::vector<const char*> extensions_;
    std::vector<VkValidationFeatureEnableEXT> enabled_;
    VkValidationFeaturesEXT features_{};
    VkDebugUtilsMessengerCreateInfoEXT messenger_{};
};

}  // namespace scorefield::gpu
