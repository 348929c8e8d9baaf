#pragma once

#include <cstddef>
#include <cstdint>

namespace scorefield::base {
enum class InstructionSet : std::uint8_t;
}

namespace scorefield::nn {

struct Operation;

/// Strides of a matrix operand: element (i, k) is data[i·row + k·column].
struct Strides {
    std::size_t row = 0;
    std::size_t column = 1;
};

/// `Node::factor` as a parameter of an element function.
struct Factor {
    float value = 1;
};

/// out[i] = f(a[i], b[i]) for an operation that works element by element; may work in place. Operations of one operand
/// do not read b, and only those with a Factor use `factor`.
using ElementLoop = void (*)(std::size_t n, float factor, const float* a, const float* b, float* out);

struct OperationLoop {
    const Operation* operation = nullptr;
    ElementLoop loop = nullptr;
};

/// Single-precision loops over contiguous floats, compiled once per instruction set (kernels.cpp).
struct Kernels {
    const char* name;  ///< instruction set

    /// c (m, n), rows `c_stride` apart, = a (m, k) · b (k, n), rows `b_stride` apart; or += where `accumulate`.
    void (*gemm)(std::size_t m, std::size_t n, std::size_t k, const float* a, Strides a_strides, const float* b,
                 std::size_t b_stride, float* c, std::size_t c_stride, bool accumulate);
    /// out = a + b; may work in place.
    void (*add)(std::size_t n, const float* a, const float* b, float* out);
    /// One for each operation that works element by element.
    const OperationLoop* loops;
    std::size_t loop_count;

    /// The operation's loop, or nullptr.
    ElementLoop loop_of(const Operation& operation) const;
};

/// The fastest set that this processor runs; always the same one on one machine.
const Kernels& kernels();

/// Those of an instruction set, one of base::runnable_instruction_sets().
const Kernels& kernels(base::InstructionSet set);

}  // namespace scorefield::nn
