#pragma once

#include "data/polyline.hpp"

namespace scorefield::data {

/// A dinosaur in lines, 4.5 units wide and 3.2 high.
const Polyline& dinosaur();

}  // namespace scorefield::data
