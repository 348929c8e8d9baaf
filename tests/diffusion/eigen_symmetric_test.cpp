#include "diffusion/eigen_symmetric.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.hpp"

namespace scorefield::diffusion {
namespace {

/// A symmetric matrix of standard normals.
std::vector<double> symmetric_normals(std::size_t dim) {
    std::vector<double> matrix(dim * dim);
    for (std::size_t i = 0; i < dim; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            const auto number = static_cast<std::uint32_t>(i * dim + j);
            matrix[i * dim + j] = matrix[j * dim + i] =
                static_cast<double>(base::normal(11, number, 0, 0, base::kDataStream));
        }
    }
    return matrix;
}

double dot(const double* a, const double* b, std::size_t dim) {
    double sum = 0;
    for (std::size_t e = 0; e < dim; ++e) sum += a[e] * b[e];
    return sum;
}

// Expected: M v = λ v and orthonormal v. Eigenvalues are within ±2√dim; each result is a sum of dim products, and both
// methods lose about a digit: 1e-13·dim.
TEST(EigenSymmetric, DecomposesFewAndManyDimensions) {
    for (const std::size_t dim : {2U, 7U, 64U, 65U, 130U}) {
        const std::vector<double> matrix = symmetric_normals(dim);
        const EigenSystem system = eigen_symmetric(matrix, dim);
        ASSERT_EQ(system.values.size(), dim);
        ASSERT_EQ(system.vectors.size(), dim * dim);
        const double tolerance = 1e-13 * static_cast<double>(dim);
        for (std::size_t j = 0; j < dim; ++j) {
            const double* const vector = &system.vectors[j * dim];
            for (std::size_t i = 0; i < dim; ++i) {
                ASSERT_NEAR(dot(&matrix[i * dim], vector, dim), system.values[j] * vector[i], tolerance) << dim;
                ASSERT_NEAR(dot(&system.vectors[i * dim], vector, dim), i == j ? 1 : 0, tolerance) << dim;
            }
        }
    }
}

TEST(EigenSymmetric, KeepsTheAxesOfADiagonalMatrix) {
    for (const std::size_t dim : {1U, 3U, 100U}) {
        std::vector<double> matrix(dim * dim);
        std::vector<double> diagonal(dim);
        for (std::size_t i = 0; i < dim; ++i) matrix[i * dim + i] = diagonal[i] = std::cos(static_cast<double>(i));
        const EigenSystem system = eigen_symmetric(matrix, dim);
        EXPECT_EQ(system.values, diagonal);
        EXPECT_TRUE(system.vectors.empty());
    }
}

}  // namespace
}  // namespace scorefield::diffusion
