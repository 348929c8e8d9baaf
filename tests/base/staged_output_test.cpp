#include "base/staged_output.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/error.hpp"
#include "base/staged_folder.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::base {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string content(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        names.push_back(entry.path().filename().string());
    }
    return names;
}

mode_t mode_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
}

std::string refusal(const fs::path& path) {
    try {
        const StagedOutput output(path, StagedOutput::Kind::file);
    } catch (const Error& error) {
        EXPECT_EQ(error.exit_status(), 1);
        return error.what();
    }
    return "accepted";
}

void put(const StagedOutput& output, std::string_view text) {
    ASSERT_EQ(::write(output.descriptor().get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

/// Another process, which has begun an output and waits; it is killed at the end.
class OtherWriter {
  public:
    OtherWriter(const fs::path& path, StagedOutput::Kind kind) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        process_ = ::fork();
        if (process_ == 0) {
            const StagedOutput output(path, kind);
            if (kind == StagedOutput::Kind::folder) std::ofstream(output.temporary() / "half") << "half";
            [[maybe_unused]] const ssize_t told = ::write(ends[1], "x", 1);
            while (true) ::pause();
        }
        char begun = 0;
        EXPECT_EQ(::read(ends[0], &begun, 1), 1);
        for (const int end : ends) ::close(end);
    }
    ~OtherWriter() { kill(); }
    OtherWriter(const OtherWriter&) = delete;
    OtherWriter& operator=(const OtherWriter&) = delete;

    void kill() {
        if (process_ <= 0) return;
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }

  private:
    pid_t process_ = -1;
};

TEST(StagedOutput, RemovesWhatKilledWritersLeftAndNothingOfLivingOnes) {
    const ScratchFolder folder;
    const std::vector<std::string> others = {".a.part-0123456789abcde.txt", ".a.part-0123456789ABCDEF.txt",
                                             ".b.part-0123456789abcdef.txt", ".a.part-0123456789abcdef.csv",
                                             ".a.part-1234.txt"};
    for (const std::string& name : others) std::ofstream(folder / name) << "another's";
    OtherWriter killed(folder / "a.txt", StagedOutput::Kind::file);
    const OtherWriter living(folder / "a.txt", StagedOutput::Kind::file);
    { const StagedOutput next(folder / "a.txt", StagedOutput::Kind::file); }
    EXPECT_EQ(names_in(folder.path()).size(), others.size() + 2);
    killed.kill();
    { const StagedOutput next(folder / "a.txt", StagedOutput::Kind::file); }
    EXPECT_EQ(names_in(folder.path()).size(), others.size() + 1);
    for (const std::string& name : others) EXPECT_TRUE(fs::exists(folder / name)) << name;
}

/// A killed process holds its locks until it has died.
TEST(StagedOutput, RemovesWhatWasStillHeldWhenItBegan) {
    const ScratchFolder folder;
    OtherWriter dying(folder / "a.txt", StagedOutput::Kind::file);
    StagedOutput next(folder / "a.txt", StagedOutput::Kind::file);
    put(next, "new");
    dying.kill();
    next.commit();
    EXPECT_THAT(names_in(folder.path()), testing::ElementsAre("a.txt"));

    const auto any = [](std::string_view /*name*/) { return false; };
    for (const bool made_since : {false, true}) {
        const ScratchFolder place;
        OtherWriter other(place / "fr", StagedOutput::Kind::folder);
        if (made_since) fs::create_directory(place / "fr");
        {
            StagedFolder frames(place / "fr", "frames");
            frames.write("0.png", "x", 1);
            other.kill();
            frames.commit(any);
        }
        EXPECT_THAT(names_in(place.path()), testing::ElementsAre("fr"));
        EXPECT_THAT(names_in(place / "fr"), testing::ElementsAre("0.png"));
    }
}

TEST(StagedOutput, RemovesFoldersOfKilledWritersWhetherTheirPlaceExistsByNowOrNot) {
    const ScratchFolder folder;
    for (const bool made_since : {false, true}) {
        OtherWriter killed(folder / "fr", StagedOutput::Kind::folder);
        if (made_since) fs::create_directory(folder / "fr");
        { const StagedFolder living(folder / "fr", "frames"); }
        EXPECT_EQ(names_in(folder.path()).size(), made_since ? 2U : 1U);
        killed.kill();
        { const StagedFolder next(folder / "fr", "frames"); }
        EXPECT_EQ(names_in(folder.path()).size(), made_since ? 1U : 0U);
    }
    OtherWriter within(folder / "fr" / "frames", StagedOutput::Kind::folder);
    within.kill();
    EXPECT_EQ(names_in(folder / "fr").size(), 1U);
    { const StagedFolder next(folder / "fr", "frames"); }
    EXPECT_EQ(names_in(folder / "fr").size(), 0U);
}

TEST(StagedOutput, KeepsThePermissionsOfWhatItReplaces) {
    const ScratchFolder folder;
    for (const mode_t mode : {mode_t{0600}, mode_t{0640}, mode_t{0664}, mode_t{0755}}) {
        std::ofstream(folder / "a.txt") << "old";
        ASSERT_EQ(::chmod((folder / "a.txt").c_str(), mode), 0);
        StagedOutput output(folder / "a.txt", StagedOutput::Kind::file);
        EXPECT_EQ(mode_of(output.temporary()), 0600U) << "others may read it before it is there";
        put(output, "new");
        output.commit();
        EXPECT_EQ(mode_of(folder / "a.txt"), mode);
        EXPECT_EQ(content(folder / "a.txt"), "new");
    }
    const mode_t mask = ::umask(027);
    StagedOutput(folder / "new.txt", StagedOutput::Kind::file).commit();
    StagedOutput(folder / "new", StagedOutput::Kind::folder).commit();
    ::umask(mask);
    EXPECT_EQ(mode_of(folder / "new.txt"), 0640U);
    EXPECT_EQ(mode_of(folder / "new"), 0750U);
}

TEST(StagedOutput, RefusesAReadOnlyFileAtTheStartAndAtTheEnd) {
    const ScratchFolder folder;
    std::ofstream(folder / "a.txt") << "kept";
    fs::create_symlink("a.txt", folder / "link");
    StagedOutput early(folder / "a.txt", StagedOutput::Kind::file);
    ASSERT_EQ(::chmod((folder / "a.txt").c_str(), 0444), 0);
    EXPECT_THAT(refusal(folder / "a.txt"), HasSubstr("read-only"));
    EXPECT_THAT(refusal(folder / "link"), HasSubstr("read-only"));
    EXPECT_THROW(early.commit(), Error);
    EXPECT_EQ(content(folder / "a.txt"), "kept");
    EXPECT_EQ(names_in(folder.path()).size(), 2U);
}

TEST(StagedOutput, RenamesAndRemovesOnlyWhatItHasMade) {
    const ScratchFolder folder;
    std::ofstream(folder / "a.txt") << "old";
    {
        StagedOutput output(folder / "a.txt", StagedOutput::Kind::file);
        const fs::path temporary = output.temporary();
        fs::rename(temporary, folder / "moved");
        std::ofstream(temporary) << "another's";
        EXPECT_THROW(output.commit(), Error);
    }
    EXPECT_EQ(content(folder / "a.txt"), "old");
    EXPECT_EQ(names_in(folder.path()).size(), 3U) << "another's file is gone";
}

TEST(StagedOutput, CannotBeCommittedOnceItHasFailed) {
    const ScratchFolder folder;
    StagedOutput output(folder / "a.txt", StagedOutput::Kind::file);
    EXPECT_THROW(output.fail("no more", "write less"), Error);
    EXPECT_THROW(output.commit(), Error);
    EXPECT_TRUE(names_in(folder.path()).empty());
}

TEST(StagedOutput, RefusesPathsWithoutAFileName) {
    const ScratchFolder folder;
    for (const char* name : {"new/", ".", "..", "new/."}) {
        EXPECT_NE(refusal(folder.path().string() + "/" + name), "accepted") << name;
    }
    EXPECT_NE(refusal(""), "accepted");
    EXPECT_THAT(refusal(folder.path()), HasSubstr("it is a folder; name a file"));
    EXPECT_TRUE(names_in(folder.path()).empty());
}

TEST(StagedFolder, PutsNothingInPlaceWhereOneFileCannotBe) {
    const ScratchFolder folder;
    for (const char* name : {"a", "c"}) std::ofstream(folder / name) << "old";
    fs::create_directory(folder / "b");
    const auto try_it = [&](const std::string& hint) {
        StagedFolder files(folder.path(), "files");
        for (const char* name : {"a", "b", "c"}) files.write(name, "new", 3);
        EXPECT_THAT([&] { files.commit([](std::string_view) { return false; }); },
                    testing::ThrowsMessage<Error>(HasSubstr(hint)));
        EXPECT_EQ(content(folder / "a"), "old");
        EXPECT_EQ(content(folder / "c"), "old");
    };
    try_it("b there is not a file; remove it");
    fs::remove(folder / "b");
    ASSERT_EQ(::chmod((folder / "c").c_str(), 0444), 0);
    try_it("c there is read-only; make it writable");
    EXPECT_EQ(names_in(folder.path()).size(), 2U);
}

TEST(StagedFolder, KeepsPermissionsAndReplacesLinksThemselves) {
    const ScratchFolder folder;
    std::ofstream(folder / "a") << "old";
    ASSERT_EQ(::chmod((folder / "a").c_str(), 0600), 0);
    std::ofstream(folder / "precious") << "kept";
    fs::create_symlink("precious", folder / "b");
    StagedFolder files(folder.path(), "files");
    for (const char* name : {"a", "b"}) files.write(name, "new", 3);
    files.commit([](std::string_view) { return false; });
    EXPECT_EQ(mode_of(folder / "a"), 0600U);
    EXPECT_EQ(content(folder / "b"), "new");
    EXPECT_EQ(content(folder / "precious"), "kept");
}

TEST(Descriptors, TheStandardOnesAreOpenedWhereTheyAreClosed) {
    const pid_t process = ::fork();
    if (process == 0) {
        for (int number = 0; number <= 2; ++number) ::close(number);
        open_standard_descriptors();
        const bool open = ::fcntl(0, F_GETFD) == 0 && ::fcntl(1, F_GETFD) == 0 && ::fcntl(2, F_GETFD) == 0;
        ::_exit(open && ::open("/", O_RDONLY) > 2 && ::write(2, "x", 1) == 1 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(process, &status, 0), process);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace scorefield::base
