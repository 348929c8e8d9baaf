#include "model/network_score.hpp"

#include <algorithm>

#include "model/checkpoint.hpp"

namespace scorefield::model {
namespace {

constexpr std::size_t kChunk = 256;  // particles whose values stay in the cache

}  // namespace

NetworkScore::NetworkScore(const Architecture& network, const data::TensorMap& tensors, const std::string& where)
    : dim_(dim_of(network)), values_(build_network(graph_, network, nn::TimeRows::shared)) {
    require_tensors(tensors, network, where);
    for (const nn::TensorSpec& spec : tensors_of(network)) {
        const nn::Shape shape = value_shape(spec);
        const std::vector<float>& values = tensors.at(spec.name).values;
        nn::Matrix matrix(shape.rows(), shape.columns());
        std::ranges::copy(values, matrix.values.begin());
        weights_.emplace(spec.name, std::move(matrix));
    }
}

void NetworkScore::evaluate(std::span<const double> scaled, const diffusion::Eval& at, std::span<double> out) const {
    nn::Matrix time(1, 1);
    time.at(0, 0) = at.c_noise;
    nn::Matrix x;
    nn::Bindings bindings = {{"x", &x}, {"c_noise", &time}};
    for (const auto& [name, matrix] : weights_) bindings.emplace(name, &matrix);
    const std::size_t count = scaled.size() / dim_;
    for (std::size_t first = 0; first < count; first += kChunk) {
        const std::size_t rows = std::min(kChunk, count - first);
        x = nn::Matrix(rows, dim_);
        std::copy_n(scaled.begin() + static_cast<std::ptrdiff_t>(first * dim_), x.values.size(), x.values.begin());
        const nn::Matrix result = nn::evaluate(graph_, bindings, {values_.output}).front();
        std::ranges::copy(result.values, out.begin() + static_cast<std::ptrdiff_t>(first * dim_));
    }
}

}  // namespace scorefield::model
