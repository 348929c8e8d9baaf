#include "sample/host_exact_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sample/exact_kernels.hpp"
#include "sample/exact_questions.hpp"

namespace scorefield::sample {
namespace {

/// Room in the scratch memory for floats, each part on a cache line.
constexpr std::size_t kLine = 16;
constexpr std::size_t whole_lines(std::size_t floats) {
    return (floats + kLine - 1) / kLine * kLine;
}

/// What evaluations of a target need of it.
struct MixtureData {
    MixtureData(const diffusion::GaussianMixture& target, const ExactKernels& kernels_of_set)
        : mixture(target), kernels(kernels_of_set), point_masses(has_point_masses(target)) {
        const auto d = static_cast<std::size_t>(target.dim());
        const bool diagonal =
            std::ranges::all_of(target.components(), &diffusion::GaussianMixture::Component::is_diagonal);
        for (const diffusion::GaussianMixture::Component& component : target.components()) {
            for (const double value : component.mean) means.push_back(static_cast<float>(value));
            for (std::size_t i = 0; !diagonal && i < d * d; ++i) {
                axes.push_back(static_cast<float>(component.axis(i / d, i % d)));
            }
        }
    }

    std::size_t dim() const { return static_cast<std::size_t>(mixture.dim()); }
    std::string variant() const { return fmt::format("host-{}-mixture-{}", kernels.name, mixture.components().size()); }
    std::size_t scratch_floats() const {
        return whole_lines(mixture.components().size() * (1 + 2 * dim())) + ExactKernels::scratch_floats(dim());
    }

    void evaluate(const Question& question, const HostBlocks& blocks, std::size_t src, std::size_t dst,
                  float* scratch) const {
        fill_rows(question, scratch);
        const MixtureTerms terms = {.dim = dim(),
                                    .count = mixture.components().size(),
                                    .means = means.data(),
                                    .axes = axes.empty() ? nullptr : axes.data(),
                                    .rows = scratch,
                                    .alpha = static_cast<float>(question.at.alpha),
                                    .of_denoised = static_cast<float>(question.answer.of_denoised)};
        float* const rest = scratch + whole_lines(terms.count * (1 + 2 * dim()));
        for (std::size_t b = 0; b < blocks.count; ++b) {
            kernels.mixture(terms, blocks.block(b) + src, blocks.block(b) + dst, rest);
        }
    }

    /// A component has D = mu + sum_j u_j (alpha lambda_j/v_j) y_j and the score −sum_j u_j y_j/v_j, with
    /// y_j = u_j·(x − alpha mu) and v_j = alpha² lambda_j + sigma².
    void fill_rows(const Question& question, float* rows) const {
        constexpr double kSmallestVariance = 1e-24;
        const auto& [at, answer] = question;
        const double typical = mixture.components()[0].variances[0];
        const double scale = 1 / (at.alpha * at.alpha * typical + at.sigma * at.sigma);
        const std::size_t d = dim();
        for (const diffusion::GaussianMixture::Component& component : mixture.components()) {
            double log = std::log2(component.weight);
            for (std::size_t j = 0; j < d; ++j) {
                const double lambda = component.variances[j];
                const double v = std::max(at.alpha * at.alpha * lambda + at.sigma * at.sigma, kSmallestVariance);
                log -= std::log2(v * scale) / 2;
                rows[1 + j] = static_cast<float>(std::numbers::log2e / 2 / v);
                rows[1 + d + j] = static_cast<float>((answer.of_denoised * at.alpha * lambda - answer.of_score) / v);
            }
            rows[0] = static_cast<float>(log);
            rows += 1 + 2 * d;
        }
    }

    const diffusion::GaussianMixture& mixture;
    const ExactKernels& kernels;
    bool point_masses;
    std::vector<float> means;
    std::vector<float> axes;  ///< empty: those of the coordinates
};

struct EmpiricalData {
    EmpiricalData(const diffusion::EmpiricalTarget& target, const ExactKernels& kernels_of_set)
        : empirical(target), kernels(kernels_of_set), ball(target) {}

    std::size_t dim() const { return static_cast<std::size_t>(empirical.dim()); }
    std::string variant() const { return fmt::format("host-{}-empirical-{}", kernels.name, empirical.count()); }
    std::size_t scratch_floats() const { return ExactKernels::scratch_floats(dim()); }

