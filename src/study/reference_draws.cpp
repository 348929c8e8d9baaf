#include "study/reference_draws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/point_draws.hpp"

namespace scorefield::study {
namespace {

constexpr std::uint64_t kDrawSeeds = 0x5c04'ef1e'1d00'0000;
constexpr std::uint64_t kTargetSeeds = 0x7a46'e7d0'a500'0000;
constexpr std::uint64_t kReferenceSeeds = 0xf4e5'4da7'a000'0000;
constexpr std::uint64_t kSeedsPerRequest = 16;  ///< more than numbers that are asked for
constexpr std::size_t kMomentsPoints = 100'000;

/// The moments' own number, which no draw has.
constexpr std::uint64_t kMomentsNumber = kSeedsPerRequest - 1;

/// Draws from a distribution without end.
class DistributionDraws : public ReferenceDraws {
  public:
    data::Points draw(std::size_t number, std::size_t count) const override { return sample(2 * number, count); }
    Pair pair(std::size_t number, std::size_t points, std::size_t reference) const override {
        return {sample(2 * number + 1, points), sample(2 * number, reference)};
    }
    data::Points moments_pool() const override { return sample(kMomentsNumber, kMomentsPoints); }

  private:
    virtual data::Points sample(std::uint64_t number, std::size_t count) const = 0;
};

base::Error no_such_class(const data::Dataset& dataset, std::uint32_t label) {
    return base::request_error("no such class", "`class`",
                               fmt::format("{} has no points of class {}", base::shown(dataset.name()), label),
                               "give other `data`, whose points have classes, or leave `class` out");
}

class DatasetDraws final : public DistributionDraws {
  public:
    DatasetDraws(const data::Dataset& dataset, std::uint64_t seed)
        : dataset_(dataset), first_seed_(kDrawSeeds + seed * kSeedsPerRequest) {}

  private:
    data::Points sample(std::uint64_t number, std::size_t count) const override {
        return dataset_.draw(first_seed_ + number, 0, count);
    }

    const data::Dataset& dataset_;
    std::uint64_t first_seed_;
};

/// Points of one class of a data set without end.
class ClassDraws final : public DistributionDraws {
  public:
    ClassDraws(const data::Dataset& dataset, std::uint64_t seed, std::uint32_t label)
        : dataset_(dataset), first_seed_(kDrawSeeds + seed * kSeedsPerRequest), label_(label) {}

  private:
    /// The first of this class among the points of the draw.
    data::Points sample(std::uint64_t number, std::size_t count) const override {
        constexpr std::size_t kFewestAtOnce = 1024;
        constexpr std::size_t kMostBlocks = 64;
        const std::size_t at_once = std::max(count * dataset_.classes(), kFewestAtOnce);
        data::Points result = {0, dataset_.dim(), {}, {}, {}};
        for (std::size_t block = 0; result.count < count && block < kMostBlocks; ++block) {
            const data::Points points =
                data::points_of_class(dataset_.draw(first_seed_ + number, block * at_once, at_once), label_);
            result.origin = points.origin;
            result.values.insert(result.values.end(), points.values.begin(), points.values.end());
            result.count += points.count;
        }
        if (result.count == 0) throw no_such_class(dataset_, label_);
        result.count = std::min(result.count, count);
        result.values.resize(result.count * result.dim);
        return result;
    }

    const data::Dataset& dataset_;
    std::uint64_t first_seed_;
    std::uint32_t label_;
};

/// Draws of the target's own seed, in double precision.
data::Points target_points(const model::ScaledTarget& target, std::uint64_t seed, std::uint64_t first,
                           std::size_t count) {
    std::vector<double> values =
        target.target->sample(seed, {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(count)});
    const auto dim = static_cast<std::size_t>(target.target->dim());
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = values[i] * target.scaling.deviation[i % dim] + target.scaling.mean[i % dim];
    }
    return data::about_origin(values, dim);
}

class TargetDraws final : public DistributionDraws {
  public:
    TargetDraws(model::ScaledTarget target, std::uint64_t seed)
        : target_(std::move(target)), first_seed_(kTargetSeeds + seed * kSeedsPerRequest) {}

  private:
    data::Points sample(std::uint64_t number, std::size_t count) const override {
        return target_points(target_, first_seed_ + number, 0, count);
    }

    model::ScaledTarget target_;
    std::uint64_t first_seed_;
};

/// Parts of a set of points, in an order that depends on the number of the draw.
class SetDraws final : public ReferenceDraws {
  public:
    SetDraws(data::Points points, std::uint64_t seed)
        : points_(std::move(points)), first_seed_(kDrawSeeds + seed * kSeedsPerRequest) {}

    data::Points draw(std::size_t number, std::size_t count) const override {
        const std::vector<std::size_t> all = order(number);
        return chosen(std::span(all).first(std::min(count, points_.count)));
    }
    Pair pair(std::size_t number, std::size_t points, std::size_t reference) const override {
        const std::vector<std::size_t> all = order(number);
        const std::size_t last = std::min(points, points_.count / 2);
        const std::size_t first = std::min(reference, points_.count - last);
        return {chosen(std::span(all).last(last)), chosen(std::span(all).first(first))};
    }
    data::Points moments_pool() const override { return points_; }

  private:
    /// A random order of all points (Fisher & Yates).
    std::vector<std::size_t> order(std::size_t number) const {
        std::vector<std::size_t> all(points_.count);
        std::iota(all.begin(), all.end(), std::size_t{0});
        for (std::size_t i = all.size(); i > 1; --i) {
            const double u = data::PointDraws(first_seed_ + number, i).uniform(0);
            std::swap(all[i - 1], all[static_cast<std::size_t>(u * static_cast<double>(i))]);
        }
        return all;
    }
    data::Points chosen(std::span<const std::size_t> which) const {
        data::Points result = {which.size(), points_.dim, {}, {}, points_.origin};
        result.values.reserve(which.size() * points_.dim);
        for (const std::size_t i : which) {
            const auto first = points_.values.begin() + static_cast<std::ptrdiff_t>(i * points_.dim);
            result.values.insert(result.values.end(), first, first + static_cast<std::ptrdiff_t>(points_.dim));
        }
        return result;
    }

    data::Points points_;
    std::uint64_t first_seed_;
};

}  // namespace

std::unique_ptr<ReferenceDraws> draws_of(const data::Dataset& dataset, std::uint64_t seed,
                                         std::optional<std::uint32_t> label) {
    if (label && *label >= dataset.classes()) throw no_such_class(dataset, *label);
    if (dataset.size() == 0 && label) return std::make_unique<ClassDraws>(dataset, seed, *label);
    if (dataset.size() == 0) return std::make_unique<DatasetDraws>(dataset, seed);
    data::Points points = dataset.pool(0, dataset.size());
    if (label) points = data::points_of_class(points, *label);
    if (points.count == 0) throw no_such_class(dataset, label.value_or(0));
    return std::make_unique<SetDraws>(std::move(points), seed);
}

std::unique_ptr<ReferenceDraws> draws_of(const model::ScaledTarget& target, std::uint64_t seed) {
    return std::make_unique<TargetDraws>(target, seed);
}

data::Points fresh_points(const data::Dataset& dataset, std::uint64_t seed, std::uint64_t first, std::size_t count) {
    return dataset.draw(kReferenceSeeds + seed, first, count);
}

data::Points fresh_points(const model::ScaledTarget& target, std::uint64_t seed, std::uint64_t first,
                          std::size_t count) {
    return target_points(target, kReferenceSeeds + seed, first, count);
}

}  // namespace scorefield::study
