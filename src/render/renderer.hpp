#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>
#include <memory>
#include <span>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/image.hpp"
#include "gpu/recorder.hpp"
#include "render/camera3d.hpp"
#include "render/extras.hpp"
#include "render/look.hpp"
#include "render/particles.hpp"

namespace scorefield::render {

/// Size and byte order of a picture.
struct PictureForm {
    VkExtent2D extent;
    VkFormat format;  ///< R8G8B8A8_UNORM or B8G8R8A8_UNORM

    /// By default the order of image files, red first.
    PictureForm(VkExtent2D size, VkFormat order = VK_FORMAT_R8G8B8A8_UNORM) : extent(size), format(order) {}
    PictureForm(std::uint32_t width, std::uint32_t height) : PictureForm(VkExtent2D{width, height}) {}
};

/// The images and the accumulation buffers for pictures of one form.
struct PictureTargets {
    gpu::Image scene;
    gpu::Image ground;  ///< what stands under the particles: background, field, data
    gpu::Buffer density;
    gpu::Buffer colour;
};

/// Draws particles onto an image of its own, for windows and files alike. One-dimensional particles are spread over a
/// strip −0.5 ≤ y ≤ 0.5 by their number. A Camera2d shows the first two coordinates of those of more dimensions, a
/// Camera3d the first three.
///
/// Functions that create or resize resources wait for the GPU and must not be called while a recorder records. `record`
/// and the functions `take_…` do not wait. At most kFramesInFlight recordings may be in flight at once.
class Renderer {
  public:
    static constexpr std::size_t kFramesInFlight = 3;

    /// `capacity`: the largest number of particles. Throws base::Error when a limit of the device is exceeded.
    Renderer(gpu::Device& device, const PictureForm& form, std::uint32_t capacity);
    ~Renderer();
    Renderer(const Renderer&) = delete;
    Renderer& operator=(const Renderer&) = delete;

    /// Creates targets of this form (both numbers of its extent ≥ 1). Waits for the GPU. May be called on any thread.
    static PictureTargets make_targets(gpu::Device& device, const PictureForm& form);
    /// Replaces the renderer's targets by others of its format, without waiting. `scene()` is a new image afterwards.
    void take_targets(PictureTargets targets);
    void reserve(std::uint32_t capacity);
    /// Creates the buffer of the origins of `capacity` particles. Waits for the GPU. May be called on any thread.
    static gpu::Buffer make_origins(gpu::Device& device, std::uint32_t capacity);
    /// Replaces the renderer's origins by the result of make_origins, without waiting. The GPU may still use the old
    /// ones.
    void take_origins(gpu::Buffer origins);
    std::uint32_t capacity() const;
    /// Origins of the particles, `capacity` values (record_origin).
    const gpu::Buffer& origins() const;
    /// The data shown as overlay, row-major (count, dim), world units; empty: none.
    void set_overlay(std::span<const float> points, std::size_t dim);
    /// Makes the driver compile every pipeline that pictures of particles of `dim` coordinates need, by a tiny picture
    /// of each kind.
    void warm_up(std::size_t dim = 2);

    /// Remembers where the particles are now as their origin, for ColourMode::origin: the normal distribution function
    /// of the first coordinate, standardised by the start's mean and standard deviation. Until then all origins are
    /// 0.5.
    void record_origin(gpu::Recorder& recorder, const Particles& particles, double mean, double deviation);

    /// One picture onto `scene()`, in timing scopes "ground" (only when what stands under the particles has changed),
    /// "splat", "tone map" and "annotation". count ≤ capacity. A Camera3d needs particles and overlay of at least three
    /// coordinates; it shows neither field nor histogram.
    void record(gpu::Recorder& recorder, const Particles& particles, const Camera& camera, const Look& look,
                const Captions& captions, const Extras& extras = {});

    /// Holds sRGB values; storage, colour attachment, copy and blit source.
    const gpu::Image& scene() const;
    VkExtent2D extent() const;
    PictureForm form() const { return {extent(), scene().format()}; }

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace scorefield::render
