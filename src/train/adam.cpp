#include "train/adam.hpp"

#include <cmath>

namespace scorefield::train {

void adam_step(AdamState& state, std::span<float> weights, std::span<const float> gradient, double rate, double factor,
               double decay) {
    state.first.resize(weights.size());
    state.second.resize(weights.size());
    ++state.steps;
    const auto power = static_cast<double>(state.steps);
    const auto step = static_cast<float>(rate / (1 - std::pow(kAdamBeta1, power)));
    const auto correction = static_cast<float>(1 / std::sqrt(1 - std::pow(kAdamBeta2, power)));
    constexpr auto kKeep1 = static_cast<float>(kAdamBeta1);
    constexpr auto kKeep2 = static_cast<float>(kAdamBeta2);
    constexpr auto kTake1 = static_cast<float>(1 - kAdamBeta1);
    constexpr auto kTake2 = static_cast<float>(1 - kAdamBeta2);
    constexpr auto kEpsilon = static_cast<float>(kAdamEpsilon);
    const auto clip = static_cast<float>(factor);
    const auto keep = static_cast<float>(1 - rate * decay);
    float* m = state.first.data();
    float* v = state.second.data();
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const float g = clip * gradient[i];
        m[i] = kKeep1 * m[i] + kTake1 * g;
        v[i] = kKeep2 * v[i] + kTake2 * g * g;
        weights[i] = keep * weights[i] - step * m[i] / (std::sqrt(v[i]) * correction + kEpsilon);
    }
}

void average_step(std::span<float> average, std::span<const float> weights, double decay) {
    const auto take = static_cast<float>(1 - decay);
    for (std::size_t i = 0; i < average.size(); ++i) average[i] += take * (weights[i] - average[i]);
}

}  // namespace scorefield::train
