#include "study/studies.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace scorefield::study {
namespace {

constexpr std::array<StudyInfo, 13> kStudies = {{
    {"orders", "Order of accuracy of every deterministic solver on an exact mixture, on vp, ve, edm and flow",
     kNotUsed},
    {"laws", "Distribution of the samples of every stochastic sampler, compared with the exact target"},
    {"gaussian", "One Gaussian on the additive process: remaining variance with mean only, DDPM and DDIM"},
    {"mixtures", "Langevin, annealed Langevin and reverse diffusion on known mixtures: which recover the weights"},
    {"chain",
     "Three-state Markov chain: joint, marginal and backward tables, and a population that goes there and back"},
    {"inversion", "DDIM inversion and back: error of the round trip against the number of steps", "1024"},
    {"scaling", "Run time against the number of particles and of steps"},
    {"seed",
     "A first diffusion model: trains a network on a swiss roll, samples it with both DDPM forms, plots all of it",
     "10000"},
    {"ncsnv2", "Noise levels, steps and flags for --data by the five techniques of NCSNv2", kNotUsed},
    {"quality", "Sample quality of the shipped models, or of --model, against pass criteria", "10000"},
    {"samplers", "Sample quality of every sampler with 25 and 50 steps, on the same models", "10000"},
    {"spacings", "Sample quality per spacing, sampler and shipped model; verifies the rules of --spacing auto", "4096"},
    {"objectives", "Score error of every training objective over the noise levels, on two known distributions", "4096"},
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

std::string_view study_preset(std::string_view setting, std::string_view study) {
    const auto* const info = std::ranges::find(kStudies, study, &StudyInfo::name);
    const bool is_named = info != kStudies.end();
    const auto if_used = [&](std::initializer_list<std::string_view> studies, std::string_view preset) {
        return !is_named || std::ranges::find(studies, study) != studies.end() ? preset : kNotUsed;
    };
    if (setting == "particles") return is_named ? info->particles : "depends on the study";
    if (setting == "train.steps" && !is_named) return "seed: 3000, objectives: 1500";
    if (setting == "train.steps") return if_used({"seed", "objectives"}, study == "seed" ? "3000" : "1500");
    if (setting == "data" && !is_named) return "swiss_roll; spacings: all shipped models";
    if (setting == "data")
        return if_used({"ncsnv2", "spacings"}, study == "spacings" ? "all shipped models" : "swiss_roll");
    if (setting == "model") return if_used({"quality", "samplers"}, "all shipped models");
    if (setting == "target.variance") return if_used({"gaussian"}, "0.01");
    return {};
}

}  // namespace scorefield::study
