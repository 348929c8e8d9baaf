#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "study/line_law.hpp"

namespace scorefield::study {

/// Standard errors of a Monte Carlo figure that are still put down to chance: of a thousand figures one is farther off.
inline constexpr double kStandardErrors = 3.3;

/// Values of one coordinate of states (n, dim), or along the unit vector `direction` (dim), sorted; none is NaN.
std::vector<float> sorted_along(std::span<const float> states, std::span<const double> direction);

/// Largest difference of two empirical distribution functions (Kolmogorov–Smirnov). Both sorted.
double ks_distance(std::span<const float> a, std::span<const float> b);
/// Largest difference of an empirical distribution function, of sorted values, from a law.
double ks_distance(std::span<const float> sorted, const LineLaw& law);
/// Largest difference of the distribution functions of two laws.
double ks_distance(const LineLaw& a, const LineLaw& b);

/// The distance that chance exceeds with probability `level`: c·√(1/n + 1/m), c = √(−½ ln(level/2)), which is 1.949 for
/// once in a thousand. Against a law m is infinite.
double ks_critical(double n, double m, double level = 1e-3);
double ks_critical(double n);

/// Mean and variance with their standard errors, of a sample.
struct Moments {
    double mean = 0;
    double mean_error = 0;
    double variance = 0;
    double variance_error = 0;  ///< √((m4 − m2²)/n)
};
Moments moments_of(std::span<const float> values);

}  // namespace scorefield::study
