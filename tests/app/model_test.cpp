#include "app/model.hpp"

#include <gtest/gtest.h>

namespace scorefield::app {
namespace {

// The viewer changes settings after the command line was read; flags said for the first sampler stay said.
TEST(BuildProgram, AnotherSamplerMayFollowOneWhoseParametersWereSaid) {
    Settings settings;
    settings.sampler.eta = 0.5;
    settings.given = {"sampler.eta"};
    const std::shared_ptr<const diffusion::NoiseProcess> process = make_process(settings);
    EXPECT_EQ(build_program(settings, *process, settings.prediction).sampler, "ddim");
    settings.sampler.name = "ddpm";
    EXPECT_EQ(build_program(settings, *process, settings.prediction).sampler, "ddpm");
}

}  // namespace
}  // namespace scorefield::app
