// Training between frames, without a window.
#include "session/live_training.hpp"

#include <atomic>
#include <chrono>
#include <fstream>
#include <future>
#include <memory>
#include <thread>

#include "base/error.hpp"
#include "model/checkpoint.hpp"
#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::session {
namespace {

constexpr std::uint64_t kSteps = 40;

/// Moons of which the first draw after `hold` waits for `go_on`.
class HeldMoons final : public data::Dataset {
  public:
    std::string name() const override { return moons_->name(); }
    std::size_t dim() const override { return moons_->dim(); }
    std::size_t classes() const override { return moons_->classes(); }
    data::Points draw(std::uint64_t seed, std::uint64_t first, std::size_t count) const override {
        if (held_ && ++draws_ == 1) gate_.wait();
        return moons_->draw(seed, first, count);
    }
    data::Spread spread() const override { return moons_->spread(); }

    void hold() { held_ = true; }
    void go_on() { open_.set_value(); }
    /// Since `hold`.
    int draws() const { return draws_; }

  private:
    std::unique_ptr<data::Dataset> moons_ = data::open_dataset("moons");
    std::promise<void> open_;
    std::shared_future<void> gate_ = open_.get_future().share();
    std::atomic<bool> held_ = false;
    mutable std::atomic<int> draws_ = 0;
};

class LiveTrainingTest : public gpu::GpuTest {
  protected:
    /// Trains a small conditional network and shows it with at most 100 particles and 4 steps.
    static TrainingRequest request() {
        TrainingRequest request;
        request.spec.objective.name = "simple";
        request.spec.process.horizon = 50;
        request.spec.process.beta_end = 0.2;
        request.spec.conditional = true;
        request.spec.steps = kSteps;
        request.spec.batch = 64;
        request.spec.network = nn::MlpConfig{.width = 16, .depth = 1, .features = 4};
        request.spec.record = {{"device", "test"}};
        request.data = data::open_dataset("moons");
        request.label = 1;
        request.make_run = [](const gpu::Device& /*device*/, const model::Model& model, std::uint32_t most_particles) {
            sample::SamplingSpec spec;
            spec.sampler.name = "ddim";
            spec.spacing.name = "leading";
            spec.steps = 4;
            spec.particles = std::min(100U, most_particles);
            return prepare_run(spec, model);
        };
        return request;
    }

    static std::unique_ptr<TrainingSession> prepare(const TrainingRequest& wanted) {
        base::Task task;
        return prepare_training(device(), wanted, {64, 48}, task);
    }

    /// Points of `dim` coordinates each, from a file.
    static std::unique_ptr<data::Dataset> points_of(std::size_t dim, const std::filesystem::path& path) {
        std::ofstream file(path);
        for (std::size_t i = 0; i < 200; ++i) {
            for (std::size_t e = 0; e < dim; ++e) file << (e == 0 ? "" : ",") << (i * (2 * e + 3)) % 101;
            file << '\n';
        }
        file.close();
        return data::open_dataset(path.string());
    }

