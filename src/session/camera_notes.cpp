#include "session/camera_notes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scorefield::session {

std::vector<std::string> camera_notes(const render::ViewSpec& view, std::size_t dim) {
    const render::ViewSpec usual;
    const render::Orbit& orbit = view.orbit;
    const render::Look& look = view.look;
    std::vector<std::string> unused;
    const auto check = [&unused](const char* name, bool is_changed) {
        if (is_changed) unused.push_back(fmt::format("`look.{}`", name));
    };
    if (dim < 3) {
        check("projection", orbit.projection != usual.orbit.projection);
        check("azimuth", orbit.azimuth != usual.orbit.azimuth);
        check("elevation", orbit.elevation != usual.orbit.elevation);
        check("zoom", orbit.zoom != usual.orbit.zoom);
        check("pan_x", orbit.pan[0] != 0);
        check("pan_y", orbit.pan[1] != 0);
        check("pan_z", orbit.pan[2] != 0);
        check("turntable", orbit.turntable != 0);
        check("depth_fade", look.depth_fade != usual.look.depth_fade);
        check("point_size_unit", look.point_size_unit != usual.look.point_size_unit);
        check("grid", look.grid != usual.look.grid);
    }
    if (unused.empty()) return {};
    return {
        fmt::format("{} {} no effect: the particles have {} coordinate{}, and only three-dimensional ones have a "
                    "camera that turns",
                    fmt::join(unused, ", "), unused.size() == 1 ? "has" : "have", dim, dim == 1 ? "" : "s")};
}

}  // namespace scorefield::session
