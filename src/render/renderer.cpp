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
#include "render/histogram.hpp"
#include "render/mark_pass.hpp"
#include "render/splat_weights.hpp"
#include "render/splatter.hpp"
#include "render/tone_mapper.hpp"

namespace scorefield::render {
namespace {

/// Lines of one drawing; any beyond are not drawn.
constexpr std::size_t kMostLines = 32'768;

constexpr VkImageUsageFlags kSceneUsage = VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT |
                                          VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;

}  // namespace

struct Renderer::State {
    /// What the ground shows.
    struct Ground {
        Camera2d camera;
        std::array<float, 3> background;
        double overlay_strength;  ///< 0: without data
        SplatWeights overlay_weights;
        std::optional<ScalarField> field;
        std::shared_ptr<const LineDrawing> lines;

        bool operator==(const Ground&) const = default;
    };

    gpu::Device& device;
    gpu::Recorder setup;
    Splatter splatter;
    ToneMapper tone_mapper;
    FieldPass field_pass;
    MarkPass mark_pass;
    Histogram histogram;
    MarkPass line_pass;  ///< lines below the particles and above them: two recordings for each picture
    Canvas canvas;
    Canvas lines;

    PictureTargets targets;

    gpu::Buffer channel;  ///< origins

    gpu::Buffer overlay_points;
    std::uint32_t overlay_count = 0;
    std::uint32_t overlay_dim = 0;
    std::optional<Ground> ground;  ///< that the targets hold

    State(gpu::Device& owner, VkFormat format)
        : device(owner),
          setup(owner, "render set-up"),
          splatter(owner),
          tone_mapper(owner),
          field_pass(owner, kFramesInFlight, format),
          mark_pass(owner, kFramesInFlight, format),
          histogram(owner, format),
          line_pass(owner, 2 * kFramesInFlight, format, kMostLines) {}

