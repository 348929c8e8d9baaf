#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace scorefield::gpu {

/// How a pass touches a resource.
struct Use {
    VkPipelineStageFlags2 stages = 0;
    VkAccessFlags2 access = 0;
    VkImageLayout layout = VK_IMAGE_LAYOUT_UNDEFINED;  ///< UNDEFINED for buffers
};

bool is_write(VkAccessFlags2 access);
bool is_read(VkAccessFlags2 access);

/// Which stages may already see the last write, and through which accesses.
struct Visibility {
    VkPipelineStageFlags2 stages = 0;
    VkAccessFlags2 access = 0;
};

/// The reads at one stage since the last write: the pass number of the latest.
struct PendingRead {
    VkPipelineStageFlags2 stage = 0;
    std::uint64_t pass = 0;
};

/// What has happened to a resource (whole buffer, whole image) on the queue so far, recorded work included.
struct ResourceState {
    VkPipelineStageFlags2 write_stages = 0;  ///< of the last write; 0: never written
    VkAccessFlags2 write_access = 0;         ///< what is not yet available of it; 0 after a layout transition
    std::vector<Visibility> visible;         ///< to whom barriers have shown the last write
    std::vector<PendingRead> reads;          ///< since the last write
    VkImageLayout layout = VK_IMAGE_LAYOUT_UNDEFINED;
};

/// What buffers and images have in common for recorder and tracker.
struct Resource {
    std::uint64_t id = 0;
    std::string name;
    VkBuffer buffer = VK_NULL_HANDLE;
    VkImage image = VK_NULL_HANDLE;
    std::uint64_t recording = 0;  ///< the recording that last touched it (recorders keep it alive once per recording)
    ResourceState state;

    Resource() = default;
    Resource(const Resource&) = delete;
    Resource& operator=(const Resource&) = delete;
    virtual ~Resource() = default;
};

struct ResourceUse {
    Resource* resource = nullptr;
    Use use;
};

/// The barriers to record before a pass: at most one vkCmdPipelineBarrier2.
struct BarrierBatch {
    std::vector<VkMemoryBarrier2> memory;
    std::vector<VkBufferMemoryBarrier2> buffers;
    std::vector<VkImageMemoryBarrier2> images;
    std::vector<std::uint64_t> buffer_ids;  ///< parallel to `buffers`, for the hazard log
    std::vector<std::uint64_t> image_ids;   ///< parallel to `images`

    void clear();
    bool empty() const { return memory.empty() && buffers.empty() && images.empty(); }
};

/// Derives barriers from declared uses, for one in-order queue and across submits. Read after write and write after
/// write get a memory barrier on the resource; write after read only an execution dependency, and none at all where
/// earlier barriers, of whatever resource, already imply it.
class BarrierTracker {
  public:
    /// Fills `batch` with what the next pass needs before it, and notes that pass. A resource may occur only once in
    /// `uses`.
    void pass(const std::vector<ResourceUse>& uses, BarrierBatch& batch);
    /// Notes that the image was handed over by a semaphore for which `stages` wait; its content is undefined.
    static void acquired(Resource& image, VkPipelineStageFlags2 stages);

    /// A recording starts; returns its number (from 1). std::logic_error while another one is open.
    std::uint64_t open(const std::string& recorder);
    /// The open recording has been submitted.
    void keep();
    /// The open recording will never run: what its passes implied for the order of stages is forgotten. (The recorder
    /// puts the states of the resources back.)
    void abandon();

  private:
    /// order[a][b]: all passes up to this number are ordered, at stage a, before later work at stage b.
    using Order = std::array<std::array<std::uint64_t, 40>, 40>;

    static void apply(const Order& before, VkPipelineStageFlags2 src, VkPipelineStageFlags2 dst, std::uint64_t pass,
                      Order& after);
    void execution_dependencies(const std::vector<ResourceUse>& uses, BarrierBatch& batch) const;
    bool ordered(const PendingRead& read, VkPipelineStageFlags2 later) const;
    void note(Resource& resource, const Use& use) const;

    std::uint64_t passes_ = 0;
    std::uint64_t recordings_ = 0;
    std::string open_recorder_;  ///< empty: none
    Order order_{};
    Order order_at_open_{};
};

}  // namespace scorefield::gpu
