#include "diffusion/targets.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <numbers>

#include "diffusion/exact_score.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::HasSubstr;
using testing_support::error_of;
using testing_support::kMarginals;
using testing_support::poisoned;
using testing_support::random_mixture;

/// 0.3·N(−2, 0.2²) + 0.7·N(2, 1): a narrow and a wide component, well apart.
GaussianMixture mixture_1d() {
    return GaussianMixture({{0.3, {-2}, {0.04}}, {0.7, {2}, {1}}});
}

std::vector<double> random_points(std::size_t count, double scale, unsigned seed) {
    std::mt19937 engine(seed);
    std::uniform_real_distribution<double> uniform(-scale, scale);
    std::vector<double> points(count);
    for (double& coordinate : points) coordinate = uniform(engine);
    return points;
}

// Central differences of step h: error h²/6·|third derivative| + 1e-16·|log p|/h. The narrowest component has a
// standard deviation of 0.2, so the third derivative stays below 1e5 where the log density is not astronomically small.
TEST(GaussianMixture, ScoreIsTheGradientOfTheLogDensity) {
    constexpr double kStep = 1e-5;
    for (const std::size_t dim : {1U, 2U, 3U, 5U, 17U}) {
        const GaussianMixture mixture = random_mixture(dim, 4, 30 + static_cast<unsigned>(dim));
        for (const Marginal& at : kMarginals) {
            for (unsigned point = 0; point < 20; ++point) {
                std::vector<double> x = random_points(dim, 4, point);
                std::vector<double> score = poisoned(dim);
                mixture.score(x, at, score);
                for (std::size_t e = 0; e < dim; ++e) {
                    const double middle = x[e];
                    x[e] = middle + kStep;
                    const double above = mixture.log_density(x, at)[0];
                    x[e] = middle - kStep;
                    const double below = mixture.log_density(x, at)[0];
                    x[e] = middle;
                    EXPECT_NEAR(score[e], (above - below) / (2 * kStep), 1e-6 * (1 + std::abs(score[e])));
                }
            }
        }
    }
}

/// Simpson's rule with 4 000 intervals over ±12, exact far beyond 1e-10 for what is smooth on a scale of 0.05.
double integral(const std::function<double(double)>& f) {
    constexpr int kIntervals = 4000;
    constexpr double kHalfWidth = 12;
    const double h = 2 * kHalfWidth / kIntervals;
    double sum = 0;
    for (int i = 0; i <= kIntervals; ++i) {
        const double weight = i == 0 || i == kIntervals ? 1 : i % 2 == 1 ? 4 : 2;
        sum += weight * f(-kHalfWidth + i * h);
    }
    return sum * h / 3;
}

double normal_density(double x, double mean, double deviation) {
    const double z = (x - mean) / deviation;
    return std::exp(-z * z / 2) / (deviation * std::sqrt(2 * std::numbers::pi));
}

/// The one-dimensional mixture's density of clean data, written out.
double clean_density(double x) {
    return 0.3 * normal_density(x, -2, 0.2) + 0.7 * normal_density(x, 2, 1);
}

TEST(GaussianMixture, DensityAndDenoiserAreThoseOfQuadrature) {
    const GaussianMixture mixture = mixture_1d();
    for (const Marginal& at : kMarginals) {
        for (const double x : {-3.0, -1.9, -0.5, 0.0, 0.7, 2.5}) {
            const auto joint = [&](double x0) {
                return clean_density(x0) * normal_density(x, at.alpha * x0, at.sigma);
            };
            const double density = integral(joint);
            const double denoised = integral([&](double x0) { return x0 * joint(x0); }) / density;
            const std::vector<double> point = {x};
            std::vector<double> out = poisoned(1);
            mixture.denoise(point, at, out);
            EXPECT_NEAR(out[0], denoised, 1e-9) << x << " at sigma " << at.sigma;
            EXPECT_NEAR(mixture.log_density(point, at)[0], std::log(density), 1e-9) << x << " at sigma " << at.sigma;
        }
    }
}

