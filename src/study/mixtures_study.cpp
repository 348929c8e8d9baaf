#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/random.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/targets.hpp"
#include "diffusion/time_grid.hpp"
#include "study/agreement.hpp"
#include "study/engine_studies.hpp"
#include "study/line_law.hpp"
#include "study/path_bound.hpp"
#include "study/target_particles.hpp"

namespace scorefield::study {
namespace {

using namespace diffusion;

constexpr double kInfinite = std::numeric_limits<double>::infinity();
/// The step size of Langevin dynamics in (b) and (e).
constexpr double kStepSize = 0.05;

std::shared_ptr<const GaussianMixture> line_mixture(const std::vector<double>& weights,
                                                    const std::vector<double>& means,
                                                    const std::vector<double>& deviations) {
    std::vector<MixtureComponent> components;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        components.push_back({weights[k], {means[k]}, {deviations[k] * deviations[k]}});
    }
    return std::make_shared<const GaussianMixture>(components);
}

/// The exact law of a mixture in one dimension under a marginal.
LineLaw exact_law(const GaussianMixture& mixture, const Marginal& at = {}) {
    std::vector<double> weights;
    std::vector<double> means;
    std::vector<double> deviations;
    for (const GaussianMixture::Component& component : mixture.components()) {
        weights.push_back(component.weight);
        means.push_back(at.alpha * component.mean[0]);
        deviations.push_back(std::hypot(at.alpha * std::sqrt(component.variances[0]), at.sigma));
    }
    return LineLaw::mixture(weights, means, deviations);
}

const GaussianMixture& mixture_of(const Target& target) {
    return dynamic_cast<const GaussianMixture&>(target);
}

/// Langevin dynamics x ← x + τ·score + √(2τ)·z on the mixture itself.
Program langevin(double step_size, int steps) {
    SamplerSettings settings;
    settings.name = "langevin";
    settings.step_size = step_size;
    settings.clean = true;
    return compile_program(even_steps({.name = "additive"}, steps), Prediction::score, settings);
}

/// The same without noise: pure ascent.
Program ascent(double step_size, int steps) {
    Program program = langevin(step_size, steps);
    for (Op& op : program.ops) {
        if (auto* const blend = std::get_if<Blend>(&op.instruction)) blend->noise.clear();
    }
    return program;
}

/// Annealed Langevin dynamics at 10 levels from `highest` to `lowest` in geometric progression, 100 steps at each.
Program annealed(double highest, double lowest, std::optional<double> step_size) {
    constexpr int kLevels = 10;
    ProcessSettings process;
    process.name = "ve";
    process.sigma_max = highest;
    process.sigma_min = lowest;
    std::vector<double> times;
    for (int k = kLevels - 1; k >= 0; --k) times.push_back(static_cast<double>(k) / (kLevels - 1));
    SamplerSettings settings;
    settings.name = "annealed_langevin";
    settings.step_size = step_size;
    return compile_program(TimeGrid(diffusion::make_process(process), times), Prediction::score, settings);
}

/// x ← √(1−β)·x + √β·z, of other draws than the steps of samplers have.
Program forward_chain(double beta, int steps) {
    constexpr std::uint32_t kFirstDraw = 1U << 20;
    Program program;
    program.steps = steps;
    for (int k = 0; k < steps; ++k) {
        program.ops.push_back(
            {k, Blend{.dst = 0,
                      .terms = {{0, std::sqrt(1 - beta)}},
                      .noise = {{std::sqrt(beta), base::kSamplerStream, kFirstDraw + static_cast<std::uint32_t>(k)}}}});
    }
    return program;
}

LineLaw law_of(const Program& program, const std::shared_ptr<const Target>& target, Prediction prediction,
               const LineLaw& start) {
    const ExactScore source(target, prediction);
    const ScoreSource* const sources[] = {&source};
    return law_after(program, sources, start).value();
}

/// Uniform on [low, high] in every coordinate.
std::vector<float> uniform_states(const StudyRequest& request, std::size_t dim, double low, double high) {
    std::vector<float> states(request.particles * dim);
    for (std::size_t i = 0; i < states.size(); ++i) {
        states[i] = static_cast<float>(
            low + (high - low) * base::uniform(request.seed, static_cast<std::uint32_t>(i / dim),
                                               static_cast<std::uint32_t>(i % dim), 1, base::kInitStream));
    }
    return states;
}

/// Modes on either side of 0: what a population is like, what the exact law of its finite procedure says, and the
/// target.
class ModeTable {
  public:
    ModeTable(const std::string& title, LineLaw target)
        : table_{.title = title,
                 .columns = {"procedure", "quantity", "target", "predicted", "measured", "standard error", "z-score",
                             "pass"},
                 .rows = {},
                 .notes = {fmt::format(
                     "Predicted: the density after the same steps, computed on a grid. 'pass': |z-score| <= {}. For "
                     "Kolmogorov-Smirnov distances the column 'standard error' holds the critical distance of level "
                     "0.001, and a pass needs |z-score| <= 1. Target: the value of the exact distribution.",
                     kStandardErrors)}},
          target_(std::move(target)) {}

