#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.hpp"
#include "data/datasets.hpp"
#include "diffusion/moments.hpp"
#include "diffusion/process.hpp"
#include "model/architecture.hpp"
#include "nn/network.hpp"
#include "train/kernel_mean.hpp"
#include "train/noise_levels.hpp"
#include "train/objectives.hpp"
#include "train/train_spec.hpp"

namespace scorefield::train {

/// What an objective asks of its batches and of its graph.
struct BatchForm {
    /// How the loss comes about: from a target of F; from its derivative, along every axis or in one direction.
    enum class Loss : std::uint8_t { regression, exact_trace, sliced };

    Loss loss = Loss::regression;
    bool weighted = false;       ///< some level's weight is not 1
    bool with_step = false;      ///< one_step: a second noise
    bool kernel_target = false;  ///< esm: the target is the kernel density estimate's
    bool skips = false;          ///< implicit: some level's `skip` is not 0
    bool gaussian = false;       ///< sliced: of the directions
    std::size_t classes = 0;     ///< of a conditional network
};

/// Draws for one evaluation of the objective, in standardised units; row-major. Lists that the form does not ask for
/// are empty.
struct Batch {
    std::vector<float> x;            ///< (n, d): c_in·x_t
    std::vector<float> level;        ///< (n, 1): which of `times`; training batches alone
    std::vector<float> times;        ///< (l, 1): c_noise of the batch's levels; of held-out draws of each row
    std::vector<float> label;        ///< (n, classes): 1 for the row's class, all 0 where it is hidden
    std::vector<float> target;       ///< (n, d): what F should be
    std::vector<float> root_weight;  ///< (n, d): √weight, equal along the row
    std::vector<float> skip;         ///< (n, d): implicit objectives; NoiseLevel says what these are
    std::vector<float> out;
    std::vector<float> spread;
    std::vector<float> direction;  ///< (n, d): v of sliced score matching
};

/// The most levels of a training batch.
inline constexpr std::size_t kBatchLevels = 128;

/// Makes batches of a data set under a process. Usable from one thread at a time; results do not depend on the number
/// of threads of `pool`.
class BatchSource {
  public:
    /// Points that a generator's batches are chosen from.
    static constexpr std::size_t kPoolPoints = std::size_t{1} << 17U;
    /// The most that those of a set of points are chosen from: of a larger one a sample.
    static constexpr std::size_t kMostPoints = std::size_t{1} << 23U;

    /// `data` must outlive the source. The spec must have passed check_spec. Throws base::Error (request) as
    /// noise_levels does, and where classes are asked for that the data do not have.
    BatchSource(const data::Dataset& data, const diffusion::NoiseProcess& process, const TrainSpec& spec);

    /// Training batch `step` of n rows. Of all K levels it has l = batch_levels(n): level j is (j·K + r)/l, rounded
    /// down, with r uniform in 0 … K−1; and row i has the batch's level (i·l + s)/n, rounded down, with s uniform in 0
    /// … l−1: levels never decrease, and every one is as likely. From base::kTrainStream, particle i, index step: word
    /// 1 of block 0 chooses the point of the pool and word 3 whether its class is hidden; the normals of blocks 1, 3, …
    /// are ε, four coordinates each, those of blocks 2, 4, … z, or v (of which rademacher takes the signs); words 0 and
    /// 2 of particle 0 are s and r. A word w chooses w·count/2³², rounded down.
    void draw(base::ThreadPool& pool, std::uint32_t step, std::size_t rows, Batch& batch) const;

    /// Rows first … first+rows−1 of the held-out draws, the same for every run: data and ε of a seed of their own, t
    /// stratified: row i has level i mod K. Classes are not hidden.
    void draw_held_out(base::ThreadPool& pool, std::uint64_t first, std::size_t rows, Batch& batch) const;

    const BatchForm& form() const { return form_; }
    const data::Scaling& scaling() const { return scaling_; }
    /// Mean and variance of the standardised pool, per coordinate.
    const diffusion::AxisMoments& clean_moments() const { return clean_moments_; }
    const std::vector<NoiseLevel>& levels() const { return levels_; }
    std::size_t batch_levels(std::size_t rows) const;
    /// The pool, standardised: what x_0 are chosen from.
    const data::Points& pool() const { return pool_; }
    /// A word of block 0 below this hides the row's class.
    std::uint32_t hidden_below() const { return hidden_below_; }
    /// The fastest and the slowest frequency that the network should see the levels' times with.
    nn::TimeFrequencies frequencies() const;
    /// A training whose loss is beyond this is lost: far above that of a network that says zero.
    double diverged_loss() const { return diverged_loss_; }

  private:
    /// The draws of one row.
    struct RowDraws {
        explicit RowDraws(std::size_t dim) : noise(dim), second(dim), state(dim), mean(dim) {}

        std::span<const float> point;
        std::uint32_t label = 0;
        bool hidden = false;
        std::vector<float> noise;
        std::vector<float> second;  ///< zero if the form does not need them
        std::vector<double> state;
        std::vector<double> mean;  ///< the kernel target's denoiser
    };

    void fill_row(RowDraws& draws, const NoiseLevel& level, std::size_t row, Batch& batch) const;
    void fill_implicit(const RowDraws& draws, const NoiseLevel& level, std::size_t row, Batch& batch) const;
    void resize(Batch& batch, std::size_t rows) const;

    const data::Dataset* data_;
    Objective objective_;
    BatchForm form_;
    data::Scaling scaling_;
    std::uint64_t seed_;
    bool whole_times_;
    std::vector<NoiseLevel> levels_;
    double diverged_loss_;
    std::uint32_t hidden_below_ = 0;
    data::Points pool_;
    diffusion::AxisMoments clean_moments_;
    KernelMean kernel_;  ///< of the pool, where it makes the target
};

/// The network that learns from these batches.
model::Architecture network_of(const TrainSpec& spec, const BatchSource& source);

}  // namespace scorefield::train
