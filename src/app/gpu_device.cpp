#include "app/gpu_device.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace scorefield::app {
namespace {

gpu::Validation parse_validation(const std::string& name) {
    if (name == "on") return gpu::Validation::on;
    if (name == "sync") return gpu::Validation::sync;
    return name == "gpu" ? gpu::Validation::gpu : gpu::Validation::off;
}

}  // namespace

gpu::DeviceRequest device_request(const Settings& settings, std::vector<const char*> instance_extensions) {
    gpu::DeviceRequest request;
    request.selector = settings.device;
    request.validation = parse_validation(settings.validation);
    request.instance_extensions = std::move(instance_extensions);
    return request;
}

void require_no_validation_messages(const gpu::Device& device) {
    const std::size_t count = device.validation_messages().size();
    if (count == 0) return;
    throw base::running_error(fmt::format("{} validation message{}", count, count == 1 ? "" : "s"), "--validation",
                              "the Vulkan validation layer found mistakes, printed above", "please report them");
}

}  // namespace scorefield::app
