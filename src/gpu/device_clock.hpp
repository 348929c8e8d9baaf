#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>
#include <mutex>
#include <optional>

#include "gpu/device.hpp"

namespace scorefield::gpu {

/// An interval of time in nanoseconds.
struct Interval {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

/// Puts times of a device on the host's clock. What is known without a common clock: a submission begins after it was
/// submitted, and ends before its completion was seen.
class ClockOffset {
  public:
    explicit ClockOffset(const DeviceProperties& device)
        : tick_nanoseconds_(1e9 * device.timestamp_seconds), mask_(device.timestamp_mask) {}

    /// Nanoseconds from the first tick that was asked for to this one. Ticks begin again at 0 after the mask.
    std::int64_t nanoseconds(std::uint64_t ticks);
    /// The device's clock was at `device` when the host's was at `host`, in nanoseconds.
    void calibrate(std::int64_t device, std::int64_t host) { offset_ = host - device; }
    /// What to add to times of the device so that a submission with these first and last times lies within its bounds
    /// on the host's clock. Where it is too long for them, it begins where they do.
    std::int64_t fit(const Interval& device, const Interval& bounds);

  private:
    double tick_nanoseconds_;
    std::uint64_t mask_;
    std::optional<std::uint64_t> reference_;  ///< a tick not long ago
    std::int64_t at_reference_ = 0;
    std::optional<std::int64_t> offset_;
};

/// The clock of a device's timestamps, compared with the host's (`std::chrono::steady_clock`) again and again where the
/// device offers VK_EXT_calibrated_timestamps. Usable from several threads.
class DeviceClock {
  public:
    /// Whether the device can compare its clock with that of std::chrono::steady_clock.
    static bool can_calibrate(VkInstance instance, VkPhysicalDevice physical);

    /// `calibrates`: the extension is enabled.
    DeviceClock(VkDevice device, const DeviceProperties& properties, bool calibrates);

    /// Where on the host's clock these ticks are, in nanoseconds: in their order, within the bounds of the submission
    /// that took them. `first` and `last` are its first and last ticks.
    class Placement {
      public:
        Placement(DeviceClock& clock, std::uint64_t first, std::uint64_t last, const Interval& bounds);
        std::int64_t at(std::uint64_t ticks);

      private:
        std::unique_lock<std::mutex> lock_;
        ClockOffset& clock_;
        Interval bounds_;
        std::int64_t offset_ = 0;
    };

  private:
    void calibrate();

    VkDevice device_;
    PFN_vkGetCalibratedTimestampsEXT get_timestamps_ = nullptr;  ///< null: cannot be compared
    std::mutex mutex_;
    ClockOffset offset_;
    std::int64_t calibrated_at_ = 0;
};

}  // namespace scorefield::gpu
