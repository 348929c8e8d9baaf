#pragma once

#include <cstddef>
#include <vector>

namespace scorefield::diffusion {

/// Eigenvalues (d) and, row by row in their order, orthonormal eigenvectors (d, d); no vectors: the matrix is diagonal,
/// and its diagonal holds the eigenvalues in the order of the axes.
struct EigenSystem {
    std::vector<double> values;
    std::vector<double> vectors;
};

/// The eigenvalues and eigenvectors of a symmetric (d, d) row-major matrix. Up to kMaxJacobiDim dimensions by Jacobi's
/// rotations (Golub & Van Loan, §8.5), beyond by Eigen's tridiagonalisation and implicit QL (§8.3), eigenvalues in
/// increasing order: rotations take a quarter of a minute in 784 dimensions.
EigenSystem eigen_symmetric(std::vector<double> matrix, std::size_t dim);

inline constexpr std::size_t kMaxJacobiDim = 64;

}  // namespace scorefield::diffusion
