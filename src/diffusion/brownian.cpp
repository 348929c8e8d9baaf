#include "diffusion/brownian.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>

#include "base/random.hpp"

namespace scorefield::diffusion {
namespace {

/// Adds factor·W(u) to the coefficients by draw.
void add_path(std::map<std::uint32_t, double>& coefficients, double u, double factor, int depth) {
    if (u > 0) coefficients[0] += factor * u;
    double low = 0;
    double width = 1;
    std::uint32_t cell = 0;
    for (int level = 0; level <= depth; ++level) {
        const double inside = u - low;
        if (inside <= 0 || inside >= width) return;  // a cell's end: no finer draw matters
        const std::uint32_t index = (std::uint32_t{1} << static_cast<unsigned>(level)) + cell;
        const double half = width / 2;
        if (level == depth) {
            coefficients[index] += factor * std::sqrt(inside * (width - inside) / width);
            return;
        }
        const bool right = inside >= half;
        const double rise = (right ? width - inside : inside) / half;  // of the hat function
        coefficients[index] += factor * rise * std::sqrt(width) / 2;
        cell = 2 * cell + (right ? 1 : 0);
        low += right ? half : 0;
        width = half;
    }
}

}  // namespace

std::vector<NoiseTerm> brownian_increment(double low, double high, int depth) {
    assert(0 <= low && low < high && high <= 1 && depth >= 0 && depth <= kMaxBrownianDepth);
    const double factor = 1 / std::sqrt(high - low);
    std::map<std::uint32_t, double> coefficients;
    add_path(coefficients, high, factor, depth);
    add_path(coefficients, low, -factor, depth);
    std::vector<NoiseTerm> terms;
    for (const auto& [index, coefficient] : coefficients) {
        if (coefficient != 0) terms.push_back({coefficient, base::kSamplerStream, index});
    }
    return terms;
}

std::vector<std::vector<NoiseTerm>> path_increments(std::span<const Interval> intervals) {
    constexpr double kSame = 1e-6;  // of the shortest interval
    std::vector<double> ends;
    double shortest = 1;
    for (const Interval& interval : intervals) {
        ends.insert(ends.end(), {interval.low, interval.high});
        shortest = std::min(shortest, interval.high - interval.low);
    }
    std::ranges::sort(ends);
    const auto same = [&](double a, double b) { return b - a <= kSame * shortest; };
    ends.erase(std::unique(ends.begin(), ends.end(), same), ends.end());
    // The number of the cell above each end.
    std::vector<std::optional<std::uint32_t>> numbers(ends.size());
    std::uint32_t next = 0;
    std::vector<std::vector<NoiseTerm>> increments;
    for (const auto& [low, high] : intervals) {
        const auto first = std::ranges::upper_bound(ends, low) - ends.begin() - 1;
        auto cell = std::ranges::upper_bound(ends, high) - ends.begin() - 1;
        const double width = ends[static_cast<std::size_t>(cell)] - ends[static_cast<std::size_t>(first)];
        std::vector<NoiseTerm>& terms = increments.emplace_back();
        while (--cell >= first) {
            const auto below = static_cast<std::size_t>(cell);
            std::optional<std::uint32_t>& number = numbers[below];
            if (!number) number = next++;
            terms.push_back({std::sqrt((ends[below + 1] - ends[below]) / width), base::kSamplerStream, *number});
        }
    }
    return increments;
}

bool takes_increments(const Program& program) {
    return std::ranges::any_of(program.ops, [](const Op& op) {
        const auto* const blend = std::get_if<Blend>(&op.instruction);
        if (blend == nullptr) return false;
        const auto of_path = [](const NoiseTerm& term) { return term.stream == base::kSamplerStream; };
        return std::ranges::any_of(blend->noise, of_path);
    });
}

int brownian_depth(double gap) {
    int depth = kBrownianDepth;
    while (depth < kMaxBrownianDepth && std::ldexp(1.0, -depth) > gap) ++depth;
    return depth;
}

}  // namespace scorefield::diffusion
