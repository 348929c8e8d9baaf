#include "session/camera_notes.hpp"

#include <gmock/gmock.h>

namespace scorefield::session {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(CameraNotes, NameWhatAPictureOfAPlaneDoesNotUse) {
    render::ViewSpec view;
    EXPECT_TRUE(camera_notes(view, 2).empty());
    view.orbit.azimuth = 10;
    view.look.depth_fade = 0;
    EXPECT_TRUE(camera_notes(view, 3).empty());
    const auto notes = camera_notes(view, 2);
    ASSERT_EQ(notes.size(), 1U);
    EXPECT_THAT(notes[0], HasSubstr("`look.azimuth`, `look.depth_fade` have no effect"));
    EXPECT_THAT(notes[0], Not(HasSubstr("elevation")));
    view.look.depth_fade = render::Look().depth_fade;
    EXPECT_THAT(camera_notes(view, 1).front(),
                HasSubstr("`look.azimuth` has no effect: the particles have 1 coordinate,"));
}

}  // namespace
}  // namespace scorefield::session
