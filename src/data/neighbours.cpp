#include "data/neighbours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/thread_pool.hpp"
#include "data/all_pairs.hpp"
#include "data/coincident_points.hpp"
#include "data/coordinate_units.hpp"
#include "data/kd_tree.hpp"
#include "data/nearest.hpp"

namespace scorefield::data {
namespace {

void check(const Points& points, const std::string& which) {
    const std::string where = "the " + which;
    if (points.count == 0 || points.dim == 0) {
        throw base::request_error("no nearest neighbours", where, "it holds no points", "give at least one");
    }
    if (!std::ranges::all_of(points.values, [](float value) { return std::isfinite(value); })) {
        throw base::request_error("no nearest neighbours", where, "a value is not finite",
                                  "give points without NaN and infinite values");
    }
}

/// The most coordinates for which trees are searched; beyond them, comparing all pairs takes less time. CPU seconds
/// with trees and with all pairs for two sets of normals on one core (AVX-512), both functions called in turn:
///   2000 points: 0.05 and 0.15 in 4 coordinates, 0.39 and 0.21 in 8, 1.04 and 0.25 in 12
///   5000 points: 1.63 and 1.21 in 8 coordinates, 3.54 and 1.36 in 10
/// All pairs take time that grows with the square of the points, trees with less: of more points, 8 is about even. To
/// measure again: `time scorefield score A.npy B.npy` with this constant at 0 and at 4096.
constexpr std::size_t kMaxTreeDim = 8;

/// Places and a tree over them.
struct PlaceTree {
    PlaceTree(std::span<const std::span<const double>> sets, std::size_t dim)
        : places(coincident_points(sets, dim)), coordinates(joined(places, dim)), tree(coordinates, dim) {}

    std::span<const double> coordinates_of(std::size_t place) const {
        return {places[place].coordinates, coordinates.size() / places.size()};
    }
    static std::vector<double> joined(const std::vector<CoincidentPoints>& places, std::size_t dim) {
        std::vector<double> coordinates;
        for (const CoincidentPoints& place : places) {
            coordinates.insert(coordinates.end(), place.coordinates, place.coordinates + dim);
        }
        return coordinates;
    }

    std::vector<CoincidentPoints> places;
    std::vector<double> coordinates;  ///< (places, dim)
    KdTree tree;
};

/// The searches of a comparison, on all threads.
class Searches {
  public:
    /// `all`: how many there will be at most.
    Searches(base::ThreadPool& pool, std::size_t all, const ShareDone& progress)
        : pool_(pool), all_(all), progress_(progress) {}

    /// Runs search(i) for i < count, in pieces that are worth a task.
    void run(std::size_t count, const std::function<void(std::size_t)>& search) {
        constexpr std::size_t kPiece = 128;
        const std::size_t at_once = 16 * kPiece * pool_.threads();
        for (std::size_t first = 0; first < count; first += at_once) {
            const std::size_t end = std::min(count, first + at_once);
            pool_.run((end - first + kPiece - 1) / kPiece, [&](std::size_t piece) {
                const std::size_t begin = first + piece * kPiece;
                for (std::size_t i = begin; i < std::min(end, begin + kPiece); ++i) search(i);
            });
            done_ += end - first;
            if (progress_) progress_(static_cast<double>(done_) / static_cast<double>(all_));
        }
    }

