#include "diffusion/samplers/exponential.hpp"

#include <cassert>
#include <cmath>

namespace scorefield::diffusion {

double phi(int k, double z) {
    double factorial = 1;
    for (int i = 2; i <= k; ++i) factorial *= i;
    if (std::abs(z) < 1) {
        // Σ z^n/(n+k)!: the terms fall faster than those of e.
        constexpr int kTerms = 20;
        double sum = 0;
        double term = 1 / factorial;
        for (int n = 0; n < kTerms; ++n) {
            sum += term;
            term *= z / (n + k + 1);
        }
        return sum;
    }
    if (k == 0) return std::exp(z);
    double value = std::expm1(z) / z;
    double inverse_factorial = 1;
    for (int i = 1; i < k; ++i) {
        inverse_factorial /= i;
        value = (value - inverse_factorial) / z;
    }
    return value;
}

std::vector<double> power_moments(std::size_t count) {
    std::vector<double> moments;
    for (std::size_t k = 0; k < count; ++k) moments.push_back(1 / static_cast<double>(k + 1));
    return moments;
}

std::vector<double> exponential_moments(std::size_t count, double h) {
    // φ_{k+1}(z) = ∫_0^1 e^{(1−v)z} v^k/k! dv at z = −h.
    std::vector<double> moments;
    double factorial = 1;
    for (std::size_t k = 0; k < count; ++k) {
        if (k > 0) factorial *= static_cast<double>(k);
        moments.push_back(factorial * std::exp(h) * phi(static_cast<int>(k) + 1, -h));
    }
    return moments;
}

std::vector<double> interpolation_weights(std::span<const double> nodes, std::span<const double> moments) {
    assert(nodes.size() == moments.size());
    std::vector<double> weights;
    for (const double node : nodes) {
        // The coefficients of Lagrange's polynomial that is 1 at this node and 0 at the others.
        std::vector<double> polynomial = {1};
        for (const double other : nodes) {
            if (other == node) continue;
            std::vector<double> product(polynomial.size() + 1, 0.0);
            for (std::size_t k = 0; k < polynomial.size(); ++k) {
                product[k + 1] += polynomial[k] / (node - other);
                product[k] -= polynomial[k] * other / (node - other);
            }
            polynomial = std::move(product);
        }
        double weight = 0;
        for (std::size_t k = 0; k < polynomial.size(); ++k) weight += polynomial[k] * moments[k];
        weights.push_back(weight);
    }
    return weights;
}

std::vector<double> solve_linear(std::vector<double> a, std::vector<double> b) {
    const std::size_t n = b.size();
    for (std::size_t column = 0; column < n; ++column) {
        std::size_t pivot = column;
        for (std::size_t row = column + 1; row < n; ++row) {
            if (std::abs(a[row * n + column]) > std::abs(a[pivot * n + column])) pivot = row;
        }
        for (std::size_t k = 0; k < n; ++k) std::swap(a[pivot * n + k], a[column * n + k]);
        std::swap(b[pivot], b[column]);
        for (std::size_t row = column + 1; row < n; ++row) {
            const double factor = a[row * n + column] / a[column * n + column];
            for (std::size_t k = column; k < n; ++k) a[row * n + k] -= factor * a[column * n + k];
            b[row] -= factor * b[column];
        }
    }
    for (std::size_t row = n; row-- > 0;) {
        for (std::size_t k = row + 1; k < n; ++k) b[row] -= a[row * n + k] * b[k];
        b[row] /= a[row * n + row];
    }
    return b;
}

}  // namespace scorefield::diffusion
