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

IntegerRange orders(double slider_max) {
    const int most = std::ranges::max(diffusion::samplers(), {}, &SamplerInfo::most_order).most_order;
    return {1, static_cast<std::uint64_t>(most), static_cast<std::uint64_t>(slider_max)};
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
    Slot (*slot)(Settings&);
    double slider_max = 0;  ///< 0: at the end of the range; of whole numbers a field instead
};

std::vector<Parameter> parameters() {
    return {
        {"sampler.eta", [](Settings& s) -> Slot { return &s.sampler.eta; }},
        {"sampler.form", [](Settings& s) -> Slot { return &s.sampler.form; }},
        {"sampler.variance", [](Settings& s) -> Slot { return &s.sampler.variance; }},
        {"sampler.mix", [](Settings& s) -> Slot { return &s.sampler.mix; }},
        {"sampler.final_noise", [](Settings& s) -> Slot { return &s.sampler.final_noise; }},
        {"sampler.limited_noise", [](Settings& s) -> Slot { return &s.sampler.limited_noise; }},
        {"sampler.gamma", [](Settings& s) -> Slot { return &s.sampler.gamma; }, 2},
        {"sampler.variable", [](Settings& s) -> Slot { return &s.sampler.variable; }},
        {"sampler.order", [](Settings& s) -> Slot { return &s.sampler.order; }, 4},
        {"sampler.variant", [](Settings& s) -> Slot { return &s.sampler.variant; }},
        {"sampler.predict_x0", [](Settings& s) -> Slot { return &s.sampler.predict_x0; }},
        {"sampler.lower_order_final", [](Settings& s) -> Slot { return &s.sampler.lower_order_final; }},
        {"sampler.euler_at_final", [](Settings& s) -> Slot { return &s.sampler.euler_at_final; }},
        {"sampler.uncorrected_steps", [](Settings& s) -> Slot { return &s.sampler.uncorrected_steps; }},
        {"sampler.warm_up", [](Settings& s) -> Slot { return &s.sampler.warm_up; }},
        {"sampler.churn", [](Settings& s) -> Slot { return &s.sampler.churn; }, 100},
        {"sampler.churn_min", [](Settings& s) -> Slot { return &s.sampler.churn_min; }, 10},
        {"sampler.churn_max", [](Settings& s) -> Slot { return &s.sampler.churn_max; }, 100},
        {"sampler.noise_scale", [](Settings& s) -> Slot { return &s.sampler.noise_scale; }, 2},
        {"sampler.predictor", [](Settings& s) -> Slot { return &s.sampler.predictor; }},
        {"sampler.corrector_steps", [](Settings& s) -> Slot { return &s.sampler.corrector_steps; }, 10},
        {"sampler.snr", [](Settings& s) -> Slot { return &s.sampler.snr; }, 1},
        {"sampler.step_size", [](Settings& s) -> Slot { return &s.sampler.step_size; }, 1},
        {"sampler.iterations", [](Settings& s) -> Slot { return &s.sampler.iterations; }, 200},
        {"sampler.clean", [](Settings& s) -> Slot { return &s.sampler.clean; }},
        {"sampler.final_denoise", [](Settings& s) -> Slot { return &s.sampler.final_denoise; }},
        {"sampler.timestep_scaling", [](Settings& s) -> Slot { return &s.sampler.timestep_scaling; }},
        {"sampler.rtol", [](Settings& s) -> Slot { return &s.sampler.rtol; }},
        {"sampler.atol", [](Settings& s) -> Slot { return &s.sampler.atol; }, 1},
        {"sampler.resamples", [](Settings& s) -> Slot { return &s.sampler.resamples; }, 20},
        {"sampler.jump", [](Settings& s) -> Slot { return &s.sampler.jump; }},
        {"sampler.clip", [](Settings& s) -> Slot { return &s.sampler.clip; }, 10},
        {"sampler.threshold", [](Settings& s) -> Slot { return &s.sampler.threshold; }},
        {"sampler.threshold_max", [](Settings& s) -> Slot { return &s.sampler.threshold_max; }, 10},
    };
}

/// What the parameter may be in any sampler.
decltype(Setting::values) values_of(const Parameter& parameter, std::string_view name) {
    if (name == "order") return orders(parameter.slider_max);
    if (name == "variant") return variants();
    if (name == "predictor") return predictors();
    const diffusion::ParameterValues* const values = diffusion::sampler_parameter_values(name);
    Settings any;
    if (values == nullptr && std::holds_alternative<std::optional<bool>*>(parameter.slot(any))) return Toggle{};
    if (values == nullptr) throw std::logic_error("no values of the parameter " + std::string(name));
    return setting_values(*values, parameter.slot, parameter.slider_max);
}

}  // namespace

void add_sampler_parameters(std::vector<Setting>& table, std::uint32_t commands) {
    for (const Parameter& parameter : parameters()) {
        const std::string_view name = parameter.flag.substr(parameter.flag.find('.') + 1);
        const std::vector<Meaning> all = meanings(name);
        const bool one_default =
            std::ranges::all_of(all, [&](const Meaning& meaning) { return meaning.preset == all.front().preset; });
        table.push_back({parameter.flag, "Sampler", values_of(parameter, name), "", help_of(all, !one_default),
                         commands, parameter.slot, one_default ? kept(all.front().preset) : kOwn});
    }
}

}  // namespace scorefield::settings
