#include "session/noise_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <variant>

namespace scorefield::session {
namespace {

using diffusion::Marginal;
using diffusion::NoiseProcess;

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr int kPoints = 400;         ///< of the process, even in t and again even in λ
constexpr double kMostLogSnr = 10;   ///< beyond ±10 one of the scales is below 1e-4 of the other
constexpr double kMostWhole = 1200;  ///< times of a discrete process, all of which are shown
constexpr int kParts = 8;            ///< of the way between two states

/// Appends levels of a process to columns.
class LevelWriter {
  public:
    LevelWriter(const NoiseProcess& process, LevelColumns& columns) : process_(process), columns_(columns) {}

    /// `at`: scales of a state or an evaluation, which need not be those of the process at `t`. The coefficients of the
    /// SDE are not numbers at times that the process does not have.
    void add(double t, double step, const Marginal& at) {
        const diffusion::TimeRange range = process_.times();
        const bool known = t >= range.lowest && t <= range.highest;
        const diffusion::LinearSde sde =
            known && !range.discrete ? process_.sde(t) : diffusion::LinearSde{kNothing, kNothing};
        columns_.t.push_back(t);
        columns_.step.push_back(step);
        columns_.alpha.push_back(at.alpha);
        columns_.sigma.push_back(at.sigma);
        columns_.log_snr.push_back(diffusion::log_snr(at));
        columns_.beta.push_back(known && range.discrete ? 1 - process_.corrector_scale(t, 1) : kNothing);
        columns_.drift.push_back(sde.drift);
        columns_.diffusion.push_back(sde.diffusion);
    }
    void add(double t, double step) { add(t, step, process_.marginal(t)); }
    /// The data without noise, which are at no time of the process.
    void add_clean(double step) { add(kNothing, step, Marginal{}); }

  private:
    const NoiseProcess& process_;
    LevelColumns& columns_;
};

/// Even in t, and even in λ where both ends have signal and noise: processes differ in what resolves their ends.
std::vector<double> times_of(const NoiseProcess& process) {
    const diffusion::TimeRange range = process.times();
    const double most = std::clamp(diffusion::log_snr(process.marginal(range.lowest_noisy)), -kMostLogSnr, kMostLogSnr);
    const double least = std::clamp(diffusion::log_snr(process.marginal(range.highest)), -kMostLogSnr, kMostLogSnr);
    std::vector<double> times;
    if (range.discrete && range.highest < kMostWhole) {
        for (double t = range.lowest; t <= range.highest; ++t) times.push_back(t);
        return times;
    }
    for (int i = 0; i <= kPoints; ++i) {
        const double share = static_cast<double>(i) / kPoints;
        times.push_back(std::lerp(range.lowest, range.highest, share));
        times.push_back(process.time_at(std::lerp(most, least, share)));
    }
    for (double& t : times) {
        if (range.discrete) t = std::round(t);
        t = std::clamp(t, range.lowest, range.highest);
    }
    std::ranges::sort(times);
    times.erase(std::unique(times.begin(), times.end()), times.end());
    return times;
}

/// Whether the state has the scales of the process at its time: levels of the process then lead to the next state.
bool is_on_curve(const NoiseProcess& process, const RunState& state) {
    const diffusion::TimeRange range = process.times();
    if (state.is_result || state.t < range.lowest || state.t > range.highest) return false;
    constexpr double kTolerance = 1e-6;
    const Marginal at = process.marginal(state.t);
    return std::abs(at.alpha - state.alpha) <= kTolerance * (1 + at.alpha) &&
           std::abs(at.sigma - state.sigma) <= kTolerance * (1 + at.sigma);
}

LevelColumns run_columns(const NoiseProcess& process, const std::vector<RunState>& states) {
    LevelColumns columns;
    LevelWriter writer(process, columns);
    for (std::size_t k = 0; k < states.size(); ++k) {
        const RunState& state = states[k];
        if (state.is_result) {
            writer.add_clean(state.number);
            break;
        }
        writer.add(state.t, state.number, {state.alpha, state.sigma});
        if (k + 1 == states.size() || states[k + 1].t == state.t) continue;
        const RunState& next = states[k + 1];
        if (!is_on_curve(process, state) || !is_on_curve(process, next)) continue;
        for (int part = 1; part < kParts; ++part) {
            const double share = static_cast<double>(part) / kParts;
            writer.add(std::lerp(state.t, next.t, share), state.number + share);
        }
    }
    return columns;
}

/// Where an evaluation stands between the states before and after its step, by time; methods of several evaluations ask
/// ahead of the state.
double position_of(const diffusion::Eval& eval, const std::vector<RunState>& states, int step) {
    const RunState& from = states.at(static_cast<std::size_t>(step));
    const RunState& to = states.at(static_cast<std::size_t>(step) + 1);
    if (to.is_result || to.t == from.t) return step;
    return step + (eval.t - from.t) / (to.t - from.t);
}

/// A register as state·x_t + output·F, F being the output of the step's only evaluation.
struct Affine {
    double state = 0;
    double output = 0;
};

/// Follows the registers through the ops of one step. Limits of estimates count as if they changed nothing.
class StepAlgebra {
  public:
    explicit StepAlgebra(const diffusion::Program& program) : registers_(static_cast<std::size_t>(program.registers)) {
        at(program.result) = Affine{1, 0};
    }

