#include <algorithm>
#include <cmath>
#include <deque>
#include <numbers>
#include <optional>
#include <utility>

#include "render/vector_field.hpp"

namespace scorefield::render {
namespace {

using Place = std::array<double, 2>;

/// The grid between its points.
class Interpolation {
  public:
    explicit Interpolation(const VectorGrid& grid) : grid_(grid) {}

    struct Sample {
        Place vector;
        double visibility;
    };
    /// None outside the grid, and where a corner is not finite.
    std::optional<Sample> at(const Place& place) const {
        const Bounds& bounds = grid_.bounds;
        const auto along = [&](std::size_t axis, std::size_t count) {
            return (place[axis] - bounds.low[axis]) / (bounds.high[axis] - bounds.low[axis]) *
                   static_cast<double>(count - 1);
        };
        const double column = along(0, grid_.columns);
        const double row = along(1, grid_.rows);
        if (!(column >= 0 && row >= 0 && column <= static_cast<double>(grid_.columns - 1) &&
              row <= static_cast<double>(grid_.rows - 1))) {
            return std::nullopt;
        }
        const std::size_t c = std::min(static_cast<std::size_t>(column), grid_.columns - 2);
        const std::size_t r = std::min(static_cast<std::size_t>(row), grid_.rows - 2);
        const double right = column - static_cast<double>(c);
        const double up = row - static_cast<double>(r);
        Sample sample = {{0, 0}, 0};
        for (const std::size_t dr : {0U, 1U}) {
            for (const std::size_t dc : {0U, 1U}) {
                const double share = (dc == 1 ? right : 1 - right) * (dr == 1 ? up : 1 - up);
                const std::size_t i = (r + dr) * grid_.columns + c + dc;
                for (const std::size_t axis : {0U, 1U}) {
                    sample.vector.at(axis) += share * grid_.field.vectors[2 * i + axis];
                }
                sample.visibility += share * (grid_.field.visibility.empty() ? 1 : grid_.field.visibility[i]);
            }
        }
        if (!std::isfinite(sample.vector[0]) || !std::isfinite(sample.vector[1])) return std::nullopt;
        return sample;
    }

    /// A step of `length` along the field, against it where negative.
    std::optional<Place> step(const Place& from, double length) const {
        Place sum = {0, 0};
        Place at_stage = from;
        constexpr std::array<double, 4> kWeights = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
        constexpr std::array<double, 4> kNext = {0.5, 0.5, 1, 0};
        for (std::size_t stage = 0; stage < kWeights.size(); ++stage) {
            const std::optional<Sample> here = at(at_stage);
            if (!here) return std::nullopt;
            const double speed = std::hypot(here->vector[0], here->vector[1]);
            if (!(speed > 0)) return std::nullopt;
            for (const std::size_t axis : {0U, 1U}) {
                const double slope = length * here->vector.at(axis) / speed;
                sum.at(axis) += kWeights.at(stage) * slope;
                at_stage.at(axis) = from.at(axis) + kNext.at(stage) * slope;
            }
        }
        return Place{from[0] + sum[0], from[1] + sum[1]};
    }

  private:
    const VectorGrid& grid_;
};

/// Finds the lines that are too near, by squares as wide as the separation.
class Neighbourhood {
  public:
    Neighbourhood(const Bounds& bounds, double separation)
        : low_(bounds.low), size_(separation), columns_(count(bounds, 0)), rows_(count(bounds, 1)) {
        squares_.resize(columns_ * rows_);
    }

    bool is_free(const Place& place, double distance) const {
        const auto [column, row] = square_of(place);
        for (std::size_t r = row > 0 ? row - 1 : 0; r <= std::min(row + 1, rows_ - 1); ++r) {
            for (std::size_t c = column > 0 ? column - 1 : 0; c <= std::min(column + 1, columns_ - 1); ++c) {
                for (const Place& other : squares_[r * columns_ + c]) {
                    if (std::hypot(other[0] - place[0], other[1] - place[1]) < distance) return false;
                }
            }
        }
        return true;
    }
    void add(const Place& place) {
        const auto [column, row] = square_of(place);
        squares_[row * columns_ + column].push_back(place);
    }

