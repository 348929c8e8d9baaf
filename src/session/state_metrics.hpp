#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/points.hpp"
#include "diffusion/process.hpp"
#include "diffusion/target_mixture.hpp"

namespace scorefield::session {

/// Particles that metrics take of a state at most, the first ones.
inline constexpr std::size_t kMetricParticles = 4096;

/// Particles of a state, and the data that they should be under the noise of that state.
struct MetricsQuestion {
    data::Points particles;                                          ///< (n, d)
    std::shared_ptr<const data::Points> data;                        ///< without noise, at least four points; not null
    diffusion::Marginal at = {};                                     ///< the signal and the noise of the state
    std::shared_ptr<const diffusion::GaussianMixture> mixture = {};  ///< whose modes are counted; null: none
};

/// How the particles of a state compare with data under the same noise.
struct StateMetrics {
    double two_sample = 0;      ///< data::NeighbourStatistics::two_sample; ½ for the same distribution
    double sliced_w2 = 0;       ///< data::sliced_w2
    double data_sliced_w2 = 0;  ///< the same of two sets of data: what remains without any error
    /// The share of the particles by the mode of the mixture that they most probably belong to, and the same for data.
    std::vector<double> mode_shares = {};
    std::vector<double> data_mode_shares = {};
};

/// Compares the first particles (kMetricParticles, at most half as many as there are data) with data to which Gaussian
/// noise of a fixed seed is added. `check_cancelled` is called now and then and may throw; empty: nothing. Throws
/// base::Error for particles that are not finite.
StateMetrics state_metrics(const MetricsQuestion& question, const std::function<void()>& check_cancelled = {});

/// The lines of a caption: `k-NN 0.503   W2 0.021 (data 0.018)`, `modes 0.21 0.79 (data 0.20 0.80)`.
std::vector<std::string> metrics_lines(const StateMetrics& metrics);

}  // namespace scorefield::session
