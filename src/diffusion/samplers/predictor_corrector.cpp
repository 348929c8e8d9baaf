#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/names.hpp"
#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

SamplerSettings predictor_settings(const SamplerSettings& settings) {
    // Drop the parameters without effect: the predictor would refuse a default as if it had been set.
    SamplerSettings predictor = drop_ineffective(settings);
    predictor.name = settings.predictor.value();
    predictor.predictor.reset();
    predictor.corrector_steps.reset();
    predictor.snr.reset();
    return predictor;
}

void require_predictor(const SamplerInfo& info) {
    if (info.predictor) return;
    std::vector<std::string_view> able;
    for (const SamplerInfo& other : samplers()) {
        if (other.predictor) able.push_back(other.name);
    }
    throw base::request_error("no predictor", "`sampler.predictor`",
                              std::string(info.name) + " is not a one-step sampler", "give one of " + base::join(able));
}

/// The step of a correction, 2·scale·(r·‖z‖/‖score‖)² with the norms' means over the pilot (Song et al. 2021,
/// algorithms 4 and 5). The score is in register 1, the draw z goes to register 2 of the pilot alone.
double corrector_size(ProgramBuilder& builder, const Node& node, double snr, std::uint32_t draw) {
    constexpr int kDraw = 2;
    const TimeGrid& grid = builder.grid();
    const double scale = grid.process().corrector_scale(node.t, static_cast<int>(grid.steps().size()));
    Pilot& pilot = builder.pilot();
    pilot.run(Blend{.dst = kDraw, .terms = {}, .noise = ProgramBuilder::fresh_noise(1, draw)});
    const double ratio = snr * pilot.mean_norm(kDraw) / pilot.mean_norm(1);
    return 2 * scale * ratio * ratio;
}

/// A step of the predictor, then M of Langevin dynamics at the level where it ends, each on what the one before left.
void emit_predictor_corrector(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    const SamplerSettings given = predictor_settings(settings);
    const SamplerEntry& predictor = checked_sampler(given, "`sampler.predictor`");
    require_predictor(predictor.info);
    const SamplerSettings chosen = with_presets(given);
    const int corrections = settings.corrector_steps.value();
    constexpr std::size_t kOfPredictor = 6;  // ops of its step, about
    if (corrections > 0) {
        ProgramBuilder::require_room("`sampler.corrector_steps`", grid.steps().size(), corrections, 2, kOfPredictor);
    }
    std::uint32_t draw = 0;
    for (const Step& step : grid.steps()) {
        predictor.emit(builder, grid.alone(step), chosen);
        if (step.last()) break;
        for (int i = 0; i < corrections; ++i, ++draw) {
            builder.estimate_score(step.to, 0, 1);
            const double size = corrector_size(builder, step.to, settings.snr.value(), draw);
            builder.blend(0, {{0, 1}, {1, size}}, ProgramBuilder::fresh_noise(std::sqrt(2 * size), draw));
        }
    }
}

constexpr SamplerParameter kPredictor = {"predictor", "sampler of the predictor step", "ddpm"};
constexpr SamplerParameter kCorrectorSteps = {"corrector_steps", "Langevin steps at each level, from 0", 1};
constexpr SamplerParameter kSnr = {"snr", "signal-to-noise ratio r of a corrector step, > 0", 0.16};

constexpr SamplerParameter passed_on(std::string_view name) {
    return {name, kOfPredictor, PresetRule{kOfPredictor}};
}

constexpr std::array kParameters = {kPredictor,
                                    kCorrectorSteps,
                                    kSnr,
                                    passed_on("eta"),
                                    passed_on("gamma"),
                                    passed_on("variable"),
                                    passed_on("variant"),
                                    passed_on("variance"),
                                    passed_on("churn"),
                                    passed_on("noise_scale"),
                                    kClipParameter,
                                    kThresholdParameter,
                                    kThresholdMaxParameter};

constexpr std::array<SamplerEntry, 1> kSamplers = {{
    {{.name = "predictor_corrector",
      .help = "a one-step sampler with its parameters, and Langevin corrector steps at each level",
      .parameters = kParameters,
      .stochastic = true,
      .piloted = true},
     emit_predictor_corrector},
}};

}  // namespace

std::span<const SamplerEntry> predictor_corrector_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