// Full covariances in 3-D against the textbook formula, inverse and determinant of a 2×2 block and a separate axis by
// hand: Σ = [[2, 0.6, 0], [0.6, 0.5, 0], [0, 0, 3]], det 1.92, inverse of the block [[0.5, −0.6], [−0.6, 2]]/0.64.
TEST(GaussianMixture, LogDensityIsTheTextbooks) {
    const GaussianMixture gaussian({{5, {1, -1, 0.5}, {2, 0.6, 0, 0.6, 0.5, 0, 0, 0, 3}}});
    const double u = 0.3 - 1, v = 0.2 + 1, w = 2 - 0.5;
    const double form = (0.5 * u * u - 1.2 * u * v + 2 * v * v) / 0.64 + w * w / 3;
    const double expected = -0.5 * (form + std::log(1.92) + 3 * std::log(2 * std::numbers::pi));
    EXPECT_NEAR(gaussian.log_density(std::vector{0.3, 0.2, 2.0}, {})[0], expected, 1e-13);
}

// Tweedie: D = (x + σ²·score)/α; holds exactly, roundings grow by 1/α ≤ 100.
TEST(GaussianMixture, DenoiserAndScoreAgree) {
    const GaussianMixture mixture = random_mixture(3, 5, 40);
    for (const Marginal& at : kMarginals) {
        const std::vector<double> x = random_points(3, 4, 1);
        std::vector<double> score = poisoned(3), denoised = poisoned(3);
        mixture.score(x, at, score);
        mixture.denoise(x, at, denoised);
        for (std::size_t e = 0; e < 3; ++e) {
            EXPECT_NEAR(denoised[e], (x[e] + at.sigma * at.sigma * score[e]) / at.alpha, 1e-11);
        }
    }
}

// Far out the nearest component in Mahalanobis distance takes all: the wide one, slope −(x−2)/(1+σ²). At tiny sigma the
// denoiser is the point itself. Between two point masses it is the weights' mean, and near one that one; there the log
// densities are 1e7, so that their difference is good to 2e-9.
TEST(GaussianMixture, IsSafeFarOutAndAtTinySigma) {
    const std::vector<double> far = {-1e8};
    std::vector<double> out = poisoned(1);
    mixture_1d().score(far, {1, 1e-9}, out);
    EXPECT_NEAR(out[0] / (1e8 + 2), 1, 1e-12);
    EXPECT_TRUE(std::isfinite(mixture_1d().log_density(far, {1, 1e-9})[0]));
    mixture_1d().denoise(std::vector{0.1}, {1, 1e-9}, out);
    EXPECT_NEAR(out[0], 0.1, 1e-12);

    const GaussianMixture points({{1, {-1, 0}, {0, 0, 0, 0}}, {3, {1, 0}, {0, 0, 0, 0}}});
    std::vector<double> plane = poisoned(2);
    points.denoise(std::vector{0.0, 5.0}, {1, 1e-3}, plane);
    EXPECT_THAT(plane, testing::ElementsAre(testing::DoubleNear(0.5, 1e-8), testing::DoubleNear(0, 1e-12)));
    points.denoise(std::vector{0.1, 5.0}, {1, 1e-3}, plane);
    EXPECT_THAT(plane, testing::ElementsAre(testing::DoubleNear(1, 1e-12), testing::DoubleNear(0, 1e-12)));
}

// One batch must answer what its points answer alone, to the last bit.
TEST(GaussianMixture, AnswersPointByPoint) {
    const GaussianMixture mixture = random_mixture(3, 5, 41);
    const std::vector<double> x = random_points(3 * 7, 4, 5);
    std::vector<double> score = poisoned(x.size()), denoised = poisoned(x.size());
    const std::vector<double> log_density = mixture.log_density(x, kMarginals[1]);
    mixture.evaluate(x, kMarginals[1], {.score = score, .denoised = denoised});
    ASSERT_EQ(log_density.size(), 7U);
    for (std::size_t i = 0; i < 7; ++i) {
        const std::span<const double> point = std::span(x).subspan(3 * i, 3);
        std::vector<double> one = poisoned(3);
        mixture.score(point, kMarginals[1], one);
        EXPECT_TRUE(std::equal(one.begin(), one.end(), &score[3 * i])) << i;
        mixture.denoise(point, kMarginals[1], one);
        EXPECT_TRUE(std::equal(one.begin(), one.end(), &denoised[3 * i])) << i;
        EXPECT_EQ(mixture.log_density(point, kMarginals[1])[0], log_density[i]) << i;
    }
}

