#include "session/training_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "session/training_pace.hpp"

namespace scorefield::session {
namespace {

/// A machine without a clock: all but training takes `rest_ms`, training `rate` operations per millisecond, and a frame
/// is shown at whole multiples of `screen_ms` (0: at once). A frame's time is learned with the one after it.
struct Machine {
    double rest_ms = 20;
    double rate = 1e7;
    double screen_ms = 0;

    double longest_ms = 0;  ///< of all frames
    /// The share of the time of the last `last` frames with training that it took.
    double share_after(int frames, int last, double share) {
        TrainingClock clock;
        TrainingPace pace;
        double before_ms = rest_ms;
        double trained_ms = 0;
        double all_ms = 0;
        for (int i = 0; i < frames; ++i) {
            const double operations = clock.resting() ? 0 : pace.operations(share);
            const double training_ms = operations / rate;
            double frame_ms = rest_ms + training_ms;
            if (screen_ms > 0) frame_ms = screen_ms * std::ceil(frame_ms / screen_ms);
            if (const std::optional<double> known = clock.training_ms(operations, before_ms)) {
                pace.note(operations, *known, before_ms);
            }
            before_ms = frame_ms;
            longest_ms = std::max(longest_ms, frame_ms);
            if (i < frames - last || operations == 0) continue;
            trained_ms += training_ms;
            all_ms += frame_ms;
        }
        return trained_ms / all_ms;
    }
};

// Every machine here is regular: what is left of the share's error is the pace's growth from little work.
TEST(TrainingClock, LetsTrainingHaveItsShare) {
    for (const double share : {0.1, 0.5, 0.9}) {
        for (const double rate : {1e6, 1e8}) {
            Machine machine = {.rate = rate};
            EXPECT_NEAR(machine.share_after(600, 100, share), share, 0.02) << rate;
        }
    }
}

// Where frames wait for the screen, training takes at least what the wait leaves; but frames do not grow without end:
// half of the time is one frame of the screen more.
TEST(TrainingClock, DoesNotRunAwayWhereTheScreenSetsThePace) {
    Machine machine = {.rest_ms = 4, .rate = 1e8, .screen_ms = 16};
    const double share = machine.share_after(1000, 200, 0.5);
    EXPECT_GT(share, 0.3);
    EXPECT_LT(share, 0.9);
    EXPECT_LT(machine.longest_ms, 10 * machine.screen_ms);
}

TEST(TrainingClock, RestsBeforeItSaysAnythingAndAgainLater) {
    TrainingClock clock;
    EXPECT_TRUE(clock.resting());
    EXPECT_FALSE(clock.training_ms(1e7, 50));
    int frames = 0;
    for (; clock.resting() && frames < 100; ++frames) EXPECT_FALSE(clock.training_ms(0, 20));
    EXPECT_LT(frames, 20);
    int trained = 0;
    for (; !clock.resting() && trained < 1000; ++trained) clock.training_ms(1e7, 50);
    EXPECT_TRUE(clock.resting());
    EXPECT_GT(trained, 4 * frames);
}

TEST(TrainingClock, TellsWhatFramesWithTrainingAreLonger) {
    TrainingClock clock;
    while (clock.resting()) clock.training_ms(0, 20);
    std::optional<double> known;
    for (int i = 0; i < 10; ++i) known = clock.training_ms(1e7, 50);
    ASSERT_TRUE(known);
    EXPECT_DOUBLE_EQ(*known, 30);
}

}  // namespace
}  // namespace scorefield::session
