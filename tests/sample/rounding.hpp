#pragma once

#include <cmath>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "diffusion/exact_score.hpp"
#include "diffusion/machine.hpp"
#include "diffusion/target_mixture.hpp"
#include "model/checkpoint.hpp"
#include "model/network_score.hpp"

namespace scorefield::sample {

/// Half a unit in the last place of float32, relative.
inline constexpr double kRounding = 0x1p-24;

/// Runs a program in double precision with the roundings of single precision put in at random (Monte Carlo arithmetic,
/// Parker 1997): after every instruction the result is disturbed by as much as the sum of its terms' magnitudes times
/// (number of operations)·kRounding, the first-order bound of each instruction (Higham 2002, chapter 3). How far such
/// runs lie apart is how far rounding alone can carry a particle, also where the score amplifies it.
class RoundedRun {
  public:
    RoundedRun(const diffusion::Program& program, const diffusion::ScoreSource& source, std::uint64_t seed,
               std::uint32_t particles, std::size_t dim, unsigned replica)
        : sources_{&source}, machine_(sources_, seed, {0, particles}, dim), random_(replica) {
        machine_.set_mask(program.mask_register);
    }

    RoundedRun(const RoundedRun&) = delete;
    RoundedRun& operator=(const RoundedRun&) = delete;

    void load(int reg, std::span<const double> values) { machine_.load(reg, values, "input"); }
    std::vector<double>& state(int reg) { return machine_.state(reg); }

    void run(const diffusion::Instruction& instruction) {
        std::vector<double> magnitudes = magnitudes_of(instruction);
        machine_.run(instruction);
        std::vector<double>& result =
            machine_.state(std::visit([](const auto& specific) { return specific.dst; }, instruction));
        std::uniform_real_distribution<double> sign(-1, 1);
        for (std::size_t i = 0; i < result.size(); ++i) {
            result[i] += kRounding * (magnitudes[i] + std::abs(result[i])) * sign(random_);
        }
    }

  private:
    /// Sum of the terms' magnitudes times the operations on each.
    std::vector<double> magnitudes_of(const diffusion::Instruction& instruction) {
        if (const auto* blend = std::get_if<diffusion::Blend>(&instruction)) {
            std::vector<double> sum(machine_.state(blend->dst).size(), 0.0);
            const double operations = static_cast<double>(blend->terms.size() + blend->noise.size()) + 1;
            for (const diffusion::Term& term : blend->terms) {
                const std::vector<double>& values = machine_.state(term.reg);
                for (std::size_t i = 0; i < sum.size(); ++i) {
                    sum[i] += operations * std::abs(term.coefficient * values[i]);
                }
            }
            constexpr double kTypicalNormal = 3;
            for (const diffusion::NoiseTerm& noise : blend->noise) {
                for (double& value : sum) value += operations * kTypicalNormal * std::abs(noise.coefficient);
            }
            return sum;
        }
        if (const auto* eval = std::get_if<diffusion::Eval>(&instruction)) {
            const std::vector<double> src = machine_.state(eval->src);
            machine_.run(instruction);
            const std::vector<double>& result = machine_.state(eval->dst);
            std::vector<double> sum(src.size());
            constexpr double kOperations = 4;
            for (std::size_t i = 0; i < src.size(); ++i) {
                const double skipped = eval->c_skip * src[i];
                sum[i] = kOperations * (std::abs(skipped) + std::abs(result[i] - skipped));
            }
            machine_.state(eval->src) = src;
            return sum;
        }
        constexpr double kOperations = 4;
        const int dst = std::visit([](const auto& specific) { return specific.dst; }, instruction);
        std::vector<double> sum = machine_.state(dst);
        for (double& value : sum) value = kOperations * (std::isfinite(value) ? std::abs(value) : 0);
        if (const auto* mask = std::get_if<diffusion::Mask>(&instruction)) {
            const std::vector<double>& a = machine_.state(mask->a);
            const std::vector<double>& b = machine_.state(mask->b);
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = kOperations * (std::abs(a[i]) + std::abs(b[i]));
        }
        return sum;
    }

    const diffusion::ScoreSource* sources_[1];
    diffusion::Machine machine_;
    std::mt19937 random_;
};

/// The network with its weights disturbed as float32 dot products of that width disturb them (backward error, Higham
/// 2002, eq. 3.5), activations counted in.
inline std::unique_ptr<diffusion::ScoreSource> rounded_network(const model::Checkpoint& model, unsigned replica) {
    std::mt19937 random(replica);
    std::uniform_real_distribution<double> sign(-1, 1);
    const double bound = kRounding * static_cast<double>(std::get<nn::MlpConfig>(model.network).width + 8);
    data::TensorMap tensors = model.tensors;
    for (auto& [name, tensor] : tensors) {
        if (name == "time.frequencies") continue;
        for (float& value : tensor.values) value = static_cast<float>(value * (1 + bound * sign(random)));
    }
    return std::make_unique<model::NetworkScore>(model.network, tensors, "rounded");
}

/// The mixture with means, widths and weights disturbed by some roundings each.
inline std::unique_ptr<diffusion::ScoreSource> rounded_mixture(std::vector<diffusion::MixtureComponent> components,
                                                               const diffusion::Parametrisation& parametrisation,
                                                               unsigned replica) {
    constexpr double kOperations = 8;
    std::mt19937 random(replica);
    std::uniform_real_distribution<double> sign(-1, 1);
    for (diffusion::MixtureComponent& component : components) {
        component.weight *= 1 + 100 * kRounding * sign(random);  // logarithms of densities up to 100
        for (double& value : component.mean) value *= 1 + kOperations * kRounding * sign(random);
        const double scale = 1 + kOperations * kRounding * sign(random);
        for (double& value : component.covariance) value *= scale;
    }
    return std::make_unique<diffusion::ExactScore>(diffusion::GaussianMixture(components), parametrisation);
}

}  // namespace scorefield::sample
