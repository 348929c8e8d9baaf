// Pictures of a scene, drawn where they change, and steps that are computed before they are due.
#include "session/scene.hpp"

#include "gpu/transfer.hpp"
#include "render/capture.hpp"
#include "render/histogram.hpp"
#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::session {
namespace {

class DrawnScene : public gpu::GpuTest {
  protected:
    static constexpr std::uint32_t kParticles = 800;
    static constexpr int kSteps = 5;

    static std::unique_ptr<Scene> open(Computes computes = Computes::device, int dim = 2, bool has_data = false) {
        model::ModelSpec exact;
        exact.target = model::TargetSpec{.name = "gaussian", .argument = {}, .dim = dim, .scaling = {}};
        model::Model model = model::open_model(exact);
        sample::SamplingSpec spec;
        spec.sampler.name = "ddpm";
        spec.steps = kSteps;
        spec.particles = kParticles;
        const PreparedRun run = prepare_run(spec, model);
        const Reference reference = has_data ? open_reference("", model) : Reference();
        return std::make_unique<Scene>(device(), std::move(model), run, reference, VkExtent2D{64, 48}, computes);
    }

    struct Frame {
        bool drawn = false;
        double operations = 0;
        render::Picture picture;
    };

    /// One frame at the state of the clock.
    Frame frame(Scene& scene, const render::ViewSpec& view = {}, const render::ScalarField* field = nullptr) {
        Frame result;
        gpu::Recorder recorder(device(), "frame");
        render::Capture capture(device(), 1);
        recorder.begin();
        result.operations = scene.advance(recorder, 1e300);
        result.drawn = scene.draw(recorder, view, {.field = field});
        if (ahead) scene.work_ahead(recorder, 1e300, scene.player().next_state());
        capture.record(recorder, scene.picture());
        capture.submitted(device().submit(recorder));
        result.picture = capture.take();
        return result;
    }

    static bool works_ahead(const Scene& scene) {
        const std::optional<int> next = scene.player().next_state();
        return next && scene.player().works_ahead(*next);
    }