// Two equal components ±m of covariance vI answer D = αv/s·x + σ²/s·m·tanh(αm·x/s), s = α²v + σ²: with m along the
// second axis and x a million deviations out along the first, responsibilities differ by what the exponents, 5e11, lose
// of the last bit: 6e-5; the first coordinate of D, of size 1e6, is good to the last bits.
TEST(GaussianMixture, AMillionDeviationsOutItsModesStillShare) {
    const GaussianMixture mixture({{1, {0, -3}, {1, 0, 0, 1}}, {1, {0, 3}, {1, 0, 0, 1}}});
    const Marginal at{0.8, 0.6};
    std::vector<double> denoised = poisoned(2);
    for (const double y : {-0.5, 0.0, 0.1}) {
        mixture.denoise(std::vector{1e6, y}, at, denoised);
        EXPECT_NEAR(denoised[0], 0.8e6, 1e-7);
        EXPECT_NEAR(denoised[1], 0.8 * y + 0.36 * 3 * std::tanh(2.4 * y), 1e-4);
    }
}

// At sigma = 0 the point is the data, and the score that of the clean density.
TEST(GaussianMixture, WithoutNoiseTheDenoiserIsThePoint) {
    const GaussianMixture mixture = mixture_1d();
    std::vector<double> out = poisoned(1);
    mixture.denoise(std::vector{0.9}, {0.5, 0}, out);
    EXPECT_NEAR(out[0], 1.8, 1e-14);
    mixture.score(std::vector{4.0}, {0.5, 0}, out);
    EXPECT_NEAR(out[0], -(4.0 - 1) / 0.25, 1e-12);
}

// Standard errors of n = 40 000 draws: share √(p(1−p)/n), mean √(v/n), covariance √((v_i v_j + c²)/n); bound 4.5 of
// them.
TEST(GaussianMixture, SamplesHaveTheComponentsSharesMeansAndCovariances) {
    const Marginal at{0.8, 0.6};
    // The components lie 16 apart along the first axis, so its sign says which one a draw is of.
    const GaussianMixture mixture({{1, {-10, 0}, {1, 0.5, 0.5, 2}}, {3, {10, 1}, {0.5, -0.3, -0.3, 0.4}}});
    constexpr std::uint32_t kCount = 40000;
    const std::vector<double> x = mixture.sample(12, {0, kCount}, at);
    double n = 0, mean_x = 0, mean_y = 0;
    for (std::size_t i = 0; i < x.size(); i += 2) {
        if (x[i] < 0) continue;
        ++n;
        mean_x += x[i];
        mean_y += x[i + 1];
    }
    mean_x /= n;
    mean_y /= n;
    double xx = 0, xy = 0, yy = 0;
    for (std::size_t i = 0; i < x.size(); i += 2) {
        if (x[i] < 0) continue;
        xx += (x[i] - mean_x) * (x[i] - mean_x) / n;
        xy += (x[i] - mean_x) * (x[i + 1] - mean_y) / n;
        yy += (x[i + 1] - mean_y) * (x[i + 1] - mean_y) / n;
    }
    const double v = 0.64 * 0.5 + 0.36, w = 0.64 * 0.4 + 0.36, c = 0.64 * -0.3;
    EXPECT_NEAR(n / kCount, 0.75, 4.5 * std::sqrt(0.75 * 0.25 / kCount));
    EXPECT_NEAR(mean_x, 8, 4.5 * std::sqrt(v / n));
    EXPECT_NEAR(mean_y, 0.8, 4.5 * std::sqrt(w / n));
    EXPECT_NEAR(xx, v, 4.5 * v * std::sqrt(2 / n));
    EXPECT_NEAR(yy, w, 4.5 * w * std::sqrt(2 / n));
    EXPECT_NEAR(xy, c, 4.5 * std::sqrt((v * w + c * c) / n));
}

TEST(GaussianMixture, SamplesDoNotDependOnTheBatch) {
    const GaussianMixture mixture = random_mixture(3, 3, 50);
    const std::vector<double> whole = mixture.sample(1, {0, 50});
    const std::vector<double> part = mixture.sample(1, {20, 30});
    EXPECT_THAT(part, testing::ElementsAreArray(whole.begin() + 60, whole.end()));
}

