#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "diffusion/interpreter.hpp"
#include "diffusion/program.hpp"

namespace scorefield::gpu {
class Recorder;
}

namespace scorefield::sample {

/// What the particles of a run start from, each (count, dim) row-major in the units that the score source knows; empty
/// where it is not given. Read during the call that takes it.
struct StartInputs {
    std::span<const float> init;   ///< instead of draws of the program's start law
    std::span<const float> known;  ///< needed where the program has this input
    std::span<const float> mask;   ///< needed where the program has this input
};

/// How much work may be done now, and where a device's work is recorded.
struct Budget {
    gpu::Recorder* recorder =
        nullptr;  ///< required by populations on the GPU; each recording must be submitted, in order
    double operations = std::numeric_limits<double>::infinity();  ///< floating-point operations, roughly; above 0
    bool ends_with_evaluation = false;  ///< do no more than finish the evaluation that has begun
    bool shows = true;                  ///< false: compute, but leave what is shown as it is
};

/// Particles that run one program and can move to any of its states 0 (the start) … program().steps (the result). A
/// state depends on program, seed, particles and weights alone, bit for bit: not on the way to it, and not on how the
/// work was cut. Where weights change during a run, steps that are complete keep what the old weights made.
class Population {
  public:
    Population() = default;
    virtual ~Population() = default;
    Population(const Population&) = delete;
    Population& operator=(const Population&) = delete;

    /// Takes a program and puts the particles of `range` at its start, which is also the new goal. Throws base::Error
    /// (request) for a program that is not valid or asks a source that does not exist, std::logic_error where an input
    /// is missing or of another size; the program loaded before goes on then.
    virtual void load(const diffusion::Program& program, std::uint64_t seed, diffusion::ParticleRange range,
                      const StartInputs& inputs) = 0;
    /// The same with other particles of the program that is loaded.
    virtual void start(diffusion::ParticleRange range, const StartInputs& inputs) = 0;
    /// Puts the particles at the start again, with the same inputs; the goal stays.
    virtual void restart() = 0;
    /// Sets the goal: a state 0 … steps. Going back, or forward over kept states, restores the last kept state at or
    /// before the goal and computes the remaining steps.
    virtual void seek(int state) = 0;
    /// Works towards the goal within the budget, but does at least one part of an evaluation; does nothing at the goal.
    /// Returns the operations that were done. Other weights of a source take effect here: an evaluation that has begun
    /// begins again, and kept states are dropped.
    virtual double advance(const Budget& budget) = 0;

    /// Whether the goal is reached by all particles.
    virtual bool arrived() const = 0;
    /// Whether an evaluation has begun but not ended.
    virtual bool is_inside_evaluation() const = 0;
    /// The last complete state; of a population that is shown, the state that it shows.
    virtual int state() const = 0;
    virtual const diffusion::Program& program() const = 0;
    virtual diffusion::ParticleRange range() const = 0;
    /// Operations of one particle from the start to the result.
    virtual double operations() const = 0;
};

}  // namespace scorefield::sample
