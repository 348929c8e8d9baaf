#pragma once

#include <vulkan/vulkan.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gpu/device.hpp"

namespace scorefield::gpu {

/// Seconds from one timestamp of the device to a later one. Timestamps begin again at 0 after `timestamp_mask`: right
/// while at most one turn lies between the two.
double seconds_between(std::uint64_t start, std::uint64_t end, const DeviceProperties& device);

/// Numbered timestamps of one recording after another: query pools are added as needed and kept.
class Timestamps {
  public:
    /// `settle`: put an empty barrier after each timestamp. Software devices take a time only when a barrier makes them
    /// work off their queue, which may be after the work that follows.
    Timestamps(VkDevice device, bool settle) : device_(device), settle_(settle) {}
    ~Timestamps();
    Timestamps(const Timestamps&) = delete;
    Timestamps& operator=(const Timestamps&) = delete;

    /// Forgets all timestamps; records their reset.
    void reset(VkCommandBuffer commands);
    /// The next number; must be called outside rendering.
    std::size_t reserve(VkCommandBuffer commands);
    /// Records: when everything before has finished, note the time under this number.
    void write(VkCommandBuffer commands, std::size_t number) const;
    /// Ticks of all reserved timestamps, which must have been written and completed.
    std::vector<std::uint64_t> read() const;

  private:
    VkDevice device_;
    bool settle_;
    std::vector<VkQueryPool> pools_;
    std::size_t reserved_ = 0;
};

}  // namespace scorefield::gpu
