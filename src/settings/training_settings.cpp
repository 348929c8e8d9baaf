#include "settings/training_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "settings/resolve.hpp"

namespace scorefield::settings {
namespace {

using train::Objective;

/// What the viewer trains on where nothing is shown.
constexpr const char* kFirstData = "swiss_roll";

}  // namespace

Settings with_decisions(const Settings& settings, const train::TrainSpec& spec) {
    Settings decided = settings;
    decided.train.objective.name = spec.objective.name;
    set_process(decided, spec.process);
    decided.prediction = spec.prediction;
    decided.data_scaling = data::kScalingModes.at(static_cast<std::size_t>(spec.scaling));
    return decided;
}

Settings training_plan(const Settings& settings, const std::string& shown_data,
                       const diffusion::ProcessSettings& shown_process) {
    Settings plan = settings;
    if (plan.data.empty()) plan.data = shown_data.empty() ? kFirstData : shown_data;
    if (plan.process.name.empty() && plan.train.objective.name.empty()) plan.process = shown_process;
    return with_decisions(plan, train_spec(plan));
}

std::vector<std::string_view> objective_parameters(const train::TrainSpec& train) {
    const Objective objective = train::parse_objective(train.objective.name);
    const bool discrete = train.process.name == "ddpm";
    if (objective == Objective::one_step) {
        return discrete ? std::vector<std::string_view>{} : std::vector<std::string_view>{"objective.steps"};
    }
    std::vector<std::string_view> names = {"objective.sigma"};
    if (objective == Objective::min_snr) names.emplace_back("objective.gamma");
    if (objective == Objective::esm) names.emplace_back("objective.points");
    if (objective == Objective::ssm) names.emplace_back("objective.directions");
    if (train.objective.sigma) return names;
    if (objective == Objective::ncsn) names.emplace_back("objective.levels");
    const bool normal = objective == Objective::edm ||
                        (train.process.name == "edm" && objective != Objective::ncsn && objective != Objective::elbo);
    if (normal) {
        names.emplace_back("objective.log_sigma_mean");
        names.emplace_back("objective.log_sigma_deviation");
    }
    return names;
}

void require_training_flags_used(const Request& request, const train::TrainSpec& train) {
    const std::vector<std::string_view> used = objective_parameters(train);
    for (const std::string& name : request.given) {
        if (name.starts_with("objective.") && std::ranges::find(used, name) == used.end()) {
            throw base::request_error(
                "flag without effect", "`" + name + "`",
                fmt::format("the objective {} on {}{} does not use it", train.objective.name, train.process.name,
                            train.objective.sigma ? " at a single noise level" : ""),
                "leave it out, or choose another `objective`");
        }
    }
    const auto refuse = [](const char* flag, const std::string& why, const std::string& cure) {
        throw base::request_error("flag without effect", flag, why, cure);
    };
    if (request.given.contains("train.label_dropout") && !train.conditional) {
        refuse("`train.label_dropout`", "no classes are learned", "use `train.conditional` on, or leave it out");
    }
    if (request.given.contains("train.final_learning_rate") && train.schedule == "constant") {
        refuse("`train.final_learning_rate`", "the schedule constant keeps the learning rate",
               "leave it out, or use `train.schedule` cosine or linear");
    }
    const std::string& validation = request.settings.validation;
    if (request.settings.device == "host" && !validation.empty() && validation != "off") {
        refuse("`validation`", "it checks a Vulkan device, but the training runs on the host",
               "leave it out, or choose another `device`");
    }
}

void add_objective_settings(std::vector<Setting>& table, std::uint32_t commands) {
    constexpr std::string_view kGroup = "Training";
    table.push_back(
        {"objective", kGroup, Choices{{train::kObjectives.begin(), train::kObjectives.end()}}, "",
         "Training loss: squared error of the noise (simple), the data (x0), v or the velocity (flow); of the data, "
         "weighted by likelihood (elbo), min-SNR (min_snr) or as in EDM (edm); denoising score matching (dsm; ncsn: at "
         "discrete levels; score_ou: for the Ornstein-Uhlenbeck process); explicit (esm), implicit (ism) or sliced "
         "(ssm) score matching; one_step: squared error of the previous state",
         commands, [](Settings& s) -> Slot { return &s.train.objective.name; },
         "from `prediction` or `process`, else simple"});
    table.push_back({"objective.sigma", kGroup, RealRange{train::kMinSigma, train::kMaxSigma, false, 2}, "",
                     "Train at a single noise level sigma/alpha; for esm the bandwidth of the kernel", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.sigma; }, "all levels of the process"});
    table.push_back({"objective.gamma", kGroup, RealRange{train::kMinGamma, train::kMaxGamma, false, 20}, "",
                     "SNR cap γ of min-SNR weighting (min_snr)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.gamma; }});
    table.push_back({"objective.log_sigma_mean", kGroup, RealRange{-train::kMaxLogSigma, train::kMaxLogSigma}, "",
                     "Mean of ln sigma over the noise levels (edm)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.log_sigma_mean; }});
    table.push_back({"objective.log_sigma_deviation", kGroup,
                     RealRange{train::kMinLogSigmaDeviation, train::kMaxLogSigma, false, 4}, "",
                     "Standard deviation of ln sigma over the noise levels (edm)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.log_sigma_deviation; }});
    table.push_back({"objective.levels", kGroup, IntegerRange{2, train::kMaxObjectiveLevels, 100}, "levels",
                     "Number of noise levels, in geometric progression (ncsn)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.levels; }});
    table.push_back({"objective.steps", kGroup, IntegerRange{1, train::kMaxObjectiveLevels, 1000}, "steps",
                     "Number of steps from data to noise on a continuous process (one_step)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.steps; }});
    table.push_back({"objective.points", kGroup, IntegerRange{2, train::kMaxKernelPoints}, "points",
                     "Number of points in the kernel density estimate (esm)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.points; }});
    table.push_back({"objective.directions", kGroup, Choices{{train::kDirections.begin(), train::kDirections.end()}},
                     "", "Distribution of the projection directions (ssm)", commands,
                     [](Settings& s) -> Slot { return &s.train.objective.directions; }});
}

}  // namespace scorefield::settings
