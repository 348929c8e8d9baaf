#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/output.hpp"
#include "cli/commands.hpp"
#include "gpu/device_list.hpp"
#include "settings/device_request.hpp"

namespace scorefield::cli {
namespace {

std::string to_json(const gpu::DeviceList& list) {
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
    return base::json_line({{"devices", devices}, {"chosen", list.chosen}, {"reason", list.reason}});
}

std::string to_text(const gpu::DeviceList& list) {
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
    return text + fmt::format("* would be used: {}\n", list.reason);
}

}  // namespace

int devices_command(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    gpu::DeviceList list = gpu::list_devices();
    gpu::choose_device(list, settings::device_selector(settings));
    base::print(settings.json ? to_json(list) : to_text(list));
    return 0;
}

}  // namespace scorefield::cli
