#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

#include "gpu/transfer.hpp"
#include "render/capture.hpp"
#include "render/renderer.hpp"
#include "render/scalar_field.hpp"
#include "tests/gpu/gpu_fixture.hpp"
#include "tests/render/pictures.hpp"

namespace scorefield::render {
namespace {

class Field : public gpu::GpuTest {
  protected:
    /// Without particles but for one far away.
    static Picture shoot(const ScalarField* field, const Camera2d& camera, VkExtent2D extent, const Look& look) {
        Renderer renderer(device(), extent, 1);
        const gpu::Buffer values = gpu::make_buffer<float>(device(), "particle", std::vector<float>{1e6F, 1e6F});
        gpu::Recorder recorder(device(), "frame");
        Capture capture(device(), 1);
        recorder.begin();
        renderer.record(recorder, {values, 0, 1, 1, 2}, camera, look, {}, {.field = field});
        capture.record(recorder, renderer.scene());
        capture.submitted(device().submit(recorder));
        return capture.take();
    }
};

ScalarField random_field(const Bounds& bounds, std::size_t columns, std::size_t rows) {
    std::mt19937 random(11);
    ScalarField field;
    field.bounds = bounds;
    field.columns = columns;
    field.rows = rows;
    field.low = -0.5;
    field.high = 2;
    for (std::size_t i = 0; i < columns * rows; ++i) {
        field.values.push_back(static_cast<float>(random() % 1000) / 400 - 0.5F);
    }
    return field;
}

TEST_F(Field, EqualsTheHostsInsideAndTheBackgroundOutside) {
    const VkExtent2D extent{90, 70};
    const Camera2d camera{{0.2, -0.1}, 1.5, 1};
    const ScalarField field = random_field({{-1, -0.8}, {1.2, 1}}, 9, 7);
    const Look look = plain();
    const Picture found = shoot(&field, camera, extent, look);
    int worst = 0;
    std::size_t inside = 0;
    for (std::uint32_t y = 0; y < extent.height; ++y) {
        for (std::uint32_t x = 0; x < extent.width; ++x) {
            const auto world = camera.to_world(extent, {x + 0.5, y + 0.5});
            const double column = (world[0] + 1) / 2.2 * 8;
            const double row = (world[1] + 0.8) / 1.8 * 6;
            const bool within = column >= 0 && column <= 8 && row >= 0 && row <= 6;
            inside += within;
            const Colour expected =
                within ? field_colour(field, field_value(field, column, row), palette_of(look.background).ground)
                       : palette_of(look.background).ground;
            for (std::size_t c = 0; c < 3; ++c) {
                const int value = found.rgba[4 * (std::size_t{y} * extent.width + x) + c];
                worst = std::max(worst, std::abs(value - int(std::lround(expected[c] * 255))));
            }
        }
    }
    EXPECT_GT(inside, 1000u);
    // One entry of the 256-entry table, half as strong, and the rounding of picture and table.
    EXPECT_LE(worst, 3);
}

TEST_F(Field, StandsUnderTheParticlesAndGoesAgain) {
    const VkExtent2D extent{64, 64};
    const Camera2d camera;
    const ScalarField field = random_field({}, 4, 4);
    Renderer renderer(device(), extent, 1);
    const gpu::Buffer values = gpu::make_buffer<float>(device(), "particle", std::vector<float>{0, 0});
    const auto picture = [&](const ScalarField* under) {
        gpu::Recorder recorder(device(), "frame");
        Capture capture(device(), 1);
        recorder.begin();
        renderer.record(recorder, {values, 0, 1, 1, 2}, camera, plain(), {}, {.field = under});
        capture.record(recorder, renderer.scene());
        capture.submitted(device().submit(recorder));
        return capture.take();
    };
    const Picture before = picture(nullptr);
    const Picture with = picture(&field);
    const auto at = [](const Picture& of, std::size_t x, std::size_t y) {
        const auto first = of.rgba.begin() + static_cast<std::ptrdiff_t>(4 * (y * of.width + x));
        return std::vector<std::uint8_t>(first, first + 3);
    };
    EXPECT_EQ(at(with, 32, 32), at(before, 32, 32)) << "the particle";
    EXPECT_NE(at(with, 5, 5), at(before, 5, 5)) << "the field";
    EXPECT_EQ(picture(nullptr), before);
}

TEST(ScalarField, GoesThroughItsValuesWithoutEdges) {
    const ScalarField field = random_field({}, 5, 4);
    for (std::size_t row = 0; row < 4; ++row) {
        for (std::size_t column = 0; column < 5; ++column) {
            EXPECT_NEAR(field_value(field, double(column), double(row)), double{field.values[row * 5 + column]}, 1e-6);
        }
    }
    // The slope is the same on both sides of a grid line.
    const double h = 1e-5;
    const double left = (field_value(field, 2, 1.3) - field_value(field, 2 - h, 1.3)) / h;
    const double right = (field_value(field, 2 + h, 1.3) - field_value(field, 2, 1.3)) / h;
    EXPECT_NEAR(left, right, 1e-3);
    // A constant stays one.
    ScalarField flat = field;
    std::ranges::fill(flat.values, 0.7F);
    EXPECT_NEAR(field_value(flat, 3.7, 2.2), 0.7, 1e-6);
}

TEST_F(Field, RefusesAnotherNumberOfValues) {
    ScalarField field = random_field({}, 4, 4);
    field.values.pop_back();
    EXPECT_THROW(shoot(&field, {}, {32, 32}, plain()), std::logic_error);
}

}  // namespace
}  // namespace scorefield::render
