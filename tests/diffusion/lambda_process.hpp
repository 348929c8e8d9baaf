#pragma once

#include <cmath>

#include "diffusion/process.hpp"

namespace scorefield::diffusion::testing_support {

/// Variance-preserving with t = −λ = log(σ/α) for its time: steps uniform in t are uniform in λ.
class LambdaProcess final : public NoiseProcess {
  public:
    std::string_view name() const override { return "lambda"; }
    TimeRange times() const override { return {-20, -20, 20, false}; }
    Marginal marginal(double t) const override {
        return {1 / std::sqrt(1 + std::exp(2 * t)), 1 / std::sqrt(1 + std::exp(-2 * t))};
    }
    LinearSde sde(double t) const override {
        const double variance = 1 / (1 + std::exp(-2 * t));
        return {-variance, 2 * variance};
    }
    double time_at(double log_snr) const override { return -log_snr; }
    double prior_scale() const override { return 1; }
    Variable variable() const override { return Variable::sigma; }
    double clock(double t) const override { return (t + 20) / 40; }
    double corrector_scale(double, int) const override { return 1; }
};

}  // namespace scorefield::diffusion::testing_support
