#include "diffusion/samplers/pndm.hpp"

#include <fmt/core.h>

#include <array>
#include <optional>

#include "base/error.hpp"
#include "diffusion/samplers/solver.hpp"

namespace scorefield::diffusion {
namespace {

constexpr std::size_t kWarmUpSteps = 3;

// Registers besides the state.
constexpr int kStart = 1;      // the state at the start of a step of several stages
constexpr int kSlopes = 2;     // weighted sum of a Runge–Kutta step's slopes
constexpr int kEstimates = 3;  // the four newest, in turn

class Emitter {
  public:
    Emitter(ProgramBuilder& builder, bool outputs) : builder_(builder), outputs_(outputs) {}

    void emit(const PndmStage& stage) {
        builder_.begin_step(stage.step);
        const int reg = history_.next();
        if (outputs_) {
            builder_.evaluate(stage.at, 0, reg);
        } else {
            estimate(builder_, Quantity::noise, stage.at, 0, reg);
        }
        switch (stage.rule) {
            case PndmRule::slope_1:
                keep_state();
                remember();
                builder_.blend(kSlopes, {{reg, 1.0 / 6}});
                return transfer(stage, kStart, {{reg, 1}});
            case PndmRule::slope_2:
            case PndmRule::slope_3:
                builder_.blend(kSlopes, {{kSlopes, 1}, {reg, 1.0 / 3}});
                return transfer(stage, kStart, {{reg, 1}});
            case PndmRule::slope_4:
                return transfer(stage, kStart, {{kSlopes, 1}, {reg, 1.0 / 6}});
            case PndmRule::start:
                keep_state();
                remember();
                return transfer(stage, 0, {{reg, 1}});
            case PndmRule::average:
                return transfer(stage, kStart, {{reg, 0.5}, {history_[0].reg, 0.5}});
            case PndmRule::extrapolate:
                remember();
                return transfer(stage, 0, extrapolation());
        }
    }

  private:
    void keep_state() { builder_.blend(kStart, {{0, 1}}); }

    void remember() {
        history_.push(0);
        if (known_ < kEvenWeights.size()) ++known_;
    }

    std::vector<Term> extrapolation() const {
        std::vector<Term> terms;
        for (std::size_t j = 0; j < known_; ++j) {
            terms.push_back({history_[static_cast<int>(j)].reg, kEvenWeights.at(known_ - 1).at(j)});
        }
        return terms;
    }

    /// Register 0 ← DDIM's transfer of `src` with the sum of `terms` for the estimate.
    void transfer(const PndmStage& stage, int src, std::vector<Term> terms) {
        const double share = stage.to.at.alpha / stage.from.at.alpha;
        const double direction = stage.to.at.sigma - share * stage.from.at.sigma;
        const AffineForm noise = outputs_ ? builder_.noise_from_output(stage.from) : AffineForm{0, 1};
        for (Term& term : terms) term.coefficient *= direction * noise.c_out;
        terms.push_back({src, share + direction * noise.c_skip});
        builder_.blend(0, terms);
    }

    ProgramBuilder& builder_;
    bool outputs_;
    History history_{kEstimates, static_cast<int>(kEvenWeights.size())};
    std::size_t known_ = 0;
};

/// The four stages of a step of the pseudo Runge–Kutta method, the middle one in time.
void add_slopes(std::vector<PndmStage>& stages, const TimeGrid& grid, const Step& step) {
    const Node middle = grid.node_at((step.from.t + step.to.t) / 2);
    stages.push_back({step.index, PndmRule::slope_1, step.from, step.from, middle});
    stages.push_back({step.index, PndmRule::slope_2, middle, step.from, middle});
    stages.push_back({step.index, PndmRule::slope_3, middle, step.from, step.to});
    stages.push_back({step.index, PndmRule::slope_4, step.to, step.from, step.to});
}

bool warms_up(const ProgramBuilder& builder, const TimeGrid& grid) {
    const std::optional<bool> given = builder.settings().warm_up;
    const std::size_t before = steps_before(builder, grid);
    const bool enough = grid.steps().size() > kWarmUpSteps;
    if (!enough && given == true) {
        throw base::request_error(
            "too few steps", "`sampler.warm_up`",
            fmt::format("the Runge-Kutta start needs {} steps, there are {}{}", kWarmUpSteps, grid.steps().size(),
                        before > 0 ? " after the one without signal" : ""),
            fmt::format("use `steps` {} or more, or `sampler.warm_up` off", kWarmUpSteps + 1 + before));
    }
    return given.value_or(enough);
}

/// PNDM (Liu et al. 2022): DDIM's transfer with ε̂ extrapolated by Adams–Bashforth of fourth order; the first steps by
/// a Runge–Kutta method, or (PLMS) by Heun's and lower orders.
void emit_pndm(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings&) {
    const std::vector<Step>& steps = grid.steps();
    std::vector<PndmStage> stages;
    const bool warm_up = warms_up(builder, grid);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Step& step = steps[i];
        if (warm_up && i < kWarmUpSteps) {
            add_slopes(stages, grid, step);
            continue;
        }
        const bool start = i == 0;
        stages.push_back({step.index, start ? PndmRule::start : PndmRule::extrapolate, step.from, step.from, step.to});
        if (start && !step.last()) stages.push_back({step.index, PndmRule::average, step.to, step.from, step.to});
    }
    emit_pndm_stages(builder, stages, false);
}

constexpr SamplerParameter kWarmUp = {"warm_up", "use a Runge-Kutta method in the first three steps: on or off",
                                      PresetRule{"on, off with fewer than four steps"}};
constexpr std::array kParameters = {kWarmUp, kClipParameter, kThresholdParameter, kThresholdMaxParameter};

constexpr std::array<SamplerEntry, 1> kSamplers = {{
    {{.name = "pndm",
      .help = "PNDM: pseudo linear multistep of fourth order, with a Runge-Kutta start",
      .parameters = kParameters,
      .needs_signal = true,
      .least_alpha = kLeastAlphaOfExplicitSteps},
     emit_pndm},
}};

}  // namespace

void emit_pndm_stages(ProgramBuilder& builder, const std::vector<PndmStage>& stages, bool outputs) {
    Emitter emitter(builder, outputs);
    for (const PndmStage& stage : stages) emitter.emit(stage);
}

std::span<const SamplerEntry> pndm_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
