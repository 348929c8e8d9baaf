#include "data/neighbours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <compare>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/thread_pool.hpp"
#include "data/coordinate_units.hpp"
#include "data/kd_tree.hpp"

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

/// Points that coincide, as one place.
struct Place {
    std::array<std::size_t, 2> count = {};  ///< of the points there, by set

    std::size_t total() const { return count[0] + count[1]; }
};

/// Different places in lexicographic order.
struct Places {
    std::size_t dim = 0;
    std::vector<double> coordinates;  ///< (places, dim)
    std::vector<Place> at;

    std::span<const double> coordinates_of(std::size_t place) const {
        return std::span(coordinates).subspan(place * dim, dim);
    }
};

/// `sets` holds one or two sets of coordinates, (n, dim) each.
Places gather(std::span<const std::span<const double>> sets, std::size_t dim) {
    struct Member {
        const double* coordinates;
        std::size_t set;
    };
    std::vector<Member> members;
    for (std::size_t set = 0; set < sets.size(); ++set) {
        for (std::size_t i = 0; i < sets[set].size(); i += dim) members.push_back({&sets[set][i], set});
    }
    const auto compare = [dim](const Member& a, const Member& b) {
        return std::lexicographical_compare_three_way(a.coordinates, a.coordinates + dim, b.coordinates,
                                                      b.coordinates + dim);
    };
    std::ranges::sort(members, [&](const Member& a, const Member& b) { return std::is_lt(compare(a, b)); });
    Places places;
    places.dim = dim;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i == 0 || std::is_neq(compare(members[i - 1], members[i]))) {
            places.coordinates.insert(places.coordinates.end(), members[i].coordinates, members[i].coordinates + dim);
            places.at.emplace_back();
        }
        ++places.at.back().count[members[i].set];
    }
    return places;
}

/// The k smallest of the squared distances offered, in order.
class Nearest {
  public:
    /// Room for k ≤ kNeighbours.
    explicit Nearest(std::size_t k) : k_(k) { squares_.fill(std::numeric_limits<double>::infinity()); }

    /// `count` points at this distance.
    void add(double square, std::size_t count) {
        for (std::size_t copy = 0; copy < std::min(count, k_) && square < last(); ++copy) {
            std::size_t i = k_ - 1;
            for (; i > 0 && squares_[i - 1] > square; --i) squares_[i] = squares_[i - 1];
            squares_[i] = square;
        }
    }
    /// The square of the k-th; infinite until so many were offered.
    double last() const { return squares_[k_ - 1]; }

  private:
    std::size_t k_;
    std::array<double, kNeighbours> squares_ = {};
};

/// Runs body(i) for i < count, in pieces that are worth a task.
void for_each(base::ThreadPool& pool, std::size_t count, const std::function<void(std::size_t)>& body) {
    constexpr std::size_t kPiece = 128;
    pool.run((count + kPiece - 1) / kPiece, [&](std::size_t piece) {
        for (std::size_t i = piece * kPiece; i < std::min(count, (piece + 1) * kPiece); ++i) body(i);
    });
}

/// Squared distance of a point at `place` to its k-th nearest other point; 0 where it has none.
double squared_radius(const Places& places, const KdTree& tree, std::size_t place, std::size_t k) {
    if (k == 0) return 0;
    Nearest nearest(k);
    tree.search(
        places.coordinates_of(place), [&] { return nearest.last(); },
        [&](std::size_t other, double square) {
            nearest.add(square, places.at[other].total() - (other == place ? 1 : 0));
        });
    return nearest.last();
}

/// How many neighbours of all points at `place` come from the point's own set, places in a tie counted by shares.
double own_neighbours(const Places& places, const KdTree& tree, std::size_t place, std::size_t k) {
    const double radius = squared_radius(places, tree, place, k);
    std::array<double, 2> nearer = {};
    std::array<double, 2> tied = {};
    tree.search(
        places.coordinates_of(place), [radius] { return radius; },
        [&](std::size_t other, double square) {
            if (square > radius) return;
            std::array<double, 2>& counts = square < radius ? nearer : tied;
            for (std::size_t set = 0; set < 2; ++set) counts[set] += static_cast<double>(places.at[other].count[set]);
        });
    double sum = 0;
    for (std::size_t set = 0; set < 2; ++set) {
        if (places.at[place].count[set] == 0) continue;
        std::array<double, 2> near = nearer;
        std::array<double, 2> last = tied;
        (radius > 0 ? near : last)[set] -= 1;  // the point itself
        const double left = static_cast<double>(k) - near[0] - near[1];
        sum += static_cast<double>(places.at[place].count[set]) * (near[set] + left * last[set] / (last[0] + last[1]));
    }
    return sum;
}

double two_sample(std::span<const double> a, std::span<const double> b, std::size_t dim, base::ThreadPool& pool) {
    const std::array sets = {a, b};
    const Places places = gather(sets, dim);
    const KdTree tree(places.coordinates, dim);
    const std::size_t points = (a.size() + b.size()) / dim;
    const std::size_t k = std::min(kNeighbours, points - 1);
    std::vector<double> own(places.at.size());
    for_each(pool, own.size(), [&](std::size_t place) { own[place] = own_neighbours(places, tree, place, k); });
    return std::accumulate(own.begin(), own.end(), 0.0) / static_cast<double>(points * k);
}

/// The share of `points` within the k-NN balls of `centres`.
double coverage(std::span<const double> points, std::span<const double> centres, std::size_t dim,
                base::ThreadPool& pool) {
    const std::array sets = {centres};
    const Places places = gather(sets, dim);
    const KdTree tree(places.coordinates, dim);
    const std::size_t k = std::min(kNeighbours, centres.size() / dim - 1);
    std::vector<double> radii(places.at.size());
    for_each(pool, radii.size(), [&](std::size_t place) { radii[place] = squared_radius(places, tree, place, k); });
    const std::vector<double> maxima = tree.node_maxima(radii);
    std::vector<unsigned char> inside(points.size() / dim);
    for_each(pool, inside.size(),
             [&](std::size_t i) { inside[i] = tree.reaches(points.subspan(i * dim, dim), radii, maxima) ? 1 : 0; });
    const auto count = std::accumulate(inside.begin(), inside.end(), std::size_t{0});
    return static_cast<double>(count) / static_cast<double>(inside.size());
}

}  // namespace

NeighbourStatistics compare_neighbours(const Points& samples, const Points& reference, std::size_t threads) {
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
    return {two_sample(a, b, samples.dim, pool), coverage(a, b, samples.dim, pool), coverage(b, a, samples.dim, pool)};
}

}  // namespace scorefield::data
