#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gpu/shader_reflection.hpp"

namespace scorefield::gpu {

class Device;

VkDescriptorType descriptor_type(BindingKind kind);

/// What dispatches and draws need of a pipeline. Kept alive by recordings that use it.
struct PipelineCore {
    explicit PipelineCore(Device& owner) : device(&owner) {}
    ~PipelineCore();
    PipelineCore(const PipelineCore&) = delete;
    PipelineCore& operator=(const PipelineCore&) = delete;

    Device* device;
    std::string name;
    VkPipeline pipeline = VK_NULL_HANDLE;
    VkPipelineLayout layout = VK_NULL_HANDLE;
    VkDescriptorSetLayout set_layout = VK_NULL_HANDLE;
    /// One per binding: the stages that use it and the union of what they do.
    std::vector<ShaderBinding> bindings;
    std::vector<VkPipelineStageFlags2> binding_stages;
    VkShaderStageFlags push_stages = 0;
    std::uint32_t push_bytes = 0;
    std::array<std::uint32_t, 3> local_size = {1, 1, 1};  ///< of a compute shader
    std::uint64_t recording = 0;                          ///< as Resource::recording
};

/// A compute shader ready to run; its layout comes from the SPIR-V. Bindings must be numbered 0 … n−1 in set 0. Equal
/// pipelines of a device share what the driver has compiled, see SharedPipelines.
class ComputePipeline {
  public:
    ComputePipeline() = default;
    /// `specialization[i]` is the 32-bit value of constant_id i. Throws std::logic_error when the shader has no
    /// constant with such an id, its bindings have gaps, or its workgroup exceeds the device's limits (named).
    ComputePipeline(Device& device, const std::string& name, std::span<const std::uint32_t> spirv,
                    const std::vector<std::uint32_t>& specialization = {});

    explicit operator bool() const { return core_ != nullptr; }
    const std::string& name() const { return core_->name; }
    /// Invocations per workgroup along x, y, z, specialization applied. Not of an empty pipeline.
    const std::array<std::uint32_t, 3>& local_size() const { return core_->local_size; }
    const std::shared_ptr<PipelineCore>& core() const { return core_; }

  private:
    std::shared_ptr<PipelineCore> core_;
};

/// none: replaces; alpha: colours with premultiplied alpha go over what is there.
enum class Blend { none, alpha };

/// Vertex and fragment shader for drawing triangles onto one image of a format by dynamic rendering. Vertices are
/// pulled from storage buffers by gl_VertexIndex; both shaders share set 0 and the push constants. No culling, no
/// depth. `fragment_specialization`: values of the fragment shader's constants 0, 1, ….
class GraphicsPipeline {
  public:
    GraphicsPipeline() = default;
    GraphicsPipeline(Device& device, const std::string& name, std::span<const std::uint32_t> vertex_spirv,
                     std::span<const std::uint32_t> fragment_spirv, Blend blend,
                     VkFormat format = VK_FORMAT_R8G8B8A8_UNORM,
                     const std::vector<std::uint32_t>& fragment_specialization = {});

    explicit operator bool() const { return core_ != nullptr; }
    const std::string& name() const { return core_->name; }
    const std::shared_ptr<PipelineCore>& core() const { return core_; }

  private:
    std::shared_ptr<PipelineCore> core_;
};

}  // namespace scorefield::gpu
