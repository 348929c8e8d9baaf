#include "train/bayes_floor.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "base/dim.hpp"
#include "base/instruction_sets.hpp"
#include "base/random.hpp"
#include "data/points.hpp"
#include "data/scaling.hpp"
#include "train/exponential.hpp"

namespace scorefield::train {
namespace {

constexpr std::uint64_t kSeed = 0xf100'0000'0000'0001;
constexpr std::size_t kPoints = std::size_t{1} << 14U;  // of a batch, from data that are no set of points
constexpr std::size_t kBatches = 16;
constexpr std::size_t kLanes = 16;
constexpr std::size_t kBlock = 1024;     // points summed in single precision
constexpr double kMostUncertain = 0.05;  // of the floor
constexpr std::size_t kManyDim = 8;      // in more dimensions there are fewer draws, so that the cost stays the same

/// Points that x_0 may be, coordinate by coordinate; those of a class stand together.
struct Candidates {
    std::size_t count = 0;
    std::size_t dim = 0;
    std::vector<float> planes;       ///< (dim, count)
    std::vector<std::size_t> begin;  ///< of every class, and the end; without classes of all
    bool exact = false;              ///< they are all there are
};

/// Those of a batch. A set of points that is not larger is the distribution itself, in every batch.
Candidates find_candidates(const data::Dataset& data, const BatchSource& source, std::size_t batch) {
    Candidates found;
    found.exact = data.size() > 0 && data.size() <= kPoints;
    const data::Points points = data::standardise(
        found.exact ? data.pool(kSeed, kPoints) : data.draw(kSeed, batch * kPoints, kPoints), source.scaling());
    found.count = points.count;
    found.dim = points.dim;
    std::vector<std::size_t> order(points.count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t classes = std::max<std::size_t>(source.form().classes, 1);
    const auto label = [&](std::size_t i) { return classes == 1 ? 0 : points.labels[i]; };
    std::ranges::stable_sort(order, {}, label);
    for (std::size_t k = 0; k <= classes; ++k) {
        const auto first = std::ranges::lower_bound(order, k, {}, label);
        found.begin.push_back(static_cast<std::size_t>(first - order.begin()));
    }
    found.planes.resize(points.values.size());
    for (std::size_t i = 0; i < points.count; ++i) {
        for (std::size_t e = 0; e < points.dim; ++e) {
            found.planes[e * points.count + i] = points.values[order[i] * points.dim + e];
        }
    }
    return found;
}

using Lanes = std::array<float, kLanes>;

/// Sums over candidates of w, w·v and w·‖v‖² with v = x_i − x_0 and w = exp(ratio·v·n − ½ratio²‖v‖²).
template <class Dim>
struct Sums {
    explicit Sums(Dim dim) : shift(base::per_coordinate<double>(dim)) {}

    double weight = 0;
    base::PerCoordinate<double, Dim> shift;
    double square = 0;
};

/// n and x_0 of one draw; ratio = α/σ.
template <class Dim>
struct Draw {
    explicit Draw(Dim dim) : clean(base::per_coordinate<float>(dim)), noise(base::per_coordinate<float>(dim)) {}

    base::PerCoordinate<float, Dim> clean;
    base::PerCoordinate<float, Dim> noise;
    float ratio = 0;
};

/// The sum of `count` values in single precision, by kLanes partial sums. The remainder goes to the first.
inline double sum_of(const float* values, std::size_t count) {
    Lanes lanes{};
    const std::size_t whole = count / kLanes * kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += values[i + lane];
    }
    for (std::size_t i = whole; i < count; ++i) lanes[0] += values[i];
    return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

/// Sums over the candidates begin … end − 1, in loops over blocks, which the compiler turns into vectors.
template <class Dim>
SCOREFIELD_INSTRUCTION_SETS Sums<Dim> sum_candidates(Dim dim, const Candidates& all, std::size_t begin, std::size_t end,
                                                     const Draw<Dim>& draw) {
    Sums<Dim> total(dim);
    std::array<float, kBlock> along{};
    std::array<float, kBlock> length{};
    std::array<float, kBlock> w{};
    for (std::size_t first = begin; first < end; first += kBlock) {
        const std::size_t count = std::min(end - first, kBlock);
        std::fill_n(along.begin(), count, 0.0F);
        std::fill_n(length.begin(), count, 0.0F);
        for (std::size_t e = 0; e < dim; ++e) {
            const float* const plane = all.planes.data() + e * all.count + first;
            for (std::size_t i = 0; i < count; ++i) {
                const float difference = plane[i] - draw.clean[e];
                along[i] += difference * draw.noise[e];
                length[i] += difference * difference;
            }
        }
        for (std::size_t i = 0; i < count; ++i) {
            const float power = draw.ratio * (along[i] - 0.5F * draw.ratio * length[i]);
            w[i] = exponential(std::min(std::max(power, -80.0F), 80.0F));
            length[i] *= w[i];
        }
        total.weight += sum_of(w.data(), count);
        total.square += sum_of(length.data(), count);
        for (std::size_t e = 0; e < dim; ++e) {
            const float* const plane = all.planes.data() + e * all.count + first;
            for (std::size_t i = 0; i < count; ++i) along[i] = w[i] * (plane[i] - draw.clean[e]);
            total.shift[e] += sum_of(along.data(), count);
        }
    }
    return total;
}

/// The loss that is left at one x_t, and by how much less it is than with x_0 itself left out of the candidates.
struct Remaining {
    double loss = 0;
    double gap = 0;
};

/// ‖x_0 − E[x_0 | x_t]‖², its mean given x_t and by how much the square would grow without x_0 among the candidates.
template <class Dim>
Remaining clean_variance(Dim dim, const Candidates& all, const NoiseLevel& level, double sigma,
                         std::uint32_t particle) {
    const double u = base::uniform(kSeed, particle, 0, 0, base::kTrainStream);
    const std::size_t own = std::min(static_cast<std::size_t>(u * static_cast<double>(all.count)), all.count - 1);
    Draw<Dim> draw(dim);
    draw.ratio = static_cast<float>(level.alpha / sigma);
    base::normals(kSeed, particle, 1, base::kTrainStream, draw.noise);
    double noise = 0;
    for (std::size_t e = 0; e < dim; ++e) {
        draw.clean[e] = all.planes[e * all.count + own];
        noise += std::pow(static_cast<double>(draw.noise[e]), 2);
    }
    const auto end = std::ranges::upper_bound(all.begin, own);
    const Sums<Dim> sums = sum_candidates(dim, all, *(end - 1), *end, draw);
    double square = 0;
    for (const double shift : sums.shift) square += std::pow(shift / sums.weight, 2);
    const double rest = 1 - 1 / sums.weight;  // of the weights: without x_0, of which w = 1
    // Where hardly anything else is near, x_t/α is the better guess.
    const double alone = rest > 0.5 ? square / (rest * rest) : noise * std::pow(sigma / level.alpha, 2);
    return {sums.square / sums.weight - square, std::max(alone - square, 0.0)};
}

Remaining remaining_loss(const Candidates& all, const NoiseLevel& level, std::uint32_t particle) {
    const double variance = level.sigma * level.sigma + level.sigma_step * level.sigma_step;
    const double of_noises = level.of_noise * level.of_noise + level.of_step * level.of_step;
    if (variance == 0) return {level.weight * of_noises, 0};  // x_t tells x_0, and nothing of the noise
    // Given x_t and x_0 the noises' part of the target has the mean along·(x_t − αx_0) and this variance:
    const double along = (level.of_noise * level.sigma + level.of_step * level.sigma_step) / variance;
    const double spread = std::max(of_noises - along * along * variance, 0.0);
    const double sigma = std::sqrt(variance);
    const Remaining clean =
        base::with_dim(all.dim, [&](auto dim) { return clean_variance(dim, all, level, sigma, particle); });
    const double factor =
        level.weight * std::pow(level.of_data - along * level.alpha, 2) / static_cast<double>(all.dim);
    return {factor * clean.loss + level.weight * spread, factor * clean.gap};
}

/// The mean of a batch: as many draws of each of its levels, which stand for all of them in equal parts.
Remaining batch_mean(const Candidates& all, const std::vector<NoiseLevel>& levels, std::size_t batch,
                     std::size_t most_draws, const std::function<void()>& check_cancelled) {
    const std::size_t strata = std::min(levels.size(), most_draws);
    const std::size_t draws = strata * (most_draws / strata);
    Remaining mean;
    for (std::size_t i = 0; i < draws; ++i) {
        if (check_cancelled) check_cancelled();
        const std::size_t place = ((i % strata) * kBatches + batch) * levels.size() / (strata * kBatches);
        const Remaining one = remaining_loss(all, levels[place], static_cast<std::uint32_t>(batch * most_draws + i));
        mean.loss += one.loss / static_cast<double>(draws);
        mean.gap += one.gap / static_cast<double>(draws);
    }
    return mean;
}

}  // namespace

std::optional<BayesFloor> bayes_floor(base::ThreadPool& pool, const data::Dataset& data, const BatchSource& source,
                                      std::size_t draws, const std::function<void()>& check_cancelled) {
    if (source.form().loss != BatchForm::Loss::regression) return {};
    if (source.form().kernel_target) return BayesFloor{};  // the target is a function of x_t
    draws = std::max(kBatches, draws * kManyDim / std::max(data.dim(), kManyDim));
    std::array<Remaining, kBatches> batches;
    pool.run(kBatches, [&](std::size_t batch) {
        if (check_cancelled) check_cancelled();
        const Candidates all = find_candidates(data, source, batch);
        batches[batch] = batch_mean(all, source.levels(), batch, draws / kBatches, check_cancelled);
        if (all.exact) batches[batch].gap = 0;
    });
    constexpr double kCount = kBatches;
    double mean = 0;
    double squares = 0;
    double gap = 0;
    for (const Remaining& batch : batches) {
        const double middle = batch.loss + batch.gap / 2;
        mean += middle / kCount;
        squares += middle * middle / kCount;
        gap += batch.gap / kCount;
    }
    const double standard_error = std::sqrt(std::max(squares - mean * mean, 0.0) / (kCount - 1));
    const BayesFloor floor = {mean, standard_error + gap / 2};
    if (!(floor.error <= kMostUncertain * floor.loss)) return {};
    return floor;
}

}  // namespace scorefield::train
