#version 460
// One step of AdamW (Loshchilov & Hutter 2019, Algorithm 2) on a clipped gradient and of the weights' average, one
// invocation per weight and round. Once training has diverged nothing changes any more.
layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push {
    uint weights;   // where they begin in `values`
    uint gradient;
    uint count;
    uint report;    // of this step: loss, sum of squares of the gradient
    float clip;     // largest norm of the gradient; 0: any
    float keep;     // 1 - rate decay
    float step;     // rate/(1 - beta1^n)
    float correction;  // 1/sqrt(1 - beta2^n)
    float keep_first;
    float keep_second;
    float take_first;
    float take_second;
    float epsilon;
    float take_average;
} push;

layout(set = 0, binding = 0) buffer Values { float values[]; };
layout(set = 0, binding = 1) readonly buffer Reports { float reports[]; };
layout(set = 0, binding = 2) buffer Moments { float moments[]; };  // first, second: `count` each
layout(set = 0, binding = 3) buffer Average { float average[]; };
layout(set = 0, binding = 4) readonly buffer State { uint diverged; };

void main() {
    if (diverged != 0u) return;
    float factor = 1.0;
    if (push.clip > 0.0) factor = min(1.0, push.clip / sqrt(reports[push.report + 1u]));
    for (uint i = gl_GlobalInvocationID.x; i < push.count; i += gl_NumWorkGroups.x * gl_WorkGroupSize.x) {
        float g = factor * values[push.gradient + i];
        float first = push.keep_first * moments[i] + push.take_first * g;
        float second = push.keep_second * moments[push.count + i] + push.take_second * g * g;
        float weight =
            push.keep * values[push.weights + i] - push.step * first / (sqrt(second) * push.correction + push.epsilon);
        moments[i] = first;
        moments[push.count + i] = second;
        values[push.weights + i] = weight;
        average[i] = average[i] + push.take_average * (weight - average[i]);
    }
}
