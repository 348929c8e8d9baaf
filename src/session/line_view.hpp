#pragma once

#include <memory>
#include <optional>

#include "data/points.hpp"
#include "diffusion/program.hpp"
#include "render/camera.hpp"
#include "render/guides.hpp"
#include "render/histogram.hpp"
#include "render/line_drawing.hpp"
#include "render/look.hpp"
#include "session/field_lines.hpp"
#include "session/paths.hpp"

namespace scorefield::session {

/// What pictures of one-dimensional particles show beside the strip of particles: above it the density, under it the
/// paths over time. Pictures with too little room show neither.
struct LineView {
    render::HistogramPlace histogram;
    std::shared_ptr<const render::LineDrawing> below;  ///< the expected density as a curve, and arrows of the field
    std::optional<TimeAxis> time;                      ///< where paths go
};

/// What it depends on.
struct LineViewQuestion {
    std::shared_ptr<const FieldSource> source;  ///< null: nothing is known
    diffusion::Eval at;                         ///< of the field
    diffusion::Marginal density;                ///< of the curve
    std::shared_ptr<const data::Points> data;   ///< where there is no curve, their bars set the scale; null: no data
    render::Camera2d camera;
    VkExtent2D extent{};
    render::FieldKind field = render::FieldKind::none;
    render::LineColours particles = {render::ColourMap::inferno};
    bool predicted = false;  ///< the bars are of what is predicted from the particles

    bool operator==(const LineViewQuestion& other) const;
};

LineView line_view(const LineViewQuestion& question);

}  // namespace scorefield::session
