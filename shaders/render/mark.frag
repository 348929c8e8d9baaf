// Coverage of a mark at the pixel's centre, as premultiplied colour: lines by distance, glyphs from the atlas (R8).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/render/mark.h"

layout(constant_id = 0) const bool kGlyphs = false;  // all marks are glyphs; else none is

layout(set = 0, binding = 1) uniform sampler2D atlas;

layout(location = 0) in vec2 in_pixel;
layout(location = 1) in vec2 in_uv;
layout(location = 2) flat in vec4 in_line;
layout(location = 3) in vec4 in_colour;
layout(location = 4) flat in uint in_kind;
layout(location = 5) flat in float in_half_width;

layout(location = 0) out vec4 out_colour;

float line_coverage() {
    vec2 along = in_line.zw - in_line.xy;
    vec2 offset = in_pixel - in_line.xy;
    float t = clamp(dot(offset, along) / max(dot(along, along), 1e-12), 0.0, 1.0);
    return clamp(in_half_width + 0.5 - length(offset - t * along), 0.0, 1.0);
}

void main() {
    // Software devices compute both sides of a branch: a constant spares them one.
    float coverage;
    if (kGlyphs) {
        coverage = textureLod(atlas, in_uv / vec2(textureSize(atlas, 0)), 0.0).r;
    } else {
        coverage = in_kind == kLine ? line_coverage() : 1.0;
    }
    float alpha = in_colour.a * coverage;
    out_colour = vec4(in_colour.rgb * alpha, alpha);
}
