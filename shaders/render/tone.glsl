// The colour of a pixel by its sums, over what is below; the curve is that of src/render/tone_curve.hpp. Needs TonemapPush
// `tone`, kMode, and
//   in   table  sRGB packed as 8-bit r, g, b: 256 entries for each map of density mode, the same for a light background,
//               then 256 of the origin
// Colours of the scene are premultiplied by alpha.

const uint kByDensity = 0u;
const uint kByOrigin = 1u;  // `colour` is used
const uint kAsOverlay = 2u;  // the data under the particles

vec3 entry(float value) {
    return unpackUnorm4x8(table[tone.table_offset + uint(clamp(value, 0.0, 1.0) * 255.0 + 0.5)]).rgb;
}

vec4 tone_colour(uint density, uint colour, vec4 below) {
    float amount = float(density);
    float light = min(log2(1.0 + amount * tone.gain) * tone.white, 1.0);
    if (kMode == kAsOverlay) return mix(below, vec4(tone.inks.rgb, 1.0), light * tone.strength);
    if (kMode == kByOrigin) {
        float origin = float(colour) * tone.inverse_levels / max(amount, 1.0);
        vec3 hue = mix(entry(origin), vec3(tone.inks.w), 0.35 * light * light);
        return mix(below, vec4(hue, 1.0), light * (2.0 - light));
    }
    // The first entries of a map can be darker than a dark background: begin above them.
    return mix(below, vec4(entry(0.08 + 0.92 * light), 1.0), min(light * 6.0, 1.0));
}

vec4 in_order(vec4 rgba) { return tone.blue_first != 0u ? rgba.bgra : rgba; }

// The new packed texel of the scene over the old one, `below`.
uint toned(uint density, uint colour, uint below) {
    return packUnorm4x8(in_order(tone_colour(density, colour, in_order(unpackUnorm4x8(below)))));
}
