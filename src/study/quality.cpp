#include "study/quality.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/names.hpp"
#include "diffusion/prediction.hpp"

namespace scorefield::study {
namespace {

double coordinate(const data::Points& points, std::size_t point, std::size_t c) {
    const double origin = points.origin.empty() ? 0 : points.origin[c];
    return static_cast<double>(points.values[point * points.dim + c]) + origin;
}

struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
};

Range range_of(const data::Points& points, std::size_t c) {
    Range range;
    for (std::size_t i = 0; i < points.count; ++i) {
        range.low = std::min(range.low, coordinate(points, i, c));
        range.high = std::max(range.high, coordinate(points, i, c));
    }
    return range;
}

/// As readers of papers know it.
std::string_view symbol(diffusion::Prediction prediction) {
    switch (prediction) {
        case diffusion::Prediction::epsilon:
            return "ε";
        case diffusion::Prediction::x0:
            return "the data";
        case diffusion::Prediction::edm:
            return "edm's residual";
        default:
            return diffusion::kPredictions[static_cast<std::size_t>(prediction)];
    }
}

}  // namespace

bool reaches(const QualityBar& bar, const Distances& samples, const Distances& own) {
    if (samples.two_sample > bar.two_sample) return false;
    if (!bar.coverage_loss) return true;
    return samples.precision >= own.precision - *bar.coverage_loss && samples.recall >= own.recall - *bar.coverage_loss;
}

double excess(const data::Points& samples, const data::Points& data) {
    double farthest = 0;
    for (std::size_t c = 0; c < data.dim; ++c) {
        const Range box = range_of(data, c);
        const Range range = range_of(samples, c);
        const double outside = std::max(box.low - range.low, range.high - box.high);
        if (outside > 0) farthest = std::max(farthest, outside / (box.high - box.low));
    }
    return farthest;
}

std::string description(const model::Checkpoint& checkpoint) {
    std::string text = fmt::format("{} on `{}`", symbol(checkpoint.prediction), checkpoint.process.name);
    if (checkpoint.process.name == "ddpm") text += fmt::format(", `{}`", checkpoint.process.schedule);
    const std::size_t classes = model::classes_of(checkpoint.network);
    if (classes > 0) text += fmt::format(", {} classes", classes);
    return text + ", " + model::size_text(checkpoint.network);
}

}  // namespace scorefield::study
