#include "train/objective.hpp"

#include <algorithm>
#include <array>

#include "base/random.hpp"
#include "nn/float_plan.hpp"

namespace scorefield::train {
namespace {

constexpr std::uint64_t kHeldOutSeed = 0x4e1d'0007'5eed'0001;
constexpr std::size_t kRowsPerTask = 128;
constexpr std::uint32_t kNoiseBlock = 1;  // block 0 chooses the level and the point

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

ObjectiveGraph build_objective(const nn::MlpConfig& config, nn::TimeRows rows, std::size_t levels) {
    ObjectiveGraph objective;
    nn::Graph& graph = objective.graph;
    objective.network = nn::build_mlp(graph, config, rows, levels);
    const nn::Value target = graph.input("target", {nn::kBatch, config.dim});
    objective.loss = graph.mean_square(graph.add(objective.network.output, graph.scale(target, -1)));
    return objective;
}

BatchSource::BatchSource(const data::Dataset& data, const diffusion::NoiseProcess& process,
                         diffusion::Prediction prediction, std::uint64_t seed)
    : data_(&data),
      scaling_(data.scaling()),
      seed_(seed),
      pool_(data::standardise(data.pool(seed, kPoolPoints), scaling_)) {
    const diffusion::TimeRange times = process.times();
    for (double t = times.lowest; t <= times.highest; t += 1) {
        const diffusion::Marginal at = process.marginal(t);
        levels_.push_back({t, at.alpha, at.sigma, target_of(prediction, at, 1, 0), target_of(prediction, at, 0, 1)});
    }
}

std::vector<float> BatchSource::times() const {
    std::vector<float> times;
    for (const NoiseLevel& level : levels_) times.push_back(static_cast<float>(level.c_noise));
    return times;
}

void BatchSource::resize(Batch& batch, std::size_t rows) const {
    batch.x.resize(rows * data_->dim());
    batch.level.resize(rows);
    batch.c_noise.resize(rows);
    batch.target.resize(rows * data_->dim());
}

void BatchSource::fill_row(std::span<const float> point, std::size_t level, std::span<const float> noise,
                           std::size_t row, Batch& batch) const {
    const NoiseLevel& at = levels_[level];
    batch.level[row] = static_cast<float>(level);
    batch.c_noise[row] = static_cast<float>(at.c_noise);
    for (std::size_t c = 0; c < point.size(); ++c) {
        const auto x0 = static_cast<double>(point[c]);
        const auto epsilon = static_cast<double>(noise[c]);
        batch.x[row * point.size() + c] = static_cast<float>(at.alpha * x0 + at.sigma * epsilon);
        batch.target[row * point.size() + c] = static_cast<float>(at.of_data * x0 + at.of_noise * epsilon);
    }
}

void BatchSource::draw(base::ThreadPool& pool, std::uint32_t step, std::size_t rows, Batch& batch) const {
    resize(batch, rows);
    const auto words = [&](std::uint32_t row, std::uint32_t block) {
        const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(seed_),
                                                  static_cast<std::uint32_t>(seed_ >> 32U)};
        return base::philox4x32({row, block, step, base::kTrainStream}, key);
    };
    const auto choose = [](std::uint32_t word, std::size_t count) { return (std::uint64_t{word} * count) >> 32U; };
    const std::size_t levels = levels_.size();
    const std::uint64_t shift = choose(words(0, 0)[0], levels);
    pool.run((rows + kRowsPerTask - 1) / kRowsPerTask, [&](std::size_t task) {
        for (std::size_t i = task * kRowsPerTask; i < std::min(rows, (task + 1) * kRowsPerTask); ++i) {
            const auto row = static_cast<std::uint32_t>(i);
            const std::size_t point = choose(words(row, 0)[1], pool_.count);
            const std::array<float, 4> noise = base::normal4(seed_, row, kNoiseBlock, step, base::kTrainStream);
            fill_row(std::span(pool_.values).subspan(point * pool_.dim, pool_.dim), (i * levels + shift) / rows, noise,
                     i, batch);
        }
    });
}

void BatchSource::draw_held_out(base::ThreadPool& pool, std::uint64_t first, std::size_t rows, Batch& batch) const {
    resize(batch, rows);
    pool.run((rows + kRowsPerTask - 1) / kRowsPerTask, [&](std::size_t task) {
        const std::size_t begin = task * kRowsPerTask;
        const std::size_t count = std::min(kRowsPerTask, rows - begin);
        const data::Points points = data::standardise(data_->draw(kHeldOutSeed, first + begin, count), scaling_);
        for (std::size_t i = 0; i < count; ++i) {
            const auto row = static_cast<std::uint32_t>(first + begin + i);
            const std::array<float, 4> noise = base::normal4(kHeldOutSeed, row, kNoiseBlock, 0, base::kTrainStream);
            fill_row(std::span(points.values).subspan(i * points.dim, points.dim), row % levels_.size(), noise,
                     begin + i, batch);
        }
    });
}

double held_out_loss(base::ThreadPool& pool, const BatchSource& source, const nn::MlpConfig& network,
                     const data::TensorMap& weights, std::uint64_t draws) {
    constexpr std::size_t kRows = 8192;  // evaluated at a time
    const ObjectiveGraph objective = build_objective(network, nn::TimeRows::per_particle);
    nn::FloatPlan plan(objective.graph, {objective.loss}, kRows);
    nn::FloatBindings bound;
    for (const auto& [name, tensor] : weights) bound[name] = tensor.values;
    Batch batch;
    double sum = 0;
    for (std::uint64_t first = 0; first < draws; first += kRows) {
        const std::size_t rows = std::min<std::uint64_t>(kRows, draws - first);
        source.draw_held_out(pool, first, rows, batch);
        bound["x"] = batch.x;
        bound["c_noise"] = batch.c_noise;
        bound["target"] = batch.target;
        plan.run(pool, rows, bound);
        sum += static_cast<double>(plan.output(0)[0]) * static_cast<double>(rows);
    }
    return sum / static_cast<double>(draws);
}

}  // namespace scorefield::train
