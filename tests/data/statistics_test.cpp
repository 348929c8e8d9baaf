#include "data/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "base/error.hpp"
#include "base/random.hpp"

namespace scorefield::data {
namespace {

/// Correlated, skewed points far from 0 compared with their spread.
std::vector<float> skewed_points(std::size_t count) {
    std::vector<float> rows;
    for (std::size_t i = 0; i < count; ++i) {
        const auto z = base::normal4(7, static_cast<std::uint32_t>(i), 0, 0, 90);
        rows.push_back(100.0F + std::exp(0.5F * z[0]));
        rows.push_back(-3.0F + 0.25F * z[0] + z[1]);
    }
    return rows;
}

const std::vector<Bins> kBins = {{100, 104, 40}, {-6, 0, 30}};

Statistics statistics_of(std::span<const float> rows, std::size_t piece, std::size_t threads) {
    base::ThreadPool pool(threads);
    Statistics statistics(kBins, true);
    for (std::size_t i = 0; i < rows.size(); i += piece) {
        statistics.add(rows.subspan(i, std::min(piece, rows.size() - i)), pool);
    }
    return statistics;
}

void expect_same_counts(const Summary& a, const Summary& b) {
    EXPECT_EQ(a.count, b.count);
    EXPECT_EQ(a.histograms, b.histograms);
    EXPECT_EQ(a.joint, b.joint);
    EXPECT_EQ(a.minimum, b.minimum);
    EXPECT_EQ(a.maximum, b.maximum);
}

// Five points by hand: deviations of the first coordinate −3 −2 −1 0 6, of the second 2 1 0 −1 −2.
TEST(Statistics, AreTheMomentsByTheirDefinitions) {
    const std::vector<float> rows = {1, 12, 2, 11, 3, 10, 4, 9, 10, 8};
    base::ThreadPool pool(1);
    Statistics statistics({{0, 5, 5}, {9, 12, 3}}, true);
    statistics.add(rows, pool);
    const Summary summary = statistics.summary();
    EXPECT_EQ(summary.count, 5U);
    EXPECT_EQ(summary.mean, (std::vector<double>{4, 10}));
    EXPECT_EQ(summary.covariance, (std::vector<double>{10, -4, -4, 2}));
    EXPECT_DOUBLE_EQ(summary.skewness[0], 36 / (10 * std::sqrt(10.0)));
    EXPECT_DOUBLE_EQ(summary.skewness[1], 0);
    EXPECT_DOUBLE_EQ(summary.excess_kurtosis[0], 278.8 / 100 - 3);
    EXPECT_DOUBLE_EQ(summary.excess_kurtosis[1], 6.8 / 4 - 3);
    EXPECT_EQ(summary.minimum, (std::vector<double>{1, 8}));
    EXPECT_EQ(summary.maximum, (std::vector<double>{10, 12}));
    EXPECT_EQ(summary.histograms[0], (Histogram{{0, 1, 1, 1, 1}, 0, 1}));
    EXPECT_EQ(summary.histograms[1], (Histogram{{1, 1, 1}, 1, 1}));
    JointHistogram joint = {std::vector<std::uint64_t>(15), 2};
    joint.counts[2 * 3 + 2] = 1;
    joint.counts[3 * 3 + 1] = 1;
    joint.counts[4 * 3 + 0] = 1;
    EXPECT_EQ(summary.joint, joint);
}

// Against sums in long double over all points at once. Terms of like sign, a few thousand roundings of 1e-16.
TEST(Statistics, OfManyPointsFarFromZeroKeepTheirPrecision) {
    constexpr std::size_t kPoints = 20'000;
    const std::vector<float> rows = skewed_points(kPoints);
    const Summary summary = statistics_of(rows, 1000, 2).summary();
    for (std::size_t e = 0; e < 2; ++e) {
        long double mean = 0;
        for (std::size_t i = 0; i < kPoints; ++i) mean += static_cast<long double>(rows[2 * i + e]);
        mean /= kPoints;
        long double moments[5] = {};
        long double mixed = 0;
        for (std::size_t i = 0; i < kPoints; ++i) {
            const long double d = static_cast<long double>(rows[2 * i + e]) - mean;
            for (int power = 2; power <= 4; ++power) moments[power] += std::pow(d, power) / kPoints;
            mixed += d * static_cast<long double>(rows[2 * i + 1 - e]) / kPoints;
        }
        const auto variance = static_cast<double>(moments[2]);
        EXPECT_NEAR(summary.mean[e], static_cast<double>(mean), 1e-12);
        EXPECT_NEAR(summary.covariance[3 * e], variance, 1e-12);
        EXPECT_NEAR(summary.covariance[2 - e], static_cast<double>(mixed), 1e-11);
        EXPECT_NEAR(summary.skewness[e], static_cast<double>(moments[3]) / std::pow(variance, 1.5), 1e-11);
        EXPECT_NEAR(summary.excess_kurtosis[e], static_cast<double>(moments[4]) / (variance * variance) - 3, 1e-11);
    }
    EXPECT_GT(summary.skewness[0], 1);  // the case is worth its name
}

TEST(Statistics, AreTheSameBitsWhateverThePiecesAndThreads) {
    const std::vector<float> rows = skewed_points(3 * Statistics::kBlock + 1234);
    const Summary whole = statistics_of(rows, rows.size(), 1).summary();
    for (const std::size_t piece : {2UL, 2 * 4095UL, 2 * 4096UL, 2 * 5000UL, rows.size()}) {
        for (const std::size_t threads : {1UL, 3UL}) {
            const Summary other = statistics_of(rows, piece, threads).summary();
            expect_same_counts(other, whole);
            EXPECT_EQ(other.mean, whole.mean);
            EXPECT_EQ(other.covariance, whole.covariance);
            EXPECT_EQ(other.skewness, whole.skewness);
            EXPECT_EQ(other.excess_kurtosis, whole.excess_kurtosis);
        }
    }
}

TEST(Statistics, MergedAreThoseOfAllPoints) {
    const std::vector<float> rows = skewed_points(11'000);
    const Summary whole = statistics_of(rows, rows.size(), 1).summary();
    const std::span<const float> all(rows);
    for (const std::size_t first : {0UL, 2UL, 2 * 5000UL, rows.size()}) {
        Statistics merged = statistics_of(all.first(first), 3000, 1);
        merged.merge(statistics_of(all.subspan(first), 3000, 2));
        const Summary summary = merged.summary();
        expect_same_counts(summary, whole);
        for (std::size_t e = 0; e < 2; ++e) {
            EXPECT_NEAR(summary.mean[e], whole.mean[e], 1e-12);
            EXPECT_NEAR(summary.skewness[e], whole.skewness[e], 1e-11);
            EXPECT_NEAR(summary.excess_kurtosis[e], whole.excess_kurtosis[e], 1e-11);
        }
        for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(summary.covariance[i], whole.covariance[i], 1e-12);
    }
}

TEST(Statistics, BinsHoldTheirLowerEdgeAndNothingIsLost) {
    const float tenth = std::nextafter(1.0F, 0.0F);
    const std::vector<float> rows = {0, -1e-30F, 0.25F, 0.5F, tenth, 1, std::nextafter(0.25F, 0.0F), 3e38F, -3e38F};
    base::ThreadPool pool(1);
    Statistics statistics({{0, 1, 4}});
    statistics.add(rows, pool);
    EXPECT_EQ(statistics.summary().histograms[0], (Histogram{{2, 1, 1, 1}, 2, 2}));
    EXPECT_TRUE(statistics.summary().joint.counts.empty());
}

TEST(Statistics, OfEqualPointsHaveNoShape) {
    const std::vector<float> rows(5000, 0.1F);
    base::ThreadPool pool(2);
    Statistics statistics({{0, 1, 4}});
    statistics.add(rows, pool);
    const Summary summary = statistics.summary();
    EXPECT_EQ(summary.covariance[0], 0);
    EXPECT_EQ(summary.skewness[0], 0);
    EXPECT_EQ(summary.excess_kurtosis[0], 0);
    EXPECT_EQ(Statistics({{0, 1, 4}}).summary().count, 0U);
}

// With two threads, six matrices of 4096² doubles and two planes of 4096 points, 1 GiB; numbers and text of the
// covariance, 49 bytes for each entry, another 0.77 GiB.
TEST(Statistics, RefuseACovarianceThatMemoryDoesNotHold) {
    const auto refusal = [](std::size_t dim, std::uint64_t limit) {
        try {
            Statistics::require_memory(dim, 2, limit);
        } catch (const base::Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    constexpr std::uint64_t kGiB = std::uint64_t{1} << 30U;
    EXPECT_EQ(refusal(4096, 4 * kGiB), "");
    EXPECT_EQ(refusal(784, kGiB), "");
    EXPECT_EQ(refusal(4096, 3 * kGiB),
              "not enough memory (`stats`): the covariance of 4096 coordinates needs 1.77 GiB, more than half of the "
              "memory (3 GiB); sample without `stats`, and compute from the file what is needed");
}

TEST(Statistics, RefuseWhatMakesNoSense) {
    EXPECT_THROW(Statistics({}), std::invalid_argument);
    EXPECT_THROW(Statistics({{1, 1, 10}}), std::invalid_argument);
    EXPECT_THROW(Statistics({{0, std::numeric_limits<double>::infinity(), 10}}), std::invalid_argument);
    EXPECT_THROW(Statistics({{0, 1, 0}}), std::invalid_argument);
    EXPECT_THROW(Statistics({{0, 1, 2}}, true), std::invalid_argument);
    Statistics statistics(kBins, true);
    base::ThreadPool pool(1);
    EXPECT_THROW(statistics.add(std::vector<float>(3), pool), std::invalid_argument);
    EXPECT_THROW(statistics.merge(Statistics(kBins)), std::invalid_argument);
}

}  // namespace
}  // namespace scorefield::data
