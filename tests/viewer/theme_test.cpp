#include "viewer/theme.hpp"

#include <gtest/gtest.h>

#include "settings/settings.hpp"
#include "viewer/window_look.hpp"

namespace scorefield::viewer {
namespace {

TEST(Contrast, IsThatOfTheGuidelines) {
    EXPECT_NEAR(contrast(0x000000, 0xFFFFFF), 21, 1e-9);
    EXPECT_NEAR(contrast(0x777777, 0xFFFFFF), 4.48, 0.005) << "the usual example of a grey that is just too light";
    EXPECT_EQ(contrast(0x4C9FFF, 0x0E1116), contrast(0x0E1116, 0x4C9FFF));
}

/// WCAG 2.1, level AA, for text of usual size.
TEST(Theme, HasReadableTextOnEveryGround) {
    constexpr double kReadable = 4.5;
    for (const std::string_view name : settings::kThemes) {
        const Theme& theme = theme_of(name);
        EXPECT_EQ(theme.is_dark, name == "dark");
        for (const std::uint32_t ground :
             {theme.background, theme.surface, theme.control, theme.hovered, theme.active}) {
            EXPECT_GE(contrast(theme.text, ground), kReadable) << name << std::hex << " " << ground;
            EXPECT_GE(contrast(theme.secondary, ground), kReadable) << name << std::hex << " " << ground;
        }
        EXPECT_GE(contrast(theme.text, theme.grab), kReadable) << name << ": the number over a slider's grab";
        for (const std::uint32_t colour : {theme.accent, theme.warning, theme.error}) {
            for (const std::uint32_t ground : {theme.background, theme.surface, theme.control}) {
                EXPECT_GE(contrast(colour, ground), kReadable) << name << std::hex << " " << colour << " " << ground;
            }
            EXPECT_GE(contrast(theme.on_colour, colour), kReadable) << name << std::hex << " " << colour;
        }
    }
}

TEST(WindowLook, EnlargesEveryTextSizeInPresenterMode) {
    for (const std::string_view size : settings::kTextSizes) {
        settings::Settings settings;
        settings.text_size = size;
        EXPECT_EQ(std::to_string(window_look(settings, false).text_pixels), size);
        EXPECT_GE(window_look(settings, true).text_pixels, 1.4 * window_look(settings, false).text_pixels) << size;
    }
    EXPECT_EQ(window_look({}, true).text_pixels, 22);
    EXPECT_EQ(window_look({}, false).text_scale(), 1);
}

}  // namespace
}  // namespace scorefield::viewer
