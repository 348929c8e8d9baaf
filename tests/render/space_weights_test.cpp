#include "render/space_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "render/splat_weights.hpp"

namespace scorefield::render {
namespace {

TEST(SpaceWeights, NeverOverflowAndAreAsFineAsTheCountAllows) {
    for (const double headroom : {1.0, 4.0}) {
        for (const bool coloured : {false, true}) {
            for (std::uint32_t bits = 0; bits < 31; ++bits) {
                for (const std::uint32_t count : {1U << bits, (2U << bits) - 1}) {
                    const SpaceWeights weights = choose_space_weights(count, 2, coloured, headroom);
                    const double sum = count * weights.most * weights.colour_levels();
                    EXPECT_LT(sum, std::exp2(32)) << count;
                    EXPECT_EQ(weights.most, std::floor(weights.most));
                    EXPECT_GE(weights.most, 1);
                    EXPECT_EQ(weights.unit, weights.most / headroom);
                    EXPECT_EQ(weights.colour_bits > 0, coloured);
                }
            }
        }
    }
    // A million particles: a nominal one, spread over two pixels, has hundreds of levels; with colour still dozens.
    EXPECT_GE(choose_space_weights(1'000'000, 1, false, 4).unit, 512);
    EXPECT_GE(choose_space_weights(1'000'000, 1, true, 4).unit, 32);
}

}  // namespace
}  // namespace scorefield::render
