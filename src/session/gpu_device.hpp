#pragma once

#include <vector>

#include "gpu/device.hpp"
#include "settings/settings.hpp"

namespace scorefield::session {

/// The device that --device and --validation ask for. Throws base::Error (running) if the address space is limited to
/// less than drivers need.
gpu::DeviceRequest device_request(const settings::Settings& settings,
                                  std::vector<const char*> instance_extensions = {});

/// Throws base::Error (running) with their number when the validation layer reported anything. Call when all is done.
void require_no_validation_messages(const gpu::Device& device);

}  // namespace scorefield::session
