#include "gpu/planes.hpp"

#include <algorithm>
#include <bit>

#include "gpu/device.hpp"

namespace scorefield::gpu {

std::uint32_t workgroup_size(const Device& device, std::uint32_t wanted) {
    const DeviceProperties& limits = device.properties();
    return std::bit_floor(std::min({wanted, limits.max_workgroup_invocations, limits.max_workgroup_size[0]}));
}

std::uint32_t score_workgroup(const Device& device) {
    return workgroup_size(device, device.properties().is_software ? 512 : 128);
}

}  // namespace scorefield::gpu
