#include "train/batch_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/random.hpp"

namespace scorefield::train {
namespace {

constexpr std::uint64_t kHeldOutSeed = 0x4e1d'0007'5eed'0001;
constexpr double kDiverged = 1e4;  // times the loss of a network that says zero
constexpr std::size_t kRowsPerTask = 128;
constexpr std::uint32_t kNoiseBlock = 1;  // block 0 chooses level, point and whether the class is seen
constexpr std::uint32_t kSecondBlock = 2;

std::uint64_t choose(std::uint32_t word, std::size_t count) {
    return (std::uint64_t{word} * count) >> 32U;
}

std::array<std::uint32_t, 4> words(std::uint64_t seed, std::uint32_t row, std::uint32_t step) {
    const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(seed),
                                              static_cast<std::uint32_t>(seed >> 32U)};
    return base::philox4x32({row, 0, step, base::kTrainStream}, key);
}

/// Fills `normals` from the blocks first_block, first_block + 2, ….
void draw_normals(std::uint64_t seed, std::uint32_t row, std::uint32_t first_block, std::uint32_t index,
                  std::span<float> normals) {
    for (std::size_t first = 0; first < normals.size(); first += 4) {
        const std::uint32_t block = first_block + static_cast<std::uint32_t>(first / 2);
        const std::array<float, 4> four = base::normal4(seed, row, block, index, base::kTrainStream);
        std::copy_n(four.begin(), std::min<std::size_t>(4, normals.size() - first), &normals[first]);
    }
}

/// How many points stand for the data. Explicit score matching learns the kernel density estimate of that many.
std::size_t pool_points(const data::Dataset& data, Objective objective, const TrainSpec& spec) {
    if (objective == Objective::esm) return spec.objective.points;
    return data.size() > 0 ? BatchSource::kMostPoints : BatchSource::kPoolPoints;
}

BatchForm form_of(Objective objective, const std::vector<NoiseLevel>& levels, const TrainSpec& spec) {
    constexpr double kRounding = 1e-12;
    BatchForm form;
    if (objective == Objective::ism) form.loss = BatchForm::Loss::exact_trace;
    if (objective == Objective::ssm) form.loss = BatchForm::Loss::sliced;
    const auto not_one = [](const NoiseLevel& level) { return std::abs(level.weight - 1) > kRounding; };
    form.weighted = std::ranges::any_of(levels, not_one);
    form.with_step = objective == Objective::one_step;
    form.kernel_target = objective == Objective::esm;
    form.skips = form.loss != BatchForm::Loss::regression &&
                 std::ranges::any_of(levels, [](const NoiseLevel& level) { return level.skip != 0; });
    form.gaussian = spec.objective.directions == "gaussian";
    return form;
}

std::size_t classes_of(const data::Dataset& data, const TrainSpec& spec) {
    if (!spec.conditional) return 0;
    if (data.classes() > 0) return data.classes();
    throw base::request_error("no classes to learn", "`train.conditional`", fmt::format("{} has none", data.name()),
                              "leave it out, or choose data with classes, such as moons or pinwheel");
}

}  // namespace

BatchSource::BatchSource(const data::Dataset& data, const diffusion::NoiseProcess& process, const TrainSpec& spec)
    : data_(&data),
      objective_(parse_objective(spec.objective.name)),
      scaling_(data.scaling(spec.scaling)),
      seed_(spec.seed),
      whole_times_(process.times().discrete && spec.prediction != diffusion::Prediction::edm),
      levels_(noise_levels(process, parametrisation(spec), objective_, spec.objective)),
      diverged_loss_(kDiverged * std::max(1.0, zero_output_loss(levels_, objective_))),
      pool_(data::standardise(data.pool(spec.seed, pool_points(data, objective_, spec)), scaling_)),
      clean_moments_(diffusion::moments_of(pool_.values, pool_.dim)) {
    form_ = form_of(objective_, levels_, spec);
    form_.classes = classes_of(data, spec);
    constexpr double kWords = 4294967296.0;
    hidden_below_ = static_cast<std::uint32_t>(std::min(spec.label_dropout * kWords, kWords - 1));
    if (form_.kernel_target) kernel_ = KernelMean(pool_);
}

std::size_t BatchSource::batch_levels(std::size_t rows) const {
    return std::min({levels_.size(), rows, kBatchLevels});
}

nn::TimeFrequencies BatchSource::frequencies() const {
    const double high = levels_.back().c_noise;
    if (whole_times_) return nn::frequencies_of_levels(high);
    return nn::frequencies_of_range(levels_.front().c_noise, high);
}

void BatchSource::resize(Batch& batch, std::size_t rows) const {
    const std::size_t elements = rows * data_->dim();
    const bool regression = form_.loss == BatchForm::Loss::regression;
    batch.x.resize(elements);
    batch.label.resize(rows * form_.classes);
    batch.target.resize(regression ? elements : 0);
    batch.root_weight.resize(form_.weighted ? elements : 0);
    batch.skip.resize(form_.skips ? elements : 0);
    batch.out.resize(regression ? 0 : elements);
    batch.spread.resize(regression ? 0 : elements);
    batch.direction.resize(form_.loss == BatchForm::Loss::sliced ? elements : 0);
}

