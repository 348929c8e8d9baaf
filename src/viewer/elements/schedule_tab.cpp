// The Schedule tab: noise levels of the process, those that the run visits, and where the state that is shown stands.
#include <imgui.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/background_job.hpp"
#include "session/schedule_plots.hpp"
#include "viewer/controls.hpp"
#include "viewer/element.hpp"
#include "viewer/plot_view.hpp"

namespace scorefield::viewer {
namespace {

constexpr double kShownAfter = 0.5;  ///< seconds after which a computation is named as a job

/// Names of the files of a plot, in the order of session::schedule_plots.
constexpr std::array<const char*, 4> kPlotNames = {"schedule_scales", "schedule_log_snr", "schedule_rates",
                                                   "schedule_weights"};
constexpr std::array<const char*, 4> kPlotHelps = {
    "Scales of the signal and the noise: x_t = α x_0 + σ ε. The marks are the evaluations of the run, the line is the "
    "state that is shown. Right click: save or copy.",
    "λ = log(α/σ), half the log of the signal-to-noise ratio. It is infinite without noise, where the curve ends. "
    "Right "
    "click: save or copy.",
    "β_t of the timesteps of a discrete process, or the coefficients of the SDE of a continuous one. Right click: save "
    "or copy.",
    "A step makes of its state: weight of x_t times the state, plus weight of x_0 times the estimate of the data, plus "
    "noise. For ancestral sampling these are the posterior weights (Ho et al. 2020, eq. 7). Right click: save or "
    "copy."};

session::ScheduleAxis axis_of(const settings::Settings& settings) {
    const auto* const found = std::ranges::find(settings::kScheduleAxes, settings.schedule_axis);
    return static_cast<session::ScheduleAxis>(found - settings::kScheduleAxes.begin());
}

class ScheduleTab : public Element {
  public:
    ScheduleTab() : Element(Place::tab, "Schedule") {}

    void attach(Context& /*context*/) override { asked_.reset(); }

    void update(Context& context) override {
        if (auto outcome = job_.poll()) {
            if (outcome->result) {
                schedule_ = std::move(outcome->result);
                plotted_.reset();
            } else {
                context.messages.add({MessageKind::error, outcome->error});
            }
        }
        if (job_.wanted() && job_.seconds() > kShownAfter) context.jobs.push_back(progress_of(job_));
    }

    void draw(Context& context) override {
        control(context.settings, "schedule.axis", "x axis");
        const session::Scene& scene = *context.scene;
        ask(scene);
        if (!schedule_) return;
        const session::ScheduleAxis axis = axis_of(context.settings);
        if (plotted_ != axis) {
            plots_ = session::schedule_plots(*schedule_, axis);
            plotted_ = axis;
        }
        const std::optional<double> present = session::schedule_place(*schedule_, axis, scene.player().run_state());
        for (std::size_t i = 0; i < plots_.size(); ++i) {
            draw_plot_view(kPlotNames.at(i), plots_[i], kPlotHeight * ImGui::GetFontSize(), {present, kPlotHelps.at(i)},
                           context.requests);
        }
        if (schedule_->evaluations.size() == 0) {
            ImGui::TextDisabled("This program has no evaluations.");
            tooltip("The curves are those of the process of the model.");
        }
    }

  private:
    /// Computes the curves of another run than those that are there. Only while the tab is open.
    void ask(const session::Scene& scene) {
        const std::uint64_t run = scene.player().shown_version().run;
        if (asked_ == run) return;
        asked_ = run;
        job_.ask("Computing the noise schedule",
                 [model = scene.shared_model(), program = scene.player().program()](base::Task& /*task*/) {
                     return session::noise_schedule(*model->process, model->parametrisation, program);
                 });
    }

    std::optional<std::uint64_t> asked_;  ///< the run whose curves were asked for last
    base::BackgroundJob<session::NoiseSchedule> job_;
    std::optional<session::NoiseSchedule> schedule_;
    std::optional<session::ScheduleAxis> plotted_;  ///< of plots_
    std::vector<render::Plot> plots_;
};

}  // namespace

std::unique_ptr<Element> make_schedule_tab(Context& /*context*/) {
    return std::make_unique<ScheduleTab>();
}

}  // namespace scorefield::viewer
