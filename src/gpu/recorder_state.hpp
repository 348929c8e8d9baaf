#pragma once

#include <vulkan/vulkan.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gpu/command_pools.hpp"
#include "gpu/descriptor_pools.hpp"
#include "gpu/recorder.hpp"
#include "gpu/recording_trace.hpp"
#include "gpu/timestamps.hpp"

namespace scorefield::gpu {

/// What a recording has touched, kept alive until it is submitted, and how it was before.
struct Touched {
    std::shared_ptr<Resource> resource;
    ResourceState before;
};

/// One pass being put together: the uses of its resources, each resource once.
class PassUses {
  public:
    /// Merges with an earlier use of the same resource; std::logic_error when an image would need two layouts.
    void add(const std::shared_ptr<Resource>& resource, const Use& use);
    void clear();
    const std::vector<ResourceUse>& uses() const { return uses_; }
    const std::vector<std::shared_ptr<Resource>>& resources() const { return resources_; }

  private:
    std::vector<ResourceUse> uses_;
    std::vector<std::shared_ptr<Resource>> resources_;
};

/// The descriptors of one pass, in memory that is kept for the next.
struct DescriptorWrites {
    std::vector<VkDescriptorBufferInfo> buffers;
    std::vector<VkDescriptorImageInfo> images;
    std::vector<VkWriteDescriptorSet> writes;
};

struct Recorder::State {
    explicit State(Device& owner);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    /// Records the barriers that the pass needs and notes it; the pass itself is recorded next.
    void enter_pass(std::string_view name, std::uint64_t recording) {
        trace.enter_pass(name);
        enter_barriers(name, recording);
    }
    /// The same for a pass that consists of barriers.
    void enter_barriers(std::string_view name, std::uint64_t recording);
    void bind(const PipelineCore& pipeline, VkPipelineBindPoint point, std::span<const Binding> bindings,
              std::span<const std::byte> push);
    void keep(const std::shared_ptr<PipelineCore>& pipeline, std::uint64_t recording);
    /// Adds to `pass` what the bindings declare, after checking it against the shader.
    void declare(const PipelineCore& pipeline, std::span<const Binding> bindings, std::span<const std::byte> push);
    void forget_recording();

    Device& device;
    const CommandPool pool;
    const VkCommandBuffer commands = pool.commands;
    DescriptorPools descriptors;
    Timestamps timestamps;
    RecordingTrace trace;
    VkPipeline bound = VK_NULL_HANDLE;

    PassUses pass;
    BarrierBatch batch;
    DescriptorWrites writes;
    std::vector<Touched> touched;
    std::vector<std::shared_ptr<PipelineCore>> pipelines;
    std::vector<NamedScope> scopes;
    std::size_t open_scopes = 0;
    std::vector<LogEntry> log;
};

}  // namespace scorefield::gpu
