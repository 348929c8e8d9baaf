#pragma once

#include <memory>

#include "render/histogram.hpp"
#include "render/line_drawing.hpp"
#include "render/scalar_field.hpp"

namespace scorefield::render {

/// What a picture shows besides particles and data. Drawings with the same address are taken to be equal.
struct Extras {
    const ScalarField* field = nullptr;             ///< under the data; null: none
    std::shared_ptr<const LineDrawing> below = {};  ///< between data and particles; null: none
    std::shared_ptr<const LineDrawing> above = {};  ///< over the particles; null: none
    HistogramPlace histogram = {};                  ///< of one-dimensional particles
};

}  // namespace scorefield::render
