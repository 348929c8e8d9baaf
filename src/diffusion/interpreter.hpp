#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "diffusion/program.hpp"

namespace scorefield::diffusion {

/// What an `eval` asks of: the F of dst ← c_skip·src + c_out·F(c_in·src; c_noise).
class ScoreSource {
  public:
    virtual ~ScoreSource() = default;
    virtual int dim() const = 0;
    /// F at n = scaled.size()/dim() points, row-major (n, d). `scaled` holds c_in·src; exact targets use t, alpha and
    /// sigma of `at`, networks c_noise. May be called from several threads at once.
    virtual void evaluate(std::span<const double> scaled, const Eval& at, std::span<double> out) const = 0;
};

/// Which particles: `count` of them, the first being number `first` of the run (its noise depends on that number).
struct ParticleRange {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

/// Draws of program.start, row-major (count, dim).
std::vector<double> initial_state(const Program& program, std::uint64_t seed, ParticleRange range, int dim);

/// Inputs of programs with a mask, row-major (count, dim); empty where unused.
struct ProgramInputs {
    std::vector<double> known;
    std::vector<double> mask;
};

/// Called after each step with the result register, row-major (count, dim).
using StepObserver = std::function<void(int step, std::span<const double> state)>;

/// The oracle: runs `program` in double precision from `start` (count, dim) and returns the result register.
/// Noise is base::normal of the particle's number: the same draws as on the GPU.
std::vector<double> interpret(const Program& program, std::span<const ScoreSource* const> sources,
                              std::span<const double> start, std::uint64_t seed, ParticleRange range,
                              const StepObserver& observer = {}, const ProgramInputs& inputs = {});

}  // namespace scorefield::diffusion
