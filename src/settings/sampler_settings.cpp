#include "settings/sampler_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/names.hpp"
#include "diffusion/sampler.hpp"
#include "settings/texts.hpp"

namespace scorefield::settings {
namespace {

using diffusion::SamplerInfo;
using diffusion::SamplerParameter;

constexpr std::string_view kOwn = "depends on the sampler";
constexpr double kMost = diffusion::kMaxSamplerValue;
constexpr auto kMostWhole = static_cast<std::uint64_t>(kMost);

/// Every variant of any sampler.
Choices variants() {
    Choices all;
    for (const SamplerInfo& info : diffusion::samplers()) {
        for (const std::string_view name : info.variants) {
            if (std::ranges::find(all.names, name) == all.names.end()) all.names.push_back(name);
        }
    }
    return all;
}

Choices predictors() {
    Choices all;
    for (const SamplerInfo& info : diffusion::samplers()) {
        if (info.predictor) all.names.push_back(info.name);
    }
    return all;
}

/// What some samplers say about a parameter of their own.
struct Meaning {
    std::string_view help;
    std::string preset;
    std::vector<std::string_view> samplers;
};

std::vector<Meaning> meanings(std::string_view parameter) {
    std::vector<Meaning> all;
    for (const SamplerInfo& info : diffusion::samplers()) {
        const auto said = std::ranges::find(info.parameters, parameter, &SamplerParameter::name);
        if (said == info.parameters.end() || said->help == diffusion::kOfPredictor) continue;
        const std::string preset = diffusion::preset_text(*said);
        const auto same = std::ranges::find_if(
            all, [&](const Meaning& meaning) { return meaning.help == said->help && meaning.preset == preset; });
        if (same == all.end()) {
            all.push_back({said->help, preset, {info.name}});
        } else {
            same->samplers.push_back(info.name);
        }
    }
    return all;
}

/// `Help (ddim, ddpm); other help (lcm)`, with the defaults where they differ.
std::string_view help_of(const std::vector<Meaning>& all, bool defaults) {
    constexpr std::size_t kMostNames = 8;
    std::string text;
    for (const Meaning& meaning : all) {
        const std::string names =
            meaning.samplers.size() > kMostNames ? std::string("most samplers") : base::join(meaning.samplers);
        text += fmt::format("{}{} ({}{})", text.empty() ? "" : "; ", meaning.help, names,
                            defaults ? fmt::format("; default {}", meaning.preset) : "");
    }
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return kept(std::move(text));
}

struct Parameter {
    std::string_view flag;
    decltype(Setting::values) values;
    Slot (*slot)(Settings&);
};

std::vector<Parameter> parameters() {
    const RealRange positive = {0, kMost, true};
    const RealRange share = {0, 1};
    const IntegerRange whole = {0, kMostWhole};
    const IntegerRange some = {1, kMostWhole};
    return {
        {"sampler.eta", RealRange{0, diffusion::kMaxEta}, [](Settings& s) -> Slot { return &s.sampler.eta; }},
        {"sampler.form", choices(diffusion::kSamplerForms), [](Settings& s) -> Slot { return &s.sampler.form; }},
        {"sampler.variance", choices(diffusion::kSamplerVariances),
         [](Settings& s) -> Slot { return &s.sampler.variance; }},
        {"sampler.mix", share, [](Settings& s) -> Slot { return &s.sampler.mix; }},
        {"sampler.final_noise", Toggle{}, [](Settings& s) -> Slot { return &s.sampler.final_noise; }},
        {"sampler.limited_noise", Toggle{}, [](Settings& s) -> Slot { return &s.sampler.limited_noise; }},
        {"sampler.gamma", RealRange{0, kMost, false, 2}, [](Settings& s) -> Slot { return &s.sampler.gamma; }},
        {"sampler.variable", choices(diffusion::kVariables), [](Settings& s) -> Slot { return &s.sampler.variable; }},
        {"sampler.order", IntegerRange{1, 4, 4}, [](Settings& s) -> Slot { return &s.sampler.order; }},
        {"sampler.variant", variants(), [](Settings& s) -> Slot { return &s.sampler.variant; }},
        {"sampler.predict_x0", Toggle{}, [](Settings& s) -> Slot { return &s.sampler.predict_x0; }},
        {"sampler.lower_order_final", Toggle{}, [](Settings& s) -> Slot { return &s.sampler.lower_order_final; }},
        {"sampler.euler_at_final", Toggle{}, [](Settings& s) -> Slot { return &s.sampler.euler_at_final; }},
        {"sampler.uncorrected_steps", whole, [](Settings& s) -> Slot { return &s.sampler.uncorrected_steps; }},
        {"sampler.warm_up", Toggle{}, [](Settings& s) -> Slot { return &s.sampler.warm_up; }},
        {"sampler.churn", RealRange{0, kMost, false, 100}, [](Settings& s) -> Slot { return &s.sampler.churn; }},
        {"sampler.churn_min", RealRange{0, kMost, false, 10}, [](Settings& s) -> Slot { return &s.sampler.churn_min; }},
        {"sampler.churn_max", RealRange{0, kMost, false, 100},
         [](Settings& s) -> Slot { return &s.sampler.churn_max; }},
        {"sampler.noise_scale", RealRange{0, kMost, false, 2},
         [](Settings& s) -> Slot { return &s.sampler.noise_scale; }},
        {"sampler.predictor", predictors(), [](Settings& s) -> Slot { return &s.sampler.predictor; }},
        {"sampler.corrector_steps", IntegerRange{0, kMostWhole, 10},
         [](Settings& s) -> Slot { return &s.sampler.corrector_steps; }},
        {"sampler.snr", RealRange{0, kMost, true, 1}, [](Settings& s) -> Slot { return &s.sampler.snr; }},
        {"sampler.step_size", RealRange{0, kMost, true, 1}, [](Settings& s) -> Slot { return &s.sampler.step_size; }},
        {"sampler.iterations", IntegerRange{1, kMostWhole, 200},
         [](Settings& s) -> Slot { return &s.sampler.iterations; }},
        {"sampler.clean", Toggle{}, [](Settings& s) -> Slot { return &s.sampler.clean; }},
        {"sampler.final_denoise", Toggle{}, [](Settings& s) -> Slot { return &s.sampler.final_denoise; }},
        {"sampler.timestep_scaling", positive, [](Settings& s) -> Slot { return &s.sampler.timestep_scaling; }},
        {"sampler.rtol", RealRange{0, 1, true}, [](Settings& s) -> Slot { return &s.sampler.rtol; }},
        {"sampler.atol", RealRange{0, kMost, true, 1}, [](Settings& s) -> Slot { return &s.sampler.atol; }},
        {"sampler.resamples", IntegerRange{1, kMostWhole, 20},
         [](Settings& s) -> Slot { return &s.sampler.resamples; }},
        {"sampler.jump", some, [](Settings& s) -> Slot { return &s.sampler.jump; }},
        {"sampler.clip", RealRange{0, diffusion::kMaxSamplerClip, true, 10},
         [](Settings& s) -> Slot { return &s.sampler.clip; }},
        {"sampler.threshold", RealRange{0, 1, true}, [](Settings& s) -> Slot { return &s.sampler.threshold; }},
        {"sampler.threshold_max", RealRange{1, kMost, false, 10},
         [](Settings& s) -> Slot { return &s.sampler.threshold_max; }},
    };
}

}  // namespace

void add_sampler_parameters(std::vector<Setting>& table, std::uint32_t commands) {
    for (const Parameter& parameter : parameters()) {
        const std::string_view name = parameter.flag.substr(parameter.flag.find('.') + 1);
        const std::vector<Meaning> all = meanings(name);
        const bool one_default =
            std::ranges::all_of(all, [&](const Meaning& meaning) { return meaning.preset == all.front().preset; });
        table.push_back({parameter.flag, "Sampler", parameter.values, "", help_of(all, !one_default), commands,
                         parameter.slot, one_default ? kept(all.front().preset) : kOwn});
    }
}

}  // namespace scorefield::settings
