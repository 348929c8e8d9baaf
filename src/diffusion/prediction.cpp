#include "diffusion/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.hpp"
#include "diffusion/prediction_hint.hpp"

namespace scorefield::diffusion {
namespace {

/// The scales of what the network receives.
Marginal received(const Node& node) {
    return {node.c_in * node.at.alpha, node.c_in * node.at.sigma};
}

}  // namespace

std::string_view prediction_name(Prediction prediction) {
    return kPredictions[static_cast<std::size_t>(prediction)];
}

Prediction parse_prediction(std::string_view name, std::string_view where) {
    const auto found = std::find(kPredictions.begin(), kPredictions.end(), name);
    if (found == kPredictions.end()) {
        throw base::request_error("unknown prediction '" + std::string(name) + "'", std::string(where), "no such name",
                                  prediction_hint(name));
    }
    return static_cast<Prediction>(found - kPredictions.begin());
}

NetworkInput network_input(const Parametrisation& parametrisation, const Node& node) {
    if (parametrisation.prediction != Prediction::edm) return {node.c_in, node.c_noise};
    const double ratio = node.at.sigma / node.at.alpha;
    return {1 / (node.at.alpha * std::hypot(ratio, parametrisation.sigma_data)), std::log(ratio) / 4};
}

AffineForm denoiser_form(const Parametrisation& parametrisation, const Node& node) {
    const auto [alpha, sigma] = received(node);
    const double total = alpha * alpha + sigma * sigma;
    switch (parametrisation.prediction) {
        case Prediction::epsilon:
            return {node.c_in / alpha, -sigma / alpha};
        case Prediction::x0:
            return {0, 1};
        case Prediction::v:
            return {node.c_in * alpha / total, -sigma / total};
        case Prediction::score:
            return {node.c_in / alpha, sigma * sigma / alpha};
        case Prediction::velocity:
            return {node.c_in / (alpha + sigma), -sigma / (alpha + sigma)};
        case Prediction::edm:
            break;
    }
    const double ratio = node.at.sigma / node.at.alpha;
    const double data = parametrisation.sigma_data;
    const double spread = ratio * ratio + data * data;
    return {data * data / spread / node.at.alpha, ratio * data / std::sqrt(spread)};
}

AffineForm noise_form(const Parametrisation& parametrisation, const Node& node) {
    const auto [alpha, sigma] = received(node);
    const double total = alpha * alpha + sigma * sigma;
    switch (parametrisation.prediction) {
        case Prediction::epsilon:
            return {0, 1};
        case Prediction::x0:
            return {node.c_in / sigma, -alpha / sigma};
        case Prediction::v:
            return {node.c_in * sigma / total, alpha / total};
        case Prediction::score:
            return {0, -sigma};
        case Prediction::velocity:
            return {node.c_in / (alpha + sigma), alpha / (alpha + sigma)};
        case Prediction::edm:
            break;
    }
    const double ratio = node.at.sigma / node.at.alpha;
    const double data = parametrisation.sigma_data;
    const double spread = ratio * ratio + data * data;
    return {ratio / spread / node.at.alpha, -data / std::sqrt(spread)};
}

AffineForm score_form(const Parametrisation& parametrisation, const Node& node) {
    // The result is the score of the state; a network predicts the score of its input, which is c_in times the state.
    if (parametrisation.prediction == Prediction::score) return {0, node.c_in};
    const AffineForm noise = noise_form(parametrisation, node);
    return {-noise.c_skip / node.at.sigma, -noise.c_out / node.at.sigma};
}

}  // namespace scorefield::diffusion
