#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "data/datasets.hpp"
#include "data/point_draws.hpp"

namespace scorefield::data {
namespace {

/// A uniform of 53 bits from two of 32: pictures may have more cells than 32 bits choose from evenly.
double fine_uniform(const PointDraws& draws) {
    constexpr double kUpper = 1.0 / 4'294'967'296.0;
    constexpr double kLower = 2'097'152.0;  // 2²¹
    return draws.uniform(0) + std::floor(draws.uniform(1) * kLower) / kLower * kUpper;
}

class Density final : public Dataset {
  public:
    Density(std::string name, std::size_t width, std::size_t height, std::span<const float> brightness,
            const Rectangle& extent, std::vector<std::string> notes)
        : name_(std::move(name)),
          notes_(std::move(notes)),
          width_(width),
          left_(extent.left),
          top_(extent.top),
          cell_width_((extent.right - extent.left) / static_cast<double>(width)),
          cell_height_((extent.top - extent.bottom) / static_cast<double>(height)) {
        accumulate(brightness);
        measure(brightness);
    }

    std::string name() const override { return name_; }
    std::size_t dim() const override { return 2; }
    /// A cell by uniforms 0 and 1, the place in it by uniforms 2 and 3.
    Points draw(std::uint64_t seed, std::uint64_t first, std::size_t count) const override {
        Points points = {count, 2, std::vector<float>(2 * count)};
        for (std::size_t i = 0; i < count; ++i) {
            const PointDraws draws(seed, first + i);
            const auto found = std::ranges::upper_bound(cumulative_, fine_uniform(draws) * cumulative_.back());
            // The product may round up to the sum of all.
            const auto cell = std::min(static_cast<std::size_t>(found - cumulative_.begin()), cumulative_.size() - 1);
            points.values[2 * i] = static_cast<float>(x_of(cell, draws.uniform(2)));
            points.values[2 * i + 1] = static_cast<float>(y_of(cell, draws.uniform(3)));
        }
        return points;
    }
    Spread spread() const override { return spread_; }
    std::vector<std::string> notes() const override { return notes_; }

  private:
    /// `across` and `down` from 0 to 1 within the cell.
    double x_of(std::size_t cell, double across) const {
        return left_ + (static_cast<double>(cell % width_) + across) * cell_width_;
    }
    double y_of(std::size_t cell, double down) const {
        const std::size_t row = cell / width_;
        return top_ - (static_cast<double>(row) + down) * cell_height_;
    }

    void accumulate(std::span<const float> brightness) {
        cumulative_.reserve(brightness.size());
        double total = 0;
        for (std::size_t cell = 0; cell < brightness.size(); ++cell) {
            if (!(brightness[cell] >= 0) || !std::isfinite(brightness[cell])) {
                throw base::request_error("no density", name_,
                                          fmt::format("the value in row {}, column {} is negative or not finite",
                                                      cell / width_, cell % width_),
                                          "give a brightness of 0 or more everywhere");
            }
            cumulative_.push_back(total += static_cast<double>(brightness[cell]));
        }
        if (!(total > 0)) {
            throw base::request_error("no density", name_, "it is black all over",
                                      "points come from bright places: paint bright on dark, or invert the picture");
        }
    }

    /// The exact moments: of the cells' middles, and (cell size)²/12 within the cells.
    void measure(std::span<const float> brightness) {
        const double total = cumulative_.back();
        std::vector<double> mean(2);
        for (std::size_t cell = 0; cell < brightness.size(); ++cell) {
            const double share = static_cast<double>(brightness[cell]) / total;
            mean[0] += share * x_of(cell, 0.5);
            mean[1] += share * y_of(cell, 0.5);
        }
        std::array<double, 2> variance = {cell_width_ * cell_width_ / 12, cell_height_ * cell_height_ / 12};
        double sum = (cell_width_ * cell_width_ + cell_height_ * cell_height_) / 12;
        for (std::size_t cell = 0; cell < brightness.size(); ++cell) {
            const double share = static_cast<double>(brightness[cell]) / total;
            const double across = share * std::pow(x_of(cell, 0.5) - mean[0], 2);
            const double down = share * std::pow(y_of(cell, 0.5) - mean[1], 2);
            variance[0] += across;
            variance[1] += down;
            sum += across;
            sum += down;
        }
        spread_ = {mean, {std::sqrt(variance[0]), std::sqrt(variance[1])}, std::sqrt(sum / 2)};
    }

    std::string name_;
    std::vector<std::string> notes_;
    std::size_t width_;
    double left_;
    double top_;
    double cell_width_;
    double cell_height_;
    std::vector<double> cumulative_;  ///< of the cells' brightness, row by row
    Spread spread_;
};

}  // namespace

std::unique_ptr<Dataset> make_density(const std::string& name, std::size_t width, std::size_t height,
                                      std::span<const float> brightness, const Rectangle& extent,
                                      std::vector<std::string> notes) {
    assert(width > 0 && brightness.size() == width * height);
    assert(extent.left < extent.right && extent.bottom < extent.top);
    return std::make_unique<Density>(name, width, height, brightness, extent, std::move(notes));
}

}  // namespace scorefield::data
