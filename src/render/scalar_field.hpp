#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "render/camera.hpp"
#include "render/colour_map.hpp"

namespace scorefield::render {

/// Values over a rectangle of the plane, shown under the data and the particles.
struct ScalarField {
    /// At most so many values.
    static constexpr std::size_t kMostValues = 16'384;

    Bounds bounds;              ///< the first and the last column and row stand on its edges
    std::size_t columns = 0;    ///< at least 2
    std::size_t rows = 0;       ///< at least 2
    std::vector<float> values;  ///< (rows, columns), the first row at the bottom
    double low = 0;             ///< has the first colour of the map
    double high = 1;            ///< has the last; greater values too
    ColourMap map = ColourMap::viridis;
    std::string title;  ///< in the legend: `score error`

    bool operator==(const ScalarField&) const = default;
};

/// The value at a place of the field's grid, column and row from 0 (Catmull & Rom 1974: through every value, with
/// continuous slopes; the edge's values go on beyond it). What shaders/render/field.frag shows.
double field_value(const ScalarField& field, double column, double row);

/// Opacity of a field.
inline constexpr float kFieldStrength = 0.5f;

/// The colour of a value over `background`: half of the map's, so that data and particles stay brighter.
Colour field_colour(const ScalarField& field, double value, const Colour& background);

}  // namespace scorefield::render
