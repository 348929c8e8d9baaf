#include "train/kernel_mean.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/dim.hpp"
#include "train/exponential.hpp"

namespace scorefield::train {
namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kBlock = 512;  // points at a time: a multiple of kLanes

/// Sums over points of w and w·x_i, the weights over that of the nearest point so far.
template <class Dim>
class Sums {
  public:
    explicit Sums(Dim dim) : lanes_(base::per_coordinate<Lanes>(dim)), shifts_(base::per_coordinate<double>(dim)) {}

    /// Adds `count` ≤ kBlock points with these squared distances from x.
    void add(Dim dim, const float* planes, std::size_t stride, const std::array<float, kBlock>& squares,
             std::size_t count, float inverse) {
        float nearest = nearest_;
        for (std::size_t i = 0; i < count; ++i) nearest = std::min(nearest, squares[i]);
        const double rescale = std::exp(static_cast<double>(inverse) * (static_cast<double>(nearest) - nearest_));
        std::ranges::fill(lanes_, Lanes{});
        Lanes weights = {};
        const auto add_one = [&](std::size_t i, std::size_t lane) {
            const float weight = exponential(std::max(inverse * (nearest - squares[i]), -80.0F));
            weights[lane] += weight;
            for (std::size_t e = 0; e < dim; ++e) lanes_[e][lane] += weight * planes[e * stride + i];
        };
        std::size_t i = 0;
        for (; i + kLanes <= count; i += kLanes) {
            for (std::size_t lane = 0; lane < kLanes; ++lane) add_one(i + lane, lane);
        }
        for (; i < count; ++i) add_one(i, 0);
        weight_ = sum(weight_ * rescale, weights);
        for (std::size_t e = 0; e < dim; ++e) shifts_[e] = sum(shifts_[e] * rescale, lanes_[e]);
        nearest_ = nearest;
    }
    void mean(Dim dim, std::span<double> into) const {
        for (std::size_t e = 0; e < dim; ++e) into[e] = shifts_[e] / weight_;
    }

  private:
    using Lanes = std::array<float, kLanes>;

    static double sum(double before, const Lanes& lanes) {
        for (const float lane : lanes) before += static_cast<double>(lane);
        return before;
    }

    float nearest_ = 1e30F;
    double weight_ = 0;
    base::PerCoordinate<Lanes, Dim> lanes_;    ///< sums of one block
    base::PerCoordinate<double, Dim> shifts_;  ///< w·x_i
};

template <class Dim>
void mean_at(Dim dim, const std::vector<float>& planes, std::span<const double> x, double alpha, double sigma,
             std::span<double> mean) {
    const std::size_t count = planes.size() / dim;
    const auto scale = static_cast<float>(alpha);
    Sums<Dim> sums(dim);
    std::array<float, kBlock> squares = {};
    for (std::size_t first = 0; first < count; first += kBlock) {
        const std::size_t some = std::min(kBlock, count - first);
        squares.fill(0);
        for (std::size_t e = 0; e < dim; ++e) {
            const auto place = static_cast<float>(x[e]);
            const float* const plane = &planes[e * count + first];
            for (std::size_t i = 0; i < some; ++i) {
                const float shift = place - scale * plane[i];
                squares[i] += shift * shift;
            }
        }
        sums.add(dim, &planes[first], count, squares, some, static_cast<float>(1 / (2 * sigma * sigma)));
    }
    sums.mean(dim, mean);
}

}  // namespace

void KernelMean::at(std::span<const double> x, double alpha, double sigma, std::span<double> mean) const {
    base::with_dim(dim_, [&](auto dim) { mean_at(dim, planes_, x, alpha, sigma, mean); });
}

}  // namespace scorefield::train
