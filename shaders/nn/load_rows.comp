#version 460
// The table of what depends on time alone, from weights that training changes: each float of each row is a bias and the
// time features by their weights; of the network of one class among several the input layer's addends also hold the
// class's column of its labels' weights. One invocation per float, rows along y.
//   trained   all trained tensors, one after the other
//   places    of each float of a row
//   features  (rows, times)
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/load_place.h"
#include "shaders/nn/load_rows_push.h"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { LoadRowsPush push; };

layout(set = 0, binding = 0) readonly buffer Trained { float trained[]; };
layout(set = 0, binding = 1) readonly buffer Places { LoadPlace places[]; };
layout(set = 0, binding = 2) readonly buffer Features { float features[]; };
layout(set = 0, binding = 3) writeonly buffer Table { float table[]; };

void main() {
    uint i = gl_GlobalInvocationID.x;
    uint row = push.first + gl_WorkGroupID.y;
    if (i >= push.floats) return;
    LoadPlace place = places[i];
    float sum = place.bias == kPadding ? 0.0 : trained[place.bias];
    if (place.time != kPadding) {
        for (uint k = 0u; k < push.times; ++k) sum = sum + trained[place.time + k] * features[row * push.times + k];
    }
    uint unit = place.bias - push.bias;  // beyond all units for those before, too
    if (push.label != kPadding && unit < push.units) sum = sum + trained[push.label + unit * push.classes];
    table[row * push.floats + i] = sum;
}