// The moments of mixture_d by hand: mean −0.2·5 + 0.8·5 = 3, variance 1 + 0.2·8² + 0.8·2² = 17.
TEST(Moments, AreThoseOfTheDistribution) {
    const auto mixture = open_target({.name = "mixture_d"});
    const AxisMoments clean = mixture->moments();
    EXPECT_THAT(clean.mean, testing::Each(testing::DoubleNear(3, 1e-14)));
    EXPECT_THAT(clean.variance, testing::Each(testing::DoubleNear(17, 1e-13)));
    const AxisMoments noisy = marginal_moments(clean, {0.5, 2});
    EXPECT_THAT(noisy.mean, testing::Each(testing::DoubleNear(1.5, 1e-14)));
    EXPECT_THAT(noisy.variance, testing::Each(testing::DoubleNear(8.25, 1e-13)));
}

// Standard errors of n = 40 000 draws: mean √(v/n), variance below √(m₄/n); bound 4.5 of them. The fourth moment of the
// draws themselves serves.
TEST(Moments, OfCorrelatedComponentsAreThoseOfDraws) {
    constexpr std::uint32_t kCount = 40'000;
    const GaussianMixture mixture = random_mixture(3, 4, 50);
    const Marginal at = {0.6, 0.8};
    const std::vector<double> x = mixture.sample(5, {0, kCount}, at);
    const AxisMoments exact = marginal_moments(mixture.moments(), at);
    for (std::size_t e = 0; e < 3; ++e) {
        double mean = 0, variance = 0, fourth = 0;
        for (std::size_t i = e; i < x.size(); i += 3) {
            const double offset = x[i] - exact.mean[e];
            mean += offset / kCount;
            variance += offset * offset / kCount;
            fourth += offset * offset * offset * offset / kCount;
        }
        EXPECT_NEAR(mean, 0, 4.5 * std::sqrt(exact.variance[e] / kCount));
        EXPECT_NEAR(variance, exact.variance[e], 4.5 * std::sqrt(fourth / kCount));
    }
}

// Each component's interval of the uniform is its weight: with 1 000 of them no draw may fall beside its share. The
// index is read off the mean, k; standard deviation of a count √(n p).
TEST(GaussianMixture, SamplesEveryOfAThousandComponents) {
    std::vector<MixtureComponent> components(1000);
    for (std::size_t k = 0; k < components.size(); ++k) {
        components[k] = {k < 500 ? 1.0 : 3.0, {static_cast<double>(k)}, {0}};
    }
    constexpr std::uint32_t kCount = 200000;
    std::vector<int> counts(components.size());
    for (const double x : GaussianMixture(components).sample(3, {0, kCount})) ++counts.at(static_cast<std::size_t>(x));
    for (std::size_t k = 0; k < counts.size(); ++k) {
        const double expected = kCount * components[k].weight / 2000;
        EXPECT_NEAR(counts[k], expected, 5 * std::sqrt(expected)) << k;
    }
}

TEST(GaussianMixture, RefusesWhatIsNoMixture) {
    const auto refusal = [](std::vector<MixtureComponent> components) {
        return error_of([&] { GaussianMixture mixture(components); });
    };
    EXPECT_THAT(refusal({}), HasSubstr("(components): there is no component; give at least one"));
    EXPECT_THAT(refusal({{1, std::vector<double>(4097), std::vector<double>(4097, 1)}}),
                HasSubstr("4097 dimensions are not 1 … 4096"));
    EXPECT_THAT(refusal({{1, {0}, {1}}, {0, {0}, {1}}}), HasSubstr("(component 1): its weight is not positive"));
    EXPECT_THAT(refusal({{1, {0}, {1}}, {1, {0, 0}, {1}}}), HasSubstr("(component 1): its mean has not 1 entries"));
    EXPECT_THAT(refusal({{1, {0, 0}, {1, 0, 1}}}), HasSubstr("its covariance is not 2 x 2; give the matrix"));
    EXPECT_THAT(refusal({{1, {0, 0}, {1, 0.5, 0.4, 1}}}),
                HasSubstr("its covariance is not symmetric; give a symmetric matrix"));
    EXPECT_THAT(refusal({{1, {0, 0}, {1, 2, 2, 1}}}), HasSubstr("negative eigenvalue"));
    EXPECT_THAT(refusal({{1, {NAN}, {1}}}), HasSubstr("a number is not finite"));
}