    void add(const std::string& name, std::span<const float> sorted, const LineLaw& law) {
        const auto middle = static_cast<std::size_t>(std::ranges::lower_bound(sorted, 0.0F) - sorted.begin());
        const auto count = static_cast<double>(sorted.size());
        const double share = law.share(-kInfinite, 0);
        add_figure(name, "share left of 0", target_.share(-kInfinite, 0), share, static_cast<double>(middle) / count,
                   std::sqrt(share * (1 - share) / count));
        add_width(name, "width left of 0", {-kInfinite, 0}, law, sorted.first(middle));
        add_width(name, "width right of 0", {0, kInfinite}, law, sorted.subspan(middle));
        add_distance(name, "distance from target", ks_distance(law, target_), ks_distance(sorted, target_), count);
        add_distance(name, "distance from predicted law", 0, ks_distance(sorted, law), count);
    }
    void note(const std::string& text) { table_.notes.push_back(text); }
    const Table& table() const { return table_; }

  private:
    void add_width(const std::string& name, const char* what, std::pair<double, double> side, const LineLaw& law,
                   std::span<const float> values) {
        constexpr std::size_t kFewest = 100;
        if (values.size() < kFewest) return;
        const Moments moments = moments_of(values);
        const double width = std::sqrt(moments.variance);
        add_figure(name, what, std::sqrt(target_.part(side.first, side.second).variance),
                   std::sqrt(law.part(side.first, side.second).variance), width, moments.variance_error / (2 * width));
    }

    /// By the triangle inequality the distances of a law and its sample from a third one differ by chance only.
    void add_distance(const std::string& name, const char* what, double predicted, double measured, double count) {
        const double critical = ks_critical(count);
        const double deviations = (measured - predicted) / critical;
        table_.rows.push_back({name, what, 0.0, predicted, measured, critical, deviations, std::abs(deviations) <= 1});
    }

    void add_figure(const std::string& name, const char* what, double target, double predicted, double measured,
                    double error) {
        const double deviations = (measured - predicted) / error;
        table_.rows.push_back({name, std::string(what), target, predicted, measured, error, deviations,
                               std::abs(deviations) <= kStandardErrors});
    }

