#include <fmt/format.h>

#include <cmath>

#include "base/random.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/targets.hpp"
#include "study/agreement.hpp"
#include "study/engine_studies.hpp"
#include "study/gaussian_recursion.hpp"
#include "study/target_particles.hpp"

namespace scorefield::study {
namespace {

using namespace diffusion;

constexpr std::array<int, 3> kGaussianSteps = {10, 100, 1000};

SamplerSettings sampler_of(WayBack way) {
    SamplerSettings settings;
    if (way == WayBack::ddim) return settings;
    settings.name = "ddpm";
    if (way == WayBack::mean_only) settings.variance = "none";
    if (way == WayBack::noise_every_step || way == WayBack::posterior_noise) settings.final_noise = true;
    return settings;
}

/// The program of a sampler in even steps from t = 1 to 0; its noise brought to the exact posterior's where asked for.
Program program_of(WayBack way, double v, int steps) {
    Program program = compile_program(even_steps({.name = "additive"}, steps), Prediction::x0, sampler_of(way));
    if (way != WayBack::posterior_noise) return program;
    for (Op& op : program.ops) {
        auto* const blend = std::get_if<Blend>(&op.instruction);
        if (blend == nullptr) continue;
        const double t = static_cast<double>(steps - op.step) / steps;
        const double s = static_cast<double>(steps - op.step - 1) / steps;
        // The variance of x_s given x_t: the precisions of the step between them and of the marginal of x_s add up.
        const double variance = 1 / (1 / (t - s) + 1 / (v + s));
        for (NoiseTerm& term : blend->noise) term.coefficient = std::sqrt(variance);
    }
    return program;
}

/// Starts in two dimensions: N(0, 1) and N(0, 1 + v), which the process and the target keep apart.
std::vector<float> start_states(const StudyRequest& request, double v) {
    std::vector<float> states(std::size_t{request.particles} * 2);
    for (std::uint32_t i = 0; i < request.particles; ++i) {
        const std::array<float, 4> draws = base::normal4(request.seed, i, 0, 0, base::kInitStream);
        states[2 * std::size_t{i}] = draws[0];
        states[2 * std::size_t{i} + 1] = static_cast<float>(std::sqrt(1 + v)) * draws[1];
    }
    return states;
}

std::vector<float> coordinate(std::span<const float> states, std::size_t which) {
    std::vector<float> values;
    values.reserve(states.size() / 2);
    for (std::size_t i = which; i < states.size(); i += 2) values.push_back(states[i]);
    return values;
}

Table empty_table(const std::string& start, double v) {
    return {.title = fmt::format(
                "Variance at t = 0 of x_t = x_0 + sqrt(t) z, started from {} at t = 1; x_0 has variance {}", start, v),
            .columns = {"method", "steps", "predicted", "measured", "standard error", "z-score", "limit", "pass"},
            .rows = {},
            .notes = {fmt::format("Predicted: the exact recursion of the variance for that number of steps. 'pass': "
                                  "|z-score| <= {}. Limit: infinitely many steps.",
                                  kStandardErrors)}};
}

void add_row(Table& table, WayBack way, int steps, double v, double start, std::span<const float> values) {
    const Moments moments = moments_of(values);
    const bool stays = way == WayBack::posterior_noise && start == 1 + v;
    const double predicted = stays ? v : variance_after(way, v, start, steps);
    const double deviations = (moments.variance - predicted) / moments.variance_error;
    table.rows.push_back({std::string(kWaysBack[static_cast<std::size_t>(way)]), std::int64_t{steps}, predicted,
                          moments.variance, moments.variance_error, deviations, variance_limit(way, v, start),
                          std::abs(deviations) <= kStandardErrors});
}

}  // namespace

std::vector<Table> gaussian_study(session::Engine& engine, const StudyRequest& request) {
    const double v = request.target_variance;
    TargetParticles population(engine, diffusion::open_target({.name = "gaussian", .variance = v, .dim = 2}),
                               Prediction::x0, request);
    const std::vector<float> start = start_states(request, v);
    Table from_unit = empty_table("N(0, 1)", v);
    Table from_marginal = empty_table("the true marginal N(0, 1 + v)", v);
    StudyProgress progress(request, "gaussian", kWaysBack.size() * kGaussianSteps.size());
    for (std::size_t i = 0; i < kWaysBack.size(); ++i) {
        const auto way = static_cast<WayBack>(i);
        for (const int steps : kGaussianSteps) {
            progress.next(fmt::format("{}, {} steps", kWaysBack[i], steps));
            const std::vector<float> states = population.run(program_of(way, v, steps), start);
            add_row(from_unit, way, steps, v, 1, coordinate(states, 0));
            add_row(from_marginal, way, steps, v, 1 + v, coordinate(states, 1));
        }
    }
    from_unit.notes.emplace_back("With the mean only, far too little variance remains: the noise is needed.");
    from_marginal.notes.emplace_back(
        "Noise with the exact posterior variance reproduces the variance of x_0 for every number of steps; the other "
        "methods reach it only in the limit.");
    return {from_unit, from_marginal};
}

}  // namespace scorefield::study
