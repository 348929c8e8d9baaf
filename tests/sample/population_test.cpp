// A population goes to any state of its run, in any pieces of work, and every state is the same to the last bit.
#include "sample/population.hpp"

#include <cmath>
#include <future>
#include <map>
#include <random>

#include "base/error.hpp"
#include "sample/exact_source.hpp"
#include "sample/gpu_population.hpp"
#include "sample/small_network_test.hpp"

namespace scorefield::sample {
namespace {

class PopulationTest : public SmallNetworkTest {
  protected:
    static RunRequest request(const std::string& sampler, int steps, std::uint32_t particles) {
        RunRequest request;
        diffusion::SamplerSettings settings;
        settings.name = sampler;
        request.program = make_program(settings, steps);
        request.seed = 42;
        request.particles = particles;
        request.trajectory = true;
        return request;
    }

    /// The particles that are there, row-major, after the work of all recordings.
    static std::vector<float> rows_of(const GpuPopulation& population) {
        const ParticleView view = population.particles();
        const std::vector<float> planes = gpu::download<float>(device(), view.values);
        std::vector<float> rows;
        for (std::size_t i = 0; i < view.count; ++i) {
            for (std::size_t e = 0; e < view.dim; ++e) {
                rows.push_back(planes[(view.reg * view.dim + e) * view.stride + i]);
            }
        }
        return rows;
    }

    /// Lets the population arrive, in turns of so many operations, each a submission of its own. Returns the turns.
    static int arrive(Population& population, double operations = 1e300) {
        gpu::Recorder recorder(device(), "turn");
        int turns = 0;
        do {
            recorder.begin();
            population.advance({.recorder = &recorder, .operations = operations});
            device().wait(device().submit(recorder));
            ++turns;
        } while (!population.arrived());
        return turns;
    }

    static std::vector<float> state_of(const Collected& collected, int state) {
        const auto floats = static_cast<std::ptrdiff_t>(collected.samples.size());
        const auto begin = collected.trajectory.begin() + state * floats;
        return {begin, begin + floats};
    }

