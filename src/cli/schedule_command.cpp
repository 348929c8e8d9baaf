#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/names.hpp"
#include "base/output.hpp"
#include "cli/commands.hpp"
#include "cli/program_model.hpp"
#include "sample/build_program.hpp"
#include "session/noise_schedule.hpp"
#include "settings/picture_text.hpp"
#include "settings/resolve.hpp"

#ifdef SCOREFIELD_WITH_VULKAN
#include "session/schedule_plots.hpp"
#include "study/figure.hpp"
#endif

namespace scorefield::cli {
namespace {

/// A schedule with what it is of.
struct ShownSchedule {
    session::NoiseSchedule schedule;
    int steps = 0;
    int evaluations = 0;
};

/// A program from a file knows its process, unless a model or a target is given.
ShownSchedule compute(const settings::Settings& settings) {
    const model::Model model = open_for_program(settings);
    const diffusion::Program program = sample::build_program(settings::sampling_spec(settings, model), model);
    std::shared_ptr<const diffusion::NoiseProcess> process = model.process;
    diffusion::Parametrisation parametrisation = model.parametrisation;
    if (!settings.program.empty() && settings.model.empty() && settings.target.empty()) {
        if (program.process_settings) process = diffusion::make_process(*program.process_settings);
        if (program.prediction) parametrisation.prediction = *program.prediction;
    }
    return {session::noise_schedule(*process, parametrisation, program), program.steps, program.evaluations()};
}

/// A cell of the table; `-` for what is not there.
std::string cell(double value) {
    return std::isnan(value) ? "-" : fmt::format("{:.6g}", value);
}

/// The columns of a state that not every schedule has.
std::vector<std::pair<std::string, double>> more_columns(const session::NoiseSchedule& schedule, std::size_t place,
                                                         std::size_t step) {
    std::vector<std::pair<std::string, double>> columns;
    const session::LevelColumns& run = schedule.run;
    if (schedule.discrete) {
        columns.emplace_back("beta", run.beta[place]);
    } else {
        columns.emplace_back("drift", run.drift[place]);
        columns.emplace_back("diffusion", run.diffusion[place]);
    }
    if (schedule.weights.empty()) return columns;
    const bool goes_on = step < schedule.weights.size();
    columns.emplace_back("weight_state", goes_on ? schedule.weights[step].of_state : NAN);
    columns.emplace_back("weight_data", goes_on ? schedule.weights[step].of_data : NAN);
    return columns;
}

/// Calls action(place, step) for the places of the states in the columns of the run.
template <class Action>
void for_each_state(const session::NoiseSchedule& schedule, const Action& action) {
    for (std::size_t i = 0; i < schedule.run.size(); ++i) {
        const double step = schedule.run.step[i];
        if (step == std::floor(step)) action(i, static_cast<std::size_t>(step));
    }
}

std::string to_text(const ShownSchedule& shown) {
    const session::NoiseSchedule& schedule = shown.schedule;
    const session::LevelColumns& run = schedule.run;
    std::string text = base::format_shown("process {}, sampler {}; steps {}, network evaluations {}\n",
                                          schedule.process, schedule.sampler, shown.steps, shown.evaluations);
    if (run.size() == 0) return text + "The program has no evaluations, hence no noise levels.\n";
    text += "log_snr is log(alpha/sigma)";
    if (!schedule.weights.empty()) text += "; a step gives weight_state·x_t + weight_data·x0 + noise";
    text += fmt::format("\n\n{:>5}  {:>9}  {:>11}  {:>11}  {:>11}", "step", "t", "alpha", "sigma", "log_snr");
    for (const auto& [name, value] : more_columns(schedule, 0, 0)) text += fmt::format("  {:>12}", name);
    text += "\n";
    for_each_state(schedule, [&](std::size_t i, std::size_t step) {
        text += fmt::format("{:>5}  {:>9}  {:>11}  {:>11}  {:>11}", step, cell(run.t[i]), cell(run.alpha[i]),
                            cell(run.sigma[i]), cell(run.log_snr[i]));
        for (const auto& [name, value] : more_columns(schedule, i, step)) text += fmt::format("  {:>12}", cell(value));
        text += "\n";
    });
    return text;
}

/// Values that are not finite are null.
std::string to_json(const settings::Settings& settings, const ShownSchedule& shown) {
    const session::NoiseSchedule& schedule = shown.schedule;
    const session::LevelColumns& run = schedule.run;
    nlohmann::ordered_json states = nlohmann::ordered_json::array();
    for_each_state(schedule, [&](std::size_t i, std::size_t step) {
        nlohmann::ordered_json state = {{"step", step},
                                        {"t", run.t[i]},
                                        {"alpha", run.alpha[i]},
                                        {"sigma", run.sigma[i]},
                                        {"log_snr", run.log_snr[i]}};
        for (const auto& [name, value] : more_columns(schedule, i, step)) state[name] = value;
        states.push_back(std::move(state));
    });
    nlohmann::ordered_json json = {{"process", schedule.process},
                                   {"sampler", schedule.sampler},
                                   {"steps", shown.steps},
                                   {"evaluations", shown.evaluations},
                                   {"states", std::move(states)}};
    if (!settings.out.empty()) json["out"] = settings.out;
    return base::json_line(json);
}

bool writes_csv(const settings::Settings& settings) {
    return base::lower_case(settings.out).ends_with(".csv");
}

void require_figure_with_axis(const settings::Request& request) {
    if (!request.given.contains("schedule.axis") || (!request.settings.out.empty() && !writes_csv(request.settings))) {
        return;
    }
    throw base::request_error("flag without effect", "`schedule.axis`", "it is the axis of the figure",
                              "give `out` FILE.svg, or leave it out");
}

void write_figure([[maybe_unused]] const settings::Settings& settings, [[maybe_unused]] const ShownSchedule& shown) {
#ifdef SCOREFIELD_WITH_VULKAN
    const auto* const axis = std::ranges::find(settings::kScheduleAxes, settings.schedule_axis);
    const auto across = static_cast<session::ScheduleAxis>(axis - settings::kScheduleAxes.begin());
    std::vector<render::Plot> plots = session::schedule_plots(shown.schedule, across);
    constexpr std::uint32_t kHeight = 460;
    study::Figure figure(
        base::format_shown("{}, {} in {} steps", shown.schedule.process, shown.schedule.sampler, shown.steps),
        {.columns = 2, .rows = 2, .panel_width = 640, .panel_height = kHeight}, settings.out);
    for (render::Plot& plot : plots) {
        render::leave_room_for_legend(plot, kHeight);
        figure.add_curves(std::move(plot));
    }
    figure.write(settings::picture_texts(settings));
#else
    throw base::running_error("figure not built", settings.out, "this build has no Vulkan",
                              "build without SCOREFIELD_HOST_ONLY, or write FILE.csv");
#endif
}

}  // namespace

int schedule_command(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    require_figure_with_axis(request);
    if (!settings.out.empty()) base::require_writable(settings.out);
    const ShownSchedule shown = compute(settings);
    if (writes_csv(settings)) {
        base::AtomicFile file(settings.out);
        file.write(session::schedule_csv(shown.schedule));
        file.commit();
    } else if (!settings.out.empty()) {
        write_figure(settings, shown);
    }
    if (settings.json) {
        base::print(to_json(settings, shown));
    } else if (settings.out.empty()) {
        base::print(to_text(shown));
    } else {
        base::print(base::format_shown("wrote {}\n", settings.out));
    }
    return 0;
}

}  // namespace scorefield::cli
