#include "gpu/transfer.hpp"

#include <algorithm>
#include <cstring>

#include "gpu/recorder.hpp"

namespace scorefield::gpu {

void upload_bytes(Device& device, const Buffer& target, std::span<const std::byte> bytes, VkDeviceSize offset) {
    if (bytes.empty()) return;
    const Buffer staging(device, "staging for " + target.name(), bytes.size(), MemoryUse::upload);
    std::ranges::copy(bytes, staging.mapped<std::byte>().begin());
    Recorder recorder(device, "upload to " + target.name());
    recorder.begin();
    recorder.copy(staging, 0, target, offset, bytes.size());
    device.wait(device.submit(recorder));
}

void download_bytes(Device& device, const Buffer& source, std::span<std::byte> bytes, VkDeviceSize offset) {
    if (bytes.empty()) return;
    const Buffer staging(device, "staging for " + source.name(), bytes.size(), MemoryUse::readback);
    Recorder recorder(device, "download from " + source.name());
    recorder.begin();
    recorder.copy(source, offset, staging, 0, bytes.size());
    device.wait(device.submit(recorder));
    std::ranges::copy(staging.mapped<const std::byte>(), bytes.begin());
}

}  // namespace scorefield::gpu
