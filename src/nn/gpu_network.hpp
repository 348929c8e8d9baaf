#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/tensors.hpp"
#include "gpu/buffer.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "nn/graph.hpp"
#include "nn/mlp.hpp"

namespace scorefield::nn {

/// One network evaluation as an affine form: dst ← c_skip·src + c_out·F(c_in·src; time of table row `row`), for
/// particles 0 … count−1 of `values` laid out as registers of (dim, stride) planes; whole workgroups are written, so
/// `stride` must be a multiple of GpuNetwork::kParticleMultiple. Registers src and dst may be the same.
struct GpuEval {
    std::uint32_t src = 0;
    std::uint32_t dst = 0;
    std::uint32_t stride = 0;
    std::uint32_t count = 0;
    std::uint32_t row = 0;
    float c_in = 1;
    float c_skip = 0;
    float c_out = 1;
};

/// Inference plan of a network on the GPU. Whatever depends on time alone (every bias) is computed once per row of a
/// table, ahead of time; per particle there remains a chain of dense layers, fused into as few kernels as suits the
/// device. Works in blocks of particles through a scratch arena.
class GpuNetwork {
  public:
    /// Planes are padded to this, the largest workgroup used.
    static constexpr std::uint32_t kParticleMultiple = 512;

    /// Plans the network whose graph has shared time. `tensors` as mlp_tensors(config). Throws base::Error when the
    /// device's limits are too small for it.
    GpuNetwork(gpu::Device& device, const MlpConfig& config, const data::TensorMap& tensors);

    /// Computes the table rows for these times, in double precision on the host. They reach the GPU with the next
    /// record_uploads. The rows replace all earlier ones.
    void set_times(std::span<const double> c_noise);
    void record_uploads(gpu::Recorder& recorder);

    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const GpuEval& eval) const;

    std::uint32_t dim() const { return static_cast<std::uint32_t>(config_.dim); }
    /// Floating-point operations (multiplications and additions of the dense layers) per particle and evaluation.
    double operations() const;
    /// Which kernels were chosen, e.g. `fused-64x3-g512`.
    const std::string& variant() const { return variant_; }

  private:
    MlpConfig config_;
    std::string variant_;
};

}  // namespace scorefield::nn
