#include "diffusion/eigen_symmetric.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <utility>

namespace scorefield::diffusion {
namespace {

constexpr int kMaxSweeps = 50;  // converges quadratically: a handful in practice

/// Rotates rows and columns p, q of `a` so that a[p][q] vanishes, and the rows p, q of `vectors` with them.
void rotate(std::vector<double>& a, std::vector<double>& vectors, std::size_t dim, std::size_t p, std::size_t q) {
    const double theta = (a[q * dim + q] - a[p * dim + p]) / (2 * a[p * dim + q]);
    const double tangent = std::copysign(1.0, theta) / (std::abs(theta) + std::hypot(1.0, theta));
    const double cosine = 1 / std::hypot(1.0, tangent);
    const double sine = tangent * cosine;
    const auto mix = [&](double& first, double& second) {
        const double old = first;
        first = cosine * old - sine * second;
        second = sine * old + cosine * second;
    };
    for (std::size_t k = 0; k < dim; ++k) mix(a[k * dim + p], a[k * dim + q]);
    for (std::size_t k = 0; k < dim; ++k) mix(a[p * dim + k], a[q * dim + k]);
    for (std::size_t k = 0; k < dim; ++k) mix(vectors[p * dim + k], vectors[q * dim + k]);
    a[p * dim + q] = 0;
    a[q * dim + p] = 0;
}

bool is_diagonal(const std::vector<double>& a, std::size_t dim) {
    for (std::size_t p = 0; p < dim; ++p) {
        for (std::size_t q = p + 1; q < dim; ++q) {
            if (a[p * dim + q] != 0) return false;
        }
    }
    return true;
}

EigenSystem by_rotations(std::vector<double> matrix, std::size_t dim) {
    EigenSystem system{std::vector<double>(dim), std::vector<double>(dim * dim, 0.0)};
    for (std::size_t j = 0; j < dim; ++j) system.vectors[j * dim + j] = 1;
    for (int sweep = 0; sweep < kMaxSweeps && !is_diagonal(matrix, dim); ++sweep) {
        for (std::size_t p = 0; p < dim; ++p) {
            for (std::size_t q = p + 1; q < dim; ++q) {
                if (matrix[p * dim + q] != 0) rotate(matrix, system.vectors, dim, p, q);
            }
        }
    }
    for (std::size_t j = 0; j < dim; ++j) system.values[j] = matrix[j * dim + j];
    return system;
}

EigenSystem by_tridiagonalisation(const std::vector<double>& matrix, std::size_t dim) {
    const auto size = static_cast<Eigen::Index>(dim);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(
        Eigen::Map<const Eigen::MatrixXd>(matrix.data(), size, size));
    if (solver.info() != Eigen::Success) throw std::runtime_error("the eigenvalues of a matrix do not converge");
    const std::span values(solver.eigenvalues().data(), dim);
    const std::span columns(solver.eigenvectors().data(), dim * dim);  // column after column
    return {{values.begin(), values.end()}, {columns.begin(), columns.end()}};
}

}  // namespace

EigenSystem eigen_symmetric(std::vector<double> matrix, std::size_t dim) {
    if (is_diagonal(matrix, dim)) {
        EigenSystem system{std::vector<double>(dim), {}};
        for (std::size_t j = 0; j < dim; ++j) system.values[j] = matrix[j * dim + j];
        return system;
    }
    return dim > kMaxJacobiDim ? by_tridiagonalisation(matrix, dim) : by_rotations(std::move(matrix), dim);
}

}  // namespace scorefield::diffusion
