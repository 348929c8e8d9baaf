#include "gpu/device_clock.hpp"

#include <gtest/gtest.h>

namespace scorefield::gpu {
namespace {

DeviceProperties with_clock(std::uint64_t mask, double tick_seconds) {
    DeviceProperties device;
    device.timestamp_mask = mask;
    device.timestamp_seconds = tick_seconds;
    return device;
}

// A queue of 36 valid bits whose clock ticks every 2 ns begins again after 137 s.
TEST(ClockOffset, CountsOnWhenTheCounterBeginsAgain) {
    const std::uint64_t mask = (std::uint64_t{1} << 36) - 1;
    ClockOffset clock(with_clock(mask, 2e-9));
    EXPECT_EQ(clock.nanoseconds(mask - 9), 0);
    EXPECT_EQ(clock.nanoseconds(mask - 19), -20);
    EXPECT_EQ(clock.nanoseconds(5), 30);
    std::int64_t expected = 30;
    std::uint64_t ticks = 5;
    for (int i = 0; i < 20; ++i) {  // twice around, 0.1 of it at a time
        const std::uint64_t tenth = (mask + 1) / 10;
        ticks = (ticks + tenth) & mask;
        expected += 2 * static_cast<std::int64_t>(tenth);
        EXPECT_EQ(clock.nanoseconds(ticks), expected);
    }
}

TEST(ClockOffset, PutsSubmissionsBetweenSubmitAndCompletion) {
    ClockOffset clock(with_clock(~std::uint64_t{0}, 1e-9));
    // At first, a submission ends when that is seen.
    EXPECT_EQ(clock.fit({100, 200}, {1000, 1500}), 1300);
    // The next one fits there, too.
    EXPECT_EQ(clock.fit({300, 400}, {1550, 2000}), 1300);
    // This one is seen earlier, by 10.
    EXPECT_EQ(clock.fit({500, 600}, {1700, 1890}), 1290);
    // Nothing begins before it is submitted.
    EXPECT_EQ(clock.fit({700, 800}, {2000, 2500}), 1300);
    // A clock that runs faster than the host's: from its begin on.
    EXPECT_EQ(clock.fit({900, 1900}, {2250, 3000}), 1350);
}

TEST(ClockOffset, PrefersACalibration) {
    ClockOffset clock(with_clock(~std::uint64_t{0}, 1e-9));
    clock.calibrate(0, 1100);
    EXPECT_EQ(clock.fit({100, 200}, {1000, 1500}), 1100);
    // It cannot be quite right where it contradicts the bounds.
    EXPECT_EQ(clock.fit({300, 400}, {1405, 2000}), 1105);
}

}  // namespace
}  // namespace scorefield::gpu
