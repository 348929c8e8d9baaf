#include "render/renderer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

#include "data/points.hpp"
#include "gpu/transfer.hpp"
#include "render/annotation.hpp"
#include "render/canvas.hpp"
#include "render/field_pass.hpp"
#include "render/ground_grid.hpp"
#include "render/histogram.hpp"
#include "render/line_projection.hpp"
#include "render/mark_pass.hpp"
#include "render/space_splatter.hpp"
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
        Camera camera;
        Background background;
        double overlay_strength;  ///< 0: without data
        SplatWeights overlay_weights;
        SpaceView overlay_view;  ///< in space, in the place of the weights
        bool grid;
        std::optional<ScalarField> field;
        std::shared_ptr<const LineDrawing> lines;

        bool operator==(const Ground&) const = default;
    };

    gpu::Device& device;
    gpu::Recorder setup;
    Splatter splatter;
    SpaceSplatter space_splatter;
    ToneMapper tone_mapper;
    FieldPass field_pass;
    MarkPass mark_pass;
    Histogram histogram;
    MarkPass line_pass;  ///< ground grid, lines below the particles and above them: three recordings for each picture
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
          space_splatter(owner),
          tone_mapper(owner),
          field_pass(owner, kFramesInFlight, format),
          mark_pass(owner, kFramesInFlight, format),
          histogram(owner, format),
          line_pass(owner, 3 * kFramesInFlight, format, kMostLines) {}

    SplatWeights weights_for(std::uint32_t count, const Look& look, bool coloured) const;
    VkExtent2D extent() const { return targets.scene.extent(); }
    Accumulators accumulators() const { return {targets.density, targets.colour, extent()}; }
    bool shows_overlay(const Look& look) const {
        return look.overlay && look.overlay_strength > 0 && overlay_count > 0;
    }
    void paint_ground(gpu::Recorder& recorder, const Camera& camera, const Look& look, const Extras& extras);
    void draw_overlay(gpu::Recorder& recorder, const Ground& wanted);
    void draw_lines(gpu::Recorder& recorder, const LineDrawing& drawing, const Camera& camera, const gpu::Image& scene);
    void draw_particles(gpu::Recorder& recorder, const Particles& particles, const Camera2d& camera, const Look& look);
    void draw_particles(gpu::Recorder& recorder, const Particles& particles, const Camera3d& camera, const Look& look);
    void warm_up_plane(Renderer& renderer, const Particles& particles, const Look& look);
    void warm_up_space(Renderer& renderer, const Particles& particles, const Look& look);
    void copy_ground(gpu::Recorder& recorder) { recorder.copy(targets.ground, targets.scene); }
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

const gpu::Buffer& Renderer::origins() const {
    return state_->channel;
}

std::uint32_t Renderer::capacity() const {
    return state_->capacity();
}

SplatWeights Renderer::State::weights_for(std::uint32_t count, const Look& look, bool coloured) const {
    const std::uint32_t wanted =
        look.dot_radius > 0 ? static_cast<std::uint32_t>(look.dot_radius) : automatic_radius(count, extent().height);
    return choose_weights(std::max(1u, count), std::min(wanted, kMaxDotRadius), coloured);
}

void Renderer::State::paint_ground(gpu::Recorder& recorder, const Camera& camera, const Look& look,
                                   const Extras& extras) {
    const auto* const plane = std::get_if<Camera2d>(&camera);
    const auto* const space = std::get_if<Camera3d>(&camera);
    const ScalarField* const field = plane != nullptr ? extras.field : nullptr;
    const bool overlay = shows_overlay(look);
    Ground wanted = {.camera = camera,
                     .background = look.background,
                     .overlay_strength = overlay ? look.overlay_strength : 0,
                     .overlay_weights = {},
                     .overlay_view = {},
                     .grid = space != nullptr && look.grid && look.axes,
                     .field = {},
                     .lines = extras.below};
    if (overlay && plane != nullptr) wanted.overlay_weights = weights_for(overlay_count, look, false);
    if (overlay && space != nullptr) {
        wanted.overlay_view = space_view(*space, extent(), look, overlay_count, false);
    }
    if (field != nullptr) wanted.field = *field;
    if (ground == wanted) return;
    const auto scope = recorder.scope("ground");
    recorder.clear(targets.ground, clear_colour(look.background));
    if (field != nullptr) field_pass.record(recorder, *field, *plane, look.background, targets.ground);
    if (wanted.grid) {
        lines.clear();
        draw_ground_grid(lines, extent(), *space, palette_of(look.background).rule);
        line_pass.record(recorder, lines, targets.ground);
    }
    if (overlay) draw_overlay(recorder, wanted);
    if (extras.below) draw_lines(recorder, *extras.below, camera, targets.ground);
    ground = std::move(wanted);
}

void Renderer::State::draw_overlay(gpu::Recorder& recorder, const Ground& wanted) {
    const Particles points = {overlay_points, 0, overlay_count, overlay_count, overlay_dim};
    if (const auto* const plane = std::get_if<Camera2d>(&wanted.camera)) {
        splatter.record(recorder, points, channel, *plane, wanted.overlay_weights, accumulators());
        const Splatted splatted = {points, *plane, wanted.overlay_weights};
        tone_mapper.record_overlay(recorder, accumulators(), splatted.scale(extent()), wanted.background,
                                   wanted.overlay_strength, targets.ground);
    } else {
        space_splatter.record(recorder, points, channel, wanted.overlay_view, accumulators());
        tone_mapper.record_overlay(recorder, accumulators(), wanted.overlay_view.tone_scale(overlay_count, extent()),
                                   wanted.background, wanted.overlay_strength, targets.ground);
    }
}

