// Compiled once per instruction set, with SCOREFIELD_KERNELS naming the result. The headers included here contain no
// functions but static ones, so that no function is emitted for all modules with instructions that a machine may lack.
#include "nn/kernels.hpp"

#include <cstring>

#include "nn/element_loops.hpp"

namespace scorefield::nn {
namespace {

#if defined(__AVX512F__)
constexpr std::size_t kWidth = 16;
constexpr std::size_t kTileRows = 8;
constexpr const char* kName = "avx512";
#elif defined(__AVX2__)
constexpr std::size_t kWidth = 8;
constexpr std::size_t kTileRows = 4;
constexpr const char* kName = "avx2";
#else
constexpr std::size_t kWidth = 4;
constexpr std::size_t kTileRows = 4;
constexpr const char* kName = "plain";
#endif

using Vector = float __attribute__((vector_size(4 * kWidth)));

Vector load(const float* from) {
    Vector vector;
    std::memcpy(&vector, from, sizeof vector);
    return vector;
}

void store(const Vector& vector, float* to) {
    std::memcpy(to, &vector, sizeof vector);
}

/// One tile of kRows rows and kVectors vectors, its sums in registers.
template <std::size_t kRows, std::size_t kVectors>
void tile(std::size_t k, const float* a, Strides a_strides, const float* b, std::size_t b_stride, float* c,
          std::size_t c_stride, bool accumulate) {
    Vector sums[kRows][kVectors];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
        for (std::size_t j = 0; j < kVectors; ++j) {
            sums[i][j] = Vector{};
            if (accumulate) sums[i][j] = load(c + i * c_stride + j * kWidth);
        }
    }
    for (std::size_t l = 0; l < k; ++l) {
        Vector row[kVectors];
#pragma GCC unroll 2
        for (std::size_t j = 0; j < kVectors; ++j) {
            row[j] = load(b + l * b_stride + j * kWidth);
        }
#pragma GCC unroll 8
        for (std::size_t i = 0; i < kRows; ++i) {
            const float factor = a[i * a_strides.row + l * a_strides.column];
#pragma GCC unroll 2
            for (std::size_t j = 0; j < kVectors; ++j) sums[i][j] += factor * row[j];
        }
    }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
        for (std::size_t j = 0; j < kVectors; ++j) {
            store(sums[i][j], c + i * c_stride + j * kWidth);
        }
    }
}

/// All rows of a strip of kVectors vectors.
template <std::size_t kVectors>
void strip(std::size_t m, std::size_t k, const float* a, Strides a_strides, const float* b, std::size_t b_stride,
           float* c, std::size_t c_stride, bool accumulate) {
    std::size_t i = 0;
    for (; i + kTileRows <= m; i += kTileRows) {
        tile<kTileRows, kVectors>(k, a + i * a_strides.row, a_strides, b, b_stride, c + i * c_stride, c_stride,
                                  accumulate);
    }
    for (; i < m; ++i) {
        tile<1, kVectors>(k, a + i * a_strides.row, a_strides, b, b_stride, c + i * c_stride, c_stride, accumulate);
    }
}

/// Fewer columns than a vector: b's rows are padded with zeros in pieces, and so are c's.
void narrow(std::size_t m, std::size_t n, std::size_t k, const float* a, Strides a_strides, const float* b,
            std::size_t b_stride, float* c, std::size_t c_stride, bool accumulate) {
    constexpr std::size_t kPiece = 128;
    float padded[kPiece * kWidth];
    float sums[kTileRows * kWidth];
    for (std::size_t start = 0; start < k; start += kPiece) {
        const std::size_t length = k - start < kPiece ? k - start : kPiece;
        for (std::size_t l = 0; l < length; ++l) {
            for (std::size_t j = 0; j < kWidth; ++j) {
                padded[l * kWidth + j] = j < n ? b[(start + l) * b_stride + j] : 0.0F;
            }
        }
        const bool add = accumulate || start > 0;
        for (std::size_t i = 0; i < m; i += kTileRows) {
            const std::size_t rows = m - i < kTileRows ? m - i : kTileRows;
            strip<1>(rows, length, a + i * a_strides.row + start * a_strides.column, a_strides, padded, kWidth, sums,
                     kWidth, false);
            for (std::size_t r = 0; r < rows; ++r) {
                float* out = c + (i + r) * c_stride;
                for (std::size_t j = 0; j < n; ++j) out[j] = add ? out[j] + sums[r * kWidth + j] : sums[r * kWidth + j];
            }
        }
    }
}

void gemm(std::size_t m, std::size_t n, std::size_t k, const float* a, Strides a_strides, const float* b,
          std::size_t b_stride, float* c, std::size_t c_stride, bool accumulate) {
    std::size_t j = 0;
    for (; j + 2 * kWidth <= n; j += 2 * kWidth) {
        strip<2>(m, k, a, a_strides, b + j, b_stride, c + j, c_stride, accumulate);
    }
    for (; j + kWidth <= n; j += kWidth) strip<1>(m, k, a, a_strides, b + j, b_stride, c + j, c_stride, accumulate);
    if (j < n) narrow(m, n - j, k, a, a_strides, b + j, b_stride, c + j, c_stride, accumulate);
}

void add(std::size_t n, const float* a, const float* b, float* out) {
    for (std::size_t i = 0; i < n; ++i) out[i] = a[i] + b[i];
}

/// The ElementLoop of an element function, by its parameters.
template <auto kFunction>
struct Loop;

template <float (*kFunction)(float)>
struct Loop<kFunction> {
    static void run(std::size_t n, float, const float* a, const float*, float* out) {
        for (std::size_t i = 0; i < n; ++i) out[i] = kFunction(a[i]);
    }
};

template <float (*kFunction)(float, float)>
struct Loop<kFunction> {
    static void run(std::size_t n, float, const float* a, const float* b, float* out) {
        for (std::size_t i = 0; i < n; ++i) out[i] = kFunction(a[i], b[i]);
    }
};

template <float (*kFunction)(float, Factor)>
struct Loop<kFunction> {
    static void run(std::size_t n, float factor, const float* a, const float*, float* out) {
        for (std::size_t i = 0; i < n; ++i) out[i] = kFunction(a[i], Factor{factor});
    }
};

}  // namespace

#define SCOREFIELD_ELEMENT_LOOP(operation, function) extern const Operation operation;
SCOREFIELD_ELEMENT_LOOPS
#undef SCOREFIELD_ELEMENT_LOOP

namespace {

#define SCOREFIELD_ELEMENT_LOOP(operation, function) {&(operation), Loop<elements::function>::run},
constexpr OperationLoop kLoops[] = {SCOREFIELD_ELEMENT_LOOPS};
#undef SCOREFIELD_ELEMENT_LOOP

}  // namespace

extern const Kernels SCOREFIELD_KERNELS;
const Kernels SCOREFIELD_KERNELS = {kName, gemm, add, kLoops, sizeof(kLoops) / sizeof(kLoops[0])};

}  // namespace scorefield::nn
