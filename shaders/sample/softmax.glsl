// Means weighted by 2^log of many terms in one pass, each dispatch taking COUNT of them, GROUP at a time against the
// largest log so far. The terms of a dispatch are summed apart from those before it, which wait in `states` (2 + DIM
// planes of `state_stride`): rounding errors grow with COUNT and with the number of dispatches, not with their product.
// The includer defines DIM and states[].
const int GROUP = 8;
const float LOWEST = -1e30;  // of a log

struct Softmax {
    float largest;  // log; all sums are over 2^largest
    float sum;
    float weighted[3];  // DIM of them
};

Softmax empty_softmax() {
    Softmax mean;
    mean.largest = 2.0 * LOWEST;
    mean.sum = 0.0;
    [[unroll]] for (int e = 0; e < DIM; ++e) mean.weighted[e] = 0.0;
    return mean;
}

void raise(inout Softmax mean, float log) {
    float largest = max(mean.largest, log);
    float scale = exp2(mean.largest - largest);
    mean.largest = largest;
    mean.sum = mean.sum * scale;
    [[unroll]] for (int e = 0; e < DIM; ++e) mean.weighted[e] = mean.weighted[e] * scale;
}

void add_stored(inout Softmax mean, uint state_stride, uint lane) {
    float largest = states[lane];
    raise(mean, largest);
    float scale = exp2(largest - mean.largest);
    mean.sum = mean.sum + scale * states[state_stride + lane];
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        mean.weighted[e] = mean.weighted[e] + scale * states[(2 + e) * state_stride + lane];
    }
}

void store(Softmax mean, uint state_stride, uint lane) {
    states[lane] = mean.largest;
    states[state_stride + lane] = mean.sum;
    [[unroll]] for (int e = 0; e < DIM; ++e) states[(2 + e) * state_stride + lane] = mean.weighted[e];
}
