#include "session/playback.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace scorefield::session {
namespace {

constexpr int kAny = 1000;

/// States shown at multiples of `frame` seconds.
std::vector<int> states(Playback& playback, const Tempo& tempo, double frame, int frames, int most = kAny) {
    std::vector<int> shown;
    for (int i = 0; i < frames; ++i) {
        shown.push_back(playback.state());
        playback.advance(frame, tempo, most);
    }
    return shown;
}

TEST(Playback, HoldsTheEndsAndMovesEvenlyBetween) {
    Playback playback(3);
    EXPECT_EQ(states(playback, {2, 1, true}, 0.25, 14), (std::vector<int>{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 0, 0}));
}

TEST(Playback, EndsStayAtLeastOneStep) {
    Playback playback(2);
    EXPECT_EQ(states(playback, {1, 0, true}, 0.5, 8), (std::vector<int>{0, 0, 1, 1, 2, 2, 0, 0}));
}

TEST(Playback, FrameTimesThatAddUpInexactlyMakeTheSameStates) {
    Playback playback(50);
    // 30 frames a second, 15 steps a second: state k is first shown after 1 s + (k − 1) / 15 s, at frame 28 + 2k.
    const std::vector<int> shown = states(playback, {15, 1, false}, 1.0 / 30, 200);
    for (int k = 1; k <= 50; ++k) {
        EXPECT_EQ(shown[static_cast<std::size_t>(28 + 2 * k)], k);
        EXPECT_EQ(shown[static_cast<std::size_t>(27 + 2 * k)], k - 1);
    }
}

TEST(Playback, StandsStillAtTempoZeroAndGoesOnWithoutAJump) {
    Playback playback(100);
    playback.advance(0.35, {10, 0, true}, kAny);
    EXPECT_EQ(playback.state(), 3);
    for (int i = 0; i < 1000; ++i) playback.advance(0.25, {0, 0, true}, kAny);
    EXPECT_EQ(playback.state(), 3);
    EXPECT_FALSE(playback.finished());
    playback.advance(0.06, {10, 0, true}, kAny);
    EXPECT_EQ(playback.state(), 4);
    playback.step();
    EXPECT_EQ(playback.state(), 5);
}

TEST(Playback, StepsGoBothWaysAndStandStill) {
    Playback playback(3);
    playback.step_back();
    EXPECT_EQ(playback.state(), 0);
    EXPECT_FALSE(playback.playing());
    playback.step();
    playback.step();
    playback.step_back();
    EXPECT_EQ(playback.state(), 1);
    playback.stop_at(3);
    EXPECT_EQ(playback.state(), 3);
    playback.advance(100, {10, 0, false}, kAny);
    EXPECT_FALSE(playback.finished());
    playback.step_back();
    EXPECT_EQ(playback.state(), 2);
    playback.stop_at(3);
    playback.step();
    EXPECT_EQ(playback.state(), 0);
}

TEST(Playback, WithoutLoopTheResultStays) {
    Playback playback(2);
    EXPECT_EQ(states(playback, {10, 0, false}, 0.1, 6), (std::vector<int>{0, 1, 2, 2, 2, 2}));
    EXPECT_TRUE(playback.finished());
    playback.restart();
    EXPECT_FALSE(playback.finished());
    EXPECT_EQ(playback.state(), 0);
}

TEST(Playback, MovesAtMostSoManyStatesAtOnceAndDropsTheRestButOne) {
    Playback playback(100);
    playback.advance(60, {100, 0, true}, 4);
    EXPECT_EQ(playback.state(), 4);
    playback.advance(0.01, {100, 0, true}, 4);
    EXPECT_EQ(playback.state(), 6);
    playback.advance(0.01, {100, 0, true}, 4);
    EXPECT_EQ(playback.state(), 7);
}

TEST(Playback, AStateThatWasLateIsLeftAtOnceButTheEndIsHeld) {
    const Tempo tempo = {10, 1, true};
    Playback playback(2);
    playback.step();
    playback.play();
    playback.advance(5, tempo, 0);
    EXPECT_EQ(playback.state(), 1);
    playback.advance(0, tempo, 1);
    EXPECT_EQ(playback.state(), 2);
    // The result took 5 s to compute: of its second only a step's time has gone by.
    playback.advance(5, tempo, 0);
    playback.advance(0.89, tempo, 1);
    EXPECT_EQ(playback.state(), 2);
    playback.advance(0.02, tempo, 1);
    EXPECT_EQ(playback.state(), 0);
}

double rate(const Playback& playback) {
    return static_cast<double>(playback.moved().states) / playback.moved().seconds;
}

TEST(Playback, CountsTheStatesThatItLeavesAndTheirTimeButNotTheHold) {
    const Tempo tempo = {10, 2, true};
    Playback in_time(20);
    states(in_time, tempo, 0.013, 1000);
    EXPECT_NEAR(rate(in_time), 10, 1e-9);
    // From state 1 to 19 they are left; a round takes 2·2 s and 19·0.1 s.
    EXPECT_NEAR(static_cast<double>(in_time.moved().states), 13 / 5.9 * 19, 19);

    // Each state is 0.3 s late: 0.1 s pass before that, and nothing afterwards.
    Playback late(20);
    late.advance(2, tempo, 1);
    for (int state = 1; state < 20; ++state) {
        for (int frame = 0; frame < 4; ++frame) late.advance(0.1, tempo, 0);
        late.advance(0, tempo, 1);
    }
    EXPECT_EQ(late.moved().states, 19);
    EXPECT_NEAR(rate(late), 2.5, 0.01);

    Playback still(20);
    still.pause();
    states(still, tempo, 0.1, 50);
    EXPECT_EQ(still.moved().states, 0);
    EXPECT_EQ(still.moved().seconds, 0);
}

TEST(Playback, SingleStepsStandStillAndGoRound) {
    Playback playback(2);
    playback.step();
    EXPECT_EQ(playback.state(), 1);
    EXPECT_FALSE(playback.playing());
    playback.advance(60, {100, 0, true}, kAny);
    EXPECT_EQ(playback.state(), 1);
    playback.step();
    playback.step();
    EXPECT_EQ(playback.state(), 0);
    playback.play();
    playback.advance(0.01, {100, 0, true}, kAny);
    EXPECT_EQ(playback.state(), 1);
}

TEST(Playback, GoesBackwardsFromStateToState) {
    Playback playback(3);
    playback.stop_at(3);
    playback.play_backwards(true);
    EXPECT_EQ(states(playback, {1, 2, true}, 1, 9), (std::vector<int>{3, 3, 2, 1, 0, 0, 3, 3, 2}));
    playback.play_backwards(false);
    EXPECT_EQ(states(playback, {1, 2, true}, 1, 3), (std::vector<int>{1, 2, 3}));
}

TEST(Playback, BackwardsFromTheStartBeginsAtTheResultAndEndsWhereNothingLoops) {
    Playback playback(2);
    playback.play_backwards(true);
    EXPECT_EQ(states(playback, {1, 0, false}, 1, 5), (std::vector<int>{2, 1, 0, 0, 0}));
    EXPECT_TRUE(playback.finished());
    playback.restart();
    EXPECT_FALSE(playback.backwards());
    EXPECT_FALSE(playback.finished());
}

TEST(Playback, ShowsTheForwardProcessBeforeTheRun) {
    Playback playback(3);
    const Tempo tempo = {1, 2, true, true};
    playback.restart(true);
    std::vector<bool> noising;
    std::vector<int> shown;
    for (int i = 0; i < 15; ++i) {
        shown.push_back(playback.state());
        noising.push_back(playback.noising());
        playback.advance(1, tempo, kAny);
    }
    // Data, three levels of noise, the last of them for a step; then the run with its holds; then again.
    EXPECT_EQ(shown, (std::vector<int>{3, 3, 2, 1, 0, 0, 0, 1, 2, 3, 3, 3, 3, 2, 1}));
    EXPECT_EQ(noising, (std::vector<bool>{true, true, true, true, true, false, false, false, false, false, false, true,
                                          true, true, true}));
}

TEST(Playback, PlayingTimeIsThatOfAllStates) {
    for (const bool forward : {false, true}) {
        const Tempo tempo = {2, 1.25, false, forward};
        Playback playback(7);
        playback.restart(forward);
        int frames = 0;
        while (!playback.finished()) {
            playback.advance(0.05, tempo, kAny);
            ++frames;
        }
        EXPECT_NEAR(frames * 0.05, playing_time(7, tempo), 0.051) << forward;
    }
}

TEST(Playback, StepsThroughTheForwardProcessIntoTheRun) {
    Playback playback(2);
    playback.play_forward_process();
    EXPECT_TRUE(playback.playing());
    playback.step();
    EXPECT_TRUE(playback.noising());
    EXPECT_EQ(playback.state(), 1);
    playback.step();
    EXPECT_EQ(playback.state(), 0);
    EXPECT_TRUE(playback.noising());
    playback.step_back();
    EXPECT_EQ(playback.state(), 1);
    playback.step();
    playback.step();
    EXPECT_EQ(playback.state(), 0);
    EXPECT_FALSE(playback.noising()) << "the run begins";
    playback.step();
    EXPECT_EQ(playback.state(), 1);
    playback.stop_at(2, true);
    EXPECT_TRUE(playback.noising());
    playback.stop_at(2);
    EXPECT_FALSE(playback.noising());
}

}  // namespace
}  // namespace scorefield::session
