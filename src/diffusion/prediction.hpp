#pragma once

#include <array>
#include <string_view>

#include "diffusion/process.hpp"

namespace scorefield::diffusion {

/// What the network's output F estimates: the noise ε, the data x_0, v = αε − σx_0 (Salimans & Ho 2022), the score
/// ∇log p, the velocity u = ε − x_0 (Lipman 2023, Liu 2023), or the residual of the preconditioning of Karras et al.
/// 2022.
enum class Prediction { epsilon, x0, v, score, velocity, edm };

inline constexpr std::array<std::string_view, 6> kPredictions = {"epsilon", "x0", "v", "score", "velocity", "edm"};

std::string_view prediction_name(Prediction prediction);

/// Throws base::Error (request) with the nearest known name; `where` is the flag or file that said `name`.
Prediction parse_prediction(std::string_view name, std::string_view where);

/// The deviation of the data where nobody says another.
inline constexpr double kDefaultSigmaData = 0.5;

/// A prediction with what its formulas need besides alpha and sigma.
struct Parametrisation {
    Prediction prediction = Prediction::epsilon;
    double sigma_data = kDefaultSigmaData;  ///< edm: standard deviation of the data

    Parametrisation() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): a prediction is a parametrisation.
    Parametrisation(Prediction kind, double data_deviation = kDefaultSigmaData)
        : prediction(kind), sigma_data(data_deviation) {}
};

/// A moment of a process as an evaluation sees it. The state is alpha·x_0 + sigma·ε; the network receives the state
/// times c_in (a network of a variance-preserving process asked about x/α has c_in = 1/√(1+σ²)) and c_noise.
struct Node {
    double t = 0;
    Marginal at;
    double c_in = 1;
    double c_noise = 0;
};

/// c_skip·x + c_out·F, F being the network's output for c_in·x.
struct AffineForm {
    double c_skip = 0;
    double c_out = 1;
};

/// What the network receives: the state times c_in, and c_noise as its time. The node's own, or with edm those of
/// Karras et al. 2022, table 1: 1/(α√((σ/α)²+σ_d²)) and ¼ log(σ/α).
struct NetworkInput {
    double c_in = 1;
    double c_noise = 0;
};
NetworkInput network_input(const Parametrisation& parametrisation, const Node& node);

/// The denoiser D = E[x_0 | x]. Coefficients that are not finite where it cannot be had: epsilon at alpha = 0.
AffineForm denoiser_form(const Parametrisation& parametrisation, const Node& node);

/// The noise ε = (x − αD)/σ. Not finite with x0 at sigma = 0.
AffineForm noise_form(const Parametrisation& parametrisation, const Node& node);

/// The score ∇log p(x) = −ε/σ. Not finite at sigma = 0 but for score itself.
AffineForm score_form(const Parametrisation& parametrisation, const Node& node);

}  // namespace scorefield::diffusion
