#pragma once

#include <memory>

#include "diffusion/prediction.hpp"
#include "diffusion/target.hpp"
#include "sample/gpu_source.hpp"

namespace scorefield::sample {

/// An exact target as a score source, in single precision what diffusion::ExactScore answers: a Gaussian mixture of any
/// number of components or a data set of any number of points. Every evaluation's answer is one combination of denoiser
/// and score, its coefficients computed in double precision, so that nothing cancels at small sigma. Particles ×
/// components (points) are summed in one pass over blocks of either; memory does not grow with their product. Any
/// dimension: one to three are unrolled, more use wide_exact_source.hpp. Finite for sizes from 1e-12 to 1e12 and points
/// up to 1e12 deviations out. A mixture's exponents q = |x − αμ|²/2v keep their 24 bits and no more: beyond a thousand
/// deviations components whose q agree to 1e-6 share by chance. A data set's exponents are differences and keep theirs.
/// `prepare` throws base::Error (request) naming the evaluation without an answer: at sigma = 0 where the target has
/// point masses or the prediction needs noise. Throws std::logic_error for other kinds of targets.
std::unique_ptr<GpuSource> make_exact_source(gpu::Device& device, const diffusion::Target& target,
                                             const diffusion::Parametrisation& parametrisation);

}  // namespace scorefield::sample
