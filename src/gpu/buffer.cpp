#include "gpu/buffer.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "base/error.hpp"
#include "gpu/check.hpp"
#include "gpu/device.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

void require_within_limits(const Device& device, const std::string& name, VkDeviceSize bytes) {
    if (bytes == 0) throw std::logic_error("buffer '" + name + "' has no bytes");
    const auto refuse = [&](const char* limit, std::uint64_t most) {
        throw base::request_error(fmt::format("buffer '{}' of {} bytes is too large", name, bytes),
                                  device.properties().name, fmt::format("its {} is {} bytes", limit, most),
                                  "ask for fewer particles, smaller chunks or a smaller image");
    };
    if (bytes > device.properties().max_storage_buffer_bytes) {
        refuse("maxStorageBufferRange", device.properties().max_storage_buffer_bytes);
    }
    if (bytes > device.properties().max_allocation_bytes) {
        refuse("maxMemoryAllocationSize", device.properties().max_allocation_bytes);
    }
}

}  // namespace

Buffer::Core::Core(Device& owner, const std::string& buffer_name, VkDeviceSize size, MemoryUse memory_use)
    : device(&owner), bytes(size), use(memory_use) {
    require_within_limits(owner, buffer_name, size);
    id = owner.next_resource_id();
    name = buffer_name;
    auto info = make_structure<VkBufferCreateInfo>(VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO);
    info.size = size;
    info.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT |
                 VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
    check(vkCreateBuffer(owner.handle(), &info, nullptr, &buffer), "vkCreateBuffer");
    try {
        VkMemoryRequirements requirements{};
        vkGetBufferMemoryRequirements(owner.handle(), buffer, &requirements);
        allocation = owner.memory().allocate(name, requirements, use, MemoryKind::buffer);
        check(vkBindBufferMemory(owner.handle(), buffer, allocation.memory, allocation.offset), "vkBindBufferMemory");
        owner.set_name(VK_OBJECT_TYPE_BUFFER, object_number(buffer), name);
    } catch (...) {
        vkDestroyBuffer(owner.handle(), buffer, nullptr);
        owner.memory().free(allocation);
        throw;
    }
}

Buffer::Core::~Core() {
    device->retire([owner = device, handle = buffer, memory = allocation] {
        vkDestroyBuffer(owner->handle(), handle, nullptr);
        owner->memory().free(memory);
    });
}

Buffer::Buffer(Device& device, const std::string& name, VkDeviceSize bytes, MemoryUse use)
    : core_(std::make_shared<Core>(device, name, bytes, use)) {}

VkDeviceSize Buffer::bytes() const {
    return core_->bytes;
}
const std::string& Buffer::name() const {
    return core_->name;
}
VkBuffer Buffer::handle() const {
    return core_->buffer;
}
MemoryUse Buffer::use() const {
    return core_->use;
}

std::byte* Buffer::mapped_bytes() const {
    if (core_->use == MemoryUse::device) throw std::logic_error("buffer '" + core_->name + "' is not for the host");
    if (core_->use == MemoryUse::readback) core_->device->memory().invalidate(core_->allocation);
    return core_->allocation.mapped;
}

}  // namespace scorefield::gpu
