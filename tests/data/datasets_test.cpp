#include "data/datasets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/npy.hpp"
#include "files_for_tests.hpp"

namespace scorefield::data {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Points, BecomePlanes) {
    const std::vector<float> rows = {1, 2, 3, 4, 5, 6};
    EXPECT_EQ(to_planes(rows, 3), (std::vector<float>{1, 4, 2, 5, 3, 6}));
    EXPECT_EQ(to_planes(rows, 2), (std::vector<float>{1, 3, 5, 2, 4, 6}));
    EXPECT_EQ(to_planes(rows, 1), rows);
    EXPECT_TRUE(to_planes({}, 2).empty());
}

TEST(Datasets, DrawAnyPartInAnyOrder) {
    for (const DatasetInfo& info : builtin_datasets()) {
        const auto dataset = open_dataset(std::string(info.name));
        EXPECT_EQ(dataset->name(), info.name);
        EXPECT_EQ(dataset->dim(), info.dim);
        EXPECT_EQ(dataset->classes(), info.classes);
        const Points whole = dataset->draw(3, 0, 100);
        const Points part = dataset->draw(3, 40, 20);
        EXPECT_TRUE(std::equal(part.values.begin(), part.values.end(),
                               whole.values.begin() + static_cast<std::ptrdiff_t>(40 * dataset->dim())))
            << info.name;
        EXPECT_NE(dataset->draw(4, 0, 100), whole);
        // Beyond 2^32 points begin again with other numbers.
        EXPECT_NE(dataset->draw(3, std::uint64_t{1} << 32, 100), whole);
    }
}

TEST(Datasets, LabelWhatHasClasses) {
    for (const DatasetInfo& info : builtin_datasets()) {
        const auto dataset = open_dataset(std::string(info.name));
        const Points points = dataset->draw(5, 0, 4000);
        ASSERT_EQ(points.labels.size(), dataset->classes() == 0 ? 0 : points.count) << info.name;
        std::vector<double> counts(dataset->classes());
        for (const std::uint32_t label : points.labels) ++counts.at(label);
        const auto classes = static_cast<double>(counts.size());
        for (const double count : counts) {
            if (info.name.starts_with("mixture")) continue;                                  // of unequal weights
            EXPECT_NEAR(count, 4000 / classes, 6 * std::sqrt(4000 / classes)) << info.name;  // a binomial's deviations
        }
        const Scaling scaling = {std::vector<double>(info.dim, 1.0), std::vector<double>(info.dim, 2.0)};
        EXPECT_EQ(standardise(points, scaling).labels, points.labels);
        EXPECT_EQ(undo(points, scaling).labels, points.labels);
    }
}

TEST(Datasets, SwissRollHasTheMomentsOfItsFormula) {
    const std::size_t count = 200'000;
    const Points points = open_dataset("swiss_roll")->draw(1, 0, count);
    double mean[2] = {};
    double square = 0;
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t c = 0; c < 2; ++c) {
            const double value = static_cast<double>(points.values[2 * i + c]);
            mean[c] += value / static_cast<double>(count);
            square += value * value / static_cast<double>(count);
        }
    }
    // t uniform on [a, b] = [1.5π, 4.5π]: E[t cos t] = [t sin t + cos t]/(b−a) = 6π/3π = 2,
    // E[t sin t] = [sin t − t cos t]/(b−a) = 2/(3π), E[t²] = (b³−a³)/(3(b−a)), and noise 2·0.25.
    const double a = 1.5 * M_PI;
    const double b = 4.5 * M_PI;
    // Deviations of the coordinates are about 7, so four standard errors of a mean are 0.06, of the square 0.9.
    EXPECT_NEAR(mean[0], 2, 0.06);
    EXPECT_NEAR(mean[1], 2 / (3 * M_PI), 0.06);
    EXPECT_NEAR(square, (b * b * b - a * a * a) / (3 * (b - a)) + 0.5, 0.9);
}

