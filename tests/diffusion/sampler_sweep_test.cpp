#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.hpp"
#include "diffusion/automatic_spacing.hpp"
#include "diffusion/pilot.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "support.hpp"

// Every sampler by its defaults on every process, 200 steps, with the exact score of mixture (a), 0.3 N(−2, 0.2²) +
// 0.7 N(2, 1): a formula that is tied to another process's time axis or to another form of alpha shows as a wrong
// weight, place or width.

namespace scorefield::diffusion {
namespace {

using testing_support::error_of;

constexpr int kSteps = 200;
constexpr double kCut = -1;  ///< between the components, where the density is lowest

double normal_cdf(double z) {
    return std::erfc(-z / std::sqrt(2.0)) / 2;
}

/// The argument in ±1000 at which the growing function reaches `value`.
template <class Function>
double inverse(const Function& function, double value) {
    double low = -1000;
    double high = 1000;
    for (int i = 0; i < 80; ++i) {
        const double middle = (low + high) / 2;
        (function(middle) < value ? low : high) = middle;
    }
    return (low + high) / 2;
}

double mixture_cdf(double x, const Marginal& at) {
    const auto part = [&](double mean, double deviation) {
        return normal_cdf((x - at.alpha * mean) / std::hypot(at.alpha * deviation, at.sigma));
    };
    return 0.3 * part(-2, 0.2) + 0.7 * part(2, 1);
}

/// Weight, median and spread (half the width of the central 68%) of what lies on one side of kCut.
struct Side {
    double weight = 0;
    double median = 0;
    double spread = 0;
};

constexpr double kLowShare = 0.1587;
constexpr double kHighShare = 0.8413;

/// `sorted` of `total`.
Side measured(std::span<const double> sorted, std::size_t total) {
    const auto quantile = [&](double share) {
        const double place =
            std::clamp(share * static_cast<double>(sorted.size()) - 0.5, 0.0, static_cast<double>(sorted.size() - 1));
        const auto below = static_cast<std::size_t>(place);
        const std::size_t above = std::min(below + 1, sorted.size() - 1);
        return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
    };
    if (sorted.empty()) return {};
    return {static_cast<double>(sorted.size()) / static_cast<double>(total), quantile(0.5),
            (quantile(kHighShare) - quantile(kLowShare)) / 2};
}

Side exact(double from, double to) {
    const auto quantile = [&](double share) {
        return inverse([](double x) { return mixture_cdf(x, {}); }, std::lerp(from, to, share));
    };
    return {to - from, quantile(0.5), (quantile(kHighShare) - quantile(kLowShare)) / 2};
}

/// What is wrong with these samples; empty where nothing is.
std::string faults(std::vector<double> samples) {
    if (!std::ranges::all_of(samples, [](double x) { return std::isfinite(x); })) return "not finite";
    std::ranges::sort(samples);
    const auto below = static_cast<std::size_t>(std::ranges::lower_bound(samples, kCut) - samples.begin());
    const double share = mixture_cdf(kCut, {});
    const Side actual[] = {measured(std::span(samples).first(below), samples.size()),
                           measured(std::span(samples).subspan(below), samples.size())};
    const Side expected[] = {exact(0, share), exact(share, 1)};
    std::string text;
    for (int side = 0; side < 2; ++side) {
        const Side& a = actual[side];
        const Side& e = expected[side];
        const bool good = std::abs(a.weight - e.weight) < 0.02 && std::abs(a.median - e.median) < 0.05 &&
                          std::abs(a.spread / e.spread - 1) < 0.1;
        if (good) continue;
        text += fmt::format(" component {}: weight {:.3f} ({:.3f}), median {:.3f} ({:.3f}), spread {:.3f} ({:.3f})",
                            side, a.weight, e.weight, a.median, e.median, a.spread, e.spread);
    }
    return text;
}

/// The denoiser of mixture (a), or its score: Bayes' rule for two Gaussians. Four particles on the line are one in four
/// dimensions, so that one draw serves all four.
class MixtureA final : public ScoreSource {
  public:
    static constexpr int kLanes = 4;

    explicit MixtureA(bool score) : score_(score) {}
    int dim() const override { return kLanes; }
    void evaluate(std::span<const double> x, const Eval& at, std::span<double> out) const override {
        const double near = std::pow(at.alpha * 0.2, 2) + at.sigma * at.sigma;
        const double wide = at.alpha * at.alpha + at.sigma * at.sigma;
        const double odds = std::log(0.7 / 0.3 * std::sqrt(near / wide));
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double from_near = x[i] + 2 * at.alpha;
            const double from_wide = x[i] - 2 * at.alpha;
            const double exponent = from_wide * from_wide / (2 * wide) - from_near * from_near / (2 * near) - odds;
            const double share = 1 / (1 + std::exp(-exponent));
            const double denoised =
                share * (-2 + at.alpha * 0.04 * from_near / near) + (1 - share) * (2 + at.alpha * from_wide / wide);
            out[i] = score_ ? (at.alpha * denoised - x[i]) / (at.sigma * at.sigma) : denoised;
        }
    }

