#include "sample/exact_evaluations.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace scorefield::sample {

std::uint32_t largest_block(const gpu::Device& device) {
    return device.properties().is_software ? 16384 : 131072;
}

GpuEvaluations::Take ExactEvaluations::make_tables(std::span<const diffusion::Eval> evals,
                                                   const std::function<void()>& /*check_cancelled*/) {
    return [this, questions = questions_of(evals, parametrisation_, point_masses_)]() mutable {
        questions_ = std::move(questions);
    };
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

}  // namespace scorefield::sample
