#include "sample/snapshot_plan.hpp"

#include <gtest/gtest.h>

#include "sample/support.hpp"

namespace scorefield::sample {
namespace {

diffusion::Program program_of(const std::string& sampler, int steps) {
    diffusion::SamplerSettings settings;
    settings.name = sampler;
    return make_program(settings, steps);
}

TEST(SnapshotPlan, KeepsTheRegistersThatLaterStepsRead) {
    diffusion::Program program;
    program.steps = 3;
    program.registers = 6;
    program.known_register = 4;
    program.mask_register = 5;
    program.result = 0;
    program.ops = {{0, diffusion::Eval{.dst = 1, .src = 0}},        // 1 is scratch of each step
                   {0, diffusion::Blend{2, {{0, 1}, {1, 1}}, {}}},  // 2 is read in step 1
                   {0, diffusion::Blend{0, {{2, 1}}, {}}},          //
                   {1, diffusion::Blend{1, {{0, 1}, {2, 1}}, {}}},  //
                   {1, diffusion::Blend{3, {{1, 1}}, {}}},          // 3 is read in step 2
                   {1, diffusion::Mask{0, 1, 4}},                   //
                   {2, diffusion::Blend{0, {{0, 1}, {3, 1}}, {}}}};
    EXPECT_EQ(registers_to_resume(program), (std::vector<int>{0, 2, 3}));
    program.ops.push_back({2, diffusion::Blend{4, {{4, 0.5}}, {}}});  // an input that changes
    EXPECT_EQ(registers_to_resume(program), (std::vector<int>{0, 2, 3, 4}));
}

TEST(SnapshotPlan, KeepsTheResultEvenWhereNothingReadsIt) {
    diffusion::Program program;
    program.steps = 2;
    program.registers = 2;
    program.result = 1;
    program.ops = {{0, diffusion::Blend{1, {{0, 1}}, {}}}, {1, diffusion::Blend{1, {{0, 2}}, {}}}};
    EXPECT_EQ(registers_to_resume(program), (std::vector<int>{0, 1}));
}

TEST(SnapshotPlan, OneStepMethodsKeepTheStateAlone) {
    for (const char* sampler : {"ddim", "ddpm", "heun"}) {
        EXPECT_EQ(registers_to_resume(program_of(sampler, 8)).size(), 1U) << sampler;
    }
    EXPECT_GT(registers_to_resume(program_of("dpmpp_2m", 8)).size(), 1U);
}

TEST(SnapshotPlan, SpacesAsManyAsTheBudgetHolds) {
    const diffusion::Program program = program_of("ddpm", 100);
    for (const auto& [budget, every, count] : {std::tuple<std::uint64_t, int, int>{0, 0, 0},
                                               {999, 0, 0},
                                               {1000, 50, 1},
                                               {9'000, 10, 9},
                                               {9'999, 10, 9},
                                               {99'000, 1, 99},
                                               {1'000'000, 1, 99}}) {
        const SnapshotPlan plan = plan_snapshots(program, 1000, budget);
        EXPECT_EQ(plan.every, every) << budget;
        EXPECT_EQ(plan.count, count) << budget;
        EXPECT_LE(static_cast<std::uint64_t>(plan.count) * plan.registers.size() * 1000, budget);
        EXPECT_EQ(plan.state_of(-1), 0);
        for (int state = 1; state < 100; ++state) {
            EXPECT_LT(plan.number_of(state), count) << state;
            EXPECT_EQ(plan.number_of(state) >= 0, every > 0 && state % every == 0) << state;
            if (plan.number_of(state) < 0) continue;
            EXPECT_EQ(plan.state_of(plan.number_of(state)), state);
        }
    }
    EXPECT_EQ(plan_snapshots(program_of("ddpm", 1), 1000, 1'000'000).count, 0);
}

}  // namespace
}  // namespace scorefield::sample
