// Programs on the host: every sampler against the interpreter, and populations that go to any state of their run, in
// any pieces of work, on any number of threads, with the same bits.
#include "sample/host_population.hpp"

#include <cmath>
#include <random>

#include "base/error.hpp"
#include "diffusion/sampler.hpp"
#include "sample/host_network_source.hpp"
#include "sample/host_support.hpp"
#include "session/host_engine.hpp"

namespace scorefield::sample {
namespace {

class HostPopulationTest : public ::testing::Test {
  protected:
    HostPopulationTest() : source_(make_source()) {}

    static HostNetworkSource make_source() {
        const nn::MlpConfig config = {.dim = 3, .width = 20, .depth = 2, .features = 4};
        return HostNetworkSource(nn::HostNetwork(model::evaluation_graph(config), random_network(config, 5)));
    }

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

    Collected collect_on(base::ThreadPool& pool, const RunRequest& request) const {
        return collect(source_.dim(), request, [&](const RunRequest& asked, const session::BatchSink& sink) {
            session::run_batches(pool, source_, asked, sink);
        });
    }

    static std::vector<float> state_of(const Collected& collected, int state) {
        const auto floats = static_cast<std::ptrdiff_t>(collected.samples.size());
        const auto begin = collected.trajectory.begin() + state * floats;
        return {begin, begin + floats};
    }

    static std::vector<float> rows_of(const HostPopulation& population) {
        std::vector<float> rows(population.range().count * population.dim());
        population.read(rows);
        return rows;
    }

    /// Lets the population arrive, in turns of so many operations. Returns the turns.
    static int arrive(HostPopulation& population, double operations = 1e300) {
        int turns = 0;
        for (; !population.arrived(); ++turns) population.advance({.operations = operations});
        return turns;
    }

    HostNetworkSource source_;
    base::ThreadPool pool_{2};
};

TEST_F(HostPopulationTest, ResultsDoNotDependOnThreadsChunksAndShards) {
    for (const char* sampler : {"ddpm", "dpmpp_sde"}) {
        RunRequest asked = request(sampler, 6, 1000);
        const Collected whole = collect_on(pool_, asked);
        for (const std::uint32_t chunk : {7U, 191U, 192U, 300U}) {
            base::ThreadPool other(chunk % 2 == 0 ? 1 : 3);
            asked.chunk = chunk;
            const Collected parts = collect_on(other, asked);
            EXPECT_EQ(parts.samples, whole.samples) << sampler << " in chunks of " << chunk;
            EXPECT_EQ(parts.trajectory, whole.trajectory) << sampler << " in chunks of " << chunk;
        }
        RunRequest shard = request(sampler, 6, 333);
        shard.first = 400;
        const std::size_t dim = source_.dim();
        const auto begin = whole.samples.begin() + static_cast<std::ptrdiff_t>(400 * dim);
        EXPECT_EQ(collect_on(pool_, shard).samples,
                  std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(333 * dim)));
    }
}

// One thread takes several blocks at a time, the last time fewer.
TEST_F(HostPopulationTest, ResultsDoNotDependOnBlocksThatAreTakenTogether) {
    base::ThreadPool one(1);
    RunRequest asked = request("ddpm", 5, 192 * 37 + 5);
    const Collected together = collect_on(one, asked);
    asked.chunk = 192;
    const Collected alone = collect_on(one, asked);
    EXPECT_EQ(together.samples, alone.samples);
    EXPECT_EQ(together.trajectory, alone.trajectory);
}

TEST_F(HostPopulationTest, SeeksAreExactWithinTheirBudget) {
    const RunRequest asked = request("ddpm", 100, 700);
    const Collected expected = collect_on(pool_, asked);
    constexpr std::uint64_t kStateBytes = std::uint64_t{3} * 768 * sizeof(float);
    std::mt19937 random(7);
    const auto below = [&](int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); };
    const HostSource* const sources[] = {&source_};
    for (const std::uint64_t snapshots : {33U, 0U, 1000U}) {
        HostPopulation population(pool_, sources, 700, asked.program.registers);
        population.keep_states(snapshots * kStateBytes);
        population.load(asked.program, asked.seed, {0, 700}, {});
        EXPECT_LE(population.kept_bytes(), snapshots * kStateBytes);
        EXPECT_GE(population.kept_bytes(), std::min<std::uint64_t>(snapshots, 99) * kStateBytes * 9 / 10);
        const double all = population.operations() * 700;
        for (int i = 0; i < (snapshots == 33 ? 100 : 8); ++i) {
            const int state = below(101);
            population.seek(state);
            if (below(4) == 0) {  // goes somewhere else on the way
                population.advance({.operations = all / 300});
                population.seek(below(101));
                population.advance({.operations = all / 700});
                population.seek(state);
            }
            arrive(population, below(2) == 0 ? all / 7 : below(2) == 0 ? all / 250 : 1e300);
            ASSERT_EQ(population.state(), state);
            ASSERT_EQ(rows_of(population), state_of(expected, state)) << "seek " << i << " to " << state;
        }
    }
}

