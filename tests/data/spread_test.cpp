#include "data/spread.hpp"

#include <algorithm>
#include <cmath>

#include "data/datasets.hpp"
#include "files_for_tests.hpp"

namespace scorefield::data {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::IsEmpty;

/// Four points whose second coordinate has `ratio` times the deviation of the first, 1, and whose third is constant.
Points points_of(double ratio, float constant = 7) {
    const auto wide = static_cast<float>(ratio);
    return {4, 3, {1, wide, constant, -1, wide, constant, 1, -wide, constant, -1, -wide, constant}};
}

Scaling scaling_of(const Points& points, ScalingMode mode) {
    return choose_scaling(measure_spread(points, "here", Centre::own), mode);
}

TEST(Spread, IsThatOfEachCoordinateAndOfAll) {
    const Spread spread = measure_spread(points_of(3), "here", Centre::own);
    EXPECT_THAT(spread.mean, ElementsAre(0, 0, 7));
    EXPECT_THAT(spread.deviation, ElementsAre(1, 3, 0));
    EXPECT_DOUBLE_EQ(spread.common, std::sqrt((1 + 9 + 0) / 3.0));
    // About the mean of all coordinates: 1, −1, 1, −1 are 1 and −1 from it, 5 and 7 are 4 … from 2.
    const Spread about_one = measure_spread({2, 2, {1, 5, -1, 3}}, "here", Centre::common);
    EXPECT_THAT(about_one.mean, ElementsAre(2, 2));
    EXPECT_THAT(about_one.deviation,
                ElementsAre(DoubleEq(std::sqrt((1 + 9) / 2.0)), DoubleEq(std::sqrt((9 + 1) / 2.0))));
}

TEST(Spread, LiesWhereThePointsDo) {
    Points points = points_of(3);
    points.origin = {1e9, -1e9, 0.1};
    const Spread spread = measure_spread(points, "here", Centre::own);
    EXPECT_THAT(spread.mean, ElementsAre(1e9, -1e9, 7.1));
    EXPECT_THAT(spread.deviation, ElementsAre(1, 3, 0));
}

TEST(ScalingMode, AutomaticIsCommonUpToTwentyTimes) {
    const auto of_first_two = [](double ratio) {
        const Points all = points_of(ratio);
        Points points = {4, 2, {}};
        for (std::size_t i = 0; i < all.values.size(); ++i) {
            if (i % 3 < 2) points.values.push_back(all.values[i]);
        }
        return points;
    };
    for (const double ratio : {1.0, 10.0, 20.0, 0.05}) {
        const Points points = of_first_two(ratio);
        EXPECT_EQ(scaling_of(points, ScalingMode::automatic), estimate_scaling(points, "here", Centre::own)) << ratio;
        EXPECT_EQ(scaling_of(points, ScalingMode::automatic), scaling_of(points, ScalingMode::common)) << ratio;
    }
    for (const double ratio : {21.0, 30.0, 1e8, 0.03}) {
        const Scaling scaling = scaling_of(of_first_two(ratio), ScalingMode::automatic);
        EXPECT_THAT(scaling.deviation, ElementsAre(1, DoubleEq(static_cast<double>(static_cast<float>(ratio)))));
        EXPECT_EQ(scaling, scaling_of(of_first_two(ratio), ScalingMode::per_coordinate));
    }
}

TEST(ScalingMode, AConstantCoordinateStaysConstantUnlessOneDeviationIsAskedFor) {
    for (const float constant : {0.0F, 0.1F, -3e20F}) {
        const Points points = points_of(2, constant);
        const Scaling automatic = scaling_of(points, ScalingMode::automatic);
        const double moving = std::sqrt((1 + 4) / 2.0);
        EXPECT_THAT(automatic.deviation, ElementsAre(DoubleEq(moving), DoubleEq(moving), 0));
        EXPECT_THAT(scaling_of(points, ScalingMode::per_coordinate).deviation, ElementsAre(1, 2, 0));
        EXPECT_THAT(scaling_of(points_of(50, constant), ScalingMode::automatic).deviation, ElementsAre(1, 50, 0));
        for (const ScalingMode mode : {ScalingMode::automatic, ScalingMode::per_coordinate}) {
            const Scaling scaling = scaling_of(points, mode);
            const Points standardised = standardise(points, scaling);
            EXPECT_EQ(standardised.values[2], 0);
            // Whatever a network says of it.
            EXPECT_EQ(undo({1, 3, {0, 0, 0.3F}}, scaling).values[2], constant);
            const Points again = undo(standardised, scaling);
            for (std::size_t i = 0; i < again.values.size(); ++i) {
                EXPECT_NEAR(again.values[i], points.values[i], 1e-5) << i;
            }
        }
    }
    const Scaling common = scaling_of(points_of(2), ScalingMode::common);
    EXPECT_THAT(common.deviation, testing::Each(DoubleEq(std::sqrt(5 / 3.0))));
}

TEST(ScalingMode, SaysWhatItDoes) {
    const auto remarks = [](const Points& points, ScalingMode mode) {
        return scaling_remarks(measure_spread(points, "here", Centre::own), mode);
    };
    EXPECT_THAT(remarks(points_of(2.5e-8), ScalingMode::automatic),
                ElementsAre("coordinate 0 has 40 000 000 times the standard deviation of coordinate 1: each coordinate "
                            "is standardised separately (`data.scaling` per_coordinate)",
                            "coordinate 2 is constant (7); samples keep this value"));
    EXPECT_THAT(remarks(points_of(25), ScalingMode::common),
                ElementsAre("coordinate 1 has 25 times the standard deviation of coordinate 0, which cannot be learned "
                            "with a common standard deviation; remove `data.scaling` common"));
    EXPECT_THAT(remarks(points_of(25), ScalingMode::per_coordinate),
                ElementsAre("coordinate 2 is constant (7); samples keep this value"));
    EXPECT_THAT(remarks({2, 2, {1, 2, 3, 5}}, ScalingMode::automatic), IsEmpty());
    EXPECT_THAT(remarks({2, 4, {1, 2, 3, 5, 4, 2, 3, 5}}, ScalingMode::automatic),
                ElementsAre("coordinates 1, 2, 3 are constant; samples keep their values"));
}

TEST(ScalingMode, HasItsNames) {
    EXPECT_EQ(parse_scaling_mode("auto"), ScalingMode::automatic);
    EXPECT_EQ(parse_scaling_mode("common"), ScalingMode::common);
    EXPECT_EQ(parse_scaling_mode("per_coordinate"), ScalingMode::per_coordinate);
    EXPECT_THAT([] { parse_scaling_mode("per_cordinate"); },
                testing::ThrowsMessage<base::Error>(testing::HasSubstr("did you mean 'per_coordinate'")));
}

TEST(ScalingMode, BuiltInSetsHaveOneDeviationAsEver) {
    for (const DatasetInfo& info : builtin_datasets()) {
        const Spread spread = open_dataset(std::string(info.name))->spread();
        EXPECT_EQ(choose_scaling(spread, ScalingMode::automatic), choose_scaling(spread, ScalingMode::common))
            << info.name;
        EXPECT_THAT(scaling_remarks(spread, ScalingMode::automatic), IsEmpty()) << info.name;
    }
}

TEST(ScalingMode, HoldsForDensitiesToo) {
    // 40 × 1 pixels: variances 4/12 and (1/20)²/12, forty times apart.
    const auto dataset = make_density("line", 40, 1, std::vector<float>(40, 1), {-1, -0.025, 1, 0.025});
    const Scaling scaling = dataset->scaling();
    EXPECT_NEAR(scaling.deviation[0], std::sqrt(4 / 12.0), 1e-12);
    EXPECT_NEAR(scaling.deviation[1], 0.05 / std::sqrt(12.0), 1e-12);
    const Scaling common = dataset->scaling(ScalingMode::common);
    EXPECT_THAT(common.deviation, testing::Each(testing::DoubleNear(std::sqrt((4 + 0.0025) / 24), 1e-12)));
}

}  // namespace
}  // namespace scorefield::data
