#include "viewer/score_error.hpp"

#include <cmath>
#include <span>
#include <vector>

#include "model/network_score.hpp"

namespace scorefield::viewer {
namespace {

constexpr std::size_t kColumns = 48;
constexpr std::size_t kRows = 36;

}  // namespace

render::ScalarField score_error(const ScoreErrorQuestion& question, const std::function<void()>& check_cancelled) {
    render::ScalarField field{
        .bounds = question.bounds, .columns = kColumns, .rows = kRows, .values = {}, .title = "score error"};
    const auto& [low, high] = question.bounds;
    std::vector<double> x;
    for (std::size_t row = 0; row < kRows; ++row) {
        for (std::size_t column = 0; column < kColumns; ++column) {
            x.push_back(low[0] + (high[0] - low[0]) * static_cast<double>(column) / (kColumns - 1));
            x.push_back(low[1] + (high[1] - low[1]) * static_cast<double>(row) / (kRows - 1));
        }
    }
    const diffusion::Eval& at = question.at;
    std::vector<double> scaled(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) scaled[i] = at.c_in * x[i];
    std::vector<double> output(x.size());
    const data::TensorMap weights = model::weights_of_class(*question.weights, question.network, question.label);
    const model::Architecture network = model::for_points(question.network, model::dim_of(question.network), 0);
    model::NetworkScore(network, weights, "training").evaluate(scaled, at, output);
    std::vector<double> denoised(x.size());
    const diffusion::Marginal marginal = {at.alpha, at.sigma};
    constexpr std::size_t kRowValues = 2 * kColumns;
    for (std::size_t first = 0; first < x.size(); first += kRowValues) {
        check_cancelled();
        question.exact->denoise(std::span(x).subspan(first, kRowValues), marginal,
                                std::span(denoised).subspan(first, kRowValues));
    }
    const diffusion::AffineForm form =
        diffusion::noise_form(question.parametrisation, {at.t, marginal, at.c_in, at.c_noise});
    for (std::size_t i = 0; i < x.size(); i += 2) {
        double square = 0;
        for (std::size_t e = i; e < i + 2; ++e) {
            const double noise = (x[e] - at.alpha * denoised[e]) / at.sigma;
            const double error = form.c_skip * x[e] + form.c_out * output[e] - noise;
            square += error * error;
        }
        field.values.push_back(static_cast<float>(std::sqrt(square)));
    }
    return field;
}

}  // namespace scorefield::viewer
