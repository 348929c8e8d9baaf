#include "train/ncsnv2.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

namespace scorefield::train {
namespace {

TEST(Ncsnv2, FindsTheLargestDistance) {
    const data::Points square = {5, 2, {0, 0, 3, 0, 3, 4, 0, 4, 1, 1}};
    EXPECT_DOUBLE_EQ(largest_distance(square), 5);
    // All but one of many at one place.
    data::Points crowd = {20'001, 1, std::vector<float>(20'001, 1)};
    crowd.values[7] = 3;
    EXPECT_DOUBLE_EQ(largest_distance(crowd), 2);
}

// Far from the lower end the first term is 1, so that half the probability is left where √(2d)(γ−1) = 3γ.
TEST(Ncsnv2, ChoosesTheRatioByTheOverlapOfShells) {
    for (const std::size_t dim : {100U, 784U, 3072U}) {
        const double root = std::sqrt(2 * static_cast<double>(dim));
        EXPECT_NEAR(geometric_ratio(dim), root / (root - 3), 1e-8);
    }
    EXPECT_EQ(geometric_ratio(2), kWidestRatio);
}

// A Gaussian of γσ under K steps on the score −x/σ²: the variance of the formula, to five standard errors of 200 000
// draws, √(2/n) of it each.
TEST(Ncsnv2, PredictsTheVarianceAfterALevel) {
    constexpr double kGamma = 1.5;
    constexpr double kShare = 0.07;
    constexpr std::size_t kIterations = 7;
    constexpr int kDraws = 200'000;
    std::mt19937 random(4);
    std::normal_distribution<double> normal;
    double square = 0;
    for (int i = 0; i < kDraws; ++i) {
        double x = kGamma * normal(random);
        for (std::size_t k = 0; k < kIterations; ++k) x += -kShare * x + std::sqrt(2 * kShare) * normal(random);
        square += x * x / kDraws;
    }
    const double predicted = variance_ratio(kGamma, kShare, kIterations);
    EXPECT_NEAR(square / predicted, 1, 5 * std::sqrt(2.0 / kDraws));
}

TEST(Ncsnv2, ProposesTheStepThatBringsTheVarianceNearest) {
    const data::Points points = {2, 2, {0, 0, 6, 8}};
    const Ncsnv2Proposal proposal = propose_ncsnv2(points, 0.01);
    EXPECT_DOUBLE_EQ(proposal.largest_sigma, 10);
    EXPECT_LE(proposal.ratio, kWidestRatio);
    EXPECT_NEAR(0.01 * std::pow(proposal.ratio, static_cast<double>(proposal.levels - 1)), 10, 1e-9);
    const double share = proposal.step_size / (2 * 0.01 * 0.01);
    EXPECT_NEAR(proposal.variance_ratio, variance_ratio(proposal.ratio, share, proposal.iterations), 1e-12);
    for (const double other : {0.5 * share, 0.9 * share, 1.1 * share, 1.5 * share}) {
        EXPECT_LT(std::abs(proposal.variance_ratio - 1),
                  std::abs(variance_ratio(proposal.ratio, other, proposal.iterations) - 1));
    }
    EXPECT_LE(proposal.variance_ratio, 1 + kVarianceExcess);
    EXPECT_GT(proposal.iterations, 1U);
    EXPECT_THROW(propose_ncsnv2(points, 11), std::logic_error);
}

}  // namespace
}  // namespace scorefield::train
