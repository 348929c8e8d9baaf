#include "study/stochastic_laws.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "diffusion/exact_score.hpp"
#include "diffusion/pilot.hpp"
#include "diffusion/target_mixture.hpp"
#include "study/study.hpp"

namespace scorefield::study {
namespace {

using namespace diffusion;

double largest_error(const GaussianLaw& law, const GaussianLaw& exact) {
    double largest = 0;
    for (std::size_t i = 0; i < exact.mean.size(); ++i) {
        largest = std::max(largest, std::abs(law.mean[i] - exact.mean[i]));
    }
    for (std::size_t i = 0; i < exact.covariance.size(); ++i) {
        largest = std::max(largest, std::abs(law.covariance[i] - exact.covariance[i]));
    }
    return largest;
}

}  // namespace

std::vector<SamplerSettings> stochastic_settings() {
    std::vector<SamplerSettings> all;
    for (const SamplerInfo& info : samplers()) {
        if (!info.stochastic || info.masked) continue;
        SamplerSettings settings;
        settings.name = info.name;
        if (info.name == "ddim") settings.eta = 1;
        if (info.name == "langevin") settings.clean = true;
        if (info.name == "annealed_langevin") settings.iterations = 5;
        if (info.name == "lcm") settings.timestep_scaling = 0.001;  // the boundary condition tells at every step
        all.push_back(settings);
        if (info.name != "dpmpp_sde") continue;
        settings.variant = "single";
        all.push_back(settings);
    }
    return all;
}

Prediction prediction_of(const SamplerSettings& settings) {
    return settings.name == "langevin" ? Prediction::score : Prediction::x0;
}

bool refines(const SamplerSettings& settings) {
    constexpr std::array<std::string_view, 5> kOthers = {"langevin", "annealed_langevin", "predictor_corrector",
                                                         "consistency", "lcm"};
    return std::ranges::find(kOthers, settings.name) == kOthers.end();
}

Program stochastic_program(const SamplerSettings& settings, const std::shared_ptr<const Target>& target, int steps,
                           std::uint64_t seed) {
    const ExactScore source(target, prediction_of(settings));
    Pilot pilot(source, seed);
    return compile_program(even_steps({.name = "vp"}, steps), prediction_of(settings), settings, &pilot);
}

const GaussianLaw& plane_law() {
    static const GaussianLaw law = {.mean = {1.5, -1}, .covariance = {0.8, 0.3, 0.3, 0.3}};
    return law;
}

std::shared_ptr<const Target> plane_target() {
    return std::make_shared<const GaussianMixture>(
        std::vector<MixtureComponent>{{.weight = 1, .mean = plane_law().mean, .covariance = plane_law().covariance}});
}

GaussianLaw plane_law_after(const Program& program, const SamplerSettings& settings) {
    const ExactScore source(plane_target(), prediction_of(settings));
    const ScoreSource* const sources[] = {&source};
    return gaussian_law_after(program, sources);
}

double order_of_bias(const std::function<GaussianLaw(int steps)>& law_of, const GaussianLaw& exact) {
    const double coarse = largest_error(law_of(kCoarseSteps), exact);
    const double fine = largest_error(law_of(kFineSteps), exact);
    return std::log(coarse / fine) / std::log(static_cast<double>(kFineSteps) / kCoarseSteps);
}

}  // namespace scorefield::study
