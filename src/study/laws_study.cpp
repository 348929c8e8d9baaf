#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "diffusion/exact_score.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/targets.hpp"
#include "study/affine_law.hpp"
#include "study/agreement.hpp"
#include "study/engine_studies.hpp"
#include "study/line_law.hpp"
#include "study/orders.hpp"
#include "study/stochastic_laws.hpp"
#include "study/target_particles.hpp"

namespace scorefield::study {
namespace {

using namespace diffusion;

constexpr std::array<int, 3> kLineSteps = {8, 16, 32};
constexpr std::array<int, 3> kPlaneSteps = {10, 16, 32};
/// Once in as many seeds, one row of a correct table fails by chance.
constexpr double kSeeds = 1000;

/// A population for each prediction that samplers ask for.
class Populations {
  public:
    Populations(session::Engine& engine, const std::shared_ptr<const Target>& target, const StudyRequest& request)
        : denoiser_(engine, target, Prediction::x0, request), score_(engine, target, Prediction::score, request) {}

    TargetParticles& of(const SamplerSettings& settings) {
        return prediction_of(settings) == Prediction::score ? score_ : denoiser_;
    }

  private:
    TargetParticles denoiser_;
    TargetParticles score_;
};

/// LawDistances of a sample, its predicted law, the target and draws of the target from each other, along one direction
/// or the largest along several.
struct LawDistances {
    double bias = 0;        ///< of the predicted law from the target
    double from_law = 0;    ///< of the sample from the predicted law
    double from_draws = 0;  ///< of the sample from as many exact draws
};

LawDistances distances_of(std::span<const float> sample, std::span<const float> draws, const LineLaw& law,
                          const LineLaw& exact) {
    return {ks_distance(law, exact), ks_distance(sample, law), ks_distance(sample, draws)};
}

LawDistances larger(const LawDistances& a, const LawDistances& b) {
    return {std::max(a.bias, b.bias), std::max(a.from_law, b.from_law), std::max(a.from_draws, b.from_draws)};
}

/// What chance exceeds in one of `tests` pairs of tests, of a sample against its law and against draws, once in kSeeds.
struct Chance {
    double from_law = 0;
    double from_draws = 0;

    Chance(double particles, std::size_t tests) {
        const double level = 1 / (kSeeds * 2 * static_cast<double>(tests));
        from_law = ks_critical(particles, HUGE_VAL, level);
        from_draws = ks_critical(particles, particles, level);
    }
    /// By the triangle inequality, a sample of its law is no farther from the draws than the law from the target, but
    /// for chance.
    bool allows(const LawDistances& of) const {
        return of.from_law <= from_law && of.from_draws <= of.bias + from_draws;
    }
};

std::string what_is_met(const Chance& chance) {
    return fmt::format(
        "'predicted' is the exact distribution of the sampler after that many steps. Bias: its Kolmogorov-Smirnov "
        "distance from the target. 'pass': the samples are within {:.4g} of the prediction, and within bias + {:.4g} "
        "('allowed') of as many exact draws. By chance, a table exceeds these limits once in {:.0f} seeds.",
        chance.from_law, chance.from_draws, kSeeds);
}

const char* what_misses() {
    return "Langevin dynamics does not mix in so few steps; consistency and lcm expect a consistency function but get "
           "a denoiser. For these samplers the predicted distribution is not the target. lcm uses a timestep scaling "
           "so small that its boundary condition matters at every step.";
}

LineLaw law_of_mixture_a() {
    constexpr std::array<double, 2> kWeights = {0.3, 0.7};
    constexpr std::array<double, 2> kMeans = {-2, 2};
    constexpr std::array<double, 2> kDeviations = {0.2, 1};
    return LineLaw::mixture(kWeights, kMeans, kDeviations);
}

/// The law of the result of a program on the line; none where it keeps more than its state from one noise to the next.
std::optional<LineLaw> line_law(const Program& program, const SamplerSettings& settings,
                                const std::shared_ptr<const Target>& target) {
    const ExactScore source(target, prediction_of(settings));
    const ScoreSource* const sources[] = {&source};
    return law_after(program, sources, LineLaw::normal(program.start.mean_of(0), program.start.scale_of(0)));
}

Table on_the_line(session::Engine& engine, const StudyRequest& request, StudyProgress& progress) {
    const std::shared_ptr<const Target> target = diffusion::open_target({.name = "mixture_a"});
    const std::vector<SamplerSettings> settings = stochastic_settings();
    Populations populations(engine, target, request);
    const LineLaw exact = law_of_mixture_a();
    constexpr std::array<double, 1> kLine = {1.0};
    const std::vector<float> draws = sorted_along(populations.of({}).draws(), kLine);
    const Chance chance(request.particles, settings.size() * kLineSteps.size());
    Table table = {.title = "Sample distributions on 0.3 N(-2, 0.2^2) + 0.7 N(2, 1), vp from N(0, 1), even steps",
                   .columns = {"sampler", "steps", "bias", "from prediction", "from draws", "allowed", "predicted mean",
                               "measured mean", "predicted variance", "measured variance", "pass"},
                   .rows = {},
                   .notes = {what_is_met(chance),
                             "The prediction is computed on a grid, for samplers whose state is a Markov chain. "
                             "dpmpp_sde keeps earlier estimates or draws; the second table judges it.",
                             what_misses()}};
    for (const SamplerSettings& sampler : settings) {
        for (const int steps : kLineSteps) {
            progress.next(fmt::format("{}, {} steps", describe(sampler), steps));
            const Program program = stochastic_program(sampler, target, steps, request.seed);
            const std::optional<LineLaw> law = line_law(program, sampler, target);
            if (!law) continue;
            const std::vector<float> sample = sorted_along(populations.of(sampler).run(program), kLine);
            const LawDistances distances = distances_of(sample, draws, *law, exact);
            const Moments moments = moments_of(sample);
            table.rows.push_back({describe(sampler), std::int64_t{steps}, distances.bias, distances.from_law,
                                  distances.from_draws, distances.bias + chance.from_draws, law->mean(), moments.mean,
                                  law->variance(), moments.variance, chance.allows(distances)});
        }
    }
    return table;
}

constexpr int kDirections = 4;

/// Evenly over the half circle.
std::array<double, 2> direction(int k) {
    const double angle = std::numbers::pi * k / kDirections;
    return {std::cos(angle), std::sin(angle)};
}

/// None where more steps are no finer ones.
std::optional<double> order_of(const SamplerSettings& settings, const std::shared_ptr<const Target>& target,
                               std::uint64_t seed) {
    if (!refines(settings)) return std::nullopt;
    const auto law_of = [&](int steps) {
        return plane_law_after(stochastic_program(settings, target, steps, seed), settings);
    };
    return order_of_bias(law_of, plane_law());
}

/// Samples of one target in the plane beside exact draws.
class PlaneTable {
  public:
    PlaneTable(const StudyRequest& request, std::size_t rows, const std::vector<float>& draws)
        : chance_(request.particles, rows * kDirections),
          table_{
              .title = "Sample distributions on N((1.5, -1), ((0.8, 0.3), (0.3, 0.3))), vp from N(0, I), even steps",
              .columns = {"sampler", "steps", "bias", "order", "from prediction", "from draws", "allowed",
                          "predicted mean", "measured mean", "predicted variance", "measured variance", "pass"},
              .rows = {},
              .notes = {
                  what_is_met(chance_),
                  "On a Gaussian target every sampler is an affine map of its noise draws, so the prediction is "
                  "exact. LawDistances: the largest along four directions. Mean and variance: of the first coordinate.",
                  fmt::format(
                      "Order: rate at which the largest error of mean and covariance falls from {} to {} steps; a "
                      "pass also needs at least {}. This finds wrong coefficients of a sampler, whose error does "
                      "not fall with the number of steps (order 0). No order if more steps are not smaller steps: "
                      "langevin, annealed_langevin and the corrector of predictor_corrector have their own step "
                      "size; consistency and lcm treat the denoiser as an exact consistency function.",
                      kCoarseSteps, kFineSteps, kLeastOrder),
                  what_misses()}} {
        for (int k = 0; k < kDirections; ++k) draws_.push_back(sorted_along(draws, direction(k)));
    }

