#include "viewer/score_choice.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "model/model.hpp"
#include "settings/resolved.hpp"

namespace scorefield::viewer {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

void open(const settings::Settings& settings) {
    settings::build_program(settings, settings::open_model(settings));
}

settings::Settings target() {
    settings::Settings settings;
    settings.target = "mixture_d";
    return settings;
}

TEST(ScoreChoice, FollowsTheSamplerWhereATargetIsAskedForWhatSuitsIt) {
    settings::Settings settings = target();
    const ScoreChoice before(settings);
    settings.sampler.name = "heun";
    EXPECT_EQ(ScoreChoice(settings), before);
    settings.sampler.name = "langevin";
    EXPECT_NE(ScoreChoice(settings), before);
    EXPECT_EQ(ScoreChoice(settings).prediction, diffusion::Prediction::score);
}

TEST(ScoreChoice, OfLangevinDynamicsKnowsTheDensityWithoutNoise) {
    settings::Settings settings = target();
    settings.sampler.name = "langevin";
    settings.sampler.clean = true;
    EXPECT_NO_THROW(open(settings));
    settings.prediction = diffusion::Prediction::x0;
    EXPECT_THROW(open(settings), base::Error);
}

TEST(ScoreChoice, IsThatOfTheUserOrTheNetworkWhateverTheSampler) {
    settings::Settings learned;
    settings::Settings said = target();
    said.prediction = diffusion::Prediction::v;
    for (settings::Settings settings : {learned, said}) {
        const ScoreChoice before(settings);
        settings.sampler.name = "langevin";
        EXPECT_EQ(ScoreChoice(settings), before);
    }
}

TEST(DefaultRun, KeepsScoreAndParticlesAndSaysWhatHasChanged) {
    settings::Settings settings = target();
    settings.process.name = "ve";
    settings.particles = 123;
    settings.seed = 9;
    settings.sampler.name = "rk45";
    settings.steps = 7;
    settings.init = "prior";
    const ScoreChoice score(settings);
    const std::string changed = take_default_run(settings);
    EXPECT_EQ(ScoreChoice(settings), score);
    EXPECT_EQ(settings.particles, 123U);
    EXPECT_EQ(settings.seed, 9U);
    EXPECT_EQ(settings.sampler, settings::Settings().sampler);
    EXPECT_EQ(settings.init, "");
    EXPECT_THAT(changed, HasSubstr("sampler ddim"));
    EXPECT_THAT(changed, HasSubstr("50 steps"));
    EXPECT_THAT(changed, HasSubstr("init default"));
    EXPECT_EQ(take_default_run(settings), "");
}

TEST(OpenNearest, LeavesWhatCanBeOpened) {
    settings::Settings settings = target();
    settings.spacing.name = "leading";
    EXPECT_EQ(open_nearest(settings, open), "");
    EXPECT_EQ(settings.spacing.name, "leading");
}

TEST(OpenNearest, DropsTheClassOfAnExactTarget) {
    settings::Settings settings = target();
    settings.label = 1;
    EXPECT_THAT(open_nearest(settings, open), HasSubstr("Used instead: no class"));
    EXPECT_EQ(settings.label, std::nullopt);
    EXPECT_EQ(settings.target, "mixture_d");
}

TEST(OpenNearest, ChangesNoMoreThanTheProcessAsksFor) {
    settings::Settings settings = target();
    settings.process.name = "flow";
    settings.spacing.name = "leading";
    settings.sampler.name = "dpmpp_2m";
    const std::string why = open_nearest(settings, open);
    EXPECT_THAT(why, HasSubstr("no spacing leading on this process"));
    EXPECT_THAT(why, testing::EndsWith("Used instead: automatic spacing"));
    EXPECT_EQ(settings.spacing, settings::Settings().spacing);
    EXPECT_EQ(settings.sampler.name, "dpmpp_2m");
    EXPECT_EQ(settings.steps, 50);
}

TEST(OpenNearest, TakesFewerSteps) {
    settings::Settings settings = target();
    settings.process.horizon = 40;
    EXPECT_THAT(open_nearest(settings, open), HasSubstr("20 steps"));
    EXPECT_EQ(settings.steps, 20);
}

TEST(OpenNearest, DropsTimestepsThatTheProcessDoesNotHave) {
    settings::Settings settings = target();
    settings.process.name = "ve";
    settings.timesteps = "999,500,10";
    EXPECT_THAT(open_nearest(settings, open), HasSubstr("automatic spacing"));
    EXPECT_EQ(settings.timesteps, "");
}

TEST(OpenNearest, AsksForWhatTheTargetKnowsWithoutSignal) {
    settings::Settings settings = target();
    settings.process.zero_snr = true;
    settings.spacing.name = "even";  // from the last level on, which the usual one leaves out
    settings.prediction = diffusion::Prediction::epsilon;
    EXPECT_THAT(open_nearest(settings, open), HasSubstr("Used instead"));
    EXPECT_FALSE(settings.prediction.has_value());
}

TEST(OpenNearest, LeavesAProgramThatDoesNotFit) {
    settings::Settings settings = target();
    settings.program = "three_states";
    EXPECT_THAT(open_nearest(settings, open), HasSubstr("sampler ddim"));
    EXPECT_EQ(settings.program, "");
}

TEST(OpenNearest, RefusesWhatNoChangeOfTheRunMends) {
    settings::Settings settings = target();
    settings.process.name = "ve";
    settings.process.sigma_min = 9;
    settings.process.sigma_max = 3;
    settings.spacing.name = "leading";
    EXPECT_THAT([&] { open_nearest(settings, open); }, ThrowsMessage<base::Error>(HasSubstr("`process.sigma_max`")));
    EXPECT_EQ(settings.spacing.name, "leading");
}

TEST(OpenNearest, DoesNotTryAgainWhereTheMachineFails) {
    settings::Settings settings = target();
    int calls = 0;
    const auto fail = [&](const settings::Settings&) {
        ++calls;
        throw base::running_error("no memory", "device", "it is full", "ask for less");
    };
    EXPECT_THROW(open_nearest(settings, fail), base::Error);
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace scorefield::viewer
