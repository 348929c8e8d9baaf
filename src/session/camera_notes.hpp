#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "render/view_spec.hpp"

namespace scorefield::session {

/// Notes on settings of the camera and of particles in space that a picture of particles of `dim` coordinates does not
/// use.
std::vector<std::string> camera_notes(const render::ViewSpec& view, std::size_t dim);

}  // namespace scorefield::session
