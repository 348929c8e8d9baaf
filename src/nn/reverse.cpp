#include "nn/reverse.hpp"

#include <optional>
#include <stdexcept>

#include "nn/ops/add/add.hpp"
#include "nn/ops/operation.hpp"

namespace scorefield::nn {
namespace {

/// Which values depend on one of `variables`.
std::vector<bool> depending_on(const Graph& graph, const std::vector<Value>& variables) {
    std::vector<bool> depends(graph.nodes().size(), false);
    for (const Value variable : variables) depends.at(variable) = true;
    for (std::size_t i = 0; i < depends.size(); ++i) {
        for (const Value operand : graph.nodes()[i].operands) depends[i] = depends[i] || depends[operand];
    }
    return depends;
}

}  // namespace

std::vector<Value> gradients(Graph& graph, Value loss, const std::vector<Value>& variables) {
    if (graph.shape(loss) != Shape{1, 1}) throw std::logic_error("the derivative needs a loss of shape (1, 1)");
    return gradients(graph, loss, graph.constant({1, 1}, {1.0F}), variables);
}

std::vector<Value> gradients(Graph& graph, Value output, Value output_adjoint, const std::vector<Value>& variables) {
    if (graph.shape(output) != graph.shape(output_adjoint)) {
        throw std::logic_error("a derivative has the shape of what it is by");
    }
    const std::vector<bool> wanted = depending_on(graph, variables);
    const std::vector<bool> reached = needed_for(graph, {output});
    std::vector<std::optional<Value>> adjoint(wanted.size());
    adjoint[output] = output_adjoint;
    for (Value value = output + 1; value-- > 0;) {
        const Node node = graph.node(value);
        if (!adjoint[value] || !wanted[value] || !reached[value] || node.operands.empty()) continue;
        const std::vector<Value> parts = node.operation->derivative(graph, node, value, *adjoint[value]);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            std::optional<Value>& sum = adjoint[node.operands[i]];
            sum = sum ? add(graph, *sum, parts[i]) : parts[i];
        }
    }
    std::vector<Value> result;
    result.reserve(variables.size());
    for (const Value variable : variables) {
        result.push_back(adjoint[variable] ? *adjoint[variable] : zeros(graph, graph.shape(variable)));
    }
    return result;
}

}  // namespace scorefield::nn
