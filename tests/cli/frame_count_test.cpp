#include "cli/frame_count.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <string>

#include "base/error.hpp"

namespace scorefield::cli {
namespace {

using testing::HasSubstr;

std::string refusal(const settings::Settings& settings, int steps) {
    try {
        frame_count(settings, steps);
    } catch (const base::Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(FrameCount, IsThatOfTheWholeRun) {
    settings::Settings settings;
    settings.fps = 30;
    settings.steps_per_second = 15;
    settings.hold = 1;
    EXPECT_EQ(frame_count(settings, 50), static_cast<std::uint64_t>(std::ceil((2 + 49 / 15.0) * 30)));
    settings.hold = 0;
    settings.fps = 1;
    settings.steps_per_second = 1000;
    EXPECT_EQ(frame_count(settings, 1), 1U);
}

TEST(FrameCount, RefusesFilmsThatNobodySees) {
    settings::Settings settings;
    settings.fps = 240;
    settings.hold = 60;
    for (const double pace : {1e-300, 5e-324, 1e-3}) {
        settings.steps_per_second = pace;
        EXPECT_THAT(refusal(settings, 50), HasSubstr("too many frames (--steps-per-second)"));
    }
    // The pace that the hint names fits.
    for (const int steps : {1, 50, 1'000'000}) {
        settings.steps_per_second = 1e-6;
        const std::string error = refusal(settings, steps);
        settings.steps_per_second = std::stod(error.substr(error.find("; give ") + 7));
        EXPECT_EQ(refusal(settings, steps), "no error") << error;
    }
}

TEST(SheetSize, IsThatOfAllTiles) {
    settings::Settings settings;
    settings.width = 3840;
    settings.height = 2160;
    EXPECT_NO_THROW(require_sheet_size(settings));
    settings.width = 7680;
    settings.height = 4320;
    try {
        require_sheet_size(settings);
        ADD_FAILURE();
    } catch (const base::Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("give 4459 x 2508 or smaller"));
    }
    settings.width = 4459;
    settings.height = 2508;
    EXPECT_NO_THROW(require_sheet_size(settings));
}

}  // namespace
}  // namespace scorefield::cli
