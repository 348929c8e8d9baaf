#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "diffusion/samplers/ancestral.hpp"
#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

constexpr int kKnown = 2;
constexpr int kMask = 3;

/// RePaint (Lugmayr et al. 2022, algorithm 1): where the mask is 1, the known values with the noise of the level
/// reached, elsewhere an ancestral step; and back up the noise again, so that the two meet.
class Repaint {
  public:
    Repaint(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings)
        : builder_(builder),
          steps_(grid.steps()),
          eta_(settings.eta.value()),
          jump_(settings.jump.value_or(std::clamp(static_cast<int>(steps_.size()) - 1, 1, 10))),
          returns_(steps_.size(), settings.resamples.value() - 1) {
        if (settings.jump && settings.resamples.value() > 1 && jump_ >= static_cast<int>(steps_.size())) {
            throw base::request_error(
                "jump out of range", "`sampler.jump`",
                fmt::format("jumps of {} steps do not fit between the {} noise levels", jump_, steps_.size()),
                "give fewer, or more `steps`");
        }
    }

    void emit() {
        require_room();
        builder_.use_inputs(kKnown, kMask);
        std::size_t next = 0;
        for (int taken = 0; next < steps_.size(); ++taken) {
            builder_.begin_step(taken);
            next = returned(next);
            advance(steps_[next++]);
        }
    }

  private:
    /// Refuses resamples whose steps no program holds.
    void require_room() const {
        constexpr std::size_t kOpsOfStep = 6;
        if (static_cast<int>(steps_.size()) <= jump_) return;  // nothing is gone through again
        ProgramBuilder::require_room("`sampler.resamples`", steps_.size(), returns_[0] + 1, kOpsOfStep, 0);
    }

    /// Nodes left below node `index`, 0 for the last one with noise. The paper's jumps start where this is a multiple
    /// of the jump's length.
    int level(std::size_t index) const { return static_cast<int>(steps_.size() - 1 - index); }

    /// Jumps from node `index` up to where a stretch is to be gone through again.
    std::size_t returned(std::size_t index) {
        const int below = level(index);
        const bool here = below % jump_ == 0 && below + jump_ < static_cast<int>(steps_.size());
        if (!here || returns_[index] == 0) return index;
        --returns_[index];
        const std::size_t back = index - static_cast<std::size_t>(jump_);
        const Marginal& low = steps_[index].from.at;
        const Marginal& high = steps_[back].from.at;
        const double share = high.alpha / low.alpha;
        const double noise = std::sqrt(high.sigma * high.sigma - share * share * low.sigma * low.sigma);
        builder_.blend(0, {{0, share}}, ProgramBuilder::fresh_noise(noise, draw_++));
        return back;
    }

    void advance(const Step& step) {
        if (step.last()) {
            builder_.denoise(step.from, 0, 0);
            builder_.mask(0, kKnown, 0);
            return;
        }
        constexpr int kNoisyKnown = 1;
        const AncestralSplit split = ancestral_split(step, eta_);
        ancestral_descent(builder_, step, split, 0, kNoisyKnown);
        if (split.noise != 0) {
            builder_.blend(0, {{0, 1}}, ProgramBuilder::fresh_noise(split.noise, draw_++));
        }
        builder_.blend(kNoisyKnown, {{kKnown, step.to.at.alpha}},
                       ProgramBuilder::fresh_noise(step.to.at.sigma, draw_++));
        builder_.mask(0, kNoisyKnown, 0);
    }

    ProgramBuilder& builder_;
    const std::vector<Step>& steps_;
    double eta_;
    int jump_;
    std::vector<int> returns_;  ///< how often each node is still to be jumped back from
    std::uint32_t draw_ = 0;
};

void emit_repaint(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    Repaint(builder, grid, settings).emit();
}

constexpr SamplerParameter kResamples = {"resamples", "number of passes over each stretch of steps, from 1", 10};
constexpr SamplerParameter kJump = {"jump", "steps per stretch, from 1; fewer than `steps`",
                                    PresetRule{"10, or all but one"}};
constexpr std::array kParameters = {
    kResamples, kJump, kAncestralEtaParameter, kClipParameter, kThresholdParameter, kThresholdMaxParameter};

constexpr std::array<SamplerEntry, 1> kSamplers = {{
    {{.name = "repaint",
      .help = "RePaint: inpainting by ancestral sampling",
      .parameters = kParameters,
      .stochastic = true,
      .masked = true},
     emit_repaint},
}};

}  // namespace

std::span<const SamplerEntry> repaint_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
