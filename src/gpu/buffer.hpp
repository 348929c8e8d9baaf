#pragma once

#include <vulkan/vulkan.h>

#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include "gpu/memory.hpp"
#include "gpu/tracking.hpp"

namespace scorefield::gpu {

class Device;

/// A buffer usable as storage, uniform, and copy source and destination. Dropping it while the GPU may still use it is
/// fine. Contents are undefined at first.
class Buffer {
  public:
    Buffer() = default;
    /// Throws base::Error: request when `bytes` exceeds maxStorageBufferRange or maxMemoryAllocationSize (named in the
    /// message), running when memory runs out. bytes > 0.
    Buffer(Device& device, const std::string& name, VkDeviceSize bytes, MemoryUse use = MemoryUse::device);

    Buffer(Buffer&&) noexcept = default;
    Buffer& operator=(Buffer&&) noexcept = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    explicit operator bool() const { return core_ != nullptr; }
    VkDeviceSize bytes() const;
    const std::string& name() const;
    VkBuffer handle() const;
    MemoryUse use() const;

    /// The memory itself, of an upload or readback buffer (std::logic_error otherwise). Write before the submit that
    /// reads it; read after the submission that wrote it has completed.
    template <class T>
    std::span<T> mapped() const {
        static_assert(std::is_trivially_copyable_v<T>);
        return {reinterpret_cast<T*>(mapped_bytes()), static_cast<std::size_t>(bytes()) / sizeof(T)};
    }

    /// For the recorder.
    struct Core;
    const std::shared_ptr<Core>& core() const { return core_; }

  private:
    std::byte* mapped_bytes() const;

    std::shared_ptr<Core> core_;
};

struct Buffer::Core : Resource {
    Core(Device& device, const std::string& name, VkDeviceSize bytes, MemoryUse use);
    ~Core() override;

    Device* device;
    VkDeviceSize bytes;
    MemoryUse use;
    Allocation allocation;
};

}  // namespace scorefield::gpu
