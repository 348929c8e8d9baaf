#include "diffusion/brownian.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

namespace scorefield::diffusion {
namespace {

/// The increment, not standardised, by draw.
std::map<std::uint32_t, double> increment(double low, double high, int depth = kBrownianDepth) {
    std::map<std::uint32_t, double> coefficients;
    for (const NoiseTerm& term : brownian_increment(low, high, depth)) {
        coefficients[term.index] += term.coefficient * std::sqrt(high - low);
    }
    return coefficients;
}

double covariance(const std::map<std::uint32_t, double>& a, const std::map<std::uint32_t, double>& b) {
    double sum = 0;
    for (const auto& [index, coefficient] : a) {
        if (const auto found = b.find(index); found != b.end()) sum += coefficient * found->second;
    }
    return sum;
}

const std::vector<double> kPoints = {0, 0.001, 0.0125, 0.25, 0.3, 1.0 / 3, 0.5, 0.61803, 0.75, 0.99, 1};

TEST(BrownianIncrement, HasTheVarianceOfItsInterval) {
    for (const double low : kPoints) {
        for (const double high : kPoints) {
            if (low >= high) continue;
            const auto terms = increment(low, high);
            EXPECT_NEAR(covariance(terms, terms), high - low, 1e-14) << low << " … " << high;
        }
    }
}

TEST(BrownianIncrement, IsIndependentOfThoseOfOtherIntervals) {
    for (std::size_t i = 0; i + 1 < kPoints.size(); ++i) {
        for (std::size_t j = i + 1; j + 1 < kPoints.size(); ++j) {
            EXPECT_NEAR(covariance(increment(kPoints[i], kPoints[i + 1]), increment(kPoints[j], kPoints[j + 1])), 0,
                        1e-14)
                << i << " " << j;
        }
    }
}

TEST(BrownianIncrement, OfManyStepsIsTheSumOfTheirs) {
    std::map<std::uint32_t, double> sum;
    for (std::size_t i = 0; i + 1 < kPoints.size(); ++i) {
        for (const auto& [index, coefficient] : increment(kPoints[i], kPoints[i + 1])) sum[index] += coefficient;
    }
    for (const auto& [index, coefficient] : sum) EXPECT_NEAR(coefficient, index == 0 ? 1 : 0, 1e-14) << index;
}

TEST(BrownianIncrement, OfDyadicPointsNeedsFewDraws) {
    EXPECT_EQ(increment(0, 1).size(), 1U);
    EXPECT_EQ(increment(0.5, 1).size(), 2U);
    EXPECT_LE(increment(0.3, 0.32).size(), 2U * kBrownianDepth);
}

TEST(BrownianDepth, GrowsWithFinerSteps) {
    EXPECT_EQ(brownian_depth(1), kBrownianDepth);
    EXPECT_EQ(brownian_depth(std::ldexp(1, -20)), 20);
    EXPECT_EQ(brownian_depth(0), kMaxBrownianDepth);
}

}  // namespace
}  // namespace scorefield::diffusion
