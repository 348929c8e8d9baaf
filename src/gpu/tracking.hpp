#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace scorefield::gpu {

/// How a pass touches a resource.
struct Use {
    VkPipelineStageFlags2 stages = 0;
    VkAccessFlags2 access = 0;
    VkImageLayout layout = VK_IMAGE_LAYOUT_UNDEFINED;  ///< UNDEFINED for buffers
};

VkAccessFlags2 write_part(VkAccessFlags2 access);
VkAccessFlags2 read_part(VkAccessFlags2 access);

inline constexpr std::size_t kTrackedStageCount = 6;

/// The reads at one stage since the last write: the number of the latest pass.
struct PendingRead {
    VkPipelineStageFlags2 stage = 0;
    std::uint64_t pass = 0;
};

/// The reads of a resource since its last write, at most one per stage, in place: tracking allocates nothing.
class PendingReads {
  public:
    bool empty() const { return count_ == 0; }
    const PendingRead* begin() const { return reads_.data(); }
    const PendingRead* end() const { return reads_.data() + count_; }
    /// Notes a read at this one stage, in place of an earlier one there.
    void note(VkPipelineStageFlags2 stage, std::uint64_t pass);

  private:
    std::array<PendingRead, kTrackedStageCount> reads_{};
    std::size_t count_ = 0;
};

/// What has happened to a resource (whole buffer, whole image) on the queue so far, recorded work included.
struct ResourceState {
    VkPipelineStageFlags2 write_stages = 0;  ///< of the last write or layout transition; 0: never written
    std::uint64_t write_pass = 0;            ///< its number; a transition has that of the pass after it
    bool available = false;                  ///< the write needs no flush: it was a transition or an acquire
    VkPipelineStageFlags2 seen_stages = 0;   ///< to whom the transition itself showed the image,
    VkAccessFlags2 seen_access = 0;          ///< and through which accesses
    PendingReads reads;                      ///< since the last write
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

/// What to record before a pass, in one vkCmdPipelineBarrier2.
struct BarrierBatch {
    std::optional<VkMemoryBarrier2> memory;
    std::vector<VkImageMemoryBarrier2> transitions;
    std::vector<std::uint64_t> transition_ids;  ///< parallel to `transitions`, for the hazard log

    void clear();
    bool empty() const { return !memory && transitions.empty(); }
};

/// Derives barriers from declared uses, for one in-order queue and across submits. At most one memory barrier precedes
/// a pass: with accesses where something is read after it was written or overwritten without having been read,
/// execution only where all that is needed is that earlier reads have finished, and none where earlier barriers, made
/// for whatever resource, already order everything. Image barriers serve layout transitions only, and count for their
/// image only: the validation layer does not credit their execution dependency to other resources either.
class BarrierTracker {
  public:
    /// Fills `batch` with what the next pass needs before it, and notes that pass. A resource may occur only once in
    /// `uses`. std::logic_error for stages and accesses other than those of compute, vertex, fragment and transfer
    /// work, colour attachments and host reads.
    void pass(const std::vector<ResourceUse>& uses, BarrierBatch& batch);
    /// Notes that the image was handed over by a semaphore for which `stages` wait; its content is undefined.
    static void acquired(Resource& image, VkPipelineStageFlags2 stages);

    /// A recording starts; returns its number (from 1). Waits while one of another thread is open; std::logic_error
    /// while one of this thread is. It ends, by keep or abandon, on the thread that opened it.
    std::uint64_t open(const std::string& recorder);
    /// The open recording has been submitted.
    void keep();
    /// The open recording will never run: what its barriers implied is forgotten. (The recorder puts the states of the
    /// resources back.)
    void abandon();

  private:
    static constexpr std::size_t kStages = kTrackedStageCount;
    static constexpr std::size_t kReads = 6;
    template <class Value>
    using PerStages = std::array<std::array<Value, kStages>, kStages>;

    /// What all memory barriers so far imply, from a stage (first index) to later work at a stage (second index): each
    /// number is that of the latest pass for which it holds; it then holds for all earlier ones too.
    struct Order {
        PerStages<std::uint64_t> ordered{};                      ///< work has finished
        PerStages<std::uint64_t> available{};                    ///< and its writes are available
        PerStages<std::uint64_t> overwritable{};                 ///< and visible to writes
        PerStages<std::array<std::uint64_t, kReads>> visible{};  ///< and visible through this kind of read
        /// What had been available at the first stage is visible at the second through this kind of read.
        PerStages<std::array<std::uint64_t, kReads>> visible_if_available{};
    };

    void require(const Use& use, const ResourceState& state, VkMemoryBarrier2& barrier) const;
    bool sees_write(const ResourceState& state, const Use& use) const;
    bool follows_write(const ResourceState& state, const Use& use) const;
    VkPipelineStageFlags2 unfinished_reads(const ResourceState& state, VkPipelineStageFlags2 later) const;
    void apply(const VkMemoryBarrier2& barrier);
    void note(ResourceState& state, const Use& use) const;
    void close();

    std::uint64_t passes_ = 0;
    std::uint64_t recordings_ = 0;
    std::mutex open_mutex_;  ///< held while a recording is open
    std::atomic<std::thread::id> open_by_;
    std::string open_recorder_;
    Order order_;
    Order order_at_open_;
};

}  // namespace scorefield::gpu
