#include "gpu/validation.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "base/error.hpp"
#include "gpu/enumerate.hpp"

namespace scorefield::gpu {
namespace {

constexpr const char* kLayer = "VK_LAYER_KHRONOS_validation";

bool layer_installed() {
    const auto layers =
        enumerate<VkLayerProperties>("vkEnumerateInstanceLayerProperties", vkEnumerateInstanceLayerProperties);
    return std::any_of(layers.begin(), layers.end(),
                       [](const VkLayerProperties& layer) { return std::strcmp(layer.layerName, kLayer) == 0; });
}

VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
                                          const VkDebugUtilsMessengerCallbackDataEXT* message, void* log) {
    // What GPU-assisted validation cannot check on this device is no finding.
    constexpr const char* kCannotCheck = "UNASSIGNED-GPU-Assisted Validation Warning";
    const bool finding = message->pMessageIdName == nullptr || std::strcmp(message->pMessageIdName, kCannotCheck) != 0;
    if (finding) static_cast<MessageLog*>(log)->add(message->pMessage);
    return VK_FALSE;
}

}  // namespace

void MessageLog::add(std::string message) {
    const std::scoped_lock lock(mutex_);
    std::fprintf(stderr, "vulkan validation: %s\n", message.c_str());
    messages_.push_back(std::move(message));
}

std::vector<std::string> MessageLog::messages() const {
    const std::scoped_lock lock(mutex_);
    return messages_;
}

void MessageLog::clear() {
    const std::scoped_lock lock(mutex_);
    messages_.clear();
}

ValidationSetup::ValidationSetup(Validation level, MessageLog& log) {
    if (level == Validation::off) return;
    if (!layer_installed()) {
        throw base::running_error("no Vulkan validation", "`validation`", std::string(kLayer) + " is not installed",
                                  "install the package vulkan-validationlayers or use `validation` off");
    }
    layers_ = {kLayer};
    extensions_ = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
    if (level == Validation::sync) enabled_ = {VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
    if (level == Validation::gpu) {
        enabled_ = {VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT,
                    VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_RESERVE_BINDING_SLOT_EXT};
    }
    if (!enabled_.empty()) extensions_.push_back(VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME);
    features_.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT;
    features_.enabledValidationFeatureCount = static_cast<std::uint32_t>(enabled_.size());
    features_.pEnabledValidationFeatures = enabled_.data();
    messenger_.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT;
    messenger_.pNext = enabled_.empty() ? nullptr : &features_;
    messenger_.messageSeverity =
        VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
    // Receive only messages of the validation kind: the loader's and drivers' chatter is of the general kind.
    messenger_.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
    messenger_.pfnUserCallback = on_message;
    messenger_.pUserData = &log;
}

}  // namespace scorefield::gpu
