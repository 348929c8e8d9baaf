#include "data/neighbours.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/thread_pool.hpp"
#include "data/all_pairs.hpp"
#include "data/coordinate_units.hpp"
#include "data/datasets.hpp"

namespace scorefield::data {
namespace {

/// Standard normals; coordinate c scaled by scale(c) and moved by shift(c).
Points normals(
    std::uint64_t seed, std::size_t count, std::size_t dim,
    const std::function<float(std::size_t)>& scale = [](std::size_t) { return 1.0F; },
    const std::function<float(std::size_t)>& shift = [](std::size_t) { return 0.0F; }) {
    Points points = {count, dim, std::vector<float>(count * dim)};
    for (std::size_t i = 0; i < points.values.size(); ++i) {
        const float z = base::normal(seed, static_cast<std::uint32_t>(i), 0, 0, base::kDataStream);
        points.values[i] = scale(i % dim) * z + shift(i % dim);
    }
    return points;
}

Points rounded(Points points) {
    for (float& value : points.values) value = std::round(value);
    return points;
}

/// The definitions by all pairs. T: of the points at the k-th smallest distance each counts by its share.
NeighbourStatistics by_all_pairs(const Points& samples, const Points& reference) {
    const std::size_t dim = reference.dim;
    const std::size_t n = std::min(samples.count, reference.count);
    const CoordinateUnits units = units_of(reference, samples);
    std::vector<double> all = in_units(thinned(samples, n), units);
    const std::vector<double> rest = in_units(thinned(reference, n), units);
    all.insert(all.end(), rest.begin(), rest.end());
    const auto square = [&](std::size_t i, std::size_t j) {
        double sum = 0;
        for (std::size_t c = 0; c < dim; ++c) sum += std::pow(all[i * dim + c] - all[j * dim + c], 2);
        return sum;
    };
    /// The radius of point i among the others from `first` to `last`.
    const auto radius = [&](std::size_t i, std::size_t first, std::size_t last) {
        std::vector<double> squares;
        for (std::size_t j = first; j < last; ++j) {
            if (j != i) squares.push_back(square(i, j));
        }
        std::ranges::sort(squares);
        return squares.empty() ? 0.0 : squares[std::min<std::size_t>(kNeighbours, squares.size()) - 1];
    };
    NeighbourStatistics result;
    const double k = static_cast<double>(std::min<std::size_t>(kNeighbours, 2 * n - 1));
    for (std::size_t i = 0; i < 2 * n; ++i) {
        const double edge = radius(i, 0, 2 * n);
        double near = 0;
        double own_near = 0;
        double tied = 0;
        double own_tied = 0;
        for (std::size_t j = 0; j < 2 * n; ++j) {
            if (j == i || square(i, j) > edge) continue;
            const double own = (i < n) == (j < n) ? 1 : 0;
            (square(i, j) < edge ? near : tied) += 1;
            (square(i, j) < edge ? own_near : own_tied) += own;
        }
        result.two_sample += (own_near + (k - near) * own_tied / tied) / (k * 2 * static_cast<double>(n));
    }
    const auto covered = [&](std::size_t points, std::size_t centres) {
        double count = 0;
        for (std::size_t i = points; i < points + n; ++i) {
            bool inside = false;
            for (std::size_t j = centres; j < centres + n && !inside; ++j) {
                inside = square(i, j) <= radius(j, centres, centres + n);
            }
            if (inside) count += 1;
        }
        return count / static_cast<double>(n);
    };
    result.precision = covered(0, n);
    result.recall = covered(n, 0);
    return result;
}

void expect_equal(const NeighbourStatistics& a, const NeighbourStatistics& b) {
    EXPECT_NEAR(a.two_sample, b.two_sample, 1e-12);
    EXPECT_EQ(a.precision, b.precision);
    EXPECT_EQ(a.recall, b.recall);
}

TEST(Neighbours, AreThoseFoundByAllPairs) {
    std::uint64_t seed = 1;
    for (const std::size_t dim : {1U, 2U, 3U, 7U}) {
        for (const std::size_t count : {1U, 2U, 5U, 6U, 7U, 60U, 130U}) {
            const auto scale = [](std::size_t c) { return c == 0 ? 1.0F : 30.0F; };
            const auto shift = [](std::size_t c) { return c == 0 ? 0.4F : 0.0F; };
            const Points a = normals(seed++, count, dim, scale, shift);
            const Points b = normals(seed++, count, dim, scale);
            expect_equal(compare_neighbours(a, b), by_all_pairs(a, b));
            expect_equal(compare_neighbours(rounded(a), rounded(b)), by_all_pairs(rounded(a), rounded(b)));
        }
    }
}

// Trees are searched in few coordinates, all pairs are compared in many. Rounded points coincide within each set and
// across both. Expected: the same bits, because both sum each distance in the same order.
TEST(Neighbours, OfAllPairsAreThoseOfTrees) {
    base::ThreadPool pool(2);
    std::uint64_t seed = 7;
    for (const std::size_t dim : {1U, 2U, 5U, 12U}) {
        for (const std::size_t count : {1U, 4U, 65U, 300U}) {
            const Points plain = normals(seed++, count, dim);
            const Points other = normals(seed++, count, dim);
            for (const auto& [a, b] : {std::pair{plain, other}, {rounded(plain), rounded(other)}, {plain, plain}}) {
                const CoordinateUnits units = units_of(b, a);
                const NeighbourStatistics pairs =
                    neighbours_by_all_pairs(in_units(a, units), in_units(b, units), dim, pool, {});
                const NeighbourStatistics trees = compare_neighbours(a, b);
                EXPECT_EQ(pairs.two_sample, trees.two_sample) << dim << " " << count;
                EXPECT_EQ(pairs.precision, trees.precision) << dim << " " << count;
                EXPECT_EQ(pairs.recall, trees.recall) << dim << " " << count;
            }
        }
    }
}

TEST(Neighbours, TellWhatShareIsDoneAndCanBeCancelled) {
    for (const std::size_t dim : {2U, 20U}) {
        const Points a = normals(1, 5000, dim);
        const Points b = normals(2, 5000, dim);
        std::vector<double> shares;
        compare_neighbours(a, b, 1, [&](double share) { shares.push_back(share); });
        EXPECT_GT(shares.size(), 5U) << dim;
        EXPECT_TRUE(std::ranges::is_sorted(shares)) << dim;
        EXPECT_DOUBLE_EQ(shares.back(), 1) << dim;
        struct Enough {};
        std::size_t calls = 0;
        const auto cancel = [&](double /*share*/) {
            if (++calls == 2) throw Enough();
        };
        EXPECT_THROW(compare_neighbours(a, b, 1, cancel), Enough) << dim;
        EXPECT_EQ(calls, 2U) << dim;
    }
}

TEST(Neighbours, ComeFromSetsOfUnequalSizesByTheSmaller) {
    const Points a = normals(1, 90, 2);
    const Points b = normals(2, 37, 2);
    expect_equal(compare_neighbours(a, b), by_all_pairs(a, b));
    expect_equal(compare_neighbours(b, a), by_all_pairs(b, a));
}

TEST(Neighbours, AreTheSameForAnyNumberOfThreads) {
    const Points a = normals(1, 3000, 2);
    const Points b = rounded(normals(2, 3000, 2));
    const NeighbourStatistics one = compare_neighbours(a, b, 1);
    for (const std::size_t threads : {2U, 5U}) {
        const NeighbourStatistics more = compare_neighbours(a, b, threads);
        EXPECT_EQ(more.two_sample, one.two_sample);
        EXPECT_EQ(more.precision, one.precision);
        EXPECT_EQ(more.recall, one.recall);
    }
}

/// Expected where the sets follow one law.
double expected_two_sample(std::size_t n) {
    return 0.5 - 1 / (4 * static_cast<double>(n) - 2);
}

TEST(Neighbours, OfOneLawAreSharedEvenlyHoweverManyPointsCoincide) {
    // 4 000 points: the standard deviation of T is 0.2/√4000 = 0.003, of few places with many points far less.
    constexpr std::size_t kCount = 4000;
    const auto lattice = [](std::uint64_t seed) { return rounded(normals(seed, kCount, 2)); };
    const auto half_lattice = [](std::uint64_t seed) {
        Points points = normals(seed, kCount, 2);
        for (std::size_t i = 0; i < kCount; ++i) points.values[2 * i] = points.values[2 * i] > 0 ? 1.0F : -1.0F;
        return points;
    };
    const auto repeated = [](std::uint64_t seed) {  // draws with replacement from few points
        const Points few = normals(99, 300, 3);
        Points points = {kCount, 3, {}};
        for (std::uint32_t i = 0; i < kCount; ++i) {
            const auto chosen = static_cast<std::size_t>(base::uniform(seed, i, 0, 0, base::kDataStream) * 300);
            for (std::size_t c = 0; c < 3; ++c) points.values.push_back(few.values[3 * chosen + c]);
        }
        return points;
    };
    for (const std::function<Points(std::uint64_t)>& draw : {
             std::function<Points(std::uint64_t)>(lattice),
             std::function<Points(std::uint64_t)>(half_lattice),
             std::function<Points(std::uint64_t)>(repeated),
         }) {
        const NeighbourStatistics result = compare_neighbours(draw(1), draw(2));
        EXPECT_NEAR(result.two_sample, expected_two_sample(kCount), 0.012);
        EXPECT_GE(result.precision, 0.985);
        EXPECT_GE(result.recall, 0.985);
    }
    const Points constant = {kCount, 2, std::vector<float>(2 * kCount, 0.3F)};
    const NeighbourStatistics equal = compare_neighbours(constant, constant);
    EXPECT_NEAR(equal.two_sample, expected_two_sample(kCount), 1e-12);
    EXPECT_EQ(equal.precision, 1);
    EXPECT_EQ(equal.recall, 1);
}

TEST(Neighbours, DisjointSetsGiveOne) {
    const NeighbourStatistics result =
        compare_neighbours(normals(
                               1, 500, 2, [](std::size_t) { return 1.0F; }, [](std::size_t) { return 100.0F; }),
                           normals(2, 500, 2));
    EXPECT_EQ(result.two_sample, 1);
    EXPECT_EQ(result.precision, 0);
    EXPECT_EQ(result.recall, 0);
}

TEST(Neighbours, OfFreshDataCannotBeToldApartInAnyShape) {
    constexpr std::size_t kCount = 10'000;
    for (const DatasetInfo& info : builtin_datasets()) {
        const auto shape = open_dataset(std::string(info.name));
        const NeighbourStatistics same = compare_neighbours(shape->draw(2, 0, kCount), shape->draw(1, 0, kCount));
        EXPECT_NEAR(same.two_sample, 0.5, 0.01) << info.name;  // four deviations of 0.2/√10⁴ and the mean's 3e-5
        // A point in no other's ball is as rare as the dimension is low: 0.3% in the plane. In space it is 1%, and up
        // to 2.7% for the curves that are blurred in all directions, whose tails are thin in every one of them.
        EXPECT_GE(same.precision, info.dim < 3 ? 0.985 : 0.965) << info.name;
        EXPECT_GE(same.recall, info.dim < 3 ? 0.985 : 0.965) << info.name;
    }
}

TEST(Neighbours, SeeTooNarrowArmsAndHazeBetweenThem) {
    // Points on a circle, 0.1 wide or 30% narrower; of the hazy ones 3% lie anywhere.
    const auto ring = [](std::uint64_t seed, double width, double haze) {
        Points points = {10'000, 2, {}};
        for (std::uint32_t i = 0; i < points.count; ++i) {
            const auto uniform = [&](std::uint32_t k) { return base::uniform(seed, i, k, 0, base::kDataStream); };
            const double z = static_cast<double>(base::normal(seed, i, 0, 1, base::kDataStream));
            const double radius = uniform(0) < haze ? 2 * std::sqrt(uniform(1)) : 1 + width * z;
            points.values.push_back(static_cast<float>(radius * std::cos(6.283185307 * uniform(2))));
            points.values.push_back(static_cast<float>(radius * std::sin(6.283185307 * uniform(2))));
        }
        return points;
    };
    const Points data = ring(1, 0.1, 0);
    const NeighbourStatistics same = compare_neighbours(ring(2, 0.1, 0), data);
    const NeighbourStatistics narrow = compare_neighbours(ring(2, 0.07, 0), data);
    EXPECT_GT(narrow.two_sample, same.two_sample + 0.01);
    EXPECT_LT(narrow.recall, same.recall - 0.005);
    const NeighbourStatistics hazy = compare_neighbours(ring(2, 0.1, 0.03), data);
    EXPECT_LT(hazy.precision, same.precision - 0.015);
}

TEST(Neighbours, StayWhenBothSetsMoveOrACoordinateIsStretched) {
    const auto scale = [](std::size_t c) { return c == 1 ? 1e6F : 1.0F; };
    const NeighbourStatistics before = compare_neighbours(normals(1, 2000, 3), normals(2, 2000, 3));
    const NeighbourStatistics stretched = compare_neighbours(normals(1, 2000, 3, scale), normals(2, 2000, 3, scale));
    EXPECT_NEAR(stretched.two_sample, before.two_sample, 1e-3);
    EXPECT_NEAR(stretched.precision, before.precision, 1e-3);
    const auto moved = [](std::uint64_t seed) {
        const Points points = normals(seed, 2000, 3);
        std::vector<double> coordinates(points.values.begin(), points.values.end());
        for (std::size_t i = 0; i < coordinates.size(); ++i) coordinates[i] += i % 3 == 0 ? -1e6 : 1e6;
        return about_origin(coordinates, 3);
    };
    const NeighbourStatistics far = compare_neighbours(moved(1), moved(2));
    EXPECT_NEAR(far.two_sample, before.two_sample, 1e-3);
    EXPECT_NEAR(far.recall, before.recall, 1e-3);
}

TEST(Neighbours, OfAConstantCoordinateCountOnlyWhereItDiffers) {
    const auto with_constant = [](std::uint64_t seed, float constant) {
        Points points = normals(seed, 1000, 2);
        for (std::size_t i = 0; i < points.count; ++i) points.values[2 * i + 1] = constant;
        return points;
    };
    const NeighbourStatistics same = compare_neighbours(with_constant(1, 3e5F), with_constant(2, 3e5F));
    EXPECT_NEAR(same.two_sample, 0.5, 0.025);  // four deviations of 0.2/√1000
    EXPECT_GE(same.precision, 0.97);
    const NeighbourStatistics differs = compare_neighbours(with_constant(1, 3.01e5F), with_constant(2, 3e5F));
    EXPECT_GT(differs.two_sample, 0.99);
    EXPECT_LT(differs.precision, 0.01);
}

TEST(CoordinateUnits, AreTheReferencesDeviationsAboutItsMeans) {
    const Points reference = {4, 3, {0, 10, 5, 2, 10, 5, 0, 30, 5, 2, 30, 5}, {}, {1e9, 0, 0}};
    const CoordinateMoments moments = coordinate_moments(reference);
    EXPECT_THAT(moments.mean, testing::ElementsAre(1e9 + 1, 20, 5));
    EXPECT_THAT(moments.deviation, testing::ElementsAre(1, 10, 0));
    // The constant coordinate: the samples' root mean square difference, √((2² + 0)/2).
    const Points samples = {2, 3, {0, 0, 7, 0, 0, 5}};
    const CoordinateUnits units = units_of(reference, samples);
    EXPECT_THAT(units.unit, testing::ElementsAre(1, 10, testing::DoubleEq(std::sqrt(2.0))));
    EXPECT_THAT(in_units(reference, units), testing::ElementsAre(-1, -1, 0, 1, -1, 0, -1, 1, 0, 1, 1, 0));
    const Points equal = {1, 3, {0, 0, 5}};
    EXPECT_EQ(in_units(equal, units_of(reference, equal))[2], 0);
}

// Expected ½ with a deviation of about 0.2/√n = 0.006. A shift of each coordinate by 1.5 deviations is a distance
// of 3 or more, so that hardly any neighbour belongs to the other set.
TEST(Neighbours, OfManyCoordinatesTellAShiftFromFreshData) {
    constexpr std::size_t kCount = 1000;
    for (const std::size_t dim : {4U, 17U, 64U}) {
        const auto normals = [&](std::uint64_t seed, float shift) {
            Points points = {kCount, dim, std::vector<float>(kCount * dim)};
            for (std::size_t i = 0; i < points.values.size(); ++i) {
                points.values[i] = shift + base::normal(seed, static_cast<std::uint32_t>(i), 0, 0, base::kDataStream);
            }
            return points;
        };
        const Points reference = normals(1, 0);
        EXPECT_NEAR(compare_neighbours(normals(2, 0), reference).two_sample, 0.5, 0.03) << dim;
        EXPECT_GT(compare_neighbours(normals(2, 1.5F), reference).two_sample, 0.85) << dim;
    }
}

TEST(Neighbours, RefuseWhatTheyCannotCompare) {
    const Points good = normals(1, 10, 2);
    const auto refuses = [](const Points& samples, const Points& reference, const std::string& line) {
        EXPECT_THAT([&] { compare_neighbours(samples, reference); },
                    testing::ThrowsMessage<base::Error>(testing::HasSubstr(line)));
    };
    refuses({0, 2, {}}, good, "(the samples): it holds no points; give at least one");
    refuses(good, {0, 2, {}}, "(the reference): it holds no points; give at least one");
    refuses(good, normals(1, 10, 3), "2 and 3 coordinates; compare points of the same space");
    refuses(good, {1, 2, {1, std::numeric_limits<float>::quiet_NaN()}},
            "(the reference): a value is not finite; give points without NaN");
}

}  // namespace
}  // namespace scorefield::data
