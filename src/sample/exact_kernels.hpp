#pragma once

#include <cstddef>
#include <cstdint>

namespace scorefield::base {
enum class InstructionSet : std::uint8_t;
}

namespace scorefield::sample {

/// A Gaussian mixture under one marginal. Of component k and axis j: y_j = axis_j·(x − mean); its density is
/// 2^(log − Σ_j precision_j y_j²), and its answer is offset + Σ_j slope_j y_j axis_j.
struct MixtureTerms {
    std::size_t dim = 0;
    std::size_t count = 0;
    const float* means = nullptr;  ///< (count, dim), of the clean state
    const float* axes = nullptr;   ///< (count, dim, dim), a row for each axis; null: those of the coordinates
    const float* rows = nullptr;   ///< (count, 1 + 2·dim): log, precisions, slopes
    float alpha = 1;               ///< mean = alpha·means
    float of_denoised = 0;         ///< offset = of_denoised·means
};

/// A data set under one marginal, as shaders/sample/empirical.comp takes it.
struct EmpiricalTerms {
    std::size_t dim = 0;
    std::size_t count = 0;
    const float* points = nullptr;  ///< (count, dim)
    const float* centre = nullptr;  ///< (dim), of a ball around them
    float inverse_radius = 0;
    float alpha = 1;
    float linear = 0;
    float quadratic = 0;
    float of_denoised = 0;
    float of_offset = 0;
};

/// The exact answers of targets in single precision, compiled once per instruction set (exact_kernels.cpp), for a block
/// of kHostBlock particles: planes (dim, kHostBlock), 64-byte aligned; x and out may be the same.
struct ExactKernels {
    const char* name;  ///< instruction set

    /// `scratch` holds scratch_floats(dim) floats.
    void (*mixture)(const MixtureTerms& terms, const float* x, float* out, float* scratch);
    void (*empirical)(const EmpiricalTerms& terms, const float* x, float* out, float* scratch);

    static constexpr std::size_t scratch_floats(std::size_t dim) {
        constexpr std::size_t kArrays = 4;
        constexpr std::size_t kWidest = 16;
        return kArrays * kWidest * dim;
    }
};

/// Those of an instruction set, one of base::runnable_instruction_sets().
const ExactKernels& exact_kernels(base::InstructionSet set);

}  // namespace scorefield::sample
