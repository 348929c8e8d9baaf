#include "viewer/score_error.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace scorefield::viewer {
namespace {

/// A network of epsilon that answers 0 everywhere, and data of a single point at the origin.
ScoreErrorQuestion about_nothing_learned() {
    ScoreErrorQuestion question;
    const nn::MlpConfig network = {.width = 8, .depth = 1, .features = 2};
    question.network = network;
    question.weights =
        std::make_shared<data::TensorMap>(nn::initial_weights(network, 1, nn::frequencies_of_levels(10)));
    question.at.alpha = 0.8;
    question.at.sigma = 0.5;
    question.bounds = {{-2, -1}, {2, 3}};
    question.exact = std::make_shared<diffusion::EmpiricalTarget>(std::vector<float>{0, 0}, 2);
    return question;
}

// The exact score of one point at the origin is −x/σ², and that of the network is 0.
TEST(ScoreError, OfANetworkThatHasLearnedNothingIsTheExactNoise) {
    const ScoreErrorQuestion question = about_nothing_learned();
    std::size_t checks = 0;
    const render::ScalarField field = score_error(question, [&] { ++checks; });
    ASSERT_EQ(field.values.size(), field.columns * field.rows);
    EXPECT_EQ(checks, field.rows);
    EXPECT_EQ(field.bounds, question.bounds);
    const auto& [low, high] = question.bounds;
    for (std::size_t row = 0; row < field.rows; ++row) {
        for (std::size_t column = 0; column < field.columns; ++column) {
            const double x =
                std::lerp(low[0], high[0], static_cast<double>(column) / (static_cast<double>(field.columns) - 1));
            const double y =
                std::lerp(low[1], high[1], static_cast<double>(row) / (static_cast<double>(field.rows) - 1));
            // Roundings of float32 at values of at most 8.
            EXPECT_NEAR(field.values[row * field.columns + column], std::hypot(x, y) / question.at.sigma, 1e-6);
        }
    }
}

TEST(ScoreError, EndsAtTheNextRowWhenItIsCancelled) {
    struct Cancelled {};
    int checks = 0;
    const auto cancel = [&] {
        if (++checks == 3) throw Cancelled();
    };
    EXPECT_THROW(score_error(about_nothing_learned(), cancel), Cancelled);
    EXPECT_EQ(checks, 3);
}

}  // namespace
}  // namespace scorefield::viewer