    /// Seeks here and there, in turns of any size, and compares with the trajectory of a run.
    static void expect_exact_seeks(GpuPopulation& population, const Collected& expected, int seeks, unsigned seed) {
        std::mt19937 random(seed);
        const auto below = [&](int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); };
        const double all = population.operations() * population.range().count;
        for (int i = 0; i < seeks; ++i) {
            const int state = below(population.program().steps + 1);
            population.seek(state);
            if (below(4) == 0) {  // goes somewhere else on the way
                gpu::Recorder recorder(device(), "on the way");
                recorder.begin();
                population.advance({.recorder = &recorder, .operations = all / 50});
                device().wait(device().submit(recorder));
                population.seek(below(population.program().steps + 1));
                population.seek(state);
            }
            arrive(population, below(2) == 0 ? all / 7 : 1e300);
            ASSERT_EQ(population.state(), state);
            ASSERT_EQ(rows_of(population), state_of(expected, state)) << "seek " << i << " to " << state;
        }
    }
};

// What is asked of time travel: a stochastic run of 100 steps, 100 seeks, and the memory that was granted.
TEST_F(PopulationTest, SeeksAreExactWithinTheirBudget) {
    const RunRequest asked = request("ddpm", 100, 2000);
    const Collected expected = collect(device(), sources, asked);
    const VkDeviceSize state_bytes = VkDeviceSize{2} * 2048 * sizeof(float);
    for (const auto& [shown, snapshots] :
         {std::pair<bool, std::uint64_t>{true, 33}, {true, 0}, {true, 1000}, {false, 9}}) {
        device().wait_idle();
        GpuPopulation population(device(), sources,
                                 {.particles = 2000, .registers = asked.program.registers, .shown = shown});
        population.keep_states(snapshots * state_bytes);
        population.load(asked.program, asked.seed, {0, 2000}, {});
        const auto table = device().memory().table();
        const auto kept = table.find("snapshots");
        if (snapshots == 0) {
            EXPECT_EQ(kept, table.end());
        } else {
            ASSERT_NE(kept, table.end());
            EXPECT_LE(kept->second.bytes, snapshots * state_bytes);
            EXPECT_GE(kept->second.count, std::min<std::uint64_t>(snapshots, 99) * 9 / 10);
        }
        expect_exact_seeks(population, expected, snapshots == 33 ? 100 : 6, 7);
    }
}

// A snapshot holds what later steps read, whatever the sampler keeps between steps. Expected are the states on the way
// from the start to the result.
TEST_F(PopulationTest, SeeksAreExactForEverySampler) {
    GpuPopulation population(device(), sources, {.particles = 400, .registers = 12, .shown = true});
    population.keep_states(20'000);
    int tested = 0;
    for (const diffusion::SamplerInfo& info : diffusion::samplers()) {
        if (info.piloted || info.masked) continue;
        const RunRequest asked = request(std::string(info.name), 8, 400);
        SCOPED_TRACE(info.name);
        ++tested;
        population.load(asked.program, asked.seed, {0, 400}, {});
        Collected expected;
        for (int state = 0; state <= 8; ++state) {
            population.seek(state);
            arrive(population);
            expected.samples = rows_of(population);
            expected.trajectory.insert(expected.trajectory.end(), expected.samples.begin(), expected.samples.end());
        }
        expect_exact_seeks(population, expected, 4, 3);
    }
    EXPECT_GT(tested, 20);
}

TEST_F(PopulationTest, GoesForwardOverKeptStatesWithoutComputingThem) {
    const RunRequest asked = request("ddpm", 10, 700);
    const Collected expected = collect(device(), sources, asked);
    GpuPopulation population(device(), sources,
                             {.particles = 700, .registers = asked.program.registers, .shown = true});
    population.keep_states(1 << 20);  // enough for all states
    population.load(asked.program, asked.seed, {0, 700}, {});
    gpu::Recorder recorder(device(), "seek");
    const auto operations_to = [&](int state) {
        recorder.begin();
        population.seek(state);
        const double done = population.advance({.recorder = &recorder});
        device().wait(device().submit(recorder));
        EXPECT_EQ(population.state(), state);
        EXPECT_EQ(rows_of(population), state_of(expected, state)) << state;
        return done;
    };
    const double first_steps = operations_to(8);
    EXPECT_GT(first_steps, 0);
    EXPECT_EQ(operations_to(2), 0);
    EXPECT_EQ(operations_to(3), 0);
    EXPECT_EQ(operations_to(7), 0);
    const double last_steps = operations_to(10);
    EXPECT_NEAR((first_steps + last_steps) / (population.operations() * 700), 1, 1e-12);
    // From inside the step after it.
    EXPECT_EQ(operations_to(0), 0);
    recorder.begin();
    population.seek(10);
    population.advance({.recorder = &recorder, .operations = 1});
    device().wait(device().submit(recorder));
    EXPECT_EQ(operations_to(9), 0);
}

TEST_F(PopulationTest, GivenStartsAndInputsAreThereAgainAfterGoingBack) {
    RunRequest asked = request("ddpm", 10, 700);
    diffusion::Program& program = asked.program;
    program.known_register = program.registers++;
    program.mask_register = program.registers++;
    program.ops.push_back({9, diffusion::Mask{0, program.known_register, 0}});
    std::vector<float> init(1400);
    std::vector<float> known(1400);
    std::vector<float> mask(1400);
    for (std::size_t i = 0; i < init.size(); ++i) {
        init[i] = std::sin(static_cast<float>(i));
        known[i] = std::cos(static_cast<float>(i));
        mask[i] = i % 3 == 0 ? 1.0F : 0.25F;
    }
    asked.init = session::rows_of(init, 2);
    asked.known = known;
    asked.mask = mask;
    const Collected expected = collect(device(), sources, asked);
    GpuPopulation population(device(), sources, {.particles = 1000, .registers = program.registers, .shown = true});
    population.keep_states(40'000);
    const StartInputs inputs = {.init = init, .known = known, .mask = mask};
    population.load(program, asked.seed, {0, 700}, inputs);
    expect_exact_seeks(population, expected, 30, 5);
    EXPECT_THROW(population.start({0, 700}, {.init = init, .known = known, .mask = {}}), std::logic_error);
    EXPECT_THROW(population.start({0, 699}, inputs), std::logic_error);
    EXPECT_THROW(population.seek(11), std::logic_error);
    EXPECT_THROW(population.seek(-1), std::logic_error);
}

// An evaluation of many layers is cut between them: no turn is longer than one dispatch, whatever the network.
TEST_F(PopulationTest, StopsInsideAnEvaluation) {
    const nn::MlpConfig wide = {2, 136, 4, 4};  // one dispatch per layer
    nn::GpuNetwork wide_network(device(), model::evaluation_graph(wide), random_network(wide, 3));
    NetworkSource wide_source(wide_network);
    GpuSource* const wide_sources[] = {&wide_source};
    RunRequest asked = request("ddim", 3, 700);
    const Collected expected = collect(device(), wide_sources, asked);
    GpuPopulation population(device(), wide_sources,
                             {.particles = 700, .registers = asked.program.registers, .shown = true});
    population.load(asked.program, asked.seed, {0, 700}, {});
    population.seek(3);
    const int turns = arrive(population, 1);
    // Two blocks (512 and 188), three steps, each an evaluation of 6 layers.
    EXPECT_EQ(turns, 2 * 3 * 6);
    EXPECT_EQ(rows_of(population), expected.samples);
}

TEST_F(PopulationTest, PassesOverManyPointsAreCutToo) {
    std::vector<float> points;
    for (int i = 0; i < 300; ++i) points.push_back(std::sin(static_cast<float>(i * i)));
    const diffusion::EmpiricalTarget target(points, 2);
    const std::unique_ptr<GpuSource> exact = make_exact_source(device(), target, diffusion::Prediction::epsilon);
    GpuSource* const exact_sources[] = {exact.get()};
    RunRequest asked = request("ddim", 2, 600);
    const Collected expected = collect(device(), exact_sources, asked);
    GpuPopulation population(device(), exact_sources,
                             {.particles = 600, .registers = asked.program.registers, .shown = true});
    population.load(asked.program, asked.seed, {0, 600}, {});
    population.seek(2);
    EXPECT_EQ(arrive(population, 1), 2 * 2 * 3);  // blocks, steps, 150 points in passes of 50
    EXPECT_EQ(rows_of(population), expected.samples);
}

TEST_F(PopulationTest, TurnsDoAboutWhatTheyMay) {
    const RunRequest asked = request("ddim", 20, 50'000);
    GpuPopulation population(device(), sources,
                             {.particles = 50'000, .registers = asked.program.registers, .shown = true});
    population.load(asked.program, asked.seed, {0, 50'000}, {});
    population.seek(20);
    const double all = population.operations() * 50'000;
    const double turn = all / 31;
    gpu::Recorder recorder(device(), "turn");
    double done = 0;
    while (!population.arrived()) {
        recorder.begin();
        const double now = population.advance({.recorder = &recorder, .operations = turn});
        device().wait(device().submit(recorder));
        done += now;
        // A block of 512 particles is the least that is taken on.
        EXPECT_LE(now, turn + population.operations() / 20 * gpu::kParticleMultiple);
        EXPECT_TRUE(population.arrived() || now >= turn) << now;
    }
    EXPECT_NEAR(done / all, 1, 1e-12);
    recorder.begin();
    EXPECT_EQ(population.advance({.recorder = &recorder, .operations = 1e9}), 0);
}

// Populations by turns on one network: its weights are there once, and neither disturbs what the other has begun.
TEST_F(PopulationTest, TwoShareTheWeightsAndNothingElse) {
    const nn::MlpConfig wide = {2, 136, 2, 4};  // activations between dispatches
    const std::size_t others = device().memory().table()["network weights"].count;
    nn::GpuNetwork wide_network(device(), model::evaluation_graph(wide), random_network(wide, 3));
    NetworkSource wide_source(wide_network);
    GpuSource* const wide_sources[] = {&wide_source};
    constexpr std::uint32_t kRun = 9'000;  // a run of all 50 000 takes minutes on software devices
    RunRequest first = request("ddpm", 2, kRun);
    RunRequest second = request("dpmpp_2m", 2, kRun);
    second.seed = 5;
    const Collected expected_first = collect(device(), wide_sources, first);
    const Collected expected_second = collect(device(), wide_sources, second);
    GpuPopulation a(device(), wide_sources, {.particles = 50'000, .registers = 4, .shown = true});
    GpuPopulation b(device(), wide_sources, {.particles = 50'000, .registers = 4, .shown = true});
    a.load(first.program, first.seed, {0, 50'000}, {});
    b.load(second.program, second.seed, {0, 50'000}, {});
    device().wait_idle();
    auto table = device().memory().table();
    EXPECT_EQ(table["network weights"].count, others + 1);
    EXPECT_EQ(table["particles"].count, 2U);
    EXPECT_EQ(table["time table"].count, 2U);
    a.load(first.program, first.seed, {0, kRun}, {});
    b.load(second.program, second.seed, {0, kRun}, {});
    a.seek(2);
    b.seek(2);
    gpu::Recorder recorder(device(), "both");
    while (!a.arrived() || !b.arrived()) {
        recorder.begin();
        a.advance({.recorder = &recorder, .operations = 1});
        b.advance({.recorder = &recorder, .operations = 1});
        device().wait(device().submit(recorder));
    }
    EXPECT_EQ(rows_of(a), expected_first.samples);
    EXPECT_EQ(rows_of(b), expected_second.samples);
}

// Other weights in the middle of an evaluation: it begins again, and the run ends as one that began with them would,
// but for the steps that were whole before. Here none was.
TEST_F(PopulationTest, AnEvaluationUnderWayBeginsAgainWithOtherWeights) {
    const nn::MlpConfig wide = {2, 136, 2, 4};
    const data::TensorMap others = random_network(wide, 9);
    nn::GpuNetwork changed(device(), model::evaluation_graph(wide), random_network(wide, 3));
    NetworkSource changed_source(changed);
    GpuSource* const changed_sources[] = {&changed_source};
    const gpu::Buffer trained = gpu::make_buffer<float>(device(), "trained", trained_list(wide, others));
    changed.prepare_loads(nn::tensors_of(wide));
    const RunRequest asked = request("ddim", 2, 400);
    GpuPopulation population(device(), changed_sources,
                             {.particles = 400, .registers = asked.program.registers, .shown = true});
    population.load(asked.program, asked.seed, {0, 400}, {});
    population.seek(2);
    gpu::Recorder recorder(device(), "weights");
    recorder.begin();
    for (int part = 0; part < 3; ++part) population.advance({.recorder = &recorder, .operations = 1});
    changed.record_load(recorder, trained);
    device().wait(device().submit(recorder));
    arrive(population);
    const std::vector<float> got = rows_of(population);

    // The same weights from the beginning, in the same way: tables in single precision.
    GpuPopulation fresh(device(), changed_sources,
                        {.particles = 400, .registers = asked.program.registers, .shown = true});
    fresh.load(asked.program, asked.seed, {0, 400}, {});
    fresh.seek(2);
    arrive(fresh);
    EXPECT_EQ(got, rows_of(fresh));
}

TEST_F(PopulationTest, MayStopWhereAnEvaluationEnds) {
    const nn::MlpConfig wide = {2, 136, 2, 4};
    nn::GpuNetwork wide_network(device(), model::evaluation_graph(wide), random_network(wide, 3));
    NetworkSource wide_source(wide_network);
    GpuSource* const wide_sources[] = {&wide_source};
    const RunRequest asked = request("ddim", 3, 400);
    GpuPopulation population(device(), wide_sources,
                             {.particles = 400, .registers = asked.program.registers, .shown = true});
    population.load(asked.program, asked.seed, {0, 400}, {});
    population.seek(3);
    gpu::Recorder recorder(device(), "turns");
    recorder.begin();
    population.advance({.recorder = &recorder, .operations = 1});
    EXPECT_TRUE(population.is_inside_evaluation());
    population.advance({.recorder = &recorder, .ends_with_evaluation = true});
    EXPECT_FALSE(population.is_inside_evaluation());
    EXPECT_FALSE(population.arrived());
    device().wait(device().submit(recorder));
}

// A step that was computed ahead costs nothing when it is due, and nothing of it is seen before.
TEST_F(PopulationTest, WorksAheadAndShowsItWhenItIsDue) {
    const RunRequest asked = request("ddpm", 6, 600);
    const Collected expected = collect(device(), sources, asked);
    GpuPopulation population(device(), sources,
                             {.particles = 600, .registers = asked.program.registers, .shown = true});
    population.load(asked.program, asked.seed, {0, 600}, {});
    arrive(population);
    gpu::Recorder recorder(device(), "turn");
    const double half = population.operations() * 600 / 6 / 2;
    for (int state = 0; state < 6; ++state) {
        EXPECT_FALSE(population.is_provided_for(state + 1));
        const std::uint64_t shown = population.times_shown();
        for (int turn = 0; turn < 3 && !population.is_provided_for(state + 1); ++turn) {
            population.seek(state + 1);
            recorder.begin();
            population.advance({.recorder = &recorder, .operations = half, .shows = false});
            device().wait(device().submit(recorder));
            population.seek(state);
            EXPECT_TRUE(population.arrived());
            EXPECT_EQ(population.state(), state);
            EXPECT_EQ(rows_of(population), state_of(expected, state));
        }
        ASSERT_TRUE(population.is_provided_for(state + 1));
        EXPECT_EQ(population.times_shown(), shown);
        population.seek(state + 1);
        recorder.begin();
        EXPECT_EQ(population.advance({.recorder = &recorder}), 0) << "it is computed already";
        device().wait(device().submit(recorder));
        EXPECT_TRUE(population.arrived());
        EXPECT_EQ(rows_of(population), state_of(expected, state + 1));
        EXPECT_EQ(population.times_shown(), shown + 1);
        if (state == 3) {  // what was worked on ahead is not needed after all
            population.seek(5);
            recorder.begin();
            population.advance({.recorder = &recorder, .operations = half, .shows = false});
            device().wait(device().submit(recorder));
            population.seek(1);
            arrive(population);
            EXPECT_EQ(rows_of(population), state_of(expected, 1));
            population.seek(4);
            arrive(population);
        }
    }
}

// On a long way the last state of each budget is shown; not so where the particles come from the start again.
TEST_F(PopulationTest, ShowsThatItMovesOnALongWayForward) {
    const RunRequest asked = request("ddpm", 20, 600);
    const Collected expected = collect(device(), sources, asked);
    GpuPopulation population(device(), sources,
                             {.particles = 600, .registers = asked.program.registers, .shown = true});
    population.load(asked.program, asked.seed, {0, 600}, {});
    arrive(population);
    population.seek(20);
    const double some = population.operations() * 600 / 20 * 3.5;
    gpu::Recorder recorder(device(), "turn");
    int before = 0;
    for (int turn = 0; turn < 3; ++turn) {
        recorder.begin();
        population.advance({.recorder = &recorder, .operations = some});
        device().wait(device().submit(recorder));
        EXPECT_GE(population.state(), before + 3);
        EXPECT_FALSE(population.arrived());
        EXPECT_EQ(rows_of(population), state_of(expected, population.state()));
        before = population.state();
    }
    population.seek(9);
    recorder.begin();
    population.advance({.recorder = &recorder, .operations = some});
    device().wait(device().submit(recorder));
    EXPECT_EQ(population.state(), before) << "a way back shows nothing";
}

TEST_F(PopulationTest, WhatCannotBeLoadedLeavesTheRunAlone) {
    const RunRequest asked = request("ddpm", 8, 600);
    const Collected expected = collect(device(), sources, asked);
    GpuPopulation population(device(), sources,
                             {.particles = 600, .registers = asked.program.registers, .shown = true});
    population.keep_states(1 << 20);
    population.load(asked.program, asked.seed, {0, 600}, {});
    population.seek(5);
    arrive(population);
    diffusion::Program missing = asked.program;
    missing.ops.push_back({7, diffusion::Eval{.source = 1}});
    EXPECT_THROW(population.load(missing, 1, {0, 10}, {}), base::Error);
    EXPECT_EQ(population.state(), 5);
    expect_exact_seeks(population, expected, 10, 11);

    // An exact target refuses an evaluation, after others were prepared.
    const diffusion::EmpiricalTarget target(std::vector<float>{0, 1, 1, 0}, 2);
    const std::unique_ptr<GpuSource> exact = make_exact_source(device(), target, diffusion::Prediction::epsilon);
    GpuSource* const both[] = {&source, exact.get()};
    GpuPopulation two(device(), both, {.particles = 600, .registers = asked.program.registers, .shown = true});
    two.load(asked.program, asked.seed, {0, 600}, {});
    diffusion::Program refused = asked.program;
    for (diffusion::Op& op : refused.ops) {
        if (auto* eval = std::get_if<diffusion::Eval>(&op.instruction)) eval->c_noise += 7;
    }
    refused.ops.push_back({7, diffusion::Eval{.source = 1, .sigma = 0}});
    EXPECT_THROW(two.load(refused, 1, {0, 10}, {}), base::Error);
    two.seek(8);
    arrive(two);
    EXPECT_EQ(rows_of(two), expected.samples);
}

TEST_F(PopulationTest, TakesWhatWasPreparedWhileItWentOn) {
    const RunRequest old = request("ddpm", 8, 600);
    const RunRequest next = request("ddim", 12, 500);
    const Collected before = collect(device(), sources, old);
    const Collected after = collect(device(), sources, next);
    const int registers = std::max(old.program.registers, next.program.registers);
    GpuPopulation population(device(), sources, {.particles = 600, .registers = registers, .shown = true});
    population.keep_states(1 << 20);
    population.load(old.program, old.seed, {0, 600}, {});
    population.seek(3);
    arrive(population);
    auto made = std::async(std::launch::async, [&] {
        return population.prepare(next.program, next.seed, {0, 500}, {});
    });
    population.seek(8);
    arrive(population);
    EXPECT_EQ(rows_of(population), before.samples);
    PreparedLoad prepared = made.get();
    device().wait_idle();
    const auto tables = device().memory().table();
    const std::uint64_t submissions = device().last_submission().value;
    population.load(std::move(prepared));
    EXPECT_EQ(device().last_submission().value, submissions);
    for (const auto& [name, memory] : device().memory().table()) {
        ASSERT_TRUE(tables.contains(name)) << name;
        EXPECT_LE(memory.bytes, tables.at(name).bytes) << name;
    }
    expect_exact_seeks(population, after, 10, 3);
}

TEST_F(PopulationTest, RefusesWhatAnotherPreparedOrWhatIsOutOfDate) {
    const RunRequest asked = request("ddpm", 8, 600);
    const PopulationSize size = {.particles = 600, .registers = asked.program.registers, .shown = true};
    GpuPopulation one(device(), sources, size);
    GpuPopulation other(device(), sources, size);
    EXPECT_THROW(other.load(one.prepare(asked.program, asked.seed, {0, 600}, {})), std::logic_error);
    PreparedLoad early = one.prepare(asked.program, asked.seed, {0, 600}, {});
    one.keep_states(1 << 20);
    one.load(asked.program, asked.seed, {0, 600}, {});
    EXPECT_THROW(one.load(std::move(early)), std::logic_error);
}

TEST_F(PopulationTest, RestartDrawsTheSameStartAndShowsTheOldStateMeanwhile) {
    const RunRequest asked = request("ddpm", 4, 600);
    const Collected expected = collect(device(), sources, asked);
    GpuPopulation population(device(), sources,
                             {.particles = 600, .registers = asked.program.registers, .shown = true});
    population.load(asked.program, asked.seed, {0, 600}, {});
    population.seek(4);
    arrive(population);
    population.restart();
    EXPECT_FALSE(population.arrived());
    gpu::Recorder recorder(device(), "turn");
    recorder.begin();
    population.advance({.recorder = &recorder, .operations = 1});
    device().wait(device().submit(recorder));
    EXPECT_EQ(population.state(), 4);
    EXPECT_EQ(rows_of(population), expected.samples);
    arrive(population);
    EXPECT_EQ(rows_of(population), expected.samples);
}

}  // namespace
}  // namespace scorefield::sample
