#include "sample/exact_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/target_empirical.hpp"
#include "diffusion/target_mixture.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/planes.hpp"
#include "gpu/transfer.hpp"
#include "nn/gpu_network.hpp"
#include "shaders/sample/empirical.comp.hpp"
#include "shaders/sample/empirical_push.h"
#include "shaders/sample/mixture.comp.hpp"
#include "shaders/sample/mixture_prepare.comp.hpp"
#include "shaders/sample/mixture_prepare_push.h"
#include "shaders/sample/mixture_push.h"

namespace scorefield::sample {
namespace {

/// Components or points per dispatch: they are unrolled, so compile time grows with them.
constexpr std::uint32_t kTermsPerDispatch = 64;
constexpr std::uint32_t kPrepareGroup = 64;

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
          block_(device.properties().is_software ? 16384 : 131072) {
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

/// An evaluation as the kernels compute it: its marginal, and the combination of denoiser and score that it returns.
struct Question {
    diffusion::Marginal at;
    diffusion::ExactForm answer;
};

/// The common part of the evaluations of mixtures and of sets of points. It turns a program's evaluations into
/// questions and divides each evaluation into passes over the target's terms.
class ExactEvaluations : public GpuEvaluations {
  public:
    /// Targets of point masses have no answer without noise.
    ExactEvaluations(gpu::Device& device, const Passes& passes, std::uint32_t particles,
                     const diffusion::Parametrisation& parametrisation, bool point_masses)
        : passes_(passes),
          sums_(passes.make_sums(device, particles)),
          parametrisation_(parametrisation),
          point_masses_(point_masses) {}

    bool is_up_to_date() const override { return true; }
    bool has_other_weights() const override { return false; }
    void record_uploads(gpu::Recorder&) override {}
    std::uint32_t block() const override { return sums_.block; }
    std::uint32_t parts() const override { return passes_.count(); }

    /// dst ← c_skip·src + c_out·F with src = αD − σ²·score.
    void prepare(std::span<const diffusion::Eval> evals) override {
        std::vector<Question> questions;
        for (std::size_t i = 0; i < evals.size(); ++i) {
            const diffusion::Eval& eval = evals[i];
            if (!(eval.sigma > 0) && (point_masses_ || eval.sigma != 0)) {
                refuse(i, fmt::format("its sigma is {}", eval.sigma), "point masses have no score without noise");
            }
            const diffusion::ExactForm output = diffusion::exact_output(parametrisation_, eval);
            const diffusion::ExactForm answer = {eval.c_skip * eval.alpha + eval.c_out * output.of_denoised,
                                                 eval.c_out * output.of_score - eval.c_skip * eval.sigma * eval.sigma};
            if (!std::isfinite(answer.of_denoised) || !std::isfinite(answer.of_score)) {
                refuse(i, fmt::format("at alpha {} and sigma {} its prediction is infinite", eval.alpha, eval.sigma),
                       "use `prediction` score or x0");
            }
            questions.push_back({{eval.alpha, eval.sigma}, answer});
        }
        questions_ = std::move(questions);
    }

  protected:
    const Question& question(std::uint32_t row) const { return questions_.at(row); }

    const Passes& passes_;
    Sums sums_;

  private:
    [[noreturn]] static void refuse(std::size_t evaluation, const std::string& why, const std::string& hint) {
        throw base::request_error("no exact score", fmt::format("evaluation {}", evaluation), why, hint);
    }

    diffusion::Parametrisation parametrisation_;
    bool point_masses_;
    std::vector<Question> questions_;  ///< by row
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
          components(gpu::make_buffer<float>(device, "mixture", packed(mixture))) {}

    /// Floats of a row as in shaders/sample/mixture.glsl.
    std::size_t row_floats() const { return 1 + 2 * dim + dim * dim + dim * (dim + 1) / 2; }

    static bool has_point_masses(const diffusion::GaussianMixture& mixture) {
        const auto components = mixture.components();
        return std::any_of(components.begin(), components.end(), [&](const auto& component) {
            const auto variances = std::span(component.variances).first(static_cast<std::size_t>(mixture.dim()));
            return std::find(variances.begin(), variances.end(), 0.0) != variances.end();
        });
    }

    /// As shaders/sample/mixture_prepare.comp reads them.
    static std::vector<float> packed(const diffusion::GaussianMixture& mixture) {
        const auto d = static_cast<std::size_t>(mixture.dim());
        std::vector<float> floats;
        const auto append = [&](std::span<const double> values) {
            for (const double value : values) floats.push_back(static_cast<float>(value));
        };
        for (const diffusion::GaussianMixture::Component& component : mixture.components()) {
            floats.push_back(static_cast<float>(std::log2(component.weight)));
            append(std::span(component.mean).first(d));
            append(std::span(component.variances).first(d));
            append(std::span(component.axes).first(d * d));
        }
        return floats;
    }

    std::uint32_t dim;
    std::uint32_t count;
    double typical_variance;
    bool point_masses;
    Passes passes;
    gpu::ComputePipeline prepare;
    gpu::Buffer components;
};

class MixtureEvaluations final : public ExactEvaluations {
  public:
    MixtureEvaluations(gpu::Device& device, const MixtureKernels& kernels, std::uint32_t particles,
                       const diffusion::Parametrisation& parametrisation)
        : ExactEvaluations(device, kernels.passes, particles, parametrisation, kernels.point_masses),
          kernels_(kernels),
          rows_(device, "mixture under a marginal", kernels.count * kernels.row_floats() * sizeof(float)) {}

    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const EvalBlock& block,
                std::uint32_t part) override {
        if (part == 0 && prepared_ != block.row) record_rows(recorder, block.row);
        passes_.record(recorder, part, rows_, sums_, values, block, shaders::MixturePush{});
    }

    void prepare(std::span<const diffusion::Eval> evals) override {
        ExactEvaluations::prepare(evals);
        prepared_.reset();
    }

  private:
    /// The components under the marginal of an evaluation.
    void record_rows(gpu::Recorder& recorder, std::uint32_t row) {
        prepared_ = row;
        const auto& [at, answer] = question(row);
        const double scale = 1 / (at.alpha * at.alpha * kernels_.typical_variance + at.sigma * at.sigma);
        const shaders::MixturePreparePush push = {.count = kernels_.count,
                                                  .alpha = static_cast<float>(at.alpha),
                                                  .sigma = static_cast<float>(at.sigma),
                                                  .of_denoised = static_cast<float>(answer.of_denoised),
                                                  .of_score = static_cast<float>(answer.of_score),
                                                  .scale = static_cast<float>(scale)};
        recorder.dispatch(kernels_.prepare, {reads(kernels_.components), writes(rows_)}, push,
                          gpu::round_up(kernels_.count, kPrepareGroup) / kPrepareGroup);
    }

    const MixtureKernels& kernels_;
    gpu::Buffer rows_;
    std::optional<std::uint32_t> prepared_;  ///< the evaluation that rows_ are of
};

/// The points of an empirical target and their kernels.
struct EmpiricalKernels {
    EmpiricalKernels(gpu::Device& device, const diffusion::EmpiricalTarget& target)
        : dim(static_cast<std::uint32_t>(target.dim())),
          passes(device, "empirical", shaders::sample_empirical_comp, dim, target.count()),
          points(gpu::make_buffer<float>(device, "data points", target.points())) {
        enclose(target);
    }

