#include "gpu/pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "gpu/check.hpp"
#include "gpu/device.hpp"
#include "gpu/shared_pipelines.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

struct Stage {
    VkShaderStageFlagBits bit;
    VkPipelineStageFlags2 pipeline_stage;
    std::span<const std::uint32_t> spirv;
    ShaderInterface interface;
};

/// A shader module that lives while a pipeline is made of it.
class ShaderModule {
  public:
    ShaderModule(VkDevice device, std::span<const std::uint32_t> spirv) : device_(device) {
        auto info = make_structure<VkShaderModuleCreateInfo>(VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO);
        info.codeSize = spirv.size_bytes();
        info.pCode = spirv.data();
        check(vkCreateShaderModule(device, &info, nullptr, &module_), "vkCreateShaderModule");
    }
    ~ShaderModule() { vkDestroyShaderModule(device_, module_, nullptr); }
    ShaderModule(const ShaderModule&) = delete;
    ShaderModule& operator=(const ShaderModule&) = delete;
    VkShaderModule handle() const { return module_; }

  private:
    VkDevice device_;
    VkShaderModule module_ = VK_NULL_HANDLE;
};

/// The constants of id 0 … n−1 that this shader has.
class Specialization {
  public:
    Specialization(const ShaderInterface& interface, const std::vector<std::uint32_t>& values) {
        for (const SpecializationConstant& constant : interface.specialization) {
            if (constant.id >= values.size()) continue;
            entries_.push_back({constant.id, constant.id * 4, 4});
        }
        info_.mapEntryCount = static_cast<std::uint32_t>(entries_.size());
        info_.pMapEntries = entries_.data();
        info_.dataSize = values.size() * 4;
        info_.pData = values.data();
    }
    Specialization(const Specialization&) = delete;
    Specialization& operator=(const Specialization&) = delete;
    const VkSpecializationInfo* info() const { return &info_; }

  private:
    std::vector<VkSpecializationMapEntry> entries_;
    VkSpecializationInfo info_{};
};

void require_constants(const std::string& name, const ShaderInterface& interface, std::size_t count) {
    for (std::uint32_t id = 0; id < count; ++id) {
        const bool known = std::any_of(interface.specialization.begin(), interface.specialization.end(),
                                       [id](const SpecializationConstant& constant) { return constant.id == id; });
        if (!known) throw std::logic_error(fmt::format("pipeline '{}': its shader has no constant_id {}", name, id));
    }
}

/// Merges the stages' bindings into the core; they must be numbered without gaps and agree in kind.
std::vector<VkShaderStageFlags> merge_bindings(PipelineCore& core, std::span<const Stage> stages) {
    struct Merged {
        ShaderBinding binding;
        VkPipelineStageFlags2 pipeline_stages = 0;
        VkShaderStageFlags shader_stages = 0;
    };
    std::map<std::uint32_t, Merged> merged;
    for (const Stage& stage : stages) {
        for (const ShaderBinding& binding : stage.interface.bindings) {
            Merged& entry = merged.try_emplace(binding.binding, Merged{binding}).first->second;
            if (entry.binding.kind != binding.kind) {
                throw std::logic_error(
                    fmt::format("pipeline '{}': its shaders disagree about binding {}", core.name, binding.binding));
            }
            entry.binding.reads = entry.binding.reads || binding.reads;
            entry.binding.writes = entry.binding.writes || binding.writes;
            entry.pipeline_stages |= stage.pipeline_stage;
            entry.shader_stages |= static_cast<VkShaderStageFlags>(stage.bit);
        }
        if (stage.interface.push_constant_bytes > 0) core.push_stages |= static_cast<VkShaderStageFlags>(stage.bit);
        core.push_bytes = std::max(core.push_bytes, stage.interface.push_constant_bytes);
    }
    std::vector<VkShaderStageFlags> shader_stages;
    for (const auto& [number, entry] : merged) {
        if (number != core.bindings.size()) {
            throw std::logic_error(
                fmt::format("pipeline '{}': binding {} is missing", core.name, core.bindings.size()));
        }
        core.bindings.push_back(entry.binding);
        core.binding_stages.push_back(entry.pipeline_stages);
        shader_stages.push_back(entry.shader_stages);
    }
    return shader_stages;
}

