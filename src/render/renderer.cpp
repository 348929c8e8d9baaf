#include "render/renderer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "gpu/pipeline.hpp"
#include "gpu/transfer.hpp"
#include "render/annotation.hpp"
#include "render/canvas.hpp"
#include "render/glyph_atlas.hpp"
#include "render/splat_weights.hpp"
#include "render/tone_curve.hpp"
#include "shaders/render/mark.frag.hpp"
#include "shaders/render/mark.vert.hpp"
#include "shaders/render/origin.comp.hpp"
#include "shaders/render/splat.comp.hpp"
#include "shaders/render/tonemap.comp.hpp"

namespace scorefield::render {
namespace {

constexpr std::uint32_t kSplatGroup = 128;
constexpr std::uint32_t kToneGroupWidth = 64;
constexpr std::uint32_t kToneGroupHeight = 1;
constexpr std::uint32_t kTableEntries = 256;
constexpr std::uint32_t kOriginTable = kTableEntries * static_cast<std::uint32_t>(kColourMapNames.size());
/// Marks of one picture; any beyond are not drawn.
constexpr std::size_t kMostMarks = 8192;
constexpr VkImageUsageFlags kSceneUsage = VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT |
                                          VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;

/// As in splat.comp.
struct SplatPush {
    std::array<float, 2> scale;
    std::array<float, 2> offset;
    std::uint32_t first;
    std::uint32_t y_plane;
    std::uint32_t count;
    std::uint32_t strip;
    std::int32_t width;
    std::int32_t height;
    std::int32_t subpixel_bits;
    float levels;
};

/// As in tonemap.comp.
struct TonePush {
    std::array<float, 4> background;
    float gain;
    float overlay_gain;
    float white;
    float inverse_levels;
    float overlay_strength;
    std::uint32_t table_offset;
    std::int32_t width;
    std::int32_t height;
};

/// As in origin.comp.
struct OriginPush {
    std::uint32_t first;
    std::uint32_t count;
    float inverse_deviation;
};

std::uint32_t packed(const Colour& colour) {
    std::uint32_t bits = 0xFF000000u;
    for (std::size_t c = 0; c < 3; ++c) bits |= static_cast<std::uint32_t>(std::lround(colour[c] * 255)) << (8 * c);
    return bits;
}

/// All colour maps one after the other, then the origin's colours.
std::vector<std::uint32_t> colour_tables() {
    std::vector<std::uint32_t> table;
    for (std::size_t map = 0; map < kColourMapNames.size(); ++map) {
        for (std::uint32_t i = 0; i < kTableEntries; ++i) {
            table.push_back(packed(colour_at(static_cast<ColourMap>(map), i / double(kTableEntries - 1))));
        }
    }
    for (std::uint32_t i = 0; i < kTableEntries; ++i) {
        table.push_back(packed(origin_colour(i / double(kTableEntries - 1))));
    }
    return table;
}

std::array<std::uint32_t, 2> groups_for(const gpu::Device& device, std::uint32_t count, std::uint32_t group) {
    const std::uint32_t groups = count / group + (count % group != 0);
    const std::uint32_t across = std::max(1u, std::min(groups, device.properties().max_workgroup_count[0]));
    return {across, (groups + across - 1) / across};
}

std::size_t dim_of_plane(const Particles& particles) {
    return particles.dim >= 2 ? particles.stride : 0;
}

/// What the overlay's accumulator was last drawn for.
struct OverlayKey {
    Camera2d camera;
    VkExtent2D extent{};
    SplatWeights weights;

    bool operator==(const OverlayKey& other) const {
        return camera == other.camera && extent.width == other.extent.width && extent.height == other.extent.height &&
               weights == other.weights;
    }
};

}  // namespace

struct Renderer::State {
    gpu::Device& device;
    gpu::Recorder setup;
    VkExtent2D extent{};
    std::uint32_t capacity = 0;

    std::array<std::array<gpu::ComputePipeline, 2>, kMaxDotRadius> splat;  // radius − 1, coloured
    std::array<std::array<gpu::ComputePipeline, 2>, 2> tone_map;           // coloured, overlay
    gpu::ComputePipeline origin;
    gpu::GraphicsPipeline marks_pipeline;

