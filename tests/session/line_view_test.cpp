#include "session/line_view.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "diffusion/target.hpp"

namespace scorefield::session {
namespace {

std::shared_ptr<const model::Model> mixture_a() {
    model::ModelSpec spec;
    spec.target = model::TargetSpec{.name = "mixture_a", .argument = {}, .scaling = {}};
    spec.prediction = diffusion::Prediction::x0;
    return std::make_shared<const model::Model>(model::open_model(spec));
}

LineViewQuestion question_of(const std::shared_ptr<const model::Model>& model) {
    LineViewQuestion question;
    question.source = std::make_shared<const FieldSource>(model, data::Points());
    question.at = {.t = 300, .alpha = 0.8, .sigma = 0.6, .c_in = 1, .c_noise = 300};
    question.density = {0.8, 0.6};
    question.camera.half_height = 2.7;
    question.extent = {1280, 720};
    return question;
}

TEST(LineView, HasTheExactDensityAsACurveOnTheScaleOfTheHistogram) {
    const auto model = mixture_a();
    const LineViewQuestion question = question_of(model);
    const LineView view = line_view(question);
    ASSERT_GT(view.histogram.most, 0);
    ASSERT_LT(view.histogram.top, view.histogram.bottom);
    ASSERT_GT(view.below->lines.size(), 100U);
    double highest = 0;
    for (const render::WorldLine& line : view.below->lines) {
        const std::array<double, 2> pixel = question.camera.to_pixel(question.extent, line.from);
        const double share = (view.histogram.bottom - pixel[1]) / (view.histogram.bottom - view.histogram.top);
        const double exact = std::exp(model->target->log_density(std::array{line.from[0]}, question.density)[0]);
        EXPECT_NEAR(share * view.histogram.most, exact, 1e-9);
        highest = std::max(highest, exact);
    }
    EXPECT_NEAR(view.histogram.most / highest, 1.12, 1e-6) << "a little above the curve";
}

TEST(LineView, HasArrowsThatPointAlongTheScore) {
    const auto model = mixture_a();
    LineViewQuestion question = question_of(model);
    const std::size_t without = line_view(question).below->lines.size();
    question.field = render::FieldKind::score;
    const LineView view = line_view(question);
    ASSERT_GT(view.below->lines.size(), without + 100);
    ASSERT_TRUE(view.below->legend);
    for (std::size_t i = without; i < view.below->lines.size(); i += 3) {
        const render::WorldLine& shaft = view.below->lines[i];
        const double x = (shaft.from[0] + shaft.to[0]) / 2;
        std::vector<double> score(1);
        model->target->score(std::array{x}, question.density, score);
        EXPECT_GT((shaft.to[0] - shaft.from[0]) * score[0], 0) << x;
        EXPECT_EQ(shaft.from[1], shaft.to[1]);
    }
}

TEST(LineView, LeavesOutWhatHasNoRoomAndWhatIsNotKnown) {
    LineViewQuestion question = question_of(mixture_a());
    question.extent = {320, 120};
    EXPECT_EQ(line_view(question).histogram.most, 0);
    EXPECT_FALSE(line_view(question).time);
    question.extent = {1280, 720};
    question.camera.zoom = 8;
    EXPECT_EQ(line_view(question).histogram.most, 0) << "the strip takes the picture";
    question.camera.zoom = 1;
    question.source = nullptr;
    const LineView unknown = line_view(question);
    EXPECT_GT(unknown.histogram.most, 0);
    EXPECT_TRUE(unknown.below->lines.empty());
    ASSERT_TRUE(unknown.time);
    EXPECT_LT(unknown.time->first, unknown.time->last) << "the start is below the result";
    EXPECT_LT(unknown.time->last, -0.5) << "under the strip";
}

TEST(LineView, HasRoomForTheBarsOfTheDataWhereThereIsNoCurve) {
    LineViewQuestion question = question_of(mixture_a());
    question.source = nullptr;
    // Two bars with a quarter and three quarters of the points, and a point that is out of sight.
    const double bar = render::Histogram::kBarWidth * question.camera.pixel_size(question.extent);
    const double left = question.camera.to_world(question.extent, {0, 0})[0];
    data::Points points{400, 1, std::vector<float>(400, static_cast<float>(left + 200.5 * bar))};
    for (std::size_t i = 0; i < 100; ++i) points.values[i] = static_cast<float>(left + 40.5 * bar);
    points.values[0] = 1e9F;
    question.data = std::make_shared<const data::Points>(points);
    EXPECT_NEAR(line_view(question).histogram.most, 1.12 * 0.75 / bar, 1e-9);
    question.data = std::make_shared<const data::Points>();
    const double unknown = line_view(question).histogram.most;
    question.data = nullptr;
    EXPECT_EQ(line_view(question).histogram.most, unknown);
}

}  // namespace
}  // namespace scorefield::session