TEST_F(HostPopulationTest, SeeksAreExactForEverySampler) {
    const HostSource* const sources[] = {&source_};
    HostPopulation population(pool_, sources, 400, 12);
    population.keep_states(100'000);
    std::mt19937 random(3);
    int tested = 0;
    for (const diffusion::SamplerInfo& info : diffusion::samplers()) {
        if (info.piloted || info.masked) continue;
        const RunRequest asked = request(std::string(info.name), 8, 400);
        const Collected expected = collect_on(pool_, asked);
        ++tested;
        population.load(asked.program, asked.seed, {0, 400}, {});
        for (int i = 0; i < 8; ++i) {
            const int state = static_cast<int>(random() % 9);
            population.seek(state);
            arrive(population, population.operations() * 60);
            ASSERT_EQ(rows_of(population), state_of(expected, state)) << info.name << ", state " << state;
        }
    }
    EXPECT_GT(tested, 20);
}

TEST_F(HostPopulationTest, WorkIsCutByTheBudget) {
    const RunRequest asked = request("ddim", 10, 2000);
    const HostSource* const sources[] = {&source_};
    HostPopulation population(pool_, sources, 2000, asked.program.registers);
    population.load(asked.program, asked.seed, {0, 2000}, {});
    const double all = population.operations() * 2000;
    population.seek(10);
    EXPECT_EQ(arrive(population), 1);
    population.restart();
    const int turns = arrive(population, all / 40);
    EXPECT_GE(turns, 30);  // a block is not divided
    EXPECT_LE(turns, 60);
    population.restart();
    population.seek(1);
    population.advance({.operations = all / 40});
    EXPECT_FALSE(population.arrived());
    EXPECT_EQ(population.state(), 0);
    std::vector<float> rows(6000);
    EXPECT_THROW(population.read(rows), std::logic_error);
    // One step and no more.
    population.restart();
    population.seek(5);
    population.advance({.ends_with_evaluation = true});
    EXPECT_EQ(population.state(), 1);
}

TEST_F(HostPopulationTest, StartsFromInputsAndRefusesOthers) {
    RunRequest asked = request("ddim", 4, 250);
    const HostSource* const sources[] = {&source_};
    HostPopulation population(pool_, sources, 250, asked.program.registers);
    const std::vector<float> init(750, 0.5F);
    population.load(asked.program, 1, {0, 250}, {.init = init, .known = {}, .mask = {}});
    arrive(population);
    EXPECT_EQ(rows_of(population), init);
    const std::vector<float> few(749, 0.5F);
    EXPECT_THROW(population.start({0, 250}, {.init = few, .known = {}, .mask = {}}), std::logic_error);
    EXPECT_THROW(population.start({0, 251}, {}), std::logic_error);
    EXPECT_THROW(population.start({0, 0}, {}), std::logic_error);
    EXPECT_THROW(population.seek(5), std::logic_error);
    diffusion::Program other = asked.program;
    other.ops.front().instruction = diffusion::Eval{.source = 1, .sigma = 1};
    EXPECT_THROW(population.load(other, 1, {0, 250}, {}), base::Error);
    // What was loaded goes on.
    EXPECT_THROW(population.load(request("ddim", 2, 250).program, 1, {0, 251}, {}), std::logic_error);
    population.seek(4);
    arrive(population);
    EXPECT_EQ(population.state(), 4);
    EXPECT_EQ(population.range().count, 250U);
}

TEST_F(HostPopulationTest, DivergenceNamesTheParticle) {
    RunRequest asked = request("ddim", 2, 300);
    asked.trajectory = false;
    std::vector<float> init(900, 0.0F);
    init[3 * 217] = std::numeric_limits<float>::infinity();
    asked.init = session::rows_of(init, 3);
    asked.first = 1000;
    try {
        collect_on(pool_, asked);
        FAIL() << "no error";
    } catch (const base::Error& error) {
        EXPECT_NE(std::string(error.what()).find("particle 1217"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace scorefield::sample
