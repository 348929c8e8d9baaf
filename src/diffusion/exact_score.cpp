#include "diffusion/exact_score.hpp"

#include <cmath>
#include <vector>

namespace scorefield::diffusion {

namespace {

bool is_finite(const ExactForm& form) {
    return std::isfinite(form.of_denoised) && std::isfinite(form.of_score);
}

}  // namespace

ExactForm exact_output(const Parametrisation& parametrisation, const Eval& at) {
    const Node node = {.t = at.t, .at = {at.alpha, at.sigma}, .c_in = at.c_in, .c_noise = at.c_noise};
    const AffineForm denoiser = denoiser_form(parametrisation, node);
    const AffineForm score = score_form(parametrisation, node);
    // With x = αD − σ²·score each of the two gives F. What is left of the score keeps its digits while signal prevails,
    // what is left of the denoiser where noise does.
    const double variance = at.sigma * at.sigma;
    const ExactForm by_score = {-score.c_skip * at.alpha / score.c_out, (1 + score.c_skip * variance) / score.c_out};
    const ExactForm by_denoiser = {(1 - denoiser.c_skip * at.alpha) / denoiser.c_out,
                                   denoiser.c_skip * variance / denoiser.c_out};
    const bool prefer_score = at.alpha >= at.sigma ? is_finite(by_score) : !is_finite(by_denoiser);
    return prefer_score ? by_score : by_denoiser;
}

void ExactScore::evaluate(std::span<const double> scaled, const Eval& at, std::span<double> out) const {
    std::vector<double> x(scaled.begin(), scaled.end());
    for (double& coordinate : x) coordinate /= at.c_in;
    std::vector<double> score(x.size());
    std::vector<double> denoised(x.size());
    target_->evaluate(x, {at.alpha, at.sigma}, {.score = score, .denoised = denoised});
    const ExactForm form = exact_output(parametrisation_, at);
    for (std::size_t i = 0; i < x.size(); ++i) {
        out[i] = form.of_denoised * denoised[i] + form.of_score * score[i];
    }
}

}  // namespace scorefield::diffusion
