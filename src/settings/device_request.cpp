#include "settings/device_request.hpp"

#include <fmt/format.h>

#include "base/byte_size.hpp"
#include "base/error.hpp"
#include "base/room.hpp"

namespace scorefield::settings {
namespace {

gpu::Validation validation_in_effect(const Settings& settings) {
    const std::string_view name = settings.validation.empty() ? default_validation() : settings.validation;
    if (name == "on") return gpu::Validation::on;
    if (name == "sync") return gpu::Validation::sync;
    return name == "gpu" ? gpu::Validation::gpu : gpu::Validation::off;
}

/// Drivers crash if the address space is too small for them: the compiler of a software device needs most of it.
void require_address_space() {
    constexpr std::uint64_t kLeast = std::uint64_t{1} << 30U;
    const std::uint64_t limit = base::address_space_limit().value_or(kLeast);
    if (limit >= kLeast) return;
    throw base::running_error(
        "not enough address space", "ulimit -v",
        fmt::format("it is limited to {}, a Vulkan device needs {}", base::byte_size(static_cast<double>(limit)),
                    base::byte_size(static_cast<double>(kLeast))),
        "raise the limit, e.g. ulimit -v unlimited");
}

}  // namespace

std::string device_selector(const Settings& settings) {
    return settings.device.empty() ? "auto" : settings.device;
}

gpu::DeviceRequest device_request(const Settings& settings, std::vector<const char*> instance_extensions) {
    require_address_space();
    gpu::DeviceRequest request;
    request.selector = device_selector(settings);
    request.validation = validation_in_effect(settings);
    request.instance_extensions = std::move(instance_extensions);
    return request;
}

gpu::DeviceRequest drawing_device_request(const Settings& settings, std::vector<const char*> instance_extensions) {
    gpu::DeviceRequest request = device_request(settings, std::move(instance_extensions));
    if (asks_for_host(settings)) request.selector = "auto";
    return request;
}

}  // namespace scorefield::settings
