#include "render/field_pass.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "render/canvas.hpp"
#include "shaders/render/field.frag.hpp"
#include "shaders/render/field.vert.hpp"
#include "shaders/render/field_push.h"

namespace scorefield::render {
namespace {

constexpr std::size_t kColours = 256;  ///< number of colours; they precede the values

}  // namespace

FieldPass::FieldPass(gpu::Device& device, std::size_t in_flight, VkFormat format)
    : pipeline_(device, "field", shaders::render_field_vert, shaders::render_field_frag, gpu::Blend::none, format) {
    for (std::size_t i = 0; i < in_flight + 1; ++i) {
        values_.emplace_back(device, "field", sizeof(float) * (kColours + ScalarField::kMostValues),
                             gpu::MemoryUse::upload);
    }
}

void FieldPass::record(gpu::Recorder& recorder, const ScalarField& field, const Camera2d& camera, Background background,
                       const gpu::Image& scene) {
    const std::size_t count = field.columns * field.rows;
    if (field.columns < 2 || field.rows < 2 || count != field.values.size() || count > ScalarField::kMostValues) {
        throw std::logic_error("a field's values are not as many as its columns and rows say");
    }
    // Premultiplied: over nothing, a colour is what it is over black.
    const std::array<float, 4> clear = clear_colour(background);
    const Colour ground = {clear[0], clear[1], clear[2]};
    const float alpha = background == Background::transparent ? kFieldStrength : 1;
    const gpu::Buffer& buffer = values_[next_];
    next_ = (next_ + 1) % values_.size();
    for (std::size_t i = 0; i < kColours; ++i) {
        const double place = static_cast<double>(i) / (kColours - 1);
        const double value = field.low + place * (field.high - field.low);
        buffer.mapped<std::uint32_t>()[i] = packed({field_colour(field, value, ground), alpha});
    }
    std::ranges::copy(field.values, buffer.mapped<float>().begin() + kColours);

    const std::array<double, 2> corner = camera.to_world(scene.extent(), {0, 0});
    const double pixel = camera.pixel_size(scene.extent());
    const auto cells = [&](std::size_t axis, std::size_t lines) {
        return static_cast<double>(lines - 1) / (field.bounds.high[axis] - field.bounds.low[axis]);
    };
    const double across = cells(0, field.columns);
    const double up = cells(1, field.rows);
    const shaders::FieldPush push{.background = {clear[0], clear[1], clear[2], clear[3]},
                                  .scale = {static_cast<float>(pixel * across), static_cast<float>(-pixel * up)},
                                  .offset = {static_cast<float>((corner[0] - field.bounds.low[0]) * across),
                                             static_cast<float>((corner[1] - field.bounds.low[1]) * up)},
                                  .low = static_cast<float>(field.low),
                                  .inverse_range = static_cast<float>(1 / (field.high - field.low)),
                                  .columns = static_cast<std::int32_t>(field.columns),
                                  .rows = static_cast<std::int32_t>(field.rows)};
    recorder.draw(pipeline_, scene, {gpu::reads(buffer)}, push, 3);
}

}  // namespace scorefield::render
