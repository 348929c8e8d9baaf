#include "settings/space_settings.hpp"

#include "settings/texts.hpp"

namespace scorefield::settings {
namespace {

constexpr std::uint32_t kPictures = Command::view | Command::render;
constexpr double kMostAzimuth = 360;

}  // namespace

void add_space_settings(std::vector<Setting>& table) {
    constexpr std::string_view kGroup = "Picture";
    const std::size_t first = table.size();
    table.push_back({"look.projection", kGroup, choices(render::kProjectionNames), "", "Projection in three dimensions",
                     kPictures, [](Settings& s) -> Slot { return &s.orbit.projection; }});
    table.push_back(
        {"look.azimuth", kGroup, RealRange{-kMostAzimuth, kMostAzimuth}, "degrees",
         "Where the camera stands around the third axis: 0 = on the first axis, 90 = on the second. In three "
         "dimensions",
         kPictures, [](Settings& s) -> Slot { return &s.orbit.azimuth; }});
    table.push_back({"look.elevation", kGroup, RealRange{-render::kMostElevation, render::kMostElevation}, "degrees",
                     "Angle of the camera above the plane of the first two axes. In three dimensions", kPictures,
                     [](Settings& s) -> Slot { return &s.orbit.elevation; }});
    table.push_back({"look.zoom", kGroup,
                     RealRange{.low = render::kLeastOrbitZoom, .high = render::kMostOrbitZoom, .logarithmic = true}, "",
                     "Zoom of the camera: 1 shows noise and data whole, 2 from half the distance. In three dimensions",
                     kPictures, [](Settings& s) -> Slot { return &s.orbit.zoom; }});
    constexpr RealRange kPan{.low = -render::kMostPan, .high = render::kMostPan};
    table.push_back(
        {"look.pan_x", kGroup, kPan, "",
         "First coordinate of the point that the camera orbits: distance from the middle of noise and data, "
         "as a multiple of their radius. In three dimensions",
         kPictures, [](Settings& s) -> Slot { return &s.orbit.pan[0]; }});
    table.push_back({"look.pan_y", kGroup, kPan, "", "Second coordinate of that point", kPictures,
                     [](Settings& s) -> Slot { return &s.orbit.pan[1]; }});
    table.push_back({"look.pan_z", kGroup, kPan, "", "Third coordinate of that point", kPictures,
                     [](Settings& s) -> Slot { return &s.orbit.pan[2]; }});
    table.push_back({"look.turntable", kGroup, RealRange{-render::kMostTurntable, render::kMostTurntable}, "degrees/s",
                     "Rotation of the camera around the third axis, from `look.azimuth`; in a video per second of the "
                     "video. In three dimensions",
                     kPictures, [](Settings& s) -> Slot { return &s.orbit.turntable; }});
    table.push_back({"look.depth_fade", kGroup, RealRange{0, 1}, "",
                     "How much fainter distant particles are: 0 = not at all, 1 = those at the back vanish. In three "
                     "dimensions",
                     kPictures, [](Settings& s) -> Slot { return &s.look.depth_fade; }});
    table.push_back(
        {"look.point_size_unit", kGroup, choices(render::kPointSizeUnitNames), "",
         "Size of three-dimensional particles: world = larger near the camera, pixels = the same everywhere", kPictures,
         [](Settings& s) -> Slot { return &s.look.point_size_unit; }});
    table.push_back({"look.grid", kGroup, Toggle{}, "", "Show the ground grid with the axes. In three dimensions",
                     kPictures, [](Settings& s) -> Slot { return &s.look.grid; }});
    // Few pictures have three dimensions: the first screen of help leaves them out.
    for (std::size_t i = first; i < table.size(); ++i) table[i].is_detail = true;
}

}  // namespace scorefield::settings
