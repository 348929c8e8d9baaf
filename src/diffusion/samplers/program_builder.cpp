#include "diffusion/samplers/program_builder.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"
#include "diffusion/program_limits.hpp"

namespace scorefield::diffusion {
namespace {

/// The clock at a node, 0 at the clean state.
double clock_at(const NoiseProcess& process, const Node& node) {
    return node.at == Marginal{} ? 0 : std::clamp(process.clock(node.t), 0.0, 1.0);
}

/// The depth at which no two of a grid's nodes share a cell, nor those between them that solvers add.
int path_depth(const TimeGrid& grid) {
    constexpr double kNodesWithinStep = 4;
    double gap = 1;
    for (const Step& step : grid.steps()) {
        const double width = std::abs(clock_at(grid.process(), step.from) - clock_at(grid.process(), step.to));
        if (width > 0) gap = std::min(gap, width);
    }
    return brownian_depth(gap / kNodesWithinStep);
}

}  // namespace

ProgramBuilder::ProgramBuilder(const TimeGrid& grid, const Parametrisation& parametrisation,
                               const SamplerSettings& settings, Pilot* pilot)
    : grid_(grid),
      parametrisation_(parametrisation),
      settings_(settings),
      pilot_(pilot),
      path_depth_(path_depth(grid)) {}

void ProgramBuilder::denoise(const Node& node, int src, int dst) {
    estimate_data(node, src, dst);
    limit(dst);
}

void ProgramBuilder::estimate_data(const Node& node, int src, int dst) {
    eval(node, src, dst, denoiser_form(parametrisation_, node));
}

void ProgramBuilder::limit(int dst) {
    if (settings_.clip) emit(Clamp{.dst = dst, .low = -*settings_.clip, .high = *settings_.clip});
    if (settings_.threshold) {
        emit(Threshold{.dst = dst, .ratio = *settings_.threshold, .max = settings_.threshold_max.value()});
    }
}

void ProgramBuilder::estimate_noise(const Node& node, int src, int dst) {
    eval(node, src, dst, noise_form(parametrisation_, node));
}

void ProgramBuilder::estimate_score(const Node& node, int src, int dst) {
    eval(node, src, dst, score_form(parametrisation_, node));
}

void ProgramBuilder::evaluate(const Node& node, int src, int dst) {
    eval(node, src, dst, {0, 1});
}

void ProgramBuilder::combine(const Node& node, int src, int dst, double state, double denoised, int spare) {
    if (limits()) {
        denoise(node, src, spare);
        blend(dst, {{src, state}, {spare, denoised}});
        return;
    }
    const AffineForm form = denoiser_form(parametrisation_, node);
    eval(node, src, dst, {state + denoised * form.c_skip, denoised * form.c_out});
}

void ProgramBuilder::blend(int dst, const std::vector<Term>& terms, const std::vector<NoiseTerm>& noise) {
    Blend blend{.dst = dst, .terms = {}, .noise = {}};
    for (const Term& term : terms) {
        if (finite(term.coefficient) != 0) blend.terms.push_back(term);
    }
    for (const NoiseTerm& term : noise) {
        if (finite(term.coefficient) != 0) blend.noise.push_back(term);
    }
    emit(std::move(blend));
}

void ProgramBuilder::mask(int dst, int a, int b) {
    emit(Mask{.dst = dst, .a = a, .b = b});
}

void ProgramBuilder::use_inputs(int known, int mask) {
    program_.known_register = known;
    program_.mask_register = mask;
    program_.registers = std::max({program_.registers, known + 1, mask + 1});
}

std::vector<NoiseTerm> ProgramBuilder::increment(double coefficient, const Node& from, const Node& to) {
    if (coefficient == 0) return {};
    const double start = clock_at(grid_.process(), from);
    const double end = clock_at(grid_.process(), to);
    const Interval interval = {std::min(start, end), std::max(start, end)};
    if (settings_.one_path) {
        std::vector<NoiseTerm> terms = brownian_increment(interval.low, interval.high, path_depth_);
        for (NoiseTerm& term : terms) term.coefficient *= coefficient;
        return terms;
    }
    const auto [found, is_new] =
        interval_numbers_.try_emplace({interval.low, interval.high}, static_cast<std::uint32_t>(intervals_.size()));
    if (is_new) intervals_.push_back(interval);
    return {{coefficient, base::kSamplerStream, found->second}};
}

/// Puts the draws of the cells in the place of those of the intervals. Where no two intervals have a common part, as is
/// so with all samplers that a pilot runs, nothing changes.
void ProgramBuilder::replace_increments() {
    if (intervals_.empty()) return;
    const std::vector<std::vector<NoiseTerm>> increments = path_increments(intervals_);
    for (Op& op : program_.ops) {
        auto* const blend = std::get_if<Blend>(&op.instruction);
        if (blend == nullptr || blend->noise.empty()) continue;
        std::vector<NoiseTerm> noise;
        for (const NoiseTerm& term : blend->noise) {
            if (term.stream != base::kSamplerStream) {
                noise.push_back(term);
                continue;
            }
            for (const NoiseTerm& part : increments.at(term.index)) {
                noise.push_back({term.coefficient * part.coefficient, part.stream, part.index});
            }
        }
        blend->noise = std::move(noise);
    }
}

std::vector<NoiseTerm> ProgramBuilder::fresh_noise(double coefficient, std::uint32_t index) {
    if (coefficient == 0) return {};
    return {{coefficient, base::kCorrectorStream, index}};
}

Pilot& ProgramBuilder::pilot() {
    if (pilot_ == nullptr) {
        throw base::request_error("missing score", "`sampler`",
                                  settings_.name + " chooses its step sizes from the score",
                                  "give `model` or `target`");
    }
    if (piloted_ == 0) pilot_->start(grid_.start());
    for (; piloted_ < program_.ops.size(); ++piloted_) pilot_->run(program_.ops[piloted_].instruction);
    return *pilot_;
}

void ProgramBuilder::rewind(std::size_t size) {
    program_.ops.resize(size);
    piloted_ = std::min(piloted_, size);
}

Program ProgramBuilder::take() {
    replace_increments();
    intervals_.clear();
    interval_numbers_.clear();
    return std::exchange(program_, Program{});
}

void ProgramBuilder::eval(const Node& node, int src, int dst, const AffineForm& form) {
    const NetworkInput input = network_input(parametrisation_, node);
    at_ = node;
    emit(Eval{.dst = dst,
              .src = src,
              .source = 0,
              .t = node.t,
              .alpha = node.at.alpha,
              .sigma = node.at.sigma,
              .c_in = finite(input.c_in),
              .c_noise = finite(input.c_noise),
              .c_skip = finite(form.c_skip),
              .c_out = finite(form.c_out)});
}

void ProgramBuilder::require_room(const char* flag, std::size_t steps, int count, std::size_t each,
                                  std::size_t beside) {
    const std::size_t room = kMaxOps / std::max<std::size_t>(steps, 1);
    const std::size_t most = room > beside ? (room - beside) / each : 0;
    if (static_cast<std::size_t>(count) <= most) return;
    throw base::request_error(
        "too many steps", flag,
        fmt::format("{} x {} are more than the {} that a program can hold", steps, count, steps * most),
        most == 0 ? "give fewer `steps`" : fmt::format("give at most {}, or fewer `steps`", most));
}

void ProgramBuilder::emit(Instruction instruction) {
    if (program_.ops.size() == kMaxOps) {
        throw base::request_error("too many steps", "`steps`",
                                  fmt::format("step {} exceeds the {} ops that a program can hold", step_ + 1, kMaxOps),
                                  fmt::format("give at most {}", std::max(step_, 1)));
    }
    const int dst = std::visit([](const auto& specific) { return specific.dst; }, instruction);
    program_.registers = std::max(program_.registers, dst + 1);
    program_.ops.push_back({step_, std::move(instruction)});
}

double ProgramBuilder::finite(double coefficient) const {
    // Devices compute in single precision: a coefficient beyond it is infinite there.
    if (std::abs(coefficient) <= static_cast<double>(std::numeric_limits<float>::max())) return coefficient;
    throw base::request_error("no finite step", fmt::format("timestep {}", at_.t),
                              fmt::format("alpha is {} and sigma is {} there", at_.at.alpha, at_.at.sigma),
                              "start at an earlier timestep (`timesteps`), or use a model that predicts x0 or v");
}

}  // namespace scorefield::diffusion