    void add(const SamplerSettings& sampler, int steps, std::span<const float> states, const GaussianLaw& law,
             std::optional<double> order) {
        LawDistances largest;
        bool met = !order || *order >= kLeastOrder;
        Moments moments;
        for (int k = 0; k < kDirections; ++k) {
            const std::vector<float> sample = sorted_along(states, direction(k));
            const LawDistances distances = distances_of(sample, draws_[static_cast<std::size_t>(k)],
                                                        law.along(direction(k)), plane_law().along(direction(k)));
            met = met && chance_.allows(distances);
            largest = larger(largest, distances);
            if (k == 0) moments = moments_of(sample);
        }
        table_.rows.push_back({describe(sampler), std::int64_t{steps}, largest.bias, order ? Cell(*order) : Cell("-"),
                               largest.from_law, largest.from_draws, largest.bias + chance_.from_draws, law.mean[0],
                               moments.mean, law.covariance[0], moments.variance, met});
    }
    const Table& table() const { return table_; }

  private:
    Chance chance_;
    Table table_;
    std::vector<std::vector<float>> draws_;
};

Table in_the_plane(session::Engine& engine, const StudyRequest& request, StudyProgress& progress) {
    const std::shared_ptr<const Target> target = plane_target();
    const std::vector<SamplerSettings> settings = stochastic_settings();
    Populations populations(engine, target, request);
    PlaneTable table(request, settings.size() * kPlaneSteps.size(), populations.of({}).draws());
    for (const SamplerSettings& sampler : settings) {
        const std::optional<double> order = order_of(sampler, target, request.seed);
        for (const int steps : kPlaneSteps) {
            progress.next(fmt::format("{}, {} steps, plane", describe(sampler), steps));
            const Program program = stochastic_program(sampler, target, steps, request.seed);
            table.add(sampler, steps, populations.of(sampler).run(program), plane_law_after(program, sampler), order);
        }
    }
    return table.table();
}

}  // namespace

std::vector<Table> laws_study(session::Engine& engine, const StudyRequest& request) {
    StudyProgress progress(request, "laws", (kLineSteps.size() + kPlaneSteps.size()) * stochastic_settings().size());
    Table line = on_the_line(engine, request, progress);
    return {std::move(line), in_the_plane(engine, request, progress)};
}

}  // namespace scorefield::study
