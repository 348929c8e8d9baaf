#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "diffusion/exact_score.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/target_empirical.hpp"
#include "diffusion/target_mixture.hpp"
#include "gpu/device.hpp"
#include "sample/gpu_source.hpp"

namespace scorefield::sample {

/// The most particles of a block.
std::uint32_t largest_block(const gpu::Device& device);

/// An evaluation as the kernels compute it: its marginal, and the combination of denoiser and score that it returns.
struct Question {
    diffusion::Marginal at;
    diffusion::ExactForm answer;
};

/// What the evaluations of all exact targets have in common: a program's evaluations become questions.
class ExactEvaluations : public GpuEvaluations {
  public:
    /// Targets of point masses have no answer without noise.
    ExactEvaluations(const diffusion::Parametrisation& parametrisation, bool point_masses)
        : parametrisation_(parametrisation), point_masses_(point_masses) {}

    bool is_up_to_date() const override { return true; }
    bool has_other_weights() const override { return false; }
    void record_uploads(gpu::Recorder&) override {}

    /// Throws base::Error (request) as make_exact_source says.
    void prepare(std::span<const diffusion::Eval> evals) override;

  protected:
    const Question& question(std::uint32_t row) const { return questions_.at(row); }

  private:
    diffusion::Parametrisation parametrisation_;
    bool point_masses_;
    std::vector<Question> questions_;  ///< by row
};

/// Kernels and the evaluations that use them.
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

bool has_point_masses(const diffusion::GaussianMixture& mixture);

/// As shaders/sample/mixture_prepare.comp and mixture_wide_prepare.comp read the components: per component the log2 of
/// its weight, mean, variances and, where asked for, axes.
std::vector<float> packed_components(const diffusion::GaussianMixture& mixture, bool with_axes);

/// A ball around all points of a data set, of more than no radius.
struct Ball {
    explicit Ball(const diffusion::EmpiricalTarget& target);

    std::vector<float> centre;
    float inverse_radius = 0;
};

/// What the kernels of a data set take of a question.
struct EmpiricalCoefficients {
    explicit EmpiricalCoefficients(const Question& question);

    float alpha = 0;
    float linear = 0;     ///< α log2(e)/σ²
    float quadratic = 0;  ///< α² log2(e)/2σ²
    float of_denoised = 0;
    float of_offset = 0;  ///< of x − αD
};

}  // namespace scorefield::sample
