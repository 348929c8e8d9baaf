#version 460
// Test shader: target[y * width + x] = 1000 r + g of the pixel, in bytes. source: sampled; target: width*height words.
layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 0) uniform sampler2D source;
layout(set = 0, binding = 1) writeonly buffer Target { uint target[]; };

void main() {
    ivec2 size = textureSize(source, 0);
    ivec2 at = ivec2(gl_GlobalInvocationID.xy);
    if (any(greaterThanEqual(at, size))) return;
    vec4 pixel = round(textureLod(source, (vec2(at) + 0.5) / vec2(size), 0.0) * 255.0);
    target[at.y * size.x + at.x] = uint(pixel.r) * 1000u + uint(pixel.g);
}
