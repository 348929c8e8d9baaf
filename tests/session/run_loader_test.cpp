// Runs are loaded on another thread, with memory if they are larger, and taken over between two frames.
#include "session/run_loader.hpp"

#include <cmath>
#include <future>
#include <string>

#include "base/error.hpp"
#include "session/offline_frames.hpp"
#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::session {
namespace {

class RunLoaderTest : public gpu::GpuTest {
  protected:
    static model::Model gaussian() {
        model::ModelSpec exact;
        exact.target = model::TargetSpec{.name = "gaussian", .argument = {}, .scaling = {}};
        return model::open_model(exact);
    }

    static PreparedRun run_of(std::uint32_t particles) {
        sample::SamplingSpec spec;
        spec.sampler.name = "ddpm";
        spec.spacing.name = "leading";
        spec.steps = 4;
        spec.particles = particles;
        return prepare_run(spec, gaussian());
    }

    /// A run with more particles and more registers than small_scene has.
    static PreparedRun larger_run() {
        PreparedRun run = run_of(60'000);
        run.program.registers = 9;
        return run;
    }

    static std::unique_ptr<Scene> make_scene(const PreparedRun& run) {
        auto scene = std::make_unique<Scene>(device(), gaussian(), run, Reference(), VkExtent2D{64, 48});
        scene->player().keep_states();
        return scene;
    }

    static std::unique_ptr<Scene> small_scene() { return make_scene(run_of(1000)); }

    /// A picture of the result, coloured by the particles' origins.
    static render::Picture result_of(Scene& scene) {
        render::Picture result;
        OfflineFrames frames(device(), scene, "", [&](const render::Picture& picture) { result = picture; });
        scene.player().playback().stop_at(scene.player().program().steps);
        scene.fit_camera();
        render::ViewSpec view;
        view.look.mode = render::ColourMode::origin;
        frames.add(view);
        frames.finish();
        return result;
    }

    /// As the viewer does.
    static std::optional<LoadedRun> load_on_another_thread(const Scene& scene, const PreparedRun& run) {
        return std::async(std::launch::async, [&, loader = scene.run_loader()] { return loader.load(run); }).get();
    }

    /// The scene takes the run over without submitting anything or making memory of these names.
    static void expect_taken_as_it_is(Scene& scene, const PreparedRun& run, LoadedRun loaded,
                                      std::initializer_list<const char*> names) {
        device().wait_idle();
        const auto before = device().memory().table();
        const std::uint64_t submissions = device().last_submission().value;
        scene.take(run, std::move(loaded));
        EXPECT_EQ(device().last_submission().value, submissions);
        const auto after = device().memory().table();
        for (const char* name : names) {
            ASSERT_TRUE(before.contains(name)) << name;
            EXPECT_LE(after.at(name).bytes, before.at(name).bytes) << name;
        }
    }
};

TEST_F(RunLoaderTest, IsTakenOverWithoutWaitingForTheGpuOrMakingItsMemory) {
    const PreparedRun run = larger_run();
    const render::Picture expected = result_of(*make_scene(run));
    const std::unique_ptr<Scene> scene = small_scene();
    result_of(*scene);
    std::optional<LoadedRun> loaded = load_on_another_thread(*scene, run);
    ASSERT_TRUE(loaded);
    ASSERT_TRUE(loaded->population);
    EXPECT_TRUE(loaded->origins);
    expect_taken_as_it_is(*scene, run, std::move(*loaded),
                          {"particles", "shown particles", "snapshots", "origin", "sums over terms"});
    EXPECT_EQ(scene->player().count(), 60'000U);
    EXPECT_EQ(result_of(*scene), expected);
    // The memory of the old particles is freed when the GPU has finished with them.
    device().wait_idle();
    EXPECT_EQ(device().memory().table().at("particles").count, 1U);
}

TEST_F(RunLoaderTest, IsMadeByTheSceneWhereItIsMissing) {
    const PreparedRun run = larger_run();
    const render::Picture expected = result_of(*make_scene(run));
    const std::unique_ptr<Scene> scene = small_scene();
    scene->take(run);
    EXPECT_EQ(result_of(*scene), expected);
}

TEST_F(RunLoaderTest, IsEmptyWhereTheSceneHasEnough) {
    const std::unique_ptr<Scene> scene = small_scene();
    const std::optional<LoadedRun> loaded = scene->run_loader().load(run_of(500));
    ASSERT_TRUE(loaded);
    EXPECT_FALSE(loaded->population);
    EXPECT_FALSE(loaded->origins);
}

TEST_F(RunLoaderTest, HoldsTablesAndStartStatesOfARunThatFits) {
    PreparedRun run = run_of(500);
    run.start.resize(std::size_t{500} * 2);
    for (std::size_t i = 0; i < run.start.size(); ++i) run.start[i] = std::sin(static_cast<float>(i));
    const render::Picture expected = result_of(*make_scene(run));
    const std::unique_ptr<Scene> scene = small_scene();
    result_of(*scene);
    std::optional<LoadedRun> loaded = load_on_another_thread(*scene, run);
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(loaded->load);
    expect_taken_as_it_is(*scene, run, std::move(*loaded), {"start states", "blends", "blends staging", "snapshots"});
    EXPECT_EQ(result_of(*scene), expected);
}

TEST_F(RunLoaderTest, IsNotMadeForABadRequest) {
    PreparedRun run = run_of(500);
    run.program.ops.push_back({3, diffusion::Eval{.source = 1}});
    EXPECT_THROW(small_scene()->run_loader().load(run), base::Error);
}

TEST_F(RunLoaderTest, CanBeMadeWhenTheSceneIsGone) {
    std::unique_ptr<Scene> scene = small_scene();
    const RunLoader loader = scene->run_loader();
    scene.reset();
    const std::optional<LoadedRun> loaded = loader.load(larger_run());
    ASSERT_TRUE(loaded);
    const auto& population = dynamic_cast<const sample::GpuPopulation&>(*loaded->population);
    EXPECT_EQ(population.size().particles, 60'000U);
    EXPECT_EQ(population.size().registers, 9);
}

TEST_F(RunLoaderTest, IsRefusedWhereItsMemoryIsNotThere) {
    const std::unique_ptr<Scene> scene = small_scene();
    PreparedRun run = run_of(1000);
    run.spec.particles = 4'000'000'000;  // 176 GB
    EXPECT_FALSE(scene->run_loader().load(run));
}

}  // namespace
}  // namespace scorefield::session
