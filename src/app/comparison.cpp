#include "app/comparison.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "data/distances.hpp"
#include "data/neighbours.hpp"

namespace scorefield::app {
namespace {

constexpr std::size_t kDraws = 5;  ///< one draw's sliced W2 scatters by half its value
constexpr std::size_t kFewestPoints = 10'000;

data::Points scaled(const data::Points& points, const data::CoordinateUnits& units) {
    const std::vector<double> values = data::in_units(points, units);
    return {points.count, points.dim, {values.begin(), values.end()}};
}

Distances measure(const data::Points& samples, const data::Points& reference, const data::CoordinateUnits& units) {
    const data::NeighbourStatistics neighbours = data::compare_neighbours(samples, reference);
    return {data::sliced_w2(scaled(samples, units), scaled(reference, units)), neighbours.two_sample,
            neighbours.precision, neighbours.recall};
}

void add(Distances& sum, const Distances& distances, double weight) {
    sum.sliced_w2 += weight * distances.sliced_w2;
    sum.two_sample += weight * distances.two_sample;
    sum.precision += weight * distances.precision;
    sum.recall += weight * distances.recall;
}

void measure_pairwise(Comparison& result, const data::Points& samples, const data::Points& reference,
                      const data::CoordinateUnits& units) {
    const data::Points a = scaled(samples, units);
    const data::Points b = scaled(reference, units);
    result.energy_distance = data::energy_distance(a, b);
    result.mmd = data::mmd(a, b);
}

}  // namespace

Comparison compare(const data::Points& samples, const ReferenceDraws& draws) {
    const data::Points pool = draws.moments_pool();
    const data::CoordinateUnits units = data::units_of(pool, samples);
    Comparison result = {.points = samples.count,
                         .draws = kDraws,
                         .samples = data::coordinate_moments(samples),
                         .reference = data::coordinate_moments(pool)};
    constexpr double kWeight = 1.0 / kDraws;
    Distances own;
    const std::size_t wanted = std::max(samples.count, kFewestPoints);
    for (std::size_t number = 0; number < kDraws; ++number) {
        const data::Points reference = draws.draw(number, wanted);
        const ReferenceDraws::Pair pair = draws.pair(number, samples.count, wanted);
        add(result.distances, measure(samples, reference, units), kWeight);
        add(own, measure(pair.points, pair.reference, units), kWeight);
        if (number > 0) continue;
        result.reference_points = reference.count;
        measure_pairwise(result, samples, reference, units);
    }
    result.own = own;
    return result;
}

Comparison compare(const data::Points& samples, const data::Points& reference, const std::string& where) {
    Comparison result = {.points = samples.count,
                         .reference_points = reference.count,
                         .samples = data::coordinate_moments(samples),
                         .reference = data::coordinate_moments(reference)};
    if (std::ranges::all_of(result.reference.deviation, [](double deviation) { return deviation == 0; })) {
        throw base::request_error("no distance", where, "all its points are equal",
                                  "compare with at least two different points");
    }
    const data::CoordinateUnits units = data::units_of(reference, samples);
    result.distances = measure(samples, reference, units);
    measure_pairwise(result, samples, reference, units);
    return result;
}

}  // namespace scorefield::app