  private:
    std::size_t count(const Bounds& bounds, std::size_t axis) const {
        return static_cast<std::size_t>(std::max(1.0, std::ceil((bounds.high[axis] - bounds.low[axis]) / size_)));
    }
    std::array<std::size_t, 2> square_of(const Place& place) const {
        const auto along = [&](std::size_t axis, std::size_t squares) {
            const double at = std::max(0.0, (place.at(axis) - low_.at(axis)) / size_);
            return std::min(static_cast<std::size_t>(at), squares - 1);
        };
        return {along(0, columns_), along(1, rows_)};
    }

    Place low_;
    double size_;
    std::size_t columns_;
    std::size_t rows_;
    std::vector<std::vector<Place>> squares_;
};

/// The line through `seed`, in the direction of the field.
std::vector<Place> trace(const Interpolation& field, const Neighbourhood& others, const Place& seed, double step,
                         double separation) {
    constexpr double kNearest = 0.55;  // of the separation: where a line ends
    constexpr int kMostSteps = 160;    // to either side
    std::deque<Place> line = {seed};
    for (const double direction : {1.0, -1.0}) {
        Place at = seed;
        Place before = seed;
        for (int i = 0; i < kMostSteps; ++i) {
            const std::optional<Place> next = field.step(at, direction * step);
            if (!next || !others.is_free(*next, kNearest * separation)) break;
            // At a sink of the field the line would run to and fro.
            if (i > 0 && std::hypot((*next)[0] - before[0], (*next)[1] - before[1]) < step) break;
            before = std::exchange(at, *next);
            direction > 0 ? line.push_back(at) : line.push_front(at);
        }
    }
    return {line.begin(), line.end()};
}

void draw_line(LineDrawing& drawing, const Interpolation& field, const std::vector<Place>& line,
               const MagnitudeScale& scale, const FieldLook& look) {
    constexpr double kOpacity = 0.8;
    constexpr double kWidth = 1.4;
    constexpr double kHead = 6.5;  // pixels
    constexpr double kHeadAngle = 0.45;
    const double width = kWidth * look.scale;
    const std::size_t middle = line.size() / 2;
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const auto sample = field.at(line[i]);
        if (!sample) continue;
        const double place = scale.place(std::hypot(sample->vector[0], sample->vector[1]));
        const Ink ink = {line_colour(look.colours, place), static_cast<float>(kOpacity * sample->visibility)};
        drawing.lines.push_back({line[i], line[i + 1], width, ink});
        if (i + 1 != middle) continue;
        const double angle = std::atan2(line[i + 1][1] - line[i][1], line[i + 1][0] - line[i][0]);
        for (const double side : {-kHeadAngle, kHeadAngle}) {
            const double back = angle + std::numbers::pi + side;
            const double head = kHead * look.scale * look.pixel;
            drawing.lines.push_back({line[i + 1],
                                     {line[i + 1][0] + head * std::cos(back), line[i + 1][1] + head * std::sin(back)},
                                     width,
                                     ink});
        }
    }
}

}  // namespace

LineDrawing streamlines(const VectorGrid& grid, double separation, const FieldLook& look) {
    constexpr double kStepPixels = 5;
    constexpr std::size_t kShortest = 6;  // steps
    constexpr double kLeastVisible = 0.03;
    constexpr double kFromOthers = 0.95;  // of the separation: where a line may begin
    const Interpolation field(grid);
    const MagnitudeScale scale(grid.field.vectors);
    Neighbourhood lines(grid.bounds, separation);
    LineDrawing drawing;
    drawing.legend = scale.legend(grid.field.title, look.colours);
    const double step = kStepPixels * look.pixel * look.scale;
    // Seeds in the order of a coarse grid: every place that has room gets a line.
    for (const double offset : {0.5, 0.0}) {
        for (double y = grid.bounds.low[1] + offset * separation; y <= grid.bounds.high[1]; y += separation) {
            for (double x = grid.bounds.low[0] + offset * separation; x <= grid.bounds.high[0]; x += separation) {
                const auto sample = field.at({x, y});
                if (!sample || !(sample->visibility > kLeastVisible) ||
                    !lines.is_free({x, y}, kFromOthers * separation)) {
                    continue;
                }
                const std::vector<Place> line = trace(field, lines, {x, y}, step, separation);
                if (line.size() < kShortest) continue;
                for (const Place& place : line) lines.add(place);
                draw_line(drawing, field, line, scale, look);
            }
        }
    }
    return drawing;
}

}  // namespace scorefield::render