  private:
    base::ThreadPool& pool_;
    std::size_t all_;
    const ShareDone& progress_;
    std::size_t done_ = 0;
};

/// Squared distance of a point at `place` to its k-th nearest other point; 0 where it has none.
double squared_radius(const PlaceTree& of, std::size_t place, std::size_t k) {
    Nearest nearest(k);
    if (k == 0) return nearest.last();
    of.tree.search(
        of.coordinates_of(place), [&] { return nearest.last(); },
        [&](std::size_t other, double square) {
            nearest.add(square, of.places[other].total() - (other == place ? 1 : 0));
        });
    return nearest.last();
}

/// How many neighbours of all points at `place` come from the point's own set, places in a tie counted by shares.
double own_neighbours(const PlaceTree& of, std::size_t place, std::size_t k) {
    const double radius = squared_radius(of, place, k);
    const CoincidentPoints& here = of.places[place];
    std::array<double, 2> nearer = {};
    std::array<double, 2> tied = {};
    of.tree.search(
        of.coordinates_of(place), [radius] { return radius; },
        [&](std::size_t other, double square) {
            if (square > radius) return;
            std::array<double, 2>& counts = square < radius ? nearer : tied;
            for (std::size_t set = 0; set < 2; ++set) counts[set] += static_cast<double>(of.places[other].count[set]);
        });
    double sum = 0;
    for (std::size_t set = 0; set < 2; ++set) {
        if (here.count[set] == 0) continue;
        std::array<double, 2> near = nearer;
        std::array<double, 2> last = tied;
        (radius > 0 ? near : last)[set] -= 1;  // the point itself
        const double left = static_cast<double>(k) - near[0] - near[1];
        sum += static_cast<double>(here.count[set]) * (near[set] + left * last[set] / (last[0] + last[1]));
    }
    return sum;
}

double two_sample(std::span<const double> a, std::span<const double> b, std::size_t dim, Searches& searches) {
    const std::array sets = {a, b};
    const PlaceTree pooled(sets, dim);
    const std::size_t points = (a.size() + b.size()) / dim;
    const std::size_t k = std::min(kNeighbours, points - 1);
    std::vector<double> own(pooled.places.size());
    searches.run(own.size(), [&](std::size_t place) { own[place] = own_neighbours(pooled, place, k); });
    return std::accumulate(own.begin(), own.end(), 0.0) / static_cast<double>(points * k);
}

/// The share of `points` within the k-NN balls of `centres`.
double coverage(std::span<const double> points, std::span<const double> centres, std::size_t dim, Searches& searches) {
    const std::array sets = {centres};
    const PlaceTree of(sets, dim);
    const std::size_t k = std::min(kNeighbours, centres.size() / dim - 1);
    std::vector<double> radii(of.places.size());
    searches.run(radii.size(), [&](std::size_t place) { radii[place] = squared_radius(of, place, k); });
    const std::vector<double> maxima = of.tree.node_maxima(radii);
    std::vector<unsigned char> inside(points.size() / dim);
    searches.run(inside.size(), [&](std::size_t i) {
        inside[i] = of.tree.reaches(points.subspan(i * dim, dim), radii, maxima) ? 1 : 0;
    });
    const auto count = std::accumulate(inside.begin(), inside.end(), std::size_t{0});
    return static_cast<double>(count) / static_cast<double>(inside.size());
}

NeighbourStatistics neighbours_by_trees(std::span<const double> samples, std::span<const double> reference,
                                        std::size_t dim, base::ThreadPool& pool, const ShareDone& progress) {
    Searches searches(pool, 6 * samples.size() / dim, progress);
    return {two_sample(samples, reference, dim, searches), coverage(samples, reference, dim, searches),
            coverage(reference, samples, dim, searches)};
}

}  // namespace

NeighbourStatistics compare_neighbours(const Points& samples, const Points& reference, std::size_t threads,
                                       const ShareDone& progress) {
    check(samples, "samples");
    check(reference, "reference");
    if (samples.dim != reference.dim) {
        throw base::request_error("no nearest neighbours", "both sets",
                                  "their points have " + std::to_string(samples.dim) + " and " +
                                      std::to_string(reference.dim) + " coordinates",
                                  "compare points of the same space");
    }
    const std::size_t count = std::min(samples.count, reference.count);
    const CoordinateUnits units = units_of(reference, samples);
    const std::vector<double> a = in_units(thinned(samples, count), units);
    const std::vector<double> b = in_units(thinned(reference, count), units);
    base::ThreadPool pool(threads);
    return samples.dim > kMaxTreeDim ? neighbours_by_all_pairs(a, b, samples.dim, pool, progress)
                                     : neighbours_by_trees(a, b, samples.dim, pool, progress);
}

}  // namespace scorefield::data
