#include <algorithm>
#include <cassert>
#include <utility>

#include "data/datasets.hpp"
#include "data/point_draws.hpp"

namespace scorefield::data {
namespace {

class PointSet final : public Dataset {
  public:
    PointSet(std::string name, Points points, std::vector<std::string> notes)
        : name_(std::move(name)),
          notes_(std::move(notes)),
          points_(std::move(points)),
          spread_(measure_spread(points_, name_, Centre::own)),
          classes_(points_.labels.empty() ? 0 : *std::ranges::max_element(points_.labels) + std::size_t{1}) {}

    std::string name() const override { return name_; }
    std::size_t dim() const override { return points_.dim; }
    std::size_t classes() const override { return classes_; }
    Points draw(std::uint64_t seed, std::uint64_t first, std::size_t count) const override {
        Points points = {count, points_.dim, {}};
        points.origin = points_.origin;
        points.values.reserve(count * points_.dim);
        for (std::size_t i = 0; i < count; ++i) {
            const double u = PointDraws(seed, first + i).uniform(0);
            const auto chosen = static_cast<std::size_t>(u * static_cast<double>(points_.count));
            const auto begin = points_.values.begin() + static_cast<std::ptrdiff_t>(chosen * points_.dim);
            points.values.insert(points.values.end(), begin, begin + static_cast<std::ptrdiff_t>(points_.dim));
            if (classes_ > 0) points.labels.push_back(points_.labels[chosen]);
        }
        return points;
    }
    std::size_t size() const override { return points_.count; }
    Points pool(std::uint64_t seed, std::size_t count) const override {
        return points_.count <= count ? points_ : draw(seed, 0, count);
    }
    Spread spread() const override { return spread_; }
    std::vector<std::string> notes() const override { return notes_; }

  private:
    std::string name_;
    std::vector<std::string> notes_;
    Points points_;
    Spread spread_;
    std::size_t classes_;
};

}  // namespace

std::unique_ptr<Dataset> make_dataset(const std::string& name, Points points, std::vector<std::string> notes) {
    assert(points.values.size() == points.count * points.dim);
    assert(points.labels.empty() || points.labels.size() == points.count);
    return std::make_unique<PointSet>(name, std::move(points), std::move(notes));
}

}  // namespace scorefield::data
