#include "render/film.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "render/video_format.hpp"
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
    make_film(folder / "a.webm", 64, 48, 13);
    make_film(folder / "odd.WEBM", 33, 17, 5);
    make_film(folder / "a.gif", 64, 48, 13);
    make_film(folder / "odd.GIF", 33, 17, 5);
    const std::string probe =
        "ffprobe -v error -count_frames -select_streams v -of csv=p=0 -show_entries "
        "stream=codec_name,width,height,pix_fmt,r_frame_rate,nb_read_frames ";
    EXPECT_EQ(output_of(probe + (folder / "a.mp4").string()), "h264,64,48,yuv420p,25/1,13\n");
    EXPECT_EQ(output_of(probe + (folder / "odd.mp4").string()), "h264,34,18,yuv420p,25/1,5\n");
    EXPECT_EQ(output_of(probe + (folder / "a.webm").string()), "vp9,64,48,yuv420p,25/1,13\n");
    EXPECT_EQ(output_of(probe + (folder / "odd.WEBM").string()), "vp9,34,18,yuv420p,25/1,5\n");
    EXPECT_EQ(output_of(probe + (folder / "a.gif").string()), "gif,64,48,bgra,25/1,13\n");
    EXPECT_EQ(output_of(probe + (folder / "odd.GIF").string()), "gif,33,17,bgra,25/1,5\n");
    EXPECT_EQ(entries(folder.path()), 6u);
}

TEST(Film, IsTheSameFileForTheSameFrames) {
    ASSERT_TRUE(has_ffmpeg()) << "install the package ffmpeg";
    const base::ScratchFolder folder;
    for (const VideoFormat& format : video_formats()) {
        const std::string ending(format.ending);
        make_film(folder / ("a" + ending), 64, 48, 20);
        make_film(folder / ("b" + ending), 64, 48, 20);
        EXPECT_EQ(content(folder / ("a" + ending)), content(folder / ("b" + ending))) << ending;
    }
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

/// What the check of its format says of a file with these bytes.
std::string fault_of(const fs::path& path, const std::string& bytes, std::uint64_t frames) {
    std::ofstream(path, std::ios::binary) << bytes;
    const base::Descriptor file(::open(path.c_str(), O_RDONLY));
    return find_video_format(path)->fault(file.get(), frames);
}

TEST(Film, DetectsTruncatedAndLengthenedFiles) {
    ASSERT_TRUE(has_ffmpeg()) << "install the package ffmpeg";
    for (const VideoFormat& format : video_formats()) {
        const base::ScratchFolder folder;
        const fs::path path = folder / ("a" + std::string(format.ending));
        make_film(path, 64, 48, 7);
        const std::string whole = content(path);
        EXPECT_EQ(fault_of(path, whole, 7), "") << format.name;
        EXPECT_THAT(fault_of(path, whole, 8), testing::HasSubstr("7 frames instead of 8")) << format.name;
        EXPECT_THAT(fault_of(path, whole, 6), testing::HasSubstr("7 frames instead of 6")) << format.name;
        for (std::size_t bytes = 0; bytes < whole.size(); bytes += 97) {
            EXPECT_NE(fault_of(path, whole.substr(0, bytes), 7), "") << bytes << " of " << whole.size() << " bytes";
        }
        EXPECT_NE(fault_of(path, whole.substr(0, whole.size() - 1), 7), "") << format.name;
        EXPECT_NE(fault_of(path, whole + "x", 7), "") << format.name;
    }
}

// The check must return for files with changed bytes, without a crash, hang or exception.
TEST(Film, ChecksAnyBytes) {
    ASSERT_TRUE(has_ffmpeg()) << "install the package ffmpeg";
    for (const VideoFormat& format : video_formats()) {
        const base::ScratchFolder folder;
        const fs::path path = folder / ("a" + std::string(format.ending));
        make_film(path, 16, 16, 3);
        const std::string whole = content(path);
        for (std::uint32_t i = 0; i < 500; ++i) {
            std::string bytes = whole;
            for (std::uint32_t k = 0; k <= i % 3; ++k) {
                const auto place =
                    static_cast<std::size_t>(base::uniform(5, i, k, 0, base::kDataStream) *
                                             static_cast<double>(std::min<std::size_t>(bytes.size(), 400)));
                bytes[place] = static_cast<char>(256 * base::uniform(5, i, k, 1, base::kDataStream));
            }
            EXPECT_NO_THROW(fault_of(path, bytes, 3)) << format.name << ' ' << i;
        }
    }
}

TEST(Film, DetectsMp4WithoutAnIndexOrWithALongBox) {
    ASSERT_TRUE(has_ffmpeg()) << "install the package ffmpeg";
    const base::ScratchFolder folder;
    make_film(folder / "a.mp4", 64, 48, 7);
    const std::string whole = content(folder / "a.mp4");
    const auto fault = [&](const std::string& bytes, std::uint64_t frames) {
        return fault_of(folder / "b.mp4", bytes, frames);
    };
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
