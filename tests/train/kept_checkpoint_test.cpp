// Which checkpoints are written: those of weights that a training can go on from.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "base/error.hpp"
#include "data/npy.hpp"
#include "tests/base/scratch.hpp"
#include "train/divergence_check.hpp"
#include "train/small_settings.hpp"
#include "train/train.hpp"

namespace scorefield::train {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class KeptCheckpoint : public testing::Test {
  protected:
    const base::ScratchFolder folder;
    TrainSpec settings = normal_points();

    TrainSpec normal_points() const {
        std::mt19937 random(5);
        std::normal_distribution<float> normal;
        std::vector<float> values(200);
        for (float& value : values) value = normal(random);
        data::write_npy(folder / "points.npy", {100, 2}, values);
        TrainSpec wild = small_settings();
        wild.data = (folder / "points.npy").string();
        wild.batch = 64;
        mlp_of(wild).width = 8;
        wild.steps = 1000;
        wild.schedule = "constant";
        wild.clip = 0;
        wild.save_every = 1;
        wild.out = folder / "model.safetensors";
        wild.log = folder / "log.csv";
        return wild;
    }
    /// Decay turns every weight over and makes it longer once rate·decay is beyond 2: from step 20 on, whatever the
    /// data and their gradients.
    void explode_late() {
        settings.weight_decay = 10;
        settings.learning_rate = 10;
        settings.warmup = 1000;
    }
    void explode_at_once() {
        settings.learning_rate = 10;
        settings.warmup = 0;
    }
    /// The larger loss of a checkpoint's two lists of weights, on 100 000 held-out draws.
    double worst_loss(const model::Checkpoint& checkpoint) const {
        const auto data = data::open_dataset(settings.data);
        const auto process = diffusion::make_process(settings.process);
        const BatchSource source(*data, *process, settings);
        base::ThreadPool pool(2);
        const auto loss = [&](const data::TensorMap& weights) {
            return held_out_loss(pool, source, checkpoint.network, weights, 100'000);
        };
        return std::max(loss(checkpoint.tensors),
                        loss(nn::with_trained(checkpoint.tensors, model::tensors_of(checkpoint.network),
                                              checkpoint.state->weights)));
    }
    void expect_diverges(const std::string& words, const TrainCallbacks& callbacks = {}) const {
        EXPECT_THAT([&] { train(settings, make_host_trainer, callbacks); },
                    ThrowsMessage<base::Error>(
                        AllOf(HasSubstr("training diverged (step "), HasSubstr(words), HasSubstr("`train."))));
    }
};

// The loss of saying zero is 1, and ten times that the bound; over the draws of the check and over those of this
// measurement the loss differs by less than a tenth.
TEST_F(KeptCheckpoint, OfATrainingThatExplodesIsFromBeforeThat) {
    explode_late();
    expect_diverges("lower `train.weight_decay`");
    const model::Checkpoint kept = model::read_checkpoint(settings.out);
    EXPECT_GE(resumed_steps(kept), 20U);
    EXPECT_LT(worst_loss(kept), 11);
    TrainSpec tamed = settings;
    tamed.weight_decay = 0;
    tamed.learning_rate = 1e-2;
    tamed.warmup = 0;
    tamed.save_every = 0;
    std::uint64_t last = 0;
    const TrainCallbacks for_a_while = {.progress = [&](const StepReport& report) { last = report.step; },
                                        .stop = [&] { return last >= resumed_steps(kept) + 200; }};
    train(tamed, make_host_trainer, for_a_while, &kept);
    EXPECT_LT(worst_loss(model::read_checkpoint(settings.out)), 1);
}

TEST_F(KeptCheckpoint, IsNotThatOfAnExplosionAtTheFirstStep) {
    explode_at_once();
    expect_diverges("the loss");
    EXPECT_FALSE(fs::exists(settings.out));
    EXPECT_TRUE(fs::exists(settings.log));
}

TEST_F(KeptCheckpoint, IsNotTheLastOneWhereThatHasExploded) {
    explode_at_once();
    settings.steps = 1;
    expect_diverges("(step 1): the loss is ");
    EXPECT_FALSE(fs::exists(settings.out));
    EXPECT_TRUE(fs::exists(settings.log));
}

TEST_F(KeptCheckpoint, IsNotThatOfAnInterruptionWhereTrainingHasExploded) {
    explode_at_once();
    expect_diverges("(step 1): the loss is ", {.stop = [] { return true; }});
}

// All weights are good where none of them is worse than it was; none that is far worse is, or says what is no number.
TEST_F(KeptCheckpoint, IsJudgedByTheLossOfItsStart) {
    const auto data = data::open_dataset(settings.data);
    const auto process = diffusion::make_process(settings.process);
    base::ThreadPool pool(1);
    for (const double sigma : {0.02, 1.0, 40.0}) {
        TrainSpec scored = settings;
        scored.process = {.name = "ve"};
        scored.prediction = diffusion::Prediction::score;
        scored.objective.name = "dsm";
        scored.objective.sigma = sigma;
        const auto levels = diffusion::make_process(scored.process);
        const BatchSource source(*data, *levels, scored);
        const model::Architecture network = network_of(scored, source);
        const data::TensorMap begin = model::initial_weights(network, 0, source.frequencies(), 1);
        DivergenceCheck check(pool, source, network, begin);
        EXPECT_TRUE(check.is_sound(check.loss(begin)));
        // ½E‖1/σ‖²: the larger the smaller the noise; a start is never at fault.
        EXPECT_NEAR(check.loss(begin) * 2 * sigma * sigma, 1, 0.1);
        data::TensorMap off = begin;
        for (float& value : off.at("output.bias").values) value = static_cast<float>(2 / sigma);
        EXPECT_TRUE(check.is_sound(check.loss(off)));
        for (float& value : off.at("output.bias").values) value = static_cast<float>(5 / sigma);
        EXPECT_FALSE(check.is_sound(check.loss(off)));
        for (float& value : off.at("output.bias").values) value = NAN;
        EXPECT_FALSE(check.is_sound(check.loss(off)));
    }
}

}  // namespace
}  // namespace scorefield::train
