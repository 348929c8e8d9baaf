#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace scorefield::train {

/// Adam (Kingma & Ba 2015, Algorithm 1) with its usual constants, in single precision.
struct AdamState {
    std::vector<float> first;   ///< m, one per weight
    std::vector<float> second;  ///< v, one per weight
    std::size_t steps = 0;
};

inline constexpr double kAdamBeta1 = 0.9;
inline constexpr double kAdamBeta2 = 0.999;
inline constexpr double kAdamEpsilon = 1e-8;

/// One step: weights ← (1 − rate·decay)·weights − rate·m̂/(√v̂ + ε), with a decay that of AdamW (Loshchilov & Hutter
/// 2019, Algorithm 2). `gradient` is multiplied by `factor` first (clipping).
void adam_step(AdamState& state, std::span<float> weights, std::span<const float> gradient, double rate,
               double factor = 1, double decay = 0);

/// Exponential moving average: average ← decay·average + (1 − decay)·weights.
void average_step(std::span<float> average, std::span<const float> weights, double decay);

}  // namespace scorefield::train
