#include "data/distances.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/random.hpp"
#include "data/datasets.hpp"

namespace scorefield::data {
namespace {

/// Standard normals scaled and moved along the first coordinate.
Points normals(std::uint64_t seed, std::size_t count, std::size_t dim, float scale = 1, float shift = 0) {
    Points points = {count, dim, std::vector<float>(count * dim)};
    for (std::size_t i = 0; i < points.values.size(); ++i) {
        points.values[i] = scale * base::normal(seed, static_cast<std::uint32_t>(i), 0, 0, base::kDataStream);
        if (i % dim == 0) points.values[i] += shift;
    }
    return points;
}

TEST(SlicedW2, OfAShiftIsItsMeanProjection) {
    // Moved by s along one axis every quantile along a direction u moves by s·u₁; E[u₁²] = 1/d.
    for (const std::size_t dim : {1U, 2U, 3U, 5U, 64U}) {
        const Points a = normals(1, 3000, dim);
        Points b = a;
        for (std::size_t i = 0; i < b.count; ++i) b.values[i * dim] += 0.6F;
        const double expected = 0.6 / std::sqrt(static_cast<double>(dim));
        // 512 fixed directions integrate u₁² to 1e-6 (a half turn) and 1e-3 (a half sphere). The mean of 512 random u₁²
        // has a relative deviation of at most √(2/512) = 0.06, its root half of that. The tolerance is four deviations.
        EXPECT_NEAR(sliced_w2(a, b), expected, dim > 3 ? 0.125 * expected : dim == 3 ? 1e-3 : 1e-5);
        EXPECT_EQ(sliced_w2(a, a), 0);
    }
}

TEST(SlicedW2, OfScaledNormalsIsTheDifferenceOfTheirDeviations) {
    // W2 between N(0, 1) and N(0, 4) in one dimension is 1; the same points, so only the outermost quantiles are cut.
    EXPECT_NEAR(sliced_w2(normals(1, 20'000, 1), normals(1, 20'000, 1, 2)), 1, 0.02);
}

TEST(SlicedW2, TakesQuantilesInTheMiddleOfTheirShares) {
    // The quantile of {0, 1} at p is p, so the mean square over p = (i + ½)/n, n = 2000, is 1/3 − 1/(12n²).
    const double square = 1.0 / 3 - 1.0 / (12 * 2000.0 * 2000.0);
    EXPECT_NEAR(sliced_w2({2, 1, {0, 1}}, {3, 1, {0, 0, 0}}), std::sqrt(square), 1e-12);
}

TEST(SlicedW2, OfFreshSwissRollsIsAsKnown) {
    const auto dataset = open_dataset("swiss_roll");
    const Scaling scaling = dataset->scaling();
    double sum = 0;
    for (std::uint64_t pair = 0; pair < 6; ++pair) {
        const Points a = standardise(dataset->draw(100 + 2 * pair, 0, 10'000), scaling);
        const Points b = standardise(dataset->draw(101 + 2 * pair, 0, 10'000), scaling);
        const double distance = sliced_w2(a, b);
        EXPECT_GT(distance, 0.010);
        EXPECT_LT(distance, 0.060);
        sum += distance / 6;
    }
    // An independent computation found 0.022 on average, 0.014–0.052 over draws: a mean of six scatters by about 0.005.
    EXPECT_NEAR(sum, 0.022, 0.008);
}

TEST(PairwiseDistances, VanishForEqualSetsAndGrowWithTheShift) {
    const Points a = normals(1, 1000, 2);
    EXPECT_EQ(energy_distance(a, a), 0);
    EXPECT_NEAR(mmd(a, a), 0, 1e-7);
    double last_energy = 0.05;  // of independent sets of this size: about √(2·E‖X−X'‖/1000) = 0.06
    double last_mmd = 0.02;
    for (const float shift : {0.5F, 1.0F, 2.0F}) {
        const Points b = normals(2, 1000, 2, 1, shift);
        EXPECT_GT(energy_distance(a, b), last_energy);
        EXPECT_GT(mmd(a, b), last_mmd);
        last_energy = energy_distance(a, b);
        last_mmd = mmd(a, b);
    }
}

TEST(PairwiseDistances, OfTwoPointsAreTheirFormulas) {
    const Points a = {1, 1, {0}};
    const Points b = {2, 1, {3, 5}};
    // 2·(3+5)/2 − 0 − (0+2+2+0)/4 = 7.
    EXPECT_NEAR(energy_distance(a, b), std::sqrt(7.0), 1e-12);
    // Mean square distance within b is (4+4)/4 = 2: kernels exp(−d²/(4w²)), w = ¼ … 4.
    double expected = 0;
    for (const double w : {0.25, 0.5, 1.0, 2.0, 4.0}) {
        const auto kernel = [w](double d) { return std::exp(-d * d / (4 * w * w)); };
        expected += (1 + (2 + 2 * kernel(2)) / 4 - (kernel(3) + kernel(5))) / 5;
    }
    EXPECT_NEAR(mmd(a, b), std::sqrt(expected), 1e-12);
}

TEST(Distances, OfLargeSetsUseAFixedPartOfThem) {
    const Points large = normals(5, 50'000, 2);
    const Points other = normals(6, 50'000, 2);
    EXPECT_EQ(energy_distance(large, other), energy_distance(large, other));
    EXPECT_LT(energy_distance(large, other), 0.06);  // √(2·1.77/4096)·2
}

TEST(Distances, RefuseWhatTheyCannotCompare) {
    const Points good = normals(1, 10, 2);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto refuses = [](const auto& distance, const Points& a, const Points& b, const std::string& line) {
        EXPECT_THAT([&] { distance(a, b); }, testing::ThrowsMessage<base::Error>(testing::HasSubstr(line)));
    };
    for (const auto distance : {sliced_w2, energy_distance, mmd}) {
        refuses(distance, {0, 2, {}}, good, "(the first set): it holds no points; give at least one");
        refuses(distance, good, {0, 2, {}}, "(the second set): it holds no points; give at least one");
        refuses(distance, good, normals(1, 10, 3), "2 and 3 coordinates; compare points of the same space");
        refuses(distance, normals(1, 2, kMaxDim + 1), normals(1, 2, kMaxDim + 1), "give points with fewer coordinates");
        refuses(distance, good, {1, 2, {1, nan}}, "(the second set): a value is not finite; give points without NaN");
    }
    refuses(mmd, good, {2, 2, {1, 1, 1, 1}}, "all its points are equal; compare with at least two different points");
}

}  // namespace
}  // namespace scorefield::data
