#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "diffusion/program.hpp"
#include "diffusion/sampler.hpp"
#include "study/orders.hpp"
#include "study/stochastic_laws.hpp"

namespace scorefield::study {
namespace {

/// The order of a sampler's bias where every coefficient of its noise, and of its score, is multiplied so.
double order_with(const diffusion::SamplerSettings& settings, double noise, double score) {
    const auto law_of = [&](int steps) {
        diffusion::Program program = stochastic_program(settings, plane_target(), steps, 0);
        for (diffusion::Op& op : program.ops) {
            if (auto* const blend = std::get_if<diffusion::Blend>(&op.instruction)) {
                for (diffusion::NoiseTerm& term : blend->noise) term.coefficient *= noise;
            }
            if (auto* const eval = std::get_if<diffusion::Eval>(&op.instruction)) eval->c_out *= score;
        }
        return plane_law_after(program, settings);
    };
    return order_of_bias(law_of, plane_law());
}

TEST(OrderOfBias, IsMetByEverySamplerWhoseStepsGrowFiner) {
    int judged = 0;
    for (const diffusion::SamplerSettings& settings : stochastic_settings()) {
        if (!refines(settings)) continue;
        EXPECT_GE(order_with(settings, 1, 1), kLeastOrder) << describe(settings);
        ++judged;
    }
    EXPECT_GE(judged, 8);
}

TEST(OrderOfBias, IsNotMetByACoefficientThatIsOffByAHundredth) {
    for (const diffusion::SamplerSettings& settings : stochastic_settings()) {
        if (!refines(settings)) continue;
        EXPECT_LT(order_with(settings, 1.01, 1), kLeastOrder) << describe(settings) << " noise";
        EXPECT_LT(order_with(settings, 1, 1.01), kLeastOrder) << describe(settings) << " score";
    }
}

// With a small scaling the state itself has a share in the estimate, which the consistency function's has not.
TEST(StochasticSettings, LetTheBoundaryConditionTell) {
    const std::vector<diffusion::SamplerSettings> all = stochastic_settings();
    const auto lcm = std::ranges::find(all, "lcm", &diffusion::SamplerSettings::name);
    ASSERT_NE(lcm, all.end());
    const auto variance = [](const diffusion::SamplerSettings& settings) {
        return plane_law_after(stochastic_program(settings, plane_target(), 10, 0), settings).covariance[0];
    };
    EXPECT_GT(std::abs(variance(*lcm) / variance({.name = "consistency"}) - 1), 0.05);
}

}  // namespace
}  // namespace scorefield::study
