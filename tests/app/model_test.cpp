#include "app/model.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace scorefield::app {
namespace {

TEST(BuildProgram, RefusesParametersThatTheSamplerDoesNotTake) {
    Settings settings;
    settings.sampler.eta = 0.5;
    const std::shared_ptr<const diffusion::NoiseProcess> process = make_process(settings);
    EXPECT_EQ(build_program(settings, process, settings.prediction).sampler, "ddim");
    settings.sampler.name = "ddpm";
    EXPECT_THROW(build_program(settings, process, settings.prediction), base::Error);
    settings.sampler = diffusion::only_taken(settings.sampler);
    EXPECT_EQ(build_program(settings, process, settings.prediction).sampler, "ddpm");
}

}  // namespace
}  // namespace scorefield::app
