#include "base/short_number.hpp"

#include <gtest/gtest.h>

namespace scorefield::base {
namespace {

TEST(ShortNumber, HasSoManySignificantFigures) {
    EXPECT_EQ(short_number(0.86049), "0.86");
    EXPECT_EQ(short_number(157.4), "157");
    EXPECT_EQ(short_number(157.41, 4), "157.4");
    EXPECT_EQ(short_number(-2.5), "−2.5");
    EXPECT_EQ(short_number(3e-7), "3e-07");
}

TEST(ShortNumber, SaysZeroForWhatOnlyRoundingLeaves) {
    EXPECT_EQ(short_number(0), "0");
    EXPECT_EQ(short_number(-0.0), "0");
    EXPECT_EQ(short_number(9.9e-13), "0");
    EXPECT_EQ(short_number(-1.2e-17), "0");
    EXPECT_EQ(short_number(1.1e-12), "1.1e-12");
}

}  // namespace
}  // namespace scorefield::base
