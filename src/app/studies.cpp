#include "app/studies.hpp"

#include <array>

namespace scorefield::app {
namespace {

constexpr std::array<StudyInfo, 13> kStudies = {{
    {"orders", "Order of accuracy of every deterministic solver on an exact mixture, under vp, ve, edm and flow"},
    {"laws", "Terminal distribution of every stochastic sampler against the exact target"},
    {"gaussian", "One Gaussian under the additive process: variance left by mean only, DDPM, DDIM"},
    {"mixtures", "Langevin, annealed Langevin and reverse diffusion on known mixtures: which recover the weights"},
    {"chain", "The three-state chain: joint, marginal and backward tables, and a population that returns"},
    {"inversion", "DDIM inversion and back: error of the round trip against the number of steps"},
    {"scaling", "Time against the number of particles and of steps"},
    {"seed", "The first experiment with a swiss roll: trains the network, samples it in both forms, draws it all"},
    {"ncsnv2", "What the five techniques of NCSNv2 propose for --data: noise levels, steps, and the flags for them"},
    {"quality", "Every model that comes with Scorefield, or --model: are its samples as good as they should be?"},
    {"samplers", "The same models by every sampler in 25 and 50 steps: which samples are far from the data"},
    {"spacings",
     "Quality of samples by spacing, sampler and shipped model: the table of --spacing auto, measured anew"},
    {"objectives", "Every training objective on two distributions that are known: errors of the score over the noise"},
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

std::string_view study_preset(std::string_view setting) {
    if (setting == "particles") {
        return "1000000, of seed, quality and samplers 10000, of objectives and spacings 4096, of inversion 1024 and "
               "no "
               "more, of orders its own";
    }
    if (setting == "train.steps") return "of seed 3000, of objectives 1500";
    if (setting == "data") return "swiss_roll, of spacings those of every shipped model";
    if (setting == "model") return "all that come with Scorefield";
    if (setting == "target.variance") return "0.01";
    return {};
}

}  // namespace scorefield::app
