#include "train/train.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <memory>
#include <sstream>

#include "base/error.hpp"
#include "data/npy.hpp"
#include "tests/base/scratch.hpp"
#include "tests/base/traced_events.hpp"
#include "train/small_settings.hpp"

namespace scorefield::train {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::string content(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

class ResumedTraining : public testing::Test {
  protected:
    const base::ScratchFolder folder;
    TrainSpec settings = few_steps();

    TrainSpec few_steps() const {
        data::write_npy(folder / "points.npy", {4, 2}, std::vector<float>{0, 1, 2, 0, 3, 5, 1, 1});
        TrainSpec few = small_settings();
        few.data = (folder / "points.npy").string();
        few.steps = 40;
        few.batch = 32;
        few.out = folder / "model.safetensors";
        few.log = folder / "log.csv";
        few.record = {{"device", "this one"}};
        return few;
    }
    /// Stops when so many steps have been told.
    static TrainCallbacks stop_after(std::uint64_t steps) {
        const auto told = std::make_shared<std::uint64_t>(0);
        return {.progress = [told](const StepReport&) { ++*told; }, .stop = [told, steps] { return *told >= steps; }};
    }
};

TEST_F(ResumedTraining, IsShownInATrace) {
    settings.save_every = 16;
    base::Trace trace(100);
    train(settings, make_host_trainer, {.trace = &trace});
    base::expect_nested(base::events_of(trace));
    const std::vector<base::TracedEvent> groups = base::events_of(trace, 1, "steps");
    ASSERT_EQ(groups.size(), 5U) << "of 8 steps";
    EXPECT_EQ(groups[4].args.at("step"), 32);
    EXPECT_EQ(groups[4].args.at("steps"), 8);
    EXPECT_EQ(groups[4].args.at("batch"), 32);
    EXPECT_EQ(base::events_of(trace, 1, "step").size(), 5U);
    EXPECT_EQ(base::events_of(trace, 1, "checkpoint").size(), 3U);
    EXPECT_EQ(base::events_of(trace, 3, "host network").size(), 40U);
}

TEST_F(ResumedTraining, EndsAsIfItHadNeverBeenStopped) {
    const TrainResult whole = train(settings, make_host_trainer);
    const std::string model = content(settings.out);
    const std::string log = content(settings.log);
    fs::remove(settings.out);
    fs::remove(settings.log);
    const TrainResult stopped = train(settings, make_host_trainer, stop_after(10));
    EXPECT_GE(stopped.steps, 10U);
    EXPECT_LT(stopped.steps, settings.steps);
    const model::Checkpoint saved = model::read_checkpoint(settings.out);
    EXPECT_EQ(resumed_steps(saved), stopped.steps);
    const TrainResult resumed = train(settings, make_host_trainer, {}, &saved);
    EXPECT_EQ(resumed.checkpoint, whole.checkpoint);
    EXPECT_EQ(resumed.loss, whole.loss);
    EXPECT_EQ(content(settings.out), model);
    EXPECT_EQ(content(settings.log), log);
}

// As after kill -9: rows of steps that no checkpoint has, the last of them torn.
TEST_F(ResumedTraining, DropsRowsOfTheLogThatItComputesAnew) {
    train(settings, make_host_trainer);
    const std::string log = content(settings.log);
    train(settings, make_host_trainer, stop_after(10));
    const model::Checkpoint saved = model::read_checkpoint(settings.out);
    std::ofstream(settings.log, std::ios::app) << resumed_steps(saved) << ",7,7,7\n"
                                               << resumed_steps(saved) + 1 << ",7";
    train(settings, make_host_trainer, {}, &saved);
    EXPECT_EQ(content(settings.log), log);
}

TEST_F(ResumedTraining, IsOfTheSameNetworkAndPoints) {
    train(settings, make_host_trainer);
    const model::Checkpoint saved = model::read_checkpoint(settings.out);
    const auto expect_refused = [&](const TrainSpec& other, const std::string& why) {
        EXPECT_THAT([&] { train(other, make_host_trainer, {}, &saved); }, ThrowsMessage<base::Error>(HasSubstr(why)));
    };
    TrainSpec other = settings;
    mlp_of(other).width = 17;
    expect_refused(other, "does not match its settings");
    other = settings;
    other.prediction = diffusion::Prediction::v;
    expect_refused(other, "does not match its settings");
    data::write_npy(folder / "points.npy", {4, 2}, std::vector<float>{0, 1, 2, 0, 3, 5, 1, 1.5F});
    expect_refused(settings, "data have changed");
    model::Checkpoint silent = saved;
    silent.training["steps"] = "many";
    EXPECT_THROW(resumed_steps(silent), base::Error);
    silent.training.erase("steps");
    EXPECT_THROW(resumed_steps(silent), base::Error);
}

TEST_F(ResumedTraining, IsImpossibleWithoutTheState) {
    settings.keep_state = false;
    train(settings, make_host_trainer);
    const model::Checkpoint bare = model::read_checkpoint(settings.out);
    EXPECT_FALSE(bare.state);
    EXPECT_THROW(train(settings, make_host_trainer, {}, &bare), base::Error);
}

// 2²⁶ coordinates are 85 598 points of 784 and 16 384 of 4096.
TEST(HeldOutLoss, DrawsAsManyPointsAsItsCoordinatesAllow) {
    EXPECT_EQ(held_out_draws(2), kHeldOutDraws);
    EXPECT_EQ(held_out_draws(67), kHeldOutDraws);
    EXPECT_EQ(held_out_draws(784), 85'598U);
    EXPECT_EQ(held_out_draws(4096), 16'384U);
}

}  // namespace
}  // namespace scorefield::train
