#include "gpu/timestamps.hpp"

#include <gtest/gtest.h>

namespace scorefield::gpu {
namespace {

// A queue of 36 valid bits whose clock ticks every 2 ns.
TEST(Timestamps, TimesAreRightWhenTheCounterBeginsAgain) {
    DeviceProperties device;
    device.timestamp_mask = (std::uint64_t{1} << 36) - 1;
    device.timestamp_seconds = 2e-9;
    const std::uint64_t last = device.timestamp_mask;
    EXPECT_DOUBLE_EQ(seconds_between(100, 150, device), 100e-9);
    EXPECT_DOUBLE_EQ(seconds_between(last - 9, 5, device), 30e-9);
    EXPECT_DOUBLE_EQ(seconds_between(7, 7, device), 0);
    device.timestamp_mask = ~std::uint64_t{0};
    EXPECT_DOUBLE_EQ(seconds_between(~std::uint64_t{0} - 9, 5, device), 30e-9);
}

}  // namespace
}  // namespace scorefield::gpu
