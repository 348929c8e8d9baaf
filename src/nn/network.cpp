#include "nn/network.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace scorefield::nn {
namespace {

/// A quarter turn over `range`.
double slowest_frequency(double range) {
    return 2 * std::numbers::pi / (4 * range);
}

}  // namespace

Shape value_shape(const TensorSpec& spec) {
    return spec.shape.size() == 1 ? Shape{1, spec.shape[0]} : Shape{spec.shape[0], spec.shape[1]};
}

Matrix matrix_of(const data::Tensor& tensor) {
    Matrix matrix;
    matrix.rows = tensor.shape.size() == 1 ? 1 : tensor.shape[0];
    matrix.columns = tensor.shape.back();
    matrix.values.assign(tensor.values.begin(), tensor.values.end());
    return matrix;
}

std::size_t element_count(const TensorSpec& spec) {
    const Shape shape = value_shape(spec);
    return shape.rows() * shape.columns();
}

std::vector<TensorSpec> trained_tensors(std::vector<TensorSpec> tensors) {
    std::erase_if(tensors, [](const TensorSpec& spec) { return !spec.trained; });
    return tensors;
}

std::size_t trained_weights(const std::vector<TensorSpec>& tensors) {
    std::size_t count = 0;
    for (const TensorSpec& spec : tensors) count += spec.trained ? element_count(spec) : 0;
    return count;
}

data::TensorMap with_trained(data::TensorMap tensors, const std::vector<TensorSpec>& specs,
                             std::span<const float> trained) {
    for (const TensorSpec& spec : specs) {
        if (!spec.trained) continue;
        const std::span<const float> values = trained.first(element_count(spec));
        tensors.at(spec.name).values.assign(values.begin(), values.end());
        trained = trained.subspan(values.size());
    }
    return tensors;
}

TimeFrequencies frequencies_of_levels(double highest) {
    return highest > 0 ? TimeFrequencies{1, slowest_frequency(highest)} : TimeFrequencies{};
}

TimeFrequencies frequencies_of_range(double lowest, double highest) {
    constexpr double kFinest = 1000;
    constexpr double kLargestAngle = 10'000;
    const double range = highest - lowest;
    if (!(range > 0)) return {};
    const double slowest = slowest_frequency(range);
    const double most = kLargestAngle / std::max(std::abs(lowest), std::abs(highest));
    return {std::max(std::min(kFinest / range, most), slowest), slowest};
}

std::vector<float> time_frequencies(const TimeFrequencies& range, std::size_t count) {
    std::vector<float> frequencies(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double place = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 0;
        frequencies[i] = static_cast<float>(range.fastest * std::pow(range.slowest / range.fastest, place));
    }
    return frequencies;
}

}  // namespace scorefield::nn
