#pragma once

// Every sampler of an engine against the interpreter after every step, on an exact mixture and on the learned model,
// within what the roundings of single precision can do.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "diffusion/exact_score.hpp"
#include "diffusion/pilot.hpp"
#include "diffusion/sampler.hpp"
#include "sample/host_support.hpp"
#include "sample/rounding.hpp"

namespace scorefield::sample::every_sampler_test {

using diffusion::SamplerSettings;

inline constexpr std::uint64_t kSeed = 0x5eed'0000'0001;
inline constexpr int kSteps = 8;
/// Disturbed runs, and how far beyond the farthest of them a particle may be. A sum of many roundings is nearly normal,
/// and the disturbances are no smaller than roundings: of two such coordinates one is farther than six times the
/// farthest of 28 (14 runs of two coordinates) with probability 5e-12, against some 10⁵ comparisons.
inline constexpr unsigned kReplicas = 14;
inline constexpr double kBeyond = 6;

inline std::vector<diffusion::MixtureComponent> mixture() {
    return {{0.5, {-1.2, 0.4}, {0.3, 0.1, 0.1, 0.2}},
            {0.3, {1.1, 0.9}, {0.05, -0.02, -0.02, 0.1}},
            {0.2, {0.3, -1.3}, {0.2, 0, 0, 0.01}}};
}

/// Every sampler as it is by default, and those that have noise to add once more with it.
inline std::vector<SamplerSettings> every_sampler() {
    std::vector<SamplerSettings> all;
    for (const diffusion::SamplerInfo& info : diffusion::samplers()) {
        SamplerSettings settings = {.name = std::string(info.name)};
        for (const diffusion::SamplerParameter& parameter : info.parameters) {
            // A few evaluations show as much as a few hundred.
            if (parameter.name == "rtol") settings.rtol = 0.05;
            if (parameter.name == "atol") settings.atol = 0.05;
            if (parameter.name == "iterations") settings.iterations = 3;
        }
        all.push_back(settings);
    }
    all.push_back({.name = "ddim", .eta = 0.5});
    all.push_back({.name = "ddim", .clip = 1.0});
    all.push_back({.name = "ddpm", .variance = "small"});
    all.push_back({.name = "ddpm", .threshold = 0.9, .threshold_max = 2.0});
    all.push_back({.name = "edm_stochastic", .churn = 4.0});
    return all;
}

inline std::string describe(const SamplerSettings& settings) {
    return settings.name + (settings.clip || settings.threshold ? ", limited" : "") + (settings.eta ? ", noisy" : "");
}

/// Times uniform in λ, from as good as pure noise on.
inline std::vector<double> times_of(const diffusion::NoiseProcess& process) {
    const diffusion::TimeRange range = process.times();
    const double first = std::max(diffusion::log_snr(process.marginal(range.highest)), -5.0);
    const double last = std::min(diffusion::log_snr(process.marginal(range.lowest_noisy)), 3.0);
    std::vector<double> times;
    for (int i = 0; i < kSteps; ++i) times.push_back(process.time_at(first + (last - first) * i / (kSteps - 1)));
    return times;
}

/// The states of `run(request, sink)` after every step against the interpreter's.
template <typename Run>
void expect_as_interpreted(const SamplerSettings& settings, const diffusion::TimeGrid& grid,
                           const diffusion::Parametrisation& parametrisation, std::uint32_t particles,
                           const diffusion::ScoreSource& exact,
                           std::span<const std::unique_ptr<diffusion::ScoreSource>> rounded, const Run& run_on) {
    const auto dim = static_cast<std::size_t>(exact.dim());
    diffusion::Pilot pilot(exact, kSeed, 128);
    RunRequest request;
    request.program = diffusion::compile_program(grid, parametrisation, settings, &pilot);
    const diffusion::Program& program = request.program;
    request.seed = kSeed;
    request.particles = particles;
    request.trajectory = true;
    const std::vector<float> known(request.particles * dim, 0.25F);
    std::vector<float> mask(request.particles * dim, 0.0F);
    for (std::size_t i = 0; i < mask.size(); i += 3) mask[i] = 1;
    if (program.mask_register >= 0) {
        request.known = known;
        request.mask = mask;
    }
    const Collected got = collect(dim, request, run_on);

    std::deque<RoundedRun> runs;
    const std::vector<double> start = diffusion::initial_state(program, kSeed, {0, request.particles}, exact.dim());
    const std::vector<double> known_values(known.begin(), known.end());
    const std::vector<double> mask_values(mask.begin(), mask.end());
    const diffusion::ScoreSource* const sources[] = {&exact};
    std::vector<std::vector<double>> expected;
    diffusion::ProgramInputs inputs;
    if (program.mask_register >= 0) inputs = {known_values, mask_values};
    diffusion::interpret(
        program, sources, start, kSeed, {0, request.particles},
        [&](int, std::span<const double> state) { expected.emplace_back(state.begin(), state.end()); }, inputs);
    for (unsigned replica = 0; replica < kReplicas; ++replica) {
        runs.emplace_back(program, *rounded[replica], kSeed, request.particles, dim, replica);
        runs.back().load(program.init_register, start);
        if (program.mask_register < 0) continue;
        runs.back().load(program.known_register, known_values);
        runs.back().load(program.mask_register, mask_values);
    }
    std::size_t next = 0;
    double nearest_to_bound = 0;
    for (int step = 0; step < program.steps; ++step) {
        const std::size_t end = program.end_of_step(step);
        for (RoundedRun& run : runs) {
            for (std::size_t op = next; op < end; ++op) run.run(program.ops[op].instruction);
        }
        next = end;
        const auto state = static_cast<std::size_t>(step) + 1;
        for (std::size_t i = 0; i < request.particles; ++i) {
            // All coordinates of a particle share its rounding: the score mixes them.
            double bound = 0;
            double error = 0;
            for (std::size_t at = i * dim; at < (i + 1) * dim; ++at) {
                const double value = expected[state - 1][at];
                for (RoundedRun& run : runs) bound = std::max(bound, std::abs(run.state(program.result)[at] - value));
                const double difference =
                    std::abs(static_cast<double>(got.trajectory[state * request.particles * dim + at]) - value);
                error = std::isnan(difference) ? INFINITY : std::max(error, difference);
            }
            ASSERT_LE(error, kBeyond * bound) << describe(settings) << " under " << program.process << ", step " << step
                                              << " of " << program.steps << ", particle " << i;
            nearest_to_bound = std::max(nearest_to_bound, error / bound);
        }
    }
    // A bound that nothing comes near would prove nothing.
    EXPECT_GT(nearest_to_bound, 2e-3) << describe(settings);
}

/// Calls compare(settings, grid, prediction, exact, rounded) for every sampler, on the mixture under processes in turn.
template <typename Compare>
void on_an_exact_mixture(const Compare& compare) {
    constexpr const char* kProcesses[] = {"ddpm", "vp", "subvp", "ve", "ou", "additive", "edm", "flow"};
    const diffusion::Parametrisation x0 = diffusion::Prediction::x0;
    const diffusion::ExactScore exact(diffusion::GaussianMixture(mixture()), x0);
    std::vector<std::unique_ptr<diffusion::ScoreSource>> rounded;
    for (unsigned replica = 0; replica < kReplicas; ++replica) {
        rounded.push_back(rounded_mixture(mixture(), x0, replica));
    }
    std::size_t turn = 0;
    for (const SamplerSettings& settings : every_sampler()) {
        const auto process = diffusion::make_process({.name = kProcesses[turn++ % std::size(kProcesses)]});
        compare(settings, diffusion::TimeGrid(process, times_of(*process)), x0, exact, rounded);
    }
}

/// The same on the learned model.
template <typename Compare>
void on_the_learned_model(const model::Checkpoint& model, const Compare& compare) {
    const model::NetworkScore exact(model.network, model.tensors, "test");
    std::vector<std::unique_ptr<diffusion::ScoreSource>> rounded;
    for (unsigned replica = 0; replica < kReplicas; ++replica) rounded.push_back(rounded_network(model, replica));
    const auto process = diffusion::make_process(model.process);
    for (const SamplerSettings& settings : every_sampler()) {
        compare(settings, diffusion::TimeGrid(process, times_of(*process)),
                diffusion::Parametrisation(model.prediction), exact, rounded);
    }
}

}  // namespace scorefield::sample::every_sampler_test
