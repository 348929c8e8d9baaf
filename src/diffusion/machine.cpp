#include "diffusion/machine.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "base/random.hpp"

namespace scorefield::diffusion {
namespace {

/// Adds coefficient·z(stream, index) of every particle to `state`, row-major (count, dim).
void add_noise(std::vector<double>& state, const NoiseTerm& noise, std::uint64_t seed, ParticleRange range,
               std::size_t dim) {
    for (std::uint32_t i = 0; i < range.count; ++i) {
        for (std::size_t e = 0; e < dim; e += 4) {
            const auto z =
                base::normal4(seed, range.first + i, static_cast<std::uint32_t>(e / 4), noise.index, noise.stream);
            for (std::size_t lane = 0; lane < std::min<std::size_t>(4, dim - e); ++lane) {
                state[i * dim + e + lane] += noise.coefficient * static_cast<double>(z[lane]);
            }
        }
    }
}

/// The `ratio` quantile of |sample|, linear between order statistics.
double magnitude_quantile(std::span<const double> sample, double ratio) {
    std::vector<double> magnitudes(sample.size());
    std::transform(sample.begin(), sample.end(), magnitudes.begin(), [](double v) { return std::abs(v); });
    std::sort(magnitudes.begin(), magnitudes.end());
    const double position = ratio * static_cast<double>(magnitudes.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, magnitudes.size() - 1);
    const double fraction = position - static_cast<double>(below);
    return magnitudes[below] + fraction * (magnitudes[above] - magnitudes[below]);
}

}  // namespace

Machine::Machine(std::span<const ScoreSource* const> sources, std::uint64_t seed, ParticleRange range, std::size_t dim)
    : sources_(sources), seed_(seed), range_(range), dim_(dim) {}

void Machine::load(int reg, std::span<const double> values, const char* what) {
    if (values.size() != range_.count * dim_) {
        throw std::invalid_argument(
            fmt::format("{} holds {} values, not {} x {}", what, values.size(), range_.count, dim_));
    }
    state(reg).assign(values.begin(), values.end());
}

void Machine::start(int reg, const StartLaw& law) {
    run(Blend{.dst = reg, .terms = {}, .noise = {{1, base::kInitStream, 0}}});
    std::vector<double>& values = state(reg);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = law.mean_of(i % dim_) + law.scale_of(i % dim_) * values[i];
    }
}

std::vector<double>& Machine::state(int reg) {
    const auto number = static_cast<std::size_t>(reg);
    while (registers_.size() <= number) {
        registers_.emplace_back(range_.count * dim_, std::numeric_limits<double>::quiet_NaN());
    }
    return registers_[number];
}

void Machine::run(const Instruction& instruction) {
    std::visit([this](const auto& specific) { run(specific); }, instruction);
}

void Machine::run(const Eval& eval) {
    std::vector<double> scaled = state(eval.src);
    for (double& value : scaled) value *= eval.c_in;
    std::vector<double> output(scaled.size(), std::numeric_limits<double>::quiet_NaN());
    sources_[static_cast<std::size_t>(eval.source)]->evaluate(scaled, eval, output);
    const std::vector<double>& src = state(eval.src);
    std::vector<double>& dst = state(eval.dst);
    for (std::size_t i = 0; i < dst.size(); ++i) dst[i] = eval.c_skip * src[i] + eval.c_out * output[i];
}

void Machine::run(const Blend& blend) {
    std::vector<double> sum(range_.count * dim_, 0.0);
    for (const Term& term : blend.terms) {
        const std::vector<double>& src = state(term.reg);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += term.coefficient * src[i];
    }
    for (const NoiseTerm& noise : blend.noise) add_noise(sum, noise, seed_, range_, dim_);
    state(blend.dst) = std::move(sum);
}

void Machine::run(const Clamp& clamp) {
    for (double& value : state(clamp.dst)) value = std::min(std::max(value, clamp.low), clamp.high);
}

void Machine::run(const Threshold& threshold) {
    std::vector<double>& dst = state(threshold.dst);
    for (std::size_t i = 0; i < range_.count; ++i) {
        const std::span<double> sample(dst.data() + i * dim_, dim_);
        const double bound = std::clamp(magnitude_quantile(sample, threshold.ratio), 1.0, threshold.max);
        for (double& value : sample) value = std::clamp(value, -bound, bound) / bound;
    }
}

void Machine::run(const Mask& mask) {
    const std::vector<double>& weight = state(mask_register_);
    const std::vector<double>& a = state(mask.a);
    const std::vector<double>& b = state(mask.b);
    std::vector<double> mixed(weight.size());
    for (std::size_t i = 0; i < mixed.size(); ++i) mixed[i] = weight[i] * a[i] + (1 - weight[i]) * b[i];
    state(mask.dst) = std::move(mixed);
}

}  // namespace scorefield::diffusion
