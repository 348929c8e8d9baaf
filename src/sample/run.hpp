#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "data/points.hpp"
#include "diffusion/program.hpp"
#include "nn/gpu_network.hpp"

namespace scorefield::sample {

/// A whole run: every particle of a range through a program, in batches.
struct RunRequest {
    diffusion::Program program;
    std::uint64_t seed = 0;
    std::uint32_t first = 0;  ///< number of the first particle: its noise depends on it
    std::uint32_t particles = 0;
    std::uint32_t chunk = 0;      ///< particles per batch, 0: by the network; changes nothing but memory
    bool trajectory = false;      ///< keep the state before the first and after every step
    std::span<const float> init;  ///< start states (particles, dim) instead of the prior; empty: the prior
    std::function<void(std::uint64_t particle_steps)> progress;  ///< so far; may be empty
};

struct RunResult {
    data::Points samples;           ///< final states, standardised units
    std::vector<float> trajectory;  ///< (steps+1, particles, dim), the start first; empty unless asked for
    double seconds = 0;          ///< wall time of the sampling itself: from the first submission of each batch to its
                                 ///< end; start-up, warm-up and files excluded
    double network_seconds = 0;  ///< GPU time of network evaluations
    double sampler_seconds = 0;  ///< GPU time of the sampler's own instructions
};

/// Runs on the GPU, warmed up first. Throws base::Error (running) when the samples are not finite.
RunResult run(gpu::Device& device, nn::GpuNetwork& network, const RunRequest& request);

}  // namespace scorefield::sample
