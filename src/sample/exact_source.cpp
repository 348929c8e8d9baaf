#include "sample/exact_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "gpu/pipeline.hpp"
#include "gpu/planes.hpp"
#include "gpu/transfer.hpp"
#include "sample/exact_evaluations.hpp"
#include "sample/wide_exact_source.hpp"
#include "shaders/sample/empirical.comp.hpp"
#include "shaders/sample/empirical_push.h"
#include "shaders/sample/mixture.comp.hpp"
#include "shaders/sample/mixture_prepare.comp.hpp"
#include "shaders/sample/mixture_push.h"

namespace scorefield::sample {
namespace {

/// Components or points per dispatch: they are unrolled, so compile time grows with them.
constexpr std::uint32_t kTermsPerDispatch = 64;
constexpr std::uint32_t kPrepareGroup = 64;
/// The largest dimension that these kernels support: they unroll it (weighted[] in shaders/sample/softmax.glsl).
constexpr std::uint32_t kUnrolledDim = 3;

/// What one pass leaves to the next.
struct Sums {
    gpu::Buffer buffer;
    std::uint32_t block = 0;  ///< the most particles
};

/// The dispatches of mixture.comp or empirical.comp over all terms (components, points) for blocks of particles.
class Passes {
  public:
    Passes(gpu::Device& device, const std::string& name, std::span<const std::uint32_t> code, std::uint32_t dim,
           std::size_t terms)
        : passes_(gpu::size32((terms + kTermsPerDispatch - 1) / kTermsPerDispatch)),
          terms_(gpu::size32((terms + passes_ - 1) / passes_)),
          group_(gpu::score_workgroup(device)),
          block_(largest_block(device)) {
        // With passes of equal size the last may have nothing left: as many as are needed.
        passes_ = gpu::size32((terms + terms_ - 1) / terms_);
        const std::uint32_t last_terms = gpu::size32(terms) - (passes_ - 1) * terms_;
        const auto make = [&](const char* which, std::uint32_t count, bool first, bool last) {
            const std::vector<std::uint32_t> constants = {group_, dim, count, first ? 1U : 0U, last ? 1U : 0U};
            return gpu::ComputePipeline(device, fmt::format("{} {}", name, which), code, constants);
        };
        if (passes_ > 1) first_ = make("first", terms_, true, false);
        if (passes_ > 2) middle_ = make("middle", terms_, false, false);
        last_ = make("last", last_terms, passes_ == 1, true);
        planes_ = passes_ > 1 ? 2 + dim : 0;
    }

    std::uint32_t count() const { return passes_; }
    /// What one pass leaves to the next, for a block of particles.
    Sums make_sums(gpu::Device& device, std::uint32_t particles) const {
        const std::uint32_t block = std::min(block_, gpu::round_up(particles, gpu::kParticleMultiple));
        const std::size_t floats = std::max<std::size_t>(std::size_t{planes_} * block, 1);
        return {{device, "sums over terms", floats * sizeof(float)}, block};
    }

    /// One pass over a block. `push` is an ExactPlace, set here, and what the kernel needs besides it.
    template <class Push>
    void record(gpu::Recorder& recorder, std::uint32_t pass, const gpu::Buffer& terms, const Sums& sums,
                const gpu::Buffer& values, const EvalBlock& block, Push push) const {
        push.place = {.term = pass * terms_,
                      .src = block.src,
                      .dst = block.dst,
                      .stride = block.stride,
                      .particle = block.first,
                      .state_stride = sums.block};
        recorder.dispatch(pipeline(pass), {reads(terms), reads_writes(values), reads_writes(sums.buffer)}, push,
                          gpu::round_up(block.count, group_) / group_);
    }

    std::string variant() const { return fmt::format("{}x{}-g{}", passes_, terms_, group_); }

  private:
    const gpu::ComputePipeline& pipeline(std::uint32_t pass) const {
        if (pass + 1 == passes_) return last_;
        return pass == 0 ? first_ : middle_;
    }

    std::uint32_t passes_;
    std::uint32_t terms_;  ///< per pass; the last has what is left
    std::uint32_t group_;
    std::uint32_t block_;  ///< particles
    gpu::ComputePipeline first_;
    gpu::ComputePipeline middle_;
    gpu::ComputePipeline last_;
    std::uint32_t planes_ = 0;  ///< of the sums between passes
};

/// Evaluations of one target in up to kUnrolledDim dimensions. Each evaluation is divided into passes over the terms.
class PassEvaluations : public ExactEvaluations {
  public:
    PassEvaluations(gpu::Device& device, const Passes& passes, std::uint32_t particles,
                    const diffusion::Parametrisation& parametrisation, bool point_masses)
        : ExactEvaluations(parametrisation, point_masses),
          passes_(passes),
          sums_(passes.make_sums(device, particles)) {}

    std::uint32_t block() const override { return sums_.block; }
    std::uint32_t parts() const override { return passes_.count(); }

