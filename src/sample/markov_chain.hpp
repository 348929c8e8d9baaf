#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "diffusion/interpreter.hpp"
#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/pipeline.hpp"

namespace scorefield::sample {

/// Probabilities of going from a state (row) to another (column), row-major; each > 0, each row's sum 1 within 1e-9.
struct TransitionTable {
    std::uint32_t rows = 1;
    std::uint32_t columns = 1;
    std::vector<double> probabilities;
};

/// A population through a Markov chain of few states on the GPU. Step k draws each particle's next state from the row
/// of its present one in table k, by the uniform base::uniform(seed, particle, 0, k, base::kSamplerStream): the next
/// state is the number of partial sums of the row, rounded down to multiples of 2⁻³², that it reaches.
class MarkovChain {
  public:
    /// The first table has one row, the law of the start; each next one has as many rows as the one before it columns.
    /// Throws std::invalid_argument otherwise.
    MarkovChain(gpu::Device& device, std::span<const TransitionTable> tables);

    /// States after each step, (steps, range.count) row-major. Throws base::Error (request) when they exceed what the
    /// device takes in one buffer.
    std::vector<std::uint32_t> run(std::uint64_t seed, diffusion::ParticleRange range);

  private:
    /// Where a table's thresholds begin, and its columns.
    struct StepTable {
        std::uint32_t first_threshold = 0;
        std::uint32_t columns = 0;
    };

    gpu::Device& device_;
    std::uint32_t group_;
    gpu::ComputePipeline draw_;
    std::vector<StepTable> steps_;
    gpu::Buffer thresholds_;
};

}  // namespace scorefield::sample
