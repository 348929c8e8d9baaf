// Branches: runs that begin with a state of another one and go on with steps of their own.
#include "diffusion/branch.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>
#include <set>

#include "base/error.hpp"
#include "diffusion/interpreter.hpp"
#include "diffusion/program_check.hpp"
#include "model/model.hpp"
#include "sample/build_program.hpp"

namespace scorefield::sample {
namespace {

using diffusion::Program;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::uint32_t kParticles = 50;

model::Model open_target(const std::string& process, const std::string& target = "mixture_d") {
    model::ModelSpec spec;
    spec.target = model::TargetSpec{.name = target, .argument = {}, .scaling = {}};
    spec.process.name = process;
    spec.prediction = diffusion::Prediction::x0;
    return model::open_model(spec);
}

SamplingSpec spec_of(const std::string& sampler, int steps, std::uint64_t seed = 3) {
    SamplingSpec spec;
    spec.sampler.name = sampler;
    spec.steps = steps;
    spec.seed = seed;
    spec.particles = kParticles;
    return spec;
}

/// `trunk` up to a state, then the sampler, steps and seed of `own`.
SamplingSpec branched(SamplingSpec trunk, int step, const SamplingSpec& own) {
    trunk.branch = Branch{step, own.sampler, own.steps, own.spacing, own.spacing_is_automatic, own.timesteps, own.seed};
    return trunk;
}

/// The states of all steps, in double precision, that `program` reaches with the seed of the trunk.
std::vector<std::vector<double>> states_of(const Program& program, const model::Model& model, std::uint64_t seed) {
    const auto score = model.host_score();
    const diffusion::ScoreSource* const sources[] = {score.get()};
    const diffusion::ParticleRange range = {0, kParticles};
    const int dim = static_cast<int>(model.dim());
    std::vector<std::vector<double>> states = {diffusion::initial_state(program, seed, range, dim)};
    diffusion::interpret(program, sources, states[0], seed, range,
                         [&](int, std::span<const double> state) { states.emplace_back(state.begin(), state.end()); });
    return states;
}

TEST(Branch, HasTheStatesOfTheTrunkAndThenItsOwn) {
    std::mt19937 draw(17);
    const std::vector<std::string> samplers = {"ddim", "ddpm", "heun", "dpmpp_2m", "gamma", "predictor_corrector"};
    const auto drawn = [&draw](int first, int count) {
        return first + static_cast<int>(draw() % static_cast<std::uint32_t>(count));
    };
    const auto drawn_sampler = [&] { return samplers[static_cast<std::size_t>(drawn(0, 6))]; };
    for (int round = 0; round < 24; ++round) {
        const model::Model model = open_target(round % 2 == 0 ? "ddpm" : "ve");
        SamplingSpec trunk = spec_of(drawn_sampler(), 12);
        trunk.steps = drawn(8, 10);
        SamplingSpec own = spec_of(drawn_sampler(), 12, 9);
        own.steps = drawn(18, 20);
        const auto trunk_states = states_of(build_program(trunk, model), model, trunk.seed);
        const int step = drawn(0, trunk.steps);
        const Program program = build_program(branched(trunk, step, own), model);
        const auto states = states_of(program, model, trunk.seed);
        for (std::size_t k = 0; k <= static_cast<std::size_t>(step); ++k) {
            EXPECT_EQ(states[k], trunk_states[k]) << trunk.sampler.name << " " << own.sampler.name << " " << k;
        }
        // From the last level above 0, every one of these samplers may go to the predicted x0 in one step.
        if (step < trunk.steps - 2) {
            EXPECT_NE(states.back(), trunk_states.back())
                << trunk.sampler.name << " " << own.sampler.name << " " << step;
        }
        EXPECT_EQ(program.steps + 1, static_cast<int>(states.size()));
    }
}

/// Steps that depend on the state alone: the same nodes give the same coefficients.
TEST(Branch, WithoutNoiseAndWithEqualSettingsIsTheTrunk) {
    for (const char* sampler : {"ddim", "heun", "gamma"}) {
        const model::Model model = open_target("vp");
        SamplingSpec trunk = spec_of(sampler, 15);
        if (trunk.sampler.name == "gamma") trunk.sampler.gamma = 0;
        const auto expected = states_of(build_program(trunk, model), model, trunk.seed);
        for (const int step : {0, 1, 7, 14}) {
            EXPECT_EQ(states_of(build_program(branched(trunk, step, trunk), model), model, trunk.seed), expected)
                << sampler << " " << step;
        }
    }
}

std::set<std::pair<std::uint32_t, std::uint32_t>> draws_of(const Program& program, int first, int last) {
    std::set<std::pair<std::uint32_t, std::uint32_t>> draws;
    for (const diffusion::Op& op : program.ops) {
        const auto* const blend = std::get_if<diffusion::Blend>(&op.instruction);
        if (blend == nullptr || op.step < first || op.step >= last) continue;
        for (const diffusion::NoiseTerm& term : blend->noise) draws.emplace(term.stream, term.index);
    }
    return draws;
}

TEST(Branch, TakesNoDrawOfTheTrunkWithTheSameSeed) {
    const model::Model model = open_target("vp");
    for (const char* sampler : {"ddpm", "predictor_corrector", "dpmpp_sde"}) {
        const SamplingSpec trunk = spec_of(sampler, 12);
        const Program whole = build_program(trunk, model);
        const Program same = build_program(branched(trunk, 6, trunk), model);
        SamplingSpec other_seed = trunk;
        other_seed.seed = trunk.seed + 1;
        const Program other = build_program(branched(trunk, 6, other_seed), model);
        const auto of_trunk = draws_of(whole, 0, 12);
        const auto of_branch = draws_of(same, 6, same.steps);
        const auto of_other = draws_of(other, 6, other.steps);
        EXPECT_EQ(of_branch.size(), of_other.size());
        EXPECT_GT(of_branch.size(), 0U) << sampler;
        for (const auto& one : of_branch) {
            EXPECT_FALSE(of_trunk.contains(one)) << sampler;
            EXPECT_FALSE(of_other.contains(one)) << sampler;
        }
        EXPECT_EQ(draws_of(same, 0, 6), draws_of(whole, 0, 6)) << sampler;
    }
}

/// One Brownian path for both: the coefficients are those of the trunk, up to rounding of the clock.
TEST(Branch, GoesOnAlongThePathOfTheTrunk) {
    const model::Model model = open_target("vp");
    SamplingSpec trunk = spec_of("ddpm", 16);
    trunk.sampler.one_path = true;
    const auto expected = states_of(build_program(trunk, model), model, trunk.seed);
    EXPECT_EQ(states_of(build_program(branched(trunk, 5, trunk), model), model, trunk.seed), expected);
    SamplingSpec other = trunk;
    other.seed = 4;
    EXPECT_NE(states_of(build_program(branched(trunk, 5, other), model), model, trunk.seed).back(), expected.back());
}

/// Gaussian data. If a state were at the next level of the trunk's 40, the samples would have a standard deviation that
/// is 7% (step 30) or 12% (step 36) larger. Solvers without noise come within 4%; with noise, the check's 512 particles
/// alone make errors of 3%.
TEST(Branch, EndsAtTheDataFromEverySampler) {
    const double deviation = std::sqrt(diffusion::GaussianData().variance);
    const model::Model model = open_target("vp", "gaussian");
    for (const diffusion::SamplerInfo& info : diffusion::samplers()) {
        const bool is_right = !info.from_data && !info.masked && info.caveat.empty();
        if (!is_right || info.levels != diffusion::StateLevels::grid) continue;
        const double tolerance = (info.stochastic ? 0.1 : 0.05) * deviation;
        const SamplingSpec trunk = spec_of(std::string(info.name), 40);
        for (const int step : {30, 36}) {
            const Program program = build_program(branched(trunk, step, spec_of("ddim", 1000)), model);
            const auto check = diffusion::check_on_gaussian(program, model.parametrisation);
            ASSERT_TRUE(check) << info.name;
            EXPECT_NEAR(check->deviation, deviation, tolerance) << info.name << " " << step;
        }
    }
}

TEST(Branch, GoesThroughTheLevelsOfItsOwnBelowTheState) {
    const model::Model model = open_target("vp");
    const SamplingSpec trunk = spec_of("ddim", 10);
    SamplingSpec own = spec_of("ddim", 50);
    own.timesteps = {0.9, 0.62, 0.4, 0.31, 0.1};
    const auto times_after = [&](int step) {
        std::vector<double> times;
        for (const diffusion::Op& op : build_program(branched(trunk, step, own), model).ops) {
            if (op.step >= step) times.push_back(std::get<diffusion::Eval>(op.instruction).t);
        }
        return times;
    };
    const double state = time_grid_of(trunk, model).steps()[5].from.t;
    ASSERT_GT(state, 0.4);
    ASSERT_LT(state, 0.62);
    EXPECT_EQ(times_after(5), (std::vector<double>{state, 0.4, 0.31, 0.1}));
    EXPECT_EQ(times_after(9).size(), 1U + (time_grid_of(trunk, model).steps()[9].from.t > 0.1 ? 1 : 0));
}

TEST(Branch, IsRefusedWhereItCannotBegin) {
    const model::Model model = open_target("vp");
    const auto refuses = [&](const SamplingSpec& trunk, int step, const SamplingSpec& own, const std::string& why) {
        EXPECT_THAT([&] { build_program(branched(trunk, step, own), model); },
                    ThrowsMessage<base::Error>(testing::AllOf(HasSubstr("`branch`"), HasSubstr(why))));
    };
    const SamplingSpec ddim = spec_of("ddim", 10);
    refuses(ddim, 10, ddim, "no noise is left");
    refuses(ddim, 11, ddim, "no state 11");
    refuses(spec_of("langevin", 10), 3, ddim, "langevin");
    refuses(spec_of("rk45", 10), 3, ddim, "rk45");
    refuses(ddim, 3, spec_of("langevin", 10), "langevin");
    refuses(ddim, 3, spec_of("ddim_inverse", 10), "from data to noise");
    SamplingSpec program = ddim;
    program.program = "three_states";
    refuses(program, 3, ddim, "a program from a file");
    SamplingSpec low = ddim;
    low.timesteps = {0.5, model.process->times().lowest_noisy};
    SamplingSpec short_of_data = ddim;
    short_of_data.spacing.final = "sigma_min";
    refuses(low, 1, short_of_data, "or above it");
}

TEST(Branch, SharesStatesWithItsTrunkAndItsOtherBranches) {
    const SamplingSpec trunk = spec_of("ddim", 10);
    const SamplingSpec early = branched(trunk, 3, spec_of("ddpm", 20));
    const SamplingSpec late = branched(trunk, 7, spec_of("heun", 5));
    EXPECT_EQ(last_shared_state(trunk, late), 7);
    EXPECT_EQ(last_shared_state(early, trunk), 3);
    EXPECT_EQ(last_shared_state(late, early), 3);
    EXPECT_EQ(last_shared_state(trunk, trunk), std::nullopt);
    EXPECT_EQ(last_shared_state(spec_of("ddim", 11), late), std::nullopt);
}

}  // namespace
}  // namespace scorefield::sample
