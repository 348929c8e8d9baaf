#pragma once

#include "render/look.hpp"

namespace scorefield::render {

/// What a picture of particles shows.
struct ViewSpec {
    Look look;
    bool captions = true;
};

}  // namespace scorefield::render
