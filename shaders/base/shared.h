// For structs that C++ and GLSL share. Each stands in its own header, between SHARED_BEGIN and SHARED_END, which both
// languages include by its path from the project's root. In C++ the namespace is scorefield::shaders. Members are uint,
// int, float, vec2, vec4, arrays of float and shared structs: C++, push constants and std430 place these alike.
#ifndef SCOREFIELD_BASE_SHARED_H
#define SCOREFIELD_BASE_SHARED_H

#ifdef __cplusplus

#include <array>
#include <cstdint>

#define SHARED_BEGIN namespace scorefield::shaders {
#define SHARED_END }
// The value of a member that an initialiser in C++ leaves out.
#define SHARED_DEFAULT(value) = value
// The size in C++; structs with vectors state it, so that no padding goes unnoticed.
#define SHARED_SIZE(type, bytes) static_assert(sizeof(type) == (bytes));

namespace scorefield::shaders {

using uint = std::uint32_t;
struct alignas(8) vec2 : std::array<float, 2> {};
struct alignas(16) vec4 : std::array<float, 4> {};

}  // namespace scorefield::shaders

#else

#define SHARED_BEGIN
#define SHARED_END
#define SHARED_DEFAULT(value)
#define SHARED_SIZE(type, bytes)

#endif

#endif
