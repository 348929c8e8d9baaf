// Push constants of sample/threshold.comp.
#ifndef SCOREFIELD_SAMPLE_THRESHOLD_PUSH_H
#define SCOREFIELD_SAMPLE_THRESHOLD_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct ThresholdPush {
    uint first_plane;
    uint stride;
    uint first;      // particle of this dispatch
    uint rank;       // from 0
    float fraction;  // of the way from order statistic `rank` to the next
    float most;
};

SHARED_END

#endif
