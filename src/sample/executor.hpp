#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "diffusion/interpreter.hpp"
#include "diffusion/program.hpp"
#include "gpu/buffer.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "sample/blend_kernels.hpp"
#include "sample/gpu_source.hpp"

namespace scorefield::sample {

/// A program with all tables that recording it needs; Executor::prepare makes it.
struct PreparedProgram {
    diffusion::Program program;
    std::uint64_t seed = 0;
    std::vector<std::uint32_t> rows;                ///< by op: evaluation of its source, number of the blend
    std::vector<double> operations;                 ///< by op, of one particle
    std::vector<GpuEvaluations::Take> take_tables;  ///< by source
    BlendKernels::Table blends;
};

/// Runs the ops of programs on the GPU: registers of all particles, per-step tables, one recording function per part of
/// an op. All coefficients and biases are on the GPU before the first step; recording an op only pushes dispatches.
class Executor {
  public:
    /// Registers for `capacity` particles and programs of at most `registers` registers, whose evaluations ask
    /// `sources` (at least one, all of one dimension; they must outlive the executor). Throws base::Error (request)
    /// when they exceed what the device takes in one buffer.
    Executor(gpu::Device& device, std::span<GpuSource* const> sources, std::uint32_t capacity, int registers);
    /// An executor with registers of its own that shares sources and pipelines with `other`. If `other` is warmed up,
    /// this executor needs no warm-up. May be constructed on another thread while `other` records.
    Executor(const Executor& other, std::uint32_t capacity, int registers);

    /// The most particles that registers of this kind can hold on the device. std::logic_error without registers.
    static std::uint32_t largest_capacity(const gpu::Device& device, std::uint32_t dim, int registers);

    /// Makes the tables of a program, which may take seconds for many steps. May be called on another thread while this
    /// executor records. `check_cancelled`: as GpuEvaluations::make_tables. Throws base::Error (request) for a program
    /// that is not valid or asks a source beyond `sources`, and as the sources do; std::logic_error for one that needs
    /// more registers.
    PreparedProgram prepare(const diffusion::Program& program, std::uint64_t seed,
                            const std::function<void()>& check_cancelled = {}) const;
    /// Takes a program that this executor has prepared.
    void load(PreparedProgram prepared);
    /// Both; where the first throws, what was loaded before stays.
    void load(const diffusion::Program& program, std::uint64_t seed) { load(prepare(program, seed)); }
    /// Whose registers these are: range.count ≤ capacity.
    void set_particles(diffusion::ParticleRange range);

    /// Whether a source has other weights than the tables.
    bool has_other_weights() const;
    /// Brings coefficients and time tables up to what was loaded and to the weights of the sources, in a timing scope
    /// "network". Comes before the first op after `load` and after other weights; records nothing otherwise.
    void record_uploads(gpu::Recorder& recorder);
    /// Draws of the program's start law.
    void record_start_noise(gpu::Recorder& recorder);
    /// Fills register `reg` with (dim, stride) planes.
    void record_input(gpu::Recorder& recorder, int reg, const gpu::Buffer& planes);

    bool is_evaluation(std::size_t op) const;
    /// Op i of the program consists of parts(i) parts, between which recording may stop.
    std::uint32_t parts(std::size_t op) const;
    /// The most particles that op i takes at a time.
    std::uint32_t largest_block(std::size_t op) const;
    /// Operations of one particle in op i.
    double operations(std::size_t op) const { return operations_.at(op); }
    /// One part of an op for at most largest_block(op) particles. `block` is counted from the first particle of the
    /// registers; block.first is a multiple of gpu::kParticleMultiple. Parts come in order; a block's evaluation ends
    /// before another's begins.
    void record(gpu::Recorder& recorder, std::size_t op, std::uint32_t part, diffusion::ParticleRange block);

    /// Makes the driver compile every pipeline by tiny dispatches, and waits for it. Leaves the registers undefined and
    /// another program loaded.
    void warm_up();

    const diffusion::Program& program() const { return program_; }
    diffusion::ParticleRange range() const { return range_; }
    const gpu::Buffer& values() const { return values_; }
    std::uint32_t dim() const { return dim_; }
    std::uint32_t stride() const { return stride_; }
    std::uint32_t capacity() const { return capacity_; }
    int registers() const { return registers_; }
    VkDeviceSize register_bytes() const { return VkDeviceSize{dim_} * stride_ * sizeof(float); }

  private:
    const GpuEvaluations* evaluations_of(std::size_t op) const;
    double count_operations(const diffusion::Instruction& instruction) const;
    void record(gpu::Recorder& recorder, const diffusion::Eval& eval, std::uint32_t row, std::uint32_t part,
                diffusion::ParticleRange block);
    void record(gpu::Recorder& recorder, const diffusion::Blend& blend, std::uint32_t row, std::uint32_t part,
                diffusion::ParticleRange block);
    void record(gpu::Recorder& recorder, const diffusion::Clamp& clamp, std::uint32_t row, std::uint32_t part,
                diffusion::ParticleRange block);
    void record(gpu::Recorder& recorder, const diffusion::Threshold& threshold, std::uint32_t row, std::uint32_t part,
                diffusion::ParticleRange block);
    void record(gpu::Recorder& recorder, const diffusion::Mask& mask, std::uint32_t row, std::uint32_t part,
                diffusion::ParticleRange block);
    void record_blend(gpu::Recorder& recorder, std::uint32_t number, diffusion::ParticleRange block);
    std::uint32_t first_plane(int reg) const { return static_cast<std::uint32_t>(reg) * dim_; }
    std::uint32_t groups(diffusion::ParticleRange block) const;

    gpu::Device& device_;
    std::vector<GpuSource*> sources_;
    std::uint32_t dim_;
    std::vector<std::unique_ptr<GpuEvaluations>> evaluations_;  ///< by source
    std::uint32_t capacity_;
    std::uint32_t stride_;
    int registers_;
    std::uint32_t group_;
    diffusion::Program program_;
    std::uint64_t seed_ = 0;
    diffusion::ParticleRange range_;
    std::vector<std::uint32_t> rows_;  ///< as in PreparedProgram
    std::vector<double> operations_;

    BlendKernels blends_;
    gpu::ComputePipeline affine_;
    gpu::ComputePipeline clamp_;
    gpu::ComputePipeline threshold_;
    gpu::ComputePipeline mask_;
    gpu::Buffer values_;
};

}  // namespace scorefield::sample
