#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
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
#include "nn/network.hpp"

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

/// A network on the GPU, for inference: its weights and the kernels that run its chain of dense layers, fused into as
/// few as the device's limits allow. What depends on time or on the evaluation under way is in GpuEvaluations: any
/// number of them share the weights.
class GpuNetwork {
  public:
    /// Plans an unconditional network with TimeRows::shared, a chain of dense layers. `tensors` holds its parameters.
    /// Throws base::Error (running) when the device's limits are too small for it, std::logic_error for other graphs.
    GpuNetwork(gpu::Device& device, NetworkGraph network, const data::TensorMap& tensors);
    ~GpuNetwork();
    GpuNetwork(const GpuNetwork&) = delete;
    GpuNetwork& operator=(const GpuNetwork&) = delete;

    /// Makes what record_load needs, before its first call; later calls do nothing. `specs`: the tensors of the network
    /// whose weights will be loaded. It is this one, or the conditional network of which this one, without classes, is
    /// to answer for one class or for all together.
    void prepare_loads(const std::vector<TensorSpec>& specs);
    /// Takes other weights where they are made: `trained` holds the trained tensors that were prepared for, one after
    /// the other (what follows them is not read). Packs them; from here on time tables are computed from them, on the
    /// GPU, in single precision. `label`: of the class that is to be answered for; none: all together. Neither waits
    /// nor allocates.
    void record_load(gpu::Recorder& recorder, const gpu::Buffer& trained,
                     std::optional<std::size_t> label = std::nullopt);

    std::uint32_t dim() const { return static_cast<std::uint32_t>(layers_.front().inputs); }
    /// Multiplications and additions of the dense layers per particle and evaluation; activations not counted.
    double operations() const;
    /// Which kernels were chosen, e.g. `fused-64x3-g512`.
    const std::string& variant() const;

  private:
    friend class GpuEvaluations;
    /// Weights that change on the GPU.
    struct Loads;

    gpu::Device& device_;
    std::map<std::string, Matrix> parameters_;
    NetworkGraph network_;
    std::vector<DenseLayer> layers_;
    std::unique_ptr<ChainKernels> kernels_;
    std::vector<PackedPlace> row_places_;
    gpu::Buffer weights_;
    std::unique_ptr<Loads> loads_;
    /// 0: the weights are those that the network was made with. Atomic, because tables are made on other threads.
    std::atomic<std::uint64_t> load_count_ = 0;
};

/// The inputs of a program that depend on time alone: one row per time, staged for upload.
struct TimeTable {
    std::vector<double> times;
    gpu::Buffer rows;  ///< on the GPU; empty without times
    gpu::Buffer
        rows_staging;      ///< the rows of the weights that the network was made with; empty if it has loaded others
    gpu::Buffer features;  ///< (rows, 2·frequencies) sines and cosines, from which loaded weights make rows
    gpu::Buffer features_staging;
};

/// Evaluations of a network at the times of one program. Whatever depends on time alone (every bias) is computed once
/// per row of a table, ahead of time. Works in blocks of particles, so that the memory of the activations does not grow
/// with their number.
class GpuEvaluations {
  public:
    /// Makes evaluations for at most `particles` particles; `network` must outlive them.
    GpuEvaluations(const GpuNetwork& network, std::uint32_t particles);

    /// Computes a table with a row for each of these times, in double precision on the host. May be called on any
    /// thread, also while the evaluations are recorded. `check_cancelled` is called every few rows and may throw;
    /// empty: nothing. Throws base::Error (request) naming `steps` where the table exceeds the device's limits.
    TimeTable make_table(std::span<const double> c_noise, const std::function<void()>& check_cancelled = {}) const;
    /// Takes a table in place of the earlier one. It reaches the GPU with the next record_uploads.
    void take(TimeTable table);
    /// Both.
    void set_times(std::span<const double> c_noise) { take(make_table(c_noise)); }
    /// Whether the table is of the times that were set and the weights that were loaded last.
    bool is_up_to_date() const;
    /// Whether other weights were loaded since the table was recorded.
    bool has_other_weights() const;
    /// Brings the table up to both.
    void record_uploads(gpu::Recorder& recorder);

    /// The most particles of one block.
    std::uint32_t block() const { return block_; }
    /// An evaluation of one block consists of parts() dispatches in order, perhaps in different recordings.
    std::uint32_t parts() const;
    /// One part of an evaluation of at most block() particles. Between two parts no other block may be evaluated.
    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const GpuEval& eval, std::uint32_t part) const;
    /// Whole evaluations of any number of particles.
    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const GpuEval& eval) const;

  private:
    void require_room(std::size_t rows) const;
    void fill_rows(TimeTable& table, const std::function<void()>& check_cancelled) const;
    void fill_features(TimeTable& table) const;
    void record_rows(gpu::Recorder& recorder);

    const GpuNetwork& network_;
    std::uint32_t block_;
    TimeTable table_;
    bool rows_pending_ = false;
    bool features_pending_ = false;
    std::uint64_t load_count_ = 0;  ///< the network's when the rows were recorded
    std::array<gpu::Buffer, 2> activations_;
};

}  // namespace scorefield::nn
