#pragma once

#include <cstddef>

namespace scorefield::nn {

/// Strides of a matrix operand: element (i, k) is data[i·row + k·column].
struct Strides {
    std::size_t row = 0;
    std::size_t column = 1;
};

/// Single-precision loops over contiguous floats, compiled once per instruction set (kernels.cpp). Element-wise
/// functions may work in place; sigmoid to cosine are polynomials of our own with errors below 1e-6, absolute or
/// relative to the result, whichever is larger, for |x| ≤ 1e30 (sine and cosine: 8192).
struct Kernels {
    const char* name;  ///< instruction set

    /// c (m, n), rows `c_stride` apart, = a (m, k) · b (k, n), rows `b_stride` apart; or += where `accumulate`.
    void (*gemm)(std::size_t m, std::size_t n, std::size_t k, const float* a, Strides a_strides, const float* b,
                 std::size_t b_stride, float* c, std::size_t c_stride, bool accumulate);
    void (*add)(std::size_t n, const float* a, const float* b, float* out);
    void (*multiply)(std::size_t n, const float* a, const float* b, float* out);
    void (*scale)(std::size_t n, float factor, const float* a, float* out);
    void (*sigmoid)(std::size_t n, const float* a, float* out);
    void (*silu)(std::size_t n, const float* a, float* out);
    void (*silu_derivative)(std::size_t n, const float* a, float* out);
    void (*sine)(std::size_t n, const float* a, float* out);
    void (*cosine)(std::size_t n, const float* a, float* out);
};

/// The fastest set that this processor runs; always the same one on one machine.
const Kernels& kernels();

/// Every set that this processor runs, the plain one first.
struct KernelList {
    const Kernels* sets[3];
    std::size_t count;
};
KernelList runnable_kernels();

}  // namespace scorefield::nn
