#include <gtest/gtest.h>

#include "base/error.hpp"
#include "render/frame_sequence.hpp"
#include "render/png_file.hpp"
#include "tests/base/scratch.hpp"
#include "tests/render/pictures.hpp"
#include "tests/render/read_png.hpp"

namespace scorefield::render {
namespace {

namespace fs = std::filesystem;

TEST(PngFile, GivesBackThePictureAndTheSameBytesEachTime) {
    const base::ScratchFolder folder;
    for (const auto& [width, height] : {std::pair{1u, 1u}, {3u, 5u}, {333u, 217u}}) {
        const Picture picture = random_picture(width, height, width);
        write_png(folder / "a.png", picture);
        write_png(folder / "b.png", picture);
        EXPECT_EQ(read_png(folder / "a.png"), picture);
        EXPECT_EQ(content(folder / "a.png"), content(folder / "b.png"));
    }
    EXPECT_EQ(entries(folder.path()), 2u);
}

/// As a viewer shows it over any colour: within the rounding of 8 bits, twice.
TEST(PngFile, KeepsTransparencyWhateverIsBelow) {
    const base::ScratchFolder folder;
    Picture picture = random_picture(64, 32, 3);
    std::mt19937 random(8);
    for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
        const unsigned alpha = i % 3 == 0 ? 0 : random() % 256;
        for (std::size_t c = 0; c < 3; ++c) picture.rgba[i + c] = std::uint8_t(picture.rgba[i + c] * alpha / 255);
        picture.rgba[i + 3] = std::uint8_t(alpha);
    }
    write_png(folder / "a.png", picture);
    const Picture found = read_png(folder / "a.png");
    for (const double below : {0.0, 77.0, 255.0}) {
        for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
            const double alpha = picture.rgba[i + 3] / 255.0;
            ASSERT_EQ(found.rgba[i + 3], picture.rgba[i + 3]);
            for (std::size_t c = 0; c < 3; ++c) {
                const double expected = picture.rgba[i + c] + (1 - alpha) * below;
                ASSERT_NEAR(alpha * found.rgba[i + c] + (1 - alpha) * below, expected, 0.51);
            }
        }
    }
}

TEST(PngFile, NamesThePathWhenItCannotWrite) {
    const base::ScratchFolder folder;
    try {
        write_png(folder / "missing" / "a.png", random_picture(2, 2, 1));
        FAIL();
    } catch (const base::Error& error) {
        EXPECT_EQ(error.fault(), base::Fault::running);
        EXPECT_NE(std::string(error.what()).find("missing/a.png"), std::string::npos) << error.what();
    }
    EXPECT_EQ(entries(folder.path()), 0u);
}

TEST(FrameSequence, AppearsWholeOnFinish) {
    const base::ScratchFolder folder;
    {
        FrameSequence frames(folder / "film/");
        for (unsigned i = 0; i < 3; ++i) frames.write(random_picture(4, 3, i));
        EXPECT_FALSE(fs::exists(folder / "film"));
        frames.finish();
    }
    EXPECT_EQ(entries(folder.path()), 1u);
    EXPECT_EQ(entries(folder / "film"), 3u);
    for (unsigned i = 0; i < 3; ++i) {
        EXPECT_EQ(read_png(folder / "film" / ("frame_000" + std::to_string(i) + ".png")), random_picture(4, 3, i));
    }
}

TEST(FrameSequence, ReplacesAnOlderOneAndKeepsOtherFiles) {
    const base::ScratchFolder folder;
    for (const char* name : {"frame_0000.png", "frame_0007.png", "frame_12345.png", "frame_7.png", "notes.txt"}) {
        std::ofstream(folder / name) << "old";
    }
    FrameSequence frames(folder.path());
    for (unsigned i = 0; i < 2; ++i) frames.write(random_picture(4, 3, i));
    EXPECT_EQ(content(folder / "frame_0000.png"), "old");
    frames.finish();
    EXPECT_EQ(read_png(folder / "frame_0000.png"), random_picture(4, 3, 0));
    EXPECT_TRUE(fs::exists(folder / "frame_0001.png"));
    EXPECT_FALSE(fs::exists(folder / "frame_0007.png"));
    EXPECT_FALSE(fs::exists(folder / "frame_12345.png"));
    EXPECT_EQ(content(folder / "frame_7.png"), "old");
    EXPECT_EQ(content(folder / "notes.txt"), "old");
}

TEST(FrameSequence, OfOtherNamesKeepsFramesWithHigherNumbers) {
    const base::ScratchFolder folder;
    for (const char* name : {"f1.png", "f7.png"}) std::ofstream(folder / name) << "old";
    {
        FrameSequence frames(folder.path(), {"f%d.png", "frames"}, false);
        for (unsigned i = 0; i < 2; ++i) frames.write(random_picture(4, 3, i));
        frames.finish();
    }
    EXPECT_EQ(read_png(folder / "f1.png"), random_picture(4, 3, 1));
    EXPECT_EQ(content(folder / "f7.png"), "old");
    EXPECT_EQ(entries(folder.path()), 3u);
}

TEST(FrameSequence, LeavesNothingWithoutFinish) {
    const base::ScratchFolder folder;
    { FrameSequence(folder / "film").write(random_picture(4, 3, 1)); }
    EXPECT_EQ(entries(folder.path()), 0u);
}

TEST(FrameSequence, FollowsLinksToFoldersOldAndNew) {
    const base::ScratchFolder folder;
    fs::create_directory(folder / "old");
    for (const char* name : {"old", "new"}) {
        fs::create_symlink(name, folder / (std::string("to ") + name));
        FrameSequence frames(folder / (std::string("to ") + name));
        frames.write(random_picture(4, 3, 1));
        frames.finish();
        EXPECT_TRUE(fs::is_regular_file(folder / name / "frame_0000.png")) << name;
        EXPECT_TRUE(fs::is_symlink(folder / (std::string("to ") + name)));
    }
    EXPECT_EQ(entries(folder.path()), 4u);
}

TEST(FrameSequence, RefusesAFileAndAMissingParent) {
    const base::ScratchFolder folder;
    std::ofstream(folder / "file") << "x";
    EXPECT_THROW(FrameSequence(folder / "file"), base::Error);
    EXPECT_THROW(FrameSequence(folder / "none" / "film"), base::Error);
    EXPECT_THROW(FrameSequence("/dev/null"), base::Error);
    EXPECT_THROW(FrameSequence(folder / std::string(300, 'a')), base::Error);
    EXPECT_EQ(entries(folder.path()), 1u);
}

}  // namespace
}  // namespace scorefield::render
