// The picture's ground: the background, and a field of values within its rectangle, smoothly between them (Catmull-Rom,
// src/render/scalar_field.cpp does the same) and coloured by a table.
//   in   field  256 colours (8-bit r, g, b, a, red lowest, premultiplied, over the background), then float32
//               (rows, columns), the first row at the bottom
//   out  colour sRGB, premultiplied
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/render/field_push.h"

layout(set = 0, binding = 0, std430) readonly buffer Field { uint field[]; };

layout(push_constant) uniform Push { FieldPush push; };

layout(location = 0) out vec4 out_colour;

const int kEntries = 256;

vec4 weights(float share) {
    float s2 = share * share;
    float s3 = s2 * share;
    return vec4(-0.5 * share + s2 - 0.5 * s3, 1.0 - 2.5 * s2 + 1.5 * s3, 0.5 * share + 2.0 * s2 - 1.5 * s3,
                -0.5 * s2 + 0.5 * s3);
}

float value_at(int column, int row) {
    int at = clamp(row, 0, push.rows - 1) * push.columns + clamp(column, 0, push.columns - 1);
    return uintBitsToFloat(field[kEntries + at]);
}

void main() {
    vec2 place = gl_FragCoord.xy * push.scale + push.offset;
    vec2 last = vec2(push.columns - 1, push.rows - 1);
    bool inside = all(greaterThanEqual(place, vec2(0.0))) && all(lessThanEqual(place, last));
    vec2 first = floor(clamp(place, vec2(0.0), last));
    vec2 share = clamp(place, vec2(0.0), last) - first;
    ivec2 cell = ivec2(first);
    vec4 across = weights(share.x);
    vec4 up = weights(share.y);
    float value = 0.0;
    for (int j = 0; j < 4; ++j) {
        for (int i = 0; i < 4; ++i) value += across[i] * up[j] * value_at(cell.x + i - 1, cell.y + j - 1);
    }
    float level = clamp((value - push.low) * push.inverse_range, 0.0, 1.0);
    vec4 colour = unpackUnorm4x8(field[int(level * 255.0 + 0.5)]);
    out_colour = inside ? colour : push.background;
}
