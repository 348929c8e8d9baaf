#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "diffusion/prediction.hpp"
#include "diffusion/target_empirical.hpp"
#include "diffusion/target_mixture.hpp"
#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "sample/exact_questions.hpp"
#include "sample/gpu_source.hpp"
#include "shaders/sample/mixture_prepare_push.h"

namespace scorefield::sample {

/// The largest number of particles in a block.
std::uint32_t largest_block(const gpu::Device& device);

/// Base of the evaluations of all exact targets. Converts a program's evaluations to questions.
class ExactEvaluations : public GpuEvaluations {
  public:
    /// `point_masses`: the target has some, so that evaluations at sigma = 0 are refused.
    ExactEvaluations(const diffusion::Parametrisation& parametrisation, bool point_masses)
        : parametrisation_(parametrisation), point_masses_(point_masses) {}

    bool is_up_to_date() const override { return true; }
    bool has_other_weights() const override { return false; }
    void record_uploads(gpu::Recorder&) override {}

    /// Throws base::Error (request) as make_exact_source says.
    Take make_tables(std::span<const diffusion::Eval> evals, const std::function<void()>& check_cancelled) override;

  protected:
    const Question& question(std::uint32_t row) const { return questions_.at(row); }

  private:
    diffusion::Parametrisation parametrisation_;
    bool point_masses_;
    std::vector<Question> questions_;  ///< one per row
};

/// A source that owns the kernels of one target. Its evaluations share them.
template <class Kernels, class Evaluations>
class ExactSource final : public GpuSource {
  public:
    template <class Target>
    ExactSource(gpu::Device& device, const Target& target, const diffusion::Parametrisation& parametrisation,
                double operations)
        : device_(device),
          kernels_(device, target),
          parametrisation_(parametrisation),
          operations_(operations),
          variant_(kernels_.variant()) {}

    std::uint32_t dim() const override { return kernels_.dim; }
    double operations() const override { return operations_; }
    const std::string& variant() const override { return variant_; }
    std::unique_ptr<GpuEvaluations> make_evaluations(std::uint32_t particles) override {
        return std::make_unique<Evaluations>(device_, kernels_, particles, parametrisation_);
    }

  private:
    gpu::Device& device_;
    Kernels kernels_;
    diffusion::Parametrisation parametrisation_;
    double operations_;
    std::string variant_;
};

/// The components as shaders/sample/mixture_prepare.comp and wide_mixture_prepare.comp read them. Per component: log2
/// of the weight, mean, variances and, if `with_axes`, axes.
std::vector<float> packed_components(const diffusion::GaussianMixture& mixture, bool with_axes);

/// The push constants that put `count` components under the marginal of a question. `typical_variance`: of a component.
shaders::MixturePreparePush mixture_prepare_push(const Question& question, std::uint32_t count,
                                                 double typical_variance);

/// The components of a mixture under the marginal of one evaluation, as its kernels read them.
class MixtureRows {
  public:
    /// `floats`: of all components.
    MixtureRows(gpu::Device& device, std::size_t floats)
        : buffer_(device, "mixture under a marginal", floats * sizeof(float)) {}

    const gpu::Buffer& buffer() const { return buffer_; }
    /// The numbers of evaluations have got other meanings.
    void forget() { evaluation_.reset(); }
    /// Dispatches `kernel` on `groups` workgroups, which puts `components` under the marginal of this evaluation,
    /// unless the rows are its rows already.
    void record(gpu::Recorder& recorder, std::uint32_t evaluation, const gpu::ComputePipeline& kernel,
                const gpu::Buffer& components, const shaders::MixturePreparePush& push, std::uint32_t groups);

  private:
    gpu::Buffer buffer_;
    std::optional<std::uint32_t> evaluation_;  ///< whose rows these are
};

}  // namespace scorefield::sample
