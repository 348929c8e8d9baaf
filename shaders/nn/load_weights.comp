#version 460
// Packs weights that training changes into a kernel's layout, one invocation per packed float.
//   trained  all trained tensors, one after the other
//   places   of each packed float in `trained`; kPadding: 0
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/load_place.h"
#include "shaders/nn/load_weights_push.h"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { LoadWeightsPush push; };

layout(set = 0, binding = 0) readonly buffer Trained { float trained[]; };
layout(set = 0, binding = 1) readonly buffer Places { uint places[]; };
layout(set = 0, binding = 2) writeonly buffer Packed { float packed[]; };

void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= push.count) return;
    uint place = places[i];
    packed[i] = place == kPadding ? 0.0 : trained[place];
}
