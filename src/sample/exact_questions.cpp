#include "sample/exact_questions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

#include "base/error.hpp"

namespace scorefield::sample {
namespace {

[[noreturn]] void refuse(std::size_t evaluation, const std::string& why, const std::string& hint) {
    throw base::request_error("no exact score", fmt::format("evaluation {}", evaluation), why, hint);
}

}  // namespace

/// Expresses c_skip·src + c_out·F by denoiser D and score, with src = αD − σ²·score.
std::vector<Question> questions_of(std::span<const diffusion::Eval> evals,
                                   const diffusion::Parametrisation& parametrisation, bool point_masses) {
    std::vector<Question> questions;
    for (std::size_t i = 0; i < evals.size(); ++i) {
        const diffusion::Eval& eval = evals[i];
        if (!(eval.sigma > 0) && (point_masses || eval.sigma != 0)) {
            refuse(i, fmt::format("its sigma is {}, and point masses have no score without noise", eval.sigma),
                   "choose a `target` without point masses, or a program that evaluates it at sigma > 0");
        }
        const diffusion::ExactForm output = diffusion::exact_output(parametrisation, eval);
        const diffusion::ExactForm answer = {eval.c_skip * eval.alpha + eval.c_out * output.of_denoised,
                                             eval.c_out * output.of_score - eval.c_skip * eval.sigma * eval.sigma};
        if (!std::isfinite(answer.of_denoised) || !std::isfinite(answer.of_score)) {
            refuse(i, fmt::format("at alpha {} and sigma {} its prediction is infinite", eval.alpha, eval.sigma),
                   "use `prediction` score or x0");
        }
        questions.push_back({{eval.alpha, eval.sigma}, answer});
    }
    return questions;
}

double exact_operations(const diffusion::Target& target) {
    constexpr double kMostUnrolled = 3;  // dimensions; more take passes over the elements
    const double dim = target.dim();
    const bool wide = dim > kMostUnrolled;
    if (const auto* mixture = dynamic_cast<const diffusion::GaussianMixture*>(&target)) {
        const bool diagonal =
            std::ranges::all_of(mixture->components(), &diffusion::GaussianMixture::Component::is_diagonal);
        const double of_component = !wide ? 4 * dim * dim + 6 * dim + 12 : diagonal ? 10 * dim : 8 * dim * dim;
        return static_cast<double>(mixture->components().size()) * of_component;
    }
    if (const auto* empirical = dynamic_cast<const diffusion::EmpiricalTarget*>(&target)) {
        return static_cast<double>(empirical->count()) * ((wide ? 10 : 9) * dim + 12);
    }
    throw std::logic_error("no kernel for the target " + target.name());
}

bool has_point_masses(const diffusion::GaussianMixture& mixture) {
    return std::ranges::any_of(mixture.components(), [](const diffusion::GaussianMixture::Component& component) {
        return std::ranges::find(component.variances, 0.0) != component.variances.end();
    });
}

Ball::Ball(const diffusion::EmpiricalTarget& target) : centre(static_cast<std::size_t>(target.dim())) {
    const std::size_t d = centre.size();
    const std::span<const float> values = target.points();
    std::vector<float> low(values.begin(), values.begin() + target.dim());
    std::vector<float> high = low;
    for (std::size_t i = 0; i < values.size(); ++i) {
        low[i % d] = std::min(low[i % d], values[i]);
        high[i % d] = std::max(high[i % d], values[i]);
    }
    double square = 0;
    double largest = 0;
    for (std::size_t e = 0; e < d; ++e) {
        centre[e] = low[e] / 2 + high[e] / 2;
        const double half = static_cast<double>(high[e]) / 2 - static_cast<double>(low[e]) / 2;
        square += half * half;
        largest = std::max(largest, static_cast<double>(std::abs(centre[e])));
    }
    inverse_radius = static_cast<float>(1 / std::max({std::sqrt(square), 1e-6 * largest, 1e-12}));
}

EmpiricalCoefficients::EmpiricalCoefficients(const Question& question) {
    constexpr double kSmallestSigma = 1e-12;
    const auto& [at, answer] = question;
    // A standard deviation below all single-precision differences also selects the nearest points.
    const double least = std::max(at.sigma, kSmallestSigma);
    const double exponent = at.alpha * std::numbers::log2e / (least * least);
    alpha = static_cast<float>(at.alpha);
    linear = static_cast<float>(exponent);
    quadratic = static_cast<float>(exponent * at.alpha / 2);
    of_denoised = static_cast<float>(answer.of_denoised);
    of_offset = static_cast<float>(-answer.of_score / (at.sigma * at.sigma));
}

}  // namespace scorefield::sample
