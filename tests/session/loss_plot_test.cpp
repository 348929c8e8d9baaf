#include "session/loss_plot.hpp"

#include <gmock/gmock.h>

#include "render/plot_reading.hpp"
#include "session/published_losses.hpp"

namespace scorefield::session {
namespace {

const std::vector<LossHistory::Point> kLosses = {{0, 1.0}, {10, 0.5}, {20, 0.45}};

const render::Curve* curve_named(const render::Plot& plot, const std::string& name) {
    const auto found = std::ranges::find(plot.curves, name, &render::Curve::name);
    return found == plot.curves.end() ? nullptr : &*found;
}

TEST(LossPlot, ShowsLossesOverStepsWithTheirFloor) {
    const render::Plot plot = loss_plot(kLosses, 0.43, {}, LossScale::logarithmic);
    EXPECT_TRUE(plot.y.logarithmic);
    EXPECT_LT(plot.y.low, 0.43);
    EXPECT_GT(plot.y.high, 1);
    EXPECT_EQ(plot.x.high, 20);
    ASSERT_NE(curve_named(plot, "this training"), nullptr);
    EXPECT_THAT(curve_named(plot, "this training")->y, testing::ElementsAre(1.0, 0.5, 0.45));
    ASSERT_NE(curve_named(plot, "floor"), nullptr);
    EXPECT_THAT(curve_named(plot, "floor")->y, testing::Each(0.43));
    EXPECT_EQ(curve_named(plot, "published"), nullptr);
}

TEST(LossPlot, ShowsTheDistanceFromTheFloor) {
    const render::Plot plot = loss_plot(kLosses, 0.4, {}, LossScale::above_floor);
    EXPECT_EQ(plot.title, "loss − floor");
    EXPECT_TRUE(plot.y.logarithmic);
    EXPECT_EQ(plot.curves.size(), 1U);
    // On a logarithmic axis half way from step 0 to 10: the geometric mean of 0.6 and 0.1, to a few roundings.
    EXPECT_NEAR(render::read_curve(plot, plot.curves[0], 5).value(), std::sqrt(0.6 * 0.1), 1e-12);
}

TEST(LossPlot, LeavesOutLossesBelowTheFloor) {
    const render::Plot plot = loss_plot({{0, 1.0}, {10, 0.3}, {20, 0.5}}, 0.4, {}, LossScale::above_floor);
    EXPECT_FALSE(render::read_curve(plot, plot.curves[0], 5).has_value());
    EXPECT_GT(plot.y.low, 0.05);
}

TEST(LossPlot, HasNoDistanceFromAnUnknownFloor) {
    const render::Plot plot = loss_plot(kLosses, {}, {}, LossScale::above_floor);
    EXPECT_EQ(plot.title, "loss");
    EXPECT_TRUE(plot.y.logarithmic);
}

TEST(LossPlot, IsLinearWhereLossesAreNegative) {
    EXPECT_FALSE(loss_plot({{0, 1.0}, {10, -2.0}}, {}, {}, LossScale::logarithmic).y.logarithmic);
    EXPECT_FALSE(loss_plot(kLosses, {}, {}, LossScale::linear).y.logarithmic);
}

TEST(LossPlot, CanBeDrawnOfEqualLosses) {
    for (const LossScale scale : {LossScale::logarithmic, LossScale::linear, LossScale::above_floor}) {
        const render::Plot plot = loss_plot({{0, 0.5}, {1, 0.5}}, 0.5, {}, scale);
        EXPECT_LT(plot.y.low, plot.y.high);
        EXPECT_GT(plot.y.high, 0);
    }
}

// METHODS, section 8: 0.7389 in epoch 0 and 0.4396 in epoch 99, of 49 batches of 2048.
TEST(LossPlot, ShowsThePublishedLossesOfTheSeedExperiment) {
    train::TrainSpec spec;
    spec.data = "swiss_roll";
    spec.objective.name = "simple";
    spec.process = {.name = "ddpm", .schedule = "cosine_seed", .horizon = 40};
    spec.prediction = diffusion::Prediction::epsilon;
    spec.batch = 2048;
    const std::vector<LossHistory::Point> published = published_losses(spec);
    ASSERT_EQ(published.size(), 2U);
    EXPECT_EQ(published[0].step, 24U);
    EXPECT_EQ(published[0].loss, 0.7389);
    EXPECT_EQ(published[1].step, 99 * 49 + 24U);
    EXPECT_EQ(published[1].loss, 0.4396);
    const render::Plot plot = loss_plot(kLosses, 0.4294, published, LossScale::logarithmic);
    ASSERT_NE(curve_named(plot, "published"), nullptr);
    EXPECT_EQ(plot.x.high, 99 * 49 + 24);
    EXPECT_THAT(curve_named(plot, "published")->y, testing::ElementsAre(0.7389, 0.4396));
    // Nothing is known between them.
    EXPECT_FALSE(render::read_curve(plot, *curve_named(plot, "published"), 1000).has_value());

    train::TrainSpec other = spec;
    other.process.schedule = "cosine";
    EXPECT_TRUE(published_losses(other).empty());
    other = spec;
    other.data = "two_moons";
    EXPECT_TRUE(published_losses(other).empty());
    other = spec;
    other.prediction = diffusion::Prediction::v;
    EXPECT_TRUE(published_losses(other).empty());
}

}  // namespace
}  // namespace scorefield::session
