// A population that the host computes beside the frames that show it.
#include "sample/host_shown_population.hpp"

#include <random>

#include "gpu/transfer.hpp"
#include "sample/host_network_source.hpp"
#include "sample/host_support.hpp"
#include "session/host_engine.hpp"
#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::sample {
namespace {

class HostShownPopulationTest : public gpu::GpuTest {
  protected:
    static constexpr std::uint32_t kParticles = 1100;
    static constexpr int kSteps = 7;

    HostShownPopulationTest() : source_(make_source()) {
        diffusion::SamplerSettings settings;
        settings.name = "ddpm";
        request_.program = make_program(settings, kSteps);
        request_.seed = 42;
        request_.particles = kParticles;
        request_.trajectory = true;
        expected_ = collect(source_.dim(), request_, [&](const RunRequest& asked, const session::BatchSink& sink) {
            session::run_batches(pool_, source_, asked, sink);
        });
    }

    static HostNetworkSource make_source() {
        const nn::MlpConfig config = {.dim = 2, .width = 24, .depth = 2, .features = 4};
        return HostNetworkSource(nn::HostNetwork(model::evaluation_graph(config), random_network(config, 5)));
    }

    std::unique_ptr<HostShownPopulation> open() const {
        const HostSource* const sources[] = {&source_};
        auto population =
            std::make_unique<HostShownPopulation>(device(), sources, kParticles, request_.program.registers, 2);
        population->load(request_.program, request_.seed, {0, kParticles}, {});
        return population;
    }

    static void frame(HostShownPopulation& population, bool shows = true) {
        gpu::Recorder recorder(device(), "frame");
        recorder.begin();
        EXPECT_EQ(population.advance({.recorder = &recorder, .shows = shows}), 0);
        device().wait(device().submit(recorder));
    }

    static void arrive(HostShownPopulation& population) {
        frame(population);
        while (!population.arrived()) {
            population.wait();
            frame(population);
        }
    }

    static std::vector<float> shown_by(const HostShownPopulation& population) {
        const ParticleView view = population.particles();
        const std::vector<float> planes = gpu::download<float>(device(), view.values);
        std::vector<float> rows;
        for (std::size_t i = 0; i < view.count; ++i) {
            for (std::size_t e = 0; e < view.dim; ++e) rows.push_back(planes[e * view.stride + i]);
        }
        return rows;
    }

    std::vector<float> state(int number) const {
        const auto floats = static_cast<std::ptrdiff_t>(expected_.samples.size());
        const auto begin = expected_.trajectory.begin() + number * floats;
        return {begin, begin + floats};
    }

    HostNetworkSource source_;
    base::ThreadPool pool_{2};
    RunRequest request_;
    Collected expected_;
};

TEST_F(HostShownPopulationTest, SeeksAreExact) {
    const std::unique_ptr<HostShownPopulation> population = open();
    std::mt19937 random(3);
    for (int seek = 0; seek < 30; ++seek) {
        if (seek == 10) population->keep_states(std::uint64_t{1} << 20U);
        if (seek == 20) population->restart();
        const int goal = static_cast<int>(random() % (kSteps + 1));
        if (random() % 3 == 0) {  // goes somewhere else on the way
            population->seek(static_cast<int>(random() % (kSteps + 1)));
            frame(*population, random() % 2 == 0);
        }
        population->seek(goal);
        arrive(*population);
        ASSERT_EQ(population->state(), goal);
        ASSERT_EQ(shown_by(*population), state(goal)) << "seek " << seek << " to " << goal;
    }
    EXPECT_THROW(population->seek(kSteps + 1), std::logic_error);
}

TEST_F(HostShownPopulationTest, WorksAheadAndShowsItWhenItIsDue) {
    const std::unique_ptr<HostShownPopulation> population = open();
    arrive(*population);
    for (int number = 0; number < kSteps; ++number) {
        EXPECT_FALSE(population->is_provided_for(number + 1));
        population->seek(number + 1);
        frame(*population, false);
        population->seek(number);
        EXPECT_TRUE(population->is_provided_for(number + 1));
        population->wait();
        frame(*population);
        EXPECT_TRUE(population->arrived());
        EXPECT_EQ(shown_by(*population), state(number));
        const std::uint64_t shown = population->times_shown();
        population->seek(number + 1);
        frame(*population);
        EXPECT_TRUE(population->arrived()) << "it was ready";
        EXPECT_EQ(population->times_shown(), shown + 1);
        EXPECT_EQ(shown_by(*population), state(number + 1));
    }
}

TEST_F(HostShownPopulationTest, TakesAnotherRunAndOtherParticles) {
    const std::unique_ptr<HostShownPopulation> population = open();
    population->seek(kSteps);
    frame(*population);
    population->start({300, 500}, {});
    population->seek(kSteps);
    arrive(*population);
    const std::vector<float> all = state(kSteps);
    EXPECT_EQ(shown_by(*population), std::vector<float>(all.begin() + 600, all.begin() + 1600));

    diffusion::Program broken = request_.program;
    broken.ops.push_back({kSteps - 1, diffusion::Eval{.source = 3}});
    EXPECT_THROW(population->load(broken, 1, {0, 10}, {}), base::Error);
    population->seek(2);
    arrive(*population);
    const std::vector<float> second = state(2);
    EXPECT_EQ(shown_by(*population), std::vector<float>(second.begin() + 600, second.begin() + 1600))
        << "the run that was loaded before goes on";

    population->load(request_.program, request_.seed, {0, kParticles}, {});
    arrive(*population);
    EXPECT_EQ(shown_by(*population), state(0));
}

TEST_F(HostShownPopulationTest, EndsWhileItWorks) {
    for (int i = 0; i < 20; ++i) {
        const std::unique_ptr<HostShownPopulation> population = open();
        population->seek(kSteps);
        frame(*population);
    }
}

}  // namespace
}  // namespace scorefield::sample
