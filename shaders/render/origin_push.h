// Push constants of render/origin.comp.
#ifndef SCOREFIELD_RENDER_ORIGIN_PUSH_H
#define SCOREFIELD_RENDER_ORIGIN_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct OriginPush {
    uint first;
    uint count;
    float mean;
    float inverse_deviation;
};

SHARED_END

#endif
