#include "diffusion/targets.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/names.hpp"
#include "data/points.hpp"
#include "data/tree.hpp"
#include "diffusion/target_file.hpp"
#include "diffusion/three_states.hpp"

namespace scorefield::diffusion {
namespace {

constexpr double kMaxVariance = kMaxMixtureScale * kMaxMixtureScale;

constexpr std::array<TargetInfo, 9> kTargets = {{
    {"gaussian", "", "one Gaussian of mean 0, its variance by `target.variance`, its dimension by `dim`"},
    {"mixture_a", "", "1-D: 0.3 N(-2, 0.2^2) + 0.7 N(2, 1), a narrow and a wide mode"},
    {"mixture_b", "", "1-D: 0.6 N(2, 0.5^2) + 0.4 N(-2, 0.2^2), two modes that Langevin dynamics does not mix"},
    {"mixture_c", "", "1-D: half N(-3, 1), half N(3, 1)"},
    {"mixture_d", "", "2-D: 0.2 N((-5, -5), I) + 0.8 N((5, 5), I), of Song & Ermon 2019"},
    {"three_states", "", "1-D: 0.4, 0.3, 0.3 at -1, 0, 1, where the three-state chain begins and returns"},
    {"tree", "", "2-D: a tree of 1023 thin Gaussians along its branches"},
    {"gmm", "FILE.json", "a Gaussian mixture from a file of weights, means, and sigmas or covariances"},
    {"empirical", "DATA", "the points of a data set themselves: the ideal denoiser of a finite training set"},
}};

GaussianMixture make_gaussian(const TargetSettings& settings) {
    constexpr int kMost = data::kMaxDim;
    if (settings.dim < 1 || settings.dim > kMost) {
        throw base::request_error("dimension out of range", "`dim`",
                                  fmt::format("{} is not within 1 … {}", settings.dim, kMost),
                                  "give a number between them");
    }
    if (!(settings.variance >= 1 / kMaxVariance && settings.variance <= kMaxVariance)) {
        throw base::request_error(
            "variance out of range", "`target.variance`",
            fmt::format("{} is not within {:g} … {:g}", settings.variance, 1 / kMaxVariance, kMaxVariance),
            "give a number between them");
    }
    const auto dim = static_cast<std::size_t>(settings.dim);
    return GaussianMixture({{1, std::vector<double>(dim, 0.0), std::vector<double>(dim, settings.variance)}},
                           "gaussian");
}

/// What the chain's program shows while its states have their first law.
std::vector<MixtureComponent> three_places() {
    std::vector<MixtureComponent> places;
    for (std::size_t k = 0; k < kChainStates; ++k) {
        places.push_back({kChainStart[k], {static_cast<double>(k) - 1}, {kStateSpread * kStateSpread}});
    }
    return places;
}

}  // namespace

std::span<const TargetInfo> targets() {
    return kTargets;
}

const TargetInfo& target_info(std::string_view name) {
    const auto found =
        std::find_if(kTargets.begin(), kTargets.end(), [&](const TargetInfo& info) { return info.name == name; });
    if (found != kTargets.end()) return *found;
    std::vector<std::string_view> names;
    names.reserve(kTargets.size());
    for (const TargetInfo& info : kTargets) names.push_back(info.name);
    throw base::request_error("unknown target '" + std::string(name) + "'", "`target`", "no such name",
                              base::name_hint(name, names));
}

std::unique_ptr<Target> open_target(const TargetSettings& settings, const TargetInput& input) {
    const std::string name(target_info(settings.name).name);
    if (name == "gaussian") return std::make_unique<GaussianMixture>(make_gaussian(settings));
    if (name == "tree") return std::make_unique<GaussianMixture>(data::tree_mixture(), name);
    if (name == "gmm") return std::make_unique<GaussianMixture>(mixture_from_json(input.text, input.where));
    if (name == "empirical") return std::make_unique<EmpiricalTarget>(input.points, input.dim);
    if (name == "three_states") return std::make_unique<GaussianMixture>(three_places(), name);
    return std::make_unique<GaussianMixture>(data::named_mixture(name), name);
}

}  // namespace scorefield::diffusion
