#pragma once

#include <cstdint>
#include <vector>

#include "viewer/context.hpp"

namespace scorefield::viewer {

/// How many particles of how many coordinates a pane has: what a copy of them needs room for.
struct PaneSize {
    std::uint32_t count = 0;
    std::uint32_t dim = 0;

    bool operator==(const PaneSize&) const = default;
};

/// Those of all panes, the first pane's first.
inline std::vector<PaneSize> pane_sizes(const Context& context) {
    std::vector<PaneSize> sizes;
    for (std::size_t i = 0; i < context.panes.count(); ++i) {
        const session::Player& player = context.scene_of(i).player();
        sizes.push_back({player.count(), static_cast<std::uint32_t>(player.score().dim())});
    }
    return sizes;
}

/// Whether each pane shows the particles that it has now.
inline bool all_panes_show_particles(const Context& context) {
    for (std::size_t i = 0; i < context.panes.count(); ++i) {
        if (!context.scene_of(i).shows_particles()) return false;
    }
    return true;
}

}  // namespace scorefield::viewer