    void evaluate(const Question& question, const HostBlocks& blocks, std::size_t src, std::size_t dst,
                  float* scratch) const {
        const EmpiricalCoefficients coefficients(question);
        const EmpiricalTerms terms = {.dim = dim(),
                                      .count = empirical.count(),
                                      .points = empirical.points().data(),
                                      .centre = ball.centre.data(),
                                      .inverse_radius = ball.inverse_radius,
                                      .alpha = coefficients.alpha,
                                      .linear = coefficients.linear,
                                      .quadratic = coefficients.quadratic,
                                      .of_denoised = coefficients.of_denoised,
                                      .of_offset = coefficients.of_offset};
        for (std::size_t b = 0; b < blocks.count; ++b) {
            kernels.empirical(terms, blocks.block(b) + src, blocks.block(b) + dst, scratch);
        }
    }

    const diffusion::EmpiricalTarget& empirical;
    const ExactKernels& kernels;
    Ball ball;
    static constexpr bool point_masses = true;
};

template <typename Data>
class ExactHostEvaluations final : public HostEvaluations {
  public:
    ExactHostEvaluations(const Data& data, const diffusion::Parametrisation& parametrisation)
        : data_(data), parametrisation_(parametrisation) {}

    Take make_tables(std::span<const diffusion::Eval> evals,
                     const std::function<void()>& /*check_cancelled*/) override {
        return [this, questions = questions_of(evals, parametrisation_, data_.point_masses)]() mutable {
            questions_ = std::move(questions);
        };
    }

    void evaluate(std::uint32_t row, const HostBlocks& blocks, std::size_t src, std::size_t dst,
                  nn::AlignedFloats& scratch) const override {
        scratch.resize(std::max(scratch.size(), data_.scratch_floats()));
        data_.evaluate(questions_.at(row), blocks, src, dst, scratch.data());
    }

  private:
    const Data& data_;
    diffusion::Parametrisation parametrisation_;
    std::vector<Question> questions_;  ///< one per row
};

template <typename Data>
class ExactHostSource final : public HostSource {
  public:
    template <typename Target>
    ExactHostSource(const Target& target, const diffusion::Parametrisation& parametrisation, double operations,
                    base::InstructionSet set)
        : data_(target, exact_kernels(set)),
          parametrisation_(parametrisation),
          operations_(operations),
          variant_(data_.variant()) {}

    std::size_t dim() const override { return data_.dim(); }
    double operations() const override { return operations_; }
    const std::string& variant() const override { return variant_; }
    std::unique_ptr<HostEvaluations> make_evaluations() const override {
        return std::make_unique<ExactHostEvaluations<Data>>(data_, parametrisation_);
    }

  private:
    Data data_;
    diffusion::Parametrisation parametrisation_;
    double operations_;
    std::string variant_;
};

}  // namespace

extern const ExactKernels plain_exact_kernels;
#ifdef SCOREFIELD_X86_KERNELS
extern const ExactKernels avx2_exact_kernels;
extern const ExactKernels avx512_exact_kernels;
#endif

const ExactKernels& exact_kernels(base::InstructionSet set) {
#ifdef SCOREFIELD_X86_KERNELS
    if (set == base::InstructionSet::avx512) return avx512_exact_kernels;
    if (set == base::InstructionSet::avx2) return avx2_exact_kernels;
#endif
    (void)set;
    return plain_exact_kernels;
}

std::unique_ptr<HostSource> make_host_exact_source(const diffusion::Target& target,
                                                   const diffusion::Parametrisation& parametrisation,
                                                   base::InstructionSet set) {
    if (const auto* mixture = dynamic_cast<const diffusion::GaussianMixture*>(&target)) {
        return std::make_unique<ExactHostSource<MixtureData>>(*mixture, parametrisation, exact_operations(target), set);
    }
    if (const auto* empirical = dynamic_cast<const diffusion::EmpiricalTarget*>(&target)) {
        return std::make_unique<ExactHostSource<EmpiricalData>>(*empirical, parametrisation, exact_operations(target),
                                                                set);
    }
    throw std::logic_error("no kernel for the target " + target.name());
}

}  // namespace scorefield::sample
