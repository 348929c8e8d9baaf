#include "train/objectives.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/names.hpp"
#include "train/ranges.hpp"

namespace scorefield::train {

using diffusion::Prediction;

std::string_view objective_name(Objective objective) {
    return kObjectives.at(static_cast<std::size_t>(objective));
}

Objective parse_objective(std::string_view name) {
    const auto found = std::ranges::find(kObjectives, name);
    if (found == kObjectives.end()) {
        throw base::request_error("unknown objective '" + std::string(name) + "'", "`objective`", "no such name",
                                  base::name_hint(name, kObjectives));
    }
    return static_cast<Objective>(found - kObjectives.begin());
}

Objective natural_objective(Prediction prediction) {
    switch (prediction) {
        case Prediction::epsilon:
            break;
        case Prediction::x0:
            return Objective::x0;
        case Prediction::v:
            return Objective::v;
        case Prediction::score:
            return Objective::score_ou;
        case Prediction::velocity:
            return Objective::flow;
        case Prediction::edm:
            return Objective::edm;
    }
    return Objective::simple;
}

Prediction natural_prediction(Objective objective) {
    switch (objective) {
        case Objective::simple:
        case Objective::elbo:
        case Objective::min_snr:
            break;
        case Objective::x0:
            return Prediction::x0;
        case Objective::v:
            return Prediction::v;
        case Objective::edm:
            return Prediction::edm;
        case Objective::flow:
            return Prediction::velocity;
        case Objective::dsm:
        case Objective::ncsn:
        case Objective::score_ou:
        case Objective::esm:
        case Objective::ism:
        case Objective::ssm:
        case Objective::one_step:
            return Prediction::score;
    }
    return Prediction::epsilon;
}

std::string_view natural_process(Objective objective) {
    switch (objective) {
        case Objective::edm:
            return "edm";
        case Objective::flow:
            return "flow";
        case Objective::score_ou:
            return "ou";
        case Objective::one_step:
            return "additive";
        case Objective::dsm:
        case Objective::ncsn:
        case Objective::esm:
        case Objective::ism:
        case Objective::ssm:
            return "ve";
        default:
            return "ddpm";
    }
}

void check_objective(const ObjectiveSettings& settings) {
    parse_objective(settings.name);
    if (settings.sigma) require_range("`objective.sigma`", *settings.sigma, kMinSigma, kMaxSigma);
    require_range("`objective.gamma`", settings.gamma, kMinGamma, kMaxGamma);
    require_range("`objective.log_sigma_mean`", settings.log_sigma_mean, -kMaxLogSigma, kMaxLogSigma);
    require_range("`objective.log_sigma_deviation`", settings.log_sigma_deviation, kMinLogSigmaDeviation, kMaxLogSigma);
    require_range<std::size_t>("`objective.levels`", settings.levels, 2, kMaxObjectiveLevels);
    require_range<std::size_t>("`objective.steps`", settings.steps, 1, kMaxObjectiveLevels);
    require_range<std::size_t>("`objective.points`", settings.points, 2, kMaxKernelPoints);
    if (std::ranges::find(kDirections, settings.directions) == kDirections.end()) {
        throw base::request_error("unknown directions '" + settings.directions + "'", "`objective.directions`",
                                  "no such name", base::name_hint(settings.directions, kDirections));
    }
}

}  // namespace scorefield::train