    Table table_;
    LineLaw target_;
};

constexpr std::array<double, 1> kLine = {1.0};

std::vector<float> sorted_line(std::span<const float> states) {
    return sorted_along(states, kLine);
}

Table forward_marginals(session::Engine& engine, const StudyRequest& request) {
    constexpr double kBeta = 0.03;
    constexpr std::array<int, 5> kTimes = {0, 1, 10, 30, 100};
    const std::shared_ptr<const Target> target = diffusion::open_target({.name = "mixture_a"});
    TargetParticles population(engine, target, Prediction::x0, request);
    const auto states = population.run(forward_chain(kBeta, kTimes.back()), population.draws(), kTimes);
    Table table = {.title = "(a) Forward chain x <- sqrt(0.97) x + sqrt(0.03) z from 0.3 N(-2, 0.2^2) + 0.7 N(2, 1)",
                   .columns = {"t", "predicted mean", "measured mean", "predicted variance", "measured variance",
                               "distance of distributions", "critical", "pass"},
                   .rows = {},
                   .notes = {"Predicted: the mixture of N(a mu, a^2 sigma^2 + 1 - a^2) with a = 0.97^(t/2). 'pass': "
                             "the Kolmogorov-Smirnov distance is at most the critical one of level 0.001."}};
    for (std::size_t i = 0; i < kTimes.size(); ++i) {
        const double alpha = std::pow(1 - kBeta, kTimes[i] / 2.0);
        const LineLaw law = exact_law(mixture_of(*target), {alpha, std::sqrt(1 - alpha * alpha)});
        const Moments moments = moments_of(states[i]);
        const double distance = ks_distance(sorted_line(states[i]), law);
        const double critical = ks_critical(request.particles);
        table.rows.push_back({std::int64_t{kTimes[i]}, law.mean(), moments.mean, law.variance(), moments.variance,
                              distance, critical, distance <= critical});
    }
    return table;
}

/// Where the density of a mixture is least between two of its modes.
double watershed(const Target& target, double low, double high) {
    constexpr int kPlaces = 10'000;
    double best = low;
    double least = kInfinite;
    for (int i = 0; i <= kPlaces; ++i) {
        const double x = low + (high - low) * i / kPlaces;
        const double density = target.log_density({&x, 1}, {})[0];
        if (density < least) {
            least = density;
            best = x;
        }
    }
    return best;
}

Table langevin_does_not_mix(session::Engine& engine, const StudyRequest& request) {
    constexpr int kSteps = 100;
    const std::shared_ptr<const Target> target = diffusion::open_target({.name = "mixture_b"});
    TargetParticles population(engine, target, Prediction::score, request);
    ModeTable table(
        "(b) 0.6 N(2, 0.5^2) + 0.4 N(-2, 0.2^2): Langevin dynamics from uniform on [-3, 3], tau = 0.05, 100 "
        "steps; annealed from sigma = 6 to 0.05, 10 levels of 100 steps",
        exact_law(mixture_of(*target)));
    const Program plain = langevin(kStepSize, kSteps);
    table.add("Langevin", sorted_line(population.run(plain, uniform_states(request, 1, -3, 3))),
              law_of(plain, target, Prediction::score, LineLaw::uniform(-3, 3)));
    const Program with_levels = annealed(6, 0.05, {});
    table.add("annealed", sorted_line(population.run(with_levels)),
              law_of(with_levels, target, Prediction::score, LineLaw::normal(0, 6)));
    const auto wide = [](double deviation) {
        return std::sqrt(deviation * deviation / (1 - kStepSize / (2 * deviation * deviation)));
    };
    const double basin = (watershed(*target, -2, 2) + 3) / 6;
    table.note(
        fmt::format("Langevin dynamics does not mix: {:.4g} of the particles start in the left basin, and about as "
                    "many end there instead of 0.4. Annealing recovers the weights.",
                    basin));
    table.note(
        fmt::format("tau = 0.05 is coarse: a single mode of width s gets the width s/sqrt(1 - tau/(2 s^2)): {:.4g} for "
                    "0.2 and {:.4g} for 0.5.",
                    wide(0.2), wide(0.5)));
    return table.table();
}

Table forward_and_reverse(session::Engine& engine, const StudyRequest& request) {
    constexpr double kBeta = 0.05;
    const std::shared_ptr<const Target> target = diffusion::open_target({.name = "mixture_c"});
    TargetParticles population(engine, target, Prediction::x0, request);
    ModeTable table("(c) Half N(-3, 1), half N(3, 1): T steps forward with beta = 0.05, then T ancestral steps back",
                    exact_law(mixture_of(*target)));
    for (const int steps : {20, 100}) {
        ProcessSettings process;
        process.schedule = "constant";
        process.beta = kBeta;
        process.horizon = steps;
        std::vector<double> times;
        for (int t = steps - 1; t >= 0; --t) times.push_back(t);
        SamplerSettings settings;
        settings.name = "ddpm";
        const Program reverse =
            compile_program(TimeGrid(diffusion::make_process(process), times), Prediction::x0, settings);
        const std::vector<float> noisy = population.run(forward_chain(kBeta, steps), population.draws());
        const double alpha = std::pow(1 - kBeta, steps / 2.0);
        const LineLaw start = exact_law(mixture_of(*target), {alpha, std::sqrt(1 - alpha * alpha)});
        table.add(fmt::format("T = {}, forward and back", steps), sorted_line(population.run(reverse, noisy)),
                  law_of(reverse, target, Prediction::x0, start));
        table.add(fmt::format("T = {}, back from N(0, 1)", steps), sorted_line(population.run(reverse)),
                  law_of(reverse, target, Prediction::x0, LineLaw::normal(0, 1)));
    }
    table.note("A short chain does not reach N(0, 1); starting the reverse chain there is then wrong.");
    return table.table();
}

Table in_two_dimensions(session::Engine& engine, const StudyRequest& request) {
    constexpr double kEpsilon = 0.1;
    constexpr int kSteps = 1000;
    const std::array<double, 2> diagonal = {std::numbers::sqrt2 / 2, std::numbers::sqrt2 / 2};
    const double mean = 5 * std::numbers::sqrt2;
    const std::shared_ptr<const Target> along = line_mixture({0.2, 0.8}, {-mean, mean}, {1, 1});
    TargetParticles population(engine, diffusion::open_target({.name = "mixture_d"}), Prediction::score, request);
    ModeTable table(
        "(d) 0.2 N((-5, -5), I) + 0.8 N((5, 5), I) along (1, 1)/sqrt(2): exact draws, Langevin (epsilon = 0.1, "
        "1000 steps) and annealed Langevin (sigma 20 to 1, 10 levels of 100 steps) from uniform on [-8, 8]^2",
        exact_law(mixture_of(*along)));
    const std::vector<float> start = uniform_states(request, 2, -8, 8);
    const LineLaw start_law = LineLaw::diagonal_of_square(-8, 8);
    table.add("exact", sorted_along(population.draws(), diagonal), exact_law(mixture_of(*along)));
    const Program plain = langevin(kEpsilon / 2, kSteps);
    table.add("Langevin", sorted_along(population.run(plain, start), diagonal),
              law_of(plain, along, Prediction::score, start_law));
    const Program with_levels = annealed(20, 1, kEpsilon);
    table.add("annealed", sorted_along(population.run(with_levels, start), diagonal),
              law_of(with_levels, along, Prediction::score, start_law));
    table.note(
        "Langevin dynamics leaves half of the particles on either side; annealed Langevin comes near 0.2. Its last "
        "level has sigma = 1, so its modes have the width sqrt(2).");
    return table.table();
}

Table ascent_and_langevin(session::Engine& engine, const StudyRequest& request) {
    constexpr int kSteps = 500;
    const std::shared_ptr<const Target> target = diffusion::open_target({.name = "mixture_b"});
    TargetParticles population(engine, target, Prediction::score, request);
    ModeTable table("(e) Mixture (b) from x = 0, tau = 0.05, 500 steps: Langevin dynamics",
                    exact_law(mixture_of(*target)));
    constexpr double kPoint = 1e-6;  // what stands for a point on the grid
    const Program program = langevin(kStepSize, kSteps);
    const std::vector<float> zeros(request.particles, 0.0F);
    table.add("Langevin", sorted_line(population.run(program, zeros)),
              law_of(program, target, Prediction::score, LineLaw::uniform(-kPoint, kPoint)));
    return table.table();
}

/// Langevin dynamics of a few particles from 0, looked at after some of its steps; without noise it is pure ascent.
struct PathPlan {
    const char* title = "";
    double step_size = 0;
    bool noise = true;
    std::span<const int> states;
    std::uint32_t count = 1;
};

/// A path in double precision, and how far single precision can lie from it.
struct PathPoint {
    double place = 0;
    double allowed = 0;
};

/// (states, count).
std::vector<std::vector<PathPoint>> predicted_paths(const PathPlan& plan, const Program& program,
                                                    const std::shared_ptr<const Target>& target, std::uint64_t seed) {
    const ExactScore source(target, Prediction::score);
    const ScoreSource* const sources[] = {&source};
    std::vector<PathBound> bounds(plan.count, PathBound(mixture_of(*target), plan.step_size, 0));
    std::vector<std::vector<PathPoint>> predicted;
    interpret(program, sources, std::vector<double>(plan.count, 0.0), seed, {0, plan.count},
              [&](int step, std::span<const double> places) {
                  for (std::size_t i = 0; i < places.size(); ++i) bounds[i].step_to(places[i]);
                  if (std::ranges::find(plan.states, step + 1) == plan.states.end()) return;
                  std::vector<PathPoint>& points = predicted.emplace_back();
                  for (std::size_t i = 0; i < places.size(); ++i) points.push_back({places[i], bounds[i].value()});
              });
    return predicted;
}

/// The particles' paths beside the host's, which have the same draws.
Table paths(session::Engine& engine, const StudyRequest& request, const PathPlan& plan) {
    StudyRequest few = request;
    few.particles = plan.count;
    const std::shared_ptr<const Target> target = diffusion::open_target({.name = "mixture_b"});
    TargetParticles population(engine, target, Prediction::score, few);
    const int steps = plan.states.back();
    const Program program = plan.noise ? langevin(plan.step_size, steps) : ascent(plan.step_size, steps);
    const auto measured = population.run(program, std::vector<float>(plan.count, 0.0F), plan.states);
    auto predicted = predicted_paths(plan, program, target, request.seed);
    Table table = {.title = plan.title,
                   .columns = {"particle", "step", "predicted", "measured", "allowed", "pass"},
                   .rows = {},
                   .notes = {"Predicted: the same program and draws in double precision. Allowed: a bound on the "
                             "accumulated float32 rounding error, which the drift of each step shrinks or grows."}};
    if (!plan.noise) {
        predicted.back()[0].place = mode_between(mixture_of(*target), 0, 3);
        table.notes.push_back(
            fmt::format("At step {} the prediction is the mode itself, the root of the score by bisection.", steps));
    }
    for (std::uint32_t i = 0; i < plan.count; ++i) {
        for (std::size_t k = 0; k < plan.states.size(); ++k) {
            const double value = measured[k][i];
            const PathPoint& point = predicted[k][i];
            table.rows.push_back({std::int64_t{i}, std::int64_t{plan.states[k]}, point.place, value, point.allowed,
                                  std::abs(value - point.place) <= point.allowed});
        }
    }
    return table;
}

}  // namespace

