#include <gtest/gtest.h>

#include "model/model.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::model {
namespace {

constexpr nn::MlpConfig kConditional = {2, 3, 1, 2, 2};

Checkpoint conditional_checkpoint() {
    Checkpoint checkpoint;
    checkpoint.network = kConditional;
    checkpoint.process.name = "edm";
    checkpoint.process.sigma_data = 0.7;
    checkpoint.prediction = diffusion::Prediction::v;
    checkpoint.data = "moons";
    checkpoint.scaling = {{0.1, 0.3}, {0.7, 0.7}};
    checkpoint.clean_moments = diffusion::AxisMoments{{0.01, -0.1}, {0.9, 1.1}};
    checkpoint.tensors = nn::initial_weights(kConditional, 1, nn::frequencies_of_levels(99));
    return checkpoint;
}

// A network in training is the same model as after it has been saved and opened.
TEST(ModelInTraining, IsTheModelOfItsFileForEachClass) {
    const base::ScratchFolder folder;
    const Checkpoint checkpoint = conditional_checkpoint();
    ModelSpec spec;
    spec.file = folder / "model.safetensors";
    write_checkpoint(spec.file, checkpoint);
    for (const std::optional<std::size_t> label : {std::optional<std::size_t>(), {0}, {1}}) {
        spec.classes = {label, true};
        const Model opened = open_model(spec);
        const Model training = model_in_training(checkpoint, label);
        EXPECT_TRUE(training.in_training);
        EXPECT_FALSE(opened.in_training);
        EXPECT_EQ(training.checkpoint->tensors, opened.checkpoint->tensors);
        EXPECT_EQ(training.checkpoint->network, opened.checkpoint->network);
        EXPECT_EQ(training.process_settings, opened.process_settings);
        EXPECT_EQ(training.process->times().highest, opened.process->times().highest);
        EXPECT_EQ(training.parametrisation.prediction, opened.parametrisation.prediction);
        EXPECT_EQ(training.parametrisation.sigma_data, 0.7);
        EXPECT_EQ(opened.parametrisation.sigma_data, 0.7);
        EXPECT_EQ(training.scaling, opened.scaling);
        EXPECT_EQ(training.data, opened.data);
        EXPECT_EQ(training.clean_moments, checkpoint.clean_moments);
    }
}

}  // namespace
}  // namespace scorefield::model
