#pragma once

#include <vector>

#include "gpu/device.hpp"
#include "settings/settings.hpp"

namespace scorefield::settings {

/// What `device` asks for: auto unless it is set.
std::string device_selector(const Settings& settings);

/// The device of `device` and `validation`. Throws base::Error (running) where `ulimit -v` leaves a driver too little.
gpu::DeviceRequest device_request(const Settings& settings, std::vector<const char*> instance_extensions = {});

/// The device that draws: chosen as with auto if `device` is host.
gpu::DeviceRequest drawing_device_request(const Settings& settings, std::vector<const char*> instance_extensions = {});

}  // namespace scorefield::settings
