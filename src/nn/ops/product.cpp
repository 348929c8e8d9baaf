#include "nn/ops/product.hpp"

#include <algorithm>

namespace scorefield::nn {

void run_product(const HostCall& call) {
    const HostView& a = call.operands[0];
    const std::size_t columns = call.node.shape.columns();
    const bool transpose = call.node.transpose_a;
    const std::size_t m = transpose ? a.columns : a.rows;
    const std::size_t k = transpose ? a.rows : a.columns;
    const Strides strides = transpose ? Strides{1, a.columns} : Strides{a.columns, 1};
    const bool addend = call.operands.size() == 3;
    for (std::size_t r = 0; addend && r < m; ++r) {
        std::copy_n(call.operands[2].row(r), columns, call.out + r * columns);
    }
    const float* const b = call.prepared != nullptr ? call.prepared : call.operands[1].data;
    call.kernels.gemm(m, columns, k, a.data, strides, b, columns, call.out, columns, addend);
}

void transpose_second(const Node&, std::span<const HostView> operands, AlignedFloats& prepared) {
    const HostView& b = operands[1];
    prepared.resize(b.rows * b.columns);
    for (std::size_t r = 0; r < b.rows; ++r) {
        for (std::size_t c = 0; c < b.columns; ++c) prepared[c * b.rows + r] = b.data[r * b.columns + c];
    }
}

}  // namespace scorefield::nn
