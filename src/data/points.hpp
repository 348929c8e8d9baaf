#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace scorefield::data {

/// The largest number of coordinates of a point, in every module. With 4096 coordinates, one register of the smallest
/// population on a GPU (512 particles) takes 8 MiB. Every Vulkan device can bind 128 MiB as one buffer, which is room
/// for 16 registers. One register of a pilot (4096 particles in double precision) takes 128 MiB.
inline constexpr std::size_t kMaxDim = 4096;

/// A set of points, row-major (count, dim). Their coordinates are `values` + `origin`: points that lie close together
/// far from zero keep the digits that tell them apart.
struct Points {
    std::size_t count = 0;
    std::size_t dim = 0;
    std::vector<float> values;
    std::vector<std::uint32_t> labels = {};  ///< (count), each point's class; empty where there are none
    std::vector<double> origin = {};         ///< (dim); empty: 0

    bool operator==(const Points&) const = default;
};

/// Those with this label; none where the points have no labels.
Points points_of_class(const Points& points, std::uint32_t label);

/// `count` of the points at even strides, labels too; all of them where they are no more.
Points thinned(const Points& points, std::size_t count);

/// Points from coordinates, row-major (count, dim): about 0 where float32 holds all of them exactly, else about their
/// mean. dim ≥ 1.
Points about_origin(std::span<const double> coordinates, std::size_t dim);

/// Rows (n, dim) as planes (dim, n): coordinate by coordinate, as the GPU keeps states. dim ≥ 1.
std::vector<float> to_planes(std::span<const float> rows, std::size_t dim);

}  // namespace scorefield::data
