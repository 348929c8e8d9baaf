#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "diffusion/interpreter.hpp"
#include "diffusion/program.hpp"
#include "gpu/buffer.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "nn/gpu_network.hpp"
#include "sample/blend_kernels.hpp"
#include "sample/gpu_source.hpp"

namespace scorefield::sample {

/// Where the particles are: element e of particle i is values[(reg·dim + e)·stride + i], float32, in the units that
/// the score source knows (a network: standardised). Particles count … stride−1 are padding with undefined values.
struct ParticleView {
    const gpu::Buffer& values;
    std::uint32_t reg;
    std::uint32_t dim;
    std::uint32_t stride;
    std::uint32_t count;
};

/// What a run starts from, each (dim, stride) planes as in ParticleView.
struct StartStates {
    const gpu::Buffer* init = nullptr;   ///< instead of draws of the program's start law
    const gpu::Buffer* known = nullptr;  ///< needed where the program has this input
    const gpu::Buffer* mask = nullptr;   ///< needed where the program has this input
};

/// Runs programs on the GPU: registers of all particles, per-step tables, one recording function per step. All
/// coefficients and biases are on the GPU before the first step; recording a step only pushes dispatches.
class Executor {
  public:
    /// Registers for `capacity` particles and programs of at most `registers` registers, whose evaluations ask
    /// `sources` (at least one, all of one dimension; they must outlive the executor). Throws base::Error (request)
    /// when they exceed what the device takes in one buffer.
    Executor(gpu::Device& device, std::span<GpuSource* const> sources, std::uint32_t capacity, int registers);

    /// The most particles that registers of this kind can hold on the device.
    static std::uint32_t largest_capacity(const gpu::Device& device, std::uint32_t dim, int registers);

    /// Throws base::Error (request) for a program that is not valid or asks a source beyond `sources`.
    static void require_valid(const diffusion::Program& program, std::size_t sources);

    /// Takes a program for the particles of `range` (range.count ≤ capacity); its tables reach the GPU with the next
    /// record_start. Throws as require_valid.
    void load(const diffusion::Program& program, std::uint64_t seed, diffusion::ParticleRange range);
    /// Other particles of the same program; the next recording begins with record_start.
    void set_particles(diffusion::ParticleRange range);

    /// The start state; call before the first step and whenever the run is to start again. std::logic_error where the
    /// program has an input that `states` lacks.
    void record_start(gpu::Recorder& recorder, const StartStates& states = {});
    /// The ops of step 0 ≤ step < program.steps, in timing scopes "network" (all evaluations) and "sampler". Steps must
    /// be recorded in order.
    void record_step(gpu::Recorder& recorder, int step) { record_step(recorder, step, {0, range_.count}); }
    /// Only for some of the particles, counted from this run's first; block.first is a multiple of
    /// gpu::kParticleMultiple. A step is complete when every particle has been in one block; blocks may come in any
    /// order and in different recordings.
    void record_step(gpu::Recorder& recorder, int step, diffusion::ParticleRange block);

    /// Makes the driver compile every pipeline by tiny dispatches, and waits for it. Leaves the registers undefined and
    /// another program loaded.
    void warm_up();

    /// The result register: the state after the last step recorded.
    ParticleView state() const;
    const diffusion::Program& program() const { return program_; }
    std::uint32_t capacity() const { return capacity_; }
    int registers() const { return registers_; }

  private:
    void record_uploads(gpu::Recorder& recorder);
    void record_start_noise(gpu::Recorder& recorder);
    void record_input(gpu::Recorder& recorder, int reg, const gpu::Buffer* states);
    void record(gpu::Recorder& recorder, const diffusion::Eval& eval, std::uint32_t row,
                diffusion::ParticleRange block);
    void record(gpu::Recorder& recorder, const diffusion::Blend& blend, std::uint32_t row,
                diffusion::ParticleRange block);
    void record(gpu::Recorder& recorder, const diffusion::Clamp& clamp, std::uint32_t row,
                diffusion::ParticleRange block);
    void record(gpu::Recorder& recorder, const diffusion::Threshold& threshold, std::uint32_t row,
                diffusion::ParticleRange block);
    void record(gpu::Recorder& recorder, const diffusion::Mask& mask, std::uint32_t row,
                diffusion::ParticleRange block);
    void record_blend(gpu::Recorder& recorder, std::uint32_t number, diffusion::ParticleRange block);
    std::uint32_t first_plane(int reg) const { return static_cast<std::uint32_t>(reg) * dim_; }
    std::uint32_t groups(diffusion::ParticleRange block) const;

    gpu::Device& device_;
    std::vector<GpuSource*> sources_;
    std::uint32_t dim_;
    std::uint32_t capacity_;
    std::uint32_t stride_;
    int registers_;
    std::uint32_t group_;
    diffusion::Program program_;
    std::uint64_t seed_ = 0;
    diffusion::ParticleRange range_;
    std::vector<std::uint32_t> rows_;  ///< by op: evaluation of its source, number of the blend

    BlendKernels blends_;
    gpu::ComputePipeline affine_;
    gpu::ComputePipeline clamp_;
    gpu::ComputePipeline threshold_;
    gpu::ComputePipeline mask_;
    gpu::Buffer values_;
    bool uploads_pending_ = false;
};

}  // namespace scorefield::sample