TEST(Datasets, SwissRollLiesOnItsSpiral) {
    const Points points = open_dataset("swiss_roll")->draw(2, 0, 20'000);
    double square = 0;
    for (std::size_t i = 0; i < points.count; ++i) {
        const double x = static_cast<double>(points.values[2 * i]);
        const double y = static_cast<double>(points.values[2 * i + 1]);
        // The turn of the spiral r = t nearest to the radius.
        const double angle = std::atan2(y, x);
        const double turns = std::round((std::hypot(x, y) - angle) / (2 * M_PI));
        const double distance = std::hypot(x, y) - (angle + 2 * M_PI * turns);
        square += distance * distance / static_cast<double>(points.count);
    }
    // Across the spiral noise has deviation 0.5·t/√(1+t²) < 0.5 along the radius at most slightly more: (1 + 1/t²)/4.
    EXPECT_NEAR(std::sqrt(square), 0.5, 0.02);
}

TEST(Datasets, OthersLieWhereTheyShould) {
    const Points board = open_dataset("checkerboard")->draw(1, 0, 10'000);
    std::size_t squares[4][4] = {};
    for (std::size_t i = 0; i < board.count; ++i) {
        const auto column = static_cast<std::size_t>(std::floor(board.values[2 * i] + 2));
        const auto row = static_cast<std::size_t>(std::floor(board.values[2 * i + 1] + 2));
        ASSERT_LT(column, 4U);
        ASSERT_LT(row, 4U);
        ++squares[column][row];
    }
    for (std::size_t column = 0; column < 4; ++column) {
        for (std::size_t row = 0; row < 4; ++row) {
            // 1250 ± 33 in each of the eight squares of one colour.
            EXPECT_NEAR(static_cast<double>(squares[column][row]), (column + row) % 2 == 0 ? 1250 : 0, 150);
            if ((column + row) % 2 == 1) {
                EXPECT_EQ(squares[column][row], 0U);
            }
        }
    }
    const Points rings = open_dataset("circles")->draw(1, 0, 4000);
    for (std::size_t i = 0; i < rings.count; ++i) {
        const float radius = std::hypot(rings.values[2 * i], rings.values[2 * i + 1]);
        ASSERT_LT(std::min(std::abs(radius - 1.0F), std::abs(radius - 0.5F)), 0.05F * 6);
    }
    const Points eight = open_dataset("eight_gaussians")->draw(1, 0, 4000);
    for (std::size_t i = 0; i < eight.count; ++i) {
        const float radius = std::hypot(eight.values[2 * i], eight.values[2 * i + 1]);
        ASSERT_NEAR(radius, 2.0F, 0.2F * 6);
    }
    // Half circles of radius 1 about (0, 0) and (1, ½).
    const Points moons = open_dataset("moons")->draw(1, 0, 4000);
    for (std::size_t i = 0; i < moons.count; ++i) {
        const float x = moons.values[2 * i];
        const float y = moons.values[2 * i + 1];
        const float outer = std::abs(std::hypot(x, y) - 1.0F);
        const float inner = std::abs(std::hypot(x - 1.0F, y - 0.5F) - 1.0F);
        ASSERT_LT(std::min(outer, inner), 0.1F * 6);
    }
}

TEST(Datasets, ScalingStandardises) {
    const auto dataset = open_dataset("swiss_roll");
    const Scaling scaling = dataset->scaling();
    EXPECT_EQ(scaling.mean[0], scaling.mean[1]);
    const Points raw = dataset->draw(9, 0, 100'000);
    const Points standard = standardise(raw, scaling);
    double mean = 0;
    double square = 0;
    for (const float value : standard.values) {
        mean += static_cast<double>(value) / 200'000;
        square += static_cast<double>(value) * static_cast<double>(value) / 200'000;
    }
    // 200 000 values against 200 000 others: standard errors 0.003.
    EXPECT_NEAR(mean, 0, 0.015);
    EXPECT_NEAR(square, 1, 0.015);
    const Points back = undo(standard, scaling);
    for (std::size_t i = 0; i < raw.values.size(); ++i) ASSERT_NEAR(back.values[i], raw.values[i], 2e-6F);
}

TEST(Datasets, UnknownNamesAreAnsweredWithTheNearest) {
    EXPECT_THAT([] { open_dataset("swis_roll"); }, ThrowsMessage<base::Error>(HasSubstr("did you mean 'swiss_roll'")));
    EXPECT_THAT([] { open_dataset("a.jpg"); }, ThrowsMessage<base::Error>(HasSubstr(".npy or .csv or .ply or .png")));
    EXPECT_THAT([] { open_dataset("x"); }, ThrowsMessage<base::Error>(HasSubstr("known: swiss_roll, moons")));
}

TEST(Datasets, ScalingRefusesWhatIsNoDistribution) {
    EXPECT_THAT([] { estimate_scaling({0, 2, {}}, "here"); }, ThrowsMessage<base::Error>(HasSubstr("no points")));
    EXPECT_THAT([] { estimate_scaling({1, 1, {4}}, "here"); }, ThrowsMessage<base::Error>(HasSubstr("single point")));
    // As different as their coordinates are, the points are not.
    EXPECT_THAT([] { estimate_scaling({2, 2, {1, 5, 1, 5}}, "here"); }, ThrowsMessage<base::Error>(HasSubstr("equal")));
    EXPECT_THAT(
        [] {
            estimate_scaling({3, 1, {0.1F, 0.1F, 0.1F}}, "here");
        },
        ThrowsMessage<base::Error>(HasSubstr("equal")));
    const float nan = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THAT(
        [&] {
            estimate_scaling({2, 2, {1, 2, 3, nan}}, "here");
        },
        ThrowsMessage<base::Error>(HasSubstr("point 1 is not finite")));
}

TEST(Datasets, ScalingOfMillionsOfPointsFarFromZeroKeepsItsDigits) {
    Points points = {2'000'000, 1, std::vector<float>(2'000'000, 1000.0F)};
    for (std::size_t i = 0; i < points.count; i += 2) points.values[i] = 1001.0F;
    const Scaling scaling = estimate_scaling(points, "here");
    EXPECT_NEAR(scaling.mean[0], 1000.5, 1e-9);
    EXPECT_NEAR(scaling.deviation[0], 0.5, 1e-9);
}

TEST(Datasets, ScalingHasOneMeanOrOnePerCoordinate) {
    const Points points = {2, 2, {0, 10, 2, 10}};  // equal in one coordinate
    EXPECT_EQ(estimate_scaling(points, "here"),
              (Scaling{{5.5, 5.5}, std::vector<double>(2, std::sqrt((30.25 + 12.25 + 2 * 20.25) / 4))}));
    EXPECT_EQ(estimate_scaling(points, "here", Centre::own), (Scaling{{1, 10}, {std::sqrt(0.5), std::sqrt(0.5)}}));
    const Points elsewhere = {2, 2, {0, 0, 2, 0}, {}, {0, 10}};  // the same
    EXPECT_EQ(estimate_scaling(elsewhere, "here"), estimate_scaling(points, "here"));
    EXPECT_EQ(estimate_scaling(elsewhere, "here", Centre::own), estimate_scaling(points, "here", Centre::own));
    const Scaling scaling = {{1, 9}, {2, 0.5}};
    EXPECT_EQ(standardise(elsewhere, scaling), standardise(points, scaling));
}

TEST(Datasets, OfPointsInMemoryKeepTheirLabels) {
    const auto dataset = make_dataset("mine", {3, 1, {1, 2, 4}, {0, 2, 0}});
    EXPECT_EQ(dataset->name(), "mine");
    EXPECT_EQ(dataset->classes(), 3U);
    EXPECT_EQ(dataset->size(), 3U);
    EXPECT_EQ(dataset->pool(1, 3), (Points{3, 1, {1, 2, 4}, {0, 2, 0}}));
    EXPECT_EQ(dataset->pool(1, 2), dataset->draw(1, 0, 2));
    const Points points = dataset->draw(1, 0, 100);
    ASSERT_EQ(points.labels.size(), 100U);
    for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(points.labels[i], points.values[i] == 2 ? 2U : 0U);
    EXPECT_EQ(make_dataset("mine", {2, 1, {1, 2}})->classes(), 0U);
    EXPECT_THAT(
        [] {
            make_dataset("mine", {2, 2, {1, 2, 1, 2}});
        },
        ThrowsMessage<base::Error>(HasSubstr("(mine): all points are equal; give at least two")));
}

TEST(Datasets, AreRefusedWhereACoordinateHasNoNumbersForItsUnits) {
    const auto dataset = make_dataset("thin", {2, 2, {1, 1e-42F, 3, 3e-42F}});
    EXPECT_NO_THROW(dataset->scaling(ScalingMode::common));
    EXPECT_THAT([&] { dataset->scaling(ScalingMode::per_coordinate); },
                ThrowsMessage<base::Error>(
                    HasSubstr("cannot standardise data (thin): standard deviation 1e-42 underflows float32")));
}

class FileDataset : public FileTest {};

TEST_F(FileDataset, DrawsItsPoints) {
    write_npy(path, {3, 3}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9});
    const auto dataset = open_dataset(path.string());
    EXPECT_EQ(dataset->dim(), 3U);
    const Points points = dataset->draw(0, 0, 3000);
    std::size_t counts[3] = {};
    for (std::size_t i = 0; i < points.count; ++i) {
        const auto which = static_cast<std::size_t>(points.values[3 * i]) / 3;
        ASSERT_EQ(points.values[3 * i + 2], static_cast<float>(3 * which + 3));
        ++counts[which];
    }
    for (const std::size_t count : counts) EXPECT_NEAR(static_cast<double>(count), 1000, 130);  // five deviations
    EXPECT_EQ(dataset->scaling().mean, (std::vector<double>{4, 5, 6}));
}

/// A file of float64 as numpy.save writes it.
std::string npy_of_doubles(std::size_t count, std::size_t dim, const std::vector<double>& values) {
    const std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + std::to_string(count) + ", " +
                               std::to_string(dim) + "), }\n";
    std::string file = std::string("\x93NUMPY\1\0", 8) + static_cast<char>(header.size()) + '\0' + header;
    return file.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
}

TEST_F(FileDataset, StandardisesEachCoordinateAboutItsOwnMean) {
    // As of a map: 100 apart, about (5e5, 5.4e6).
    write_npy(path, {2, 2}, std::vector<float>{499'900, 5'399'900, 500'100, 5'400'100});
    const auto dataset = open_dataset(path.string());
    EXPECT_EQ(dataset->scaling(), (Scaling{{5e5, 5.4e6}, {100, 100}}));
    EXPECT_EQ(standardise(dataset->pool(0, 2), dataset->scaling()), (Points{2, 2, {-1, -1, 1, 1}}));
}

TEST_F(FileDataset, TellsPointsApartThatFloat32DoesNot) {
    // Seconds of one minute: float32 is 128 apart there.
    std::vector<double> seconds;
    for (int i = 0; i <= 60; ++i) seconds.push_back(1.7e9 + i);
    replace(npy_of_doubles(61, 1, seconds));
    const auto dataset = open_dataset(path.string());
    // The numbers 0 … n have the mean n/2 and the variance n(n+2)/12.
    EXPECT_DOUBLE_EQ(dataset->scaling().mean[0], 1.7e9 + 30);
    EXPECT_DOUBLE_EQ(dataset->scaling().deviation[0], std::sqrt(60 * 62 / 12.0));
    const Points all = standardise(dataset->pool(0, 61), dataset->scaling());
    for (int i = 0; i <= 60; ++i) {
        ASSERT_FLOAT_EQ(all.values[static_cast<std::size_t>(i)], static_cast<float>((i - 30) / std::sqrt(310.0)));
    }
    const Points drawn = standardise(dataset->draw(3, 0, 100), dataset->scaling());
    for (const float value : drawn.values) {
        EXPECT_NE(std::ranges::find(all.values, value), all.values.end()) << value;
    }
    const FloatSpacing spacing = widest_spacing_at_mean(dataset->scaling());
    EXPECT_EQ(spacing.distance, 128);
    EXPECT_NEAR(spacing.in_deviations, 128 / std::sqrt(310.0), 1e-9);
    replace(npy_of_doubles(2, 1, {1.7e9 + 0.1, 1.7e9 + 0.1}));
    expect_refused([&] { open_dataset(path.string()); }, "equal points", "all points are equal");
}

TEST_F(FileDataset, RefusesOnePointAndMissingFiles) {
    expect_refused([&] { open_dataset(path.string()); }, "a missing file", "no such file");
    write_npy(path, {1, 2}, std::vector<float>{4, 5});
    expect_refused([&] { open_dataset(path.string()); }, "one point", "single point");
}

}  // namespace
}  // namespace scorefield::data
