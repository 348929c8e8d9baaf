#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "model/architecture.hpp"
#include "nn/mlp.hpp"
#include "session/run_request.hpp"

namespace scorefield::sample {

using session::rows_of;
using session::RunRequest;

/// A program on the linear schedule with `even` spacing.
inline diffusion::Program make_program(const diffusion::SamplerSettings& settings, int steps) {
    const auto process = diffusion::make_process({});
    return compile_program(diffusion::make_time_grid(process, diffusion::SpacingSettings{}, steps),
                           diffusion::Prediction::epsilon, settings);
}

/// A network whose every weight and bias is drawn, the output layer too.
inline data::TensorMap random_network(const nn::MlpConfig& config, std::uint64_t seed) {
    data::TensorMap tensors = nn::initial_weights(config, seed, nn::frequencies_of_levels(1000));
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

/// The trained tensors one after the other, and a float that belongs to none.
inline std::vector<float> trained_list(const nn::MlpConfig& config, const data::TensorMap& tensors) {
    std::vector<float> list;
    for (const nn::TensorSpec& spec : nn::tensors_of(config)) {
        const std::vector<float>& values = tensors.at(spec.name).values;
        if (spec.trained) list.insert(list.end(), values.begin(), values.end());
    }
    list.push_back(std::numeric_limits<float>::quiet_NaN());
    return list;
}

/// All that a run hands over.
struct Collected {
    std::vector<float> samples;     ///< (particles, dim)
    std::vector<float> trajectory;  ///< (steps+1, particles, dim), empty unless asked for
};

/// `run(request, sink)` runs the request.
template <typename Run>
Collected collect(std::size_t dim, const RunRequest& request, const Run& run) {
    const std::size_t state_floats = request.particles * dim;
    const auto states = static_cast<std::size_t>(request.program.steps) + 1;
    Collected collected;
    collected.samples.resize(state_floats);
    if (request.trajectory) collected.trajectory.resize(states * state_floats);
    run(request, [&](const session::Batch& batch) {
        const auto place = static_cast<std::ptrdiff_t>(batch.first * dim);
        if (batch.state == request.program.steps) {
            std::copy(batch.rows.begin(), batch.rows.end(), collected.samples.begin() + place);
        }
        if (!request.trajectory) return;
        const auto state = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(batch.state) * state_floats);
        std::copy(batch.rows.begin(), batch.rows.end(), collected.trajectory.begin() + state + place);
    });
    return collected;
}

}  // namespace scorefield::sample
