#include "viewer/layout.hpp"

#include <algorithm>
#include <cmath>

namespace scorefield::viewer {
namespace {

// In screen units.
constexpr float kPanelWidth = 330;    ///< the usual one
constexpr float kLeastPanel = 290;    ///< minimum width of the panel beside the picture
constexpr float kLeastPicture = 200;  ///< minimum width of the picture beside the panel
constexpr float kLeastBeside = 64;    ///< width of the picture that a panel over it leaves visible
constexpr float kStripHeight = 28;    ///< height of the status bar
constexpr float kTimelineHeight = 52;
constexpr float kAboutHeight = 82;     ///< title and three lines
constexpr float kHighWindow = 360;     ///< windows lower than this have title and description over the picture
constexpr float kLowWindow = 160;      ///< windows lower than this have no status bar
constexpr float kShallowWindow = 240;  ///< windows lower than this have no timeline

}  // namespace

Layout layout_of(VkExtent2D window, float scale, const PanelChoice& panel) {
    const float width = static_cast<float>(window.width) / scale;
    const float height = static_cast<float>(window.height) / scale;
    const auto pixels = [&](float units) { return static_cast<std::uint32_t>(std::round(scale * units)); };
    Layout now;
    now.window = window;
    now.scale = scale;
    now.narrow = width < kLeastPanel + kLeastPicture;
    if (panel.timeline_alone) {
        // Nothing beside or over the picture.
    } else if (now.narrow) {
        if (panel.over) now.panel = pixels(std::clamp(width - kLeastBeside, 0.0F, kPanelWidth));
    } else if (panel.beside) {
        const float wanted = panel.width > 0 ? panel.width : kPanelWidth;
        now.panel = pixels(std::max(std::min(width / 2, wanted), kLeastPanel));
        now.left = now.panel;
    }
    now.row = pixels(kStripHeight);
    const bool strip = !panel.timeline_alone && (now.narrow || panel.beside);
    if (strip && height >= kLowWindow) now.strip = now.row;
    if ((strip || panel.timeline_alone) && height >= kShallowWindow) now.timeline = pixels(kTimelineHeight);
    if (panel.timeline_alone && panel.about && height >= kHighWindow) now.about = pixels(kAboutHeight);
    const std::uint32_t below = now.strip + now.timeline + now.about;
    now.picture = {std::max(1U, window.width - now.left), std::max(1U, window.height - below)};
    return now;
}

}  // namespace scorefield::viewer