    SplatWeights weights_for(std::uint32_t count, const Look& look, bool coloured) const;
    VkExtent2D extent() const { return targets.scene.extent(); }
    Accumulators accumulators() const { return {targets.density, targets.colour, extent()}; }
    bool shows_overlay(const Look& look) const {
        return look.overlay && look.overlay_strength > 0 && overlay_count > 0;
    }
    void paint_ground(gpu::Recorder& recorder, const Camera2d& camera, const Look& look, const Extras& extras);
    void draw_lines(gpu::Recorder& recorder, const LineDrawing& drawing, const Camera2d& camera,
                    const gpu::Image& scene);
    std::uint32_t capacity() const { return static_cast<std::uint32_t>(channel.bytes() / sizeof(float)); }
    void finish_setup() { device.wait(device.submit(setup)); }
};

PictureTargets Renderer::make_targets(gpu::Device& device, const PictureForm& form) {
    const VkExtent2D extent = form.extent;
    const VkDeviceSize bytes = VkDeviceSize{4} * extent.width * extent.height;
    const auto picture = [&](const char* name) { return gpu::Image(device, name, form.format, extent, kSceneUsage); };
    PictureTargets targets = {picture("scene"), picture("ground"), gpu::Buffer(device, "density", bytes),
                              gpu::Buffer(device, "colour", bytes)};
    gpu::Recorder recorder(device, "picture targets");
    recorder.begin();
    for (const gpu::Buffer* sums : {&targets.density, &targets.colour}) recorder.fill(*sums, 0);
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

void Renderer::State::paint_ground(gpu::Recorder& recorder, const Camera2d& camera, const Look& look,
                                   const Extras& extras) {
    const ScalarField* const field = extras.field;
    const bool overlay = shows_overlay(look);
    Ground wanted = {.camera = camera,
                     .background = look.background,
                     .overlay_strength = overlay ? look.overlay_strength : 0,
                     .overlay_weights = overlay ? weights_for(overlay_count, look, false) : SplatWeights(),
                     .field = {},
                     .lines = extras.below};
    if (field != nullptr) wanted.field = *field;
    if (ground == wanted) return;
    const auto scope = recorder.scope("ground");
    recorder.clear(targets.ground, {look.background[0], look.background[1], look.background[2], 1});
    if (field != nullptr) field_pass.record(recorder, *field, camera, look.background, targets.ground);
    if (overlay) {
        const Particles points = {overlay_points, 0, overlay_count, overlay_count, overlay_dim};
        splatter.record(recorder, points, channel, camera, wanted.overlay_weights, accumulators());
        tone_mapper.record_overlay(recorder, accumulators(), {points, camera, wanted.overlay_weights},
                                   look.overlay_strength, targets.ground);
    }
    if (extras.below) draw_lines(recorder, *extras.below, camera, targets.ground);
    ground = std::move(wanted);
}

void Renderer::State::draw_lines(gpu::Recorder& recorder, const LineDrawing& drawing, const Camera2d& camera,
                                 const gpu::Image& scene) {
    lines.clear();
    const double width = extent().width;
    const double height = extent().height;
    for (const WorldLine& line : drawing.lines) {
        const std::array<double, 2> from = camera.to_pixel(extent(), line.from);
        const std::array<double, 2> to = camera.to_pixel(extent(), line.to);
        const bool outside = std::max(from[0], to[0]) < -line.width || std::min(from[0], to[0]) > width + line.width ||
                             std::max(from[1], to[1]) < -line.width || std::min(from[1], to[1]) > height + line.width;
        if (!outside) lines.line(from[0], from[1], to[0], to[1], line.width, line.ink);
    }
    line_pass.record(recorder, lines, scene);
}

Renderer::Renderer(gpu::Device& device, const PictureForm& form, std::uint32_t capacity)
    : state_(std::make_unique<State>(device, form.format)) {
    take_targets(make_targets(device, form));
    take_origins(make_origins(device, capacity));
}

Renderer::~Renderer() = default;

void Renderer::take_targets(PictureTargets targets) {
    if (state_->targets.scene && targets.scene.format() != state_->targets.scene.format()) {
        throw std::logic_error("a renderer's pictures have one format");
    }
    state_->targets = std::move(targets);
    state_->ground.reset();
}

void Renderer::reserve(std::uint32_t capacity) {
    if (capacity > state_->capacity()) take_origins(make_origins(state_->device, capacity));
}

void Renderer::set_overlay(std::span<const float> points, std::size_t dim) {
    State& state = *state_;
    const std::size_t count = dim == 0 ? 0 : points.size() / dim;
    state.ground.reset();
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
    const ScalarField field{.bounds = {}, .columns = 2, .rows = 2, .values = {0, 0, 0, 0}, .title = "warm-up"};
    state.setup.begin();
    record_origin(state.setup, particles, 0, 1);
    for (const ColourMode mode : {ColourMode::density, ColourMode::origin}) {
        Look look;
        look.mode = mode;
        look.overlay = false;
        for (std::uint32_t radius = 1; radius <= kMaxDotRadius; ++radius) {
            look.dot_radius = static_cast<int>(radius);
            record(state.setup, particles, camera, look, {{"warm-up"}, {}});
            const Splatted splatted = {particles, camera, choose_weights(1, radius, mode == ColourMode::origin)};
            state.tone_mapper.record_places(state.setup, state.accumulators(), splatted, look, state.targets.scene);
            state.tone_mapper.record_pixels(state.setup, state.accumulators(), splatted, look, state.targets.scene);
        }
        record(state.setup, particles, camera, look, {}, {.field = &field});
    }
    state.histogram.record(state.setup, {point, 0, 1, 1, 1}, camera, {0, 1, 1}, {}, state.targets.scene);
    state.tone_mapper.record_overlay(state.setup, state.accumulators(),
                                     {particles, camera, choose_weights(1, 1, false)}, 1, state.targets.ground);
    state.ground.reset();
    state.finish_setup();
}

void Renderer::record_origin(gpu::Recorder& recorder, const Particles& particles, double mean, double deviation) {
    if (particles.count > state_->capacity()) throw std::logic_error("more particles than the renderer has room for");
    state_->splatter.record_origin(recorder, particles, mean, deviation, state_->channel);
}

void Renderer::record(gpu::Recorder& recorder, const Particles& particles, const Camera2d& camera, const Look& look,
                      const Captions& captions, const Extras& extras) {
    State& state = *state_;
    if (particles.count > state.capacity()) throw std::logic_error("more particles than the renderer has room for");
    state.paint_ground(recorder, camera, look, extras);
    const SplatWeights weights = state.weights_for(particles.count, look, look.mode == ColourMode::origin);
    if (particles.count > 0) {
        const auto scope = recorder.scope("splat");
        state.splatter.record(recorder, particles, state.channel, camera, weights, state.accumulators());
    }
    {
        const auto scope = recorder.scope("tone map");
        recorder.copy(state.targets.ground, state.targets.scene);
        if (particles.count > 0) {
            state.tone_mapper.record(recorder, state.accumulators(), {particles, camera, weights}, look,
                                     state.targets.scene);
        }
    }
    const auto scope = recorder.scope("annotation");
    if (extras.histogram.most > 0 && particles.dim == 1 && particles.count > 0) {
        constexpr double kTone = 0.62;  // of the colour map
        state.histogram.record(recorder, particles, camera, extras.histogram, {colour_at(look.map, kTone), 0.85F},
                               state.targets.scene);
    }
    if (extras.above) state.draw_lines(recorder, *extras.above, camera, state.targets.scene);
    state.canvas.clear();
    annotate(state.canvas, state.extent(), camera, look, captions, state.shows_overlay(look), extras);
    state.mark_pass.record(recorder, state.canvas, state.targets.scene);
}

const gpu::Image& Renderer::scene() const {
    return state_->targets.scene;
}
VkExtent2D Renderer::extent() const {
    return state_->extent();
}

}  // namespace scorefield::render
