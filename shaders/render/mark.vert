// Marks (lines, rectangles, glyphs) as two triangles each, one instance per mark.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/render/mark.h"
#include "shaders/render/mark_push.h"

layout(set = 0, binding = 0, std430) readonly buffer Marks { Mark marks[]; };
layout(push_constant) uniform Push { MarkPush push; };

layout(location = 0) out vec2 out_pixel;
layout(location = 1) out vec2 out_uv;
layout(location = 2) flat out vec4 out_line;  // from, to
layout(location = 3) out vec4 out_colour;
layout(location = 4) flat out uint out_kind;
layout(location = 5) flat out float out_half_width;

void main() {
    Mark mark = marks[push.first + gl_InstanceIndex];
    vec2 corner = vec2(gl_VertexIndex == 1 || gl_VertexIndex == 3 || gl_VertexIndex == 5 ? 1.0 : 0.0,
                       gl_VertexIndex == 2 || gl_VertexIndex == 4 || gl_VertexIndex == 5 ? 1.0 : 0.0);
    vec2 pixel = mix(mark.from, mark.to, corner);
    if (mark.kind == kLine) {
        vec2 along = mark.to - mark.from;
        float span = length(along);
        along = span > 0.0 ? along / span : vec2(1.0, 0.0);
        vec2 across = vec2(-along.y, along.x);
        float reach = mark.half_width + 1.0;
        pixel = mix(mark.from, mark.to, corner.x) + along * reach * (2.0 * corner.x - 1.0) +
                across * reach * (2.0 * corner.y - 1.0);
    }
    out_pixel = pixel;
    out_uv = mix(mark.uv_from, mark.uv_to, corner);
    out_line = vec4(mark.from, mark.to);
    out_colour = mix(unpackUnorm4x8(mark.colour), unpackUnorm4x8(mark.colour_to), corner.y);
    out_kind = mark.kind;
    out_half_width = mark.half_width;
    gl_Position = vec4(pixel / push.size * 2.0 - 1.0, 0.0, 1.0);
}
