#include "diffusion/target_empirical.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <numbers>

#include "diffusion/target_mixture.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::error_of;
using testing_support::kMarginals;
using testing_support::poisoned;

std::vector<float> random_data(std::size_t count, std::size_t dim, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(0.5F, 1.5F);
    std::vector<float> points(count * dim);
    for (float& coordinate : points) coordinate = normal(engine);
    return points;
}

TEST(EmpiricalTarget, HasTheMomentsOfItsPoints) {
    const std::vector<float> points = {1, -4, 3, 0, 8, 4};
    const AxisMoments moments = EmpiricalTarget(points, 2).moments();
    EXPECT_THAT(moments.mean, ElementsAre(DoubleNear(4, 1e-14), DoubleNear(0, 1e-14)));
    EXPECT_THAT(moments.variance, ElementsAre(DoubleNear(26.0 / 3, 1e-14), DoubleNear(32.0 / 3, 1e-14)));
}

// A data set is the mixture of point masses, whose code shares nothing with it. Its exponents, up to 2e4 here at sigma
// 0.05, lose 4e-12; the score is up to 20 times the denoiser's spread.
TEST(EmpiricalTarget, IsTheMixtureOfPointMasses) {
    for (const std::size_t dim : {1U, 2U, 3U, 5U, 17U}) {
        const std::vector<float> data = random_data(40, dim, static_cast<unsigned>(dim));
        std::vector<MixtureComponent> components;
        for (std::size_t i = 0; i < data.size(); i += dim) {
            components.push_back(
                {1,
                 {data.begin() + static_cast<std::ptrdiff_t>(i), data.begin() + static_cast<std::ptrdiff_t>(i + dim)},
                 std::vector<double>(dim * dim)});
        }
        const GaussianMixture mixture(components);
        const EmpiricalTarget target(data, dim);
        std::mt19937 engine(7);
        std::uniform_real_distribution<double> uniform(-4, 4);
        std::vector<double> x(11 * dim);
        for (double& coordinate : x) coordinate = uniform(engine);
        for (const Marginal& at : kMarginals) {
            std::vector<double> log_density = poisoned(11), score = poisoned(x.size()), denoised = poisoned(x.size());
            target.evaluate(x, at, {log_density, score, denoised});
            const std::vector<double> expected_density = mixture.log_density(x, at);
            std::vector<double> expected_score(x.size()), expected(x.size());
            mixture.evaluate(x, at, {.score = expected_score, .denoised = expected});
            for (std::size_t i = 0; i < 11; ++i) {
                EXPECT_NEAR(log_density[i], expected_density[i], 1e-10) << "sigma " << at.sigma;
            }
            for (std::size_t i = 0; i < x.size(); ++i) {
                EXPECT_NEAR(denoised[i], expected[i], 1e-10) << "sigma " << at.sigma;
                EXPECT_NEAR(score[i], expected_score[i], 1e-7) << "sigma " << at.sigma;
            }
        }
    }
}

// For points ±a on the second axis, D is a·tanh(αa·x₂/σ²) whatever x₁: at x₁ = 1e6 σ exponents are 5e11, and still only
// their difference counts.
TEST(EmpiricalTarget, AMillionDeviationsOutLosesNothing) {
    const EmpiricalTarget target(std::vector<float>{0, -0.5F, 0, 0.5F}, 2);
    const Marginal at{0.8, 0.6};
    std::vector<double> out = poisoned(2);
    for (const double y : {-0.3, 0.0, 0.07}) {
        target.denoise(std::vector{0.6e6, y}, at, out);
        EXPECT_THAT(out, ElementsAre(DoubleNear(0, 1e-15), DoubleNear(0.5 * std::tanh(0.4 * y / 0.36), 1e-9)));
        target.score(std::vector{0.6e6, y}, at, out);
        EXPECT_NEAR(out[0], -0.6e6 / 0.36, 1e-9);
    }
}

TEST(EmpiricalTarget, AtTinySigmaAnswersTheNearestPoint) {
    const EmpiricalTarget target(std::vector<float>{-1, 0, 1, 0, 1, 4}, 2);
    std::vector<double> denoised = poisoned(2), score = poisoned(2);
    for (const double sigma : {1e-4, 1e-9, 1e-100, 0.0}) {
        const std::vector<double> x = {0.55, 0.5};
        target.denoise(x, {0.5, sigma}, denoised);
        EXPECT_THAT(denoised, ElementsAre(1, 0)) << sigma;
        if (sigma == 0) continue;
        target.score(x, {0.5, sigma}, score);
        EXPECT_NEAR(score[0] * sigma * sigma, -0.05, 1e-12) << sigma;
        EXPECT_NEAR(score[1] * sigma * sigma, -0.5, 1e-12) << sigma;
    }
    target.denoise(std::vector{0.0, 1e5}, {0, 1}, denoised);  // no signal: the mean
    EXPECT_THAT(denoised, ElementsAre(DoubleNear(1.0 / 3, 1e-15), DoubleNear(4.0 / 3, 1e-15)));
    EmpiricalTarget(std::vector<float>{-1, 0, 1, 0}, 2).denoise(std::vector{0.0, 3.0}, {1, 0}, denoised);
    EXPECT_THAT(denoised, ElementsAre(0, 0));  // two nearest points
}

// Shares of the points: 1/3 ± 4.5·√(2/9/n); the noise added has mean 0 and deviation σ.
TEST(EmpiricalTarget, SamplesAreDataPlusNoise) {
    const EmpiricalTarget target(std::vector<float>{-20, 0, 20}, 1);
    const Marginal at{0.5, 0.6};
    constexpr std::uint32_t kCount = 30000;
    const std::vector<double> x = target.sample(8, {0, kCount}, at);
    double counts[3] = {};
    double sum = 0, squares = 0;
    for (const double value : x) {
        const double nearest = std::round(value / 10);
        ++counts[static_cast<std::size_t>(nearest + 1)];
        sum += value - 10 * nearest;
        squares += (value - 10 * nearest) * (value - 10 * nearest);
    }
    for (const double count : counts) EXPECT_NEAR(count / kCount, 1.0 / 3, 4.5 * std::sqrt(2.0 / 9 / kCount));
    EXPECT_NEAR(sum / kCount, 0, 4.5 * 0.6 / std::sqrt(kCount));
    EXPECT_NEAR(squares / kCount, 0.36, 4.5 * 0.36 * std::sqrt(2.0 / kCount));
    const std::vector<double> part = target.sample(8, {100, 50}, at);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), x.begin() + 100));
}

TEST(EmpiricalTarget, RefusesWhatIsNoDataSet) {
    const auto refusal = [](std::vector<float> points, std::size_t dim) {
        return error_of([&] { EmpiricalTarget target(points, dim); });
    };
    EXPECT_THAT(refusal({}, 2), HasSubstr("(empirical): there are none; give at least one"));
    EXPECT_THAT(refusal(std::vector<float>(4097), 4097), HasSubstr("4097 dimensions are not 1 … 4096"));
    EXPECT_THAT(refusal({1, 2, 3}, 2), HasSubstr("3 values are not points of 2"));
    EXPECT_THAT(refusal({1, 2, 3, NAN}, 2),
                HasSubstr("a coordinate of point 1 is not finite; give points without NaN"));
}

}  // namespace
}  // namespace scorefield::diffusion
