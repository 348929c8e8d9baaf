#pragma once

#include "gpu/device.hpp"

namespace scorefield::session {

/// Throws base::Error (running) with their number when the validation layer reported anything. Call when all is done.
void require_no_validation_messages(const gpu::Device& device);

}  // namespace scorefield::session
