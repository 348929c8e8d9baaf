#include "render/tone_mapper.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "gpu/transfer.hpp"
#include "render/tone_curve.hpp"
#include "shaders/render/tonemap.comp.hpp"
#include "shaders/render/tonemap_push.h"

namespace scorefield::render {
namespace {

constexpr std::uint32_t kGroupWidth = 64;
constexpr std::uint32_t kGroupHeight = 1;
constexpr std::uint32_t kEntries = 256;
constexpr std::uint32_t kOriginTable = kEntries * static_cast<std::uint32_t>(kColourMapNames.size());

std::uint32_t packed(const Colour& colour) {
    std::uint32_t bits = 0xFF000000u;
    for (std::size_t c = 0; c < colour.size(); ++c) {
        bits |= static_cast<std::uint32_t>(std::lround(colour[c] * 255)) << (8 * c);
    }
    return bits;
}

/// All colour maps one after the other, then the origin's colours.
std::vector<std::uint32_t> colour_tables() {
    std::vector<std::uint32_t> tables;
    for (std::uint32_t i = 0; i < kOriginTable + kEntries; ++i) {
        const double value = (i % kEntries) / double(kEntries - 1);
        const bool is_origin = i >= kOriginTable;
        tables.push_back(
            packed(is_origin ? origin_colour(value) : colour_at(static_cast<ColourMap>(i / kEntries), value)));
    }
    return tables;
}

}  // namespace

ToneMapper::ToneMapper(gpu::Device& device)
    : tables_(gpu::make_buffer<std::uint32_t>(device, "colour tables", colour_tables())) {
    for (std::uint32_t coloured = 0; coloured < 2; ++coloured) {
        for (std::uint32_t overlay = 0; overlay < 2; ++overlay) {
            for (std::uint32_t ground = 0; ground < 2; ++ground) {
                pipelines_[coloured][overlay][ground] =
                    gpu::ComputePipeline(device, "tone map", shaders::render_tonemap_comp,
                                         {kGroupWidth, kGroupHeight, coloured, overlay, ground});
            }
        }
    }
}

void ToneMapper::record(gpu::Recorder& recorder, const Accumulators& source, std::uint32_t count,
                        const SplatWeights& weights, const OverlayDensity& overlay, double pixel_size, const Look& look,
                        bool painted_ground, const gpu::Image& scene) const {
    const bool coloured = look.mode == ColourMode::origin;
    const auto gain = [&](double exposure, std::uint32_t points, const SplatWeights& of) {
        return static_cast<float>(ToneCurve{exposure}.gain(std::max(1u, points), of.weight(), pixel_size));
    };
    const shaders::TonemapPush push{
        .background = {look.background[0], look.background[1], look.background[2], 1},
        .gain = gain(look.exposure, count, weights),
        .overlay_gain = gain(0, overlay.count, overlay.weights),
        .white = static_cast<float>(1 / std::log2(1 + ToneCurve::kWhite / ToneCurve::kKnee)),
        .inverse_levels = 1.0f / static_cast<float>(weights.colour_levels()),
        .overlay_strength = static_cast<float>(look.overlay_strength),
        .table_offset = coloured ? kOriginTable : kEntries * static_cast<std::uint32_t>(look.map),
        .width = static_cast<std::int32_t>(source.extent.width),
        .height = static_cast<std::int32_t>(source.extent.height)};
    recorder.dispatch(pipelines_[coloured][overlay.count > 0][painted_ground],
                      {gpu::reads_writes(source.density), gpu::reads_writes(source.colour), gpu::reads(overlay.density),
                       gpu::reads(tables_), gpu::reads_writes(scene)},
                      push, (source.extent.width + kGroupWidth - 1) / kGroupWidth,
                      (source.extent.height + kGroupHeight - 1) / kGroupHeight);
}

}  // namespace scorefield::render
