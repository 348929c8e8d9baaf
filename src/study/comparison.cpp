#include "study/comparison.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "data/neighbours.hpp"

namespace scorefield::study {
namespace {

constexpr std::size_t kDraws = 5;  ///< one draw's sliced W2 scatters by half its value
constexpr double kWeight = 1.0 / kDraws;
constexpr std::size_t kFewestPoints = 10'000;

data::Points scaled(const data::Points& points, const data::CoordinateUnits& units) {
    const std::vector<double> values = data::in_units(points, units);
    return {points.count, points.dim, {values.begin(), values.end()}};
}

Distances measure(const data::Points& samples, const data::SlicedQuantiles& quantiles, const data::Points& reference,
                  const data::SlicedQuantiles& reference_quantiles, const data::ShareDone& progress) {
    const data::NeighbourStatistics neighbours = data::compare_neighbours(samples, reference, 0, progress);
    return {data::sliced_w2(quantiles, reference_quantiles), neighbours.two_sample, neighbours.precision,
            neighbours.recall};
}

/// Tells of the whole what is done of part `number` of `count` equal parts.
data::ShareDone part_of(const data::ShareDone& progress, std::size_t number, std::size_t count) {
    if (!progress) return {};
    return [&progress, number, count](double share) {
        progress((static_cast<double>(number) + share) / static_cast<double>(count));
    };
}

data::SlicedQuantiles quantiles_of(const data::Points& points, const data::CoordinateUnits& units) {
    return data::SlicedQuantiles(scaled(points, units));
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

Reference::Reference(const ReferenceDraws& draws, std::size_t points, const data::ShareDone& progress)
    : pool_(draws.moments_pool()) {
    // In a constant coordinate of the pool all draws are where the centre is, whatever the unit.
    const data::CoordinateUnits units = data::units_of(pool_, pool_);
    const std::size_t wanted = std::max(points, kFewestPoints);
    for (std::size_t number = 0; number < kDraws; ++number) {
        data::Points reference = draws.draw(number, wanted);
        data::SlicedQuantiles quantiles = quantiles_of(reference, units);
        draws_.push_back({std::move(reference), std::move(quantiles)});
        const Draw& draw = draws_.back();
        const ReferenceDraws::Pair pair = draws.pair(number, points, wanted);
        const data::SlicedQuantiles pair_quantiles =
            pair.reference == draw.points ? draw.quantiles : quantiles_of(pair.reference, units);
        const data::SlicedQuantiles quantiles_of_points = quantiles_of(pair.points, units);
        add(own_,
            measure(pair.points, quantiles_of_points, pair.reference, pair_quantiles,
                    part_of(progress, number, kDraws)),
            kWeight);
    }
}

Distances Reference::distances(const data::Points& samples, const data::ShareDone& progress) const {
    const data::SlicedQuantiles quantiles = quantiles_of(samples, data::units_of(pool_, samples));
    Distances mean;
    for (std::size_t number = 0; number < draws_.size(); ++number) {
        const Draw& draw = draws_[number];
        const data::ShareDone told = part_of(progress, number, draws_.size());
        add(mean, measure(samples, quantiles, draw.points, draw.quantiles, told), kWeight);
    }
    return mean;
}

double Reference::energy_distance(const data::Points& samples) const {
    const data::CoordinateUnits units = data::units_of(pool_, samples);
    return data::energy_distance(scaled(samples, units), scaled(first_draw(), units));
}

double Reference::own_energy_distance(const ReferenceDraws& draws, std::size_t points) const {
    const data::CoordinateUnits units = data::units_of(pool_, pool_);
    const ReferenceDraws::Pair pair = draws.pair(0, points, std::max(points, kFewestPoints));
    return data::energy_distance(scaled(pair.points, units), scaled(pair.reference, units));
}

Comparison compare(const data::Points& samples, const ReferenceDraws& draws, const data::ShareDone& progress) {
    const data::ShareDone first_half = part_of(progress, 0, 2);
    const data::ShareDone second_half = part_of(progress, 1, 2);
    const Reference reference(draws, samples.count, first_half);
    Comparison result = {.points = samples.count,
                         .reference_points = reference.first_draw().count,
                         .draws = reference.draws(),
                         .samples = data::coordinate_moments(samples),
                         .reference = data::coordinate_moments(reference.pool()),
                         .distances = reference.distances(samples, second_half),
                         .own = reference.own()};
    measure_pairwise(result, samples, reference.first_draw(), data::units_of(reference.pool(), samples));
    return result;
}

Comparison compare(const data::Points& samples, const data::Points& reference, const std::string& where,
                   const data::ShareDone& progress) {
    Comparison result = {.points = samples.count,
                         .reference_points = reference.count,
                         .samples = data::coordinate_moments(samples),
                         .reference = data::coordinate_moments(reference)};
    if (std::ranges::all_of(result.reference.deviation, [](double deviation) { return deviation == 0; })) {
        throw base::request_error("no distance", where, "all its points are equal",
                                  "compare with at least two different points");
    }
    const data::CoordinateUnits units = data::units_of(reference, samples);
    result.distances =
        measure(samples, quantiles_of(samples, units), reference, quantiles_of(reference, units), progress);
    measure_pairwise(result, samples, reference, units);
    return result;
}

}  // namespace scorefield::study
