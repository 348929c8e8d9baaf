#include "render/film.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "render/mp4_check.hpp"
#include "tests/base/scratch.hpp"
#include "tests/render/pictures.hpp"

namespace scorefield::render {
namespace {

namespace fs = std::filesystem;

bool has_ffmpeg() {
    return std::system("ffmpeg -version >/dev/null 2>&1") == 0;
}

std::string output_of(const std::string& command) {
    std::string text;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 256> line{};
    while (std::fgets(line.data(), int(line.size()), pipe) != nullptr) text += line.data();
    ::pclose(pipe);
    return text;
}

/// Another search path for programs during a test.
class SearchPath {
  public:
    explicit SearchPath(const std::string& path) : old_(std::getenv("PATH")) { ::setenv("PATH", path.c_str(), 1); }
    ~SearchPath() { ::setenv("PATH", old_.c_str(), 1); }
    SearchPath(const SearchPath&) = delete;
    SearchPath& operator=(const SearchPath&) = delete;

  private:
    std::string old_;
};

void make_film(const fs::path& path, std::uint32_t width, std::uint32_t height, unsigned frames) {
    Film film(path, width, height, 25);
    for (unsigned i = 0; i < frames; ++i) film.write(random_picture(width, height, i));
    film.finish();
}

TEST(Film, HasEveryFrameAtTheRightSizeAndRate) {
    ASSERT_TRUE(has_ffmpeg()) << "install the package ffmpeg";
    const base::ScratchFolder folder;
    make_film(folder / "a.mp4", 64, 48, 13);
    make_film(folder / "odd.mp4", 33, 17, 5);
    const std::string probe =
        "ffprobe -v error -count_frames -select_streams v -of csv=p=0 -show_entries "
        "stream=codec_name,width,height,pix_fmt,r_frame_rate,nb_read_frames ";
    EXPECT_EQ(output_of(probe + (folder / "a.mp4").string()), "h264,64,48,yuv420p,25/1,13\n");
    EXPECT_EQ(output_of(probe + (folder / "odd.mp4").string()), "h264,34,18,yuv420p,25/1,5\n");
    EXPECT_EQ(entries(folder.path()), 2u);
}

TEST(Film, IsTheSameFileForTheSameFrames) {
    ASSERT_TRUE(has_ffmpeg()) << "install the package ffmpeg";
    const base::ScratchFolder folder;
    make_film(folder / "a.mp4", 64, 48, 20);
    make_film(folder / "b.mp4", 64, 48, 20);
    EXPECT_EQ(content(folder / "a.mp4"), content(folder / "b.mp4"));
}

TEST(Film, LeavesNothingWithoutFinish) {
    ASSERT_TRUE(has_ffmpeg()) << "install the package ffmpeg";
    const base::ScratchFolder folder;
    {
        Film film(folder / "a.mp4", 64, 48, 25);
        film.write(random_picture(64, 48, 1));
        EXPECT_THROW(film.write(random_picture(64, 47, 1)), std::invalid_argument);
    }
    EXPECT_EQ(entries(folder.path()), 0u);
}

TEST(Film, NamesThePackageWhenFfmpegIsMissing) {
    const base::ScratchFolder folder;
    const base::ScratchFolder empty;
    const SearchPath path(empty.path().string());
    try {
        Film film(folder / "a.mp4", 64, 48, 25);
        FAIL();
    } catch (const base::Error& error) {
        EXPECT_EQ(error.fault(), base::Fault::running);
        EXPECT_THAT(error.what(), testing::HasSubstr("install the package ffmpeg"));
    }
    EXPECT_EQ(entries(folder.path()), 0u);
}

TEST(Film, SaysWhatFfmpegSaidWhenItFailsAndLeavesNothing) {
    const base::ScratchFolder folder;
    const base::ScratchFolder programs;
    std::ofstream(programs / "ffmpeg") << "#!/bin/sh\nfor last; do :; done\n: > \"${last#file:}\"\n"
                                          "echo first >&2\necho 'disk is full' >&2\nexit 3\n";
    fs::permissions(programs / "ffmpeg", fs::perms::owner_all);
    const SearchPath path(programs.path().string() + ":/usr/bin:/bin");
    try {
        Film film(folder / "a.mp4", 640, 480, 25);
        for (unsigned i = 0; i < 50; ++i) film.write(random_picture(640, 480, i));
        film.finish();
        FAIL();
    } catch (const base::Error& error) {
        EXPECT_EQ(error.fault(), base::Fault::running);
        EXPECT_THAT(error.what(), testing::HasSubstr("ffmpeg: disk is full"));
        EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("first")));
    }
    EXPECT_EQ(entries(folder.path()), 0u);
}

/// A script in the place of ffmpeg.
class OtherFfmpeg {
  public:
    explicit OtherFfmpeg(const std::string& script) : path_(folder_.path().string() + ":/usr/bin:/bin") {
        std::ofstream(folder_ / "ffmpeg") << "#!/bin/sh\n" << script << "\n";
        fs::permissions(folder_ / "ffmpeg", fs::perms::owner_all);
    }

