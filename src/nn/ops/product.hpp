#pragma once

#include "nn/ops/operation.hpp"

namespace scorefield::nn {

/// The host kernel of matrix products: op(a) b [+ addend], op = transpose where `Node::transpose_a`; b is the second
/// operand, or what `transpose_second` has made of it.
void run_product(const HostCall& call);

/// The second operand's transpose.
void transpose_second(const Node& node, std::span<const HostView> operands, AlignedFloats& prepared);

}  // namespace scorefield::nn
