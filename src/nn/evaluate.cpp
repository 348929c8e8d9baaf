#include "nn/evaluate.hpp"

#include <stdexcept>

#include "nn/ops/operation.hpp"

namespace scorefield::nn {
namespace {

const Matrix& bound(const Bindings& bindings, const Node& node) {
    const auto found = bindings.find(node.name);
    if (found == bindings.end()) throw std::logic_error("'" + node.name + "' is not bound");
    const Matrix& matrix = *found->second;
    const bool rows_fit = node.shape.rows() == kBatch || node.shape.rows() == matrix.rows;
    if (!rows_fit || node.shape.columns() != matrix.columns || matrix.values.size() != matrix.rows * matrix.columns) {
        throw std::logic_error("what is bound to '" + node.name + "' has another shape");
    }
    return matrix;
}

std::size_t batch_rows(const Graph& graph, const std::vector<bool>& needed, const Bindings& bindings) {
    std::size_t rows = 0;
    for (std::size_t i = 0; i < needed.size(); ++i) {
        const Node& node = graph.nodes()[i];
        if (!needed[i] || node.kind != NodeKind::input || node.shape.rows() != kBatch) continue;
        const std::size_t here = bound(bindings, node).rows;
        if (rows != 0 && here != rows) throw std::logic_error("inputs have different numbers of particles");
        rows = here;
    }
    return rows;
}

}  // namespace

std::vector<Matrix> evaluate(const Graph& graph, const Bindings& bindings, const std::vector<Value>& outputs) {
    const std::vector<bool> needed = needed_for(graph, outputs);
    const std::size_t batch = batch_rows(graph, needed, bindings);
    std::vector<Matrix> computed(needed.size());
    std::vector<const Matrix*> values(needed.size(), nullptr);
    for (std::size_t i = 0; i < needed.size(); ++i) {
        const Node& node = graph.nodes()[i];
        if (!needed[i]) continue;
        values[i] = &computed[i];
        if (node.kind == NodeKind::input || node.kind == NodeKind::parameter) {
            values[i] = &bound(bindings, node);
            continue;
        }
        computed[i] = Matrix(node.shape.rows() == kBatch ? batch : node.shape.rows(), node.shape.columns());
        if (node.kind == NodeKind::constant) {
            computed[i].values.assign(node.values.begin(), node.values.end());
            continue;
        }
        std::vector<const Matrix*> operands;
        operands.reserve(node.operands.size());
        for (const Value operand : node.operands) operands.push_back(values[operand]);
        node.operation->evaluate(node, operands, batch, computed[i]);
    }
    std::vector<Matrix> result;
    result.reserve(outputs.size());
    for (const Value output : outputs) result.push_back(*values[output]);
    return result;
}

}  // namespace scorefield::nn
