#include "session/pace.hpp"

#include <gtest/gtest.h>

namespace scorefield::session {
namespace {

constexpr double kBudget = 12;  // milliseconds

TEST(Pace, TakesOnTheLeastBeforeAnythingWasMeasured) {
    Pace pace;
    EXPECT_EQ(pace.allowance(kBudget), Pace::kLeast);
    pace.note(0, 5);
    pace.note(1'000'000, 0);
    EXPECT_EQ(pace.allowance(kBudget), Pace::kLeast);
}

TEST(Pace, AllowsWhatFitsIntoTheBudget) {
    Pace pace;
    pace.note(1e11, 20);
    EXPECT_DOUBLE_EQ(pace.allowance(kBudget), 5e9 * kBudget);
    EXPECT_DOUBLE_EQ(pace.allowance(40), 5e9 * 40);
}

TEST(Pace, FollowsTheRateWithinSomeFrames) {
    Pace pace;
    pace.note(1e13, 1);
    for (int frame = 0; frame < 60; ++frame) pace.note(1e9, 1);
    // 0.8^60 is 1.5e-6: of the first rate 1.5e7 a millisecond are left.
    EXPECT_NEAR(pace.allowance(kBudget), 1.015e9 * kBudget, 0.01 * 1.015e9 * kBudget);
}

TEST(Pace, NeverFallsBelowTheLeast) {
    Pace pace;
    pace.note(1, 1'000);
    EXPECT_EQ(pace.allowance(kBudget), Pace::kLeast);
}

}  // namespace
}  // namespace scorefield::session
