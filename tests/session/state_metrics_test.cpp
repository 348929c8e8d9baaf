#include "session/state_metrics.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "base/error.hpp"
#include "diffusion/targets.hpp"

namespace scorefield::session {
namespace {

constexpr std::uint32_t kDraws = 20'000;

std::shared_ptr<const diffusion::GaussianMixture> two_modes() {
    return std::make_shared<const diffusion::GaussianMixture>(
        std::vector<diffusion::MixtureComponent>{{.weight = 0.2, .mean = {-5, -5}, .covariance = {1, 0, 0, 1}},
                                                 {.weight = 0.8, .mean = {5, 5}, .covariance = {1, 0, 0, 1}}});
}

data::Points draws(const diffusion::Target& target, std::uint64_t seed, const diffusion::Marginal& at = {}) {
    const std::vector<double> points = target.sample(seed, {0, kDraws}, at);
    return {kDraws, static_cast<std::size_t>(target.dim()), {points.begin(), points.end()}};
}

/// Exact draws of each marginal: the statistic is 1/2 (standard deviation 0.2/√4096 = 0.003), the shares are the
/// weights (standard deviation 0.006).
TEST(StateMetrics, AreThoseOfTheSameDistributionForExactDraws) {
    const auto mixture = two_modes();
    const auto data = std::make_shared<const data::Points>(draws(*mixture, 1));
    for (const diffusion::Marginal at : {diffusion::Marginal{1, 0}, {0.8, 0.6}, {0.3, 0.954}, {1, 4}}) {
        const StateMetrics metrics =
            state_metrics({.particles = draws(*mixture, 2, at), .data = data, .at = at, .mixture = mixture});
        EXPECT_NEAR(metrics.two_sample, 0.5, 0.015) << at.sigma;
        // Two sets' shares of a mode differ by 0.009 (one deviation); moving 0.027 of the points by 10, the root mean
        // square of the modes' distance over the directions, gives 1.6.
        EXPECT_LT(metrics.sliced_w2, 1.6 * at.alpha + 0.1) << at.sigma;
        EXPECT_LT(metrics.data_sliced_w2, 1.6 * at.alpha + 0.1) << at.sigma;
        if (at.sigma < 0.9) {
            EXPECT_NEAR(metrics.mode_shares[0], 0.2, 0.03) << at.sigma;
        }
        EXPECT_NEAR(metrics.mode_shares[0], metrics.data_mode_shares[0], 0.05) << at.sigma;
    }
}

TEST(StateMetrics, TellOtherDistributionsApart) {
    const auto mixture = two_modes();
    const auto data = std::make_shared<const data::Points>(draws(*mixture, 1));
    data::Points moved = draws(*mixture, 2);
    for (float& value : moved.values) value += 1;
    const StateMetrics metrics = state_metrics({.particles = moved, .data = data, .at = {1, 0}, .mixture = nullptr});
    EXPECT_GT(metrics.two_sample, 0.55);
    // Both coordinates differ by 1, in units of a standard deviation of 4.1 each: sliced, 1/4.1 at the root mean
    // square.
    EXPECT_GT(metrics.sliced_w2, 3 * metrics.data_sliced_w2);
    EXPECT_TRUE(metrics.mode_shares.empty());
}

TEST(StateMetrics, WorkWithFewParticlesAndFewData) {
    const auto mixture = two_modes();
    data::Points few = draws(*mixture, 1);
    few.count = 5;
    few.values.resize(10);
    const auto data = std::make_shared<const data::Points>(few);
    const StateMetrics metrics =
        state_metrics({.particles = draws(*mixture, 2), .data = data, .at = {1, 1}, .mixture = {}});
    EXPECT_GE(metrics.two_sample, 0);
    EXPECT_GT(metrics.sliced_w2, 0);
    data::Points bad = draws(*mixture, 2);
    bad.values[3] = std::numeric_limits<float>::quiet_NaN();
    const auto measure = [&] { state_metrics({.particles = bad, .data = data, .at = {1, 1}, .mixture = {}}); };
    EXPECT_THROW(measure(), base::Error);
    struct Enough {};
    EXPECT_THROW(state_metrics({.particles = few, .data = data, .at = {1, 1}, .mixture = {}}, [] { throw Enough(); }),
                 Enough);
}

TEST(StateMetrics, AreShownWithWhatDataHave) {
    StateMetrics metrics = {.two_sample = 0.5034, .sliced_w2 = 0.02149, .data_sliced_w2 = 0.0181};
    EXPECT_THAT(metrics_lines(metrics), testing::ElementsAre("k-NN 0.503   W2 0.021 (data 0.018)"));
    metrics.mode_shares = {0.214, 0.786};
    metrics.data_mode_shares = {0.2, 0.8};
    EXPECT_EQ(metrics_lines(metrics)[1], "modes 0.21 0.79 (data 0.20 0.80)");
}

}  // namespace
}  // namespace scorefield::session
