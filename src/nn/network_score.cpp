#include "nn/network_score.hpp"

#include <algorithm>

#include "nn/checkpoint.hpp"

namespace scorefield::nn {
namespace {

constexpr std::size_t kChunk = 256;  // particles whose values stay in the cache

}  // namespace

NetworkScore::NetworkScore(const MlpConfig& network, const data::TensorMap& tensors, const std::string& where)
    : network_(network), values_(build_mlp(graph_, network, TimeRows::shared)) {
    require_tensors(tensors, network, where);
    for (const TensorSpec& spec : mlp_tensors(network)) {
        const Shape shape = value_shape(spec);
        const std::vector<float>& values = tensors.at(spec.name).values;
        Matrix matrix(shape.rows, shape.columns);
        std::ranges::copy(values, matrix.values.begin());
        weights_.emplace(spec.name, std::move(matrix));
    }
}

void NetworkScore::evaluate(std::span<const double> scaled, const diffusion::Eval& at, std::span<double> out) const {
    Matrix time(1, 1);
    time.at(0, 0) = at.c_noise;
    Matrix x;
    Bindings bindings = {{"x", &x}, {"c_noise", &time}};
    for (const auto& [name, matrix] : weights_) bindings.emplace(name, &matrix);
    const std::size_t count = scaled.size() / network_.dim;
    for (std::size_t first = 0; first < count; first += kChunk) {
        const std::size_t rows = std::min(kChunk, count - first);
        x = Matrix(rows, network_.dim);
        std::copy_n(scaled.begin() + static_cast<std::ptrdiff_t>(first * network_.dim), x.values.size(),
                    x.values.begin());
        const Matrix result = nn::evaluate(graph_, bindings, {values_.output}).front();
        std::ranges::copy(result.values, out.begin() + static_cast<std::ptrdiff_t>(first * network_.dim));
    }
}

}  // namespace scorefield::nn