    /// A ball around all points, of more than no radius.
    void enclose(const diffusion::EmpiricalTarget& target) {
        const std::size_t d = dim;
        const std::span<const float> values = target.points();
        std::array<float, 3> low = {};
        std::array<float, 3> high = {};
        for (std::size_t i = 0; i < values.size(); ++i) {
            low.at(i % d) = i < d ? values[i] : std::min(low.at(i % d), values[i]);
            high.at(i % d) = i < d ? values[i] : std::max(high.at(i % d), values[i]);
        }
        double square = 0;
        double largest = 0;
        for (std::size_t e = 0; e < d; ++e) {
            centre.at(e) = low.at(e) / 2 + high.at(e) / 2;
            const double half = static_cast<double>(high.at(e)) / 2 - static_cast<double>(low.at(e)) / 2;
            square += half * half;
            largest = std::max(largest, static_cast<double>(std::abs(centre.at(e))));
        }
        inverse_radius = static_cast<float>(1 / std::max({std::sqrt(square), 1e-6 * largest, 1e-12}));
    }

    std::uint32_t dim;
    Passes passes;
    gpu::Buffer points;
    std::array<float, 3> centre = {};
    float inverse_radius = 0;
};

class EmpiricalEvaluations final : public ExactEvaluations {
  public:
    EmpiricalEvaluations(gpu::Device& device, const EmpiricalKernels& kernels, std::uint32_t particles,
                         const diffusion::Parametrisation& parametrisation)
        : ExactEvaluations(device, kernels.passes, particles, parametrisation, true), kernels_(kernels) {}

    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const EvalBlock& block,
                std::uint32_t part) override {
        constexpr double kSmallestSigma = 1e-12;
        const auto& [at, answer] = question(block.row);
        // A deviation below all single-precision differences selects the nearest points as well.
        const double sigma = std::max(at.sigma, kSmallestSigma);
        const double exponent = at.alpha * std::numbers::log2e / (sigma * sigma);
        const std::array<float, 3>& centre = kernels_.centre;
        passes_.record(recorder, part, kernels_.points, sums_, values, block,
                       shaders::EmpiricalPush{.place = {},
                                              .alpha = static_cast<float>(at.alpha),
                                              .linear = static_cast<float>(exponent),
                                              .quadratic = static_cast<float>(exponent * at.alpha / 2),
                                              .of_denoised = static_cast<float>(answer.of_denoised),
                                              .of_offset = static_cast<float>(-answer.of_score / (at.sigma * at.sigma)),
                                              .centre = {centre[0], centre[1], centre[2]},
                                              .inverse_radius = kernels_.inverse_radius});
    }

