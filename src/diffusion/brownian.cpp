#include "diffusion/brownian.hpp"

#include <cassert>
#include <cmath>
#include <cstdint>
#include <map>

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

int brownian_depth(double gap) {
    int depth = kBrownianDepth;
    while (depth < kMaxBrownianDepth && std::ldexp(1.0, -depth) > gap) ++depth;
    return depth;
}

}  // namespace scorefield::diffusion
