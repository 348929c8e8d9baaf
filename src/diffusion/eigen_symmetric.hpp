#pragma once

#include <vector>

namespace scorefield::diffusion {

/// Eigenvalues (d) and, row by row in their order, orthonormal eigenvectors (d, d).
struct EigenSystem {
    std::vector<double> values;
    std::vector<double> vectors;
};

/// The eigenvalues and eigenvectors of a symmetric (d, d) row-major matrix, d small, by Jacobi's rotations
/// (Golub & Van Loan, §8.5).
EigenSystem eigen_symmetric(std::vector<double> matrix, std::size_t dim);

}  // namespace scorefield::diffusion
