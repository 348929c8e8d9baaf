#include "gpu/transfer.hpp"

#include <algorithm>
#include <cstring>

#include "gpu/readback.hpp"
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
    Readback<std::byte> staging(device, "staging for " + source.name(), bytes.size());
    Recorder recorder(device, "download from " + source.name());
    recorder.begin();
    staging.record(recorder, source, offset, bytes.size());
    staging.submitted(device.submit(recorder));
    std::ranges::copy(staging.wait(), bytes.begin());
}

}  // namespace scorefield::gpu
