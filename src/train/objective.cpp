#include "train/objective.hpp"

#include <algorithm>

#include "base/random.hpp"

namespace scorefield::train {
namespace {

constexpr std::uint64_t kHeldOutSeed = 0x4e1d'0007'5eed'0001;
constexpr std::size_t kRowsPerTask = 128;
constexpr std::uint32_t kNoiseElement = 4;  // block 0 holds the uniform that chooses t

/// What F should be for the state αx_0 + σε.
double target_of(diffusion::Prediction prediction, const diffusion::Marginal& at, double x0, double noise) {
    switch (prediction) {
        case diffusion::Prediction::epsilon:
            return noise;
        case diffusion::Prediction::x0:
            return x0;
        case diffusion::Prediction::v:
            return at.alpha * noise - at.sigma * x0;
        case diffusion::Prediction::score:
            return -noise / at.sigma;
        case diffusion::Prediction::velocity:
            return noise - x0;
        case diffusion::Prediction::edm:
            break;
    }
    const diffusion::AffineForm form =
        diffusion::denoiser_form(prediction, {.t = 0, .at = at, .c_in = 1, .c_noise = 0});
    return (x0 - form.c_skip * (at.alpha * x0 + at.sigma * noise)) / form.c_out;
}

}  // namespace

ObjectiveGraph build_objective(const nn::MlpConfig& config) {
    ObjectiveGraph objective;
    nn::Graph& graph = objective.graph;
    objective.network = nn::build_mlp(graph, config, nn::TimeRows::per_particle);
    const nn::Value target = graph.input("target", {nn::kBatch, config.dim});
    objective.loss = graph.mean_square(graph.add(objective.network.output, graph.scale(target, -1)));
    return objective;
}

BatchSource::BatchSource(const data::Dataset& data, const diffusion::NoiseProcess& process,
                         diffusion::Prediction prediction)
    : data_(&data), prediction_(prediction), scaling_(data.scaling()) {
    const diffusion::TimeRange times = process.times();
    first_level_ = times.lowest;
    for (double t = times.lowest; t <= times.highest; t += 1) levels_.push_back(process.marginal(t));
}

template <typename Level>
void BatchSource::fill(base::ThreadPool& pool, std::uint64_t seed, std::uint64_t first_point, std::uint32_t first_row,
                       std::uint32_t index, std::size_t rows, const Level& level, Batch& batch) const {
    const std::size_t dim = data_->dim();
    batch.x.resize(rows * dim);
    batch.c_noise.resize(rows);
    batch.target.resize(rows * dim);
    pool.run((rows + kRowsPerTask - 1) / kRowsPerTask, [&](std::size_t task) {
        const std::size_t first = task * kRowsPerTask;
        const std::size_t count = std::min(kRowsPerTask, rows - first);
        const data::Points points = data_->draw(seed, first_point + first, count);
        for (std::size_t i = 0; i < count; ++i) {
            const auto row = first_row + static_cast<std::uint32_t>(first + i);
            const std::size_t k = level(row);
            const diffusion::Marginal& at = levels_[k];
            batch.c_noise[first + i] = static_cast<float>(first_level_ + static_cast<double>(k));
            for (std::size_t c = 0; c < dim; ++c) {
                const double raw = static_cast<double>(points.values[i * dim + c]);
                const double x0 = (raw - scaling_.mean[c]) / scaling_.deviation;
                const auto element = kNoiseElement + static_cast<std::uint32_t>(c);
                const double noise = static_cast<double>(base::normal(seed, row, element, index, base::kTrainStream));
                batch.x[(first + i) * dim + c] = static_cast<float>(at.alpha * x0 + at.sigma * noise);
                batch.target[(first + i) * dim + c] = static_cast<float>(target_of(prediction_, at, x0, noise));
            }
        }
    });
}

void BatchSource::draw(base::ThreadPool& pool, std::uint64_t seed, std::uint32_t step, std::size_t rows,
                       Batch& batch) const {
    const auto level = [&](std::uint32_t row) {
        const double u = base::uniform(seed, row, 0, step, base::kTrainStream);
        return static_cast<std::size_t>(u * static_cast<double>(levels_.size()));
    };
    fill(pool, seed, std::uint64_t{step} * rows, 0, step, rows, level, batch);
}

void BatchSource::draw_held_out(base::ThreadPool& pool, std::uint64_t first, std::size_t rows, Batch& batch) const {
    const auto level = [&](std::uint32_t row) { return row % levels_.size(); };
    fill(pool, kHeldOutSeed, first, static_cast<std::uint32_t>(first), 0, rows, level, batch);
}

}  // namespace scorefield::train
