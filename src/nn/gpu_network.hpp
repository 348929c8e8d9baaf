#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/tensors.hpp"
#include "gpu/buffer.hpp"
#include "gpu/planes.hpp"
#include "gpu/recorder.hpp"
#include "nn/dense_chain.hpp"
#include "nn/graph.hpp"
#include "nn/matrix.hpp"
#include "nn/mlp.hpp"

namespace scorefield::nn {

/// One network evaluation as an affine form: dst ← c_skip·src + c_out·F(c_in·src; time of table row `row`) for
/// particles first … first+count−1 of `values`, registers of (dim, stride) planes of float32. Whole workgroups are
/// written, so `stride` and `first` must be multiples of gpu::kParticleMultiple. Registers src and dst may be the same.
struct GpuEval {
    std::uint32_t src = 0;
    std::uint32_t dst = 0;
    std::uint32_t stride = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::uint32_t row = 0;
    float c_in = 1;
    float c_skip = 0;
    float c_out = 1;
};

class ChainKernels;
struct PackedPlace;

/// Inference plan of a network on the GPU. Whatever depends on time alone (every bias) is computed once per row of a
/// table, ahead of time; per particle there remains a chain of dense layers, fused into as few kernels as the device's
/// limits allow. Works in blocks of particles, so that memory does not grow with their number.
class GpuNetwork {
  public:
    /// Plans the network whose tensors are mlp_tensors(config). Throws base::Error (running) when the device's limits
    /// are too small for it.
    GpuNetwork(gpu::Device& device, const MlpConfig& config, const data::TensorMap& tensors);
    ~GpuNetwork();
    GpuNetwork(const GpuNetwork&) = delete;
    GpuNetwork& operator=(const GpuNetwork&) = delete;

    /// Computes the table's rows for these times, in double precision on the host, in place of all earlier ones. They
    /// reach the GPU with the next record_uploads.
    void set_times(std::span<const double> c_noise);
    void record_uploads(gpu::Recorder& recorder);

    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const GpuEval& eval) const;

    /// Makes what record_load needs. `classes`: the weights will be those of a conditional network of which this one,
    /// without classes, is to answer for one class or for all together; 0: of a network like this one.
    void prepare_loads(std::size_t classes = 0);
    /// Takes other weights where they are made: `trained` holds the trained tensors of mlp_tensors(config), with the
    /// classes that were prepared for, one after the other (what follows them is not read). Packs them, and computes
    /// the table's rows anew, in single precision; from here on set_times leaves the rows to the GPU, too. `label`: of
    /// the class that is to be answered for; none: all together. Neither waits nor allocates.
    void record_load(gpu::Recorder& recorder, const gpu::Buffer& trained,
                     std::optional<std::size_t> label = std::nullopt);

    std::uint32_t dim() const { return static_cast<std::uint32_t>(config_.dim); }
    /// Multiplications and additions of the dense layers per particle and evaluation; activations not counted.
    double operations() const;
    /// Which kernels were chosen, e.g. `fused-64x3-g512`.
    const std::string& variant() const;

  private:
    /// Weights that change on the GPU.
    struct Loads;

    void fill_rows(std::span<const double> c_noise);
    void record_rows(gpu::Recorder& recorder);

    gpu::Device& device_;
    MlpConfig config_;
    std::map<std::string, Matrix> parameters_;
    Graph graph_;
    MlpValues network_;
    std::vector<DenseLayer> layers_;
    std::unique_ptr<ChainKernels> kernels_;
    std::vector<PackedPlace> row_places_;
    gpu::Buffer weights_;
    gpu::Buffer rows_;
    gpu::Buffer staging_;
    bool uploads_pending_ = false;
    std::vector<double> times_;  ///< of the rows
    std::unique_ptr<Loads> loads_;
};

}  // namespace scorefield::nn
