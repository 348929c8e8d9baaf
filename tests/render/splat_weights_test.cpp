#include "render/splat_weights.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace scorefield::render {
namespace {

std::vector<std::uint32_t> interesting_counts() {
    std::vector<std::uint32_t> counts = {1, 3, 257, 1000, 10'000, 100'000, 1'000'000, 1'000'000'000, 0xFFFFFFFFu};
    for (int bit = 1; bit < 32; ++bit) {
        counts.push_back((1u << bit) - 1);
        counts.push_back(1u << bit);
        counts.push_back((1u << bit) + 1);
    }
    return counts;
}

TEST(SplatWeights, NoSumCanOverflowForAnyCount) {
    for (const std::uint32_t count : interesting_counts()) {
        for (std::uint32_t radius = 1; radius <= kMaxDotRadius; ++radius) {
            for (const bool coloured : {false, true}) {
                const SplatWeights weights = choose_weights(count, radius, coloured);
                const std::uint64_t all = std::uint64_t{count} * weights.weight() * weights.colour_levels();
                EXPECT_LT(all, std::uint64_t{1} << 32) << count << " radius " << radius << " coloured " << coloured;
                EXPECT_GE(weights.radius, 1u);
                EXPECT_LE(weights.radius, radius);
                EXPECT_EQ(weights.colour_bits > 0, coloured);
            }
        }
    }
}

TEST(SplatWeights, AreFineForUsualCounts) {
    // 32 − bit_width(100 000) = 15 bits: 2·7 for the position; with colour 7 for it and 2·4 for the position.
    EXPECT_EQ(choose_weights(100'000, 1, false), (SplatWeights{1, 7, 0}));
    EXPECT_EQ(choose_weights(100'000, 1, true), (SplatWeights{1, 4, 7}));
    // 18 bits, 4 of them for the radius.
    EXPECT_EQ(choose_weights(10'000, 2, false), (SplatWeights{2, 7, 0}));
    EXPECT_EQ(choose_weights(10'000, 2, true), (SplatWeights{2, 3, 7}));
}

TEST(SplatWeights, WiderDotsOnlyWhereFewParticlesLeaveRoom) {
    EXPECT_EQ(automatic_radius(1000, 720), 3u);
    EXPECT_EQ(automatic_radius(10'000, 720), 2u);
    EXPECT_EQ(automatic_radius(100'000, 720), 1u);
    EXPECT_EQ(automatic_radius(10'000, 300), 1u);
}

}  // namespace
}  // namespace scorefield::render
