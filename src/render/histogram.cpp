#include "render/histogram.hpp"

#include <algorithm>
#include <cmath>

#include "render/splatter.hpp"
#include "shaders/render/bars.frag.hpp"
#include "shaders/render/bars.vert.hpp"
#include "shaders/render/histogram.comp.hpp"
#include "shaders/render/histogram_push.h"

namespace scorefield::render {

Histogram::Histogram(gpu::Device& device, VkFormat format)
    : count_(device, "histogram", shaders::render_histogram_comp, {kParticleGroup}),
      bars_(device, "bars", shaders::render_bars_vert, shaders::render_bars_frag, gpu::Blend::alpha, format),
      counts_(device, "histogram", sizeof(std::uint32_t) * kMostBins),
      most_groups_(device.properties().max_workgroup_count[0]) {}

void Histogram::record(gpu::Recorder& recorder, const Particles& particles, const Camera2d& camera,
                       const HistogramPlace& place, const Ink& ink, const gpu::Image& scene) {
    const VkExtent2D extent = scene.extent();
    const auto bins = std::min(kMostBins, static_cast<std::uint32_t>(std::ceil(extent.width / kBarWidth)));
    const double width = kBarWidth * camera.pixel_size(extent);  // of a bin, world units
    recorder.fill(counts_, 0);
    const shaders::HistogramPush push{.first = particles.first,
                                      .count = particles.count,
                                      .bins = bins,
                                      .low = static_cast<float>(camera.to_world(extent, {0, 0})[0]),
                                      .scale = static_cast<float>(1 / width)};
    const auto [x, y] = particle_groups(particles.count, most_groups_);
    recorder.dispatch(count_, {gpu::reads(particles.values), gpu::reads_writes(counts_)}, push, x, y);
    const double density = 1 / (particles.count * width);  // of a count of 1
    const double room = place.bottom - place.top;
    const shaders::BarsPush bars{.size = {static_cast<float>(extent.width), static_cast<float>(extent.height)},
                                 .left = 0,
                                 .bar_width = static_cast<float>(kBarWidth),
                                 .bottom = static_cast<float>(place.bottom),
                                 .height = static_cast<float>(density / place.most * room),
                                 .most = static_cast<float>(room),
                                 .colour = packed(ink)};
    recorder.draw(bars_, scene, {gpu::reads(counts_)}, bars, 6, bins);
}

}  // namespace scorefield::render