  private:
    const EmpiricalKernels& kernels_;
};

/// Kernels and the evaluations that use them.
template <class Kernels, class Evaluations>
class ExactSource final : public GpuSource {
  public:
    template <class Target>
    ExactSource(gpu::Device& device, const Target& target, const diffusion::Parametrisation& parametrisation,
                double operations, const std::string& kind)
        : device_(device),
          kernels_(device, target),
          parametrisation_(parametrisation),
          operations_(operations),
          variant_(kind + "-" + kernels_.passes.variant()) {}

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

}  // namespace

std::unique_ptr<GpuSource> make_exact_source(gpu::Device& device, const diffusion::Target& target,
                                             const diffusion::Parametrisation& parametrisation) {
    const double dim = target.dim();
    if (const auto* mixture = dynamic_cast<const diffusion::GaussianMixture*>(&target)) {
        const double operations =
            static_cast<double>(mixture->components().size()) * (4.0 * dim * dim + 6.0 * dim + 12);
        return std::make_unique<ExactSource<MixtureKernels, MixtureEvaluations>>(device, *mixture, parametrisation,
                                                                                 operations, "mixture");
    }
    if (const auto* empirical = dynamic_cast<const diffusion::EmpiricalTarget*>(&target)) {
        const double operations = static_cast<double>(empirical->count()) * (9.0 * dim + 12);
        return std::make_unique<ExactSource<EmpiricalKernels, EmpiricalEvaluations>>(
            device, *empirical, parametrisation, operations, "empirical");
    }
    throw std::logic_error("no kernel for the target " + target.name());
}

}  // namespace scorefield::sample
