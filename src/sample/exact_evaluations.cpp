#include "sample/exact_evaluations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/error.hpp"

namespace scorefield::sample {
namespace {

[[noreturn]] void refuse(std::size_t evaluation, const std::string& why, const std::string& hint) {
    throw base::request_error("no exact score", fmt::format("evaluation {}", evaluation), why, hint);
}

}  // namespace

std::uint32_t largest_block(const gpu::Device& device) {
    return device.properties().is_software ? 16384 : 131072;
}

/// Expresses c_skip·src + c_out·F by denoiser D and score, with src = αD − σ²·score.
GpuEvaluations::Take ExactEvaluations::make_tables(std::span<const diffusion::Eval> evals,
                                                   const std::function<void()>& /*check_cancelled*/) {
    std::vector<Question> questions;
    for (std::size_t i = 0; i < evals.size(); ++i) {
        const diffusion::Eval& eval = evals[i];
        if (!(eval.sigma > 0) && (point_masses_ || eval.sigma != 0)) {
            refuse(i, fmt::format("its sigma is {}, and point masses have no score without noise", eval.sigma),
                   "choose a `target` without point masses, or a program that evaluates it at sigma > 0");
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
    return [this, questions = std::move(questions)]() mutable { questions_ = std::move(questions); };
}

bool has_point_masses(const diffusion::GaussianMixture& mixture) {
    return std::ranges::any_of(mixture.components(), [](const diffusion::GaussianMixture::Component& component) {
        return std::ranges::find(component.variances, 0.0) != component.variances.end();
    });
}

shaders::MixturePreparePush mixture_prepare_push(const Question& question, std::uint32_t count,
                                                 double typical_variance) {
    const auto& [at, answer] = question;
    const double scale = 1 / (at.alpha * at.alpha * typical_variance + at.sigma * at.sigma);
    return {.count = count,
            .alpha = static_cast<float>(at.alpha),
            .sigma = static_cast<float>(at.sigma),
            .of_denoised = static_cast<float>(answer.of_denoised),
            .of_score = static_cast<float>(answer.of_score),
            .scale = static_cast<float>(scale)};
}

std::vector<float> packed_components(const diffusion::GaussianMixture& mixture, bool with_axes) {
    const auto d = static_cast<std::size_t>(mixture.dim());
    std::vector<float> floats;
    const auto append = [&](double value) { floats.push_back(static_cast<float>(value)); };
    for (const diffusion::GaussianMixture::Component& component : mixture.components()) {
        append(std::log2(component.weight));
        std::ranges::for_each(component.mean, append);
        std::ranges::for_each(component.variances, append);
        for (std::size_t i = 0; with_axes && i < d * d; ++i) append(component.axis(i / d, i % d));
    }
    return floats;
}

void MixtureRows::record(gpu::Recorder& recorder, std::uint32_t evaluation, const gpu::ComputePipeline& kernel,
                         const gpu::Buffer& components, const shaders::MixturePreparePush& push, std::uint32_t groups) {
    if (evaluation_ == evaluation) return;
    evaluation_ = evaluation;
    recorder.dispatch(kernel, {reads(components), writes(buffer_)}, push, groups);
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
