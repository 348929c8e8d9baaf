#include "sample/exact_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/target_empirical.hpp"
#include "diffusion/target_mixture.hpp"
#include "gpu/pipeline.hpp"
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

std::uint32_t size32(std::size_t size) {
    return static_cast<std::uint32_t>(size);
}

/// The dispatches of mixture.comp or empirical.comp over all terms (components, points) for blocks of particles.
class Passes {
  public:
    Passes(gpu::Device& device, const std::string& name, std::span<const std::uint32_t> code, std::uint32_t dim,
           std::size_t terms)
        : passes_(size32((terms + kTermsPerDispatch - 1) / kTermsPerDispatch)),
          terms_(size32((terms + passes_ - 1) / passes_)),
          group_(gpu::score_workgroup(device)),
          block_(device.properties().is_software ? 16384 : 131072) {
        // With passes of equal size the last may have nothing left: as many as are needed.
        passes_ = size32((terms + terms_ - 1) / terms_);
        const std::uint32_t last_terms = size32(terms) - (passes_ - 1) * terms_;
        const auto make = [&](const char* which, std::uint32_t count, bool first, bool last) {
            const std::vector<std::uint32_t> constants = {group_, dim, count, first ? 1U : 0U, last ? 1U : 0U};
            return gpu::ComputePipeline(device, fmt::format("{} {}", name, which), code, constants);
        };
        if (passes_ > 1) first_ = make("first", terms_, true, false);
        if (passes_ > 2) middle_ = make("middle", terms_, false, false);
        last_ = make("last", last_terms, passes_ == 1, true);
        const std::size_t floats = passes_ > 1 ? std::size_t{2 + dim} * block_ : 1;
        states_ = gpu::Buffer(device, name + " sums", floats * sizeof(float));
    }

    /// `push` is an ExactPlace, set here, and what the kernel needs besides it.
    template <class Push>
    void record(gpu::Recorder& recorder, const gpu::Buffer& terms, const gpu::Buffer& values, const EvalBlock& block,
                Push push) const {
        push.place = {.term = 0,
                      .src = block.src,
                      .dst = block.dst,
                      .stride = block.stride,
                      .particle = 0,
                      .state_stride = block_};
        const std::uint32_t end = block.first + block.count;
        for (std::uint32_t particle = block.first; particle < end; particle += block_) {
            const std::uint32_t groups = gpu::round_up(std::min(block_, end - particle), group_) / group_;
            push.place.particle = particle;
            for (std::uint32_t pass = 0; pass < passes_; ++pass) {
                push.place.term = pass * terms_;
                recorder.dispatch(pipeline(pass), {reads(terms), reads_writes(values), reads_writes(states_)}, push,
                                  groups);
            }
        }
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
    gpu::Buffer states_;
};

/// An evaluation as its marginal and the combination of denoiser and score that it answers.
struct Question {
    diffusion::Marginal at;
    diffusion::ExactForm answer;
};

class ExactSource : public GpuSource {
  public:
    /// Targets of point masses have no answer without noise.
    ExactSource(const diffusion::Target& target, const diffusion::Parametrisation& parametrisation, bool point_masses)
        : dim_(static_cast<std::uint32_t>(target.dim())),
          parametrisation_(parametrisation),
          point_masses_(point_masses) {}

    std::uint32_t dim() const override { return dim_; }
    double operations() const override { return operations_; }
    const std::string& variant() const override { return variant_; }
    void record_uploads(gpu::Recorder&) override {}

    /// dst ← c_skip·src + c_out·F with src = αD − σ²·score.
    void prepare(std::span<const diffusion::Eval> evals) override {
        questions_.clear();
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
            questions_.push_back({{eval.alpha, eval.sigma}, answer});
        }
    }

  protected:
    const Question& question(std::uint32_t row) const { return questions_.at(row); }

    double operations_ = 0;
    std::string variant_;

  private:
    [[noreturn]] static void refuse(std::size_t evaluation, const std::string& why, const std::string& hint) {
        throw base::request_error("no exact score", fmt::format("evaluation {}", evaluation), why, hint);
    }

    std::uint32_t dim_;
    diffusion::Parametrisation parametrisation_;
    bool point_masses_;
    std::vector<Question> questions_;  ///< by row
};