    void apply(const diffusion::Instruction& instruction) {
        if (const auto* const eval = std::get_if<diffusion::Eval>(&instruction)) evaluate(*eval);
        if (const auto* const blend = std::get_if<diffusion::Blend>(&instruction)) combine(*blend);
        if (const auto* const mask = std::get_if<diffusion::Mask>(&instruction)) at(mask->dst).reset();
    }

    /// The evaluation and the register `result`; none where they are not of the form.
    std::optional<UpdateWeights> weights(int result, const diffusion::Parametrisation& parametrisation) {
        const std::optional<Affine> end = at(result);
        if (eval_ == nullptr || !end) return std::nullopt;
        const diffusion::Node node = {eval_->t, {eval_->alpha, eval_->sigma}, eval_->c_in, eval_->c_noise};
        const diffusion::AffineForm data = denoiser_form(parametrisation, node);
        UpdateWeights weights;
        weights.of_data = end->output / data.c_out;
        weights.of_state = end->state - weights.of_data * data.c_skip;
        if (!std::isfinite(weights.of_data + weights.of_state)) return std::nullopt;
        return weights;
    }

  private:
    std::optional<Affine>& at(int index) { return registers_.at(static_cast<std::size_t>(index)); }

    void evaluate(const diffusion::Eval& eval) {
        const std::optional<Affine> source = at(eval.src);
        const bool is_first = eval_ == nullptr && source && source->state == 1 && source->output == 0;
        eval_ = &eval;
        if (is_first) {
            at(eval.dst) = Affine{eval.c_skip, eval.c_out};
        } else {
            at(eval.dst).reset();
        }
    }

    void combine(const diffusion::Blend& blend) {
        std::optional<Affine> sum = Affine{};
        for (const diffusion::Term& term : blend.terms) {
            const std::optional<Affine> value = at(term.reg);
            if (!value) {
                sum.reset();
                break;
            }
            sum->state += term.coefficient * value->state;
            sum->output += term.coefficient * value->output;
        }
        at(blend.dst) = sum;
    }

    std::vector<std::optional<Affine>> registers_;  ///< none: not of the form
    const diffusion::Eval* eval_ = nullptr;         ///< the last one
};

std::vector<UpdateWeights> weights_of(const diffusion::Program& program,
                                      const diffusion::Parametrisation& parametrisation,
                                      const std::vector<RunState>& states) {
    std::vector<UpdateWeights> all;
    std::size_t op = 0;
    for (int step = 0; step < program.steps; ++step) {
        StepAlgebra algebra(program);
        for (; op < program.end_of_step(step); ++op) algebra.apply(program.ops[op].instruction);
        std::optional<UpdateWeights> weights = algebra.weights(program.result, parametrisation);
        if (!weights) return {};
        weights->from = states.at(static_cast<std::size_t>(step));
        all.push_back(*weights);
    }
    return all;
}

std::string cell(double value) {
    return std::isnan(value) ? "" : fmt::format("{:.17g}", value);
}

}  // namespace

NoiseSchedule noise_schedule(const NoiseProcess& process, const diffusion::Parametrisation& parametrisation,
                             const diffusion::Program& program) {
    NoiseSchedule schedule;
    schedule.process = process.name();
    schedule.sampler = program.sampler;
    schedule.discrete = process.times().discrete;
    schedule.lowest_noisy = process.times().lowest_noisy;
    schedule.states = run_states_of(program);
    LevelWriter levels(process, schedule.levels);
    for (const double t : times_of(process)) levels.add(t, kNothing);
    if (program.evaluations() == 0) return schedule;
    LevelWriter evaluations(process, schedule.evaluations);
    for (const diffusion::Op& op : program.ops) {
        const auto* const eval = std::get_if<diffusion::Eval>(&op.instruction);
        if (eval == nullptr) continue;
        evaluations.add(eval->t, position_of(*eval, schedule.states, op.step), {eval->alpha, eval->sigma});
    }
    schedule.run = run_columns(process, schedule.states);
    schedule.weights = weights_of(program, parametrisation, schedule.states);
    return schedule;
}

std::string schedule_csv(const NoiseSchedule& schedule) {
    const LevelColumns& run = schedule.run;
    std::string text = "step,t,alpha,sigma,log_snr";
    text += schedule.discrete ? ",beta" : ",drift,diffusion";
    if (!schedule.weights.empty()) text += ",weight_state,weight_data";
    text += "\n";
    for (std::size_t i = 0; i < run.size(); ++i) {
        if (run.step[i] != std::floor(run.step[i])) continue;
        const auto step = static_cast<std::size_t>(run.step[i]);
        text += fmt::format("{},{},{},{},{}", step, cell(run.t[i]), cell(run.alpha[i]), cell(run.sigma[i]),
                            cell(run.log_snr[i]));
        text += schedule.discrete ? "," + cell(run.beta[i]) : "," + cell(run.drift[i]) + "," + cell(run.diffusion[i]);
        if (step < schedule.weights.size()) {
            text += fmt::format(",{:.17g},{:.17g}", schedule.weights[step].of_state, schedule.weights[step].of_data);
        } else if (!schedule.weights.empty()) {
            text += ",,";
        }
        text += "\n";
    }
    return text;
}

}  // namespace scorefield::session
