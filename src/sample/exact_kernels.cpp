// Compiled once per instruction set, with SCOREFIELD_KERNELS naming the result. The headers included here contain no
// functions but static ones, so that no function is emitted for all modules with instructions that a machine may lack.
//
// Both kernels are means weighted by 2^log of many terms in one pass, as in shaders/sample/softmax.glsl: kGroup terms
// at a time against the largest log so far. The terms are summed kRun at a time, so that rounding errors grow with kRun
// and with the number of runs, not with their product.
#include "sample/exact_kernels.hpp"

#include <cstring>

#include "sample/host_blocks.hpp"

namespace scorefield::sample {
namespace {

#if defined(__AVX512F__)
constexpr std::size_t kWidth = 16;
constexpr const char* kName = "avx512";
#elif defined(__AVX2__)
constexpr std::size_t kWidth = 8;
constexpr const char* kName = "avx2";
#else
constexpr std::size_t kWidth = 4;
constexpr const char* kName = "plain";
#endif
static_assert(kHostBlock % kWidth == 0);

using Vector = float __attribute__((vector_size(4 * kWidth)));
using Whole = int __attribute__((vector_size(4 * kWidth)));

constexpr std::size_t kGroup = 8;
constexpr std::size_t kRun = 64;
constexpr float kLowest = -1e30F;  // of a log

#define SCOREFIELD_INLINE __attribute__((always_inline)) inline

SCOREFIELD_INLINE Vector load(const float* from) {
    Vector vector;
    std::memcpy(&vector, from, sizeof vector);
    return vector;
}

SCOREFIELD_INLINE void store(Vector vector, float* to) {
    std::memcpy(to, &vector, sizeof vector);
}

SCOREFIELD_INLINE Vector larger(Vector a, Vector b) {
    return a > b ? a : b;
}

/// 2^x for x <= 0, at least 2^−126: minimax polynomial of degree 6, relative error 2e-7.
SCOREFIELD_INLINE Vector exp2_of(Vector x) {
    constexpr float kRound = 12582912.0F;  // 1.5·2²³ leaves the nearest integer in the low bits
    const Vector y = larger(x, Vector{} - 126.0F);
    const Vector n = (y + kRound) - kRound;
    const Vector r = y - n;
    Vector p = Vector{} + 1.5345811e-4F;
    p = p * r + 1.3399931e-3F;
    p = p * r + 9.618489e-3F;
    p = p * r + 5.5503286e-2F;
    p = p * r + 2.4022646e-1F;
    p = p * r + 6.931472e-1F;
    p = p * r + 1.0F;
    const Whole exponent = __builtin_convertvector(n + 127.0F, Whole) << 23;
    Vector scale;
    std::memcpy(&scale, &exponent, sizeof scale);
    return p * scale;
}

/// A mean over terms for one vector of particles. kDim numbers at `weighted`; kDim = 0: `dim` of them.
template <std::size_t kDim>
struct Mean {
    static constexpr std::size_t size(std::size_t dim) { return kDim != 0 ? kDim : dim; }

    Vector largest = Vector{} + 2 * kLowest;  ///< log; all sums are over 2^largest
    Vector sum = {};
    Vector run_sum = {};  ///< of the run under way

    SCOREFIELD_INLINE void clear(std::size_t dim, Vector* weighted, Vector* run) {
        for (std::size_t e = 0; e < size(dim); ++e) weighted[e] = run[e] = Vector{};
    }
    SCOREFIELD_INLINE void raise(Vector log, std::size_t dim, Vector* weighted, Vector* run) {
        const Vector raised = larger(largest, log);
        const Vector scale = exp2_of(largest - raised);
        largest = raised;
        sum *= scale;
        run_sum *= scale;
        for (std::size_t e = 0; e < size(dim); ++e) {
            weighted[e] *= scale;
            run[e] *= scale;
        }
    }
    SCOREFIELD_INLINE void end_run(std::size_t dim, Vector* weighted, Vector* run) {
        sum += run_sum;
        run_sum = Vector{};
        for (std::size_t e = 0; e < size(dim); ++e) {
            weighted[e] += run[e];
            run[e] = Vector{};
        }
    }
};

/// Arrays of kDim vectors on the stack, or of any number in the scratch memory.
template <std::size_t kDim>
struct Arrays {
    Vector values[4][kDim] = {};

    explicit Arrays(float* /*scratch*/, std::size_t /*dim*/) {}
    SCOREFIELD_INLINE Vector* array(std::size_t number) { return values[number]; }
};

template <>
struct Arrays<0> {
    Vector* memory;
    std::size_t dim;

