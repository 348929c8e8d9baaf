#include "study/sweep_lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/comma_list.hpp"
#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/samplers/parameters.hpp"
#include "diffusion/spacing.hpp"

namespace scorefield::study {
namespace {

void require_known(const std::string& field, const std::string& kind, const std::vector<std::string>& items,
                   const std::vector<std::string_view>& names) {
    for (const std::string& item : items) {
        if (std::ranges::find(names, item) != names.end()) continue;
        throw base::request_error(fmt::format("unknown {} '{}'", kind, base::shown(item)), field, "no such name",
                                  base::name_hint(item, names));
    }
}

int parse_steps(const std::string& item) {
    constexpr int kMost = 1'000'000;
    const std::string field = "`steps-list`";
    int steps = 0;
    const char* const end = item.data() + item.size();
    const auto [stop, error] = std::from_chars(item.data(), end, steps);
    if (error == std::errc::result_out_of_range || (error == std::errc() && stop == end && steps > kMost)) {
        throw base::request_error("value out of range", field, fmt::format("{} is above {}", base::shown(item), kMost),
                                  fmt::format("give numbers in 1 … {}", kMost));
    }
    if (error != std::errc() || stop != end) {
        throw base::request_error(
            fmt::format("bad value '{}'", base::shown(item)), field, "not a whole number",
            fmt::format("give numbers with commas between them, e.g. {}", settings::kDefaultStepsList));
    }
    if (steps < 1) {
        throw base::request_error("value out of range", field, fmt::format("{} is below 1", base::shown(item)),
                                  fmt::format("give numbers in 1 … {}", kMost));
    }
    return steps;
}

/// A sweep runs samplers from noise to data.
void require_noise_alone(const std::string& sampler) {
    const diffusion::SamplerInfo& info = diffusion::sampler_info(sampler);
    if (!info.masked && !info.from_data) return;
    throw base::request_error(
        fmt::format("sampler {} cannot be compared", sampler), "`samplers`",
        info.masked ? "it needs `known` and `mask`, which only 'sample' takes" : "it goes from data to noise",
        "leave it out");
}

}  // namespace

SweepLists read_sweep_lists(const settings::Settings& settings) {
    SweepLists lists = {.samplers_given = !settings.samplers.empty(),
                        .steps_given = !settings.steps_list.empty(),
                        .spacings_given = !settings.spacings.empty()};
    if (lists.samplers_given) {
        std::vector<std::string_view> names;
        for (const diffusion::SamplerInfo& info : diffusion::samplers()) names.push_back(info.name);
        lists.samplers = base::comma_list("`samplers`", settings.samplers, "ddim,heun");
        require_known("`samplers`", "sampler", lists.samplers, names);
        for (const std::string& sampler : lists.samplers) require_noise_alone(sampler);
    }
    const std::string steps(lists.steps_given ? std::string_view(settings.steps_list) : settings::kDefaultStepsList);
    for (const std::string& item : base::comma_list("`steps-list`", steps, std::string(settings::kDefaultStepsList))) {
        lists.steps.push_back(parse_steps(item));
    }
    std::vector<std::string_view> names = {diffusion::kAutomatic};
    names.insert(names.end(), diffusion::kSpacings.begin(), diffusion::kSpacings.end());
    const std::string spacings(lists.spacings_given ? std::string_view(settings.spacings) : diffusion::kAutomatic);
    lists.spacings = base::comma_list("`spacings`", spacings, "auto,karras");
    require_known("`spacings`", "spacing", lists.spacings, names);
    return lists;
}

std::vector<std::string> default_samplers(std::string_view process) {
    // On these, DDIM is Euler's method by another name, and EDM's stochastic sampler was made for them.
    if (process == "edm" || process == "ve") return {"euler", "heun", "dpmpp_2m", "unipc", "edm_stochastic"};
    if (process == "flow") return {"euler", "heun", "dpmpp_2m", "unipc"};
    return {"ddim", "heun", "dpmpp_2m", "unipc", "ddpm"};
}

diffusion::SamplerSettings settings_for_sampler(diffusion::SamplerSettings given, const std::string& sampler) {
    given.name = sampler;
    const diffusion::SamplerSettings all = given;
    diffusion::for_each_parameter(given, [&](std::string_view name, auto& value) {
        if (value && !diffusion::has_effect(all, name)) value.reset();
    });
    return given;
}

void require_parameters_taken(const diffusion::SamplerSettings& given, const std::vector<std::string>& samplers) {
    diffusion::for_each_parameter(given, [&](std::string_view name, const auto& value) {
        const auto takes = [&](const std::string& sampler) {
            diffusion::SamplerSettings settings = given;
            settings.name = sampler;
            return diffusion::has_effect(settings, name);
        };
        if (!value || std::ranges::any_of(samplers, takes)) return;
        const std::vector<std::string_view> names(samplers.begin(), samplers.end());
        throw base::request_error("flag without effect", fmt::format("`sampler.{}`", name),
                                  fmt::format("it changes none of the samplers {}", base::join(names)),
                                  "leave it out, or add a sampler that takes it to `samplers`");
    });
}

}  // namespace scorefield::study
