#include "gpu/recorder_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/error.hpp"
#include "gpu/check.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

bool is_image(BindingKind kind) {
    return kind == BindingKind::storage_image || kind == BindingKind::combined_sampler;
}

Use use_of(const PipelineCore& pipeline, std::size_t index, Access access) {
    const BindingKind kind = pipeline.bindings[index].kind;
    Use use;
    use.stages = pipeline.binding_stages[index];
    if (kind == BindingKind::uniform_buffer) {
        use.access = VK_ACCESS_2_UNIFORM_READ_BIT;
    } else if (kind == BindingKind::combined_sampler) {
        use.access = VK_ACCESS_2_SHADER_SAMPLED_READ_BIT;
        use.layout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL;
    } else {
        if (access != Access::write) use.access |= VK_ACCESS_2_SHADER_STORAGE_READ_BIT;
        if (access != Access::read) use.access |= VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT;
        if (kind == BindingKind::storage_image) use.layout = VK_IMAGE_LAYOUT_GENERAL;
    }
    return use;
}

VkDeviceSize bound_bytes(const Binding& binding) {
    return binding.bytes == VK_WHOLE_SIZE ? binding.buffer->bytes() - binding.offset : binding.bytes;
}

/// What is wrong with the part of the buffer that is bound; empty: nothing.
std::string range_fault(const DeviceProperties& device, BindingKind kind, const Binding& binding) {
    const std::uint64_t alignment =
        kind == BindingKind::uniform_buffer ? device.uniform_offset_alignment : device.storage_offset_alignment;
    const VkDeviceSize size = binding.buffer->bytes();
    const bool inside =
        binding.offset < size && bound_bytes(binding) > 0 && bound_bytes(binding) <= size - binding.offset;
    if (inside && binding.offset % alignment == 0) return {};
    return fmt::format("offset {} must be a multiple of {} and the range inside its {} bytes", binding.offset,
                       alignment, size);
}

/// What is wrong with a binding; empty: it covers what the shader does.
std::string binding_fault(const PipelineCore& pipeline, const ShaderBinding& shader, const Binding& binding) {
    const bool wants_image = is_image(shader.kind);
    const bool has_buffer = binding.buffer != nullptr && *binding.buffer;
    const bool has_image = binding.image != nullptr && *binding.image;
    if (wants_image && !has_image) return "the shader wants an image";
    if (!wants_image && !has_buffer) return "the shader wants a buffer";
    if (shader.reads && binding.access == Access::write) {
        return "the shader reads it and the pass declares only a write";
    }
    if (shader.writes && binding.access == Access::read) {
        return "the shader writes it and the pass declares only a read";
    }
    if (!wants_image) return range_fault(pipeline.device->properties(), shader.kind, binding);
    if (shader.kind == BindingKind::combined_sampler && binding.access != Access::read) {
        return "a sampled image can only be read";
    }
    return {};
}

std::string resource_name(const Binding& binding) {
    if (binding.buffer != nullptr && *binding.buffer) return binding.buffer->name();
    if (binding.image != nullptr && *binding.image) return binding.image->name();
    return "nothing";
}

void require_covers(const PipelineCore& pipeline, std::size_t index, const Binding& binding) {
    const ShaderBinding& shader = pipeline.bindings[index];
    const std::string fault = binding_fault(pipeline, shader, binding);
    if (fault.empty()) return;
    throw std::logic_error(fmt::format("pipeline '{}', binding {} ({}), '{}': {}", pipeline.name, index, shader.name,
                                       resource_name(binding), fault));
}

std::shared_ptr<Resource> resource_of(const Binding& binding) {
    if (binding.buffer != nullptr) return binding.buffer->core();
    return binding.image->core();
}

LoggedBarrier logged(const auto& barrier, std::uint64_t resource) {
    return {resource,
            barrier.srcStageMask,
            barrier.srcAccessMask,
            barrier.dstStageMask,
            barrier.dstAccessMask,
            VK_IMAGE_LAYOUT_UNDEFINED,
            VK_IMAGE_LAYOUT_UNDEFINED};
}

LoggedBarriers logged(const BarrierBatch& batch) {
    LoggedBarriers entry;
    if (batch.memory) entry.barriers.push_back(logged(*batch.memory, 0));
    for (std::size_t i = 0; i < batch.transitions.size(); ++i) {
        LoggedBarrier barrier = logged(batch.transitions[i], batch.transition_ids[i]);
        barrier.old_layout = batch.transitions[i].oldLayout;
        barrier.new_layout = batch.transitions[i].newLayout;
        entry.barriers.push_back(barrier);
    }
    return entry;
}

LoggedPass logged(std::string_view name, const std::vector<ResourceUse>& uses) {
    LoggedPass pass{std::string(name), {}};
    for (const auto& [resource, use] : uses) {
        pass.uses.push_back({resource->id, resource->name, use.stages, use.access, use.layout});
    }
    return pass;
}

}  // namespace

void PassUses::add(const std::shared_ptr<Resource>& resource, const Use& use) {
    const auto same = std::find_if(uses_.begin(), uses_.end(),
                                   [&](const ResourceUse& other) { return other.resource == resource.get(); });
    if (same == uses_.end()) {
        uses_.push_back({resource.get(), use});
        resources_.push_back(resource);
        return;
    }
    if (same->use.layout != use.layout) {
        throw std::logic_error("image '" + resource->name + "' is used in two layouts by one pass");
    }
    same->use.stages |= use.stages;
    same->use.access |= use.access;
}

