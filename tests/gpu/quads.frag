#version 460
// Test shader: a constant colour, premultiplied.
layout(location = 0) in float brightness;
layout(location = 0) out vec4 colour;
layout(push_constant) uniform Push { float alpha; };

void main() { colour = vec4(vec3(brightness), 1.0) * alpha; }
