#include "settings/training_record.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "settings/resolve.hpp"

namespace scorefield::settings {
namespace {

/// A training that was stopped after 10 steps.
model::Checkpoint stopped(const std::string& scaling) {
    model::Checkpoint checkpoint;
    checkpoint.training = {{"steps", "10"}, {"setting.train.steps", "20"}, {"setting.data", "moons"}};
    if (!scaling.empty()) checkpoint.training["setting.data.scaling"] = scaling;
    checkpoint.state.emplace();
    return checkpoint;
}

Request resume(const std::string& scaling = "") {
    Request request;
    Settings& settings = request.settings;
    settings.command = Command::train;
    settings.resume = "model.safetensors";
    if (!scaling.empty()) {
        settings.data_scaling = scaling;
        request.given.insert("data.scaling");
    }
    return request;
}

TEST(ResumedTraining, KeepsTheScalingOfItsData) {
    for (const std::string scaling : {"auto", "common", "per_coordinate"}) {
        EXPECT_EQ(resumed_request(resume(), stopped(scaling)).settings.data_scaling, scaling);
        EXPECT_EQ(resumed_request(resume(scaling), stopped(scaling)).settings.data_scaling, scaling);
    }
    EXPECT_THAT([] { resumed_request(resume("common"), stopped("auto")); },
                testing::ThrowsMessage<base::Error>(testing::HasSubstr("data.scaling contradicts the training")));
}

TEST(ResumedTraining, OldCheckpointsUseCommonScaling) {
    EXPECT_EQ(train_spec(resumed_request(resume(), stopped("")).settings).scaling, data::ScalingMode::common);
    EXPECT_EQ(resumed_request(resume("common"), stopped("")).settings.data_scaling, "common");
    EXPECT_THAT([] { resumed_request(resume("auto"), stopped("")); },
                testing::ThrowsMessage<base::Error>(testing::HasSubstr("was started with common, not with auto")));
}

}  // namespace
}  // namespace scorefield::settings