  private:
    bool score_;
};

/// E x_0 = 0.3·(−2) + 0.7·2, and E x_0² − that squared.
constexpr double kMean = 0.8;
constexpr double kVariance = 0.3 * (4 + 0.04) + 0.7 * (4 + 1) - kMean * kMean;

/// Evenly among the quantiles of the start, in an order that sets neighbours apart.
std::vector<double> start_states(std::size_t count, const Marginal& at, bool matched) {
    const double deviation = std::hypot(at.alpha * std::sqrt(kVariance), at.sigma);
    std::vector<double> states(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
        states[i] = matched ? at.alpha * kMean + deviation * inverse(normal_cdf, share)
                            : inverse([&](double x) { return mixture_cdf(x, at); }, share);
    }
    return states;
}

/// Without draws the quantiles stay even; else so many that the weights' standard error is 0.006, 0.008 of the long
/// chains.
std::size_t particles_for(const Program& program) {
    const bool draws = std::ranges::any_of(program.ops, [](const Op& op) {
        const auto* const blend = std::get_if<Blend>(&op.instruction);
        return blend != nullptr && !blend->noise.empty();
    });
    if (!draws) return 1000;
    return program.evaluations() > 10'000 ? 3000 : 6000;
}

/// Samples of one sampler on one process.
std::vector<double> samples(const SamplerInfo& info, const std::shared_ptr<const NoiseProcess>& process) {
    SamplerSettings settings;
    settings.name = info.name;
    const Prediction prediction = info.name == "langevin" ? Prediction::score : Prediction::x0;
    const MixtureA score(prediction == Prediction::score);
    const SpacingSettings spacing = automatic_spacing(*process, prediction, {.name = std::string(info.name)}, kSteps);
    const TimeGrid grid = make_time_grid(process, spacing, kSteps);
    Pilot pilot(score, 0, 256);
    const Program program = compile_program(grid, prediction, settings, &pilot);
    const std::size_t count = particles_for(program);
    // With a tenth of the deviation of the noise or more the data show through a normal start, which a note says; the
    // start that it names is the density itself.
    const Marginal first = grid.steps().front().from.at;
    const bool matched = first.alpha < 0.1 * first.sigma;
    const std::vector<double> start =
        info.from_data ? start_states(count, {}, false) : start_states(count, first, matched);
    ProgramInputs inputs;
    if (info.masked) inputs = {std::vector<double>(count, 0.0), std::vector<double>(count, 0.0)};
    const ScoreSource* const sources[] = {&score};
    return interpret(program, sources, start, 0, {0, static_cast<std::uint32_t>(count / MixtureA::kLanes)}, {}, inputs);
}

struct Cell {
    const SamplerInfo* sampler = nullptr;
    std::shared_ptr<const NoiseProcess> process;
    std::string faults;
};

/// The cells of the samplers that go from noise to data, those without draws alone where `quick`.
std::vector<Cell> sweep(const std::vector<std::shared_ptr<const NoiseProcess>>& all, bool quick) {
    std::vector<Cell> cells;
    for (const SamplerInfo& sampler : samplers()) {
        if (sampler.from_data || (quick && sampler.stochastic && sampler.name != "ddim")) continue;
        for (const auto& process : all) cells.push_back({&sampler, process, ""});
    }
    base::ThreadPool pool;
    pool.run(cells.size(), [&](std::size_t i) {
        Cell& cell = cells[i];
        std::vector<double> states;
        const std::string error = error_of([&] { states = samples(*cell.sampler, cell.process); });
        cell.faults = error == "no error" ? faults(std::move(states)) : error;
    });
    return cells;
}

TEST(SamplerSweep, FindsTheMixtureOnEveryProcessButWhereTheSamplerHasACaveat) {
    std::vector<std::shared_ptr<const NoiseProcess>> all;
    for (const ProcessInfo& info : processes()) all.push_back(make_process({.name = std::string(info.name)}));
    std::size_t exceptions = 0;
    std::map<std::string_view, std::size_t> faulty;
    const std::vector<Cell> cells = sweep(all, false);
    for (const Cell& cell : cells) {
        const bool excepted = !cell.sampler->caveat.empty();
        if (excepted) {
            ++exceptions;
            faulty[cell.sampler->name] += cell.faults.empty() ? 0U : 1U;
            continue;
        }
        EXPECT_EQ(cell.faults, "") << cell.sampler->name << " on " << cell.process->name();
    }
    EXPECT_LE(10 * exceptions, samplers().size() * all.size());
    for (const auto& [name, count] : faulty) EXPECT_GT(count, 0U) << name << " deserves no caveat";
}

TEST(SamplerSweep, FindsTheMixtureOnProcessesWithOtherParameters) {
    std::vector<std::shared_ptr<const NoiseProcess>> all;
    for (const ProcessSettings& settings : std::vector<ProcessSettings>{
             {.schedule = "cosine"},
             {.schedule = "scaled_linear"},
             {.schedule = "sigmoid"},
             {.zero_snr = true},
             {.schedule = "constant", .horizon = 5000, .beta = 0.002},
             {.name = "vp", .beta_max = 12},
             {.name = "subvp", .beta_min = 0.5},
             {.name = "ve", .sigma_min = 0.02, .sigma_max = 300},
             {.name = "ou", .horizon = 2, .beta = 3, .s = 2},
             {.name = "additive", .horizon = 40, .s = 3},
             {.name = "edm", .sigma_min = 0.01, .sigma_max = 400},
             {.name = "flow", .t_min = 0.003},
         }) {
        all.push_back(make_process(settings));
    }
    for (const Cell& cell : sweep(all, true)) {
        EXPECT_EQ(cell.faults, "") << cell.sampler->name << " on process "
                                   << std::ranges::find(all, cell.process) - all.begin() << ", "
                                   << cell.process->name();
    }
}

}  // namespace
}  // namespace scorefield::diffusion
