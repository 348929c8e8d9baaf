// What one float of a network's table of rows is made of, by places among the trained weights.
#ifndef SCOREFIELD_NN_LOAD_PLACE_H
#define SCOREFIELD_NN_LOAD_PLACE_H

#include "shaders/base/shared.h"

SHARED_BEGIN

const uint kPadding = 0xffffffffu;  // no place: the float is 0

struct LoadPlace {
    uint bias SHARED_DEFAULT(kPadding);
    uint time SHARED_DEFAULT(kPadding);  // where the weights of its features begin
};

SHARED_END

#endif
