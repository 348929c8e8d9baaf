#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/thread_pool.hpp"
#include "diffusion/branch.hpp"
#include "diffusion/interpreter.hpp"
#include "diffusion/machine.hpp"
#include "diffusion/program.hpp"

namespace scorefield::diffusion {

/// Particles of a run that the pilot consists of: its first ones, whatever batches and shards there are.
inline constexpr std::uint32_t kPilotParticles = 4096;

/// Decides what some samplers take from the data (a corrector's step from norms, an adaptive solver's step sizes): the
/// first particles of the seed, run in double precision through the program while it is being compiled. What it yields
/// are numbers, so that the program is static again. Runs on several threads; the results do not depend on how many.
class Pilot {
  public:
    /// `source` must outlive the pilot. `check_cancelled` is called on several threads before they evaluate and may
    /// throw, which ends the call under way; empty: nothing.
    Pilot(const ScoreSource& source, std::uint64_t seed, std::uint32_t particles = kPilotParticles,
          std::function<void()> check_cancelled = {});

    std::uint64_t seed() const { return seed_; }
    std::uint32_t particles() const { return particles_; }
    std::size_t dim() const { return static_cast<std::size_t>(sources_[0]->dim()); }

    /// From here on start() begins with state `step` of `trunk` instead of draws of a law, and instructions that are
    /// run take the noise of a branch there.
    void branch_from(Program trunk, int step, const BranchNoise& noise);
    /// Begins anew: register 0 holds draws of `law`, all others nothing.
    void start(const StartLaw& law);
    /// Carries out one instruction on all particles.
    void run(const Instruction& instruction);
    /// Register `reg`, row-major (particles, dim).
    std::vector<double> state(int reg);
    /// Mean over the particles of the Euclidean norm of their register `reg`.
    double mean_norm(int reg);

    /// out ← c_skip·states + c_out·F(c_in·states; c_noise), row-major (n, dim): one evaluation beside the registers,
    /// for solvers that try steps.
    void evaluate(const Eval& at, std::span<const double> states, std::span<double> out);

  private:
    void run_as_is(const Instruction& instruction);

    std::array<const ScoreSource*, 1> sources_;
    std::uint64_t seed_;
    std::uint32_t particles_;
    std::function<void()> check_cancelled_;
    base::ThreadPool pool_;
    std::vector<Machine> parts_;
    Program trunk_;                     ///< up to where the branch begins
    std::optional<BranchNoise> noise_;  ///< of the branch; none: no branch
};

}  // namespace scorefield::diffusion
