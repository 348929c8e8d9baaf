#include "nn/ops/element_wise.hpp"

#include <algorithm>
#include <array>

namespace scorefield::nn {

Shape element_shape(const Graph& graph, const Node& node) {
    Shape result = graph.shape(node.operands.front());
    for (const Value operand : node.operands) {
        const std::array<Shape, 2> shapes = {result, graph.shape(operand)};
        if (shapes[0].with_rows(1) != shapes[1].with_rows(1)) {
            shape_error(node.operation->name, shapes, "columns differ (all sizes but the first)");
        }
        result = result.with_rows(joined_rows(node.operation->name, shapes[0], shapes[1]));
    }
    return result;
}

void run_elements(const HostCall& call) {
    const std::size_t columns = call.node.shape.columns();
    const double over = call.node.over_batch ? static_cast<double>(call.batch) : 1;
    const auto factor = static_cast<float>(call.node.factor / over);
    const bool whole =
        std::ranges::all_of(call.operands, [&](const HostView& operand) { return operand.stride == columns; });
    const std::size_t pieces = whole ? 1 : call.rows;
    const std::size_t length = whole ? call.rows * columns : columns;
    for (std::size_t r = 0; r < pieces; ++r) {
        call.loop(length, factor, call.operands.front().row(r), call.operands.back().row(r), call.out + r * columns);
    }
}

}  // namespace scorefield::nn
