#include "diffusion/prediction.hpp"

#include <algorithm>
#include <string>

#include "base/error.hpp"
#include "base/names.hpp"

namespace scorefield::diffusion {

std::string_view prediction_name(Prediction prediction) {
    return kPredictions[static_cast<std::size_t>(prediction)];
}

Prediction parse_prediction(std::string_view name, std::string_view where) {
    const auto found = std::find(kPredictions.begin(), kPredictions.end(), name);
    if (found == kPredictions.end()) {
        throw base::request_error("unknown prediction '" + std::string(name) + "'", std::string(where), "no such name",
                                  base::name_hint(name, kPredictions));
    }
    return static_cast<Prediction>(found - kPredictions.begin());
}

AffineForm denoiser_form(Prediction prediction, const Marginal& at) {
    const double total = at.alpha * at.alpha + at.sigma * at.sigma;
    switch (prediction) {
        case Prediction::epsilon:
            return {1 / at.alpha, -at.sigma / at.alpha};
        case Prediction::x0:
            return {0, 1};
        case Prediction::v:
            break;
    }
    return {at.alpha / total, -at.sigma / total};
}

AffineForm noise_form(Prediction prediction, const Marginal& at) {
    const double total = at.alpha * at.alpha + at.sigma * at.sigma;
    switch (prediction) {
        case Prediction::epsilon:
            return {0, 1};
        case Prediction::x0:
            return {1 / at.sigma, -at.alpha / at.sigma};
        case Prediction::v:
            break;
    }
    return {at.sigma / total, at.alpha / total};
}

}  // namespace scorefield::diffusion
