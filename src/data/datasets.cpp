#include "data/datasets.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/random.hpp"
#include "data/npy.hpp"

namespace scorefield::data {
namespace {

constexpr std::uint64_t kScalingSeed = 0x5ca1'e000'0000'0001;
constexpr std::size_t kScalingPoints = 100'000;
constexpr double kPi = std::numbers::pi;

/// The random numbers of one point.
class PointDraws {
  public:
    PointDraws(std::uint64_t seed, std::uint64_t point)
        : seed_(seed), particle_(static_cast<std::uint32_t>(point)), high_(static_cast<std::uint32_t>(point >> 32)) {}

    double uniform(std::uint32_t element) const {
        return base::uniform(seed_, particle_, element, 2 * high_, base::kDataStream);
    }
    double normal(std::uint32_t element) const {
        return static_cast<double>(base::normal(seed_, particle_, element, 2 * high_ + 1, base::kDataStream));
    }

  private:
    std::uint64_t seed_;
    std::uint32_t particle_;
    std::uint32_t high_;
};

struct LabelledPoint {
    std::array<double, 2> place = {};
    std::uint32_t label = 0;
};

/// Coordinates 0 and 2 of scikit-learn's make_swiss_roll with noise 0.5.
LabelledPoint swiss_roll(const PointDraws& draws) {
    const double t = 1.5 * kPi * (1 + 2 * draws.uniform(0));
    return {{t * std::cos(t) + 0.5 * draws.normal(0), t * std::sin(t) + 0.5 * draws.normal(1)}};
}

/// scikit-learn's make_moons with noise 0.1.
LabelledPoint moons(const PointDraws& draws) {
    const double angle = kPi * draws.uniform(0);
    const bool outer = draws.uniform(1) < 0.5;
    const double x = outer ? std::cos(angle) : 1 - std::cos(angle);
    const double y = outer ? std::sin(angle) : 0.5 - std::sin(angle);
    return {{x + 0.1 * draws.normal(0), y + 0.1 * draws.normal(1)}, outer ? 0U : 1U};
}

/// scikit-learn's make_circles with factor 0.5 and noise 0.05.
LabelledPoint circles(const PointDraws& draws) {
    const double angle = 2 * kPi * draws.uniform(0);
    const bool outer = draws.uniform(1) < 0.5;
    const double radius = outer ? 1.0 : 0.5;
    return {{radius * std::cos(angle) + 0.05 * draws.normal(0), radius * std::sin(angle) + 0.05 * draws.normal(1)},
            outer ? 0U : 1U};
}

/// The eight dark unit squares of a 4 × 4 board on [−2, 2]².
LabelledPoint checkerboard(const PointDraws& draws) {
    const double x = 4 * draws.uniform(0) - 2;
    const double row = std::floor(2 * draws.uniform(1)) * 2;
    const double shift = std::fmod(std::floor(x) + 2, 2.0);
    return {{x, row + shift + draws.uniform(2) - 2}};
}

/// Eight Gaussians of deviation 0.2 on a circle of radius 2.
LabelledPoint eight_gaussians(const PointDraws& draws) {
    const double which = std::floor(8 * draws.uniform(0));
    const double angle = kPi / 4 * which;
    return {{2 * std::cos(angle) + 0.2 * draws.normal(0), 2 * std::sin(angle) + 0.2 * draws.normal(1)},
            static_cast<std::uint32_t>(which)};
}

constexpr DatasetInfo kInfos[] = {
    {"swiss_roll", "a spiral with noise 0.5 (scikit-learn's, coordinates 0 and 2)"},
    {"moons", "two interleaved half circles with noise 0.1"},
    {"circles", "two concentric circles, radii 1 and 0.5, with noise 0.05"},
    {"checkerboard", "the eight dark squares of a 4 x 4 board"},
    {"eight_gaussians", "eight Gaussians of deviation 0.2 on a circle of radius 2"},
};
constexpr LabelledPoint (*kDraws[])(const PointDraws&) = {swiss_roll, moons, circles, checkerboard, eight_gaussians};
constexpr std::size_t kClasses[] = {0, 2, 2, 0, 8};
static_assert(std::size(kInfos) == std::size(kDraws) && std::size(kInfos) == std::size(kClasses));

class BuiltinDataset final : public Dataset {
  public:
    explicit BuiltinDataset(std::size_t which) : which_(which) {}

    std::string name() const override { return std::string(kInfos[which_].name); }
    std::size_t dim() const override { return 2; }
    std::size_t classes() const override { return kClasses[which_]; }
    Points draw(std::uint64_t seed, std::uint64_t first, std::size_t count) const override {
        Points points = {count, 2, std::vector<float>(2 * count)};
        for (std::size_t i = 0; i < count; ++i) {
            const LabelledPoint point = kDraws[which_](PointDraws(seed, first + i));
            points.values[2 * i] = static_cast<float>(point.place[0]);
            points.values[2 * i + 1] = static_cast<float>(point.place[1]);
            if (classes() > 0) points.labels.push_back(point.label);
        }
        return points;
    }
    Scaling scaling() const override { return estimate_scaling(draw(kScalingSeed, 0, kScalingPoints), name()); }

  private:
    std::size_t which_;
};

class FileDataset final : public Dataset {
  public:
    explicit FileDataset(const std::string& file)
        : file_(file), points_(read_points(file)), scaling_(estimate_scaling(points_, file)) {}

    std::string name() const override { return file_; }
    std::size_t dim() const override { return points_.dim; }
    Points draw(std::uint64_t seed, std::uint64_t first, std::size_t count) const override {
        Points points = {count, points_.dim, {}};
        points.values.reserve(count * points_.dim);
        for (std::size_t i = 0; i < count; ++i) {
            const double u = PointDraws(seed, first + i).uniform(0);
            const auto chosen = static_cast<std::size_t>(u * static_cast<double>(points_.count));
            const auto begin = points_.values.begin() + static_cast<std::ptrdiff_t>(chosen * points_.dim);
            points.values.insert(points.values.end(), begin, begin + static_cast<std::ptrdiff_t>(points_.dim));
        }
        return points;
    }
    Points pool(std::uint64_t /*seed*/, std::size_t /*count*/) const override { return points_; }
    Scaling scaling() const override { return scaling_; }

  private:
    std::string file_;
    Points points_;
    Scaling scaling_;
};

}  // namespace

std::span<const DatasetInfo> builtin_datasets() {
    return kInfos;
}

std::unique_ptr<Dataset> open_dataset(const std::string& name) {
    for (std::size_t i = 0; i < std::size(kInfos); ++i) {
        if (kInfos[i].name == name) return std::make_unique<BuiltinDataset>(i);
    }
    if (name.ends_with(".npy")) return std::make_unique<FileDataset>(name);
    std::vector<std::string_view> names;
    for (const DatasetInfo& info : kInfos) names.push_back(info.name);
    throw base::request_error("unknown data set", "--data " + name, "it is neither a built-in set nor a .npy file",
                              base::name_hint(name, names));
}

}  // namespace scorefield::data
