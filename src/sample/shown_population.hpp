#pragma once

#include <cstdint>

#include "gpu/buffer.hpp"
#include "sample/population.hpp"

namespace scorefield::sample {

/// Where the particles are: element e of particle i is values[(reg·dim + e)·stride + i], float32, in the units that
/// the score source knows (a network: standardised). Particles count … stride−1 are padding with undefined values.
struct ParticleView {
    const gpu::Buffer& values;
    std::uint32_t reg;
    std::uint32_t dim;
    std::uint32_t stride;
    std::uint32_t count;

    VkDeviceSize register_bytes() const { return VkDeviceSize{dim} * stride * sizeof(float); }
};

/// A population whose state() lies in a buffer of a device, to be drawn, whatever computes it.
class ShownPopulation : public Population {
  public:
    /// The particles of state(). They stay until the next state is shown.
    virtual ParticleView particles() const = 0;
    /// How often the state that is shown has been written. The particles of state() stay as they are in between.
    virtual std::uint64_t times_shown() const = 0;
    /// Whether no more work on this state needs to be asked for: the particles are at it, or work on it by themselves.
    virtual bool is_provided_for(int state) const = 0;
    /// Work that was asked for goes on between the calls of `advance`, which record no more than what was ready.
    virtual bool works_by_itself() const = 0;
    /// Waits until the state that was asked for last is ready, or the work on it has failed. Returns at once where
    /// nothing works by itself.
    virtual void wait() = 0;
    /// Brings coefficients and time tables up to date now instead of with the next advance.
    virtual void record_uploads(gpu::Recorder& recorder) = 0;
    /// Keeps states in at most `bytes` of memory, so that going back needs fewer evaluations. With 0, the initial
    /// value, going back starts from state 0. Allocates; if memory is short, fewer states are kept.
    virtual void keep_states(std::uint64_t bytes) = 0;
};

}  // namespace scorefield::sample
