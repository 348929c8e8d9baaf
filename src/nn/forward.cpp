#include "nn/forward.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "nn/ops/operation.hpp"

namespace scorefield::nn {

std::vector<Value> tangents(Graph& graph, const std::vector<std::pair<Value, Value>>& directions,
                            const std::vector<Value>& outputs) {
    const std::vector<bool> wanted = needed_for(graph, outputs);
    std::vector<std::optional<Value>> moves(wanted.size());
    for (const auto& [value, direction] : directions) {
        const std::array<Shape, 2> shapes = {graph.shape(value), graph.shape(direction)};
        if (shapes[0] != shapes[1]) shape_error("tangents", shapes, "a direction has the shape of what moves");
        moves[value] = direction;
    }
    for (Value value = 0; value < wanted.size(); ++value) {
        const Node node = graph.node(value);
        if (!wanted[value] || moves[value]) continue;
        std::vector<std::optional<Value>> operands;
        for (const Value operand : node.operands) operands.push_back(moves[operand]);
        if (std::ranges::none_of(operands, &std::optional<Value>::has_value)) continue;
        moves[value] = repeated_to(graph, node.operation->tangent(graph, node, value, operands), node.shape);
    }
    std::vector<Value> result;
    result.reserve(outputs.size());
    for (const Value output : outputs) {
        result.push_back(moves[output] ? *moves[output] : zeros(graph, graph.shape(output)));
    }
    return result;
}

}  // namespace scorefield::nn
