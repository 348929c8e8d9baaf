#include "session/loss_history.hpp"

#include <gtest/gtest.h>

namespace scorefield::session {
namespace {

TEST(LossHistory, KeepsFewPointsOfAnyNumberOfSteps) {
    LossHistory history;
    EXPECT_FALSE(history.loss().has_value());
    constexpr std::uint64_t kSteps = 100'000;
    for (std::uint64_t step = 0; step < kSteps; ++step) history.add(step, 0.5);
    ASSERT_LE(history.points().size(), LossHistory::kMost);
    ASSERT_GT(history.points().size(), LossHistory::kMost / 4);
    const std::uint64_t every = history.points()[1].step;
    for (std::size_t i = 0; i < history.points().size(); ++i) EXPECT_EQ(history.points()[i].step, i * every);
    EXPECT_DOUBLE_EQ(*history.loss(), 0.5);
}

// Losses 0, 1, 0, 1 …: their mean is 0.5; what remains of the last one is a hundredth.
TEST(LossHistory, SmoothsTheLossesOfTheSteps) {
    LossHistory history;
    for (std::uint64_t step = 0; step < 2000; ++step) history.add(step, static_cast<double>(step % 2));
    EXPECT_NEAR(*history.loss(), 0.5, 0.01);
}

}  // namespace
}  // namespace scorefield::session
