#include "render/renderer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <stdexcept>

#include "data/points.hpp"
#include "gpu/transfer.hpp"
#include "render/annotation.hpp"
#include "render/canvas.hpp"
#include "render/field_pass.hpp"
#include "render/mark_pass.hpp"
#include "render/splat_weights.hpp"
#include "render/splatter.hpp"
#include "render/tone_mapper.hpp"

namespace scorefield::render {
namespace {

constexpr VkImageUsageFlags kSceneUsage = VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT |
                                          VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;

}  // namespace

struct Renderer::State {
    /// What the overlay's accumulator was last filled for, at this size.
    struct OverlayKey {
        Camera2d camera;
        SplatWeights weights;

        bool operator==(const OverlayKey&) const = default;
    };

    gpu::Device& device;
    gpu::Recorder setup;
    Splatter splatter;
    ToneMapper tone_mapper;
    FieldPass field_pass;
    MarkPass mark_pass;
    Canvas canvas;

    VkExtent2D extent{};
    gpu::Image scene;
    gpu::Buffer density;
    gpu::Buffer colour;
    gpu::Buffer overlay_density;

    std::uint32_t capacity = 0;
    gpu::Buffer channel;

    gpu::Buffer overlay_points;
    std::uint32_t overlay_count = 0;
    std::uint32_t overlay_dim = 0;
    std::optional<OverlayKey> overlay_filled;

    explicit State(gpu::Device& owner)
        : device(owner),
          setup(owner, "render set-up"),
          splatter(owner),
          tone_mapper(owner),
          field_pass(owner, kFramesInFlight),
          mark_pass(owner, kFramesInFlight) {}

