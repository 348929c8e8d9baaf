#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "diffusion/interpreter.hpp"
#include "diffusion/process.hpp"
#include "diffusion/targets.hpp"
#include "diffusion/time_grid.hpp"

namespace scorefield::diffusion::testing_support {

/// The message of the base::Error that `action` throws; "no error" where it throws none.
template <class Action>
std::string error_of(Action&& action) {
    try {
        action();
    } catch (const base::Error& error) {
        return error.what();
    }
    return "no error";
}

/// The default process.
inline std::shared_ptr<const NoiseProcess> linear() {
    return make_process({});
}

/// Marginals from little noise to almost pure noise, and one of a variance-exploding process.
inline constexpr Marginal kMarginals[] = {{1, 0.05}, {0.6, 0.8}, {0.01, 0.99995}, {1, 3}};

/// An output filled with NaN, which reveals elements that were not written.
inline std::vector<double> poisoned(std::size_t size) {
    return std::vector<double>(size, std::numeric_limits<double>::quiet_NaN());
}

/// The times at which a grid evaluates.
inline std::vector<double> times_of(const TimeGrid& grid) {
    std::vector<double> times;
    for (const Step& step : grid.steps()) times.push_back(step.from.t);
    return times;
}

/// F given element by element as a function of the scaled input and the evaluation.
class FunctionSource final : public ScoreSource {
  public:
    using Function = std::function<double(double, const Eval&)>;

    FunctionSource(int dim, Function function) : dim_(dim), function_(std::move(function)) {}

    int dim() const override { return dim_; }
    void evaluate(std::span<const double> scaled, const Eval& at, std::span<double> out) const override {
        for (std::size_t i = 0; i < scaled.size(); ++i) out[i] = function_(scaled[i], at);
    }

  private:
    int dim_;
    Function function_;
};

/// The states after every step of a run with one source; the start is not among them.
inline std::vector<std::vector<double>> trajectory(const Program& program, const ScoreSource& source,
                                                   std::span<const double> start, std::uint64_t seed,
                                                   ParticleRange range) {
    std::vector<std::vector<double>> states;
    const ScoreSource* const sources[] = {&source};
    interpret(program, sources, start, seed, range, [&](int step, std::span<const double> state) {
        if (static_cast<std::size_t>(step) == states.size()) states.emplace_back(state.begin(), state.end());
    });
    return states;
}

/// Largest |a − b|; not a number where one holds any, infinite where the sizes differ.
inline double distance(std::span<const double> a, std::span<const double> b) {
    if (a.size() != b.size()) return HUGE_VAL;
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = std::abs(a[i] - b[i]);
        if (!(difference <= worst)) worst = difference;
        if (std::isnan(worst)) return worst;
    }
    return worst;
}

/// Random weights, means within ±3 and full covariances A·Aᵀ + 0.05·I.
inline GaussianMixture random_mixture(std::size_t dim, int count, unsigned seed) {
    std::mt19937 engine(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::vector<MixtureComponent> components;
    for (int k = 0; k < count; ++k) {
        MixtureComponent component;
        component.weight = 1.2 + uniform(engine);
        std::vector<double> factor(dim * dim);
        for (double& entry : factor) entry = uniform(engine);
        component.covariance.assign(dim * dim, 0.0);
        for (std::size_t i = 0; i < dim; ++i) {
            component.mean.push_back(3 * uniform(engine));
            component.covariance[i * dim + i] = 0.05;
            for (std::size_t j = 0; j < dim; ++j) {
                for (std::size_t l = 0; l < dim; ++l) {
                    component.covariance[i * dim + j] += factor[i * dim + l] * factor[j * dim + l];
                }
            }
        }
        components.push_back(std::move(component));
    }
    return GaussianMixture(components);
}

}  // namespace scorefield::diffusion::testing_support