    Arrays(float* scratch, std::size_t size) : memory(reinterpret_cast<Vector*>(scratch)), dim(size) {}
    SCOREFIELD_INLINE Vector* array(std::size_t number) { return memory + number * dim; }
};

/// y_j of component k.
template <std::size_t kDim, bool kDiagonal>
SCOREFIELD_INLINE Vector along_axis(const MixtureTerms& terms, std::size_t k, std::size_t j, const Vector* x) {
    const std::size_t dim = Mean<kDim>::size(terms.dim);
    const float* const mean = terms.means + k * dim;
    if constexpr (kDiagonal) return x[j] - terms.alpha * mean[j];
    const float* const axis = terms.axes + (k * dim + j) * dim;
    Vector y = axis[0] * (x[0] - terms.alpha * mean[0]);
    for (std::size_t e = 1; e < dim; ++e) y += axis[e] * (x[e] - terms.alpha * mean[e]);
    return y;
}

/// Components first … first + kCount − 1.
template <std::size_t kDim, bool kDiagonal, std::size_t kCount>
SCOREFIELD_INLINE void add_components(const MixtureTerms& terms, std::size_t first, const Vector* x, Mean<kDim>& mean,
                                      Vector* weighted, Vector* run) {
    const std::size_t dim = Mean<kDim>::size(terms.dim);
    const std::size_t row_floats = 1 + 2 * dim;
    Vector logs[kCount];
    Vector largest = Vector{} + 2 * kLowest;
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kCount; ++i) {
        const float* const row = terms.rows + (first + i) * row_floats;
        Vector square = {};
        for (std::size_t j = 0; j < dim; ++j) {
            const Vector y = along_axis<kDim, kDiagonal>(terms, first + i, j, x);
            square += row[1 + j] * y * y;
        }
        logs[i] = larger(row[0] - square, Vector{} + kLowest);
        largest = larger(largest, logs[i]);
    }
    mean.raise(largest, dim, weighted, run);
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kCount; ++i) {
        const std::size_t k = first + i;
        const float* const slopes = terms.rows + k * row_floats + 1 + dim;
        const float* const centre = terms.means + k * dim;
        const Vector weight = exp2_of(logs[i] - mean.largest);
        mean.run_sum += weight;
        for (std::size_t e = 0; e < dim; ++e) run[e] += weight * (terms.of_denoised * centre[e]);
        for (std::size_t j = 0; j < dim; ++j) {
            const Vector y = weight * (slopes[j] * along_axis<kDim, kDiagonal>(terms, k, j, x));
            if constexpr (kDiagonal) {
                run[j] += y;
            } else {
                const float* const axis = terms.axes + (k * dim + j) * dim;
                for (std::size_t e = 0; e < dim; ++e) run[e] += axis[e] * y;
            }
        }
    }
}

template <std::size_t kDim, bool kDiagonal>
void mixture_vector(const MixtureTerms& terms, const float* from, float* to, float* scratch) {
    const std::size_t dim = Mean<kDim>::size(terms.dim);
    Arrays<kDim> arrays(scratch, dim);
    Vector* const x = arrays.array(0);
    Vector* const weighted = arrays.array(1);
    Vector* const run = arrays.array(2);
    for (std::size_t e = 0; e < dim; ++e) x[e] = load(from + e * kHostBlock);
    Mean<kDim> mean;
    mean.clear(dim, weighted, run);
    std::size_t k = 0;
    for (; k + kGroup <= terms.count; k += kGroup) {
        add_components<kDim, kDiagonal, kGroup>(terms, k, x, mean, weighted, run);
        if ((k + kGroup) % kRun == 0) mean.end_run(dim, weighted, run);
    }
    for (; k < terms.count; ++k) add_components<kDim, kDiagonal, 1>(terms, k, x, mean, weighted, run);
    mean.end_run(dim, weighted, run);
    for (std::size_t e = 0; e < dim; ++e) store(weighted[e] / mean.sum, to + e * kHostBlock);
}

