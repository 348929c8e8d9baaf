#include "session/painting_history.hpp"

#include <gtest/gtest.h>

namespace scorefield::session {
namespace {

class PaintingHistoryTest : public ::testing::Test {
  protected:
    void stroke(double x) {
        history_.keep(painting_);
        painting_.stroke({x, 50}, {x, 100}, 4, false);
    }

    Painting painting_;
    PaintingHistory history_;
};

TEST_F(PaintingHistoryTest, GoesBackAndForwardStrokeByStroke) {
    stroke(50);
    const std::vector<float> one = painting_.cells();
    stroke(150);
    const std::vector<float> two = painting_.cells();
    history_.undo(painting_);
    EXPECT_EQ(painting_.cells(), one);
    history_.undo(painting_);
    EXPECT_TRUE(painting_.empty());
    EXPECT_FALSE(history_.can_undo());
    history_.undo(painting_);
    EXPECT_TRUE(painting_.empty());
    history_.redo(painting_);
    history_.redo(painting_);
    EXPECT_EQ(painting_.cells(), two);
    EXPECT_FALSE(history_.can_redo());
}

TEST_F(PaintingHistoryTest, AStrokeAfterUndoForgetsWhatWasUndone) {
    stroke(50);
    history_.undo(painting_);
    stroke(150);
    EXPECT_FALSE(history_.can_redo());
    history_.undo(painting_);
    EXPECT_TRUE(painting_.empty());
}

TEST_F(PaintingHistoryTest, KeepsTheLastChanges) {
    for (std::size_t i = 0; i < PaintingHistory::kMost + 3; ++i) stroke(10 + 4 * static_cast<double>(i));
    for (std::size_t i = 0; i < PaintingHistory::kMost; ++i) history_.undo(painting_);
    EXPECT_FALSE(history_.can_undo());
    EXPECT_FALSE(painting_.empty());
}

}  // namespace
}  // namespace scorefield::session
