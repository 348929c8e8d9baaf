#version 460
// Test shader: target pixel (x, y) = (x, y, x + y, 255) / 255. target: packed words, red lowest, written only.
layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 0, r32ui) writeonly uniform uimage2D target;

void main() {
    ivec2 at = ivec2(gl_GlobalInvocationID.xy);
    if (any(greaterThanEqual(at, imageSize(target)))) return;
    imageStore(target, at, uvec4(packUnorm4x8(vec4(at, at.x + at.y, 255) / 255.0)));
}
