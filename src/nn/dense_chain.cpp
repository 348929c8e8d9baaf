#include "nn/dense_chain.hpp"

#include <algorithm>
#include <stdexcept>

#include "nn/ops/linear/linear.hpp"
#include "nn/ops/silu/silu.hpp"

namespace scorefield::nn {
namespace {

[[noreturn]] void refuse(Value value, const std::string& why) {
    throw std::logic_error("dense_chain: value " + std::to_string(value) + " " + why);
}

}  // namespace

std::vector<DenseLayer> dense_chain(const Graph& graph, Value x, Value output) {
    std::vector<DenseLayer> layers;
    for (Value at = output; at != x;) {
        DenseLayer layer;
        if (graph.node(at).operation == &kSilu) {
            layer.silu = true;
            at = graph.node(at).operands[0];
        }
        const Node& linear = graph.node(at);
        if (linear.operation != &kLinear || linear.operands.size() != 3) refuse(at, "is no linear layer with addend");
        const Node& weight = graph.node(linear.operands[1]);
        if (weight.kind != NodeKind::parameter) refuse(linear.operands[1], "is a weight but no parameter");
        if (!graph.node(linear.operands[2]).shared())
            refuse(linear.operands[2], "is an addend that differs by particle");
        layer.weight = weight.name;
        layer.addend = linear.operands[2];
        layer.inputs = weight.shape.columns();
        layer.outputs = weight.shape.rows();
        layers.push_back(layer);
        at = linear.operands[0];
    }
    std::reverse(layers.begin(), layers.end());
    return layers;
}

}  // namespace scorefield::nn
