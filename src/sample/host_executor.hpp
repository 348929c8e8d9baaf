#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/normal_kernels.hpp"
#include "diffusion/interpreter.hpp"
#include "diffusion/program.hpp"
#include "nn/aligned.hpp"
#include "sample/host_blocks.hpp"
#include "sample/host_source.hpp"

namespace scorefield::sample {

/// A program with all tables that running it on the host needs; HostExecutor::prepare makes it.
struct HostProgram {
    diffusion::Program program;
    std::uint64_t seed = 0;
    std::vector<std::uint32_t> rows;                 ///< by op: evaluation of its source
    std::vector<HostEvaluations::Take> take_tables;  ///< by source
};

/// Runs the ops of programs on the host, in single precision, for blocks of particles: the registers of all particles
/// and what instructions do to them. Different blocks may be worked on by several threads at once.
class HostExecutor {
  public:
    /// Registers for `capacity` particles and programs of at most `registers` registers, whose evaluations ask
    /// `sources` (at least one, all of one dimension; they must outlive the executor). Throws base::Error (request) if
    /// they need more than half of the memory.
    HostExecutor(std::span<const HostSource* const> sources, std::uint32_t capacity, int registers);

    /// Makes the tables of a program. May be called on another thread while this executor runs. `check_cancelled`: as
    /// HostEvaluations::make_tables. Throws base::Error (request) for a program that is not valid or asks a source
    /// beyond `sources`, and as the sources do; std::logic_error for one that needs more registers.
    HostProgram prepare(const diffusion::Program& program, std::uint64_t seed,
                        const std::function<void()>& check_cancelled) const;
    /// Takes a program that this executor has prepared.
    void load(HostProgram prepared);
    /// Whose registers these are: range.count ≤ capacity.
    void set_particles(diffusion::ParticleRange range);

    /// Blocks that hold particles.
    std::size_t blocks() const { return (range_.count + kHostBlock - 1) / kHostBlock; }
    /// Register `reg` of a block ← draws of the program's start law.
    void start(std::size_t block);
    /// Register `reg` of a block ← rows (count, dim) of all particles.
    void take_rows(std::size_t block, int reg, std::span<const float> rows);
    /// Rows (count, dim) of all particles ← register `reg` of a block.
    void give_rows(std::size_t block, int reg, std::span<float> rows) const;
    /// Register `reg` of a block: (dim, kHostBlock) planes.
    std::span<float> planes(std::size_t block, int reg);
    std::span<const float> planes(std::size_t block, int reg) const;
    /// Runs op i for neighbouring blocks.
    void run(std::size_t op, std::size_t first_block, std::size_t count, nn::AlignedFloats& scratch);

    const diffusion::Program& program() const { return prepared_.program; }
    diffusion::ParticleRange range() const { return range_; }
    std::size_t dim() const { return dim_; }
    std::uint32_t capacity() const { return capacity_; }
    /// Operations of one particle in an instruction.
    double operations(const diffusion::Instruction& instruction) const;

  private:
    std::size_t place_of(int reg) const { return static_cast<std::size_t>(reg) * dim_ * kHostBlock; }
    void run(const diffusion::Blend& blend, std::size_t block, nn::AlignedFloats& scratch);
    void run(const diffusion::Clamp& clamp, std::size_t block);
    void run(const diffusion::Threshold& threshold, std::size_t block, nn::AlignedFloats& scratch);
    void run(const diffusion::Mask& mask, std::size_t block);

    std::vector<const HostSource*> sources_;
    std::size_t dim_;
    std::vector<std::unique_ptr<HostEvaluations>> evaluations_;  ///< by source
    std::uint32_t capacity_;
    int registers_;
    HostProgram prepared_;
    diffusion::ParticleRange range_;
    const base::NormalKernels& normals_;
    nn::AlignedFloats values_;  ///< (blocks, registers, dim, kHostBlock)
};

}  // namespace scorefield::sample
