#include "viewer/score_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <vector>

#include "base/error.hpp"
#include "base/names.hpp"
#include "diffusion/sampler.hpp"
#include "model/model.hpp"
#include "settings/resolve.hpp"

namespace scorefield::viewer {
namespace {

using Change = void (*)(settings::Settings&);

void reset_prediction(settings::Settings& settings) {
    settings.prediction.reset();
}

void follow_the_sampler(settings::Settings& settings) {
    settings.program.clear();
}

void list_no_timesteps(settings::Settings& settings) {
    settings.timesteps.clear();
}

void space_as_usual(settings::Settings& settings) {
    settings.spacing = settings::Settings().spacing;
}

/// Exact draws are of targets only.
void start_as_usual(settings::Settings& settings) {
    settings.init = settings::Settings().init;
}

void drop_class(settings::Settings& settings) {
    settings.label.reset();
}

/// So many that nearly every discrete process has them.
void take_few_steps(settings::Settings& settings) {
    constexpr int kFew = 20;
    settings.steps = std::min(settings.steps, kFew);
}

void forget_parameters(settings::Settings& settings) {
    const std::string name = settings.sampler.name;
    settings.sampler = {};
    settings.sampler.name = name;
}

void take_usual_sampler(settings::Settings& settings) {
    settings.sampler = {};
}

void change_all(settings::Settings& settings) {
    for (const Change change : {reset_prediction, list_no_timesteps, space_as_usual, start_as_usual, take_few_steps,
                                take_usual_sampler, drop_class}) {
        change(settings);
    }
}

constexpr std::array<Change, 10> kChanges = {
    drop_class,     follow_the_sampler, reset_prediction,  start_as_usual,     list_no_timesteps,
    space_as_usual, take_few_steps,     forget_parameters, take_usual_sampler, change_all};

/// What has changed: `automatic spacing, 20 steps`.
std::string changes(const settings::Settings& before, const settings::Settings& after) {
    std::vector<std::string> all;
    if (before.label != after.label) all.emplace_back("no class");
    if (before.program != after.program || before.sampler.name != after.sampler.name) {
        all.push_back("sampler " + after.sampler.name);
    } else if (before.sampler != after.sampler) {
        all.push_back(after.sampler.name + " without its parameters");
    }
    if (before.spacing != after.spacing || before.timesteps != after.timesteps) {
        all.push_back(after.spacing.name != diffusion::kAutomatic ? "spacing " + after.spacing.name
                                                                  : "automatic spacing");
    }
    if (before.init != after.init) all.push_back("init " + (after.init.empty() ? "default" : after.init));
    if (before.steps != after.steps) all.push_back(fmt::format("{} steps", after.steps));
    if (before.prediction.has_value() != after.prediction.has_value()) {
        all.push_back(fmt::format("prediction {}", diffusion::prediction_name(settings::exact_prediction(after))));
    }
    return base::join(std::vector<std::string_view>(all.begin(), all.end()));
}

}  // namespace

ScoreChoice::ScoreChoice(const settings::Settings& settings)
    : model(settings.model),
      target(settings.target),
      target_variance(settings.target_variance),
      dim(settings.dim),
      data(settings.data),
      process(settings.process),
      label(settings.label),
      said(settings.prediction.has_value()),
      prediction(settings.target.empty() ? settings.prediction.value_or(diffusion::Prediction::epsilon)
                                         : settings::exact_prediction(settings)),
      on_host(settings::asks_for_host(settings)) {}

std::string take_default_run(settings::Settings& settings) {
    const settings::Settings before = settings;
    follow_the_sampler(settings);
    take_usual_sampler(settings);
    list_no_timesteps(settings);
    space_as_usual(settings);
    start_as_usual(settings);
    settings.steps = settings::Settings().steps;
    return changes(before, settings);
}

std::string open_nearest(settings::Settings& settings, const std::function<void(const settings::Settings&)>& open) {
    std::exception_ptr refusal;
    std::string why;
    try {
        open(settings);
        return {};
    } catch (const base::Error& error) {
        if (error.fault() != base::Fault::request) throw;
        refusal = std::current_exception();
        why = error.what();
    }
    for (const Change change : kChanges) {
        settings::Settings changed = settings;
        change(changed);
        const std::string what = changes(settings, changed);
        if (what.empty()) continue;
        try {
            open(changed);
        } catch (const base::Error& error) {
            if (error.fault() != base::Fault::request) throw;
            continue;
        }
        settings = changed;
        return fmt::format("{}. Used instead: {}", why, what);
    }
    std::rethrow_exception(refusal);
}

}  // namespace scorefield::viewer
