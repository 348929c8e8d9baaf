#include "app/training_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"

namespace scorefield::app {
namespace {

using train::Objective;

/// The objective, where it is not said, of those who say a prediction or a process.
Objective objective_of(const Settings& settings) {
    if (!settings.train.objective.name.empty()) return train::parse_objective(settings.train.objective.name);
    if (settings.is_given("prediction")) return train::natural_objective(settings.prediction);
    if (settings.process.name == "edm") return Objective::edm;
    if (settings.process.name == "flow") return Objective::flow;
    return Objective::simple;
}

}  // namespace

train::TrainSettings training_settings(const Settings& settings) {
    train::TrainSettings train = settings.train;
    const Objective objective = objective_of(settings);
    train.objective.name = train::objective_name(objective);
    train.data = settings.data;
    train.process = settings.process;
    if (!settings.is_given("process") && !settings.train.objective.name.empty()) {
        train.process.name = train::natural_process(objective);
    }
    train.prediction = settings.is_given("prediction") ? settings.prediction : train::natural_prediction(objective);
    train.seed = settings.seed;
    train.out = settings.out;
    return train;
}

std::span<const std::string_view> objective_parameters(Objective objective) {
    static constexpr std::array<std::string_view, 3> kGamma = {"objective.sigma", "objective.gamma", ""};
    static constexpr std::array<std::string_view, 3> kNormal = {"objective.sigma", "objective.log_sigma_mean",
                                                                "objective.log_sigma_deviation"};
    static constexpr std::array<std::string_view, 2> kLevels = {"objective.sigma", "objective.levels"};
    static constexpr std::array<std::string_view, 2> kPoints = {"objective.sigma", "objective.points"};
    static constexpr std::array<std::string_view, 2> kDirections = {"objective.sigma", "objective.directions"};
    static constexpr std::array<std::string_view, 1> kSteps = {"objective.steps"};
    switch (objective) {
        case Objective::min_snr:
            return std::span(kGamma).first(2);
        case Objective::edm:
            return kNormal;
        case Objective::ncsn:
            return kLevels;
        case Objective::esm:
            return kPoints;
        case Objective::ssm:
            return kDirections;
        case Objective::one_step:
            return kSteps;
        default:
            return std::span(kGamma).first(1);
    }
}

void require_training_flags_used(const Settings& settings, Objective objective) {
    const std::span<const std::string_view> used = objective_parameters(objective);
    for (const std::string& name : settings.given) {
        if (name.starts_with("objective.") && std::ranges::find(used, name) == used.end()) {
            throw base::request_error("flag without effect", "--" + name,
                                      fmt::format("the objective {} does not heed it", objective_name(objective)),
                                      "leave it out, or choose another --objective");
        }
    }
    if (settings.is_given("train.label_dropout") && !settings.train.conditional) {
        throw base::request_error("flag without effect", "--train.label_dropout", "no classes are learned",
                                  "say --train.conditional on, or leave it out");
    }
}

void add_objective_settings(std::vector<Setting>& table, std::uint32_t commands) {
    constexpr std::string_view kGroup = "Training";
    table.push_back(
        {"objective", kGroup, Choices{{train::kObjectives.begin(), train::kObjectives.end()}}, "",
         "What is made small: the error of noise (simple), data (x0), v or velocity (flow); that of the data "
         "weighted by likelihood (elbo), min_snr or edm; denoising score matching (dsm, by levels ncsn, on "
         "the Ornstein-Uhlenbeck process score_ou); score matching that is explicit (esm), implicit (ism) or "
         "sliced (ssm); the step before (one_step)",
         commands, [](Settings& s) -> Slot { return &s.train.objective.name; },
         "by the prediction or the process; else simple"});
    table.push_back({"objective.sigma", kGroup, RealRange{train::kMinSigma, train::kMaxSigma, false, 2}, "",
                     "Learn a single noise level: its ratio of noise to signal; of esm the bandwidth", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.sigma; }, "all levels of the process"});
    table.push_back({"objective.gamma", kGroup, RealRange{train::kMinGamma, train::kMaxGamma, false, 20}, "",
                     "The most that a level counts (min_snr)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.gamma; }});
    table.push_back({"objective.log_sigma_mean", kGroup, RealRange{-train::kMaxLogSigma, train::kMaxLogSigma}, "",
                     "Mean of the logarithm of the noise levels (edm)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.log_sigma_mean; }});
    table.push_back({"objective.log_sigma_deviation", kGroup,
                     RealRange{train::kMinLogSigmaDeviation, train::kMaxLogSigma, false, 4}, "",
                     "Standard deviation of the logarithm of the noise levels (edm)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.log_sigma_deviation; }});
    table.push_back({"objective.levels", kGroup, IntegerRange{2, train::kMaxObjectiveLevels, 100}, "levels",
                     "Noise levels in geometric progression (ncsn)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.levels; }});
    table.push_back({"objective.steps", kGroup, IntegerRange{1, train::kMaxObjectiveLevels, 1000}, "steps",
                     "Steps from data to noise on a continuous process (one_step)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.steps; }});
    table.push_back({"objective.points", kGroup, IntegerRange{2, train::kMaxKernelPoints}, "points",
                     "Points of the kernel density estimate that is learned (esm)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.points; }});
    table.push_back({"objective.directions", kGroup, Choices{{train::kDirections.begin(), train::kDirections.end()}},
                     "", "Along what the derivative is taken (ssm)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.directions; }});
}

}  // namespace scorefield::app