void make_layout(PipelineCore& core, std::span<const Stage> stages) {
    const std::vector<VkShaderStageFlags> shader_stages = merge_bindings(core, stages);
    if (core.push_bytes > core.device->properties().max_push_constant_bytes) {
        throw std::logic_error(fmt::format("pipeline '{}': {} bytes of push constants, the device has {}", core.name,
                                           core.push_bytes, core.device->properties().max_push_constant_bytes));
    }
    std::vector<VkDescriptorSetLayoutBinding> bindings;
    for (std::size_t i = 0; i < core.bindings.size(); ++i) {
        bindings.push_back(
            {core.bindings[i].binding, descriptor_type(core.bindings[i].kind), 1, shader_stages[i], nullptr});
    }
    auto set_info =
        make_structure<VkDescriptorSetLayoutCreateInfo>(VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO);
    set_info.bindingCount = static_cast<std::uint32_t>(bindings.size());
    set_info.pBindings = bindings.data();
    const VkDevice device = core.device->handle();
    check(vkCreateDescriptorSetLayout(device, &set_info, nullptr, &core.set_layout), "vkCreateDescriptorSetLayout");

    const VkPushConstantRange push{core.push_stages, 0, core.push_bytes};
    auto info = make_structure<VkPipelineLayoutCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO);
    info.setLayoutCount = 1;
    info.pSetLayouts = &core.set_layout;
    info.pushConstantRangeCount = core.push_bytes > 0 ? 1 : 0;
    info.pPushConstantRanges = &push;
    check(vkCreatePipelineLayout(device, &info, nullptr, &core.layout), "vkCreatePipelineLayout");
}

VkPipelineShaderStageCreateInfo stage_info(VkShaderStageFlagBits stage, const ShaderModule& module,
                                           const VkSpecializationInfo* specialization) {
    auto info = make_structure<VkPipelineShaderStageCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO);
    info.stage = stage;
    info.module = module.handle();
    info.pName = "main";
    info.pSpecializationInfo = specialization;
    return info;
}

void require_workgroup_fits(const std::string& name, const std::array<std::uint32_t, 3>& size,
                            const DeviceProperties& device) {
    const std::uint64_t invocations = std::uint64_t{size[0]} * size[1] * size[2];
    bool fits = invocations > 0 && invocations <= device.max_workgroup_invocations;
    for (std::size_t axis = 0; axis < 3; ++axis) fits = fits && size[axis] <= device.max_workgroup_size[axis];
    if (fits) return;
    throw std::logic_error(
        fmt::format("pipeline '{}': a workgroup of {}x{}x{} exceeds maxComputeWorkGroupInvocations ({}) "
                    "or maxComputeWorkGroupSize of {}",
                    name, size[0], size[1], size[2], device.max_workgroup_invocations, device.name));
}

VkPipelineColorBlendAttachmentState blend_state(Blend blend) {
    VkPipelineColorBlendAttachmentState state{};
    state.blendEnable = blend == Blend::none ? VK_FALSE : VK_TRUE;
    state.srcColorBlendFactor = VK_BLEND_FACTOR_ONE;
    state.dstColorBlendFactor = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA;
    state.srcAlphaBlendFactor = state.srcColorBlendFactor;
    state.dstAlphaBlendFactor = state.dstColorBlendFactor;
    state.colorWriteMask =
        VK_COLOR_COMPONENT_R_BIT | VK_COLOR_COMPONENT_G_BIT | VK_COLOR_COMPONENT_B_BIT | VK_COLOR_COMPONENT_A_BIT;
    return state;
}

void make_graphics_pipeline(PipelineCore& core, const std::array<VkPipelineShaderStageCreateInfo, 2>& stages,
                            Blend blending, VkFormat format) {
    const auto vertices =
        make_structure<VkPipelineVertexInputStateCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO);
    auto assembly = make_structure<VkPipelineInputAssemblyStateCreateInfo>(
        VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO);
    assembly.topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST;
    auto viewport =
        make_structure<VkPipelineViewportStateCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO);
    viewport.viewportCount = 1;
    viewport.scissorCount = 1;
    auto raster = make_structure<VkPipelineRasterizationStateCreateInfo>(
        VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO);
    raster.polygonMode = VK_POLYGON_MODE_FILL;
    raster.cullMode = VK_CULL_MODE_NONE;
    raster.lineWidth = 1.0F;
    auto samples =
        make_structure<VkPipelineMultisampleStateCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO);
    samples.rasterizationSamples = VK_SAMPLE_COUNT_1_BIT;
    const VkPipelineColorBlendAttachmentState attachment = blend_state(blending);
    auto blend =
        make_structure<VkPipelineColorBlendStateCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO);
    blend.attachmentCount = 1;
    blend.pAttachments = &attachment;
    const std::array dynamic_states = {VK_DYNAMIC_STATE_VIEWPORT, VK_DYNAMIC_STATE_SCISSOR};
    auto dynamic =
        make_structure<VkPipelineDynamicStateCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO);
    dynamic.dynamicStateCount = static_cast<std::uint32_t>(dynamic_states.size());
    dynamic.pDynamicStates = dynamic_states.data();
    auto rendering = make_structure<VkPipelineRenderingCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_RENDERING_CREATE_INFO);
    rendering.colorAttachmentCount = 1;
    rendering.pColorAttachmentFormats = &format;

    auto info = make_structure<VkGraphicsPipelineCreateInfo>(VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO);
    info.pNext = &rendering;
    info.stageCount = static_cast<std::uint32_t>(stages.size());
    info.pStages = stages.data();
    info.pVertexInputState = &vertices;
    info.pInputAssemblyState = &assembly;
    info.pViewportState = &viewport;
    info.pRasterizationState = &raster;
    info.pMultisampleState = &samples;
    info.pColorBlendState = &blend;
    info.pDynamicState = &dynamic;
    info.layout = core.layout;
    check(vkCreateGraphicsPipelines(core.device->handle(), core.device->pipeline_cache(), 1, &info, nullptr,
                                    &core.pipeline),
          "vkCreateGraphicsPipelines");
}

