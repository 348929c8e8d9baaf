#include "cli/engine_choice.hpp"

#include <fmt/core.h>

#include <string>

#include "base/error.hpp"
#include "session/host_engine.hpp"

#ifdef SCOREFIELD_WITH_VULKAN
#include "gpu/device_list.hpp"
#include "session/gpu_engine.hpp"
#include "settings/device_request.hpp"
#endif

namespace scorefield::cli {
namespace {

bool asks_for_validation(const settings::Settings& settings) {
    return !settings.validation.empty() && settings.validation != "off";
}

bool is_automatic(const settings::Settings& settings) {
    return settings.device.empty() || settings.device == "auto";
}

}  // namespace

#ifdef SCOREFIELD_WITH_VULKAN
std::string why_host(const settings::Settings& settings) {
    if (settings::asks_for_host(settings)) return "it was asked for";
    if (!is_automatic(settings) || asks_for_validation(settings)) return {};
    try {
        const gpu::DeviceList list = gpu::list_devices();
        if (list.chosen < 0) return "there is no usable Vulkan device";
        const gpu::DeviceDescription& best = list.devices[static_cast<std::size_t>(list.chosen)];
        if (best.type != VK_PHYSICAL_DEVICE_TYPE_CPU) return {};
        return fmt::format("there is no GPU, and it is faster than {}", best.name);
    } catch (const base::Error&) {
        return "there is no Vulkan device";
    }
}
#endif

std::unique_ptr<session::Engine> open_engine(const settings::Settings& settings, base::Trace* trace) {
    if (settings::asks_for_host(settings) && asks_for_validation(settings)) {
        throw base::request_error("flag without effect", "`validation`",
                                  "it checks a Vulkan device, but the host does the work",
                                  "leave it out, or choose another `device`");
    }
#ifdef SCOREFIELD_WITH_VULKAN
    std::string why = why_host(settings);
    if (!why.empty()) return std::make_unique<session::HostEngine>(std::move(why), trace);
    gpu::DeviceRequest request = settings::device_request(settings);
    request.trace = trace;
    return std::make_unique<session::GpuEngine>(request);
#else
    if (settings::asks_for_host(settings)) return std::make_unique<session::HostEngine>("it was asked for", trace);
    if (!is_automatic(settings)) {
        throw base::running_error("no Vulkan", "`device` " + settings.device, "this build has none",
                                  "leave it out, or use `device` host");
    }
    if (!asks_for_validation(settings)) return std::make_unique<session::HostEngine>("this build has no Vulkan", trace);
    throw base::request_error("no Vulkan", "`validation`", "this build has none", "leave it out");
#endif
}

}  // namespace scorefield::cli
