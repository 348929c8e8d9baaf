#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/random.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/process.hpp"
#include "diffusion/program.hpp"
#include "diffusion/target_mixture.hpp"

namespace scorefield::diffusion::testing_support {

/// Each with its presets.
inline std::vector<std::shared_ptr<const NoiseProcess>> every_process() {
    std::vector<std::shared_ptr<const NoiseProcess>> all;
    for (const ProcessInfo& info : processes()) all.push_back(make_process({.name = std::string(info.name)}));
    return all;
}

/// Irregular times from nearly all noise down to little.
inline std::vector<double> some_times(const NoiseProcess& process) {
    const TimeRange range = process.times();
    std::vector<double> times;
    for (const double share : {0.95, 0.8, 0.75, 0.3, 0.1, 0.02}) {
        const double t = range.lowest_noisy + share * (range.highest - range.lowest_noisy);
        times.push_back(range.discrete ? std::round(t) : t);
    }
    return times;
}

/// Mean and variance of a one-dimensional state.
struct Moments {
    double mean = 0;
    double variance = 0;
};

/// slope·x + offset.
struct Line {
    double slope = 0;
    double offset = 0;
};

inline constexpr double kMean = 0.8;       // of the one-dimensional Gaussian target
inline constexpr double kVariance = 0.09;  // its variance

inline GaussianMixture gaussian() {
    return GaussianMixture({{1, {kMean}, {kVariance}}});
}

/// The Gaussian's denoiser, by the rule for conditioning one Gaussian on another.
inline Line exact_denoiser(const Marginal& at) {
    const double gain = at.alpha * kVariance / (at.alpha * at.alpha * kVariance + at.sigma * at.sigma);
    return {gain, kMean - gain * at.alpha * kMean};
}

/// The Gaussian's score under the marginal N(αμ, α²v + σ²).
inline Line exact_score(const Marginal& at) {
    const double variance = at.alpha * at.alpha * kVariance + at.sigma * at.sigma;
    return {-1 / variance, at.alpha * kMean / variance};
}

/// A one-dimensional state as a constant and coefficients on independent unit normals.
struct NormalSum {
    double constant = 0;
    std::map<std::pair<std::uint32_t, std::uint32_t>, double> normals;  ///< by stream and index

    void add(const NormalSum& other, double factor) {
        constant += factor * other.constant;
        for (const auto& [draw, coefficient] : other.normals) normals[draw] += factor * coefficient;
    }
    Moments moments() const {
        double variance = 0;
        for (const auto& [draw, coefficient] : normals) variance += coefficient * coefficient;
        return {constant, variance};
    }
};

/// The states after every step of what `program` computes with a score that is linear in x: exactly, without sampling,
/// draws that occur twice included. The mask input is 0.
inline std::vector<NormalSum> normal_sums(const Program& program, const ScoreSource& source) {
    std::vector<NormalSum> registers(static_cast<std::size_t>(program.registers));
    const auto at = [&](int reg) -> NormalSum& { return registers[static_cast<std::size_t>(reg)]; };
    at(program.init_register).normals[{base::kInitStream, 0}] = program.start.scale[0];
    std::vector<NormalSum> states(static_cast<std::size_t>(program.steps));
    for (const Op& op : program.ops) {
        if (const auto* eval = std::get_if<Eval>(&op.instruction)) {
            const std::vector<double> places = {0, eval->c_in};
            std::vector<double> values(2);
            source.evaluate(places, *eval, values);
            NormalSum sum;
            sum.constant = eval->c_out * values[0];
            sum.add(at(eval->src), eval->c_skip + eval->c_out * (values[1] - values[0]));
            at(eval->dst) = sum;
        } else if (const auto* mask = std::get_if<Mask>(&op.instruction)) {
            at(mask->dst) = NormalSum(at(mask->b));
        } else {
            const auto& blend = std::get<Blend>(op.instruction);
            NormalSum sum;
            for (const Term& term : blend.terms) sum.add(at(term.reg), term.coefficient);
            for (const NoiseTerm& noise : blend.noise) sum.normals[{noise.stream, noise.index}] += noise.coefficient;
            at(blend.dst) = sum;
        }
        states[static_cast<std::size_t>(op.step)] = at(program.result);
    }
    return states;
}

inline std::vector<Moments> program_moments(const Program& program, const ScoreSource& source) {
    std::vector<Moments> moments;
    for (const NormalSum& state : normal_sums(program, source)) moments.push_back(state.moments());
    return moments;
}

}  // namespace scorefield::diffusion::testing_support
