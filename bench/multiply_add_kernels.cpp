// Compiled once per instruction set, with SCOREFIELD_KERNELS naming the result. The headers included here contain no
// functions but static ones, so that no function is emitted for all modules with instructions that a machine may lack.
#include "bench/multiply_add_kernels.hpp"

#include <cstring>

namespace scorefield::bench {
namespace {

// Two products of a latency of 4 or 5 cycles begin in each cycle, and the chains stay in registers beside two operands.
#if defined(__AVX512F__)
constexpr std::size_t kWidth = 16;
constexpr std::size_t kChains = 16;
constexpr const char* kName = "avx512";
#elif defined(__AVX2__)
constexpr std::size_t kWidth = 8;
constexpr std::size_t kChains = 12;
constexpr const char* kName = "avx2";
#else
constexpr std::size_t kWidth = 4;
constexpr std::size_t kChains = 12;
constexpr const char* kName = "plain";
#endif

using Vector = float __attribute__((vector_size(4 * kWidth)));

void run(float factor, float addend, std::size_t rounds, const float* from, float* to) {
    Vector x[kChains];
    std::memcpy(x, from, sizeof x);
    const Vector factors = Vector{} + factor;
    const Vector addends = Vector{} + addend;
    for (std::size_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
        for (std::size_t k = 0; k < kChains; ++k) x[k] = x[k] * factors + addends;
    }
    std::memcpy(to, x, sizeof x);
}

}  // namespace

extern const MultiplyAddKernels SCOREFIELD_KERNELS;
const MultiplyAddKernels SCOREFIELD_KERNELS = {kName, kWidth* kChains, run};

}  // namespace scorefield::bench
