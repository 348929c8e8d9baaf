#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.hpp"
#include "data/datasets.hpp"
#include "data/tensors.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "nn/graph.hpp"
#include "nn/mlp.hpp"

namespace scorefield::train {

/// What all rows of a noise level share: x_t = alpha·x_0 + sigma·ε, and F should be of_data·x_0 + of_noise·ε.
struct NoiseLevel {
    double c_noise = 0;
    double alpha = 1;
    double sigma = 0;
    double of_data = 0;
    double of_noise = 1;
};

/// Draws for one evaluation of the objective, in standardised units; row-major.
struct Batch {
    std::vector<float> x;        ///< (n, d): x_t
    std::vector<float> level;    ///< (n, 1): which noise level
    std::vector<float> c_noise;  ///< (n, 1): its t
    std::vector<float> target;   ///< (n, d): what F should be: ε, x_0 or v = αε − σx_0
};

/// The simple objective E‖F(x_t, t) − target‖² (Ho et al. 2020, eq. 14; v form: Salimans & Ho 2022), its mean over rows
/// and coordinates, as a graph: inputs "x" and "target", "c_noise" of each row, or of each level and the "level" of
/// each row; parameters of the network.
struct ObjectiveGraph {
    nn::Graph graph;
    nn::MlpValues network;
    nn::Value loss = 0;  ///< (1, 1)
};

ObjectiveGraph build_objective(const nn::MlpConfig& config, nn::TimeRows rows, std::size_t levels = 1);

/// How batches of so many rows say their times: by a table of all levels where that is the shorter list.
inline nn::TimeRows time_rows(std::size_t levels, std::size_t rows) {
    return levels <= rows ? nn::TimeRows::levels : nn::TimeRows::per_particle;
}

/// The number of parts that the levels are cut into times the rows of a batch is kept below this, the range of
/// integers.
inline constexpr std::uint64_t kMostRowLevels = std::uint64_t{1} << 32U;

/// Makes batches of a data set under a discrete process. Usable from one thread at a time; results do not depend on
/// the number of threads of `pool`.
class BatchSource {
  public:
    /// Points that a generator's batches are chosen from; of a file all its points.
    static constexpr std::size_t kPoolPoints = std::size_t{1} << 17U;

    /// `data` must outlive the source. `seed` is that of the training.
    BatchSource(const data::Dataset& data, const diffusion::NoiseProcess& process, diffusion::Prediction prediction,
                std::uint64_t seed);

    /// Training batch `step` of n rows and L levels. Row i has level (i·L + s)/n, rounded down, with s uniform in 0 …
    /// L−1: levels never decrease, and every level is as likely. From base::kTrainStream, particle i, index step: word
    /// 1 of block 0 chooses the point of the pool, the normals of block 1 are ε; word 0 of particle 0 is s. A word w
    /// chooses w·count/2³², rounded down.
    void draw(base::ThreadPool& pool, std::uint32_t step, std::size_t rows, Batch& batch) const;

    /// Rows first … first+rows−1 of the held-out draws, the same for every run: data and ε of a seed of their own, t
    /// stratified: row i has level i mod L.
    void draw_held_out(base::ThreadPool& pool, std::uint64_t first, std::size_t rows, Batch& batch) const;

    const data::Scaling& scaling() const { return scaling_; }
    const std::vector<NoiseLevel>& levels() const { return levels_; }
    /// The pool, standardised.
    const data::Points& pool() const { return pool_; }
    /// c_noise of every level.
    std::vector<float> times() const;

  private:
    /// Makes row `row` of the batch from a standardised point.
    void fill_row(std::span<const float> point, std::size_t level, std::span<const float> noise, std::size_t row,
                  Batch& batch) const;
    void resize(Batch& batch, std::size_t rows) const;

    const data::Dataset* data_;
    data::Scaling scaling_;
    std::uint64_t seed_;
    std::vector<NoiseLevel> levels_;
    data::Points pool_;
};

/// The objective of a network over the first `draws` held-out draws.
double held_out_loss(base::ThreadPool& pool, const BatchSource& source, const nn::MlpConfig& network,
                     const data::TensorMap& weights, std::uint64_t draws);

}  // namespace scorefield::train
