#pragma once

// Targets, states and evaluations on which the exact sources of both engines are compared with double precision.
#include <array>
#include <cmath>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/support.hpp"
#include "diffusion/targets.hpp"
#include "sample/exact_bounds.hpp"

namespace scorefield::sample::exact_test {

using diffusion::EmpiricalTarget;
using diffusion::Eval;
using diffusion::ExactForm;
using diffusion::GaussianMixture;
using diffusion::Marginal;
using diffusion::Parametrisation;
using diffusion::Prediction;
using diffusion::Target;

/// Points drawn from a normal of deviation 1.5, some of them twice.
inline EmpiricalTarget random_data(std::size_t count, std::size_t dim) {
    std::vector<float> points(count * dim);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto number = static_cast<std::uint32_t>(i / dim % 10 == 9 ? i - dim : i);
        points[i] = 0.5F + 1.5F * base::normal(3, number, 0, 0, 80);
    }
    return {points, dim};
}

/// A mixture with diagonal covariances. The means have standard deviation 3; the variances are 0.05 … 1.25.
inline GaussianMixture diagonal_mixture(std::size_t terms, std::size_t dim) {
    std::vector<diffusion::MixtureComponent> components;
    for (std::uint32_t k = 0; k < terms; ++k) {
        diffusion::MixtureComponent component;
        component.weight = 0.1 + base::uniform(4, k, 0, 0, 80);
        for (std::uint32_t e = 0; e < dim; ++e) {
            component.mean.push_back(3 * static_cast<double>(base::normal(4, k, e, 1, 80)));
            component.covariance.push_back(0.05 + 1.2 * base::uniform(4, k, e, 2, 80));
        }
        components.push_back(component);
    }
    return GaussianMixture(components);
}

inline std::unique_ptr<Target> make_target(const std::string& kind, std::size_t terms, std::size_t dim) {
    if (kind == "diagonal") return std::make_unique<GaussianMixture>(diagonal_mixture(terms, dim));
    if (kind == "tree") return diffusion::open_target({.name = "tree"});
    if (kind == "empirical") return std::make_unique<EmpiricalTarget>(random_data(terms, dim));
    return std::make_unique<GaussianMixture>(
        diffusion::testing_support::random_mixture(dim, static_cast<int>(terms), static_cast<unsigned>(terms + dim)));
}

inline std::vector<double> error_bound(const Target& target, std::span<const double> x, const Marginal& at,
                                       const ExactForm& form) {
    if (const auto* mixture = dynamic_cast<const GaussianMixture*>(&target))
        return mixture_error_bound(*mixture, x, at, form);
    return empirical_error_bound(dynamic_cast<const EmpiricalTarget&>(target), x, at, form);
}

/// (count, d) points as the states of a sampler at `at`: most where the target's particles are, every fourth 10⁴ sigma
/// away. Rounded to single precision.
inline std::vector<double> states_at(const Target& target, const Marginal& at, std::uint32_t count) {
    std::vector<double> x = target.sample(17, {0, count}, at);
    const auto dim = static_cast<std::size_t>(target.dim());
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (i / dim % 4 == 3)
            x[i] += 1e4 * at.sigma * static_cast<double>(base::normal(5, static_cast<std::uint32_t>(i), 0, 0, 81));
        x[i] = static_cast<double>(static_cast<float>(x[i]));
    }
    return x;
}

struct ExactCase {
    const char* kind;
    std::size_t terms;
    std::size_t dim;
    std::uint32_t particles;
    Prediction prediction;
};

inline std::ostream& operator<<(std::ostream& out, const ExactCase& c) {
    return out << c.kind << "_k" << c.terms << "_d" << c.dim << "_n" << c.particles;
}

/// Evaluations as samplers make them: the output itself, denoiser, noise, and a step of DDIM between scales.
inline std::vector<Eval> evals_at(const Marginal& at, const Parametrisation& parametrisation) {
    const auto eval = [&](const diffusion::AffineForm& form) {
        return Eval{.alpha = at.alpha, .sigma = at.sigma, .c_skip = form.c_skip, .c_out = form.c_out};
    };
    const diffusion::Node node = {.t = 0, .at = at};
    const diffusion::AffineForm denoiser = denoiser_form(parametrisation, node);
    const diffusion::AffineForm noise = noise_form(parametrisation, node);
    return {eval({0, 1}), eval(denoiser), eval(noise),
            eval({0.9 * denoiser.c_skip + 0.4 * noise.c_skip, 0.9 * denoiser.c_out + 0.4 * noise.c_out})};
}

/// What the evaluation answers as a combination of denoiser and score.
inline ExactForm answer_of(const Eval& eval, const Parametrisation& parametrisation) {
    const ExactForm form = exact_output(parametrisation, eval);
    return {eval.c_skip * eval.alpha + eval.c_out * form.of_denoised,
            eval.c_out * form.of_score - eval.c_skip * eval.sigma * eval.sigma};
}

inline const ExactCase kExactCases[] = {
    ExactCase{"mixture", 1, 1, 257, Prediction::epsilon},  ExactCase{"mixture", 1, 3, 700, Prediction::x0},
    ExactCase{"mixture", 7, 1, 1, Prediction::v},          ExactCase{"mixture", 7, 2, 257, Prediction::score},
    ExactCase{"mixture", 7, 3, 512, Prediction::velocity}, ExactCase{"mixture", 64, 2, 100, Prediction::edm},
    ExactCase{"mixture", 65, 2, 100, Prediction::epsilon}, ExactCase{"mixture", 1000, 1, 129, Prediction::v},
    ExactCase{"mixture", 1000, 2, 65, Prediction::x0},     ExactCase{"mixture", 1000, 3, 33, Prediction::epsilon},
    ExactCase{"tree", 1023, 2, 65, Prediction::velocity},  ExactCase{"empirical", 1, 2, 257, Prediction::epsilon},
    ExactCase{"empirical", 2, 1, 513, Prediction::x0},     ExactCase{"empirical", 1000, 1, 129, Prediction::velocity},
    ExactCase{"empirical", 1000, 3, 65, Prediction::v},    ExactCase{"empirical", 5000, 2, 33, Prediction::edm},
    ExactCase{"mixture", 1, 4, 257, Prediction::epsilon},  ExactCase{"mixture", 7, 5, 129, Prediction::v},
    ExactCase{"mixture", 70, 17, 65, Prediction::x0},      ExactCase{"mixture", 3, 64, 33, Prediction::velocity},
    ExactCase{"mixture", 2, 100, 17, Prediction::score},   ExactCase{"diagonal", 130, 5, 129, Prediction::epsilon},
    ExactCase{"diagonal", 3, 100, 17, Prediction::v},      ExactCase{"empirical", 1, 4, 513, Prediction::x0},
    ExactCase{"empirical", 1000, 5, 65, Prediction::v},    ExactCase{"empirical", 130, 17, 129, Prediction::epsilon},
    ExactCase{"empirical", 300, 100, 33, Prediction::edm}};

}  // namespace scorefield::sample::exact_test