void Renderer::State::draw_particles(gpu::Recorder& recorder, const Particles& particles, const Camera2d& camera,
                                     const Look& look) {
    const SplatWeights weights = weights_for(particles.count, look, look.mode == ColourMode::origin);
    if (particles.count > 0) {
        const auto scope = recorder.scope("splat");
        splatter.record(recorder, particles, channel, camera, weights, accumulators());
    }
    const auto scope = recorder.scope("tone map");
    copy_ground(recorder);
    if (particles.count == 0) return;
    tone_mapper.record(recorder, accumulators(), {particles, camera, weights}, look, targets.scene);
}

void Renderer::State::draw_particles(gpu::Recorder& recorder, const Particles& particles, const Camera3d& camera,
                                     const Look& look) {
    const SpaceView view = space_view(camera, extent(), look, particles.count, look.mode == ColourMode::origin);
    if (particles.count > 0) {
        const auto scope = recorder.scope("splat");
        space_splatter.record(recorder, particles, channel, view, accumulators());
    }
    const auto scope = recorder.scope("tone map");
    copy_ground(recorder);
    if (particles.count == 0) return;
    tone_mapper.record_sums(recorder, accumulators(), view.tone_scale(particles.count, extent()), look, targets.scene);
}

void Renderer::State::draw_lines(gpu::Recorder& recorder, const LineDrawing& drawing, const Camera& camera,
                                 const gpu::Image& scene) {
    lines.clear();
    const LineProjection projection(camera, extent());
    for (const WorldLine& line : drawing.lines) {
        if (const auto seen = projection.seen(line)) {
            lines.line(seen->from[0], seen->from[1], seen->to[0], seen->to[1], line.width, seen->ink);
        }
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
    state.overlay_dim = static_cast<std::uint32_t>(std::min<std::size_t>(dim, 3));
    if (count == 0) return;
    state.overlay_points = gpu::make_buffer<float>(state.device, "overlay points", data::to_planes(points, dim));
}

void Renderer::warm_up(std::size_t dim) {
    State& state = *state_;
    const std::array<float, 3> origin{};
    const gpu::Buffer point = gpu::make_buffer<float>(state.device, "warm-up", origin);
    const Particles particles{point, 0, 1, 1, static_cast<std::uint32_t>(dim)};
    state.setup.begin();
    record_origin(state.setup, particles, 0, 1);
    for (const ColourMode mode : {ColourMode::density, ColourMode::origin}) {
        for (int radius = 1; radius <= static_cast<int>(kMaxDotRadius); ++radius) {
            Look look;
            look.mode = mode;
            look.overlay = false;
            look.dot_radius = radius;
            dim >= 3 ? state.warm_up_space(*this, particles, look) : state.warm_up_plane(*this, particles, look);
        }
    }
    state.ground.reset();
    state.finish_setup();
}

void Renderer::State::warm_up_plane(Renderer& renderer, const Particles& particles, const Look& look) {
    const Camera2d camera;
    const ScalarField field{.bounds = {}, .columns = 2, .rows = 2, .values = {0, 0, 0, 0}, .title = "warm-up"};
    renderer.record(setup, particles, camera, look, {{"warm-up"}, {}}, {.field = &field});
    const auto radius = static_cast<std::uint32_t>(look.dot_radius);
    const Splatted splatted = {particles, camera, choose_weights(1, radius, look.mode == ColourMode::origin)};
    tone_mapper.record_places(setup, accumulators(), splatted, look, targets.scene);
    tone_mapper.record_pixels(setup, accumulators(), splatted, look, targets.scene);
    tone_mapper.record_overlay(setup, accumulators(), splatted.scale(extent()), look.background, 1, targets.ground);
    histogram.record(setup, {particles.values, 0, 1, 1, 1}, camera, {0, 1, 1}, {}, targets.scene);
}

void Renderer::State::warm_up_space(Renderer& renderer, const Particles& particles, const Look& look) {
    Look sized = look;
    sized.point_size_unit = PointSizeUnit::pixels;  // the footprint has the wanted radius
    const Camera3d camera;
    renderer.record(setup, particles, camera, sized, {{"warm-up"}, {}});
    tone_mapper.record_overlay(setup, accumulators(),
                               space_view(camera, extent(), sized, 1, false).tone_scale(1, extent()), look.background,
                               1, targets.ground);
}

void Renderer::record_origin(gpu::Recorder& recorder, const Particles& particles, double mean, double deviation) {
    if (particles.count > state_->capacity()) throw std::logic_error("more particles than the renderer has room for");
    state_->splatter.record_origin(recorder, particles, mean, deviation, state_->channel);
}

void Renderer::record(gpu::Recorder& recorder, const Particles& particles, const Camera& camera, const Look& look,
                      const Captions& captions, const Extras& extras) {
    State& state = *state_;
    if (particles.count > state.capacity()) throw std::logic_error("more particles than the renderer has room for");
    state.paint_ground(recorder, camera, look, extras);
    std::visit([&](const auto& seen) { state.draw_particles(recorder, particles, seen, look); }, camera);
    const auto scope = recorder.scope("annotation");
    const auto* const plane = std::get_if<Camera2d>(&camera);
    if (plane != nullptr && extras.histogram.most > 0 && particles.dim == 1 && particles.count > 0) {
        constexpr double kTone = 0.62;  // of the colour map
        state.histogram.record(recorder, particles, *plane, extras.histogram,
                               {map_colour(look.map, look.background, kTone), 0.85F}, state.targets.scene);
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
