#include "session/gpu_device.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace scorefield::session {

void require_no_validation_messages(const gpu::Device& device) {
    const std::size_t count = device.validation_messages().size();
    if (count == 0) return;
    throw base::running_error(fmt::format("{} validation message{}", count, count == 1 ? "" : "s"), "`validation`",
                              "the Vulkan validation layer found mistakes, printed above", "please report them");
}

}  // namespace scorefield::session
