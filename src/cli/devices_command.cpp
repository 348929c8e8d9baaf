#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/output.hpp"
#include "cli/commands.hpp"
#include "cli/engine_choice.hpp"
#include "gpu/device_list.hpp"
#include "settings/device_request.hpp"

namespace scorefield::cli {
namespace {

std::string to_json(const gpu::DeviceList& list, const std::string& host_because) {
    nlohmann::ordered_json devices = nlohmann::ordered_json::array();
    for (const gpu::DeviceDescription& device : list.devices) {
        nlohmann::ordered_json entry = {{"index", device.index},
                                        {"name", device.name},
                                        {"type", gpu::type_name(device.type)},
                                        {"driver", device.driver},
                                        {"api_version", gpu::version_text(device.api_version)},
                                        {"usable", device.usable()}};
        if (!device.usable()) entry["unusable_because"] = device.unusable_because;
        devices.push_back(entry);
    }
    nlohmann::ordered_json host = nullptr;
    if (!host_because.empty()) host = host_because;
    return base::json_line(
        {{"devices", devices}, {"chosen", list.chosen}, {"reason", list.reason}, {"host_because", host}});
}

std::string to_text(const gpu::DeviceList& list, const std::string& host_because) {
    std::size_t width = 4;
    for (const gpu::DeviceDescription& device : list.devices) width = std::max(width, device.name.size());
    std::string text =
        fmt::format("  {:>5}  {:<{}}  {:<14}  {:<8}  driver\n", "index", "name", width, "type", "Vulkan");
    for (const gpu::DeviceDescription& device : list.devices) {
        text += fmt::format("{} {:>5}  {:<{}}  {:<14}  {:<8}  {}{}\n", device.index == list.chosen ? '*' : ' ',
                            device.index, device.name, width, gpu::type_name(device.type),
                            gpu::version_text(device.api_version), device.driver,
                            device.usable() ? "" : "; unusable: " + device.unusable_because);
    }
    if (host_because.empty()) return text + fmt::format("* would be used: {}\n", list.reason);
    return text + fmt::format(
                      "* would be used by view and render: {}\n"
                      "sample, train, study and bench would use the host (the CPU): {}\n",
                      list.reason, host_because);
}

}  // namespace

int devices_command(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    gpu::DeviceList list = gpu::list_devices();
    gpu::choose_device(list, settings::drawing_device_request(settings).selector);
    const std::string host_because = why_host(settings);
    base::print(settings.json ? to_json(list, host_because) : to_text(list, host_because));
    return 0;
}

}  // namespace scorefield::cli
