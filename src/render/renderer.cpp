#include "render/renderer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <stdexcept>
#include <utility>

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
    /// The view that the overlay's accumulator was last filled for, at this size.
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

    PictureTargets targets;

    gpu::Buffer channel;  ///< origins

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

    SplatWeights weights_for(std::uint32_t count, const Look& look, bool coloured) const;
    VkExtent2D extent() const { return targets.scene.extent(); }
    Accumulators accumulators() const { return {targets.density, targets.colour, extent()}; }
    OverlayDensity fill_overlay(gpu::Recorder& recorder, const Camera2d& camera, const Look& look);
    std::uint32_t capacity() const { return static_cast<std::uint32_t>(channel.bytes() / sizeof(float)); }
    void finish_setup() { device.wait(device.submit(setup)); }
};

PictureTargets Renderer::make_targets(gpu::Device& device, VkExtent2D extent) {
    const VkDeviceSize bytes = VkDeviceSize{4} * extent.width * extent.height;
    PictureTargets targets = {gpu::Image(device, "scene", VK_FORMAT_R8G8B8A8_UNORM, extent, kSceneUsage),
                              gpu::Buffer(device, "density", bytes), gpu::Buffer(device, "colour", bytes),
                              gpu::Buffer(device, "overlay density", bytes)};
    gpu::Recorder recorder(device, "picture targets");
    recorder.begin();
    for (const gpu::Buffer* sums : {&targets.density, &targets.colour, &targets.overlay_density}) {
        recorder.fill(*sums, 0);
    }
    device.wait(device.submit(recorder));
    return targets;
}

gpu::Buffer Renderer::make_origins(gpu::Device& device, std::uint32_t capacity) {
    gpu::Buffer origins(device, "origin", VkDeviceSize{4} * std::max(1u, capacity));
    gpu::Recorder recorder(device, "origins");
    recorder.begin();
    recorder.fill(origins, std::bit_cast<std::uint32_t>(0.5f));
    device.wait(device.submit(recorder));
    return origins;
}

void Renderer::take_origins(gpu::Buffer origins) {
    state_->channel = std::move(origins);
}

std::uint32_t Renderer::capacity() const {
    return state_->capacity();
}

SplatWeights Renderer::State::weights_for(std::uint32_t count, const Look& look, bool coloured) const {
    const std::uint32_t wanted =
        look.dot_radius > 0 ? static_cast<std::uint32_t>(look.dot_radius) : automatic_radius(count, extent().height);
    return choose_weights(std::max(1u, count), std::min(wanted, kMaxDotRadius), coloured);
}

OverlayDensity Renderer::State::fill_overlay(gpu::Recorder& recorder, const Camera2d& camera, const Look& look) {
    if (!look.overlay || look.overlay_strength <= 0 || overlay_count == 0) return {targets.overlay_density, 0, {}};
    const SplatWeights weights = weights_for(overlay_count, look, false);
    const OverlayKey key{camera, weights};
    if (overlay_filled != key) {
        const auto scope = recorder.scope("overlay");
        recorder.fill(targets.overlay_density, 0);
        splatter.record(recorder, {overlay_points, 0, overlay_count, overlay_count, overlay_dim}, channel, camera,
                        weights, {targets.overlay_density, targets.colour, extent()});
        overlay_filled = key;
    }
    return {targets.overlay_density, overlay_count, weights};
}

Renderer::Renderer(gpu::Device& device, VkExtent2D extent, std::uint32_t capacity)
    : state_(std::make_unique<State>(device)) {
    take_targets(make_targets(device, extent));
    take_origins(make_origins(device, capacity));
}

Renderer::~Renderer() = default;

void Renderer::take_targets(PictureTargets targets) {
    state_->targets = std::move(targets);
    state_->overlay_filled.reset();
}

void Renderer::reserve(std::uint32_t capacity) {
    if (capacity > state_->capacity()) take_origins(make_origins(state_->device, capacity));
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
            state.tone_mapper.record(
                state.setup, state.accumulators(), 1, choose_weights(1, 1, mode == ColourMode::origin),
                {state.targets.overlay_density, 1, overlay_weights}, 1, look, ground, state.targets.scene);
        }
    }
    state.finish_setup();
}

void Renderer::record_origin(gpu::Recorder& recorder, const Particles& particles, double mean, double deviation) {
    if (particles.count > state_->capacity()) throw std::logic_error("more particles than the renderer has room for");
    state_->splatter.record_origin(recorder, particles, mean, deviation, state_->channel);
}

void Renderer::record(gpu::Recorder& recorder, const Particles& particles, const Camera2d& camera, const Look& look,
                      const Captions& captions, const ScalarField* field) {
    State& state = *state_;
    if (particles.count > state.capacity()) throw std::logic_error("more particles than the renderer has room for");
    const OverlayDensity overlay = state.fill_overlay(recorder, camera, look);
    const SplatWeights weights = state.weights_for(particles.count, look, look.mode == ColourMode::origin);
    if (particles.count > 0) {
        const auto scope = recorder.scope("splat");
        state.splatter.record(recorder, particles, state.channel, camera, weights, state.accumulators());
    }
    {
        const auto scope = recorder.scope("tone map");
        if (field != nullptr) state.field_pass.record(recorder, *field, camera, look.background, state.targets.scene);
        state.tone_mapper.record(recorder, state.accumulators(), particles.count, weights, overlay,
                                 camera.pixel_size(state.extent()), look, field != nullptr, state.targets.scene);
    }
    const auto scope = recorder.scope("annotation");
    state.canvas.clear();
    annotate(state.canvas, state.extent(), camera, look, captions, overlay.count > 0, field);
    state.mark_pass.record(recorder, state.canvas, state.targets.scene);
}

const gpu::Image& Renderer::scene() const {
    return state_->targets.scene;
}
VkExtent2D Renderer::extent() const {
    return state_->extent();
}

}  // namespace scorefield::render
