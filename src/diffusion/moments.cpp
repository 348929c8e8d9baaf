#include "diffusion/moments.hpp"

namespace scorefield::diffusion {

AxisMoments moments_of(std::span<const float> points, std::size_t dim) {
    AxisMoments moments = {std::vector<double>(dim), std::vector<double>(dim)};
    const double count = static_cast<double>(points.size()) / static_cast<double>(dim);
    for (std::size_t i = 0; i < points.size(); ++i) moments.mean[i % dim] += static_cast<double>(points[i]) / count;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double difference = static_cast<double>(points[i]) - moments.mean[i % dim];
        moments.variance[i % dim] += difference * difference / count;
    }
    return moments;
}

AxisMoments marginal_moments(AxisMoments clean, const Marginal& at) {
    for (double& mean : clean.mean) mean *= at.alpha;
    for (double& variance : clean.variance) variance = at.alpha * at.alpha * variance + at.sigma * at.sigma;
    return clean;
}

}  // namespace scorefield::diffusion
