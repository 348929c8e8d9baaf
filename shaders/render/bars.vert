// A bar for each count, as two triangles, one instance per bin.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/render/histogram_push.h"

layout(set = 0, binding = 0, std430) readonly buffer Counts { uint counts[]; };
layout(push_constant) uniform Push { BarsPush push; };

layout(location = 0) out vec4 out_colour;

void main() {
    vec2 corner = vec2(gl_VertexIndex == 1 || gl_VertexIndex == 3 || gl_VertexIndex == 5 ? 1.0 : 0.0,
                       gl_VertexIndex == 2 || gl_VertexIndex == 4 || gl_VertexIndex == 5 ? 1.0 : 0.0);
    float height = min(float(counts[gl_InstanceIndex]) * push.height, push.most);
    vec2 pixel = vec2(push.left + (float(gl_InstanceIndex) + corner.x) * push.bar_width,
                      push.bottom - corner.y * height);
    out_colour = unpackUnorm4x8(push.colour);
    gl_Position = vec4(pixel / push.size * 2.0 - 1.0, 0.0, 1.0);
}
