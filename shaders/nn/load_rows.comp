#version 460
// The table of what depends on time alone, from weights that training changes: each float of each row is a bias and the
// time features by their weights; of the network of one class among several the input layer's addends also hold the
// class's column of its labels' weights. One invocation per float, rows along y.
//   trained   all trained tensors, one after the other
//   places    of each float of a row: its bias, and where the weights of its features begin, in `trained`; PADDING: none
//   features  (rows, times)
layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push {
    uint floats;  // of a row
    uint first;   // row of this dispatch
    uint times;   // features of a row
    uint bias;    // where the input layer's biases begin in `trained`
    uint units;   // so many there are
    uint label;   // where the class's column begins in `trained`; PADDING: no class
    uint classes; // numbers from one of its rows to the next
} push;

layout(set = 0, binding = 0) readonly buffer Trained { float trained[]; };
layout(set = 0, binding = 1) readonly buffer Places { uvec2 places[]; };
layout(set = 0, binding = 2) readonly buffer Features { float features[]; };
layout(set = 0, binding = 3) writeonly buffer Table { float table[]; };

const uint PADDING = 0xffffffffu;

void main() {
    uint i = gl_GlobalInvocationID.x;
    uint row = push.first + gl_WorkGroupID.y;
    if (i >= push.floats) return;
    uvec2 place = places[i];
    float sum = place.x == PADDING ? 0.0 : trained[place.x];
    if (place.y != PADDING) {
        for (uint k = 0u; k < push.times; ++k) sum = sum + trained[place.y + k] * features[row * push.times + k];
    }
    uint unit = place.x - push.bias;  // beyond all units for those before, too
    if (push.label != PADDING && unit < push.units) sum = sum + trained[push.label + unit * push.classes];
    table[row * push.floats + i] = sum;
}
