#include "session/training_pace.hpp"

#include <gtest/gtest.h>

namespace scorefield::session {
namespace {

/// Frames of a machine that needs `rest_ms` for all but training and does `rate` operations per millisecond. Returns
/// the share of the last frame's time that went to training.
double share_after(TrainingPace& pace, int frames, double share, double rest_ms, double rate) {
    double got = 0;
    for (int i = 0; i < frames; ++i) {
        const double operations = pace.operations(share);
        const double training_ms = operations / rate;
        pace.note(operations, training_ms, training_ms + rest_ms);
        got = training_ms / (training_ms + rest_ms);
    }
    return got;
}

// The rates are constant, so that running means hold them from the first frame on: a hundredth is for rounding and the
// growth from little work.
TEST(TrainingPace, GivesTrainingItsShareOfTheFrame) {
    for (const double share : {0.1, 0.5, 0.9}) {
        TrainingPace pace;
        EXPECT_NEAR(share_after(pace, 100, share, 20, 1e7), share, 0.01);
    }
}

TEST(TrainingPace, FollowsAShareThatChanges) {
    TrainingPace pace;
    share_after(pace, 100, 0.8, 20, 1e7);
    EXPECT_NEAR(share_after(pace, 1, 0.2, 20, 1e7), 0.2, 0.01);
    EXPECT_EQ(pace.operations(0), 0);
}

TEST(TrainingPace, HardlyHeedsOneLateFrame) {
    TrainingPace pace;
    share_after(pace, 200, 0.5, 20, 1e7);
    const double before = pace.operations(0.5);
    pace.note(before, before / 1e7, before / 1e7 + 100);
    EXPECT_NEAR(pace.operations(0.5), before, 0.2 * before);
    pace.note(before, before / 1e7, 5000);  // the window was minimised: that counts as much, no more
    EXPECT_NEAR(pace.operations(0.5), before, 0.3 * before);
}

}  // namespace
}  // namespace scorefield::session