/// Points first … first + kCount − 1.
template <std::size_t kDim, std::size_t kCount>
SCOREFIELD_INLINE void add_points(const EmpiricalTerms& terms, std::size_t first, const Vector* p, const Vector* y,
                                  Mean<kDim>& mean, Vector* weighted, Vector* run) {
    const std::size_t dim = Mean<kDim>::size(terms.dim);
    Vector logs[kCount];
    Vector largest = Vector{} + 2 * kLowest;
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kCount; ++i) {
        const float* const point = terms.points + (first + i) * dim;
        Vector exponent = {};
        for (std::size_t e = 0; e < dim; ++e) {
            const Vector shift = point[e] - p[e];
            exponent += shift * (terms.linear * y[e] - terms.quadratic * shift);
        }
        logs[i] = larger(exponent, Vector{} + kLowest);
        largest = larger(largest, logs[i]);
    }
    mean.raise(largest, dim, weighted, run);
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kCount; ++i) {
        const float* const point = terms.points + (first + i) * dim;
        const Vector weight = exp2_of(logs[i] - mean.largest);
        mean.run_sum += weight;
        for (std::size_t e = 0; e < dim; ++e) run[e] += weight * (point[e] - p[e]);
    }
}

template <std::size_t kDim>
void empirical_vector(const EmpiricalTerms& terms, const float* from, float* to, float* scratch) {
    const std::size_t dim = Mean<kDim>::size(terms.dim);
    Arrays<kDim> arrays(scratch, dim);
    Vector* const p = arrays.array(0);  // the point of the ball around the data that is nearest to x/alpha
    Vector* const y = arrays.array(1);
    Vector* const weighted = arrays.array(2);
    Vector* const run = arrays.array(3);
    Vector square = {};
    for (std::size_t e = 0; e < dim; ++e) {
        y[e] = load(from + e * kHostBlock);
        p[e] = y[e] - terms.alpha * terms.centre[e];
        square += p[e] * p[e];
    }
    Vector distance;
    for (std::size_t i = 0; i < kWidth; ++i) distance[i] = __builtin_sqrtf(square[i]);
    const Vector reach = larger(larger(distance * terms.inverse_radius, Vector{} + terms.alpha), Vector{} + 1e-30F);
    for (std::size_t e = 0; e < dim; ++e) {
        p[e] = terms.centre[e] + p[e] / reach;
        y[e] -= terms.alpha * p[e];
    }
    Mean<kDim> mean;
    mean.clear(dim, weighted, run);
    std::size_t i = 0;
    for (; i + kGroup <= terms.count; i += kGroup) {
        add_points<kDim, kGroup>(terms, i, p, y, mean, weighted, run);
        if ((i + kGroup) % kRun == 0) mean.end_run(dim, weighted, run);
    }
    for (; i < terms.count; ++i) add_points<kDim, 1>(terms, i, p, y, mean, weighted, run);
    mean.end_run(dim, weighted, run);
    for (std::size_t e = 0; e < dim; ++e) {
        const Vector shift = weighted[e] / mean.sum;
        store(terms.of_denoised * (p[e] + shift) + terms.of_offset * (y[e] - terms.alpha * shift), to + e * kHostBlock);
    }
}

template <typename Terms>
using VectorKernel = void (*)(const Terms& terms, const float* from, float* to, float* scratch);

template <typename Terms>
void run(VectorKernel<Terms> kernel, const Terms& terms, const float* x, float* out, float* scratch) {
    for (std::size_t lane = 0; lane < kHostBlock; lane += kWidth) kernel(terms, x + lane, out + lane, scratch);
}

template <bool kDiagonal>
VectorKernel<MixtureTerms> mixture_kernel(std::size_t dim) {
    if (dim == 1) return mixture_vector<1, kDiagonal>;
    if (dim == 2) return mixture_vector<2, kDiagonal>;
    return dim == 3 ? mixture_vector<3, kDiagonal> : mixture_vector<0, kDiagonal>;
}

void mixture(const MixtureTerms& terms, const float* x, float* out, float* scratch) {
    run(terms.axes == nullptr ? mixture_kernel<true>(terms.dim) : mixture_kernel<false>(terms.dim), terms, x, out,
        scratch);
}

void empirical(const EmpiricalTerms& terms, const float* x, float* out, float* scratch) {
    const auto kernel = terms.dim == 1   ? empirical_vector<1>
                        : terms.dim == 2 ? empirical_vector<2>
                        : terms.dim == 3 ? empirical_vector<3>
                                         : empirical_vector<0>;
    run<EmpiricalTerms>(kernel, terms, x, out, scratch);
}

}  // namespace

extern const ExactKernels SCOREFIELD_KERNELS;
const ExactKernels SCOREFIELD_KERNELS = {kName, mixture, empirical};

}  // namespace scorefield::sample