std::shared_ptr<PipelineCore> make_compute_pipeline(Device& device, const std::string& name,
                                                    std::span<const std::uint32_t> spirv,
                                                    const std::vector<std::uint32_t>& specialization) {
    const Stage stage{VK_SHADER_STAGE_COMPUTE_BIT, VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, spirv, reflect(spirv)};
    require_constants(name, stage.interface, specialization.size());
    const std::array<std::uint32_t, 3> local_size = stage.interface.specialized_local_size(specialization);
    require_workgroup_fits(name, local_size, device.properties());
    auto core = std::make_shared<PipelineCore>(device);
    core->name = name;
    core->local_size = local_size;
    make_layout(*core, {&stage, 1});

    const ShaderModule module(device.handle(), spirv);
    const Specialization constants(stage.interface, specialization);
    auto info = make_structure<VkComputePipelineCreateInfo>(VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO);
    info.stage = stage_info(stage.bit, module, constants.info());
    info.layout = core->layout;
    check(vkCreateComputePipelines(device.handle(), device.pipeline_cache(), 1, &info, nullptr, &core->pipeline),
          "vkCreateComputePipelines");
    device.set_name(VK_OBJECT_TYPE_PIPELINE, object_number(core->pipeline), name);
    return core;
}

}  // namespace

VkDescriptorType descriptor_type(BindingKind kind) {
    switch (kind) {
        case BindingKind::storage_buffer:
            return VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
        case BindingKind::uniform_buffer:
            return VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER;
        case BindingKind::storage_image:
            return VK_DESCRIPTOR_TYPE_STORAGE_IMAGE;
        default:
            return VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
    }
}

PipelineCore::~PipelineCore() {
    device->retire([owner = device, old_pipeline = pipeline, old_layout = layout, old_set_layout = set_layout] {
        vkDestroyPipeline(owner->handle(), old_pipeline, nullptr);
        vkDestroyPipelineLayout(owner->handle(), old_layout, nullptr);
        vkDestroyDescriptorSetLayout(owner->handle(), old_set_layout, nullptr);
    });
}

ComputePipeline::ComputePipeline(Device& device, const std::string& name, std::span<const std::uint32_t> spirv,
                                 const std::vector<std::uint32_t>& specialization)
    : core_(device.pipelines().find_or_make({name, specialization, {spirv.begin(), spirv.end()}}, [&] {
          return make_compute_pipeline(device, name, spirv, specialization);
      })) {}

GraphicsPipeline::GraphicsPipeline(Device& device, const std::string& name, std::span<const std::uint32_t> vertex_spirv,
                                   std::span<const std::uint32_t> fragment_spirv, Blend blend, VkFormat format,
                                   const std::vector<std::uint32_t>& fragment_specialization) {
    const std::array stages = {
        Stage{VK_SHADER_STAGE_VERTEX_BIT, VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT, vertex_spirv, reflect(vertex_spirv)},
        Stage{VK_SHADER_STAGE_FRAGMENT_BIT, VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT, fragment_spirv,
              reflect(fragment_spirv)}};
    require_constants(name, stages[1].interface, fragment_specialization.size());
    core_ = std::make_shared<PipelineCore>(device);
    core_->name = name;
    make_layout(*core_, stages);

    const Specialization constants(stages[1].interface, fragment_specialization);
    const ShaderModule vertex(device.handle(), vertex_spirv);
    const ShaderModule fragment(device.handle(), fragment_spirv);
    make_graphics_pipeline(
        *core_, {stage_info(stages[0].bit, vertex, nullptr), stage_info(stages[1].bit, fragment, constants.info())},
        blend, format);
    device.set_name(VK_OBJECT_TYPE_PIPELINE, object_number(core_->pipeline), name);
}

}  // namespace scorefield::gpu
