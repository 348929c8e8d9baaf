#include "settings/training_settings.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "settings/resolve.hpp"
#include "settings/said.hpp"

namespace scorefield::settings {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Request trained(std::initializer_list<std::pair<const char*, const char*>> values) {
    return requested(values, Command::train);
}

struct Completed {
    std::string objective;
    std::string process;
    diffusion::Prediction prediction;

    bool operator==(const Completed&) const = default;
};

Completed completed(const Request& request) {
    const train::TrainSpec train = train_spec(request.settings);
    return {train.objective.name, train.process.name, train.prediction};
}

TEST(TrainSpec, FollowsWhatIsSaid) {
    using diffusion::Prediction;
    EXPECT_EQ(completed(trained({})), (Completed{"simple", "ddpm", Prediction::epsilon}));
    EXPECT_EQ(completed(trained({{"prediction", "velocity"}})), (Completed{"flow", "flow", Prediction::velocity}));
    EXPECT_EQ(completed(trained({{"prediction", "edm"}})), (Completed{"edm", "edm", Prediction::edm}));
    EXPECT_EQ(completed(trained({{"prediction", "v"}})), (Completed{"v", "ddpm", Prediction::v}));
    EXPECT_EQ(completed(trained({{"prediction", "edm"}, {"process", "vp"}})),
              (Completed{"edm", "vp", Prediction::edm}));
    EXPECT_EQ(completed(trained({{"objective", "flow"}})), (Completed{"flow", "flow", Prediction::velocity}));
    EXPECT_EQ(completed(trained({{"process", "flow"}})), (Completed{"flow", "flow", Prediction::velocity}));
    EXPECT_EQ(completed(trained({{"objective", "x0"}, {"prediction", "v"}})), (Completed{"x0", "ddpm", Prediction::v}));
}

TEST(TrainingPlan, KeepsTheProcessThatIsShown) {
    const diffusion::ProcessSettings process{.name = "vp"};
    const auto planned = [&](const Request& request) { return training_plan(request.settings, "moons", process); };
    const Settings plan = planned(trained({{"prediction", "edm"}}));
    EXPECT_EQ(plan.data, "moons");
    EXPECT_EQ(completed({plan, {}}), (Completed{"edm", "vp", diffusion::Prediction::edm}));
    EXPECT_EQ(completed({planned(trained({{"objective", "edm"}})), {}}).process, "edm");
    EXPECT_EQ(completed({planned(trained({{"process", "ve"}})), {}}).process, "ve");
}

TEST(TrainingFlags, WithoutEffectAreRefused) {
    const auto check = [](std::initializer_list<std::pair<const char*, const char*>> values) {
        return [request = trained(values)] { require_training_flags_used(request, train_spec(request.settings)); };
    };
    const auto refused = [&](std::initializer_list<std::pair<const char*, const char*>> values, const char* flag) {
        EXPECT_THAT(check(values), ThrowsMessage<base::Error>(HasSubstr(std::string("flag without effect (`") + flag)));
    };
    refused({{"objective.gamma", "3"}}, "objective.gamma");
    refused({{"train.label_dropout", "0.2"}}, "train.label_dropout");
    refused({{"train.schedule", "constant"}, {"train.final_learning_rate", "1e-4"}}, "train.final_learning_rate");
    refused({{"device", "host"}, {"validation", "on"}}, "validation");
    EXPECT_NO_THROW(check({{"objective", "min_snr"}, {"objective.gamma", "3"}})());
    EXPECT_NO_THROW(check({{"train.conditional", "on"}, {"train.label_dropout", "0.2"}})());
    EXPECT_NO_THROW(check({{"train.schedule", "linear"}, {"train.final_learning_rate", "1e-4"}})());
    EXPECT_NO_THROW(check({{"device", "host"}, {"validation", "off"}})());
    EXPECT_NO_THROW(check({{"device", "0"}, {"validation", "on"}})());
}

}  // namespace
}  // namespace scorefield::settings