void BatchSource::fill_row(RowDraws& draws, const NoiseLevel& level, std::size_t row, Batch& batch) const {
    const std::size_t dim = draws.point.size();
    std::vector<double>& state = draws.state;
    for (std::size_t e = 0; e < dim; ++e) {
        state[e] = level.alpha * static_cast<double>(draws.point[e]) +
                   level.sigma * static_cast<double>(draws.noise[e]) +
                   level.sigma_step * static_cast<double>(draws.second[e]);
        batch.x[row * dim + e] = static_cast<float>(level.c_in * state[e]);
    }
    for (std::size_t k = 0; k < form_.classes; ++k) {
        batch.label[row * form_.classes + k] = !draws.hidden && draws.label == k ? 1.0F : 0.0F;
    }
    if (form_.weighted) {
        std::fill_n(batch.root_weight.begin() + static_cast<std::ptrdiff_t>(row * dim), dim,
                    static_cast<float>(std::sqrt(level.weight)));
    }
    if (form_.loss != BatchForm::Loss::regression) {
        fill_implicit(draws, level, row, batch);
        return;
    }
    const std::vector<double>& mean = draws.mean;
    if (form_.kernel_target) kernel_.at(state, level.alpha, level.sigma, draws.mean);
    for (std::size_t e = 0; e < dim; ++e) {
        const double x0 = form_.kernel_target ? mean[e] : static_cast<double>(draws.point[e]);
        const double noise = form_.kernel_target ? (state[e] - level.alpha * mean[e]) / level.sigma
                                                 : static_cast<double>(draws.noise[e]);
        batch.target[row * dim + e] = static_cast<float>(level.of_data * x0 + level.of_noise * noise +
                                                         level.of_step * static_cast<double>(draws.second[e]));
    }
}

void BatchSource::fill_implicit(const RowDraws& draws, const NoiseLevel& level, std::size_t row, Batch& batch) const {
    const std::size_t dim = draws.point.size();
    for (std::size_t e = 0; e < dim; ++e) {
        const std::size_t at = row * dim + e;
        if (form_.skips) batch.skip[at] = static_cast<float>(level.skip);
        batch.out[at] = static_cast<float>(level.out);
        batch.spread[at] = static_cast<float>(level.spread);
        if (form_.loss != BatchForm::Loss::sliced) continue;
        batch.direction[at] = form_.gaussian ? draws.second[e] : (draws.second[e] < 0 ? -1.0F : 1.0F);
    }
}

void BatchSource::draw(base::ThreadPool& pool, std::uint32_t step, std::size_t rows, Batch& batch) const {
    resize(batch, rows);
    batch.level.resize(rows);
    const std::size_t levels = batch_levels(rows);
    const std::array<std::uint32_t, 4> first = words(seed_, 0, step);
    const std::uint64_t shift = choose(first[0], levels);
    const std::uint64_t start = choose(first[2], levels_.size());
    const auto chosen = [&](std::size_t j) -> const NoiseLevel& {
        return levels_[(j * levels_.size() + start) / levels];
    };
    batch.times.clear();
    for (std::size_t j = 0; j < levels; ++j) batch.times.push_back(static_cast<float>(chosen(j).c_noise));
    const bool second = form_.with_step || form_.loss == BatchForm::Loss::sliced;
    pool.run((rows + kRowsPerTask - 1) / kRowsPerTask, [&](std::size_t task) {
        RowDraws draws(pool_.dim);
        for (std::size_t i = task * kRowsPerTask; i < std::min(rows, (task + 1) * kRowsPerTask); ++i) {
            const auto row = static_cast<std::uint32_t>(i);
            const std::array<std::uint32_t, 4> own = words(seed_, row, step);
            const std::size_t point = choose(own[1], pool_.count);
            const std::size_t level = (i * levels + shift) / rows;
            draws.point = std::span(pool_.values).subspan(point * pool_.dim, pool_.dim);
            draws.label = pool_.labels.empty() ? 0 : pool_.labels[point];
            draws.hidden = own[3] < hidden_below_;
            draw_normals(seed_, row, kNoiseBlock, step, draws.noise);
            if (second) draw_normals(seed_, row, kSecondBlock, step, draws.second);
            fill_row(draws, chosen(level), i, batch);
            batch.level[i] = static_cast<float>(level);
        }
    });
}

void BatchSource::draw_held_out(base::ThreadPool& pool, std::uint64_t first, std::size_t rows, Batch& batch) const {
    resize(batch, rows);
    batch.level.clear();
    batch.times.resize(rows);
    pool.run((rows + kRowsPerTask - 1) / kRowsPerTask, [&](std::size_t task) {
        const std::size_t begin = task * kRowsPerTask;
        const std::size_t count = std::min(kRowsPerTask, rows - begin);
        const data::Points points = data::standardise(data_->draw(kHeldOutSeed, first + begin, count), scaling_);
        RowDraws draws(pool_.dim);
        for (std::size_t i = 0; i < count; ++i) {
            const auto row = static_cast<std::uint32_t>(first + begin + i);
            const NoiseLevel& level = levels_[row % levels_.size()];
            draws.point = std::span(points.values).subspan(i * points.dim, points.dim);
            draws.label = points.labels.empty() ? 0 : points.labels[i];
            draw_normals(kHeldOutSeed, row, kNoiseBlock, 0, draws.noise);
            draw_normals(kHeldOutSeed, row, kSecondBlock, 0, draws.second);
            if (form_.kernel_target) {
                const std::size_t point = choose(words(kHeldOutSeed, row, 0)[1], pool_.count);
                draws.point = std::span(pool_.values).subspan(point * pool_.dim, pool_.dim);
            }
            fill_row(draws, level, begin + i, batch);
            batch.times[begin + i] = static_cast<float>(level.c_noise);
        }
    });
}

model::Architecture network_of(const TrainSpec& spec, const BatchSource& source) {
    return model::for_points(spec.network, source.pool().dim, source.form().classes);
}

}  // namespace scorefield::train