    bool ahead = false;  ///< frames work ahead
};

TEST_F(DrawnScene, AsksForMetricsOfEachStateOnce) {
    const std::unique_ptr<Scene> scene = open(Computes::device, 2, true);
    render::ViewSpec view = {.look = {}, .guides = {}, .orbit = {}, .captions = true, .metrics = true};
    EXPECT_FALSE(scene->wanted_metrics(view)) << "nothing is shown yet";
    Player& player = scene->player();
    for (const int state : {0, 3, kSteps}) {
        player.playback().stop_at(state);
        frame(*scene, view);
        const std::optional<MetricsQuestion> question = scene->wanted_metrics(view);
        ASSERT_TRUE(question) << state;
        EXPECT_EQ(question->data, scene->expected_data());
        EXPECT_EQ(question->at.sigma, player.run_state().sigma);
        EXPECT_EQ(question->at.alpha, player.run_state().alpha);
        EXPECT_TRUE(question->mixture);
        scene->take_metrics(player.shown_version(), player.run_state(), StateMetrics{.two_sample = 0.25 + state});
        EXPECT_FALSE(scene->wanted_metrics(view)) << state;
        EXPECT_TRUE(frame(*scene, view).drawn) << "the caption shows them";
        EXPECT_FALSE(frame(*scene, view).drawn);
    }
    player.playback().stop_at(1);
    frame(*scene, view);
    view.captions = false;
    EXPECT_FALSE(scene->wanted_metrics(view)) << "nothing shows them";
    view = {.look = {}, .guides = {}, .orbit = {}, .captions = true, .metrics = false};
    EXPECT_FALSE(scene->wanted_metrics(view));
    view.metrics = true;
    EXPECT_TRUE(scene->wanted_metrics(view));
    player.playback().stop_at(1, true);
    frame(*scene, view);
    EXPECT_FALSE(scene->wanted_metrics(view)) << "the forward process is the data";
    EXPECT_FALSE(open()->wanted_metrics(view)) << "no data";
}

/// All particles of the shown state, (n, d).
data::Points particles_of(gpu::Device& device, const Player& player) {
    const sample::ParticleView view = player.particles();
    const std::vector<float> all = gpu::download<float>(device, view.values);
    data::Points points = {view.count, view.dim, {}, {}, {}};
    for (std::size_t i = 0; i < view.count; ++i) {
        for (std::size_t e = 0; e < view.dim; ++e) {
            points.values.push_back(all[(std::size_t{view.reg} * view.dim + e) * view.stride + i]);
        }
    }
    return points;
}

std::shared_ptr<const PredictedParticles> on_device(gpu::Device& device, const data::Points& points) {
    return std::make_shared<const PredictedParticles>(device, points);
}

TEST_F(DrawnScene, ShowsPredictionsOfEachStateInOneToThreeDimensions) {
    const render::ViewSpec plain;
    render::ViewSpec view;
    view.show = render::Show::predicted;
    for (const int dim : {1, 2, 3}) {
        const std::unique_ptr<Scene> scene = open(Computes::device, dim, true);
        Player& player = scene->player();
        EXPECT_FALSE(scene->wanted_prediction(view)) << "nothing is shown yet";
        player.playback().stop_at(2);
        const render::Picture particles = frame(*scene).picture;
        EXPECT_FALSE(scene->wanted_prediction(plain));
        EXPECT_FALSE(frame(*scene, view).drawn) << "the particles stay until there is a prediction";
        const std::optional<PredictionQuestion> question = scene->wanted_prediction(view);
        ASSERT_TRUE(question);
        EXPECT_EQ(question->state, 2);
        EXPECT_EQ(question->at.sigma, player.run_state().sigma);
        scene->take_prediction(
            *question, on_device(device(), question->denoiser->predict(particles_of(device(), player), question->at)));
        EXPECT_FALSE(scene->wanted_prediction(view));
        const Frame predicted = frame(*scene, view);
        EXPECT_TRUE(predicted.drawn);
        EXPECT_NE(predicted.picture, particles) << dim;
        EXPECT_FALSE(frame(*scene, view).drawn);
        EXPECT_TRUE(scene->shows_particles()) << "a screenshot may be taken";
        EXPECT_EQ(frame(*scene).picture, particles) << "the particles are back";

        player.playback().stop_at(kSteps);
        EXPECT_TRUE(frame(*scene, view).drawn);
        EXPECT_FALSE(scene->wanted_prediction(view)) << "samples are what they predict";
        player.playback().stop_at(1, true);
        frame(*scene, view);
        EXPECT_FALSE(scene->wanted_prediction(view)) << "the forward process shows its particles";
        player.playback().stop_at(3);
        EXPECT_TRUE(frame(*scene, view).drawn) << "the last prediction, until there is one of this state";
        EXPECT_TRUE(scene->wanted_prediction(view));
    }
}

TEST_F(DrawnScene, IgnoresAPredictionOfAnotherRun) {
    const std::unique_ptr<Scene> scene = open();
    render::ViewSpec view;
    view.show = render::Show::predicted;
    scene->player().playback().stop_at(1);
    frame(*scene, view);
    const std::optional<PredictionQuestion> question = scene->wanted_prediction(view);
    ASSERT_TRUE(question);
    sample::SamplingSpec spec = scene->player().spec();
    spec.seed = 5;
    scene->take(prepare_run(spec, scene->model()));
    scene->take_prediction(*question, on_device(device(), particles_of(device(), scene->player())));
    scene->player().playback().stop_at(1);
    frame(*scene, view);
    EXPECT_TRUE(scene->wanted_prediction(view));
}

/// The picture of what the network predicts in double precision, drawn by a renderer of its own, whichever engine moves
/// the particles. Single precision moves a prediction by less than 1e-3, a hundredth of a pixel, which changes few
/// colours by more than two levels.
TEST_F(DrawnScene, ShowsWhatANetworkPredictsInDoublePrecision) {
    model::ModelSpec file;
    file.file = "assets/swiss_roll.safetensors";
    render::ViewSpec view;
    view.show = render::Show::predicted;
    view.captions = false;
    view.look.axes = false;
    view.look.overlay = false;
    for (const Computes computes : {Computes::device, Computes::host}) {
        sample::SamplingSpec spec;
        spec.sampler.name = "ddim";
        spec.steps = kSteps;
        spec.particles = kParticles;
        model::Model model = model::open_model(file);
        const std::unique_ptr<diffusion::ScoreSource> reference = model.host_score();
        const PreparedRun run = prepare_run(spec, model);
        Scene scene(device(), std::move(model), run, {}, VkExtent2D{64, 48}, computes);
        scene.player().playback().stop_at(3);
        frame(scene, view);
        while (!scene.player().up_to_date()) {
            scene.player().wait();
            frame(scene, view);
        }
        const data::Points particles = particles_of(device(), scene.player());
        const std::optional<PredictionQuestion> question = scene.wanted_prediction(view);
        ASSERT_TRUE(question);
        scene.take_prediction(*question, on_device(device(), question->denoiser->predict(particles, question->at)));
        const render::Picture found = frame(scene, view).picture;

        std::vector<double> scaled;
        for (const float value : particles.values) scaled.push_back(question->at.c_in * static_cast<double>(value));
        std::vector<double> noise(scaled.size());
        reference->evaluate(scaled, question->at, noise);
        const RunState state = scene.player().run_state();
        std::vector<float> planes(noise.size());
        for (std::size_t i = 0; i < noise.size(); ++i) {
            const double x = static_cast<double>(particles.values[i]);
            planes[i % 2 * kParticles + i / 2] = static_cast<float>((x - state.sigma * noise[i]) / state.alpha);
        }
        const gpu::Buffer values = gpu::make_buffer<float>(device(), "predicted", planes);
        render::Renderer renderer(device(), VkExtent2D{64, 48}, kParticles);
        render::Look look = view.look;
        look.exposure += 2 * std::log2(scene.camera.half_height / 2.7);  // as scenes are lit
        gpu::Recorder recorder(device(), "reference");
        render::Capture capture(device(), 1);
        recorder.begin();
        renderer.record(recorder, {values, 0, kParticles, kParticles, 2}, scene.camera, look, {});
        capture.record(recorder, renderer.scene());
        capture.submitted(device().submit(recorder));
        const render::Picture expected = capture.take();
        std::size_t lit = 0;
        std::size_t other = 0;
        for (std::size_t i = 0; i < expected.rgba.size(); ++i) {
            lit += expected.rgba[i] > 60 ? 1U : 0U;
            other += std::abs(int{found.rgba[i]} - int{expected.rgba[i]}) > 2 ? 1U : 0U;
        }
        EXPECT_GT(lit, 200U + expected.rgba.size() / 4) << "there are particles besides the opacity";
        EXPECT_LT(other, expected.rgba.size() / 100);
    }
}

TEST_F(DrawnScene, CountsTheEvaluationsOfEachState) {
    const std::unique_ptr<Scene> scene = open();
    const std::vector<RunState>& states = scene->player().run_states();
    for (const RunState& state : states) EXPECT_EQ(state.evaluations, state.number);
    EXPECT_EQ(states.back().evaluations, scene->player().program().evaluations());
}

TEST_F(DrawnScene, OfThreeDimensionsTurnsWithTheOrbitOfTheView) {
    const std::unique_ptr<Scene> scene = open(Computes::device, 3);
    render::ViewSpec view;
    view.guides.trails = 5;
    const Frame first = frame(*scene, view);
    EXPECT_TRUE(first.drawn);
    EXPECT_FALSE(frame(*scene, view).drawn);
    std::vector<render::Picture> pictures = {first.picture};
    const auto changes = [&](const char* what) {
        const Frame next = frame(*scene, view);
        EXPECT_TRUE(next.drawn) << what;
        for (const render::Picture& picture : pictures) EXPECT_NE(next.picture, picture) << what;
        pictures.push_back(next.picture);
    };
    view.orbit.azimuth += 30;
    changes("azimuth");
    view.orbit.elevation = -40;
    changes("elevation");
    view.orbit.zoom = 2;
    changes("zoom");
    view.orbit.pan[2] = 0.3;
    changes("pan");
    view.orbit.projection = render::Projection::orthographic;
    changes("projection");
    view.look.depth_fade = 0;
    changes("fade");
    view.look.axes = false;
    changes("axes and grid");
    view.orbit.turntable = 10;
    EXPECT_FALSE(frame(*scene, view).drawn) << "a rate shows nothing by itself";
    view = {};
    view.guides.trails = 5;
    EXPECT_EQ(frame(*scene, view).picture, first.picture);
    scene->hold_camera();
    scene->camera.zoom *= 2;
    EXPECT_FALSE(frame(*scene, view).drawn) << "the camera of planes";
}

TEST_F(DrawnScene, IsDrawnWhereSomethingChanges) {
    const std::unique_ptr<Scene> scene = open();
    render::ViewSpec view;
    const auto draws = [&](const render::ScalarField* field = nullptr) { return frame(*scene, view, field).drawn; };
    EXPECT_TRUE(draws());
    EXPECT_FALSE(draws());
    scene->player().playback().step();
    EXPECT_TRUE(draws()) << "another state";
    EXPECT_FALSE(draws());
    view.look.exposure = 1;
    EXPECT_TRUE(draws()) << "another look";
    view.captions = false;
    EXPECT_TRUE(draws()) << "no captions";
    scene->hold_camera();
    scene->camera.zoom *= 2;
    EXPECT_TRUE(draws()) << "another camera";
    render::ScalarField field = {
        .bounds = {{-1, -1}, {1, 1}}, .columns = 2, .rows = 2, .values = {0, 0, 1, 1}, .title = "field"};
    EXPECT_TRUE(draws(&field)) << "a field";
    EXPECT_FALSE(draws(&field));
    field.values[0] = 0.5f;
    EXPECT_TRUE(draws(&field)) << "another field";
    EXPECT_TRUE(draws()) << "no field";
    scene->take(render::Renderer::make_targets(device(), VkExtent2D{32, 32}));
    EXPECT_TRUE(draws()) << "another size";
    EXPECT_FALSE(draws());
    scene->player().playback().stop_at(1);
    EXPECT_FALSE(draws()) << "the same state";
}

TEST_F(DrawnScene, HasFieldLinesAndTrails) {
    const std::unique_ptr<Scene> scene = open();
    render::ViewSpec view;
    EXPECT_FALSE(scene->field_question(view)) << "none are wanted";
    EXPECT_FALSE(scene->wanted_paths(view));
    const render::Picture plain = frame(*scene, view).picture;
    view.guides.field = render::FieldKind::score;
    view.guides.trails = 50;
    const auto question = scene->field_question(view);
    ASSERT_TRUE(question);
    EXPECT_EQ(question, scene->field_question(view)) << "the same state, camera and view";
    EXPECT_DOUBLE_EQ(question->at.sigma, scene->player().run_state().sigma);
    const auto run = scene->wanted_paths(view);
    ASSERT_TRUE(run);
    scene->take_paths(run, compute_paths(*run, {}));
    EXPECT_FALSE(scene->wanted_paths(view)) << "they are there";
    const Frame trails = frame(*scene, view);
    EXPECT_TRUE(trails.drawn);
    EXPECT_NE(trails.picture, plain);
    EXPECT_FALSE(frame(*scene, view).drawn) << "nothing has changed";
    scene->player().playback().step();
    EXPECT_TRUE(frame(*scene, view).drawn);
    EXPECT_NE(scene->field_question(view), question) << "another level";
    // Paths of another run are not those of this one.
    sample::SamplingSpec spec = scene->player().spec();
    spec.seed = 7;
    scene->take(prepare_run(spec, scene->model()));
    EXPECT_TRUE(scene->wanted_paths(view));
    scene->take_paths(run, compute_paths(*run, {}));
    EXPECT_TRUE(scene->wanted_paths(view));
}

/// Both engines agree within rounding, which can move a particle to the next pixel.
TEST_F(DrawnScene, IsComputedOnTheHostToo) {
    const std::unique_ptr<Scene> scene = open(Computes::host);
    const std::unique_ptr<Scene> by_device = open();
    EXPECT_TRUE(scene->player().works_by_itself());
    EXPECT_TRUE(frame(*scene).drawn) << "the ground, while nothing is computed yet";
    for (const int state : {0, kSteps, 2}) {
        for (Scene* const one : {scene.get(), by_device.get()}) one->player().playback().stop_at(state);
        Frame found = frame(*scene);
        while (!scene->player().up_to_date()) {
            scene->player().wait();
            found = frame(*scene);
        }
        const Frame expected = frame(*by_device);
        EXPECT_EQ(scene->player().run_state().number, state);
        std::size_t other = 0;
        for (std::size_t i = 0; i < expected.picture.rgba.size(); ++i) {
            other += std::abs(int{found.picture.rgba[i]} - int{expected.picture.rgba[i]}) > 2 ? 1U : 0U;
        }
        EXPECT_LT(other, expected.picture.rgba.size() / 100) << state;
    }
}

TEST_F(DrawnScene, WorksAheadWhilePlaying) {
    const std::unique_ptr<Scene> plain = open();
    const std::unique_ptr<Scene> scene = open();
    const Tempo tempo = {10, 0, true};
    EXPECT_FALSE(works_ahead(*scene)) << "nothing is shown yet";
    for (int state = 0; state <= kSteps; ++state) {
        ahead = false;
        const Frame expected = frame(*plain);
        ahead = true;
        const Frame found = frame(*scene);
        EXPECT_EQ(found.picture, expected.picture) << state;
        EXPECT_EQ(expected.operations > 0, state > 0);
        EXPECT_EQ(found.operations, 0) << "step " << state << " was ready";
        EXPECT_FALSE(works_ahead(*scene));
        EXPECT_TRUE(scene->player().up_to_date());
        EXPECT_NEAR(scene->player().playback().seconds_left(tempo), 0.1, 1e-9);
        for (Scene* const one : {plain.get(), scene.get()}) one->player().playback().advance(0.1, tempo, 1);
    }
    scene->player().playback().pause();
    frame(*scene);
    EXPECT_FALSE(works_ahead(*scene)) << "nothing is due";
    EXPECT_EQ(scene->player().playback().seconds_left(tempo), std::numeric_limits<double>::infinity());
}

/// A run of an exact target that starts from its exact density: bars are within their Monte Carlo error of the curve.
TEST_F(DrawnScene, HasTheHistogramOfTheExactDensityAtEveryStep) {
    model::ModelSpec exact;
    exact.target = model::TargetSpec{.name = "mixture_a", .argument = {}, .scaling = {}};
    exact.prediction = diffusion::Prediction::x0;
    model::Model model = model::open_model(exact);
    const std::shared_ptr<const diffusion::Target> target = model.target;
    sample::SamplingSpec spec;
    spec.steps = 200;
    spec.particles = 40'000;
    spec.start.kind = sample::StartKind::exact;
    const PreparedRun run = prepare_run(spec, model);
    Scene scene(device(), std::move(model), run, Reference(), VkExtent2D{320, 64});
    const VkExtent2D extent = {320, 64};
    render::Histogram histogram(device(), VK_FORMAT_R8G8B8A8_UNORM);
    render::Camera2d camera;
    camera.half_height = 0.9;
    const double cell = render::Histogram::kBarWidth * camera.pixel_size(extent);
    const double low = camera.to_world(extent, {0, 0})[0];
    for (int state = 0; state <= spec.steps; state += 20) {
        scene.player().playback().stop_at(state);
        frame(scene);
        const sample::ParticleView view = scene.player().particles();
        gpu::Recorder recorder(device(), "histogram");
        recorder.begin();
        histogram.record(recorder, {view.values, view.reg * view.stride, view.stride, view.count, 1}, camera,
                         {8, 56, 1}, {}, scene.picture());
        device().wait(device().submit(recorder));
        const std::vector<std::uint32_t> counts = gpu::download<std::uint32_t>(device(), histogram.counts());
        const RunState level = scene.player().run_state();
        double statistic = 0;
        double bins = 0;
        for (std::size_t bin = 0; bin < extent.width / 4; ++bin) {
            // Simpson's rule over the bin: its error is below 1e-4 of the count here.
            double expected = 0;
            for (const auto& [share, weight] : {std::array{0.0, 1.0}, {0.5, 4.0}, {1.0, 1.0}}) {
                const double x = low + (static_cast<double>(bin) + share) * cell;
                const double log_density = target->log_density(std::array{x}, {level.alpha, level.sigma})[0];
                expected += weight / 6 * std::exp(log_density) * cell * spec.particles;
            }
            if (expected < 20) continue;
            const double apart = static_cast<double>(counts[bin]) - expected;
            statistic += apart * apart / expected;
            bins += 1;
        }
        ASSERT_GT(bins, 30);
        // χ² of so many bins: five deviations.
        EXPECT_LT(statistic, bins + 5 * std::sqrt(2 * bins)) << "state " << state;
    }
}

TEST_F(DrawnScene, ExpectsTheDataOfTheClassThatIsSampled) {
    model::ModelSpec spec;
    spec.file = "assets/pinwheel.safetensors";
    spec.classes.label = 2;
    const model::Model model = model::open_model(spec);
    const Reference all = open_reference("", model);
    const Reference one = open_reference("", model, 2);
    EXPECT_EQ(all.expected.count, all.points.count);
    EXPECT_EQ(one.points.count, all.points.count) << "the overlay shows all";
    EXPECT_NEAR(static_cast<double>(one.expected.count), static_cast<double>(all.points.count) / 5, 500);
}

TEST_F(DrawnScene, ShowsTheForwardProcessOfItsData) {
    EXPECT_FALSE(open()->has_forward_process()) << "no data";
    model::ModelSpec exact;
    exact.target = model::TargetSpec{.name = "gaussian", .argument = {}, .scaling = {}};
    model::Model model = model::open_model(exact);
    sample::SamplingSpec spec;
    spec.steps = kSteps;
    spec.particles = kParticles;
    const PreparedRun run = prepare_run(spec, model);
    const Reference reference = open_reference("", model);
    Scene scene(device(), std::move(model), run, reference, VkExtent2D{64, 48});
    EXPECT_TRUE(scene.has_forward_process());
    const render::Picture start = frame(scene).picture;
    scene.player().playback().stop_at(kSteps, true);
    const Frame data = frame(scene);
    EXPECT_EQ(data.operations, 0) << "nothing is sampled";
    EXPECT_TRUE(data.drawn);
    EXPECT_TRUE(scene.player().up_to_date());
    EXPECT_EQ(scene.player().run_state().number, kSteps);
    EXPECT_FALSE(frame(scene).drawn);
    scene.player().playback().stop_at(1, true);
    EXPECT_NE(frame(scene).picture, data.picture);
    EXPECT_NE(caption(scene.player()).find("forward process"), std::string::npos);
    scene.player().playback().stop_at(kSteps, true);
    EXPECT_EQ(frame(scene).picture, data.picture) << "the same noise again";
    scene.player().playback().stop_at(0);
    EXPECT_EQ(frame(scene).picture, start) << "the run is as it was";
}

}  // namespace
}  // namespace scorefield::session
