#include "train/kernel_mean.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace scorefield::train {
namespace {

// Against the same sum in double precision, at states that a point and the noise make, levels from fine to coarse,
// sizes that fill no block. Distances near the noise round by 1e-7 of some ten, weights by as much, so that the mean of
// points of order one is off by 1e-5 at most.
TEST(KernelMean, IsTheWeightedMeanOfThePoints) {
    std::mt19937 random(8);
    std::normal_distribution<float> normal;
    for (const std::size_t dim : {1U, 2U, 3U, 5U, 17U}) {
        for (const std::size_t count : {1U, 7U, 700U}) {
            data::Points points = {count, dim, std::vector<float>(count * dim)};
            for (float& value : points.values) value = normal(random);
            const KernelMean kernel(points);
            for (const double sigma : {0.01, 0.3, 20.0}) {
                const double alpha = 0.8;
                std::vector<double> x(dim);
                for (std::size_t e = 0; e < dim; ++e) {
                    x[e] = alpha * static_cast<double>(points.values[e]) + sigma * static_cast<double>(normal(random));
                }
                std::vector<double> mean(dim);
                double total = 0;
                for (std::size_t i = 0; i < count; ++i) {
                    double square = 0;
                    for (std::size_t e = 0; e < dim; ++e) {
                        square += std::pow(x[e] - alpha * static_cast<double>(points.values[i * dim + e]), 2);
                    }
                    const double weight = std::exp(-square / (2 * sigma * sigma));
                    total += weight;
                    for (std::size_t e = 0; e < dim; ++e) {
                        mean[e] += weight * static_cast<double>(points.values[i * dim + e]);
                    }
                }
                std::vector<double> found(dim);
                kernel.at(x, alpha, sigma, found);
                for (std::size_t e = 0; e < dim; ++e) EXPECT_NEAR(found[e], mean[e] / total, 1e-5);
            }
        }
    }
}

}  // namespace
}  // namespace scorefield::train
