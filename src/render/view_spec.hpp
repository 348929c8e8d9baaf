#pragma once

#include "render/guides.hpp"
#include "render/look.hpp"
#include "render/orbit.hpp"

namespace scorefield::render {

/// What a picture of particles shows.
struct ViewSpec {
    Look look;
    Guides guides;
    Orbit orbit = {};  ///< camera of three-dimensional particles
    bool captions = true;
    bool metrics = false;  ///< among the captions: how the particles compare with the data

    bool operator==(const ViewSpec&) const = default;
};

}  // namespace scorefield::render