std::vector<Table> mixtures_study(session::Engine& engine, const StudyRequest& request) {
    constexpr std::array<int, 4> kAscentStates = {1, 10, 100, 500};
    constexpr std::array<int, 5> kPathStates = {1, 10, 100, 1000, 3000};
    constexpr std::uint32_t kPaths = 4;
    StudyProgress progress(request, "mixtures", 6);
    std::vector<Table> tables;
    progress.next("(a) forward");
    tables.push_back(forward_marginals(engine, request));
    progress.next("(b) Langevin");
    tables.push_back(langevin_does_not_mix(engine, request));
    progress.next("(c) forward and reverse");
    tables.push_back(forward_and_reverse(engine, request));
    progress.next("(d) two dimensions");
    tables.push_back(in_two_dimensions(engine, request));
    progress.next("(e) ascent");
    tables.push_back(paths(engine, request,
                           {.title = "(e) Gradient ascent without noise from x = 0, tau = 0.05: ends at a mode",
                            .step_size = kStepSize,
                            .noise = false,
                            .states = kAscentStates}));
    tables.push_back(ascent_and_langevin(engine, request));
    progress.next("(e) paths");
    tables.push_back(paths(engine, request,
                           {.title = "(e) Paths of Langevin dynamics from x = 0, tau = 0.001",
                            .step_size = 0.001,
                            .states = kPathStates,
                            .count = kPaths}));
    return tables;
}

}  // namespace scorefield::study
