#version 460
// Test shader: writes every component of its push constants, in their order, as words.
#extension GL_GOOGLE_include_directive : require
#include "tests/gpu/layout_push.h"

layout(local_size_x = 1) in;

layout(set = 0, binding = 0) writeonly buffer Words { uint words[]; };
layout(push_constant) uniform Push { LayoutPush push; };

void main() {
    words[0] = push.first;
    for (uint i = 0; i < 2; ++i) words[1 + i] = floatBitsToUint(push.pair[i]);
    words[3] = floatBitsToUint(push.number);
    for (uint i = 0; i < 4; ++i) words[4 + i] = floatBitsToUint(push.four[i]);
    words[8] = uint(push.whole);
    for (uint i = 0; i < 3; ++i) words[9 + i] = floatBitsToUint(push.list[i]);
    for (uint i = 0; i < 2; ++i) words[12 + i] = floatBitsToUint(push.part.pair[i]);
    words[14] = push.part.word;
    for (uint i = 0; i < 4; ++i) words[15 + i] = floatBitsToUint(push.last[i]);
}
