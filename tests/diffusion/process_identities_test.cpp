#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "diffusion/brownian.hpp"
#include "diffusion/process.hpp"

namespace scorefield::diffusion {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// Every process, and ddpm with every schedule; away from the defaults where that is where a slip would show.
std::vector<ProcessSettings> all_settings() {
    std::vector<ProcessSettings> all;
    for (const ProcessInfo& info : processes()) all.push_back({.name = std::string(info.name)});
    for (const std::string_view schedule : kBetaSchedules) {
        all.push_back({.schedule = std::string(schedule), .horizon = 50});
        all.push_back({.schedule = std::string(schedule), .horizon = 50, .zero_snr = true});
    }
    all.push_back({.name = "vp", .beta_min = 3, .beta_max = 3});
    all.push_back({.name = "vp", .beta_min = 0, .beta_max = 9, .t_min = 1e-5});
    all.push_back({.name = "subvp", .beta_min = 1, .beta_max = 30});
    all.push_back({.name = "ve", .sigma_min = 0.1, .sigma_max = 7});
    all.push_back({.name = "ou", .horizon = 3, .beta = 0.6, .s = 0.7});
    all.push_back({.name = "additive", .horizon = 1000, .s = 0.3});
    all.push_back({.name = "edm", .sigma_min = 0.1, .sigma_max = 5});
    return all;
}

std::string name_of(const ProcessSettings& settings) {
    return settings.name + " " + settings.schedule + (settings.zero_snr ? " zero_snr" : "");
}

/// `count` times from just above the lowest to just below the highest.
std::vector<double> inner_times(const NoiseProcess& process, int count) {
    const TimeRange range = process.times();
    std::vector<double> times;
    for (int i = 0; i < count; ++i) {
        times.push_back(std::lerp(range.lowest_noisy, range.highest, (i + 0.51) / count));
    }
    return times;
}

/// Fourth-order central difference.
template <class Function>
double derivative(const Function& function, double t, double h) {
    return (8 * (function(t + h) - function(t - h)) - (function(t + 2 * h) - function(t - 2 * h))) / (12 * h);
}

// The difference errs by (h/t)⁴ ~ 1e-12 and by rounding, 1e-16·|value|/h ~ 1e-12 relative to what changes by its own
// size over t: 1e-8 leaves room for what changes less.
TEST(Processes, HaveTheSdeOfTheirMarginals) {
    for (const ProcessSettings& settings : all_settings()) {
        const auto process = make_process(settings);
        for (const double place : inner_times(*process, 17)) {
            // Between two levels, away from them: the interpolation has a kink there.
            const double t = process->times().discrete ? std::floor(place) + 0.37 : place;
            const double h = 1e-3 * std::min({t, process->times().highest - t, process->times().discrete ? 0.1 : t});
            const auto [drift, diffusion] = process->sde(t);
            const Marginal at = process->marginal(t);
            const double slope = derivative([&](double u) { return std::log(process->marginal(u).alpha); }, t, h);
            EXPECT_NEAR(drift, slope, 1e-8 * (1 / t + std::abs(slope))) << name_of(settings) << " at " << t;
            const double growth = derivative([&](double u) { return std::pow(process->marginal(u).sigma, 2); }, t, h);
            const double expected = growth - 2 * slope * at.sigma * at.sigma;
            EXPECT_NEAR(diffusion, expected, 1e-8 * (at.sigma * at.sigma / t + std::abs(expected)))
                << name_of(settings) << " at " << t;
        }
    }
}

// λ has an error of a few roundings, which moves t by that times |dt/dλ| = 2σ²/g²; t itself is rounded at the size of
// the range.
TEST(Processes, FindTheTimeOfTheirLogSnr) {
    for (const ProcessSettings& settings : all_settings()) {
        const auto process = make_process(settings);
        const TimeRange range = process->times();
        std::vector<double> times = inner_times(*process, 500);
        times.insert(times.end(), {range.lowest_noisy, range.highest});
        for (const double t : times) {
            const Marginal at = process->marginal(t);
            const double lambda = log_snr(at);
            const double diffusion = process->sde(t).diffusion;
            const double moved =
                std::isfinite(lambda) ? (1 + std::abs(lambda)) * 2 * at.sigma * at.sigma / diffusion : 0;
            EXPECT_NEAR(process->time_at(lambda), t, 1e-15 * range.highest + 2e-15 * moved)
                << name_of(settings) << " at " << t;
        }
    }
}

TEST(Processes, AnswerOutsideTheirRangeWithItsEnds) {
    for (const ProcessSettings& settings : all_settings()) {
        const auto process = make_process(settings);
        for (const double lambda : {kInfinite, 800.0}) {
            EXPECT_NEAR(process->time_at(lambda), 0, 1e-100) << name_of(settings);
        }
        for (const double lambda : {-kInfinite, -800.0}) {
            EXPECT_EQ(process->time_at(lambda), process->times().highest) << name_of(settings);
        }
    }
}

TEST(Processes, LoseSignalAllTheWayAndStartAtTheirPrior) {
    for (const ProcessSettings& settings : all_settings()) {
        const auto process = make_process(settings);
        double previous = kInfinite;
        for (const double t : inner_times(*process, 300)) {
            const double lambda = log_snr(process->marginal(t));
            ASSERT_LT(lambda, previous) << name_of(settings) << " at " << t;
            previous = lambda;
        }
        // All but the shortest leave at most a tenth of the data's scale.
        const Marginal end = process->marginal(process->times().highest);
        const bool keeps = end.alpha == 1;
        if (keeps) {
            EXPECT_NEAR(process->prior_scale() / end.sigma, 1, 1e-14) << name_of(settings);
        } else if (end.alpha < 0.1) {
            EXPECT_NEAR(process->prior_scale() / end.sigma, 1, 0.02) << name_of(settings);
        }
        const bool over_sigma = keeps || settings.name == "ddpm";
        EXPECT_EQ(process->variable(), over_sigma ? Variable::sigma : Variable::time) << name_of(settings);
    }
}

// A thousand steps in geometric progression, and three points within each, lie in cells of their own of the Brownian
// path.
TEST(Processes, HaveAClockThatTellsFineStepsApart) {
    const double cell = std::ldexp(1.0, -kMaxBrownianDepth);
    for (const ProcessSettings& settings : all_settings()) {
        const auto process = make_process(settings);
        const TimeRange range = process->times();
        EXPECT_DOUBLE_EQ(process->clock(range.highest), 1) << name_of(settings);
        EXPECT_GT(process->clock(range.lowest_noisy), 0) << name_of(settings);
        const double low = std::max(-log_snr(process->marginal(range.lowest_noisy)), -7.0);
        const double high = std::min(-log_snr(process->marginal(range.highest)), 7.0);
        double previous = 0;
        for (int i = 0; i < 1000; ++i) {
            const double clock = process->clock(process->time_at(-std::lerp(low, high, i / 999.0)));
            EXPECT_GT(clock - previous, 4 * cell) << name_of(settings) << " at " << i;
            previous = clock;
        }
    }
}

// By hand from METHODS' table at round values; a few roundings.
TEST(Processes, HaveTheScalesOfTheirFormulas) {
    const auto expect = [](const ProcessSettings& settings, double t, const Marginal& expected) {
        const Marginal at = make_process(settings)->marginal(t);
        EXPECT_NEAR(at.alpha, expected.alpha, 1e-15) << settings.name;
        EXPECT_NEAR(at.sigma / expected.sigma, 1, 1e-15) << settings.name;
    };
    expect({.name = "vp"}, 0.5, {0.2811828807967524, 0.9596542020680363});     // exp(−½·2.5375)
    expect({.name = "subvp"}, 0.5, {0.2811828807967524, 0.9209361875468394});  // 1 − exp(−2.5375)
    expect({.name = "ve"}, 0.5, {1, std::sqrt(0.5)});
    expect({.name = "ou", .beta = 0.5, .s = 0.7}, 0.6, {0.7408182206817179, 0.470193894381804});
    expect({.name = "additive", .s = 3}, 0.25, {1, 1.5});
    expect({.name = "edm"}, 17, {1, 17});
    expect({.name = "flow"}, 0.25, {0.75, 0.25});
}

// β of ddpm is β(t)/T: its ᾱ at level k and that of vp at (k+1)/T differ by O(1/T).
TEST(Processes, DdpmTendsToVpInManyLevels) {
    const auto vp = make_process({.name = "vp"});
    const auto error = [&](double levels) {
        const auto ddpm = make_process({.horizon = levels, .beta_start = 0.1 / levels, .beta_end = 20 / levels});
        double worst = 0;
        for (double k = 0; k < levels; ++k) {
            worst = std::max(worst, std::abs(ddpm->marginal(k).alpha - vp->marginal((k + 1) / levels).alpha));
        }
        return worst;
    };
    EXPECT_LT(error(1000), 0.01);
    EXPECT_NEAR(error(1000) / error(2000), 2, 0.02);
    EXPECT_NEAR(error(2000) / error(4000), 2, 0.01);
}

TEST(Processes, InterpolateBetweenLevelsWithoutAJump) {
    for (const ProcessSettings& settings : all_settings()) {
        if (settings.name != "ddpm") continue;
        const auto process = make_process(settings);
        for (double k = 1; k < process->times().highest; ++k) {
            const Marginal at = process->marginal(k);
            for (const double near : {process->marginal(k - 1e-9).sigma, process->marginal(k + 1e-9).sigma}) {
                EXPECT_NEAR(near, at.sigma, 1e-8) << name_of(settings) << " at " << k;
            }
        }
    }
    // Halfway in λ: with ratios σ/α of r and q it is √(rq).
    const auto process = make_process({});
    const auto ratio = [&](double t) { return process->marginal(t).sigma / process->marginal(t).alpha; };
    EXPECT_NEAR(ratio(10.5) * ratio(10.5) / (ratio(10) * ratio(11)), 1, 1e-14);
}

// 1 − β(t)·highest/N, by hand.
TEST(Processes, ScaleCorrectorsByTheirBeta) {
    EXPECT_NEAR(make_process({})->corrector_scale(999, 50), 1 - 0.02, 1e-14);
    EXPECT_NEAR(make_process({})->corrector_scale(0, 50), 1 - 1e-4, 1e-14);
    EXPECT_NEAR(make_process({})->corrector_scale(998.5, 50), 1 - 0.02, 1e-14);
    EXPECT_NEAR(make_process({.name = "vp"})->corrector_scale(0.5, 100), 1 - 0.1005, 1e-15);
    EXPECT_NEAR(make_process({.name = "subvp"})->corrector_scale(1, 100), 0.8, 1e-15);
    EXPECT_EQ(make_process({.name = "vp"})->corrector_scale(1, 10), 0);
    EXPECT_NEAR(make_process({.name = "ou", .horizon = 4, .beta = 0.5})->corrector_scale(1, 100), 0.96, 1e-15);
    for (const char* name : {"ve", "additive", "edm", "flow"}) {
        EXPECT_EQ(make_process({.name = name})->corrector_scale(0.5, 10), 1) << name;
    }
}

}  // namespace
}  // namespace scorefield::diffusion
