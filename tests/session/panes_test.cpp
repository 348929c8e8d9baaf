// Scenes side by side, on one clock.
#include "session/panes.hpp"

#include <gtest/gtest.h>

#include <random>

#include "data/neighbours.hpp"
#include "gpu/transfer.hpp"
#include "render/capture.hpp"
#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::session {
namespace {

TEST(PanePlaces, FillThePictureWithoutOverlap) {
    std::mt19937 draw(3);
    for (int round = 0; round < 300; ++round) {
        const VkExtent2D picture = {16 + static_cast<std::uint32_t>(draw() % 2000),
                                    16 + static_cast<std::uint32_t>(draw() % 1200)};
        const std::size_t count = 1 + draw() % 4;
        const std::vector<VkRect2D> places = pane_places(picture, count);
        ASSERT_EQ(places.size(), count);
        for (std::size_t i = 0; i < count; ++i) {
            const VkRect2D& a = places[i];
            EXPECT_EQ(a.extent.width, places[0].extent.width);
            EXPECT_EQ(a.extent.height, places[0].extent.height);
            EXPECT_GE(a.offset.x, 0);
            EXPECT_GE(a.offset.y, 0);
            EXPECT_LE(static_cast<std::uint32_t>(a.offset.x) + a.extent.width, picture.width);
            EXPECT_LE(static_cast<std::uint32_t>(a.offset.y) + a.extent.height, picture.height);
            for (std::size_t j = 0; j < i; ++j) {
                const VkRect2D& b = places[j];
                const bool apart = b.offset.x + static_cast<std::int32_t>(b.extent.width + kPaneGap) <= a.offset.x ||
                                   b.offset.y + static_cast<std::int32_t>(b.extent.height + kPaneGap) <= a.offset.y;
                EXPECT_TRUE(apart) << picture.width << " x " << picture.height << ", " << count;
            }
        }
    }
    EXPECT_EQ(pane_places({1280, 720}, 2)[1].offset.x, 640 + 1) << "beside each other in a wide picture";
    EXPECT_EQ(pane_places({500, 900}, 2)[1].offset.x, 0) << "below each other in a high one";
    EXPECT_EQ(pane_places({1280, 720}, 1)[0].extent.width, 1280U);
}

/// States with these ratios of noise to signal, then the result.
std::vector<RunState> run_with(const std::vector<double>& noise) {
    std::vector<RunState> run;
    for (const double ratio : noise) run.push_back({static_cast<int>(run.size()), 0, 1, ratio, false});
    run.push_back({static_cast<int>(run.size()), 0, 1, 0, true});
    return run;
}

TEST(StateBeside, HasAtLeastAsMuchNoise) {
    const std::vector<RunState> fine = run_with({10, 8, 5, 3, 1, 0.5, 0.1});
    const std::vector<RunState> coarse = run_with({10, 4, 0.2});
    const std::vector<int> expected = {0, 0, 0, 1, 1, 1, 2, 3};
    for (const RunState& shown : fine) {
        EXPECT_EQ(state_beside(shown, fine, coarse), expected[static_cast<std::size_t>(shown.number)]) << shown.number;
    }
    for (const RunState& shown : fine) EXPECT_EQ(state_beside(shown, fine, fine), shown.number);
    for (const RunState& shown : coarse) {
        const int beside = state_beside(shown, coarse, fine);
        EXPECT_GE(shown.is_result ? 0 : fine[static_cast<std::size_t>(beside)].sigma, shown.sigma);
    }
}

TEST(StateBeside, GoesByTheShareOfStepsWhereTheNoiseStays) {
    const std::vector<RunState> langevin = run_with({1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
    const std::vector<RunState> fine = run_with({10, 8, 5, 3, 1});
    EXPECT_EQ(state_beside(langevin[4], langevin, fine), 2);
    EXPECT_EQ(state_beside(fine[1], fine, langevin), 2);
    EXPECT_EQ(state_beside(fine.back(), fine, langevin), 10);
}

class PanesTest : public gpu::GpuTest {
  protected:
    static constexpr VkExtent2D kPicture = {150, 90};

    static std::unique_ptr<Scene> open(const std::string& sampler, int steps, std::uint64_t seed, VkExtent2D extent,
                                       std::uint32_t particles = 700, const std::string& target = "mixture_d",
                                       const std::optional<sample::Branch>& branch = {}) {
        model::ModelSpec exact;
        exact.target = model::TargetSpec{.name = target, .argument = {}, .scaling = {}};
        model::Model model = model::open_model(exact);
        sample::SamplingSpec spec;
        spec.sampler.name = sampler;
        spec.steps = steps;
        spec.seed = seed;
        spec.particles = particles;
        spec.branch = branch;
        const PreparedRun run = prepare_run(spec, model);
        const Reference reference = open_reference("", model);
        return std::make_unique<Scene>(device(), std::move(model), run, reference, extent);
    }

    /// Panes of one size beside the first one: sampler, steps and seed of each.
    static Panes beside(Scene& first, const std::vector<std::tuple<std::string, int, std::uint64_t>>& runs) {
        const std::size_t count = runs.size() + 1;
        const VkExtent2D extent = pane_places(kPicture, count)[0].extent;
        Panes panes;
        for (const auto& [sampler, steps, seed] : runs) panes.others().push_back(open(sampler, steps, seed, extent));
        EXPECT_FALSE(panes.fits(first));
        panes.take(first, Panes::make_targets(device(), kPicture, count));
        EXPECT_TRUE(panes.fits(first));
        return panes;
    }

    /// A picture of all panes at the state of the first clock.
    static render::Picture frame(Scene& first, Panes& panes, PanesDrawn* done = nullptr, std::size_t most = 4,
                                 const render::ViewSpec& view = {}) {
        gpu::Recorder recorder(device(), "frame");
        render::Capture capture(device(), 1);
        recorder.begin();
        first.advance(recorder, 1e300);
        panes.follow(first);
        panes.advance(recorder, 1e300);
        EXPECT_TRUE(panes.up_to_date());
        const PanesDrawn drawn = panes.draw(recorder, first, view, {}, most);
        if (done != nullptr) *done = drawn;
        capture.record(recorder, panes.picture(first));
        capture.submitted(device().submit(recorder));
        return capture.take();
    }

    static std::vector<float> states(Scene& scene) {
        const sample::ParticleView view = scene.player().particles();
        const std::vector<float> planes = gpu::download<float>(device(), view.values);
        std::vector<float> rows(std::size_t{view.count} * view.dim);
        for (std::uint32_t i = 0; i < view.count; ++i) {
            for (std::uint32_t e = 0; e < view.dim; ++e) {
                rows[std::size_t{i} * view.dim + e] = planes[(std::size_t{view.reg} * view.dim + e) * view.stride + i];
            }
        }
        return rows;
    }
};

TEST_F(PanesTest, ShowEachSceneAsItIsDrawnAlone) {
    const VkExtent2D extent = pane_places(kPicture, 3)[0].extent;
    const std::unique_ptr<Scene> first = open("ddim", 12, 5, extent);
    Panes panes = beside(*first, {{"ddpm", 30, 5}, {"ddim", 3, 8}});
    std::mt19937 draw(2);
    for (int round = 0; round < 6; ++round) {
        first->player().playback().stop_at(round == 0 ? 12 : static_cast<int>(draw() % 13));
        const render::Picture whole = frame(*first, panes);
        PanesDrawn done = {true, true};
        frame(*first, panes, &done);
        EXPECT_FALSE(done.drawn || done.shown) << "nothing has changed";
        const std::size_t pane = static_cast<std::size_t>(round) % 3;
        const std::unique_ptr<Scene> alone = pane == 0   ? open("ddim", 12, 5, extent)
                                             : pane == 1 ? open("ddpm", 30, 5, extent)
                                                         : open("ddim", 3, 8, extent);
        Scene& shown = pane == 0 ? *first : *panes.others()[pane - 1];
        alone->player().playback().stop_at(shown.player().playback().state());
        alone->see_beside(*first);
        Panes none;
        const render::Picture single = frame(*alone, none);
        const VkOffset2D place = panes.places()[pane].offset;
        std::size_t different = 0;
        for (std::uint32_t y = 0; y < extent.height; ++y) {
            for (std::uint32_t x = 0; x < extent.width * 4; ++x) {
                const std::size_t at = (static_cast<std::size_t>(place.y) + y) * kPicture.width * 4 +
                                       static_cast<std::size_t>(place.x) * 4 + x;
                different += whole.rgba.at(at) != single.rgba.at(std::size_t{y} * extent.width * 4 + x);
            }
        }
        EXPECT_EQ(different, 0U) << "pane " << pane << " in round " << round;
    }
}

TEST_F(PanesTest, ShowAStateOnceEachPaneHasBeenDrawn) {
    const VkExtent2D extent = pane_places(kPicture, 3)[0].extent;
    const std::unique_ptr<Scene> first = open("ddim", 12, 5, extent);
    Panes panes = beside(*first, {{"ddpm", 30, 5}, {"ddim", 6, 8}});
    first->player().playback().stop_at(2);
    PanesDrawn done;
    const render::Picture before = frame(*first, panes, &done, 1);
    EXPECT_TRUE(done.shown) << "the first picture is whole";
    EXPECT_EQ(panes.waiting(), 0U);

    first->player().playback().stop_at(6);
    for (const std::size_t left : {2U, 1U}) {
        EXPECT_EQ(frame(*first, panes, &done, 1).rgba, before.rgba);
        EXPECT_TRUE(done.drawn);
        EXPECT_FALSE(done.shown);
        EXPECT_EQ(panes.waiting(), left);
    }
    const render::Picture after = frame(*first, panes, &done, 1);
    EXPECT_TRUE(done.shown);
    EXPECT_EQ(panes.waiting(), 0U);

    first->player().playback().stop_at(2);
    EXPECT_EQ(frame(*first, panes).rgba, before.rgba);
    first->player().playback().stop_at(6);
    EXPECT_EQ(frame(*first, panes).rgba, after.rgba);

    // What a user changes meanwhile is seen at once, in every pane.
    first->player().playback().stop_at(9);
    frame(*first, panes, &done, 1);
    EXPECT_EQ(panes.waiting(), 2U);
    render::ViewSpec plain;
    plain.captions = false;
    const render::Picture changed = frame(*first, panes, &done, 1, plain);
    EXPECT_TRUE(done.shown);
    EXPECT_EQ(panes.waiting(), 0U);
    frame(*first, panes);
    EXPECT_EQ(frame(*first, panes, &done, 4, plain).rgba, changed.rgba);
    first->camera.half_height *= 2;
    first->hold_camera();
    EXPECT_NE(frame(*first, panes, &done, 1, plain).rgba, changed.rgba);
    EXPECT_TRUE(done.shown);
}

TEST_F(PanesTest, WorkAheadOnEachPanesNextState) {
    const VkExtent2D extent = pane_places(kPicture, 3)[0].extent;
    const std::unique_ptr<Scene> first = open("ddim", 5, 5, extent);
    Panes panes = beside(*first, {{"ddpm", 30, 5}, {"ddim", 3, 8}});
    EXPECT_FALSE(panes.works_ahead(*first)) << "nothing is shown yet";
    frame(*first, panes);
    for (int state = 1; state <= 5; ++state) {
        EXPECT_TRUE(panes.works_ahead(*first));
        gpu::Recorder recorder(device(), "ahead");
        recorder.begin();
        EXPECT_GT(panes.work_ahead(recorder, *first, 1e300), 0);
        EXPECT_FALSE(panes.works_ahead(*first));
        device().wait(device().submit(recorder));
        first->player().playback().advance(0.1, {10, 0, true}, 1);
        EXPECT_EQ(first->player().playback().state(), state);
        recorder.begin();
        EXPECT_EQ(first->advance(recorder, 1e300), 0) << "step " << state << " was ready";
        panes.follow(*first);
        EXPECT_EQ(panes.advance(recorder, 1e300), 0) << "step " << state << " was ready";
        EXPECT_TRUE(panes.up_to_date());
        device().wait(device().submit(recorder));
    }
    EXPECT_FALSE(panes.works_ahead(*first)) << "the results are shown";
}

TEST_F(PanesTest, NeedNewTargetsWhereOneIsAddedOrRemoved) {
    const std::unique_ptr<Scene> first = open("ddim", 4, 1, kPicture);
    Panes panes;
    EXPECT_TRUE(panes.fits(*first));
    EXPECT_THROW(panes.take(*first, Panes::make_targets(device(), kPicture, 2)), std::logic_error);
    panes.others().push_back(open("ddim", 4, 2, {10, 10}));
    EXPECT_FALSE(panes.fits(*first));
    frame(*first, panes);  // the first scene alone
    panes.take(*first, Panes::make_targets(device(), kPicture, 2));
    const render::Picture both = frame(*first, panes);
    EXPECT_EQ(both.width, kPicture.width);
    panes.others().clear();
    frame(*first, panes);  // its place stays until there are targets
    panes.take(*first, Panes::make_targets(device(), kPicture, 1));
    EXPECT_EQ(first->extent().width, kPicture.width);
    EXPECT_EQ(frame(*first, panes).height, kPicture.height);
}

TEST_F(PanesTest, OfABranchShowTheTrunkAndThenItsOwnStates) {
    const auto go_to = [](Scene& first, Panes& panes, int state) {
        first.player().playback().stop_at(state);
        frame(first, panes);
        return states(first);
    };
    const std::unique_ptr<Scene> alone = open("ddim", 12, 5, kPicture);
    Panes none;
    std::vector<std::vector<float>> trunk;
    for (int state = 0; state <= 12; ++state) trunk.push_back(go_to(*alone, none, state));
    for (const int step : {0, 7}) {
        const sample::Branch branch = {
            .step = step, .sampler = {.name = "ddpm"}, .steps = 30, .spacing = {}, .timesteps = {}, .seed = 5};
        const VkExtent2D extent = pane_places(kPicture, 2)[0].extent;
        const std::unique_ptr<Scene> first = open("ddim", 12, 5, extent);
        Panes panes;
        panes.others().push_back(open("ddim", 12, 5, extent, 700, "mixture_d", branch));
        panes.take(*first, Panes::make_targets(device(), kPicture, 2));
        Scene& other = *panes.others()[0];
        for (const int state : {3, 12, 8, 7, 0, 11}) {
            const std::vector<float>& expected = trunk[static_cast<std::size_t>(state)];
            EXPECT_EQ(go_to(*first, panes, state), expected) << "the trunk is another one at state " << state;
            EXPECT_EQ(states(other) == expected, state <= step) << "branch at " << step << ", state " << state;
            EXPECT_GE(other.player().run_state().sigma, first->player().run_state().sigma);
        }
    }
}

/// Probability flow and reverse SDE have the same marginals (Song et al. 2021, eq. 13): at every tenth of 100 steps the
/// k-NN two-sample statistic of both is 1/2. Its standard deviation for 10 000 points is 0.002.
TEST_F(PanesTest, OfSdeAndOdeHaveTheSameMarginals) {
    constexpr std::uint32_t kMany = 10'000;
    const std::unique_ptr<Scene> first = open("ddpm", 100, 1, kPicture, kMany, "mixture_d");
    Panes panes;
    panes.others().push_back(open("heun", 100, 2, kPicture, kMany, "mixture_d"));
    const std::size_t dim = first->model().dim();
    for (int state = 0; state <= 100; state += 10) {
        first->player().playback().stop_at(state);
        frame(*first, panes);
        EXPECT_EQ(panes.others()[0]->player().playback().state(), state);
        const data::NeighbourStatistics both =
            data::compare_neighbours({kMany, dim, states(*first)}, {kMany, dim, states(*panes.others()[0])});
        EXPECT_NEAR(both.two_sample, 0.5, 0.015) << "state " << state;
    }
}

}  // namespace
}  // namespace scorefield::session
