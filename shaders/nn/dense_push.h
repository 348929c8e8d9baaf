// Push constants of nn/dense.glsl.
#ifndef SCOREFIELD_NN_DENSE_PUSH_H
#define SCOREFIELD_NN_DENSE_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct DensePush {
    uint weights;     // floats: (all outputs, INPUTS)
    uint biases;      // floats: (all outputs)
    uint in_first;    // of plane 0, this block's first particle
    uint in_stride;
    uint out_first;
    uint out_stride;
    float in_scale;
    uint src_first;  // this and the rest only of the output layer
    float c_skip;
    float c_out;
};

SHARED_END

#endif
