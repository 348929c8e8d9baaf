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

/// What the particles of a run start from, each (count, dim) row-major in the units that the score source knows; empty:
/// not given. Read during the call that takes it.
struct StartInputs {
    std::span<const float> init;   ///< instead of draws of the program's start law
    std::span<const float> known;  ///< needed where the program has this input
    std::span<const float> mask;   ///< needed where the program has this input
};

/// How much may be done now, and where what a device does is recorded.
struct Turn {
    gpu::Recorder* recorder = nullptr;                            ///< required by populations on the GPU
    double operations = std::numeric_limits<double>::infinity();  ///< floating-point operations, about
};

/// Particles that run one program: they stand at a state 0 (the start) … program().steps (the result) and go to any
/// other. The states depend on program, seed, particles and weights alone, bit for bit, and not on the way that was
/// taken or on how the work was cut into turns.
class Population {
  public:
    Population() = default;
    virtual ~Population() = default;
    Population(const Population&) = delete;
    Population& operator=(const Population&) = delete;

    /// Takes a program and puts the particles of `range` at its start; it is also where they are to go. Throws
    /// base::Error (request) for a program that is not valid or asks a source that is not there, std::logic_error where
    /// an input is missing or of another size; what was loaded before goes on then.
    virtual void load(const diffusion::Program& program, std::uint64_t seed, diffusion::ParticleRange range,
                      const StartInputs& inputs) = 0;
    /// The same with other particles of the program that is loaded.
    virtual void start(diffusion::ParticleRange range, const StartInputs& inputs) = 0;
    /// Puts them at the start again, with the same inputs; where they are to go stays.
    virtual void restart() = 0;
    /// Where they are to go: a state 0 … steps. Going back takes the nearest state that was kept, and replays.
    virtual void seek(int state) = 0;
    /// Works towards it, by about the operations of the turn: at least one part of an evaluation, and nothing where it
    /// has been reached. Returns the operations that were done.
    virtual double advance(const Turn& turn) = 0;
    /// The evaluations answer by other weights from here on. An evaluation that is under way begins again, and what was
    /// kept to go back to is forgotten.
    virtual void weights_changed() = 0;

    /// Whether the state that was sought is there as a whole.
    virtual bool arrived() const = 0;
    /// The last whole state; of a population that is shown, what it shows: the state that was sought and reached last.
    virtual int state() const = 0;
    virtual const diffusion::Program& program() const = 0;
    virtual diffusion::ParticleRange range() const = 0;
    /// Operations of one particle from the start to the result.
    virtual double operations() const = 0;
};

}  // namespace scorefield::sample