  protected:
    const Passes& passes_;
    Sums sums_;
};

/// A mixture's components and kernels.
struct MixtureKernels {
    MixtureKernels(gpu::Device& device, const diffusion::GaussianMixture& mixture)
        : dim(static_cast<std::uint32_t>(mixture.dim())),
          count(gpu::size32(mixture.components().size())),
          typical_variance(mixture.components()[0].variances[0]),
          point_masses(has_point_masses(mixture)),
          passes(device, "mixture", shaders::sample_mixture_comp, dim, count),
          prepare(device, "mixture prepare", shaders::sample_mixture_prepare_comp, {kPrepareGroup, dim}),
          components(gpu::make_buffer<float>(device, "mixture", packed_components(mixture, true))) {}

    /// Floats of a row as in shaders/sample/mixture.glsl.
    std::size_t row_floats() const { return 1 + 2 * dim + dim * dim + dim * (dim + 1) / 2; }

    std::string variant() const { return "mixture-" + passes.variant(); }

    std::uint32_t dim;
    std::uint32_t count;
    double typical_variance;
    bool point_masses;
    Passes passes;
    gpu::ComputePipeline prepare;
    gpu::Buffer components;
};

class MixtureEvaluations final : public PassEvaluations {
  public:
    MixtureEvaluations(gpu::Device& device, const MixtureKernels& kernels, std::uint32_t particles,
                       const diffusion::Parametrisation& parametrisation)
        : PassEvaluations(device, kernels.passes, particles, parametrisation, kernels.point_masses),
          kernels_(kernels),
          rows_(device, kernels.count * kernels.row_floats()) {}

    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const EvalBlock& block,
                std::uint32_t part) override {
        if (part == 0) {
            rows_.record(recorder, block.row, kernels_.prepare, kernels_.components,
                         mixture_prepare_push(question(block.row), kernels_.count, kernels_.typical_variance),
                         gpu::round_up(kernels_.count, kPrepareGroup) / kPrepareGroup);
        }
        passes_.record(recorder, part, rows_.buffer(), sums_, values, block, shaders::MixturePush{});
    }

    Take make_tables(std::span<const diffusion::Eval> evals, const std::function<void()>& check_cancelled) override {
        return [this, take = ExactEvaluations::make_tables(evals, check_cancelled)] {
            take();
            rows_.forget();
        };
    }

  private:
    const MixtureKernels& kernels_;
    MixtureRows rows_;
};

/// The points of an empirical target and their kernels.
struct EmpiricalKernels {
    EmpiricalKernels(gpu::Device& device, const diffusion::EmpiricalTarget& target)
        : dim(static_cast<std::uint32_t>(target.dim())),
          passes(device, "empirical", shaders::sample_empirical_comp, dim, target.count()),
          points(gpu::make_buffer<float>(device, "data points", target.points())),
          ball(target) {
        ball.centre.resize(kUnrolledDim);
    }

    std::string variant() const { return "empirical-" + passes.variant(); }

    std::uint32_t dim;
    Passes passes;
    gpu::Buffer points;
    Ball ball;
};

class EmpiricalEvaluations final : public PassEvaluations {
  public:
    EmpiricalEvaluations(gpu::Device& device, const EmpiricalKernels& kernels, std::uint32_t particles,
                         const diffusion::Parametrisation& parametrisation)
        : PassEvaluations(device, kernels.passes, particles, parametrisation, true), kernels_(kernels) {}

    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const EvalBlock& block,
                std::uint32_t part) override {
        const EmpiricalCoefficients coefficients(question(block.row));
        const std::vector<float>& centre = kernels_.ball.centre;
        passes_.record(recorder, part, kernels_.points, sums_, values, block,
                       shaders::EmpiricalPush{.place = {},
                                              .alpha = coefficients.alpha,
                                              .linear = coefficients.linear,
                                              .quadratic = coefficients.quadratic,
                                              .of_denoised = coefficients.of_denoised,
                                              .of_offset = coefficients.of_offset,
                                              .centre = {centre[0], centre[1], centre[2]},
                                              .inverse_radius = kernels_.ball.inverse_radius});
    }

  private:
    const EmpiricalKernels& kernels_;
};

}  // namespace

std::unique_ptr<GpuSource> make_exact_source(gpu::Device& device, const diffusion::Target& target,
                                             const diffusion::Parametrisation& parametrisation) {
    if (target.dim() > static_cast<int>(kUnrolledDim)) return make_wide_exact_source(device, target, parametrisation);
    const double operations = exact_operations(target);
    if (const auto* mixture = dynamic_cast<const diffusion::GaussianMixture*>(&target)) {
        return std::make_unique<ExactSource<MixtureKernels, MixtureEvaluations>>(device, *mixture, parametrisation,
                                                                                 operations);
    }
    if (const auto* empirical = dynamic_cast<const diffusion::EmpiricalTarget*>(&target)) {
        return std::make_unique<ExactSource<EmpiricalKernels, EmpiricalEvaluations>>(device, *empirical,
                                                                                     parametrisation, operations);
    }
    throw std::logic_error("no kernel for the target " + target.name());
}

}  // namespace scorefield::sample
