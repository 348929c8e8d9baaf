// What the shaders of one dense layer read and write. The includer defines AFFINE: 0 out = silu(w in + bias) into
// activation planes; 1 the output layer in its affine form dst = c_skip src + c_out (w in + bias), in registers.
#include "shaders/nn/dense_push.h"

layout(push_constant) uniform Push { DensePush push; };

layout(set = 0, binding = 0) readonly buffer Weights { float weights[]; };
layout(set = 0, binding = 1) readonly buffer Biases { float biases[]; };
layout(set = 0, binding = 2) readonly buffer Inputs { float inputs[]; };
#if AFFINE
layout(set = 0, binding = 3) buffer Values { float values[]; };
#else
layout(set = 0, binding = 3) writeonly buffer Results { float results[]; };
#endif

// Writes output `index` of one particle from its sum.
void write_output(uint index, uint lane, float sum) {
    uint plane = index * push.out_stride + lane;
#if AFFINE
    float skip = push.c_skip * values[push.src_first + plane];
    values[push.out_first + plane] = skip + push.c_out * sum;
#else
    results[push.out_first + plane] = sum / (1.0 + exp(-sum));
#endif
}
