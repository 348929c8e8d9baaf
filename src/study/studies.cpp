#include "study/studies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>

#include "study/study.hpp"

namespace scorefield::study {
namespace {

constexpr std::array<StudyInfo, 13> kStudies = {{
    {.name = "orders",
     .help = "Order of accuracy of every deterministic solver on an exact mixture, on vp, ve, edm and flow",
     .particles = 0,
     .drawing = Drawing::tables},
    {.name = "laws",
     .help = "Distribution of the samples of every stochastic sampler against the exact target",
     .drawing = Drawing::tables},
    {.name = "gaussian",
     .help = "One Gaussian on the additive process: remaining variance with mean only, DDPM and DDIM",
     .drawing = Drawing::tables},
    {.name = "mixtures",
     .help = "Langevin, annealed Langevin and reverse diffusion on known mixtures: which recover the weights"},
    {.name = "chain",
     .help =
         "Three-state Markov chain: joint, marginal and backward tables, and a population that goes there and back"},
    {.name = "inversion",
     .help = "DDIM inversion and back: error of the round trip against the number of steps",
     .particles = 1024,
     .most_particles = 1024,
     .drawing = Drawing::tables},
    {.name = "scaling", .help = "Run time against the number of particles and of steps", .drawing = Drawing::tables},
    {.name = "seed",
     .help =
         "A first diffusion model: trains a network on a swiss roll, samples it with both DDPM forms, plots all of it",
     .particles = 10'000,
     .train_steps = 3000,
     .drawing = Drawing::own},
    {.name = "ncsnv2",
     .help = "Noise levels, steps and flags for --data by the five techniques of NCSNv2",
     .particles = 0},
    {.name = "quality",
     .help = "Sample quality of the shipped models, or of --model, against pass criteria",
     .particles = 10'000},
    {.name = "samplers",
     .help = "Sample quality of every sampler with 25 and 50 steps, on the same models",
     .particles = 10'000},
    {.name = "spacings",
     .help = "Sample quality per spacing, sampler and shipped model; verifies the rules of --spacing auto",
     .particles = 4096},
    {.name = "objectives",
     .help = "Score error of every training objective over the noise levels, on known distributions",
     .particles = 4096,
     .train_steps = 1500,
     .drawing = Drawing::own},
}};

}  // namespace

std::span<const StudyInfo> studies() {
    return kStudies;
}

std::vector<std::string_view> study_names() {
    std::vector<std::string_view> names;
    names.reserve(kStudies.size());
    for (const StudyInfo& info : kStudies) names.push_back(info.name);
    return names;
}

const StudyInfo& study_info(std::string_view name) {
    return *std::ranges::find(kStudies, name, &StudyInfo::name);
}

std::string study_preset(std::string_view setting, std::string_view study) {
    const auto* const info = std::ranges::find(kStudies, study, &StudyInfo::name);
    const bool is_named = info != kStudies.end();
    const auto if_used = [&](std::initializer_list<std::string_view> studies, std::string_view preset) {
        return std::string(!is_named || std::ranges::find(studies, study) != studies.end() ? preset : kNotUsed);
    };
    const StudyRequest request;
    const auto number = [](std::uint64_t value) { return value == 0 ? std::string(kNotUsed) : std::to_string(value); };
    if (setting == "particles") return is_named ? number(info->particles) : "depends on the study";
    if (setting == "train.steps" && is_named) return number(info->train_steps);
    if (setting == "train.steps") {
        std::string text;
        for (const StudyInfo& one : kStudies) {
            if (one.train_steps == 0) continue;
            text += (text.empty() ? "" : ", ") + std::string(one.name) + ": " + std::to_string(one.train_steps);
        }
        return text;
    }
    if (setting == "data" && !is_named) return request.data + "; spacings: all shipped models";
    if (setting == "data")
        return if_used({"ncsnv2", "spacings"}, study == "spacings" ? "all shipped models" : request.data);
    if (setting == "model") return if_used({"quality", "samplers"}, "all shipped models");
    if (setting == "target.variance") return if_used({"gaussian"}, fmt::format("{}", request.target_variance));
    return {};
}

}  // namespace scorefield::study
