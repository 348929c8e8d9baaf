// Compiled once per instruction set, with SCOREFIELD_KERNELS naming the result. No header with code is included, so
// that no inline function of theirs is emitted with instructions that the machine may lack.
#include "nn/kernels.hpp"

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
using Unaligned = float __attribute__((vector_size(4 * kWidth), aligned(4), may_alias));

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
            if (accumulate) sums[i][j] = *reinterpret_cast<const Unaligned*>(c + i * c_stride + j * kWidth);
        }
    }
    for (std::size_t l = 0; l < k; ++l) {
        Vector row[kVectors];
#pragma GCC unroll 2
        for (std::size_t j = 0; j < kVectors; ++j) {
            row[j] = *reinterpret_cast<const Unaligned*>(b + l * b_stride + j * kWidth);
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
            *reinterpret_cast<Unaligned*>(c + i * c_stride + j * kWidth) = sums[i][j];
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

/// Adding 1.5·2²³ leaves the nearest integer in the low bits.
constexpr float kRound = 12582912.0F;

/// eˣ for x ≤ 0 (clamped at −87): x = n ln 2 + r, Cephes' expf polynomial of r.
inline float exponential(float x) {
    x = x < -87.0F ? -87.0F : x;
    const float n = (x * 1.44269504F + kRound) - kRound;
    const float r = (x - n * 0.693359375F) - n * -2.12194440e-4F;
    float p = 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1.0F;
    return p * __builtin_bit_cast(float, (static_cast<int>(n) + 127) << 23);
}

inline float logistic(float x) {
    const float e = exponential(x < 0.0F ? x : -x);
    const float s = 1.0F / (1.0F + e);
    return x < 0.0F ? e * s : s;
}

/// sin(x + quarters·π/2): x = n π/2 + r in three parts of π/2, Cephes' polynomials on |r| ≤ π/4.
inline float wave(float x, int quarters) {
    const float n = (x * 0.636619772F + kRound) - kRound;
    const float r = ((x - n * 1.5703125F) - n * 4.83751296997e-4F) - n * 7.54978995489e-8F;
    const int quadrant = static_cast<int>(n) + quarters;
    const float z = r * r;
    const float sine = ((-1.9515295891e-4F * z + 8.3321608736e-3F) * z - 1.6666654611e-1F) * z * r + r;
    const float cosine =
        ((2.443315711809948e-5F * z - 1.388731625493765e-3F) * z + 4.166664568298827e-2F) * z * z - 0.5F * z + 1.0F;
    const float value = (quadrant & 1) != 0 ? cosine : sine;
    return (quadrant & 2) != 0 ? -value : value;
}

void add(std::size_t n, const float* a, const float* b, float* out) {
    for (std::size_t i = 0; i < n; ++i) out[i] = a[i] + b[i];
}

void multiply(std::size_t n, const float* a, const float* b, float* out) {
    for (std::size_t i = 0; i < n; ++i) out[i] = a[i] * b[i];
}

void scale(std::size_t n, float factor, const float* a, float* out) {
    for (std::size_t i = 0; i < n; ++i) out[i] = factor * a[i];
}

void sigmoid(std::size_t n, const float* a, float* out) {
    for (std::size_t i = 0; i < n; ++i) out[i] = logistic(a[i]);
}

void silu(std::size_t n, const float* a, float* out) {
    for (std::size_t i = 0; i < n; ++i) out[i] = a[i] * logistic(a[i]);
}

void silu_derivative(std::size_t n, const float* a, float* out) {
    for (std::size_t i = 0; i < n; ++i) {
        const float s = logistic(a[i]);
        out[i] = s * (1.0F + a[i] * (1.0F - s));
    }
}

void sine(std::size_t n, const float* a, float* out) {
    for (std::size_t i = 0; i < n; ++i) out[i] = wave(a[i], 0);
}

void cosine(std::size_t n, const float* a, float* out) {
    for (std::size_t i = 0; i < n; ++i) out[i] = wave(a[i], 1);
}

}  // namespace

extern const Kernels SCOREFIELD_KERNELS;
const Kernels SCOREFIELD_KERNELS = {kName, gemm, add, multiply, scale, sigmoid, silu, silu_derivative, sine, cosine};

}  // namespace scorefield::nn