void PassUses::clear() {
    uses_.clear();
    resources_.clear();
}

Recorder::State::State(Device& owner)
    : device(owner),
      pool(owner.command_pools().take()),
      descriptors(owner.handle()),
      timestamps(owner.handle(), owner.properties().is_software),
      trace(owner, timestamps) {}

Recorder::State::~State() {
    try {
        trace.report(scopes);
    } catch (const base::Error&) {
        // A device that is lost has no times.
        trace.abandon();
    }
    device.command_pools().give_back(pool);
}

void Recorder::State::enter_barriers(std::string_view name, std::uint64_t recording) {
    for (const std::shared_ptr<Resource>& resource : pass.resources()) {
        if (resource->recording == recording) continue;
        resource->recording = recording;
        touched.push_back({resource, resource->state});
    }
    device.tracker().pass(pass.uses(), batch);
    if (!batch.empty()) {
        auto info = make_structure<VkDependencyInfo>(VK_STRUCTURE_TYPE_DEPENDENCY_INFO);
        info.memoryBarrierCount = batch.memory ? 1 : 0;
        info.pMemoryBarriers = batch.memory ? &*batch.memory : nullptr;
        info.imageMemoryBarrierCount = static_cast<std::uint32_t>(batch.transitions.size());
        info.pImageMemoryBarriers = batch.transitions.data();
        vkCmdPipelineBarrier2(commands, &info);
    }
    if (device.keeps_hazard_log()) {
        if (!batch.empty()) log.emplace_back(logged(batch));
        log.emplace_back(logged(name, pass.uses()));
    }
    pass.clear();
}

void Recorder::State::declare(const PipelineCore& pipeline, std::span<const Binding> bindings,
                              std::span<const std::byte> push) {
    if (bindings.size() != pipeline.bindings.size()) {
        throw std::logic_error(fmt::format("pipeline '{}' has {} bindings, the pass gives {}", pipeline.name,
                                           pipeline.bindings.size(), bindings.size()));
    }
    if (push.size() != pipeline.push_bytes) {
        throw std::logic_error(fmt::format("pipeline '{}' has {} bytes of push constants, the pass gives {}",
                                           pipeline.name, pipeline.push_bytes, push.size()));
    }
    for (std::size_t i = 0; i < bindings.size(); ++i) require_covers(pipeline, i, bindings[i]);
    for (std::size_t i = 0; i < bindings.size(); ++i) {
        pass.add(resource_of(bindings[i]), use_of(pipeline, i, bindings[i].access));
    }
}

void Recorder::State::keep(const std::shared_ptr<PipelineCore>& pipeline, std::uint64_t recording) {
    if (pipeline->recording == recording) return;
    pipeline->recording = recording;
    pipelines.push_back(pipeline);
}

void Recorder::State::bind(const PipelineCore& pipeline, VkPipelineBindPoint point, std::span<const Binding> bindings,
                           std::span<const std::byte> push) {
    if (bound != pipeline.pipeline) {
        vkCmdBindPipeline(commands, point, pipeline.pipeline);
        bound = pipeline.pipeline;
    }
    if (!push.empty()) {
        vkCmdPushConstants(commands, pipeline.layout, pipeline.push_stages, 0, static_cast<std::uint32_t>(push.size()),
                           push.data());
    }
    if (bindings.empty()) return;
    const VkDescriptorSet set = descriptors.allocate(pipeline.set_layout);
    auto& [buffer_infos, image_infos, set_writes] = writes;
    buffer_infos.resize(bindings.size());
    image_infos.resize(bindings.size());
    set_writes.resize(bindings.size());
    for (std::uint32_t i = 0; i < bindings.size(); ++i) {
        const Binding& binding = bindings[i];
        const BindingKind kind = pipeline.bindings[i].kind;
        VkWriteDescriptorSet& write = set_writes[i];
        write = make_structure<VkWriteDescriptorSet>(VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET);
        write.dstSet = set;
        write.dstBinding = i;
        write.descriptorCount = 1;
        write.descriptorType = descriptor_type(kind);
        if (is_image(kind)) {
            const bool sampled = kind == BindingKind::combined_sampler;
            image_infos[i] = {sampled ? device.sampler(binding.filter) : VK_NULL_HANDLE,
                              sampled ? binding.image->view() : binding.image->storage_view(),
                              use_of(pipeline, i, binding.access).layout};
            write.pImageInfo = &image_infos[i];
        } else {
            buffer_infos[i] = {binding.buffer->handle(), binding.offset, bound_bytes(binding)};
            write.pBufferInfo = &buffer_infos[i];
        }
    }
    vkUpdateDescriptorSets(device.handle(), static_cast<std::uint32_t>(set_writes.size()), set_writes.data(), 0,
                           nullptr);
    vkCmdBindDescriptorSets(commands, point, pipeline.layout, 0, 1, &set, 0, nullptr);
}

void Recorder::State::forget_recording() {
    for (const Touched& one : touched) one.resource->state = one.before;
    touched.clear();
    pipelines.clear();
    scopes.clear();
    log.clear();
}

}  // namespace scorefield::gpu
