#include "study/agreement.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace scorefield::study {
namespace {

/// A number whose order as an unsigned integer is that of the float: all bits turned below 0, the sign bit above.
std::uint32_t ordered(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return (bits >> 31U) != 0 ? ~bits : bits | 0x8000'0000U;
}

float value_of(std::uint32_t order) {
    return std::bit_cast<float>((order >> 31U) != 0 ? order & 0x7fff'ffffU : ~order);
}

/// By digits of 11 bits, the lowest first: some passes over a million of values instead of twenty.
void sort_by_digits(std::vector<std::uint32_t>& values) {
    constexpr unsigned kDigitBits = 11;
    constexpr std::uint32_t kDigits = 1U << kDigitBits;
    std::vector<std::uint32_t> sorted(values.size());
    for (unsigned shift = 0; shift < 32; shift += kDigitBits) {
        std::array<std::size_t, kDigits> place = {};
        for (const std::uint32_t value : values) ++place[(value >> shift) % kDigits];
        std::exclusive_scan(place.begin(), place.end(), place.begin(), std::size_t{0});
        for (const std::uint32_t value : values) sorted[place[(value >> shift) % kDigits]++] = value;
        values.swap(sorted);
    }
}

}  // namespace

std::vector<float> sorted_along(std::span<const float> states, std::span<const double> direction) {
    const std::size_t dim = direction.size();
    std::vector<std::uint32_t> order(states.size() / dim);
    for (std::size_t i = 0; i < order.size(); ++i) {
        double sum = 0;
        for (std::size_t e = 0; e < dim; ++e) sum += direction[e] * static_cast<double>(states[i * dim + e]);
        order[i] = ordered(static_cast<float>(sum));
    }
    sort_by_digits(order);
    std::vector<float> values(order.size());
    std::ranges::transform(order, values.begin(), value_of);
    return values;
}

double ks_distance(std::span<const float> a, std::span<const float> b) {
    double worst = 0;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        const float x = std::min(a[i], b[j]);
        while (i < a.size() && a[i] <= x) ++i;
        while (j < b.size() && b[j] <= x) ++j;
        worst = std::max(worst, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                         static_cast<double>(j) / static_cast<double>(b.size())));
    }
    return worst;
}

double ks_distance(std::span<const float> sorted, const LineLaw& law) {
    const double step = 1 / static_cast<double>(sorted.size());
    double worst = 0;
    double below = 0;
    std::size_t cell = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const double place = (static_cast<double>(sorted[i]) - law.low()) / law.width();
        while (cell < LineLaw::kCells && static_cast<double>(cell + 1) <= place) below += law.masses()[cell++];
        double expected = below;
        if (cell < LineLaw::kCells) expected += law.masses()[cell] * std::max(place - static_cast<double>(cell), 0.0);
        worst = std::max({worst, std::abs(expected - static_cast<double>(i) * step),
                          std::abs(expected - static_cast<double>(i + 1) * step)});
    }
    return worst;
}

double ks_distance(const LineLaw& a, const LineLaw& b) {
    // Both are linear between edges: the largest difference is at one of either's.
    double worst = 0;
    for (const LineLaw* of : {&a, &b}) {
        const LineLaw& other = of == &a ? b : a;
        double own = 0;
        double other_below = 0;
        std::size_t cell = 0;
        for (std::size_t k = 0; k < LineLaw::kCells; ++k) {
            own += of->masses()[k];
            const double x = of->low() + of->width() * static_cast<double>(k + 1);
            const double place = (x - other.low()) / other.width();
            while (cell < LineLaw::kCells && static_cast<double>(cell + 1) <= place)
                other_below += other.masses()[cell++];
            double there = other_below;
            if (cell < LineLaw::kCells)
                there += other.masses()[cell] * std::max(place - static_cast<double>(cell), 0.0);
            worst = std::max(worst, std::abs(own - there));
        }
    }
    return worst;
}

double ks_critical(double n, double m, double level) {
    return std::sqrt(-std::log(level / 2) / 2 * (1 / n + 1 / m));
}

double ks_critical(double n) {
    return ks_critical(n, HUGE_VAL);
}

Moments moments_of(std::span<const float> values) {
    const auto n = static_cast<double>(values.size());
    Moments moments;
    moments.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    double fourth = 0;
    for (const float value : values) {
        const double square = std::pow(static_cast<double>(value) - moments.mean, 2);
        moments.variance += square / n;
        fourth += square * square / n;
    }
    moments.mean_error = std::sqrt(moments.variance / n);
    moments.variance_error = std::sqrt(std::max(fourth - moments.variance * moments.variance, 0.0) / n);
    return moments;
}

}  // namespace scorefield::study
