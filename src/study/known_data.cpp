#include "study/known_data.hpp"

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "data/scaling.hpp"
#include "diffusion/target_mixture.hpp"

namespace scorefield::study {
namespace {

using diffusion::GaussianMixture;
using diffusion::MixtureComponent;

/// A Gaussian of equal variances around (x, y), in standardised units.
MixtureComponent component(double weight, double x, double y, double deviation, const data::Scaling& scaling) {
    return {weight,
            {(x - scaling.mean[0]) / scaling.deviation[0], (y - scaling.mean[1]) / scaling.deviation[1]},
            {std::pow(deviation / scaling.deviation[0], 2), 0, 0, std::pow(deviation / scaling.deviation[1], 2)}};
}

KnownData known(std::unique_ptr<data::Dataset> dataset, const std::vector<MixtureComponent>& components) {
    const auto target = std::make_shared<const GaussianMixture>(components, dataset->name());
    return {std::move(dataset), target};
}

}  // namespace

KnownData known_mixture() {
    std::unique_ptr<data::Dataset> dataset = data::open_dataset("mixture_d");
    const data::Scaling scaling = dataset->scaling();
    return known(std::move(dataset), {component(0.2, -5, -5, 1, scaling), component(0.8, 5, 5, 1, scaling)});
}

KnownData known_swiss_roll() {
    constexpr int kComponents = 1024;
    std::unique_ptr<data::Dataset> dataset = data::open_dataset("swiss_roll");
    const data::Scaling scaling = dataset->scaling();
    std::vector<MixtureComponent> components;
    components.reserve(kComponents);
    for (int i = 0; i < kComponents; ++i) {
        const double t = 1.5 * std::numbers::pi * (1 + 2 * (i + 0.5) / kComponents);
        components.push_back(component(1, t * std::cos(t), t * std::sin(t), 0.5, scaling));
    }
    return known(std::move(dataset), components);
}

}  // namespace scorefield::study