    gpu::Image scene;
    gpu::Image atlas;
    gpu::Buffer tables;
    gpu::Buffer density;
    gpu::Buffer colour;
    gpu::Buffer overlay_density;
    gpu::Buffer channel;
    gpu::Buffer overlay_points;
    std::uint32_t overlay_count = 0;
    std::uint32_t overlay_dim = 0;
    std::optional<OverlayKey> overlay_drawn;

    std::array<gpu::Buffer, kFramesInFlight + 1> marks;
    std::size_t next_marks = 0;
    Canvas canvas;

    explicit State(gpu::Device& owner) : device(owner), setup(owner, "render set-up") {}

    void make_pipelines();
    void make_atlas();
    void make_targets(VkExtent2D size);
    void make_channel(std::uint32_t count);
    SplatWeights weights_for(std::uint32_t count, const Look& look, bool coloured) const;
    void splat_points(gpu::Recorder& recorder, const Particles& particles, const Camera2d& camera,
                      const SplatWeights& weights, const gpu::Buffer& target);
    bool draw_overlay(gpu::Recorder& recorder, const Camera2d& camera, const Look& look);
    void map_tones(gpu::Recorder& recorder, std::uint32_t count, const SplatWeights& weights, const Camera2d& camera,
                   const Look& look, bool overlay);
    void draw_marks(gpu::Recorder& recorder);
    void finish_setup() { device.wait(device.submit(setup)); }
};

void Renderer::State::make_pipelines() {
    for (std::uint32_t radius = 1; radius <= kMaxDotRadius; ++radius) {
        for (std::uint32_t coloured = 0; coloured < 2; ++coloured) {
            splat[radius - 1][coloured] =
                gpu::ComputePipeline(device, "splat", shaders::render_splat_comp, {kSplatGroup, radius, coloured});
        }
    }
    for (std::uint32_t coloured = 0; coloured < 2; ++coloured) {
        for (std::uint32_t overlay = 0; overlay < 2; ++overlay) {
            tone_map[coloured][overlay] = gpu::ComputePipeline(device, "tone map", shaders::render_tonemap_comp,
                                                               {kToneGroupWidth, kToneGroupHeight, coloured, overlay});
        }
    }
    origin = gpu::ComputePipeline(device, "origin", shaders::render_origin_comp, {kSplatGroup});
    gpu::GraphicsSettings settings;
    settings.blend = gpu::Blend::alpha;
    marks_pipeline =
        gpu::GraphicsPipeline(device, "marks", shaders::render_mark_vert, shaders::render_mark_frag, settings);
}

void Renderer::State::make_atlas() {
    const GlyphAtlas& glyphs = glyph_atlas();
    atlas = gpu::Image(device, "glyphs", VK_FORMAT_R8_UNORM, {glyphs.width, glyphs.height},
                       VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    const gpu::Buffer staging = gpu::make_buffer<std::uint8_t>(device, "glyphs", glyphs.coverage);
    setup.begin();
    setup.copy(staging, atlas);
    finish_setup();
}

void Renderer::State::make_targets(VkExtent2D size) {
    extent = {std::max(1u, size.width), std::max(1u, size.height)};
    const VkDeviceSize bytes = VkDeviceSize{4} * extent.width * extent.height;
    scene = gpu::Image(device, "scene", VK_FORMAT_R8G8B8A8_UNORM, extent, kSceneUsage);
    density = gpu::Buffer(device, "density", bytes);
    colour = gpu::Buffer(device, "colour", bytes);
    overlay_density = gpu::Buffer(device, "overlay density", bytes);
    overlay_drawn.reset();
    setup.begin();
    setup.fill(density, 0);
    setup.fill(colour, 0);
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
    const std::uint32_t radius = look.dot_radius > 0
                                     ? std::min(static_cast<std::uint32_t>(look.dot_radius), kMaxDotRadius)
                                     : automatic_radius(count, extent.height);
    return choose_weights(std::max(1u, count), radius, coloured);
}

void Renderer::State::splat_points(gpu::Recorder& recorder, const Particles& particles, const Camera2d& camera,
                                   const SplatWeights& weights, const gpu::Buffer& target) {
    if (particles.count == 0) return;
    // A pixel's centre has whole coordinates here; 0.5 rounds to the nearest 1/S pixel.
    const double subpixels = std::exp2(weights.subpixel_bits);
    const double size = camera.pixel_size(extent);
    const double left = 0.5 * extent.width - 0.5 - camera.centre[0] / size;
    const double top = 0.5 * extent.height - 0.5 + camera.centre[1] / size;
    const SplatPush push{{static_cast<float>(subpixels / size), static_cast<float>(-subpixels / size)},
                         {static_cast<float>(subpixels * left + 0.5), static_cast<float>(subpixels * top + 0.5)},
                         particles.first,
                         static_cast<std::uint32_t>(dim_of_plane(particles)),
                         particles.count,
                         particles.dim < 2,
                         static_cast<std::int32_t>(extent.width),
                         static_cast<std::int32_t>(extent.height),
                         static_cast<std::int32_t>(weights.subpixel_bits),
                         static_cast<float>(weights.colour_levels())};
    const auto [x, y] = groups_for(device, particles.count, kSplatGroup);
    const bool coloured = weights.colour_bits > 0;
    recorder.dispatch(
        splat[weights.radius - 1][coloured],
        {gpu::reads(particles.values), gpu::reads(channel), gpu::reads_writes(target), gpu::reads_writes(colour)}, push,
        x, y);
}

bool Renderer::State::draw_overlay(gpu::Recorder& recorder, const Camera2d& camera, const Look& look) {
    if (!look.overlay || look.overlay_strength <= 0 || overlay_count == 0) return false;
    const OverlayKey key{camera, extent, weights_for(overlay_count, look, false)};
    if (overlay_drawn == key) return true;
    const auto scope = recorder.scope("overlay");
    recorder.fill(overlay_density, 0);
    splat_points(recorder, {overlay_points, 0, overlay_count, overlay_count, overlay_dim}, camera, key.weights,
                 overlay_density);
    overlay_drawn = key;
    return true;
}

void Renderer::State::map_tones(gpu::Recorder& recorder, std::uint32_t count, const SplatWeights& weights,
                                const Camera2d& camera, const Look& look, bool overlay) {
    const ToneCurve curve{look.exposure};
    const ToneCurve overlay_curve{0};
    const double size = camera.pixel_size(extent);
    const SplatWeights data = weights_for(overlay_count, look, false);
    const bool coloured = look.mode == ColourMode::origin;
    const TonePush push{{look.background[0], look.background[1], look.background[2], 1},
                        static_cast<float>(curve.gain(std::max(1u, count), weights.weight(), size)),
                        static_cast<float>(overlay_curve.gain(std::max(1u, overlay_count), data.weight(), size)),
                        static_cast<float>(1 / std::log2(1 + ToneCurve::kWhite / ToneCurve::kKnee)),
                        1.0f / static_cast<float>(weights.colour_levels()),
                        static_cast<float>(look.overlay_strength),
                        coloured ? kOriginTable : kTableEntries * static_cast<std::uint32_t>(look.map),
                        static_cast<std::int32_t>(extent.width),
                        static_cast<std::int32_t>(extent.height)};
    recorder.dispatch(tone_map[coloured][overlay],
                      {gpu::reads_writes(density), gpu::reads_writes(colour), gpu::reads(overlay_density),
                       gpu::reads(tables), gpu::writes(scene)},
                      push, (extent.width + kToneGroupWidth - 1) / kToneGroupWidth,
                      (extent.height + kToneGroupHeight - 1) / kToneGroupHeight);
}

void Renderer::State::draw_marks(gpu::Recorder& recorder) {
    const std::size_t count = std::min(canvas.marks().size(), kMostMarks);
    if (count == 0) return;
    const gpu::Buffer& buffer = marks[next_marks];
    next_marks = (next_marks + 1) % marks.size();
    std::copy_n(canvas.marks().begin(), count, buffer.mapped<Mark>().begin());
    const std::array<float, 2> size = {static_cast<float>(extent.width), static_cast<float>(extent.height)};
    recorder.draw(marks_pipeline, {scene, std::nullopt, std::nullopt},
                  {gpu::reads(buffer), gpu::reads(atlas, gpu::Filter::nearest)}, size, 6,
                  static_cast<std::uint32_t>(count));
}

Renderer::Renderer(gpu::Device& device, VkExtent2D extent, std::uint32_t capacity)
    : state_(std::make_unique<State>(device)) {
    state_->make_pipelines();
    state_->make_atlas();
    state_->tables = gpu::make_buffer<std::uint32_t>(device, "colour tables", colour_tables());
    for (gpu::Buffer& buffer : state_->marks) {
        buffer = gpu::Buffer(device, "marks", kMostMarks * sizeof(Mark), gpu::MemoryUse::upload);
    }
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
    state_->overlay_drawn.reset();
    state_->overlay_count = dim == 0 ? 0 : static_cast<std::uint32_t>(points.size() / dim);
    state_->overlay_dim = static_cast<std::uint32_t>(dim);
    if (state_->overlay_count == 0) return;
    const std::size_t count = state_->overlay_count;
    std::vector<float> planes(count * std::min<std::size_t>(dim, 2));
    for (std::size_t at = 0; at < planes.size(); ++at) planes[at] = points[at % count * dim + at / count];
    state_->overlay_points = gpu::make_buffer<float>(state_->device, "overlay points", planes);
}

void Renderer::warm_up() {
    State& state = *state_;
    const std::array<float, 2> origin{};
    const gpu::Buffer point = gpu::make_buffer<float>(state.device, "warm-up", origin);
    const Particles particles{point, 0, 1, 1, 2};
    const Camera2d camera;
    state.setup.begin();
    record_origin(state.setup, particles, 1);
    for (int radius = 1; radius <= static_cast<int>(kMaxDotRadius); ++radius) {
        for (const ColourMode mode : {ColourMode::density, ColourMode::origin}) {
            Look look;
            look.dot_radius = radius;
            look.mode = mode;
            record(state.setup, particles, camera, look, {{"warm-up"}, {}});
        }
    }
    for (const bool coloured : {false, true}) {
        for (const bool overlay : {false, true}) {
            Look look;
            look.mode = coloured ? ColourMode::origin : ColourMode::density;
            state.map_tones(state.setup, 1, choose_weights(1, 1, coloured), camera, look, overlay);
        }
    }
    state.finish_setup();
    state.overlay_drawn.reset();
}

void Renderer::record_origin(gpu::Recorder& recorder, const Particles& particles, double deviation) {
    if (particles.count > state_->capacity) throw std::logic_error("more particles than the renderer has room for");
    const OriginPush push{particles.first, particles.count, static_cast<float>(1 / deviation)};
    const auto [x, y] = groups_for(state_->device, particles.count, kSplatGroup);
    recorder.dispatch(state_->origin, {gpu::reads(particles.values), gpu::writes(state_->channel)}, push, x, y);
}

void Renderer::record(gpu::Recorder& recorder, const Particles& particles, const Camera2d& camera, const Look& look,
                      const Captions& captions) {
    State& state = *state_;
    if (particles.count > state.capacity) throw std::logic_error("more particles than the renderer has room for");
    const bool overlay = state.draw_overlay(recorder, camera, look);
    const SplatWeights weights = state.weights_for(particles.count, look, look.mode == ColourMode::origin);
    {
        const auto scope = recorder.scope("splat");
        state.splat_points(recorder, particles, camera, weights, state.density);
    }
    {
        const auto scope = recorder.scope("tone map");
        state.map_tones(recorder, particles.count, weights, camera, look, overlay);
    }
    state.canvas.clear();
    annotate(state.canvas, state.extent, camera, look, captions, overlay);
    const auto scope = recorder.scope("annotation");
    state.draw_marks(recorder);
}

const gpu::Image& Renderer::scene() const {
    return state_->scene;
}
VkExtent2D Renderer::extent() const {
    return state_->extent;
}

}  // namespace scorefield::render
