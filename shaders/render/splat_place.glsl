// Where a particle stands in the picture, for the shaders that go over particles. Needs SplatPush and the buffer
// `values`. Everything is loaded without branches (a load under a divergent mask costs ten times as much on software
// devices); particles that are off the picture or not finite are not `inside`.

struct Place {
    bool inside;  // a tap may be on the picture
    ivec2 cell;   // pixel left of and above the position
    ivec2 fraction;  // of the way into the cell, 0 … S − 1, S = 2^subpixel_bits
};

// Particle i of splat.count, or the last one for greater i, which is not inside.
Place place_of(SplatPush splat, uint i, int radius) {
    bool present = i < splat.count;
    uint at = splat.first + min(i, splat.count - 1u);
    float x = values[at];
    float y = values[at + splat.y_plane];
    // Van der Corput's sequence fills the strip evenly; 24 bits are exact in a float.
    float strip_y = float(bitfieldReverse(i) >> 8) * 5.9604644775390625e-8 - 0.5;
    y = splat.strip != 0u ? strip_y : y;

    precise float position_x = x * splat.transform.scale.x;
    position_x = position_x + splat.transform.offset.x;
    precise float position_y = y * splat.transform.scale.y;
    position_y = position_y + splat.transform.offset.y;
    float low = -float(radius << splat.subpixel_bits);
    float high_x = float((splat.width + radius) << splat.subpixel_bits);
    float high_y = float((splat.height + radius) << splat.subpixel_bits);
    Place place;
    place.inside = present && position_x >= low && position_x < high_x && position_y >= low && position_y < high_y;

    ivec2 fixed_point = ivec2(floor(place.inside ? vec2(position_x, position_y) : vec2(low)));
    place.cell = fixed_point >> splat.subpixel_bits;
    place.fraction = fixed_point & ((1 << splat.subpixel_bits) - 1);
    return place;
}