    void make_targets(VkExtent2D size);
    void make_channel(std::uint32_t count);
    SplatWeights weights_for(std::uint32_t count, const Look& look, bool coloured) const;
    Accumulators accumulators() const { return {density, colour, extent}; }
    OverlayDensity fill_overlay(gpu::Recorder& recorder, const Camera2d& camera, const Look& look);
    void finish_setup() { device.wait(device.submit(setup)); }
};

void Renderer::State::make_targets(VkExtent2D size) {
    extent = size;
    const VkDeviceSize bytes = VkDeviceSize{4} * extent.width * extent.height;
    scene = gpu::Image(device, "scene", VK_FORMAT_R8G8B8A8_UNORM, extent, kSceneUsage);
    density = gpu::Buffer(device, "density", bytes);
    colour = gpu::Buffer(device, "colour", bytes);
    overlay_density = gpu::Buffer(device, "overlay density", bytes);
    overlay_filled.reset();
    setup.begin();
    setup.fill(density, 0);
    setup.fill(colour, 0);
    setup.fill(overlay_density, 0);
    finish_setup();
}

void Renderer::State::make_channel(std::uint32_t count) {
    capacity = std::max(1u, count);
    channel = gpu::Buffer(device, "origin", VkDeviceSize{4} * capacity);
    setup.begin();
    setup.fill(channel, std::bit_cast<std::uint32_t>(0.5f));
    finish_setup();
}

SplatWeights Renderer::State::weights_for(std::uint32_t count, const Look& look, bool coloured) const {
    const std::uint32_t wanted =
        look.dot_radius > 0 ? static_cast<std::uint32_t>(look.dot_radius) : automatic_radius(count, extent.height);
    return choose_weights(std::max(1u, count), std::min(wanted, kMaxDotRadius), coloured);
}

OverlayDensity Renderer::State::fill_overlay(gpu::Recorder& recorder, const Camera2d& camera, const Look& look) {
    if (!look.overlay || look.overlay_strength <= 0 || overlay_count == 0) return {overlay_density, 0, {}};
    const SplatWeights weights = weights_for(overlay_count, look, false);
    const OverlayKey key{camera, weights};
    if (overlay_filled != key) {
        const auto scope = recorder.scope("overlay");
        recorder.fill(overlay_density, 0);
        splatter.record(recorder, {overlay_points, 0, overlay_count, overlay_count, overlay_dim}, channel, camera,
                        weights, {overlay_density, colour, extent});
        overlay_filled = key;
    }
    return {overlay_density, overlay_count, weights};
}

Renderer::Renderer(gpu::Device& device, VkExtent2D extent, std::uint32_t capacity)
    : state_(std::make_unique<State>(device)) {
    state_->make_targets(extent);
    state_->make_channel(capacity);
}

Renderer::~Renderer() = default;

void Renderer::resize(VkExtent2D extent) {
    if (extent.width != state_->extent.width || extent.height != state_->extent.height) state_->make_targets(extent);
}

void Renderer::reserve(std::uint32_t capacity) {
    if (capacity > state_->capacity) state_->make_channel(capacity);
}

void Renderer::set_overlay(std::span<const float> points, std::size_t dim) {
    State& state = *state_;
    const std::size_t count = dim == 0 ? 0 : points.size() / dim;
    state.overlay_filled.reset();
    state.overlay_count = static_cast<std::uint32_t>(count);
    state.overlay_dim = static_cast<std::uint32_t>(std::min<std::size_t>(dim, 2));
    if (count == 0) return;
    state.overlay_points = gpu::make_buffer<float>(state.device, "overlay points", data::to_planes(points, dim));
}

void Renderer::warm_up() {
    State& state = *state_;
    const std::array<float, 2> centre{};
    const gpu::Buffer point = gpu::make_buffer<float>(state.device, "warm-up", centre);
    const Particles particles{point, 0, 1, 1, 2};
    const Camera2d camera;
    const SplatWeights overlay_weights = choose_weights(1, 1, false);
    const ScalarField field{.bounds = {}, .columns = 2, .rows = 2, .values = {0, 0, 0, 0}, .title = "warm-up"};
    state.setup.begin();
    record_origin(state.setup, particles, 0, 1);
    for (const ColourMode mode : {ColourMode::density, ColourMode::origin}) {
        Look look;
        look.mode = mode;
        look.overlay = false;
        for (look.dot_radius = 1; look.dot_radius <= static_cast<int>(kMaxDotRadius); ++look.dot_radius) {
            record(state.setup, particles, camera, look, {{"warm-up"}, {}});
        }
        record(state.setup, particles, camera, look, {}, &field);
        for (const bool ground : {false, true}) {
            state.tone_mapper.record(state.setup, state.accumulators(), 1,
                                     choose_weights(1, 1, mode == ColourMode::origin),
                                     {state.overlay_density, 1, overlay_weights}, 1, look, ground, state.scene);
        }
    }
    state.finish_setup();
}

void Renderer::record_origin(gpu::Recorder& recorder, const Particles& particles, double mean, double deviation) {
    if (particles.count > state_->capacity) throw std::logic_error("more particles than the renderer has room for");
    state_->splatter.record_origin(recorder, particles, mean, deviation, state_->channel);
}

void Renderer::record(gpu::Recorder& recorder, const Particles& particles, const Camera2d& camera, const Look& look,
                      const Captions& captions, const ScalarField* field) {
    State& state = *state_;
    if (particles.count > state.capacity) throw std::logic_error("more particles than the renderer has room for");
    const OverlayDensity overlay = state.fill_overlay(recorder, camera, look);
    const SplatWeights weights = state.weights_for(particles.count, look, look.mode == ColourMode::origin);
    if (particles.count > 0) {
        const auto scope = recorder.scope("splat");
        state.splatter.record(recorder, particles, state.channel, camera, weights, state.accumulators());
    }
    {
        const auto scope = recorder.scope("tone map");
        if (field != nullptr) state.field_pass.record(recorder, *field, camera, look.background, state.scene);
        state.tone_mapper.record(recorder, state.accumulators(), particles.count, weights, overlay,
                                 camera.pixel_size(state.extent), look, field != nullptr, state.scene);
    }
    const auto scope = recorder.scope("annotation");
    state.canvas.clear();
    annotate(state.canvas, state.extent, camera, look, captions, overlay.count > 0, field);
    state.mark_pass.record(recorder, state.canvas, state.scene);
}

const gpu::Image& Renderer::scene() const {
    return state_->scene;
}
VkExtent2D Renderer::extent() const {
    return state_->extent;
}

}  // namespace scorefield::render
