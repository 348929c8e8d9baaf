#include "session/schedule_plots.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <string>

#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "render/plot_reading.hpp"
#include "sample/build_program.hpp"

namespace scorefield::session {
namespace {

constexpr ScheduleAxis kAxes[] = {ScheduleAxis::t, ScheduleAxis::step, ScheduleAxis::log_snr};

NoiseSchedule plotted_schedule(const diffusion::ProcessSettings& settings, const diffusion::SamplerSettings& sampler,
                               int steps) {
    const auto process = diffusion::make_process(settings);
    const diffusion::Parametrisation parametrisation = diffusion::Prediction::x0;
    const auto grid = diffusion::grid_in_direction(diffusion::make_time_grid(process, {}, steps), sampler.name);
    return noise_schedule(*process, parametrisation, diffusion::compile_program(grid, parametrisation, sampler));
}

/// Axes that can be drawn; over time, curves of which something stands between them. One step of flow starts at t = 1,
/// which is nowhere on an axis of log-SNR.
void expect_drawable(const render::Plot& plot, const std::string& what) {
    for (const render::Axis& axis : {plot.x, plot.y}) {
        EXPECT_LT(axis.low, axis.high) << what;
        EXPECT_TRUE(std::isfinite(axis.low) && std::isfinite(axis.high)) << what;
        EXPECT_TRUE(!axis.logarithmic || axis.low > 0) << what;
    }
    ASSERT_FALSE(plot.curves.empty()) << what;
    for (const render::Curve& curve : plot.curves) {
        ASSERT_EQ(curve.x.size(), curve.y.size()) << what;
        std::size_t seen = 0;
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            const double across = render::axis_share(plot.x, curve.x[i]);
            const double up = render::axis_share(plot.y, curve.y[i]);
            seen += across > -1e-9 && across < 1 + 1e-9 && up > -1e-9 && up < 1 + 1e-9 ? 1 : 0;
        }
        if (curve.width <= 0 || plot.x.label != "t") continue;
        EXPECT_GT(seen, 0U) << what << " " << plot.title << " " << curve.name;
    }
}

TEST(SchedulePlots, CanBeDrawnForEveryProcessSamplerAndAxis) {
    for (const diffusion::ProcessInfo& info : diffusion::processes()) {
        for (const char* sampler : {"ddim", "ddpm", "heun", "langevin", "ddim_inverse"}) {
            for (const int steps : {1, 7}) {
                const NoiseSchedule schedule =
                    plotted_schedule({.name = std::string(info.name)}, {.name = sampler}, steps);
                for (const ScheduleAxis axis : kAxes) {
                    const std::vector<render::Plot> plots = schedule_plots(schedule, axis);
                    EXPECT_GE(plots.size(), 3U);
                    for (const render::Plot& plot : plots) {
                        expect_drawable(plot, std::string(info.name) + " " + sampler + " " + std::to_string(steps));
                    }
                }
            }
        }
    }
}

TEST(SchedulePlots, ReadTheScalesOfTheProcess) {
    const NoiseSchedule schedule = plotted_schedule({.name = "flow"}, {}, 10);
    const render::Plot plot = schedule_plots(schedule, ScheduleAxis::t).front();
    // Straight lines, 1 − t and t, between any points.
    EXPECT_NEAR(render::read_curve(plot, plot.curves[0], 0.3).value(), 0.7, 1e-12);
    EXPECT_NEAR(render::read_curve(plot, plot.curves[1], 0.3).value(), 0.3, 1e-12);
    EXPECT_EQ(plot.curves[2].name, "evaluations");
    EXPECT_THAT(plot.curves[2].x, testing::ElementsAreArray(schedule.evaluations.t));
    EXPECT_THAT(plot.curves[2].y, testing::ElementsAreArray(schedule.evaluations.alpha));
}

TEST(SchedulePlots, HaveStepsFromNoiseToData) {
    const NoiseSchedule schedule = plotted_schedule({}, {.name = "ddpm"}, 10);
    const std::vector<render::Plot> plots = schedule_plots(schedule, ScheduleAxis::step);
    ASSERT_EQ(plots.size(), 4U);
    EXPECT_EQ(plots[0].x.low, 0);
    EXPECT_EQ(plots[0].x.high, 10);
    EXPECT_NEAR(render::read_curve(plots[0], plots[0].curves[0], 10).value(), 1, 1e-12);
    EXPECT_NEAR(render::read_curve(plots[0], plots[0].curves[1], 10).value(), 0, 1e-12);
    // λ is infinite there: the curve ends at the last state with noise.
    EXPECT_FALSE(render::read_curve(plots[1], plots[1].curves[0], 9.5).has_value());
    EXPECT_TRUE(render::read_curve(plots[1], plots[1].curves[0], 8.5).has_value());
    EXPECT_EQ(plots[3].curves[0].x.size(), 10U);
}

// f = −1/(1−t) runs away at t = 1; an axis that held it would show nothing else.
TEST(SchedulePlots, LeaveOutWhereTheDriftRunsAway) {
    const render::Plot plot = schedule_plots(plotted_schedule({.name = "flow"}, {}, 10), ScheduleAxis::t)[2];
    EXPECT_GT(plot.y.low, -30);
    EXPECT_LT(plot.y.low, -19);
    EXPECT_EQ(plot.curves[0].name, "f");
}

// The times of edm are its noise, 0.002 … 80.
TEST(SchedulePlots, HaveALogarithmicAxisForTimesOfManyDecades) {
    const std::vector<render::Plot> plots = schedule_plots(plotted_schedule({.name = "edm"}, {}, 10), ScheduleAxis::t);
    EXPECT_TRUE(plots[0].x.logarithmic);
    EXPECT_EQ(plots[0].x.low, 0.002);
    EXPECT_EQ(plots[0].x.high, 80);
    EXPECT_FALSE(schedule_plots(plotted_schedule({.name = "vp"}, {}, 10), ScheduleAxis::t)[0].x.logarithmic);
}

TEST(SchedulePlots, NameNoDriftWhereThereIsNone) {
    const render::Plot plot = schedule_plots(plotted_schedule({.name = "ve"}, {}, 10), ScheduleAxis::t)[2];
    EXPECT_EQ(plot.title, "dx = g dw");
    EXPECT_EQ(plot.curves[0].name, "g²");
}

TEST(SchedulePlots, PlaceTheStateThatIsShown) {
    const NoiseSchedule schedule = plotted_schedule({.name = "vp"}, {}, 4);
    const RunState& state = schedule.states[1];
    EXPECT_EQ(schedule_place(schedule, ScheduleAxis::t, state), state.t);
    EXPECT_EQ(schedule_place(schedule, ScheduleAxis::step, state), 1);
    EXPECT_EQ(schedule_place(schedule, ScheduleAxis::log_snr, state), std::log(state.alpha / state.sigma));
    EXPECT_EQ(schedule_place(schedule, ScheduleAxis::step, schedule.states.back()), 4);
    EXPECT_FALSE(schedule_place(schedule, ScheduleAxis::t, schedule.states.back()).has_value());
    EXPECT_FALSE(schedule_place(schedule, ScheduleAxis::log_snr, schedule.states.back()).has_value());
}

TEST(SchedulePlots, ShowAProgramWithoutEvaluationsOverTime) {
    const diffusion::Program chain = sample::read_program(std::string(sample::kChainProgram));
    const NoiseSchedule schedule = noise_schedule(*diffusion::make_process({}), {}, chain);
    const std::vector<render::Plot> plots = schedule_plots(schedule, ScheduleAxis::step);
    ASSERT_EQ(plots.size(), 3U);
    for (const render::Plot& plot : plots) {
        EXPECT_EQ(plot.x.label, "t");
        expect_drawable(plot, "chain");
    }
    EXPECT_FALSE(schedule_place(schedule, ScheduleAxis::step, schedule.states.front()).has_value());
}

}  // namespace
}  // namespace scorefield::session
