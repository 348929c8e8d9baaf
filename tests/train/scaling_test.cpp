#include <gmock/gmock.h>

#include <cmath>

#include "base/random.hpp"
#include "data/npy.hpp"
#include "tests/base/scratch.hpp"
#include "train/small_settings.hpp"
#include "train/train.hpp"

/// Trainings on coordinates of different spread.
namespace scorefield::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Normals of these deviations about (10, 20, …), a coordinate of deviation 0 is constant.
std::vector<float> normals(std::size_t count, const std::vector<float>& deviations) {
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t c = 0; c < deviations.size(); ++c) {
            const float z = base::normal(1, static_cast<std::uint32_t>(i), 0, static_cast<std::uint32_t>(c), 0);
            values.push_back(10 * static_cast<float>(c + 1) + deviations[c] * z);
        }
    }
    return values;
}

class UnlikeCoordinates : public testing::Test {
  protected:
    const base::ScratchFolder folder;
    std::vector<std::string> told;

    TrainSpec settings_for(const std::vector<float>& deviations) const {
        constexpr std::size_t kCount = 500;
        data::write_npy(folder / "points.npy", {kCount, deviations.size()}, normals(kCount, deviations));
        TrainSpec settings = small_settings();
        settings.data = (folder / "points.npy").string();
        settings.out = folder / "model.safetensors";
        settings.steps = 30;
        settings.batch = 64;
        return settings;
    }
    model::Checkpoint trained(const TrainSpec& settings, const model::Checkpoint* resumed = nullptr) {
        told.clear();
        TrainCallbacks callbacks;
        callbacks.noted = [this](const std::vector<std::string>& notes) {
            told.insert(told.end(), notes.begin(), notes.end());
        };
        train::train(settings, make_host_trainer, callbacks, resumed);
        return model::read_checkpoint(settings.out);
    }
};

TEST_F(UnlikeCoordinates, AreStandardisedEachOnItsOwnAndTheCheckpointKnows) {
    for (const float ratio : {30.0F, 1e6F}) {
        const model::Checkpoint made = trained(settings_for({1, ratio, 1}));
        EXPECT_NEAR(made.scaling.deviation[0], 1, 0.1);  // three standard errors of the deviation of 500 normals
        EXPECT_NEAR(made.scaling.deviation[1] / static_cast<double>(ratio), 1, 0.1);
        EXPECT_NEAR(made.scaling.deviation[2], 1, 0.1);
        EXPECT_THAT(told, ElementsAre(HasSubstr("each coordinate is standardised separately")));
    }
}

TEST_F(UnlikeCoordinates, AlikeOnesHaveOneDeviation) {
    for (const float ratio : {1.0F, 10.0F}) {
        const model::Checkpoint made = trained(settings_for({1, ratio}));
        EXPECT_TRUE(made.scaling.has_common_deviation());
        EXPECT_THAT(told, IsEmpty());
    }
}

TEST_F(UnlikeCoordinates, HaveTheDeviationsThatAreAskedFor) {
    TrainSpec settings = settings_for({1, 100});
    settings.scaling = data::ScalingMode::common;
    EXPECT_TRUE(trained(settings).scaling.has_common_deviation());
    EXPECT_THAT(told, ElementsAre(HasSubstr("cannot be learned with a common standard deviation")));
    settings = settings_for({1, 3});
    settings.scaling = data::ScalingMode::per_coordinate;
    EXPECT_NEAR(trained(settings).scaling.deviation[1], 3, 0.3);
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(UnlikeCoordinates, ThatAreConstantStaySo) {
    const model::Checkpoint made = trained(settings_for({2, 0, 2}));
    EXPECT_EQ(made.scaling.mean[1], 20);
    EXPECT_EQ(made.scaling.deviation[1], 0);
    EXPECT_EQ(made.scaling.deviation[0], made.scaling.deviation[2]);
    EXPECT_THAT(told, ElementsAre(HasSubstr("coordinate 1 is constant (20); samples keep this value")));
    for (const auto& [name, tensor] : made.tensors) {
        for (const float value : tensor.values) ASSERT_TRUE(std::isfinite(value)) << name;
    }
}

TEST_F(UnlikeCoordinates, AreResumedWithTheSameDeviations) {
    TrainSpec settings = settings_for({1, 100, 0});
    const model::Checkpoint whole = trained(settings);
    settings.steps = 20;
    trained(settings);
    const model::Checkpoint half = model::read_checkpoint(settings.out);
    settings.steps = 30;
    settings.schedule = "constant";
    trained(settings, &half);
    settings.scaling = data::ScalingMode::common;
    EXPECT_THAT([&] { trained(settings, &half); }, testing::Throws<base::Error>());
    EXPECT_EQ(whole.scaling, half.scaling);
}

}  // namespace
}  // namespace scorefield::train