class MixtureSource final : public ExactSource {
  public:
    MixtureSource(gpu::Device& device, const diffusion::GaussianMixture& mixture,
                  const diffusion::Parametrisation& parametrisation)
        : ExactSource(mixture, parametrisation, has_point_masses(mixture)),
          count_(size32(mixture.components().size())),
          typical_variance_(mixture.components()[0].variances[0]),
          passes_(device, "mixture", shaders::sample_mixture_comp, dim(), count_),
          prepare_(device, "mixture prepare", shaders::sample_mixture_prepare_comp, {kPrepareGroup, dim()}),
          components_(gpu::make_buffer<float>(device, "mixture", packed(mixture))),
          rows_(device, "mixture under a marginal", std::size_t{count_} * row_floats() * sizeof(float)) {
        operations_ = count_ * (4.0 * dim() * dim() + 6.0 * dim() + 12);
        variant_ = "mixture-" + passes_.variant();
    }

    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const EvalBlock& block) override {
        const auto& [at, answer] = question(block.row);
        const double scale = 1 / (at.alpha * at.alpha * typical_variance_ + at.sigma * at.sigma);
        const shaders::MixturePreparePush push = {.count = count_,
                                                  .alpha = static_cast<float>(at.alpha),
                                                  .sigma = static_cast<float>(at.sigma),
                                                  .of_denoised = static_cast<float>(answer.of_denoised),
                                                  .of_score = static_cast<float>(answer.of_score),
                                                  .scale = static_cast<float>(scale)};
        recorder.dispatch(prepare_, {reads(components_), writes(rows_)}, push,
                          gpu::round_up(count_, kPrepareGroup) / kPrepareGroup);
        passes_.record(recorder, rows_, values, block, shaders::MixturePush{});
    }

  private:
    /// Of shaders/sample/mixture.glsl.
    std::size_t row_floats() const { return 1 + 2 * dim() + dim() * dim() + dim() * (dim() + 1) / 2; }

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

    std::uint32_t count_;
    double typical_variance_;
    Passes passes_;
    gpu::ComputePipeline prepare_;
    gpu::Buffer components_;
    gpu::Buffer rows_;
};

class EmpiricalSource final : public ExactSource {
  public:
    EmpiricalSource(gpu::Device& device, const diffusion::EmpiricalTarget& target,
                    const diffusion::Parametrisation& parametrisation)
        : ExactSource(target, parametrisation, true),
          passes_(device, "empirical", shaders::sample_empirical_comp, dim(), target.count()),
          points_(gpu::make_buffer<float>(device, "data points", target.points())) {
        enclose(target);
        operations_ = static_cast<double>(target.count()) * (9.0 * dim() + 12);
        variant_ = "empirical-" + passes_.variant();
    }

    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const EvalBlock& block) override {
        const auto& [at, answer] = question(block.row);
        // A deviation below all single-precision differences selects the nearest points as well.
        const double sigma = std::max(at.sigma, kSmallestSigma);
        const double exponent = at.alpha * std::numbers::log2e / (sigma * sigma);
        passes_.record(recorder, points_, values, block,
                       shaders::EmpiricalPush{.place = {},
                                              .alpha = static_cast<float>(at.alpha),
                                              .linear = static_cast<float>(exponent),
                                              .quadratic = static_cast<float>(exponent * at.alpha / 2),
                                              .of_denoised = static_cast<float>(answer.of_denoised),
                                              .of_offset = static_cast<float>(-answer.of_score / (at.sigma * at.sigma)),
                                              .centre = {centre_[0], centre_[1], centre_[2]},
                                              .inverse_radius = inverse_radius_});
    }

  private:
    static constexpr double kSmallestSigma = 1e-12;

    /// A ball around all points, of more than no radius.
    void enclose(const diffusion::EmpiricalTarget& target) {
        const std::size_t d = dim();
        const std::span<const float> points = target.points();
        std::array<float, 3> low = {};
        std::array<float, 3> high = {};
        for (std::size_t i = 0; i < points.size(); ++i) {
            low.at(i % d) = i < d ? points[i] : std::min(low.at(i % d), points[i]);
            high.at(i % d) = i < d ? points[i] : std::max(high.at(i % d), points[i]);
        }
        double square = 0;
        double largest = 0;
        for (std::size_t e = 0; e < d; ++e) {
            centre_.at(e) = low.at(e) / 2 + high.at(e) / 2;
            const double half = static_cast<double>(high.at(e)) / 2 - static_cast<double>(low.at(e)) / 2;
            square += half * half;
            largest = std::max(largest, static_cast<double>(std::abs(centre_.at(e))));
        }
        inverse_radius_ = static_cast<float>(1 / std::max({std::sqrt(square), 1e-6 * largest, 1e-12}));
    }

    Passes passes_;
    gpu::Buffer points_;
    std::array<float, 3> centre_ = {};
    float inverse_radius_ = 0;
};

}  // namespace

std::unique_ptr<GpuSource> make_exact_source(gpu::Device& device, const diffusion::Target& target,
                                             const diffusion::Parametrisation& parametrisation) {
    if (const auto* mixture = dynamic_cast<const diffusion::GaussianMixture*>(&target)) {
        return std::make_unique<MixtureSource>(device, *mixture, parametrisation);
    }
    if (const auto* empirical = dynamic_cast<const diffusion::EmpiricalTarget*>(&target)) {
        return std::make_unique<EmpiricalSource>(device, *empirical, parametrisation);
    }
    throw std::logic_error("no kernel for the target " + target.name());
}

}  // namespace scorefield::sample