    /// Runs frames until `done` returns true; fails after too many frames.
    template <class Done>
    static void play(LiveTraining& training, const Done& done) {
        constexpr int kMost = 20'000;
        gpu::Recorder recorder(device(), "frame");
        for (int frame = 0; frame < kMost; ++frame) {
            if (done(training.poll())) return;
            recorder.begin();
            training.record(recorder, 0.5);
            const gpu::Submission submission = device().submit(recorder);
            const TrainingWork work = training.submitted(submission);
            device().wait(submission);
            training.note_frame(work, 1, 4);
        }
        FAIL() << "not done after " << kMost << " frames, at step " << training.steps();
    }
};

TEST_F(LiveTrainingTest, ShowsTheClassThatIsWantedWhereTheNetworkHasIt) {
    TrainingRequest wanted = request();
    std::unique_ptr<TrainingSession> session = prepare(wanted);
    EXPECT_EQ(session->label, 1U);
    EXPECT_TRUE(session->scene->model().in_training);
    EXPECT_EQ(session->scene->model().checkpoint->tensors,
              model::weights_of_class(session->initial, session->trainer->network(), 1));
    EXPECT_EQ(session->scene->player().count(), 100U);
    wanted.label = 7;
    EXPECT_EQ(prepare(wanted)->label, std::nullopt);
    wanted.spec.label_dropout = 0;  // without label dropout, "all classes" is not learned
    EXPECT_EQ(prepare(wanted)->label, 0U);
}

TEST_F(LiveTrainingTest, TrainsOnPointsOfFiveCoordinates) {
    const base::ScratchFolder folder;
    TrainingRequest wanted = request();
    wanted.spec.conditional = false;
    wanted.data = points_of(5, folder / "five.csv");
    std::unique_ptr<TrainingSession> session = prepare(wanted);
    EXPECT_EQ(session->scene->model().dim(), 5U);
    LiveTraining training(device());
    training.begin(std::move(session));
    play(training, [&](const LiveTraining::News&) { return training.state() == LiveTraining::State::finished; });
    EXPECT_EQ(training.steps(), kSteps);
}

TEST_F(LiveTrainingTest, RefusesAnObjectiveThatTheDataHaveTooManyCoordinatesFor) {
    const base::ScratchFolder folder;
    TrainingRequest wanted = request();
    wanted.spec.conditional = false;
    wanted.spec.objective.name = "ism";
    wanted.data = points_of(70, folder / "wide.csv");
    try {
        prepare(wanted);
        FAIL() << "no error";
    } catch (const base::Error& error) {
        EXPECT_NE(std::string(error.what()).find("ssm"), std::string::npos) << error.what();
    }
}

TEST_F(LiveTrainingTest, TrainsBetweenFramesToItsLastStepAndSavesWhatItHasLearned) {
    const base::ScratchFolder folder;
    const std::filesystem::path path = folder / "trained.safetensors";
    LiveTraining training(device());
    EXPECT_EQ(training.state(), LiveTraining::State::none);
    EXPECT_FALSE(training.save(path));
    std::unique_ptr<TrainingSession> session = prepare(request());
    model::Model model = session->scene->model();
    training.begin(std::move(session));
    EXPECT_EQ(training.state(), LiveTraining::State::running);

    training.pause();
    int frames = 0;
    play(training, [&](const LiveTraining::News&) { return ++frames > 20; });
    EXPECT_EQ(training.steps(), 0U);
    training.resume();
    play(training, [&](const LiveTraining::News&) { return training.state() == LiveTraining::State::finished; });
    EXPECT_EQ(training.steps(), kSteps);
    EXPECT_TRUE(training.losses().loss().has_value());
    // The copy of the last weights arrives some frames later.
    frames = 0;
    play(training, [&](const LiveTraining::News&) { return ++frames > 20; });
    EXPECT_TRUE(training.unsaved());

    ASSERT_TRUE(training.save(path));
    std::optional<LiveTraining::Saved> saved;
    play(training, [&](const LiveTraining::News& news) {
        if (news.saved) saved = news.saved;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return saved.has_value();
    });
    EXPECT_EQ(saved->path, path);
    EXPECT_EQ(saved->error, "");
    EXPECT_FALSE(training.unsaved());
    const model::Checkpoint written = model::read_checkpoint(path);
    EXPECT_EQ(written.training.at("device"), "test");
    EXPECT_EQ(written.training.at("steps"), std::to_string(kSteps));
    EXPECT_EQ(written.data, "moons");
    EXPECT_EQ(written.tensors, *training.recent_weights());
    training.updater()(model);
    EXPECT_EQ(model.checkpoint->tensors, model::weights_of_class(written.tensors, written.network, 1));
    training.drop();
    EXPECT_FALSE(training.exists());
}

TEST_F(LiveTrainingTest, GoesOnWithoutTheBayesFloorWhereThatIsCancelled) {
    LiveTraining training(device());
    training.begin(prepare(request()));
    ASSERT_TRUE(training.floor_job().wanted());
    training.cancel_floor();
    EXPECT_FALSE(training.floor_job().wanted());
    play(training, [&](const LiveTraining::News&) { return training.state() == LiveTraining::State::finished; });
    EXPECT_EQ(training.floor().value, std::nullopt);
    EXPECT_NE(training.floor().reason.find("cancelled"), std::string::npos) << training.floor().reason;
}

TEST_F(LiveTrainingTest, SaysWhyAFileCannotBeWrittenAndKeepsTheNetworkUnsaved) {
    const base::ScratchFolder folder;
    LiveTraining training(device());
    training.begin(prepare(request()));
    play(training, [&](const LiveTraining::News&) { return training.unsaved(); });
    ASSERT_TRUE(training.save(folder / "missing" / "trained.safetensors"));
    std::string error;
    play(training, [&](const LiveTraining::News& news) {
        if (news.saved) error = news.saved->error;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return news.saved.has_value();
    });
    EXPECT_NE(error, "");
    EXPECT_FALSE(training.save_succeeded());
    EXPECT_TRUE(training.unsaved());
}

// The estimate of the floor draws points for each of its 16 batches.
TEST_F(LiveTrainingTest, EndsTheEstimateOfTheFloorWithTheTraining) {
    const auto data = std::make_shared<HeldMoons>();
    TrainingRequest wanted = request();
    wanted.data = data;
    auto training = std::make_unique<LiveTraining>(device());
    std::unique_ptr<TrainingSession> session = prepare(wanted);
    data->hold();
    training->begin(std::move(session));
    while (data->draws() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    training->drop();
    EXPECT_FALSE(training->floor_job().wanted());
    data->go_on();
    training.reset();  // waits for what is under way
    EXPECT_LT(data->draws(), 16);
}

}  // namespace
}  // namespace scorefield::session
