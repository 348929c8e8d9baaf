#pragma once

#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "diffusion/exact_score.hpp"
#include "diffusion/sampler.hpp"
#include "support.hpp"

namespace scorefield::diffusion::testing_support {

/// A mixture's probability flow between two times of a process: the exact answer for deterministic solvers.
class MixtureFlow {
  public:
    static constexpr std::uint32_t kParticles = 16;
    static constexpr int kDim = 2;

    MixtureFlow(std::shared_ptr<const NoiseProcess> process, double start, double end)
        : process_(std::move(process)), start_(start), end_(end) {
        const Marginal at = process_->marginal(start_);
        Program start_scale;
        start_scale.start = StartLaw::normal(std::hypot(at.alpha, at.sigma));
        states_ = initial_state(start_scale, 4, {0, kParticles}, kDim);
        reference_ = solve();
    }

    const std::shared_ptr<const NoiseProcess>& process() const { return process_; }
    const std::vector<double>& start_states() const { return states_; }
    const std::vector<double>& end_states() const { return reference_; }
    static ExactScore source() { return ExactScore(target(), Prediction::x0); }

    /// `steps` steps of equal width in time, or in the logarithm of sigma/alpha.
    TimeGrid grid(int steps, Variable even_in) const {
        std::vector<double> times = {start_};
        const double from = log_snr(process_->marginal(start_));
        const double to = log_snr(process_->marginal(end_));
        for (int i = 1; i < steps; ++i) {
            const double share = static_cast<double>(i) / steps;
            times.push_back(even_in == Variable::time ? std::lerp(start_, end_, share)
                                                      : process_->time_at(std::lerp(from, to, share)));
        }
        return {process_, times, end_};
    }

    /// Root mean square difference of states from the exact ones at the end.
    double error(const std::vector<double>& states) const {
        double sum = 0;
        for (std::size_t i = 0; i < states.size(); ++i) sum += std::pow(states[i] - reference_[i], 2);
        return std::sqrt(sum / static_cast<double>(states.size()));
    }

    /// The same of a program that ends at the end.
    double error_of(const Program& program) const {
        const ExactScore score = source();
        return error(trajectory(program, score, states_, 0, {0, kParticles}).back());
    }

  private:
    static GaussianMixture target() { return random_mixture(kDim, 3, 21); }

    /// Classical Runge–Kutta on y = x/α over ρ = log σ/α: dy/dρ = (σ/α)·ε̂ = −(σ²/α)·score.
    std::vector<double> solve() const {
        constexpr int kSteps = 2000;  // error (7/2000)⁴, far below what is measured
        const GaussianMixture mixture = target();
        double rho = -log_snr(process_->marginal(start_));
        const double width = (-log_snr(process_->marginal(end_)) - rho) / kSteps;
        // Any scales of that ratio: those with α = 1.
        const auto slope = [&](double at, const std::vector<double>& y) {
            const double sigma = std::exp(at);
            std::vector<double> out(y.size());
            mixture.score(y, {1, sigma}, out);
            for (double& value : out) value *= -sigma * sigma;
            return out;
        };
        const auto moved = [](std::vector<double> y, const std::vector<double>& by, double h) {
            for (std::size_t i = 0; i < y.size(); ++i) y[i] += h * by[i];
            return y;
        };
        std::vector<double> y = states_;
        for (double& value : y) value /= process_->marginal(start_).alpha;
        for (int k = 0; k < kSteps; ++k, rho += width) {
            const auto k1 = slope(rho, y);
            const auto k2 = slope(rho + width / 2, moved(y, k1, width / 2));
            const auto k3 = slope(rho + width / 2, moved(y, k2, width / 2));
            const auto k4 = slope(rho + width, moved(y, k3, width));
            for (std::size_t i = 0; i < y.size(); ++i) y[i] += width / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
        }
        for (double& value : y) value *= process_->marginal(end_).alpha;
        return y;
    }

    std::shared_ptr<const NoiseProcess> process_;
    double start_;
    double end_;
    std::vector<double> states_;
    std::vector<double> reference_;
};

/// Where particles of the seed end that a sampler moves towards the mixture.
inline std::vector<double> mixture_states(const TimeGrid& grid, const SamplerSettings& settings) {
    const ExactScore source = MixtureFlow::source();
    const Program program = compile_program(grid, Prediction::x0, settings);
    const std::vector<double> start = initial_state(program, 2, {3, 25}, MixtureFlow::kDim);
    return trajectory(program, source, start, 2, {3, 25}).back();
}

/// One for each kind of process: vp, ve, edm and flow.
inline const std::vector<MixtureFlow>& mixture_flows() {
    static const std::vector<MixtureFlow> all = [] {
        std::vector<MixtureFlow> flows;
        flows.emplace_back(make_process({.name = "vp"}), 0.7, 0.05);
        flows.emplace_back(make_process({.name = "ve", .sigma_min = 0.1, .sigma_max = 20.0}), 0.9, 0.2);
        flows.emplace_back(make_process({.name = "edm"}), 10, 0.4);
        flows.emplace_back(make_process({.name = "flow"}), 0.9, 0.2);
        return flows;
    }();
    return all;
}

}  // namespace scorefield::diffusion::testing_support
