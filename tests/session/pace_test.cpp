#include "session/pace.hpp"

#include <gtest/gtest.h>

namespace scorefield::session {
namespace {

TEST(Pace, TakesOnTheLeastBeforeAnythingWasMeasured) {
    Pace pace;
    EXPECT_EQ(pace.allowance(), Pace::kLeast);
    pace.note(0, 5);
    pace.note(1'000'000, 0);
    EXPECT_EQ(pace.allowance(), Pace::kLeast);
}

TEST(Pace, AllowsWhatFitsIntoTheBudget) {
    Pace pace;
    pace.note(100'000, 20);
    // 5 000 a millisecond.
    EXPECT_EQ(pace.allowance(), static_cast<std::uint64_t>(5'000 * Pace::kBudget_ms));
}

TEST(Pace, FollowsTheRateWithinSomeFrames) {
    Pace pace;
    pace.note(10'000'000, 1);
    for (int frame = 0; frame < 60; ++frame) pace.note(1'000, 1);
    // 0.8^60 is 1.5e-6: of the first rate 15 a millisecond are left.
    EXPECT_NEAR(static_cast<double>(pace.allowance()), 1'015 * Pace::kBudget_ms, 0.01 * 1'015 * Pace::kBudget_ms);
}

TEST(Pace, NeverFallsBelowTheLeast) {
    Pace pace;
    pace.note(1, 1'000);
    EXPECT_EQ(pace.allowance(), Pace::kLeast);
}

}  // namespace
}  // namespace scorefield::session
