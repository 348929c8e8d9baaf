#pragma once

#include <string>
#include <vector>

#include "base/random.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "nn/mlp.hpp"

namespace scorefield::sample {

/// A program on the linear schedule with `even` spacing.
inline diffusion::Program make_program(const diffusion::SamplerSettings& settings, int steps) {
    const auto process = diffusion::make_process({});
    return compile_program(*process, diffusion::Prediction::epsilon, settings,
                           diffusion::make_timesteps(*process, "even", steps));
}

/// A network whose every weight and bias is drawn, the output layer too.
inline data::TensorMap random_network(const nn::MlpConfig& config, std::uint64_t seed) {
    data::TensorMap tensors = nn::initial_weights(config, seed, 1000);
    std::uint32_t index = 0;
    for (auto& [name, tensor] : tensors) {
        if (name != "time.frequencies") {
            const float scale = name == "output.weight" ? 0.3F : 0.1F;
            for (std::size_t i = 0; i < tensor.values.size(); ++i) {
                tensor.values[i] += scale * base::normal(seed, static_cast<std::uint32_t>(i), 0, ++index, 77);
            }
        }
    }
    return tensors;
}

}  // namespace scorefield::sample
