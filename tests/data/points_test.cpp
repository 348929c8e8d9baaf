#include "data/points.hpp"

#include <gtest/gtest.h>

namespace scorefield::data {
namespace {

TEST(PointsOfClass, KeepsTheClassAloneAndItsOrder) {
    const Points points = {3, 2, {1, 2, 3, 4, 5, 6}, {1, 0, 1}};
    EXPECT_EQ(points_of_class(points, 1), (Points{2, 2, {1, 2, 5, 6}, {1, 1}}));
    EXPECT_EQ(points_of_class(points, 0), (Points{1, 2, {3, 4}, {0}}));
    EXPECT_EQ(points_of_class(points, 2).count, 0U);
    const Points elsewhere = {2, 1, {1, 2}, {0, 1}, {1e9}};
    EXPECT_EQ(points_of_class(elsewhere, 1), (Points{1, 1, {2}, {1}, {1e9}}));
}

TEST(PointsOfClass, HasNoneOfPointsWithoutLabels) {
    EXPECT_EQ(points_of_class({2, 1, {1, 2}, {}}, 0).count, 0U);
}

}  // namespace
}  // namespace scorefield::data
