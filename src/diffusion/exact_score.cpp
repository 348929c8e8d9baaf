#include "diffusion/exact_score.hpp"

#include <utility>

namespace scorefield::diffusion {

ExactScore::ExactScore(GaussianMixture mixture, Prediction prediction)
    : mixture_(std::move(mixture)), prediction_(prediction) {}

void ExactScore::evaluate(std::span<const double> scaled, const Eval& at, std::span<double> out) const {
    const Marginal marginal{at.alpha, at.sigma};
    const auto dim = static_cast<std::size_t>(mixture_.dim());
    std::vector<double> x(dim);
    std::vector<double> denoised(dim);
    std::vector<double> score(dim);
    for (std::size_t row = 0; row < scaled.size(); row += dim) {
        for (std::size_t e = 0; e < dim; ++e) x[e] = scaled[row + e] / at.c_in;
        mixture_.denoise(x, marginal, denoised);
        mixture_.score(x, marginal, score);
        for (std::size_t e = 0; e < dim; ++e) {
            const double noise = -at.sigma * score[e];
            switch (prediction_) {
                case Prediction::epsilon:
                    out[row + e] = noise;
                    break;
                case Prediction::x0:
                    out[row + e] = denoised[e];
                    break;
                case Prediction::v:
                    out[row + e] = at.alpha * noise - at.sigma * denoised[e];
                    break;
            }
        }
    }
}

}  // namespace scorefield::diffusion
