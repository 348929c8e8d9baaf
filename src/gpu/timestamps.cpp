#include "gpu/timestamps.hpp"

#include <algorithm>

#include "gpu/check.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

constexpr std::uint32_t kPerPool = 256;

}  // namespace

double seconds_between(std::uint64_t start, std::uint64_t end, const DeviceProperties& device) {
    return static_cast<double>((end - start) & device.timestamp_mask) * device.timestamp_seconds;
}

Timestamps::~Timestamps() {
    for (const VkQueryPool pool : pools_) vkDestroyQueryPool(device_, pool, nullptr);
}

void Timestamps::reset(VkCommandBuffer commands) {
    for (const VkQueryPool pool : pools_) vkCmdResetQueryPool(commands, pool, 0, kPerPool);
    reserved_ = 0;
}

std::size_t Timestamps::reserve(VkCommandBuffer commands) {
    if (reserved_ == pools_.size() * kPerPool) {
        auto info = make_structure<VkQueryPoolCreateInfo>(VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO);
        info.queryType = VK_QUERY_TYPE_TIMESTAMP;
        info.queryCount = kPerPool;
        VkQueryPool pool = VK_NULL_HANDLE;
        check(vkCreateQueryPool(device_, &info, nullptr, &pool), "vkCreateQueryPool");
        pools_.push_back(pool);
        vkCmdResetQueryPool(commands, pool, 0, kPerPool);
    }
    return reserved_++;
}

void Timestamps::write(VkCommandBuffer commands, std::size_t number) const {
    vkCmdWriteTimestamp2(commands, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, pools_[number / kPerPool],
                         static_cast<std::uint32_t>(number % kPerPool));
    if (!settle_) return;
    const auto barrier = make_structure<VkMemoryBarrier2>(VK_STRUCTURE_TYPE_MEMORY_BARRIER_2);
    auto dependency = make_structure<VkDependencyInfo>(VK_STRUCTURE_TYPE_DEPENDENCY_INFO);
    dependency.memoryBarrierCount = 1;
    dependency.pMemoryBarriers = &barrier;
    vkCmdPipelineBarrier2(commands, &dependency);
}

std::vector<std::uint64_t> Timestamps::read() const {
    std::vector<std::uint64_t> ticks(reserved_);
    for (std::size_t first = 0; first < reserved_; first += kPerPool) {
        const std::size_t count = std::min<std::size_t>(kPerPool, reserved_ - first);
        check(vkGetQueryPoolResults(device_, pools_[first / kPerPool], 0, static_cast<std::uint32_t>(count),
                                    count * sizeof(std::uint64_t), ticks.data() + first, sizeof(std::uint64_t),
                                    VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT),
              "vkGetQueryPoolResults");
    }
    return ticks;
}

}  // namespace scorefield::gpu
