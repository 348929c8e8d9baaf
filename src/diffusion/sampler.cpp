#include "diffusion/sampler.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/names.hpp"
#include "diffusion/pilot.hpp"
#include "diffusion/samplers/ancestral.hpp"
#include "diffusion/samplers/parameters.hpp"
#include "diffusion/samplers/requirements.hpp"
#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

const std::vector<SamplerEntry>& entries() {
    static const std::vector<SamplerEntry> all = [] {
        std::vector<SamplerEntry> joined;
        for (const auto family : {first_order_samplers(), one_step_samplers(), adaptive_samplers(),
                                  multistep_samplers(), stochastic_samplers(), langevin_samplers(),
                                  predictor_corrector_samplers(), consistency_samplers(), repaint_samplers()}) {
            joined.insert(joined.end(), family.begin(), family.end());
        }
        return joined;
    }();
    return all;
}

void check_choice(std::string_view name, const std::string& value, std::span<const std::string_view> choices) {
    if (std::ranges::find(choices, value) != choices.end()) return;
    throw base::request_error("unknown value '" + value + "'", fmt::format("`sampler.{}`", name), "no such name",
                              base::name_hint(value, choices));
}

void check_parameter(const ParameterValues& values, double value) {
    if (values.holds(value)) return;
    throw base::request_error(fmt::format("{} out of range", values.name), fmt::format("`sampler.{}`", values.name),
                              values.open_low
                                  ? fmt::format("{} is not > {} and at most {}", value, values.low, values.high)
                                  : fmt::format("{} is not in {} … {}", value, values.low, values.high),
                              values.open_low ? fmt::format("give > {}, at most {}", values.low, values.high)
                                              : fmt::format("give {} … {}", values.low, values.high));
}

void check_parameter(const ParameterValues& values, const std::string& value) {
    check_choice(values.name, value, values.choices);
}

bool takes(const SamplerInfo& info, std::string_view parameter) {
    return std::ranges::find(info.parameters, parameter, &SamplerParameter::name) != info.parameters.end();
}

const SamplerEntry& find_sampler(std::string_view name, std::string_view where) {
    const auto found =
        std::ranges::find_if(entries(), [&](const SamplerEntry& entry) { return entry.info.name == name; });
    if (found != entries().end()) return *found;
    std::vector<std::string_view> names;
    for (const SamplerInfo& info : samplers()) names.push_back(info.name);
    throw base::request_error("unknown sampler '" + std::string(name) + "'", std::string(where), "no such name",
                              base::name_hint(name, names));
}

void require_taken(const SamplerInfo& info, const SamplerSettings& settings) {
    for_each_parameter(settings, [&](std::string_view name, const auto& value) {
        if (!value || takes(info, name)) return;
        std::vector<std::string_view> taken;
        for (const SamplerParameter& parameter : info.parameters) taken.push_back(parameter.name);
        throw base::request_error("flag without effect", fmt::format("`sampler.{}`", name),
                                  fmt::format("the sampler {} has no such parameter", info.name),
                                  taken.empty() ? "leave it out" : "leave it out; it has " + base::join(taken));
    });
}

void require_order(const SamplerInfo& info, const SamplerSettings& settings) {
    if (!settings.order || (*settings.order >= 1 && *settings.order <= info.most_order)) return;
    throw base::request_error("order out of range", "`sampler.order`",
                              fmt::format("{} is not in 1 … {}", *settings.order, info.most_order),
                              fmt::format("give 1 … {}", info.most_order));
}

/// What holds for every sampler that takes the parameter.
void check_settings(const SamplerSettings& settings) {
    for_each_parameter(settings, [](std::string_view name, const auto& value) {
        const ParameterValues* const values = value ? sampler_parameter_values(name) : nullptr;
        if (values != nullptr) check_parameter(*values, *value);
    });
}

bool goes_to_data(const TimeGrid& grid) {
    if (grid.steps().empty()) return false;
    const Step& first = grid.steps().front();
    return first.to.at.sigma * first.from.at.alpha < first.from.at.sigma * first.to.at.alpha;
}

}  // namespace

