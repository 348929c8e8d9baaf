#pragma once

#include <span>
#include <vector>

namespace scorefield::diffusion {

/// The functions of exponential integrators: φ_0(z) = e^z, φ_{k+1}(z) = (φ_k(z) − 1/k!)/z, φ_k(0) = 1/k!, without
/// cancellation near 0. k ≥ 0, z finite.
double phi(int k, double z);

/// ∫_0^1 v^k dv for k = 0 … count−1.
std::vector<double> power_moments(std::size_t count);

/// ∫_0^1 v^k e^{hv} dv for k = 0 … count−1.
std::vector<double> exponential_moments(std::size_t count, double h);

/// The integral of the polynomial through the values at `nodes` (all different), as weights of those values;
/// moments[k] is that of v^k, one for each node.
std::vector<double> interpolation_weights(std::span<const double> nodes, std::span<const double> moments);

/// Solves a·x = b, a (n, n) row-major and not singular, by elimination with pivots.
std::vector<double> solve_linear(std::vector<double> a, std::vector<double> b);

}  // namespace scorefield::diffusion
