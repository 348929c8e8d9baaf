#include "diffusion/beta_quantile.hpp"

#include <cassert>
#include <cmath>

namespace scorefield::diffusion {
namespace {

constexpr double kEpsilon = 1e-16;

/// log of x^a (1−x)^b / B(a, b).
double log_power(double x, double a, double b) {
    return a * std::log(x) + b * std::log1p(-x) + std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b);
}

/// The continued fraction of DLMF 8.17.22 by the modified Lentz method; converges fast for x < (a+1)/(a+b+2).
double continued_fraction(double x, double a, double b) {
    constexpr int kMostTerms = 1000;
    constexpr double kTiny = 1e-300;
    double c = 1;
    double d = 1 / (1 - (a + b) * x / (a + 1) + kTiny);
    const auto factor = [&](double coefficient) {
        d = 1 / (1 + coefficient * d + kTiny);
        c = 1 + coefficient / c + kTiny;
        return c * d;
    };
    double value = d;
    double change = 0;
    for (int m = 1; m < kMostTerms && std::abs(change - 1) > kEpsilon; ++m) {
        value *= factor(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
        change = factor(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
        value *= change;
    }
    return value;
}

}  // namespace

double incomplete_beta(double x, double a, double b) {
    assert(0 <= x && x <= 1 && a > 0 && b > 0);
    if (x == 0 || x == 1) return x;
    const auto lower = [](double y, double first, double second) {
        return std::exp(log_power(y, first, second)) * continued_fraction(y, first, second) / first;
    };
    return x > (a + 1) / (a + b + 2) ? 1 - lower(1 - x, b, a) : lower(x, a, b);
}

double beta_quantile(double p, double a, double b) {
    assert(0 <= p && p <= 1);
    if (p == 0 || p == 1) return p;
    // Newton's method within a bracket that halves where it would be left.
    constexpr int kMostIterations = 1100;
    double low = 0;
    double high = 1;
    double x = a / (a + b);
    for (int i = 0; i < kMostIterations; ++i) {
        const double excess = incomplete_beta(x, a, b) - p;
        (excess > 0 ? high : low) = x;
        const double density = std::exp(log_power(x, a, b)) / (x * (1 - x));
        double next = x - excess / density;
        if (!(next > low && next < high)) next = low + (high - low) / 2;
        if (std::abs(next - x) <= kEpsilon * x) return next;
        x = next;
    }
    return x;
}

}  // namespace scorefield::diffusion
