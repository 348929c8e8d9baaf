#pragma once

#include <array>
#include <string_view>

#include "diffusion/process.hpp"

namespace scorefield::diffusion {

/// What the network's output F estimates: the noise ε, the data x_0, or v = αε − σx_0 (Salimans & Ho 2022).
enum class Prediction { epsilon, x0, v };

inline constexpr std::array<std::string_view, 3> kPredictions = {"epsilon", "x0", "v"};

std::string_view prediction_name(Prediction prediction);

/// Throws base::Error (request) with the nearest known name; `where` is the flag or file that said `name`.
Prediction parse_prediction(std::string_view name, std::string_view where);

/// c_skip·x + c_out·F, F being the network's output at x.
struct AffineForm {
    double c_skip = 0;
    double c_out = 1;
};

/// The denoiser D = E[x_0 | x_t = x]. With epsilon it needs alpha > 0; a coefficient that is not finite otherwise.
AffineForm denoiser_form(Prediction prediction, const Marginal& at);

/// The noise ε = (x − αD)/σ. With x0 it needs sigma > 0; a coefficient that is not finite otherwise.
AffineForm noise_form(Prediction prediction, const Marginal& at);

}  // namespace scorefield::diffusion
