#version 460
// Test shader: one square per instance, corners pulled from a buffer. centres: one vec4 (x, y, half size, brightness)
// per instance, in clip space; 6 vertices each.
layout(set = 0, binding = 0) readonly buffer Centres { vec4 centres[]; };
layout(location = 0) out float brightness;

void main() {
    const vec2 corners[6] = vec2[](vec2(-1, -1), vec2(1, -1), vec2(1, 1), vec2(-1, -1), vec2(1, 1), vec2(-1, 1));
    vec4 centre = centres[gl_InstanceIndex];
    brightness = centre.w;
    gl_Position = vec4(centre.xy + centre.z * corners[gl_VertexIndex], 0.0, 1.0);
}
