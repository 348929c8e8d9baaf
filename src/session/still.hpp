#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "data/points.hpp"
#include "gpu/device.hpp"
#include "gpu/readback.hpp"
#include "gpu/recorder.hpp"
#include "render/camera3d.hpp"
#include "render/extras.hpp"
#include "render/look.hpp"
#include "render/particles.hpp"
#include "render/picture.hpp"

namespace scorefield::session {

/// What a scene shows, but for its particles. Immutable, usable on any thread.
struct StillContent {
    VkExtent2D extent{};
    render::Camera camera;
    render::Look look;
    render::Captions captions;
    std::shared_ptr<const render::LineDrawing> below;  ///< null: none
    std::shared_ptr<const render::LineDrawing> above;  ///< null: none
    std::optional<render::ScalarField> field;
    render::HistogramPlace histogram;
    std::shared_ptr<const data::Points> overlay;  ///< the data under the particles; null: none
};

/// A scene at one moment, copied from the device so that it can be drawn again in another size, beside the frames:
///
///     Still still(device, count, dim);         // away from the frames: it allocates
///     scene.record_still(recorder, still);
///     still.submitted(device.submit(recorder));
///     … if (still.arrived()) … still.draw(2) on another thread
class Still {
  public:
    /// With room for so many particles of `dim` coordinates.
    Still(gpu::Device& device, std::uint32_t count, std::uint32_t dim);

    bool has_room_for(std::uint32_t count, std::uint32_t dim) const { return count == count_ && dim == dim_; }
    /// Copies particles and their origins. They must be as many as there is room for, or none.
    void record(gpu::Recorder& recorder, const render::Particles& particles, const gpu::Buffer& origins,
                StillContent content);
    void submitted(gpu::Submission submission);
    /// Whether the copies have arrived; never waits.
    bool arrived() const;

    /// The picture `scale` times as large: lines grow with it, particles become finer. Waits for the device. Throws
    /// base::Error where the device has no room. Call it once, after arrived().
    render::Picture draw(std::uint32_t scale);

    VkExtent2D extent() const { return content_.extent; }
    const render::Look& look() const { return content_.look; }

  private:
    gpu::Device* device_;
    std::uint32_t count_;
    std::uint32_t dim_;
    std::uint32_t recorded_ = 0;    ///< particles
    gpu::Readback<float> values_;   ///< (dim, count) planes
    gpu::Readback<float> origins_;  ///< (count)
    std::optional<gpu::Submission> submission_;
    StillContent content_;
};

}  // namespace scorefield::session
