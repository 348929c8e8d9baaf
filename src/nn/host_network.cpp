#include "nn/host_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "nn/evaluate.hpp"

namespace scorefield::nn {

HostNetwork::HostNetwork(NetworkGraph network, const data::TensorMap& tensors, base::InstructionSet set)
    : kernels_(tile_kernels(set)),
      network_(std::move(network)),
      chain_(dense_chain(network_.graph, network_.values.x, network_.values.output)) {
    for (const auto& [name, tensor] : tensors) parameters_[name] = matrix_of(tensor);
    for (const DenseLayer& dense : chain_) {
        const std::vector<float>& weights = tensors.at(dense.weight).values;
        Layer layer = {dense.inputs, dense.outputs, row_floats_, dense.silu, AlignedFloats(weights.size())};
        kernels_.pack(dense.outputs, dense.inputs, weights.data(), layer.weights.data());
        widest_ = std::max(widest_, dense.outputs);
        row_floats_ += dense.outputs;
        layers_.push_back(std::move(layer));
    }
    variant_ = fmt::format("host-{}-{}x{}", kernels_.name, layers_.front().outputs, layers_.size() - 2);
}

double HostNetwork::operations() const {
    double sum = 0;
    for (const Layer& layer : layers_) sum += 2.0 * static_cast<double>(layer.inputs * layer.outputs);
    return sum;
}

AlignedFloats HostNetwork::make_rows(std::span<const double> c_noise,
                                     const std::function<void()>& check_cancelled) const {
    constexpr std::size_t kRowsPerCheck = 64;
    Bindings bindings;
    for (const auto& [name, matrix] : parameters_) bindings[name] = &matrix;
    std::vector<Value> addends;
    for (const DenseLayer& layer : chain_) addends.push_back(layer.addend);
    AlignedFloats rows;
    rows.reserve(c_noise.size() * row_floats_);
    Matrix time(1, 1);
    bindings["c_noise"] = &time;
    for (std::size_t row = 0; row < c_noise.size(); ++row) {
        if (check_cancelled && row % kRowsPerCheck == 0) check_cancelled();
        time.at(0, 0) = c_noise[row];
        for (const Matrix& values : nn::evaluate(network_.graph, bindings, addends)) {
            for (const double value : values.values) rows.push_back(static_cast<float>(value));
        }
    }
    return rows;
}

void HostNetwork::evaluate(const float* row, const float* input, float* output, float* scratch) const {
    const float* in = input;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const Layer& layer = layers_[i];
        float* const out = i + 1 == layers_.size() ? output : scratch + (i % 2) * widest_ * kernels_.rows;
        kernels_.dense({layer.inputs, layer.outputs, layer.weights.data(), row + layer.addend, layer.silu}, in, out);
        in = out;
    }
}

}  // namespace scorefield::nn
