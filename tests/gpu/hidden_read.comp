#version 460
// Test shader for reflection: touches its bindings only through functions.
//   0 read by a helper; 1 written by a helper; 2 read and written by an atomic; 3 read as image; 4 written as image;
//   5 sampled; 6 uniform, read; 7 only its length is asked for; 8 is touched only by a function that nobody calls.
layout(local_size_x = 8, local_size_y = 4) in;

layout(set = 0, binding = 0) buffer A { uint a[]; };
layout(set = 0, binding = 1) buffer B { uint b[]; };
layout(set = 0, binding = 2) buffer C { uint c[]; };
layout(set = 0, binding = 3, r32ui) uniform uimage2D d;
layout(set = 0, binding = 4, rgba8) uniform image2D e;
layout(set = 0, binding = 5) uniform sampler2D f;
layout(set = 0, binding = 6) uniform G { vec4 g; };
layout(set = 0, binding = 7) buffer H { uint h[]; };
layout(set = 0, binding = 8) buffer I { uint i[]; };
layout(push_constant) uniform Push {
    mat2 matrix;
    float list[3];
    uvec3 last;
};

uint from_a(uint k) { return a[k]; }
void to_b(uint k, uint value) { b[k] = value; }
uint texel(ivec2 at) { return imageLoad(d, at).x; }
vec4 colour(sampler2D source, vec2 at) { return textureLod(source, at, 0.0); }
void never_called() { i[0] = i[1]; }

void main() {
    uint k = gl_GlobalInvocationID.x;
    to_b(k, from_a(k) + h.length() + last.x + uint(matrix[0][0] + list[1]));
    atomicAdd(c[0], texel(ivec2(k)));
    imageStore(e, ivec2(k), colour(f, vec2(0.5)) + g);
}
