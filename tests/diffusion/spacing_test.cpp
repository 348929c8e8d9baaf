#include "diffusion/spacing.hpp"

#include <gmock/gmock.h>

#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::SizeIs;
using testing_support::error_of;

std::shared_ptr<const NoiseProcess> linear() {
    return make_process({});
}
std::shared_ptr<const NoiseProcess> cosine_seed() {
    return make_process({.schedule = "cosine_seed"});
}

/// Σ (i+1)·t_i: tells any two sequences of one length apart that differ in one place.
double fingerprint(const std::vector<double>& times) {
    double sum = 0;
    for (std::size_t i = 0; i < times.size(); ++i) sum += static_cast<double>(i + 1) * times[i];
    return sum;
}

// Expected: NumPy, np.linspace(999, 0, N+1).round()[:-1] and the formulas of diffusers' DDIMScheduler. With 6 and 48
// steps halves occur: 832.5 → 832, and 62.5, which arange meets as 62.50000000000011.
TEST(Spacing, MatchesNumpyToTheLastHalf) {
    EXPECT_THAT(make_timesteps(*linear(), "even", 6), ElementsAre(999, 832, 666, 500, 333, 166));
    EXPECT_THAT(make_timesteps(*linear(), "trailing", 6), ElementsAre(999, 832, 666, 499, 332, 166));
    EXPECT_THAT(make_timesteps(*linear(), "leading", 6), ElementsAre(830, 664, 498, 332, 166, 0));
    EXPECT_THAT(make_timesteps(*linear(), "linspace", 6), ElementsAre(999, 799, 599, 400, 200, 0));
    EXPECT_EQ(fingerprint(make_timesteps(*linear(), "even", 50)), 441675);
    EXPECT_EQ(fingerprint(make_timesteps(*linear(), "trailing", 50)), 440725);
    EXPECT_EQ(fingerprint(make_timesteps(*linear(), "leading", 50)), 416500);
    EXPECT_EQ(fingerprint(make_timesteps(*linear(), "linspace", 50)), 424561);
    EXPECT_EQ(fingerprint(make_timesteps(*linear(), "even", 999)), 166666500);
    const std::vector<double> trailing = make_timesteps(*linear(), "trailing", 48);
    EXPECT_THAT(std::vector(trailing.begin(), trailing.begin() + 7), ElementsAre(999, 978, 957, 936, 916, 895, 874));
    EXPECT_THAT(std::vector(trailing.end() - 4, trailing.end()), ElementsAre(82, 61, 41, 20));
}

TEST(Spacing, CosineSeedEndsAboveZero) {
    EXPECT_THAT(make_timesteps(*cosine_seed(), "even", 10), ElementsAre(39, 35, 31, 27, 23, 20, 16, 12, 8, 4));
    for (const std::string_view spacing : kSpacings) {
        const std::vector<double> all = make_timesteps(*cosine_seed(), spacing, 39);
        for (std::size_t i = 0; i < 39; ++i) EXPECT_EQ(all[i], 39 - static_cast<double>(i)) << spacing;
    }
}

TEST(Spacing, VisitsEveryTimeOnceWhereAsked) {
    for (const std::string_view spacing : kSpacings) {
        const std::vector<double> all = make_timesteps(*linear(), spacing, 1000);
        for (std::size_t i = 0; i < 1000; ++i) ASSERT_EQ(all[i], 999 - static_cast<double>(i)) << spacing;
    }
}

TEST(Spacing, IsStrictlyDecreasingForEveryNumberOfSteps) {
    for (const auto& process : {linear(), cosine_seed()}) {
        const int most = static_cast<int>(process->times().highest - process->times().lowest_noisy) + 1;
        for (const std::string_view spacing : kSpacings) {
            for (int steps = 1; steps <= most; ++steps) {
                const std::vector<double> times = make_timesteps(*process, spacing, steps);
                ASSERT_THAT(times, SizeIs(steps));
                ASSERT_THAT(times, Each(Ge(process->times().lowest_noisy)));
                ASSERT_EQ(error_of([&] { check_timesteps(*process, times); }), "no error") << spacing << " " << steps;
            }
        }
    }
}

TEST(Spacing, RefusesWithFlagLimitAndCure) {
    const auto refusal = [](std::string_view spacing, int steps) {
        return error_of([&] { make_timesteps(*cosine_seed(), spacing, steps); });
    };
    EXPECT_THAT(refusal("evne", 5), HasSubstr("(--spacing): no such name; did you mean 'even'?"));
    EXPECT_THAT(refusal("even", 0), HasSubstr("(--steps): 0 is below 1; give 1 … 39"));
    EXPECT_THAT(refusal("even", -5), HasSubstr("(--steps): -5 is below 1"));
    EXPECT_THAT(refusal("even", 40),
                HasSubstr("(--steps): 40 steps, but the process has 39 distinct timesteps; give at"));
}

TEST(ExplicitTimesteps, AreParsed) {
    EXPECT_THAT(parse_timesteps(*linear(), "999,500, 10"), ElementsAre(999, 500, 10));
    EXPECT_THAT(parse_timesteps(*linear(), "0"), ElementsAre(0));
}

TEST(ExplicitTimesteps, AreRefusedWithTheReason) {
    const auto refusal = [](std::string_view list) { return error_of([&] { parse_timesteps(*linear(), list); }); };
    EXPECT_THAT(refusal("999,x"), HasSubstr("(--timesteps): 'x' is not a number"));
    EXPECT_THAT(refusal("999,"), HasSubstr("(--timesteps): '' is not a number"));
    EXPECT_THAT(refusal(""), HasSubstr("(--timesteps): '' is not a number"));
    EXPECT_THAT(refusal("10,500"), HasSubstr("(--timesteps): 500 follows 10; give strictly decreasing whole numbers"));
    EXPECT_THAT(refusal("10,10"), HasSubstr("10 follows 10"));
    EXPECT_THAT(refusal("1000"), HasSubstr("1000 is no time of the process"));
    EXPECT_THAT(refusal("nan"), HasSubstr("nan is no time of the process"));
    EXPECT_THAT(refusal("-1"), HasSubstr("-1 is no time of the process"));
    EXPECT_THAT(refusal("10.5"), HasSubstr("10.5 is not a whole number"));
    EXPECT_THAT(error_of([] { parse_timesteps(*cosine_seed(), "3,0"); }), HasSubstr("there is no noise at 0"));
}

}  // namespace
}  // namespace scorefield::diffusion
