#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "diffusion/interpreter.hpp"
#include "diffusion/program.hpp"

namespace scorefield::diffusion {

/// Registers of some particles and what instructions do to them, in double precision: the one definition of the
/// instruction set on the host.
class Machine {
  public:
    /// `sources` and what they point to must outlive the machine. Registers are (range.count, dim), not a number until
    /// written.
    Machine(std::span<const ScoreSource* const> sources, std::uint64_t seed, ParticleRange range, std::size_t dim);

    /// Throws std::invalid_argument, naming `what`, where `values` are not (range.count, dim).
    void load(int reg, std::span<const double> values, const char* what);
    /// Register `reg` holds draws of `law`.
    void start(int reg, const StartLaw& law);
    void set_mask(int mask_register) { mask_register_ = mask_register; }
    std::vector<double>& state(int reg);
    void run(const Instruction& instruction);

  private:
    void run(const Eval& eval);
    void run(const Blend& blend);
    void run(const Clamp& clamp);
    void run(const Threshold& threshold);
    void run(const Mask& mask);

    std::span<const ScoreSource* const> sources_;
    std::uint64_t seed_;
    ParticleRange range_;
    std::size_t dim_;
    int mask_register_ = -1;
    std::deque<std::vector<double>> registers_;  ///< references stay valid as it grows
};

}  // namespace scorefield::diffusion
