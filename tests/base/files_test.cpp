#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/fnv.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::base {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

/// Files are limited to so many bytes while this lives.
class FileLimit {
  public:
    explicit FileLimit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit = {bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    FileLimit(const FileLimit&) = delete;
    FileLimit& operator=(const FileLimit&) = delete;

  private:
    rlimit before_{};
};

std::size_t entries(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

std::string refusal(const fs::path& path) {
    try {
        require_writable(path);
    } catch (const Error& error) {
        EXPECT_EQ(error.exit_status(), 1);
        return error.what();
    }
    return "accepted";
}

TEST(AtomicFile, AppearsWholeOnCommitAndKeepsTheOldOneUntilThen) {
    const ScratchFolder folder;
    std::ofstream(folder / "a.txt") << "old";
    AtomicFile file(folder / "a.txt");
    file.write("0123456789");
    EXPECT_EQ(content(folder / "a.txt"), "old");
    file.commit();
    EXPECT_EQ(content(folder / "a.txt"), "0123456789");
    EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(AtomicFile, WritesAtAnyPlace) {
    const ScratchFolder folder;
    AtomicFile file(folder / "a.txt");
    file.write("0123");
    file.seek(6);
    file.write("67");
    file.write("8");
    file.seek(1);
    file.write("xyz");
    file.commit();
    EXPECT_EQ(content(folder / "a.txt"), std::string("0xyz\0\0"
                                                     "678",
                                                     9));
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
    const ScratchFolder folder;
    { AtomicFile(folder / "a.txt").write("half"); }
    EXPECT_EQ(entries(folder.path()), 0U);
}

TEST(AtomicFile, IsNeverCommittedAfterAFailure) {
    const ScratchFolder folder;
    std::ofstream(folder / "a.txt") << "old";
    AtomicFile file(folder / "a.txt");
    {
        const FileLimit limit(100);
        file.write(std::string(300, 'x'));  // not yet on disk
        EXPECT_THROW(file.commit(), Error);
    }
    EXPECT_THROW(file.commit(), Error);
    EXPECT_THROW(file.write("y"), Error);
    EXPECT_THROW(file.seek(0), Error);
    EXPECT_EQ(content(folder / "a.txt"), "old");
    EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(AtomicFile, GrowsInPlaceAfterACommitAndStaysAsCommittedAfterAFailure) {
    const ScratchFolder folder;
    AtomicFile file(folder / "a.txt");
    file.write("one\n");
    file.commit();
    file.write("two\n");
    EXPECT_EQ(content(folder / "a.txt"), "one\n");
    file.commit();
    EXPECT_EQ(content(folder / "a.txt"), "one\ntwo\n");
    {
        const FileLimit limit(100);
        file.write(std::string(300, 'x'));
        EXPECT_THROW(file.commit(), Error);
    }
    EXPECT_THROW(file.commit(), Error);
    EXPECT_EQ(content(folder / "a.txt"), "one\ntwo\n");
}

TEST(AtomicFile, NamesThePathItCannotWrite) {
    const ScratchFolder folder;
    try {
        AtomicFile file(folder / "missing" / "a.txt");
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.exit_status(), 1);
        EXPECT_THAT(error.what(), testing::HasSubstr("missing/a.txt"));
    }
    EXPECT_THROW(require_writable(folder.path()), Error);
}

TEST(AtomicFile, ReplacesWhatALinkPointsToAndKeepsTheLink) {
    const ScratchFolder folder;
    fs::create_directories(folder / "elsewhere");
    std::ofstream(folder / "elsewhere" / "a.txt") << "old";
    fs::create_symlink("elsewhere/a.txt", folder / "first");
    fs::create_symlink("first", folder / "second");
    fs::create_symlink("elsewhere/b.txt", folder / "dangling");
    for (const auto& [name, target] : {std::pair{"second", "a.txt"}, std::pair{"dangling", "b.txt"}}) {
        AtomicFile file(folder / name);
        file.write("new");
        file.commit();
        EXPECT_TRUE(fs::is_symlink(folder / name));
        EXPECT_EQ(content(folder / "elsewhere" / target), "new");
    }
    EXPECT_TRUE(fs::is_symlink(folder / "first"));
    fs::create_symlink("circle", folder / "circle");
    EXPECT_THAT(refusal(folder / "circle"), testing::HasSubstr("ymbolic link"));
}

TEST(AtomicFile, RefusesPipesAndDevicesAndLeavesThemAsTheyAre) {
    const ScratchFolder folder;
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    fs::create_symlink("pipe", folder / "link");
    for (const char* name : {"pipe", "link"}) {
        EXPECT_THAT(refusal(folder / name), testing::HasSubstr("a device or a pipe"));
        EXPECT_TRUE(fs::is_fifo(folder / name));
    }
    // Not through AtomicFile: a wrong one, run by root, would replace the device.
    EXPECT_THROW(replaced_file("/dev/null"), Error);
    EXPECT_EQ(entries(folder.path()), 2U);
}

// Paths that cannot be looked at: a name longer than file systems take (255 bytes), and a folder that is a file.
TEST(AtomicFile, NamesPathsThatCannotExist) {
    const ScratchFolder folder;
    EXPECT_THAT(refusal(folder / std::string(300, 'x')), testing::HasSubstr("too long"));
    EXPECT_THAT(refusal(folder / std::string(250, 'x')), testing::HasSubstr("too long"));
    std::ofstream(folder / "file") << "text";
    EXPECT_THAT(refusal(folder / "file" / "a.txt"), testing::HasSubstr("ot a directory"));
}

TEST(AtomicFile, HasARandomTemporaryNameAndTakesNothingElseForIts) {
    const ScratchFolder folder;
    std::ofstream(folder / "precious") << "kept";
    fs::create_symlink("precious", folder / ".a.part-0123456789abcdef.txt");
    AtomicFile one(folder / "a.txt");
    AtomicFile two(folder / "a.txt");
    EXPECT_EQ(entries(folder.path()), 4U);
    one.write("one");
    two.write("two");
    two.commit();
    EXPECT_EQ(content(folder / "a.txt"), "two");
    one.commit();
    EXPECT_EQ(content(folder / "a.txt"), "one");
    EXPECT_EQ(content(folder / "precious"), "kept");
    EXPECT_TRUE(fs::is_symlink(folder / ".a.part-0123456789abcdef.txt"));
    EXPECT_EQ(entries(folder.path()), 3U);
}

// Known answers of the hash's authors (http://www.isthe.com/chongo/tech/comp/fnv, 64-bit FNV-1a).
TEST(Fnv, GivesThePublishedAnswers) {
    const auto hash = [](std::string_view text) {
        Fnv fnv;
        fnv.bytes(text.data(), text.size());
        return fnv.hash();
    };
    EXPECT_EQ(hash(""), 0xcbf29ce484222325U);
    EXPECT_EQ(hash("a"), 0xaf63dc4c8601ec8cU);
    EXPECT_EQ(hash("foobar"), 0x85944171f73967e8U);
}

}  // namespace
}  // namespace scorefield::base
