#include "diffusion/sampler.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/names.hpp"
#include "diffusion/samplers/samplers.hpp"
#include "diffusion/spacing.hpp"

namespace scorefield::diffusion {
namespace {

constexpr SamplerParameter kEta = {"eta",
                                   "share of the ancestral noise: 0 deterministic … 1 as ddpm with small variance"};
constexpr SamplerParameter kForm = {"form", "epsilon or x0: which estimate the step is written in; the same states"};
constexpr SamplerParameter kVariance = {"variance", "large (beta) or small (beta of the posterior) noise"};
constexpr SamplerParameter kClip = {"clip", "clamp every estimate of the data to ± this value"};

constexpr std::array kDdimParameters = {kEta, kClip};
constexpr std::array kDdpmParameters = {kForm, kVariance, kClip};
constexpr std::array kDpmpp2mParameters = {kClip};

constexpr std::array<SamplerInfo, 3> kSamplers = {{
    {"ddim", "DDIM: first order, deterministic at eta 0", kDdimParameters},
    {"ddpm", "ancestral sampling: noise on every step but the last", kDdpmParameters},
    {"dpmpp_2m", "DPM-Solver++ 2M: second order, for few steps", kDpmpp2mParameters},
}};
// In the order of kSamplers.
constexpr std::array<EmitSampler, kSamplers.size()> kEmitters = {emit_ddim, emit_ddpm, emit_dpmpp_2m};

void require_choice(const std::string& value, std::span<const std::string_view> choices, const std::string& flag) {
    if (std::find(choices.begin(), choices.end(), value) != choices.end()) return;
    throw base::request_error("unknown value '" + value + "'", flag, "no such name", base::name_hint(value, choices));
}

void check_settings(const SamplerSettings& settings) {
    if (!(settings.eta >= 0 && settings.eta <= kMaxEta)) {
        throw base::request_error("eta out of range", "--sampler.eta",
                                  fmt::format("{} is not in 0 … {}", settings.eta, kMaxEta));
    }
    require_choice(settings.form, kSamplerForms, "--sampler.form");
    require_choice(settings.variance, kSamplerVariances, "--sampler.variance");
    if (settings.clip && !(*settings.clip > 0 && *settings.clip <= kMaxSamplerClip)) {
        throw base::request_error("clip out of range", "--sampler.clip",
                                  fmt::format("{} is not above 0 and up to {}", *settings.clip, kMaxSamplerClip));
    }
}

std::vector<Step> make_steps(const NoiseProcess& process, const std::vector<double>& timesteps) {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < timesteps.size(); ++i) {
        const Marginal to = i + 1 < timesteps.size() ? process.marginal(timesteps[i + 1]) : Marginal{};
        steps.push_back({static_cast<int>(i), timesteps[i], process.marginal(timesteps[i]), to});
    }
    return steps;
}

}  // namespace

std::span<const SamplerInfo> samplers() {
    return kSamplers;
}

const SamplerInfo& sampler_info(std::string_view name) {
    const auto found =
        std::find_if(kSamplers.begin(), kSamplers.end(), [&](const SamplerInfo& info) { return info.name == name; });
    if (found != kSamplers.end()) return *found;
    std::vector<std::string_view> names;
    names.reserve(kSamplers.size());
    for (const SamplerInfo& info : kSamplers) names.push_back(info.name);
    throw base::request_error("unknown sampler '" + std::string(name) + "'", "--sampler", "no such name",
                              base::name_hint(name, names));
}

Program compile_program(const NoiseProcess& process, Prediction prediction, const SamplerSettings& settings,
                        const std::vector<double>& timesteps) {
    const SamplerInfo& info = sampler_info(settings.name);
    check_settings(settings);
    check_timesteps(process, timesteps);
    ProgramBuilder builder(prediction, settings.clip);
    kEmitters[static_cast<std::size_t>(&info - kSamplers.data())](builder, make_steps(process, timesteps), settings);
    Program program = builder.take();
    program.sampler = info.name;
    program.process = process.name();
    program.steps = static_cast<int>(timesteps.size());
    program.init_scale = process.prior_scale();
    program.validate();
    return program;
}

}  // namespace scorefield::diffusion
