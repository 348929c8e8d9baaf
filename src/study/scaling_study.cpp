#include <algorithm>
#include <array>
#include <cmath>

#include "diffusion/sampler.hpp"
#include "diffusion/targets.hpp"
#include "study/engine_studies.hpp"
#include "study/target_particles.hpp"

namespace scorefield::study {
namespace {

using namespace diffusion;

/// One measurement is the best of as many.
constexpr int kRepeats = 3;

Program program_of(int steps) {
    return compile_program(even_steps({.name = "vp"}, steps), Prediction::x0, {});
}

double best_seconds(session::Engine& engine, const StudyRequest& request, std::uint32_t particles, int steps) {
    StudyRequest sized = request;
    sized.particles = particles;
    TargetParticles population(engine, diffusion::open_target({.name = "mixture_d"}), Prediction::x0, sized);
    const Program program = program_of(steps);
    double best = HUGE_VAL;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
        population.run(program);
        best = std::min(best, population.seconds());
    }
    return best;
}

}  // namespace

std::vector<Table> scaling_study(session::Engine& engine, const StudyRequest& request) {
    constexpr std::array<std::uint32_t, 3> kShares = {4, 2, 1};
    constexpr std::array<int, 3> kSteps = {25, 50, 100};
    constexpr double kAgreement = 0.2;
    StudyProgress progress(request, "scaling", kShares.size() + kSteps.size());
    Table table = {.title = "Seconds of ddim on an exact mixture in two dimensions",
                   .columns = {"particles", "steps", "seconds", "particle-steps/s", "ratio to linear", "pass"},
                   .rows = {},
                   .notes = {"Best of 3 runs each, start-up and warm-up excluded. Ratio: seconds divided by linear "
                             "scaling from the first row of the group. 'pass': within 0.2 of 1. Small sizes do not "
                             "fill a large device; the ratio is then below 1."}};
    double first = 0;
    const auto add = [&](std::uint32_t particles, int steps, bool begins) {
        progress.next(std::to_string(particles) + " particles, " + std::to_string(steps) + " steps");
        const double seconds = best_seconds(engine, request, particles, steps);
        const double work = static_cast<double>(particles) * steps;
        if (begins) first = seconds / work;
        const double ratio = seconds / work / first;
        table.rows.push_back({std::int64_t{particles}, std::int64_t{steps}, seconds, work / seconds, ratio,
                              std::abs(ratio - 1) <= kAgreement});
    };
    for (const std::uint32_t share : kShares) {
        add(std::max(request.particles / share, 1U), kSteps[1], share == kShares.front());
    }
    for (const int steps : kSteps) {
        add(std::max(request.particles / kShares.front(), 1U), steps, steps == kSteps.front());
    }
    return {table};
}

}  // namespace scorefield::study
