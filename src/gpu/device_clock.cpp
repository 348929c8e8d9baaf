#include "gpu/device_clock.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "gpu/enumerate.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

/// Between two comparisons of the clocks, which drift apart by some millionths.
constexpr std::int64_t kCalibrationInterval = 100'000'000;  // nanoseconds

std::int64_t host_nanoseconds() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace

std::int64_t ClockOffset::nanoseconds(std::uint64_t ticks) {
    if (!reference_) reference_ = ticks;
    const std::uint64_t forward = (ticks - *reference_) & mask_;
    const std::uint64_t backward = (*reference_ - ticks) & mask_;
    const bool is_later = forward <= backward;
    const double distance = tick_nanoseconds_ * static_cast<double>(is_later ? forward : backward);
    const std::int64_t result = at_reference_ + (is_later ? 1 : -1) * static_cast<std::int64_t>(distance);
    // A reference far in the past would be ambiguous.
    if (is_later && forward > mask_ / 4) {
        reference_ = ticks;
        at_reference_ = result;
    }
    return result;
}

std::int64_t ClockOffset::fit(const Interval& device, const Interval& bounds) {
    const std::int64_t least = bounds.begin - device.begin;
    const std::int64_t most = bounds.end - device.end;
    // Completion is seen soon after the end: at first this is the better bound.
    offset_ = std::max(least, std::min(most, offset_.value_or(most)));
    return *offset_;
}

bool DeviceClock::can_calibrate(VkInstance instance, VkPhysicalDevice physical) {
    const auto get_domains = reinterpret_cast<PFN_vkGetPhysicalDeviceCalibrateableTimeDomainsEXT>(
        vkGetInstanceProcAddr(instance, "vkGetPhysicalDeviceCalibrateableTimeDomainsEXT"));
    if (get_domains == nullptr) return false;
    const auto domains = enumerate<VkTimeDomainEXT>(
        "vkGetPhysicalDeviceCalibrateableTimeDomainsEXT",
        [&](std::uint32_t* count, VkTimeDomainEXT* list) { return get_domains(physical, count, list); });
    const auto has = [&](VkTimeDomainEXT domain) { return std::ranges::find(domains, domain) != domains.end(); };
    return has(VK_TIME_DOMAIN_DEVICE_EXT) && has(VK_TIME_DOMAIN_CLOCK_MONOTONIC_EXT);
}

DeviceClock::DeviceClock(VkDevice device, const DeviceProperties& properties, bool calibrates)
    : device_(device), offset_(properties) {
    if (!calibrates) return;
    get_timestamps_ =
        reinterpret_cast<PFN_vkGetCalibratedTimestampsEXT>(vkGetDeviceProcAddr(device, "vkGetCalibratedTimestampsEXT"));
}

/// Under the mutex.
void DeviceClock::calibrate() {
    if (get_timestamps_ == nullptr) return;
    const std::int64_t now = host_nanoseconds();
    if (calibrated_at_ != 0 && now - calibrated_at_ < kCalibrationInterval) return;
    std::array<VkCalibratedTimestampInfoEXT, 2> infos = {
        make_structure<VkCalibratedTimestampInfoEXT>(VK_STRUCTURE_TYPE_CALIBRATED_TIMESTAMP_INFO_EXT),
        make_structure<VkCalibratedTimestampInfoEXT>(VK_STRUCTURE_TYPE_CALIBRATED_TIMESTAMP_INFO_EXT)};
    infos[0].timeDomain = VK_TIME_DOMAIN_DEVICE_EXT;
    infos[1].timeDomain = VK_TIME_DOMAIN_CLOCK_MONOTONIC_EXT;
    std::array<std::uint64_t, 2> times{};
    std::uint64_t deviation = 0;
    // A comparison that fails leaves the last one in force.
    if (get_timestamps_(device_, 2, infos.data(), times.data(), &deviation) != VK_SUCCESS) return;
    offset_.calibrate(offset_.nanoseconds(times[0]), static_cast<std::int64_t>(times[1]));
    calibrated_at_ = now;
}

DeviceClock::Placement::Placement(DeviceClock& clock, std::uint64_t first, std::uint64_t last, const Interval& bounds)
    : lock_(clock.mutex_), clock_(clock.offset_), bounds_(bounds) {
    clock.calibrate();
    offset_ = clock_.fit({clock_.nanoseconds(first), clock_.nanoseconds(last)}, bounds);
}

std::int64_t DeviceClock::Placement::at(std::uint64_t ticks) {
    return std::clamp(clock_.nanoseconds(ticks) + offset_, bounds_.begin, std::max(bounds_.begin, bounds_.end));
}

}  // namespace scorefield::gpu
