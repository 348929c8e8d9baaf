// Random numbers from one definition for C++ and GLSL: Philox4x32-10 (Salmon et al. 2011) and normals by Box-Muller.
// Only 32-bit integers and `precise` float additions and multiplications, which Vulkan rounds exactly as IEEE 754
// does: host and devices agree to the last bit. No division, square root or library transcendental; selections instead
// of branches, which cost a vector machine more than both sides.
//
// C++ includes this file after defining the few GLSL names it uses: src/base/random.cpp with numbers, and
// src/base/normal_kernels.cpp with vectors of them. There `float` is precise because contraction is off.
#ifndef SCOREFIELD_BASE_RANDOM_GLSL
#define SCOREFIELD_BASE_RANDOM_GLSL

#ifndef __cplusplus
#define SF_PRECISE precise
#define SF_FN
uvec2 sf_multiply_wide(uint a, uint b) {
    uint high;
    uint low;
    umulExtended(a, b, high, low);
    return uvec2(low, high);
}
float sf_to_float(int n) { return float(n); }
float sf_exponent_scale(int e) { return uintBitsToFloat(uint(e + 127) << 23); }
#endif

#define SF_TWO_TO_MINUS_31 4.656612873077392578125e-10f
#define SF_TWO_TO_MINUS_32 2.3283064365386962890625e-10f

#ifndef SF_ONLY_BOX_MULLER
// Ten rounds; the key is bumped by the golden ratio and sqrt(3)-1 between rounds.
SF_FN uvec4 sf_philox4x32(uvec4 counter, uvec2 key) {
    for (int round = 0; round < 10; ++round) {
        uvec2 a = sf_multiply_wide(0xD2511F53u, counter.x);
        uvec2 b = sf_multiply_wide(0xCD9E8D57u, counter.z);
        counter = uvec4(b.y ^ counter.y ^ key.x, b.x, a.y ^ counter.w ^ key.y, a.x);
        key = uvec2(key.x + 0x9E3779B9u, key.y + 0xBB67AE85u);
    }
    return counter;
}
#endif

#ifndef SF_HAS_LEADING_BITS
// Exact conversion of a 32-bit integer to the float of its 24 leading bits (truncated): no device rounding is involved.
SF_FN float sf_leading_bits(uint n) {
    int drop = max(findMSB(n) - 23, 0);
    return sf_to_float(int(n >> uint(drop))) * sf_exponent_scale(drop);
}
#endif

// -2 ln(u1) with u1 = (r+1)*2^-32. u1 = 2^e (1+x), 1+x in [sqrt(1/2), sqrt(2)), x taken from integers so that it keeps
// its relative precision near u1 = 1. ln(1+x) = x - x^2/2 + x^3 P(x), P the minimax polynomial of Cephes' logf.
SF_FN float sf_minus_two_log(uint r) {
    uint n = r + 1u;  // 0 stands for 2^32
    int msb = findMSB(n);
    uint fraction = n << (uint(31 - msb) & 31u);  // 1.31 fixed point in [1, 2)
    int e = msb - 32;
    bool upper = fraction > 0xB504F333u;
    SF_PRECISE float x = sf_leading_bits(upper ? 0u - fraction : fraction - 0x80000000u);
    x = upper ? -(x * SF_TWO_TO_MINUS_32) : x * SF_TWO_TO_MINUS_31;
    e = upper ? e + 1 : e;
    SF_PRECISE float z = x * x;
    SF_PRECISE float p = 7.0376836292e-2f * x - 1.1514610310e-1f;
    p = p * x + 1.1676998740e-1f;
    p = p * x - 1.2420140846e-1f;
    p = p * x + 1.4249322787e-1f;
    p = p * x - 1.6668057665e-1f;
    p = p * x + 2.0000714765e-1f;
    p = p * x - 2.4999993993e-1f;
    p = p * x + 3.3333331174e-1f;
    SF_PRECISE float y = x * z;
    y = y * p;
    SF_PRECISE float f = sf_to_float(e);
    y = y + f * -2.12194440e-4f;
    y = y - 0.5f * z;
    SF_PRECISE float result = x + y;
    result = result + f * 0.693359375f;
    return n == 0u ? 0.0f : -2.0f * result;
}

// A step of Newton's method towards 1/sqrt(a), h = a/2.
SF_FN float sf_inverse_root_step(float y, float h) {
    SF_PRECISE float q = h * y;
    q = q * y;
    q = 1.5f - q;
    q = y * q;
    return q;
}

// Square root of a >= 0: reciprocal root by an integer first guess and three Newton steps, then one step on the root itself.
SF_FN float sf_sqrt(float a) {
    SF_PRECISE float y = uintBitsToFloat(0x5F3759DFu - (floatBitsToUint(a) >> 1));
    SF_PRECISE float h = 0.5f * a;
    y = sf_inverse_root_step(y, h);
    y = sf_inverse_root_step(y, h);
    y = sf_inverse_root_step(y, h);
    SF_PRECISE float s = a * y;
    SF_PRECISE float residual = s * s;
    residual = a - residual;
    SF_PRECISE float correction = 0.5f * y;
    correction = correction * residual;
    s = s + correction;
    return s;
}

// (cos, sin)(2 pi r 2^-32): octant from the integer, angle in [-pi/4, pi/4], Taylor/minimax polynomials of Cephes.
SF_FN vec2 sf_cos_sin(uint r) {
    uint quadrant = (r + 0x20000000u) >> 30;
    uint offset = r - (quadrant << 30);  // signed, in [-2^29, 2^29)
    bool negative = offset >= 0x80000000u;
    SF_PRECISE float a = sf_leading_bits(negative ? 0u - offset : offset) * SF_TWO_TO_MINUS_32;
    a = a * 6.28318530717958647692f;
    SF_PRECISE float z = a * a;
    SF_PRECISE float s = -1.9515295891e-4f * z + 8.3321608736e-3f;
    s = s * z - 1.6666654611e-1f;
    s = s * z;
    s = s * a;
    s = s + a;
    s = negative ? -s : s;
    SF_PRECISE float c = 2.443315711809948e-5f * z - 1.388731625493765e-3f;
    c = c * z + 4.166664568298827e-2f;
    c = c * z;
    c = c * z;
    c = c - 0.5f * z;
    c = c + 1.0f;
    bool odd = (quadrant & 1u) != 0u;
    float cosine = odd ? s : c;
    float sine = odd ? c : s;
    return vec2(quadrant == 1u || quadrant == 2u ? -cosine : cosine, quadrant >= 2u ? -sine : sine);
}

// Two standard normals from two 32-bit words.
SF_FN vec2 sf_box_muller(uint r0, uint r1) {
    float radius = sf_sqrt(sf_minus_two_log(r0));
    vec2 direction = sf_cos_sin(r1);
    SF_PRECISE float z0 = radius * direction.x;
    SF_PRECISE float z1 = radius * direction.y;
    return vec2(z0, z1);
}

#ifndef SF_ONLY_BOX_MULLER
// Elements 4*block ... 4*block+3 of a particle's noise.
SF_FN vec4 sf_normal4(uvec2 seed, uint particle, uint block, uint index, uint stream) {
    uvec4 words = sf_philox4x32(uvec4(particle, block, index, stream), seed);
    vec2 first = sf_box_muller(words.x, words.y);
    vec2 second = sf_box_muller(words.z, words.w);
    return vec4(first.x, first.y, second.x, second.y);
}
#endif

#endif
