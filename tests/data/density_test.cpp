#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "data/datasets.hpp"
#include "files_for_tests.hpp"

namespace scorefield::data {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// How many points lie in each cell of the extent, rows from the top; those outside are failures.
std::vector<double> counts_of(const Points& points, std::size_t columns, std::size_t rows, const Rectangle& extent) {
    std::vector<double> counts(columns * rows);
    for (std::size_t i = 0; i < points.count; ++i) {
        const auto x = static_cast<double>(points.values[2 * i]);
        const auto y = static_cast<double>(points.values[2 * i + 1]);
        const double column =
            std::floor((x - extent.left) / (extent.right - extent.left) * static_cast<double>(columns));
        const double row = std::floor((extent.top - y) / (extent.top - extent.bottom) * static_cast<double>(rows));
        counts.at(static_cast<std::size_t>(row) * columns + static_cast<std::size_t>(column)) += 1;
    }
    return counts;
}

/// Pearson's χ² of counts against weights is at most five of its deviations √(2k) above its mean k; cells of weight 0
/// are empty.
void expect_proportional(const std::vector<double>& counts, const std::vector<float>& weights) {
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    const double count = std::accumulate(counts.begin(), counts.end(), 0.0);
    double statistic = 0;
    double freedom = -1;
    for (std::size_t cell = 0; cell < weights.size(); ++cell) {
        const double expected = count * static_cast<double>(weights[cell]) / total;
        if (expected == 0) {
            EXPECT_EQ(counts[cell], 0) << cell;
            continue;
        }
        statistic += std::pow(counts[cell] - expected, 2) / expected;
        ++freedom;
    }
    EXPECT_LT(statistic, freedom + 5 * std::sqrt(2 * freedom));
}

// Sides that binary fractions hold, so that no point that float32 rounds to a cell's edge counts for the next cell but
// by a chance of 1e-6.
constexpr Rectangle kExtent = {-3, 1, 5, 7};

TEST(Density, DrawsEachCellByItsBrightness) {
    std::mt19937 random(11);
    std::vector<float> brightness(16 * 12);
    for (std::size_t cell = 0; cell < brightness.size(); ++cell) {
        brightness[cell] = cell % 5 == 0 ? 0 : static_cast<float>(random() % 1000 + 20);
    }
    const auto dataset = make_density("painted", 16, 12, brightness, kExtent);
    EXPECT_EQ(dataset->name(), "painted");
    EXPECT_EQ(dataset->dim(), 2U);
    EXPECT_EQ(dataset->classes(), 0U);
    expect_proportional(counts_of(dataset->draw(1, 0, 200'000), 16, 12, kExtent), brightness);
}

TEST(Density, IsUniformWithinACell) {
    const std::vector<float> one = {0, 0, 0, 7};
    const auto dataset = make_density("one cell", 2, 2, one, kExtent);
    const Points points = dataset->draw(1, 0, 100'000);
    expect_proportional(counts_of(points, 8, 8, {1, 1, 5, 4}), std::vector<float>(64, 1));
    // A rectangle of 4 × 3 about (3, 2.5): variances 16/12 and 9/12.
    EXPECT_THAT(dataset->scaling().mean, testing::ElementsAre(3, 2.5));
    EXPECT_NEAR(dataset->scaling().deviation[0], std::sqrt(25.0 / 24), 1e-14);
}

TEST(Density, KnowsItsScaling) {
    std::vector<float> brightness(30);
    std::iota(brightness.begin(), brightness.end(), 0.0F);
    const auto dataset = make_density("ramp", 6, 5, brightness, kExtent);
    const Scaling drawn = estimate_scaling(dataset->draw(2, 0, 200'000), "here", Centre::own);
    // Deviations of the coordinates below 2.4: six standard errors of a mean are 0.032, of a deviation less.
    EXPECT_NEAR(dataset->scaling().mean[0], drawn.mean[0], 0.032);
    EXPECT_NEAR(dataset->scaling().mean[1], drawn.mean[1], 0.032);
    EXPECT_NEAR(dataset->scaling().deviation[0], drawn.deviation[0], 0.02);
}

TEST(Density, DrawsAnyPartInAnyOrder) {
    const auto dataset = make_density("half", 2, 1, std::vector<float>{1, 2}, kExtent);
    const Points whole = dataset->draw(3, 0, 100);
    const Points part = dataset->draw(3, 40, 20);
    EXPECT_TRUE(std::equal(part.values.begin(), part.values.end(), whole.values.begin() + 80));
    EXPECT_NE(dataset->draw(4, 0, 100), whole);
}

TEST(Density, RefusesWhatIsNone) {
    const auto refusal = [](float value) {
        return [value] { make_density("painted", 2, 1, std::vector<float>{0, value}, kExtent); };
    };
    EXPECT_THAT(refusal(0), ThrowsMessage<base::Error>(HasSubstr("(painted): it is black all over")));
    EXPECT_THAT(refusal(-1), ThrowsMessage<base::Error>(HasSubstr("row 0, column 1")));
    EXPECT_THAT(refusal(std::numeric_limits<float>::infinity()), ThrowsMessage<base::Error>(HasSubstr("finite")));
    EXPECT_THAT(refusal(std::numeric_limits<float>::quiet_NaN()), ThrowsMessage<base::Error>(HasSubstr("finite")));
}

}  // namespace
}  // namespace scorefield::data
