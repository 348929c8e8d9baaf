#include "diffusion/exact_score.hpp"

#include <utility>

namespace scorefield::diffusion {

ExactScore::ExactScore(GaussianMixture mixture, Prediction prediction)
    : mixture_(std::move(mixture)), prediction_(prediction) {}

void ExactScore::evaluate(std::span<const double> scaled, const Eval& at, std::span<double> out) const {
    const Marginal marginal{at.alpha, at.sigma};
    const AffineForm form = denoiser_form(prediction_, {.t = at.t, .at = marginal, .c_in = at.c_in, .c_noise = at.t});
    const auto dim = static_cast<std::size_t>(mixture_.dim());
    std::vector<double> x(dim);
    std::vector<double> denoised(dim);
    std::vector<double> score(dim);
    for (std::size_t row = 0; row < scaled.size(); row += dim) {
        for (std::size_t e = 0; e < dim; ++e) x[e] = scaled[row + e] / at.c_in;
        mixture_.denoise(x, marginal, denoised);
        mixture_.score(x, marginal, score);
        for (std::size_t e = 0; e < dim; ++e) {
            switch (prediction_) {
                case Prediction::epsilon:
                    out[row + e] = -at.sigma * score[e];
                    break;
                case Prediction::score:
                    out[row + e] = score[e] / at.c_in;
                    break;
                default:
                    out[row + e] = (denoised[e] - form.c_skip * x[e]) / form.c_out;
                    break;
            }
        }
    }
}

}  // namespace scorefield::diffusion
