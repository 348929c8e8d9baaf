#include "settings/window_settings.hpp"

namespace scorefield::settings {

void add_window_settings(std::vector<Setting>& table) {
    constexpr std::string_view kGroup = "Window";
    constexpr auto kWindow = static_cast<std::uint32_t>(Command::view);
    table.push_back({"ui.theme", kGroup, Choices{{kThemes.begin(), kThemes.end()}}, "",
                     "Colours of the panel and the other controls", kWindow,
                     [](Settings& s) -> Slot { return &s.theme; }});
    table.push_back({"ui.text_size", kGroup, Choices{{kTextSizes.begin(), kTextSizes.end()}}, "pixels",
                     "Size of the text. Presenter mode shows it three sizes larger", kWindow,
                     [](Settings& s) -> Slot { return &s.text_size; }});
    table.push_back(
        {"ui.budget", kGroup, RealRange{1, 1000, false, 100}, "ms",
         "Time in each frame for the steps of the particles. More makes steps quicker on a slow device, and "
         "frames longer",
         kWindow, [](Settings& s) -> Slot { return &s.budget_ms; }});
    table.push_back({"ui.screenshot", kGroup, Choices{{kScreenshots.begin(), kScreenshots.end()}}, "",
                     "What a screenshot shows: the picture alone, or the whole window", kWindow,
                     [](Settings& s) -> Slot { return &s.screenshot; }});
    table.push_back({"ui.screenshot_scale", kGroup, Choices{{kScreenshotScales.begin(), kScreenshotScales.end()}}, "",
                     "Size of a screenshot of the picture: it is drawn again, 2 or 4 times as large", kWindow,
                     [](Settings& s) -> Slot { return &s.screenshot_scale; }});
    table.push_back({"ui.particles_format", kGroup, Choices{{kParticlesFormats.begin(), kParticlesFormats.end()}}, "",
                     "Files that the window saves particles in", kWindow,
                     [](Settings& s) -> Slot { return &s.particles_format; }});
    table.push_back({"ui.remember", kGroup, Toggle{}, "",
                     "Start with the window as it was closed: place, size, panel, theme and text size", kWindow,
                     [](Settings& s) -> Slot { return &s.remember; }});
}

}  // namespace scorefield::settings