  private:
    base::ScratchFolder folder_;
    SearchPath path_;
};

TEST(Film, RejectsOutputWhenFfmpegFailsSilently) {
    ASSERT_TRUE(has_ffmpeg()) << "install the package ffmpeg";
    const base::ScratchFolder folder;
    std::ofstream(folder / "a.mp4") << "the old film";
    for (const char* script : {"cat > /dev/null", "/usr/bin/ffmpeg \"$@\"; echo 'no space' >&2",
                               "head -c 10000 | /usr/bin/ffmpeg \"$@\"; cat > /dev/null"}) {
        const OtherFfmpeg other(script);
        EXPECT_THROW(make_film(folder / "a.mp4", 64, 48, 5), base::Error) << script;
        EXPECT_EQ(content(folder / "a.mp4"), "the old film") << script;
    }
    EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(Film, IsGivenUpWhileFfmpegHangs) {
    const base::ScratchFolder folder;
    for (const bool at_the_end : {false, true}) {
        const OtherFfmpeg hanging(at_the_end ? "cat > /dev/null; sleep 1000" : "sleep 1000");
        int asked = 0;
        Film film(folder / "a.mp4", 640, 480, 25, [&] { return at_the_end ? ++asked > 20 : ++asked > 2; });
        EXPECT_THROW(
            {
                for (unsigned i = 0; i < (at_the_end ? 1 : 10); ++i) film.write(random_picture(640, 480, i));
                film.finish();
            },
            base::Error);
        EXPECT_THROW(film.finish(), base::Error);
    }
    EXPECT_EQ(entries(folder.path()), 0u);
}

TEST(Film, DetectsTruncatedMp4) {
    ASSERT_TRUE(has_ffmpeg()) << "install the package ffmpeg";
    const base::ScratchFolder folder;
    make_film(folder / "a.mp4", 64, 48, 7);
    const std::string whole = content(folder / "a.mp4");
    const auto fault = [&](const std::string& bytes, std::uint64_t frames) {
        std::ofstream(folder / "b.mp4", std::ios::binary) << bytes;
        const base::Descriptor file(::open((folder / "b.mp4").c_str(), O_RDONLY));
        return mp4_fault(file.get(), frames);
    };
    EXPECT_EQ(fault(whole, 7), "");
    EXPECT_THAT(fault(whole, 8), testing::HasSubstr("7 of 8"));
    for (std::size_t bytes = whole.size() - 1; bytes > 200; bytes -= 101) {
        EXPECT_NE(fault(whole.substr(0, bytes), 7), "") << bytes << " of " << whole.size() << " bytes";
    }
    std::string without_index = whole;
    without_index.replace(without_index.find("moov"), 4, "free");
    EXPECT_NE(fault(without_index, 7), "");
    std::string long_box = whole;
    long_box[long_box.find("mdat") - 4] = '\x7f';
    EXPECT_NE(fault(long_box, 7), "");
}

TEST(Film, MayHaveAnyNameThatAFileMayHave) {
    ASSERT_TRUE(has_ffmpeg()) << "install the package ffmpeg";
    const base::ScratchFolder folder;
    const fs::path before = fs::current_path();
    fs::current_path(folder.path());
    for (const char* name : {"a:b.mp4", "-f.mp4", "100%d.mp4", "a b.mp4"}) {
        EXPECT_NO_THROW(make_film(name, 16, 16, 2)) << name;
        EXPECT_TRUE(fs::exists(folder / name)) << name;
    }
    fs::current_path(before);
    EXPECT_EQ(entries(folder.path()), 4u);
}

TEST(Film, FollowsLinksAndRefusesWhatIsNoFile) {
    ASSERT_TRUE(has_ffmpeg()) << "install the package ffmpeg";
    const base::ScratchFolder folder;
    fs::create_directory(folder / "films");
    fs::create_symlink("films/a.mp4", folder / "link.mp4");
    make_film(folder / "link.mp4", 16, 16, 2);
    EXPECT_TRUE(fs::is_symlink(folder / "link.mp4"));
    EXPECT_TRUE(fs::is_regular_file(folder / "films" / "a.mp4"));
    ASSERT_EQ(::mkfifo((folder / "pipe.mp4").c_str(), 0600), 0);
    EXPECT_THROW(Film(folder / "pipe.mp4", 16, 16, 25), base::Error);
    EXPECT_TRUE(fs::is_fifo(folder / "pipe.mp4"));
    EXPECT_EQ(entries(folder.path()), 3u);
    EXPECT_EQ(entries(folder / "films"), 1u);
}

TEST(Film, RefusesAnUnwritablePath) {
    const base::ScratchFolder folder;
    EXPECT_THROW(Film(folder / "none" / "a.mp4", 64, 48, 25), base::Error);
    EXPECT_THROW(Film(folder / (std::string(300, 'a') + ".mp4"), 64, 48, 25), base::Error);
}

}  // namespace
}  // namespace scorefield::render