// c_skip·x + c_out·F must be the mixture's denoiser; roundings grow by σ/α ≤ 100.
TEST(ExactScore, AnswersTheOutputWhoseAffineFormIsTheDenoiser) {
    const auto mixture = std::make_shared<const GaussianMixture>(random_mixture(2, 3, 60));
    const std::vector<double> x = random_points(10, 3, 2);
    for (const Marginal& marginal : kMarginals) {
        for (const Prediction prediction : {Prediction::epsilon, Prediction::x0, Prediction::v, Prediction::score,
                                            Prediction::velocity, Prediction::edm}) {
            std::vector<double> scaled = x;
            for (double& coordinate : scaled) coordinate *= 4;
            std::vector<double> output = poisoned(x.size());
            ExactScore(mixture, {prediction, 0.7})
                .evaluate(scaled, Eval{.alpha = marginal.alpha, .sigma = marginal.sigma, .c_in = 4}, output);
            const AffineForm form = denoiser_form({prediction, 0.7}, {.t = 0, .at = marginal, .c_in = 4, .c_noise = 0});
            std::vector<double> denoised = poisoned(x.size());
            mixture->denoise(x, marginal, denoised);
            for (std::size_t i = 0; i < x.size(); ++i) {
                EXPECT_NEAR(form.c_skip * x[i] + form.c_out * output[i], denoised[i], 1e-11);
            }
        }
    }
}

/// exact_output against the definitions of what is predicted, relative to the larger of the two coefficients of D and
/// ε.
void expect_output(Prediction prediction, const Marginal& at, double of_denoised, double of_noise) {
    const ExactForm form = exact_output({prediction, 0.5}, Eval{.alpha = at.alpha, .sigma = at.sigma});
    const double tolerance = 4e-16 * std::max(std::abs(of_denoised), std::abs(of_noise));
    EXPECT_NEAR(form.of_denoised, of_denoised, tolerance) << prediction_name(prediction) << " at sigma " << at.sigma;
    EXPECT_NEAR(-form.of_score / at.sigma, of_noise, tolerance) << prediction_name(prediction) << " at " << at.sigma;
}

// ε, x_0, αε − σx_0, −ε/σ, ε − x_0, and with α = 1 the residual of Karras et al.: F = σ/(σ_d s)·D − σ_d/s·ε,
// s² = σ² + σ_d². To the last bits, however small sigma or alpha.
TEST(ExactScore, OutputsAreTheDefinitionsOfThePredictions) {
    for (const Marginal& at : {Marginal{1, 1e-9}, {1, 1e-3}, {0.8, 0.6}, {1e-3, 1}, {1e-9, 1}, {1, 80}}) {
        expect_output(Prediction::epsilon, at, 0, 1);
        expect_output(Prediction::x0, at, 1, 0);
        expect_output(Prediction::v, at, -at.sigma, at.alpha);
        expect_output(Prediction::score, at, 0, -1 / at.sigma);
        expect_output(Prediction::velocity, at, -1, 1);
        if (at.alpha != 1) continue;
        const double s = std::hypot(at.sigma, 0.5);
        expect_output(Prediction::edm, at, at.sigma / (0.5 * s), -0.5 / s);
    }
    expect_output(Prediction::epsilon, {0, 1}, 0, 1);  // no signal left
    expect_output(Prediction::x0, {0, 1}, 1, 0);
    expect_output(Prediction::velocity, {0, 1}, -1, 1);
}

TEST(ExactScore, WithoutNoiseAnswersScoreAndDenoiser) {
    std::vector<double> out = poisoned(1);
    const Eval clean{.alpha = 0.5, .sigma = 0, .c_in = 2};
    ExactScore(mixture_1d(), Prediction::score).evaluate(std::vector{8.0}, clean, out);
    EXPECT_NEAR(out[0], -(4.0 - 1) / 0.25 / 2, 1e-12);  // of what the network receives, twice as large
    ExactScore(mixture_1d(), Prediction::x0).evaluate(std::vector{8.0}, clean, out);
    EXPECT_NEAR(out[0], 8, 1e-12);
    EXPECT_FALSE(std::isfinite(exact_output(Prediction::epsilon, clean).of_score));
}

}  // namespace
}  // namespace scorefield::diffusion
