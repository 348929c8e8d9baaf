#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/thread_pool.hpp"
#include "data/datasets.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "nn/graph.hpp"
#include "nn/mlp.hpp"

namespace scorefield::train {

/// Draws for one evaluation of the objective, in standardised units; row-major.
struct Batch {
    std::vector<float> x;        ///< (n, d): x_t = αx_0 + σε
    std::vector<float> c_noise;  ///< (n, 1): t
    std::vector<float> target;   ///< (n, d): what F should be: ε, x_0 or v = αε − σx_0
};

/// The simple objective E‖F(x_t, t) − target‖² (Ho et al. 2020, eq. 14; v form: Salimans & Ho 2022), its mean over rows
/// and coordinates, as a graph: inputs "x", "c_noise" (one per row) and "target", parameters of the network.
struct ObjectiveGraph {
    nn::Graph graph;
    nn::MlpValues network;
    nn::Value loss = 0;  ///< (1, 1)
};

ObjectiveGraph build_objective(const nn::MlpConfig& config);

/// Makes batches of a data set under a discrete process. Usable from one thread at a time; results do not depend on
/// the number of threads of `pool`.
class BatchSource {
  public:
    /// `data` and `process` must outlive the source.
    BatchSource(const data::Dataset& data, const diffusion::NoiseProcess& process, diffusion::Prediction prediction);

    /// Training batch `step` of `seed`: row i takes data point step·rows + i, and from base::kTrainStream, particle i,
    /// index step, t uniform over the levels (uniform of block 0) and ε (normals of blocks 1 …).
    void draw(base::ThreadPool& pool, std::uint64_t seed, std::uint32_t step, std::size_t rows, Batch& batch) const;

    /// Rows first … first+rows−1 of the held-out draws, the same for every run: data and ε of a seed of their own, t
    /// stratified: row i has level i mod T.
    void draw_held_out(base::ThreadPool& pool, std::uint64_t first, std::size_t rows, Batch& batch) const;

    const data::Scaling& scaling() const { return scaling_; }

  private:
    template <typename Level>
    void fill(base::ThreadPool& pool, std::uint64_t seed, std::uint64_t first_point, std::uint32_t first_row,
              std::uint32_t index, std::size_t rows, const Level& level, Batch& batch) const;

    const data::Dataset* data_;
    diffusion::Prediction prediction_;
    data::Scaling scaling_;
    double first_level_ = 0;
    std::vector<diffusion::Marginal> levels_;  ///< of times first_level_ …
};

}  // namespace scorefield::train
