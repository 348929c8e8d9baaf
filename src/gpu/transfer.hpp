#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"

namespace scorefield::gpu {

/// Blocking transfers through a staging buffer, for set-up and results, not for frames. Must not be called while a
/// recorder of the device records.
void upload_bytes(Device& device, const Buffer& target, std::span<const std::byte> bytes, VkDeviceSize offset = 0);
void download_bytes(Device& device, const Buffer& source, std::span<std::byte> bytes, VkDeviceSize offset = 0);

template <class T>
void upload(Device& device, const Buffer& target, std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    upload_bytes(device, target, std::as_bytes(values));
}

/// A device buffer with this content. values must not be empty.
template <class T>
Buffer make_buffer(Device& device, const std::string& name, std::span<const T> values) {
    Buffer buffer(device, name, values.size_bytes());
    upload<T>(device, buffer, values);
    return buffer;
}

/// The whole buffer's content.
template <class T>
std::vector<T> download(Device& device, const Buffer& source) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<T> values(static_cast<std::size_t>(source.bytes()) / sizeof(T));
    download_bytes(device, source, std::as_writable_bytes(std::span(values)));
    return values;
}

}  // namespace scorefield::gpu
