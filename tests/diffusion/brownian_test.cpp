#include "diffusion/brownian.hpp"

#include <gmock/gmock.h>

#include <algorithm>
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

/// The increments, not standardised, by draw.
std::vector<std::map<std::uint32_t, double>> increments_of(const std::vector<Interval>& intervals) {
    const std::vector<std::vector<NoiseTerm>> terms = path_increments(intervals);
    EXPECT_EQ(terms.size(), intervals.size());
    std::vector<std::map<std::uint32_t, double>> increments;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        for (const NoiseTerm& term : terms[i]) {
            increments.resize(i + 1);
            increments[i][term.index] += term.coefficient * std::sqrt(intervals[i].high - intervals[i].low);
        }
    }
    return increments;
}

// What makes them increments of one path: the covariance of two is the length of their common part.
TEST(PathIncrements, HaveTheCovariancesOfTheirCommonParts) {
    std::vector<Interval> intervals;
    for (const double low : kPoints) {
        for (const double high : kPoints) {
            if (low < high) intervals.push_back({low, high});
        }
    }
    const auto increments = increments_of(intervals);
    for (std::size_t i = 0; i < intervals.size(); ++i) {
        for (std::size_t j = 0; j < intervals.size(); ++j) {
            const double common =
                std::min(intervals[i].high, intervals[j].high) - std::max(intervals[i].low, intervals[j].low);
            EXPECT_NEAR(covariance(increments[i], increments[j]), std::max(common, 0.0), 1e-14) << i << " " << j;
        }
    }
}

TEST(PathIncrements, OfStepsAreOneDrawEachInTheirOrder) {
    std::vector<Interval> steps;
    for (std::size_t i = kPoints.size() - 1; i > 0; --i) steps.push_back({kPoints[i - 1], kPoints[i]});
    steps.push_back(steps[3]);  // the same stretch once more
    const std::vector<std::vector<NoiseTerm>> terms = path_increments(steps);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        ASSERT_EQ(terms[i].size(), 1U);
        EXPECT_EQ(terms[i][0].index, i + 1 == steps.size() ? 3 : i);
        EXPECT_NEAR(terms[i][0].coefficient, 1, 1e-15);
    }
}

// Two stages of a step share a part: two draws, not three, also where rounding keeps their ends apart.
TEST(PathIncrements, OfStagesShareTheirDraws) {
    const std::vector<std::vector<NoiseTerm>> terms =
        path_increments(std::vector<Interval>{{0.4, 0.5}, {0.2, 0.5 + 1e-16}, {0.1, 0.2 - 1e-12}});
    ASSERT_EQ(terms[0].size(), 1U);
    ASSERT_EQ(terms[1].size(), 2U);
    EXPECT_EQ(terms[1][0].index, terms[0][0].index);
    EXPECT_NEAR(terms[1][0].coefficient, std::sqrt(1.0 / 3), 1e-9);
    EXPECT_EQ(terms[2].size(), 1U);
    EXPECT_EQ(terms[2][0].index, 2U);
    EXPECT_TRUE(path_increments({}).empty());
}

TEST(BrownianDepth, GrowsWithFinerSteps) {
    EXPECT_EQ(brownian_depth(1), kBrownianDepth);
    EXPECT_EQ(brownian_depth(std::ldexp(1, -20)), 20);
    EXPECT_EQ(brownian_depth(0), kMaxBrownianDepth);
}

}  // namespace
}  // namespace scorefield::diffusion
