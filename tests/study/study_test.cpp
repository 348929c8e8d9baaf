#include "study/study.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/random.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/targets.hpp"
#include "study/agreement.hpp"
#include "study/gaussian_recursion.hpp"
#include "study/line_law.hpp"
#include "study/orders.hpp"
#include "study/path_bound.hpp"
#include "study/round_trip.hpp"
#include "study/table.hpp"

namespace scorefield::study {
namespace {

std::vector<float> sorted_normals(std::uint32_t count, double mean, double deviation) {
    std::vector<float> values;
    for (std::uint32_t i = 0; i < count; ++i) {
        values.push_back(static_cast<float>(mean + deviation * double{base::normal(3, i, 0, 0, base::kInitStream)}));
    }
    std::sort(values.begin(), values.end());
    return values;
}

TEST(StudyTable, AlignsFiguresAndKeepsThemInJson) {
    const Table table = {.title = "Widths",
                         .columns = {"name", "σ", "count", "pass"},
                         .rows = {{"a", 0.5, std::int64_t{12}, true}, {"long", HUGE_VAL, std::int64_t{3}, false}},
                         .notes = {"A note."}};
    EXPECT_EQ(to_text(table),
              "Widths\n\n"
              "name    σ  count  pass\n"
              "a     0.5     12  yes\n"
              "long  inf      3  no\n\n"
              "A note.\n");
    EXPECT_EQ(to_json(table).dump(), R"({"title":"Widths","columns":["name","σ","count","pass"],)"
                                     R"("rows":[["a",0.5,12,true],["long",null,3,false]],"notes":["A note."]})");
}

// Negative values fall as their bits rise; both zeros, subnormals and infinities have their place.
TEST(SortedAlong, OrdersAsComparisonsDo) {
    std::vector<float> values = sorted_normals(5000, 0.1, 3);
    values.insert(values.end(), {0.0F, -HUGE_VALF, 1e-40F, -1e-40F, HUGE_VALF, 1e30F, -1e30F});
    std::reverse(values.begin(), values.begin() + 3000);
    std::vector<float> expected = values;
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(sorted_along(values, std::array<double, 1>{1}), expected);
}

TEST(SortedAlong, ProjectsOntoTheDirection) {
    const std::vector<float> states = {1, 2, 3, -4, -5, 0};
    EXPECT_THAT(sorted_along(states, std::array<double, 2>{0.6, -0.8}), testing::ElementsAre(-3, -1, 5));
}

// The distribution functions of {1, 2} and {1.5, 3, 4, 5} differ most at 2, by 1 − 1/4.
TEST(KolmogorovSmirnov, FindsTheLargestDifferenceOfTwoSamples) {
    const std::vector<float> a = {1, 2};
    const std::vector<float> b = {1.5F, 3, 4, 5};
    EXPECT_DOUBLE_EQ(ks_distance(a, b), 0.75);
    EXPECT_DOUBLE_EQ(ks_distance(b, a), 0.75);
    EXPECT_DOUBLE_EQ(ks_distance(a, a), 0);
}

// Against the uniform law on [0, 1): at 0.8 the function is still 1/2 from below.
TEST(KolmogorovSmirnov, FindsTheLargestDifferenceFromALaw) {
    const std::vector<float> sample = {0.1F, 0.8F};
    EXPECT_NEAR(ks_distance(sample, LineLaw::uniform(0, 1)), 0.4, 1e-7);
}

// N(0, 1) and N(d, 1) differ most in the middle: 2Φ(d/2) − 1.
TEST(KolmogorovSmirnov, OfTwoGaussiansIsKnown) {
    const double expected = std::erf(0.25 / std::numbers::sqrt2);
    EXPECT_NEAR(ks_distance(LineLaw::normal(0, 1), LineLaw::normal(0.5, 1)), expected, 1e-5);
}

// 1.9495·√(2/10⁶), e.g. Knuth, TAOCP 2, 3.3.1.
TEST(KolmogorovSmirnov, HasTheKnownCriticalValue) {
    EXPECT_NEAR(ks_critical(1e6, 1e6), 2.757e-3, 1e-6);
    EXPECT_NEAR(ks_critical(1e6), 1.9495e-3, 1e-6);
    EXPECT_NEAR(ks_critical(1e6, HUGE_VAL, 0.05), 1.3581e-3, 1e-6);
}

TEST(KolmogorovSmirnov, AcceptsDrawsOfTheLawAndNoOthers) {
    constexpr std::uint32_t kDraws = 20'000;
    const std::vector<float> draws = sorted_normals(kDraws, 0.3, 2);
    EXPECT_LT(ks_distance(draws, LineLaw::normal(0.3, 2)), ks_critical(kDraws));
    EXPECT_GT(ks_distance(draws, LineLaw::normal(0.3, 2.1)), ks_critical(kDraws));
    EXPECT_GT(ks_distance(draws, LineLaw::normal(0.4, 2)), ks_critical(kDraws));
}

TEST(MomentsOfASample, HaveTheirStandardErrors) {
    const std::vector<float> values = {-1, 1, -1, 1, 3, -3};
    const Moments moments = moments_of(values);
    EXPECT_DOUBLE_EQ(moments.mean, 0);
    EXPECT_DOUBLE_EQ(moments.variance, 22.0 / 6);
    EXPECT_DOUBLE_EQ(moments.mean_error, std::sqrt(22.0 / 36));
    EXPECT_DOUBLE_EQ(moments.variance_error, std::sqrt((166.0 / 6 - 22.0 * 22 / 36) / 6));
}

diffusion::GaussianMixture two_modes() {
    return diffusion::GaussianMixture(
        {{.weight = 0.6, .mean = {2}, .covariance = {0.25}}, {.weight = 0.4, .mean = {-2}, .covariance = {0.04}}});
}

// The same steps with the state, the score and every sum rounded to single precision.
TEST(PathBound, HoldsPathsInSinglePrecision) {
    const diffusion::GaussianMixture mixture = two_modes();
    const auto score = [&](double x) {
        double answer = 0;
        mixture.score({&x, 1}, {}, {&answer, 1});
        return answer;
    };
    for (const float step_size : {0.05F, 0.001F}) {
        for (std::uint32_t path = 0; path < 8; ++path) {
            double exact = 0;
            float rounded = 0;
            PathBound bound(mixture, double{step_size}, 0);
            for (std::uint32_t k = 0; k < 1000; ++k) {
                const float noise = std::sqrt(2 * step_size) * base::normal(3, path, 0, k, base::kCorrectorStream);
                exact += double{step_size} * score(exact) + double{noise};
                rounded += step_size * static_cast<float>(score(double{rounded})) + noise;
                bound.step_to(exact);
                ASSERT_LE(std::abs(double{rounded} - exact), bound.value()) << step_size << " " << path << " " << k;
                ASSERT_LT(bound.value(), 1e-3);
            }
        }
    }
}

// On one Gaussian of variance v the drift brings two paths together by 1 − τ/v a step.
TEST(PathBound, ForgetsAsTheDriftDoes) {
    const diffusion::GaussianMixture gaussian({{.weight = 1, .mean = {0}, .covariance = {1}}});
    PathBound bound(gaussian, 0.5, 4);
    double x = 4;
    for (int k = 0; k < 60; ++k) bound.step_to(x /= 2);
    EXPECT_LT(bound.value(), 1e-12);
}

TEST(Modes, AreFoundBetweenTwoPoints) {
    EXPECT_NEAR(mode_between(two_modes(), 0, 3), 2, 1e-12);
    EXPECT_NEAR(mode_between(two_modes(), -3, -1), -2, 1e-12);
}

// A new deterministic sampler must say its order of accuracy in the study.
TEST(OrdersStudy, ExpectsAnOrderOfEverySolver) {
    for (const SolverCase& solver : solver_cases()) EXPECT_TRUE(solver.expected.has_value()) << solver.settings.name;
}

TEST(OrdersStudy, CoversEveryOrderAndVariant) {
    std::vector<std::string> names;
    for (const SolverCase& solver : solver_cases()) names.push_back(describe(solver.settings));
    EXPECT_THAT(names, testing::IsSupersetOf({"ddim eta=0", "rk45", "lms order=4", "unipc order=3 variant=bh1",
                                              "gamma gamma=0 variant=exponential", "ddim_inverse order=1"}));
    EXPECT_THAT(names, testing::Not(testing::Contains("repaint")));
    EXPECT_THAT(names, testing::Not(testing::Contains("ddpm")));
}

// At these steps the next order shows in the second digit; 0.25 tells neighbours apart.
TEST(OrdersStudy, MeasuresTheOrdersOfTheTheory) {
    for (const char* name : {"ddim", "heun", "rk4"}) {
        const std::vector<SolverCase> cases = solver_cases();
        const auto solver = std::ranges::find(cases, name, [](const SolverCase& one) { return one.settings.name; });
        ASSERT_NE(solver, cases.end());
        EXPECT_NEAR(measured_order(*solver, "flow").order, *solver->expected, 0.25) << name;
    }
}

// Published figures for v = 0.01 and N(0, 1) at 1000 steps have three or four digits.
TEST(GaussianRecursion, HasTheKnownVariances) {
    EXPECT_NEAR(variance_after(WayBack::mean_only, 0.01, 1, 1000), 9.803e-5, 5e-9);
    EXPECT_NEAR(variance_after(WayBack::noise_every_step, 0.01, 1, 1000), 1.052e-2, 5e-6);
    EXPECT_NEAR(variance_after(WayBack::noise_but_last, 0.01, 1, 1000), 9.52e-3, 5e-6);
    EXPECT_NEAR(variance_after(WayBack::ddim, 0.01, 1, 1000), 8.67e-3, 5e-6);
}

TEST(GaussianRecursion, HasTheKnownLimits) {
    EXPECT_NEAR(variance_limit(WayBack::mean_only, 0.01, 1), 9.803e-5, 5e-9);
    EXPECT_NEAR(variance_limit(WayBack::noise_every_step, 0.01, 1), 9.999e-3, 5e-7);
    EXPECT_NEAR(variance_limit(WayBack::ddim, 0.01, 1), 9.901e-3, 5e-7);
    for (const WayBack way : {WayBack::noise_every_step, WayBack::ddim, WayBack::posterior_noise}) {
        EXPECT_NEAR(variance_limit(way, 0.01, 1.01), 0.01, 1e-15);
        // The recursion goes there, at the rate 1/N times log N at most.
        EXPECT_NEAR(variance_after(way, 0.01, 1.01, 1'000'000), 0.01, 1e-5);
    }
}

TEST(GaussianRecursion, KeepsTheMarginalWithPosteriorNoise) {
    for (const int steps : {1, 7, 100}) {
        EXPECT_NEAR(variance_after(WayBack::posterior_noise, 0.3, 1.3, steps), 0.3, 1e-14);
    }
}

// Twice the steps: the errors fall by 2, 8 and 4, up to the next order.
TEST(RoundTrips, MissThemselvesByTheirOrder) {
    const auto ratio = [](TripKind kind) {
        return exact_round_trip_error(kind, 200) / exact_round_trip_error(kind, 400);
    };
    EXPECT_NEAR(ratio(TripKind::first_order), 2, 0.2);
    EXPECT_NEAR(ratio(TripKind::second_order), 8, 0.4);
    EXPECT_NEAR(ratio(TripKind::one_way), 4, 0.4);
}

}  // namespace
}  // namespace scorefield::study
