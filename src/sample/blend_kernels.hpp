#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "diffusion/interpreter.hpp"
#include "diffusion/program.hpp"
#include "gpu/buffer.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"

namespace scorefield::sample {

/// Whose blends: registers of (dim, stride) planes, the draws' seed, the number of the registers' first particle.
struct BlendTarget {
    const gpu::Buffer& values;
    std::uint32_t stride = 0;
    std::uint64_t seed = 0;
    std::uint32_t first_particle = 0;
};

/// Blends of any number of terms and draws. A kernel whose loops are unrolled costs half of one that counts, so there
/// are kernels for few terms and no, one or many draws, and a blend is as many of them as it needs, one after the
/// other. The order of additions, and with it every bit, is that of one loop.
class BlendKernels {
    /// One dispatch of a blend, with words of the table.
    struct Pass {
        std::size_t kernel = 0;
        std::uint32_t first_term = 0;
        std::uint32_t terms = 0;
        std::uint32_t first_draw = 0;
    };
    struct Planned {
        std::uint32_t dst = 0;
        std::vector<Pass> passes;
    };

  public:
    /// Planned blends with their coefficients.
    class Table {
        friend class BlendKernels;
        std::vector<Planned> blends;
        gpu::Buffer coefficients;
        gpu::Buffer staging;
    };

    BlendKernels(gpu::Device& device, std::uint32_t group, std::uint32_t dim);
    /// Returns the same kernels without any blends. May be called while these kernels record.
    BlendKernels without_blends() const { return {device_, group_, dim_, kernels_}; }

    /// Plans these blends and writes their coefficients to staging memory. May be called on any thread.
    Table make_table(const std::vector<diffusion::Blend>& blends) const;
    /// Takes a table in place of the earlier one; blends[i] of make_table is number i from here on. The coefficients
    /// reach the GPU with the next record_uploads.
    void take(Table table);
    void record_uploads(gpu::Recorder& recorder);
    bool is_up_to_date() const { return !uploads_pending_; }
    /// `block` begins on a multiple of gpu::kParticleMultiple; whole workgroups are written.
    void record(gpu::Recorder& recorder, const BlendTarget& target, std::uint32_t number,
                diffusion::ParticleRange block) const;

    /// Blends that need every kernel between them, on register 0.
    static std::vector<diffusion::Blend> one_for_each();

  private:
    /// Runs with at most `terms` terms (0: any number) and exactly `draws` draws.
    struct Kernel {
        std::uint32_t terms = 0;
        std::uint32_t draws = 0;
        gpu::ComputePipeline pipeline;
    };

    BlendKernels(gpu::Device& device, std::uint32_t group, std::uint32_t dim, const std::array<Kernel, 4>& kernels)
        : device_(device), group_(group), dim_(dim), kernels_(kernels) {}

    std::size_t choose(std::uint32_t terms, std::uint32_t draws) const;
    Planned plan(const diffusion::Blend& blend, std::vector<std::uint32_t>& table) const;

    gpu::Device& device_;
    std::uint32_t group_;
    std::uint32_t dim_;
    std::array<Kernel, 4> kernels_;
    Table table_;
    bool uploads_pending_ = false;
};

}  // namespace scorefield::sample
