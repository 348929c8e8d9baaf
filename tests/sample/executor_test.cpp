// What batching, sharding and repetition must not change, and programs beyond what samplers emit.
#include "sample/executor.hpp"

#include <cmath>

#include "base/error.hpp"
#include "model/network_score.hpp"
#include "sample/small_network_test.hpp"

namespace scorefield::sample {
namespace {

class ExecutorTest : public SmallNetworkTest {
  protected:
    Collected collect(const RunRequest& request) { return sample::collect(device(), sources, request); }

    RunRequest request(std::uint32_t particles, std::uint32_t chunk = 0) {
        RunRequest request;
        diffusion::SamplerSettings settings;
        settings.name = "ddpm";
        request.program = make_program(settings, 6);
        request.seed = 42;
        request.particles = particles;
        request.chunk = chunk;
        return request;
    }
};

TEST_F(ExecutorTest, ChunksChangeNothing) {
    const std::vector<float> whole = collect(request(257)).samples;
    EXPECT_EQ(collect(request(257, 1)).samples, whole);
    EXPECT_EQ(collect(request(257, 7)).samples, whole);
    const std::vector<float> many = collect(request(10'000, 1000)).samples;
    EXPECT_EQ(collect(request(10'000, 4096)).samples, many);
    EXPECT_TRUE(std::equal(whole.begin(), whole.end(), many.begin()));
}

TEST_F(ExecutorTest, ChunksChangeNothingInTrajectories) {
    RunRequest whole = request(50);
    whole.trajectory = true;
    RunRequest parts = request(50, 16);
    parts.trajectory = true;
    const Collected expected = collect(whole);
    EXPECT_EQ(collect(parts).trajectory, expected.trajectory);
    EXPECT_TRUE(std::equal(expected.samples.begin(), expected.samples.end(), expected.trajectory.end() - 100));
}

TEST_F(ExecutorTest, ShardsConcatenateToTheWhole) {
    const std::vector<float> whole = collect(request(100)).samples;
    std::vector<float> joined;
    for (const auto& [first, count] : {std::pair<std::uint32_t, std::uint32_t>{0, 33}, {33, 33}, {66, 34}}) {
        RunRequest part = request(count);
        part.first = first;
        const Collected result = collect(part);
        joined.insert(joined.end(), result.samples.begin(), result.samples.end());
    }
    EXPECT_EQ(joined, whole);
}

TEST_F(ExecutorTest, GivenStartStatesContinueATrajectory) {
    RunRequest original = request(300, 128);
    original.trajectory = true;
    const Collected expected = collect(original);
    RunRequest again = original;
    again.init = rows_of(std::span(expected.trajectory).first(600), 2);
    EXPECT_EQ(collect(again).trajectory, expected.trajectory);
}

TEST_F(ExecutorTest, StartsFromAMeanAndAScalePerCoordinate) {
    RunRequest asked = request(300, 128);
    asked.program.start = {{-3, 50}, {0.25, 7}};
    asked.trajectory = true;
    const std::vector<float> states = collect(asked).trajectory;
    const std::vector<double> exact = diffusion::initial_state(asked.program, asked.seed, {asked.first, 300}, 2);
    for (std::size_t i = 0; i < exact.size(); ++i) ASSERT_NEAR(static_cast<double>(states[i]), exact[i], 2e-5) << i;
}

TEST_F(ExecutorTest, SeedsDiffer) {
    RunRequest other = request(64);
    other.seed = 43;
    EXPECT_NE(collect(other).samples, collect(request(64)).samples);
}

TEST_F(ExecutorTest, RunsBlendsOfManyTermsAndDrawsLikeTheInterpreter) {
    diffusion::Program program;
    program.steps = 2;
    program.registers = 4;
    program.start = diffusion::StartLaw::normal(1.5);
    program.result = 3;
    program.ops = {{0, diffusion::Eval{.dst = 1, .src = 0, .c_in = 0.5, .c_noise = 300, .c_skip = 0.25, .c_out = 2}},
                   {0, diffusion::Blend{2, {{0, 1}, {1, -0.5}, {0, 0.125}}, {{0.5, 9, 1}, {-0.25, 9, 2}, {2, 10, 1}}}},
                   {0, diffusion::Blend{3, {{2, 1}, {1, 1}, {0, 1}}, {}}},
                   {1, diffusion::Eval{.dst = 3, .src = 3, .c_noise = 10, .c_skip = 1, .c_out = -1}},
                   {1, diffusion::Clamp{3, -0.75, 1.25}},
                   {1, diffusion::Blend{3, {{3, 2}, {2, 0.5}}, {{1, base::kSamplerStream, 5}}}}};
    RunRequest whole = request(1000, 300);
    whole.program = program;
    whole.first = 7;
    whole.trajectory = true;
    const Collected result = collect(whole);
    const model::NetworkScore score(config, tensors, "test");
    const diffusion::ScoreSource* const scores[] = {&score};
    const diffusion::ParticleRange range = {7, 1000};
    interpret(program, scores, initial_state(program, 42, range, 2), 42, range,
              [&](int step, std::span<const double> state) {
                  const std::size_t offset = (static_cast<std::size_t>(step) + 1) * state.size();
                  // A handful of float32 roundings of values below 20.
                  for (std::size_t i = 0; i < state.size(); ++i) {
                      ASSERT_NEAR(static_cast<double>(result.trajectory[offset + i]), state[i], 2e-5);
                  }
              });
}

TEST_F(ExecutorTest, RefusesBlocksOutsideTheRunOrOffItsGrid) {
    const RunRequest whole = request(2000);
    Executor executor(device(), sources, 2000, whole.program.registers);
    executor.load(whole.program, whole.seed);
    executor.set_particles({0, 2000});
    EXPECT_THROW(executor.set_particles({0, 2001}), std::logic_error);
    gpu::Recorder recorder(device(), "blocks");
    recorder.begin();
    EXPECT_THROW(executor.record(recorder, 0, 0, {100, 10}), std::logic_error);
    EXPECT_THROW(executor.record(recorder, 0, 0, {1536, 465}), std::logic_error);
}

TEST_F(ExecutorTest, AProgramThatAsksAMissingSourceIsRefusedByPlace) {
    RunRequest two = request(10);
    two.program.ops.push_back({5, diffusion::Eval{.source = 1}});
    try {
        collect(two);
        FAIL() << "no error";
    } catch (const base::Error& error) {
        const std::string place = "ops[" + std::to_string(two.program.ops.size() - 1) + "].source";
        EXPECT_NE(std::string(error.what()).find(place), std::string::npos);
        EXPECT_EQ(error.exit_status(), 2);
    }
}

TEST_F(ExecutorTest, AProgramThatIsNotValidIsRefused) {
    RunRequest wrong = request(10);
    wrong.program.result = wrong.program.registers;
    EXPECT_THROW(collect(wrong), base::Error);
    wrong.program.registers = 0;
    EXPECT_THROW(collect(wrong), std::logic_error);
}

TEST_F(ExecutorTest, SourcesOfDifferentDimensionsAndInputsOfTheWrongSizeAreMistakesOfTheCaller) {
    EXPECT_THROW(Executor(device(), {}, 10, 1), std::invalid_argument);
    const nn::MlpConfig other_config = {3, 8, 1, 2};
    nn::GpuNetwork other(device(), model::evaluation_graph(other_config), random_network(other_config, 1));
    NetworkSource other_source(other);
    GpuSource* const mixed[] = {&source, &other_source};
    EXPECT_THROW(Executor(device(), mixed, 10, 1), std::invalid_argument);

    RunRequest masked = request(10);
    masked.program.registers += 1;
    masked.program.mask_register = masked.program.registers - 1;
    EXPECT_THROW(collect(masked), std::invalid_argument);
    const std::vector<float> mask(18);
    masked.mask = mask;
    EXPECT_THROW(collect(masked), std::invalid_argument);
}

TEST_F(ExecutorTest, DivergenceIsAnErrorThatNamesTheParticle) {
    RunRequest exploding = request(10);
    exploding.program.ops.push_back({5, diffusion::Blend{0, {{0, 1e30}}, {}}});
    exploding.program.ops.push_back({5, diffusion::Blend{0, {{0, 1e30}}, {}}});
    try {
        collect(exploding);
        FAIL() << "no error";
    } catch (const base::Error& error) {
        EXPECT_NE(std::string(error.what()).find("particle 0"), std::string::npos);
        EXPECT_EQ(error.exit_status(), 1);
    }
}

}  // namespace
}  // namespace scorefield::sample
