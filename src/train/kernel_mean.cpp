#include "train/kernel_mean.hpp"

#include <algorithm>
#include <cmath>

#include "train/exponential.hpp"

namespace scorefield::train {
namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kBlock = 512;  // points at a time: a multiple of kLanes

/// Sums over points of w and w·x_i, the weights over that of the nearest point so far.
template <std::size_t D>
class Sums {
  public:
    /// Adds `count` ≤ kBlock points with these squared distances from x.
    void add(const std::array<const float*, D>& planes, const std::array<float, kBlock>& squares, std::size_t count,
             float inverse) {
        float nearest = nearest_;
        for (std::size_t i = 0; i < count; ++i) nearest = std::min(nearest, squares[i]);
        const double rescale = std::exp(static_cast<double>(inverse) * (static_cast<double>(nearest) - nearest_));
        std::array<std::array<float, kLanes>, D + 1> lanes = {};
        const auto add_one = [&](std::size_t i, std::size_t lane) {
            const float weight = exponential(std::max(inverse * (nearest - squares[i]), -80.0F));
            lanes[D][lane] += weight;
            for (std::size_t e = 0; e < D; ++e) lanes[e][lane] += weight * planes[e][i];
        };
        std::size_t i = 0;
        for (; i + kLanes <= count; i += kLanes) {
            for (std::size_t lane = 0; lane < kLanes; ++lane) add_one(i + lane, lane);
        }
        for (; i < count; ++i) add_one(i, 0);
        for (std::size_t e = 0; e <= D; ++e) {
            sums_[e] *= rescale;
            for (const float lane : lanes[e]) sums_[e] += static_cast<double>(lane);
        }
        nearest_ = nearest;
    }
    std::array<double, 3> mean() const {
        std::array<double, 3> mean = {};
        for (std::size_t e = 0; e < D; ++e) mean[e] = sums_[e] / sums_[D];
        return mean;
    }

  private:
    float nearest_ = 1e30F;
    std::array<double, D + 1> sums_ = {};
};

template <std::size_t D>
std::array<double, 3> mean_at(const std::vector<float>& planes, std::span<const double> x, double alpha, double sigma) {
    const std::size_t count = planes.size() / D;
    const auto scale = static_cast<float>(alpha);
    std::array<float, D> place = {};
    for (std::size_t e = 0; e < D; ++e) place[e] = static_cast<float>(x[e]);
    Sums<D> sums;
    std::array<float, kBlock> squares = {};
    for (std::size_t first = 0; first < count; first += kBlock) {
        std::array<const float*, D> block = {};
        for (std::size_t e = 0; e < D; ++e) block[e] = &planes[e * count + first];
        const std::size_t some = std::min(kBlock, count - first);
        for (std::size_t i = 0; i < some; ++i) {
            float square = 0;
            for (std::size_t e = 0; e < D; ++e) {
                const float shift = place[e] - scale * block[e][i];
                square += shift * shift;
            }
            squares[i] = square;
        }
        sums.add(block, squares, some, static_cast<float>(1 / (2 * sigma * sigma)));
    }
    return sums.mean();
}

}  // namespace

std::array<double, 3> KernelMean::at(std::span<const double> x, double alpha, double sigma) const {
    if (dim_ == 1) return mean_at<1>(planes_, x, alpha, sigma);
    return dim_ == 2 ? mean_at<2>(planes_, x, alpha, sigma) : mean_at<3>(planes_, x, alpha, sigma);
}

}  // namespace scorefield::train
