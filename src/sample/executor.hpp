#pragma once

#include <cstdint>
#include <vector>

#include "diffusion/interpreter.hpp"
#include "diffusion/program.hpp"
#include "gpu/buffer.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "nn/gpu_network.hpp"

namespace scorefield::sample {

/// Where the particles are: element e of particle i is values[(reg·dim + e)·stride + i], float32, in the units that
/// the network knows (standardised). Particles count … stride−1 are padding with undefined values.
struct ParticleView {
    const gpu::Buffer& values;
    std::uint32_t reg;
    std::uint32_t dim;
    std::uint32_t stride;
    std::uint32_t count;
};

/// Runs programs on the GPU: registers of all particles, per-step tables, one recording function per step. All
/// coefficients and biases are on the GPU before the first step; recording a step only pushes dispatches.
class Executor {
  public:
    /// Registers for `capacity` particles and programs of at most `registers` registers. `network` must outlive the
    /// executor. Throws base::Error (request) when they exceed what the device takes in one buffer.
    Executor(gpu::Device& device, nn::GpuNetwork& network, std::uint32_t capacity, int registers);

    /// Takes a program for the particles of `range` (range.count ≤ capacity); its tables reach the GPU with the next
    /// record_start. Throws base::Error (request) for an instruction that has no kernel.
    void load(const diffusion::Program& program, std::uint64_t seed, diffusion::ParticleRange range);

    /// The start state init_scale·N(0, I); call before the first step and whenever the run is to start again.
    void record_start(gpu::Recorder& recorder);
    /// Starts from given states instead: `states` holds (dim, stride) planes as in ParticleView.
    void record_start(gpu::Recorder& recorder, const gpu::Buffer& states);
    /// The ops of step 0 ≤ step < program.steps, in timing scopes "network" and "sampler". Steps must be recorded in
    /// order.
    void record_step(gpu::Recorder& recorder, int step) { record_step(recorder, step, {0, range_.count}); }
    /// Only for some of the particles, counted from this run's first; block.first is a multiple of
    /// nn::kParticleMultiple. A step is complete when every particle has been in one block; blocks may come in any
    /// order and in different recordings.
    void record_step(gpu::Recorder& recorder, int step, diffusion::ParticleRange block);

    /// Makes the driver compile every pipeline by tiny dispatches, and waits for it. Leaves the registers undefined.
    void warm_up();

    /// The result register: the state after the last step recorded.
    ParticleView state() const;
    const diffusion::Program& program() const { return program_; }
    std::uint32_t capacity() const { return capacity_; }
    const nn::GpuNetwork& network() const { return network_; }

  private:
    /// Where an op finds its numbers: words of the program's table, row of the network's.
    struct TableRange {
        std::uint32_t first_term = 0;
        std::uint32_t first_noise = 0;
        std::uint32_t row = 0;
    };

    void record_uploads(gpu::Recorder& recorder);
    void record_blend(gpu::Recorder& recorder, std::uint32_t dst, const TableRange& range, std::uint32_t terms,
                      std::uint32_t noise, diffusion::ParticleRange block);
    std::uint32_t groups(diffusion::ParticleRange block) const;

    gpu::Device& device_;
    nn::GpuNetwork& network_;
    std::uint32_t capacity_;
    std::uint32_t stride_;
    int registers_;
    std::uint32_t group_;
    diffusion::Program program_;
    std::uint64_t seed_ = 0;
    diffusion::ParticleRange range_;
    std::vector<TableRange> ranges_;  ///< by op

    gpu::ComputePipeline blend_;
    gpu::ComputePipeline clamp_;
    gpu::Buffer values_;
    gpu::Buffer table_;
    gpu::Buffer staging_;
    bool uploads_pending_ = false;
};

}  // namespace scorefield::sample
