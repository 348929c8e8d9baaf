#include "render/tone_mapper.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "gpu/transfer.hpp"
#include "render/canvas.hpp"
#include "render/tone_curve.hpp"
#include "shaders/render/tonemap.comp.hpp"
#include "shaders/render/tonemap_places.comp.hpp"
#include "shaders/render/tonemap_push.h"

namespace scorefield::render {
namespace {

constexpr std::uint32_t kGroupWidth = 64;
constexpr std::uint32_t kGroupHeight = 1;
constexpr std::uint32_t kEntries = 256;
constexpr std::uint32_t kMapTables = kEntries * static_cast<std::uint32_t>(kColourMapNames.size());
constexpr std::uint32_t kOriginTable = 2 * kMapTables;

/// All colour maps one after the other, the same for a light background, then the origin's colours.
std::vector<std::uint32_t> colour_tables() {
    std::vector<std::uint32_t> tables;
    for (std::uint32_t i = 0; i < kOriginTable + kEntries; ++i) {
        const double value = (i % kEntries) / double(kEntries - 1);
        const auto map = static_cast<ColourMap>(i % kMapTables / kEntries);
        const Background background = i < kMapTables ? Background::dark : Background::light;
        tables.push_back(packed({i >= kOriginTable ? origin_colour(value) : map_colour(map, background, value), 1}));
    }
    return tables;
}

/// As in shaders/render/tone.glsl.
constexpr std::uint32_t kByDensity = 0;
constexpr std::uint32_t kByOrigin = 1;
constexpr std::uint32_t kAsOverlay = 2;

std::uint32_t mode_of(const Look& look) {
    return look.mode == ColourMode::origin ? kByOrigin : kByDensity;
}

shaders::TonemapPush push_of(const ToneScale& scale, double exposure, Background background, const gpu::Image& scene) {
    const Palette& palette = palette_of(background);
    const VkExtent2D extent = scene.extent();
    const double gain = ToneCurve{exposure}.gain(std::max(1u, scale.count), scale.weight, scale.pixel_size);
    return {.inks = {palette.data[0], palette.data[1], palette.data[2], palette.densest},
            .gain = static_cast<float>(gain),
            .white = static_cast<float>(1 / std::log2(1 + ToneCurve::kWhite / ToneCurve::kKnee)),
            .inverse_levels = 1.0f / static_cast<float>(scale.colour_levels),
            .strength = 1,
            .table_offset = 0,
            .width = static_cast<std::int32_t>(extent.width),
            .height = static_cast<std::int32_t>(extent.height),
            .blue_first = scene.format() == VK_FORMAT_B8G8R8A8_UNORM ? 1u : 0u};
}

shaders::TonemapPush push_of(const ToneScale& scale, const Look& look, const gpu::Image& scene) {
    shaders::TonemapPush push = push_of(scale, look.exposure, look.background, scene);
    const bool by_origin = look.mode == ColourMode::origin;
    const std::uint32_t maps = look.background == Background::light ? kMapTables : 0;
    push.table_offset = by_origin ? kOriginTable : maps + kEntries * static_cast<std::uint32_t>(look.map);
    return push;
}

}  // namespace

ToneScale Splatted::scale(VkExtent2D extent) const {
    return {particles.count, static_cast<double>(weights.weight()), camera.pixel_size(extent), weights.colour_levels()};
}

ToneMapper::ToneMapper(gpu::Device& device)
    : tables_(gpu::make_buffer<std::uint32_t>(device, "colour tables", colour_tables())),
      most_groups_(device.properties().max_workgroup_count[0]) {
    for (std::uint32_t mode = 0; mode < kModes; ++mode) {
        pixels_[mode] =
            gpu::ComputePipeline(device, "tone map", shaders::render_tonemap_comp, {kGroupWidth, kGroupHeight, mode});
    }
    for (std::uint32_t radius = 1; radius <= kMaxDotRadius; ++radius) {
        for (const std::uint32_t mode : {kByDensity, kByOrigin}) {
            places_[radius - 1][mode] = gpu::ComputePipeline(
                device, "tone map of particles", shaders::render_tonemap_places_comp, {kParticleGroup, radius, mode});
        }
    }
}

void ToneMapper::record(gpu::Recorder& recorder, const Accumulators& source, const Splatted& splatted, const Look& look,
                        const gpu::Image& scene) const {
    // Visiting a pixel from a particle costs about twice as much as visiting it in order, on a software device.
    constexpr std::uint64_t kCost = 2;
    const std::uint64_t width = 2 * splatted.weights.radius;
    const std::uint64_t visits = splatted.particles.count * width * width;
    const bool few = kCost * visits < std::uint64_t{source.extent.width} * source.extent.height;
    (few ? record_places(recorder, source, splatted, look, scene)
         : record_pixels(recorder, source, splatted, look, scene));
}

void ToneMapper::dispatch_pixels(gpu::Recorder& recorder, const Accumulators& source, std::uint32_t mode,
                                 const shaders::TonemapPush& push, const gpu::Image& scene) const {
    recorder.dispatch(pixels_[mode],
                      {gpu::reads_writes(source.density), gpu::reads_writes(source.colour), gpu::reads(tables_),
                       gpu::reads_writes(scene)},
                      push, (source.extent.width + kGroupWidth - 1) / kGroupWidth, source.extent.height);
}

void ToneMapper::record_pixels(gpu::Recorder& recorder, const Accumulators& source, const Splatted& splatted,
                               const Look& look, const gpu::Image& scene) const {
    record_sums(recorder, source, splatted.scale(source.extent), look, scene);
}

void ToneMapper::record_sums(gpu::Recorder& recorder, const Accumulators& source, const ToneScale& scale,
                             const Look& look, const gpu::Image& scene) const {
    dispatch_pixels(recorder, source, mode_of(look), push_of(scale, look, scene), scene);
}

void ToneMapper::record_places(gpu::Recorder& recorder, const Accumulators& source, const Splatted& splatted,
                               const Look& look, const gpu::Image& scene) const {
    const shaders::TonemapPlacesPush push = {
        splat_push(splatted.particles, splatted.camera, splatted.weights, source.extent),
        push_of(splatted.scale(source.extent), look, scene)};
    const auto [x, y] = particle_groups(splatted.particles.count, most_groups_);
    recorder.dispatch(places_[splatted.weights.radius - 1][mode_of(look)],
                      {gpu::reads(splatted.particles.values), gpu::reads_writes(source.density),
                       gpu::reads_writes(source.colour), gpu::reads(tables_), gpu::reads_writes(scene)},
                      push, x, y);
}

void ToneMapper::record_overlay(gpu::Recorder& recorder, const Accumulators& source, const ToneScale& scale,
                                Background background, double strength, const gpu::Image& scene) const {
    shaders::TonemapPush push = push_of(scale, 0, background, scene);
    push.strength = static_cast<float>(strength);
    dispatch_pixels(recorder, source, kAsOverlay, push, scene);
}

}  // namespace scorefield::render
