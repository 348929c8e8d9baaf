#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "diffusion/target.hpp"
#include "gpu/device.hpp"
#include "gpu/readback.hpp"
#include "gpu/recorder.hpp"
#include "session/scene.hpp"

namespace scorefield::viewer {

/// Mean and variance of the particles shown beside the exact ones of the target. The particles come back from the GPU
/// some frames later, and nothing waits for them.
class MomentsReadout {
  public:
    explicit MomentsReadout(gpu::Device& device);

    /// From here on the read-out is of this scene; of one without an exact target it is empty.
    void watch(const session::Scene& scene);
    /// Takes what has arrived. Call every frame, before `record`.
    void poll();
    /// Copies the particles shown at this place of the recording, if they are not those measured last and no others are
    /// on their way.
    void record(gpu::Recorder& recorder, const session::Player& player);
    /// The submission of the recording.
    void submitted(gpu::Submission submission) { particles_.submitted(submission); }

    /// What `draw` takes, in lines of text.
    int lines() const;
    /// Draws at the panel's cursor.
    void draw() const;

  private:
    /// The first particles of a state of a run: always the same.
    struct State {
        sample::SamplingSpec spec;
        session::RunState run_state;
        std::uint32_t count = 0;
    };

    diffusion::AxisMoments measure(std::span<const float> values, std::uint32_t count) const;

    gpu::Readback<float> particles_;               ///< (dim, count) planes
    std::optional<diffusion::AxisMoments> clean_;  ///< of the target
    std::optional<State> copied_;                  ///< last; measured once it has arrived
    diffusion::AxisMoments measured_;              ///< empty before the first
    diffusion::AxisMoments exact_;                 ///< at the same run_state
};

}  // namespace scorefield::viewer
