#include "render/background.hpp"

namespace scorefield::render {
namespace {

/// Reddish purple, bluish green and sky blue of Okabe and Ito: told apart by people who are colour-blind too.
constexpr std::array<Colour, 3> kAxes = {{{0.90f, 0.55f, 0.74f}, {0.26f, 0.76f, 0.58f}, {0.44f, 0.74f, 0.94f}}};
/// The same hues, darker.
constexpr std::array<Colour, 3> kDarkAxes = {{{0.66f, 0.27f, 0.49f}, {0.00f, 0.47f, 0.34f}, {0.02f, 0.42f, 0.66f}}};

constexpr Palette kDark = {.ground = {0.027f, 0.031f, 0.047f},
                           .text = {0.80f, 0.83f, 0.88f},
                           .bright = {0.97f, 0.97f, 0.98f},
                           .rule = {0.62f, 0.67f, 0.75f},
                           .data = {0.80f, 0.84f, 0.90f},
                           .line = {0.87f, 0.90f, 0.95f},
                           .path = {0.30f, 0.62f, 1.0f},
                           .now = {1, 1, 1},
                           .gap = {0.11f, 0.125f, 0.15f},
                           .paper = {20 / 255.0f, 22 / 255.0f, 28 / 255.0f},
                           .axes = kAxes,
                           .densest = 1,
                           .least_backing = 0};

constexpr Palette kLight = {.ground = {1, 1, 1},
                            .text = {0.20f, 0.24f, 0.29f},
                            .bright = {0.05f, 0.07f, 0.10f},
                            .rule = {0.38f, 0.43f, 0.50f},
                            .data = {0.36f, 0.44f, 0.55f},
                            .line = {0.13f, 0.17f, 0.23f},
                            .path = {0.05f, 0.36f, 0.80f},
                            .now = {0, 0, 0},
                            .gap = {0.80f, 0.83f, 0.87f},
                            .paper = {0.95f, 0.96f, 0.97f},
                            .axes = kDarkAxes,
                            .densest = 0,
                            .least_backing = 0};

/// Nobody knows what will be behind it: text brings a dark ground of its own.
constexpr Palette kTransparent = [] {
    Palette palette = kDark;
    palette.least_backing = 0.88f;
    return palette;
}();

}  // namespace

const Palette& palette_of(Background background) {
    switch (background) {
        case Background::light:
            return kLight;
        case Background::transparent:
            return kTransparent;
        case Background::dark:
            break;
    }
    return kDark;
}

std::array<float, 4> clear_colour(Background background) {
    if (background == Background::transparent) return {0, 0, 0, 0};
    const Colour& ground = palette_of(background).ground;
    return {ground[0], ground[1], ground[2], 1};
}

Colour map_colour(ColourMap map, Background background, double value) {
    return colour_at(map, background == Background::light ? 1 - value : value);
}

}  // namespace scorefield::render
