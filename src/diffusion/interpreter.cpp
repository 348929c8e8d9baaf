#include "diffusion/interpreter.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "base/error.hpp"
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

class Interpreter {
  public:
    Interpreter(const Program& program, std::span<const ScoreSource* const> sources, std::uint64_t seed,
                ParticleRange range, std::size_t dim)
        : program_(program), sources_(sources), seed_(seed), range_(range), dim_(dim) {
        const std::vector<double> unwritten(range.count * dim, std::numeric_limits<double>::quiet_NaN());
        registers_.assign(static_cast<std::size_t>(program.registers), unwritten);
    }

    std::vector<double>& state(int reg) { return registers_[static_cast<std::size_t>(reg)]; }

    void load(int reg, std::span<const double> values, const char* what) {
        if (values.size() != range_.count * dim_) {
            throw std::invalid_argument(
                fmt::format("{} holds {} values, not {} x {}", what, values.size(), range_.count, dim_));
        }
        state(reg).assign(values.begin(), values.end());
    }

    void run(const Eval& eval) {
        std::vector<double> scaled = state(eval.src);
        for (double& value : scaled) value *= eval.c_in;
        std::vector<double> output(scaled.size(), std::numeric_limits<double>::quiet_NaN());
        sources_[static_cast<std::size_t>(eval.source)]->evaluate(scaled, eval, output);
        const std::vector<double>& src = state(eval.src);
        std::vector<double>& dst = state(eval.dst);
        for (std::size_t i = 0; i < dst.size(); ++i) dst[i] = eval.c_skip * src[i] + eval.c_out * output[i];
    }

    void run(const Blend& blend) {
        std::vector<double> sum(range_.count * dim_, 0.0);
        for (const Term& term : blend.terms) {
            const std::vector<double>& src = state(term.reg);
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += term.coefficient * src[i];
        }
        for (const NoiseTerm& noise : blend.noise) add_noise(sum, noise, seed_, range_, dim_);
        state(blend.dst) = std::move(sum);
    }

    void run(const Clamp& clamp) {
        for (double& value : state(clamp.dst)) value = std::min(std::max(value, clamp.low), clamp.high);
    }

    void run(const Threshold& threshold) {
        std::vector<double>& dst = state(threshold.dst);
        for (std::size_t i = 0; i < range_.count; ++i) {
            const std::span<double> sample(dst.data() + i * dim_, dim_);
            const double bound = std::clamp(magnitude_quantile(sample, threshold.ratio), 1.0, threshold.max);
            for (double& value : sample) value = std::clamp(value, -bound, bound) / bound;
        }
    }

    void run(const Mask& mask) {
        const std::vector<double>& weight = state(program_.mask_register);
        const std::vector<double>& a = state(mask.a);
        const std::vector<double>& b = state(mask.b);
        std::vector<double> mixed(weight.size());
        for (std::size_t i = 0; i < mixed.size(); ++i) mixed[i] = weight[i] * a[i] + (1 - weight[i]) * b[i];
        state(mask.dst) = std::move(mixed);
    }

  private:
    const Program& program_;
    std::span<const ScoreSource* const> sources_;
    std::uint64_t seed_;
    ParticleRange range_;
    std::size_t dim_;
    std::vector<std::vector<double>> registers_;
};

/// The dimension that all sources of the program's evaluations share.
std::size_t common_dim(const Program& program, std::span<const ScoreSource* const> sources) {
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
        const auto* eval = std::get_if<Eval>(&program.ops[i].instruction);
        if (eval != nullptr && static_cast<std::size_t>(eval->source) >= sources.size()) {
            throw base::request_error("invalid program", fmt::format("ops[{}].source", i),
                                      fmt::format("source {} of {} does not exist", eval->source, sources.size()));
        }
    }
    if (sources.empty()) return 0;
    for (const ScoreSource* source : sources) {
        if (source->dim() != sources[0]->dim()) throw std::invalid_argument("score sources of different dimensions");
    }
    return static_cast<std::size_t>(sources[0]->dim());
}

}  // namespace

std::vector<double> initial_state(const Program& program, std::uint64_t seed, ParticleRange range, int dim) {
    std::vector<double> state(range.count * static_cast<std::size_t>(dim), 0.0);
    add_noise(state, {program.init_scale, base::kInitStream, 0}, seed, range, static_cast<std::size_t>(dim));
    return state;
}

std::vector<double> interpret(const Program& program, std::span<const ScoreSource* const> sources,
                              std::span<const double> start, std::uint64_t seed, ParticleRange range,
                              const StepObserver& observer, const ProgramInputs& inputs) {
    program.validate();
    std::size_t dim = common_dim(program, sources);
    if (dim == 0) dim = range.count == 0 ? 0 : start.size() / range.count;
    Interpreter interpreter(program, sources, seed, range, dim);
    interpreter.load(program.init_register, start, "the start state");
    if (program.known_register >= 0) interpreter.load(program.known_register, inputs.known, "the known input");
    if (program.mask_register >= 0) interpreter.load(program.mask_register, inputs.mask, "the mask input");
    std::size_t next = 0;
    for (int step = 0; step < program.steps; ++step) {
        for (const std::size_t end = program.end_of_step(step); next < end; ++next) {
            std::visit([&](const auto& instruction) { interpreter.run(instruction); }, program.ops[next].instruction);
        }
        if (observer) observer(step, interpreter.state(program.result));
    }
    return interpreter.state(program.result);
}

}  // namespace scorefield::diffusion
