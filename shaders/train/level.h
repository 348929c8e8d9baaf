// A noise level as the shaders of training read it (train::NoiseLevel).
#ifndef SCOREFIELD_TRAIN_LEVEL_H
#define SCOREFIELD_TRAIN_LEVEL_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct Level {
    float c_noise;
    float c_in;
    float alpha;
    float sigma;
    float sigma_step;
    float of_data;
    float of_noise;
    float of_step;
    float root_weight;
    float skip;
    float out_;
    float spread;
};

const uint kNowhere = ~0u;  // of a plane that the shaders leave out

SHARED_END

#endif