const SamplerEntry& checked_sampler(const SamplerSettings& settings, std::string_view where) {
    const SamplerEntry& entry = find_sampler(settings.name, where);
    require_taken(entry.info, settings);
    check_settings(settings);
    require_order(entry.info, settings);
    if (settings.variant && !entry.info.variants.empty()) {
        check_choice("variant", *settings.variant, entry.info.variants);
    }
    require_effect(settings);
    return entry;
}

std::span<const SamplerInfo> samplers() {
    static const std::vector<SamplerInfo> infos = [] {
        std::vector<SamplerInfo> all;
        for (const SamplerEntry& entry : entries()) all.push_back(entry.info);
        return all;
    }();
    return infos;
}

const SamplerInfo& sampler_info(std::string_view name) {
    return find_sampler(name, "`sampler`").info;
}

std::string preset_text(const SamplerParameter& parameter) {
    constexpr double kSmall = 1e-3;
    const double* const number = std::get_if<double>(&parameter.preset);
    if (number == nullptr || *number == 0 || *number >= kSmall) return preset_text(parameter.preset);
    const double exponent = std::floor(std::log10(*number));
    return fmt::format("{}e{}", *number / std::pow(10, exponent), exponent);
}

SamplerSettings with_presets(SamplerSettings settings) {
    for (const SamplerParameter& parameter : sampler_info(settings.name).parameters) {
        for_each_parameter(settings, [&](std::string_view name, auto& value) {
            if (name == parameter.name) set_preset(value, parameter.preset);
        });
    }
    return settings;
}

SamplerSettings without_unused(SamplerSettings settings) {
    const SamplerInfo& info = sampler_info(settings.name);
    for_each_parameter(settings, [&](std::string_view name, auto& value) {
        if (!takes(info, name)) value.reset();
    });
    settings.order.reset();
    settings.variant.reset();
    return drop_ineffective(settings);
}

TimeGrid grid_in_direction(const TimeGrid& grid, std::string_view sampler) {
    return sampler_info(sampler).from_data && goes_to_data(grid) ? grid.reversed() : grid;
}

bool has_effect(const SamplerSettings& settings, std::string_view parameter) {
    const std::span<const SamplerParameter> all = sampler_info(settings.name).parameters;
    const auto taken = std::ranges::find(all, parameter, &SamplerParameter::name);
    if (taken == all.end()) return false;
    if (taken->help != kOfPredictor) return meets_requirements(settings, parameter);
    SamplerSettings handed_on = settings;
    handed_on.name = with_presets(settings).predictor.value();
    return has_effect(handed_on, parameter);
}

Program compile_program(const TimeGrid& grid, const Parametrisation& parametrisation, const SamplerSettings& given,
                        Pilot* pilot) {
    const SamplerEntry& entry = checked_sampler(given, "`sampler`");
    const SamplerSettings settings = with_presets(given);
    const TimeGrid way = grid_in_direction(grid, settings.name);
    if (way.steps().empty()) {
        throw base::request_error("too few steps", "`steps`", "no step is left between data and noise",
                                  "give more steps");
    }
    ProgramBuilder builder(way, parametrisation, settings, pilot);
    const Step& first = way.steps().front();
    if (entry.info.needs_signal && first.from.at.alpha == 0) {
        builder.begin_step(first.index);
        if (first.last()) {
            builder.denoise(first.from, 0, 0);
        } else {
            ancestral_descent(builder, first, {.remaining = first.to.at.sigma, .noise = 0}, 0, 1);
        }
        entry.emit(builder, way.without_first(), settings);
    } else {
        entry.emit(builder, way, settings);
    }
    Program program = builder.take();
    program.sampler = entry.info.name;
    program.process = grid.process().name();
    program.prediction = parametrisation.prediction;
    program.steps = program.ops.empty() ? 0 : program.ops.back().step + 1;
    program.start = way.start();
    program.validate();
    return program;
}

}  // namespace scorefield::diffusion
