#include "settings/training_record.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "settings/resolve.hpp"
#include "settings/training_settings.hpp"

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
        EXPECT_EQ(resumed_settings(resume(), stopped(scaling)).data_scaling, scaling);
        EXPECT_EQ(resumed_settings(resume(scaling), stopped(scaling)).data_scaling, scaling);
    }
    EXPECT_THAT([] { resumed_settings(resume("common"), stopped("auto")); },
                testing::ThrowsMessage<base::Error>(testing::HasSubstr("data.scaling contradicts the training")));
}

TEST(ResumedTraining, OldCheckpointsUseCommonScaling) {
    EXPECT_EQ(train_spec(resumed_settings(resume(), stopped(""))).scaling, data::ScalingMode::common);
    EXPECT_EQ(resumed_settings(resume("common"), stopped("")).data_scaling, "common");
    EXPECT_THAT([] { resumed_settings(resume("auto"), stopped("")); },
                testing::ThrowsMessage<base::Error>(testing::HasSubstr("was started with common, not with auto")));
}

TEST(ResumedTraining, KeepsTheProcessOfItsRecord) {
    model::Checkpoint old = stopped("auto");
    // An objective alone would imply another process. Records of earlier versions also name what was given.
    old.training.insert({{"setting.objective", "edm"},
                         {"setting.process", "vp"},
                         {"setting.process.schedule", "linear"},
                         {"given", "objective process"}});
    const Settings resumed = resumed_settings(resume(), old);
    EXPECT_EQ(train_spec(resumed).process.name, "vp");
    Request other = resume();
    other.settings.process.name = "ddpm";
    other.given.insert("process");
    EXPECT_THAT([&] { resumed_settings(other, old); },
                testing::ThrowsMessage<base::Error>(testing::HasSubstr("was started with vp, not with ddpm")));
}

TEST(ResumedTraining, RefusesADefaultThatContradictsItsRecord) {
    model::Checkpoint old = stopped("auto");
    old.training["setting.train.batch"] = "64";
    Request request = resume();
    request.given.insert("train.batch");
    EXPECT_THAT([&] { resumed_settings(request, old); },
                testing::ThrowsMessage<base::Error>(testing::HasSubstr("was started with 64, not with 2048")));
}

TEST(TrainingRecord, HoldsEveryDecision) {
    Settings settings;
    settings.command = Command::train;
    settings.data = "moons";
    const train::TrainSpec spec = train_spec(settings);
    const std::map<std::string, std::string> record = training_record(with_decisions(settings, spec), "host");
    EXPECT_EQ(record.at("setting.objective"), "simple");
    EXPECT_EQ(record.at("setting.process"), "ddpm");
    EXPECT_EQ(record.at("setting.process.schedule"), "linear");
    EXPECT_EQ(record.at("setting.prediction"), "epsilon");
    EXPECT_EQ(record.at("setting.data.scaling"), "auto");
    EXPECT_EQ(record.at("device"), "host");
    EXPECT_FALSE(record.contains("given"));
}

TEST(TrainingRecord, HasTheScheduleOnlyOfProcessesThatTakeOne) {
    Settings settings;
    settings.command = Command::train;
    settings.data = "moons";
    settings.process.name = "vp";
    const std::map<std::string, std::string> record =
        training_record(with_decisions(settings, train_spec(settings)), "host");
    EXPECT_EQ(record.at("setting.process"), "vp");
    EXPECT_FALSE(record.contains("setting.process.schedule"));
}

TEST(ResumeCommand, SaysWhatTheCheckpointDoesNotStore) {
    Settings settings;
    settings.command = Command::train;
    settings.out = "a b.safetensors";
    settings.train.batch = 7;
    EXPECT_EQ(resume_command(settings), "scorefield train --resume 'a b.safetensors'");
    settings.device = "auto";  // the default would be the device of the record
    settings.train.save_every = 5;
    settings.json = true;
    EXPECT_EQ(resume_command(settings),
              "scorefield train --resume 'a b.safetensors' --train.save_every 5 --device auto --json");
}

}  // namespace
}  // namespace scorefield::settings
