#pragma once

#include <array>
#include <string_view>

namespace scorefield::study {

/// Ways from N(0, start) at t = 1 back to t = 0 of the process x_t = x_0 + √t·ε, x_0 ~ N(0, v), in even steps; each
/// makes x ← factor·x + noise.
enum class WayBack {
    mean_only,         ///< the conditional mean of the next state, no noise
    noise_every_step,  ///< and N(0, Δt) at every step
    noise_but_last,    ///< … but the last
    ddim,
    posterior_noise,  ///< the conditional mean and the exact conditional variance Δt(v+t−Δt)/(v+t)
};

inline constexpr std::array<std::string_view, 5> kWaysBack = {
    "mean only", "mean + noise", "mean + noise, none on the last step", "DDIM", "mean + noise of the exact posterior"};

/// x ← factor·x + √variance·z: what a step from time t to time s < t does.
struct LinearStep {
    double factor = 1;
    double variance = 0;
};
LinearStep step_back(WayBack way, double v, double t, double s);

/// Variance at t = 0 after `steps` steps: the exact recursion.
double variance_after(WayBack way, double v, double start, int steps);

/// Its limit of infinitely many steps: (v/(v+1))²·start without noise, plus v/(v+1) with it; DDIM start·v/(v+1).
double variance_limit(WayBack way, double v, double start);

}  // namespace scorefield::study
