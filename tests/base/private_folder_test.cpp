#include "base/private_folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::base {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PrivateFolderTest : public testing::Test {
  protected:
    /// What is read, or in brackets why nothing is.
    std::string read() const {
        std::string note;
        const std::optional<std::string> content = folder_.read("file", 100, note);
        return content ? *content : "(" + note + ")";
    }

    mode_t mode_of(const fs::path& path) const {
        struct stat status {};
        EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 07777;
    }

    const ScratchFolder scratch_;
    const fs::path path_ = scratch_ / "made" / "cache";
    const fs::path file_ = path_ / "file";
    const PrivateFolder folder_{path_};
};

TEST_F(PrivateFolderTest, IsMadeForTheUserAloneAndGivesBackWhatItWasGiven) {
    EXPECT_EQ(read(), "()");
    folder_.replace("file", "content");
    EXPECT_EQ(read(), "content");
    EXPECT_EQ(mode_of(path_), 0700U);
    EXPECT_EQ(mode_of(path_.parent_path()), 0700U);
    EXPECT_EQ(mode_of(file_), 0600U);
    folder_.replace("file", std::string(101, 'x'));
    EXPECT_THAT(read(), HasSubstr("too large"));
}

TEST_F(PrivateFolderTest, ReplacesALinkItselfAndReadsNothingThroughIt) {
    folder_.replace("file", "content");
    std::ofstream(scratch_ / "thesis") << "another file";
    fs::remove(file_);
    fs::create_symlink(scratch_ / "thesis", file_);
    EXPECT_THAT(read(), HasSubstr("symbolic link"));
    folder_.replace("file", "content");
    EXPECT_FALSE(fs::is_symlink(file_));
    EXPECT_EQ(read(), "content");
    std::ostringstream kept;
    kept << std::ifstream(scratch_ / "thesis").rdbuf();
    EXPECT_EQ(kept.str(), "another file");
}

TEST_F(PrivateFolderTest, TrustsNothingThatOthersMayWriteTo) {
    folder_.replace("file", "content");
    for (const mode_t mode : {mode_t{0620}, mode_t{0602}, mode_t{0666}}) {
        ASSERT_EQ(::chmod(file_.c_str(), mode), 0);
        EXPECT_THAT(read(), HasSubstr("writable by other users"));
    }
    folder_.replace("file", "content");
    EXPECT_EQ(mode_of(file_), 0600U);
    for (const mode_t mode : {mode_t{0770}, mode_t{0707}, mode_t{01777}}) {
        ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
        EXPECT_THAT(read(), HasSubstr("writable by other users"));
        folder_.replace("file", "content");
        EXPECT_EQ(mode_of(path_), 0700U);
        EXPECT_EQ(read(), "content");
    }
    ASSERT_EQ(::chmod(path_.c_str(), 0755), 0);
    EXPECT_EQ(read(), "content") << "others may look at it";
}

TEST_F(PrivateFolderTest, TrustsNothingOfAnotherUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
    folder_.replace("file", "content");
    ASSERT_EQ(::chown(file_.c_str(), 1, 1), 0);
    EXPECT_THAT(read(), HasSubstr("another user"));
    folder_.replace("file", "content");
    EXPECT_EQ(read(), "content");
    ASSERT_EQ(::chown(path_.c_str(), 1, 1), 0);
    EXPECT_THAT(read(), HasSubstr("another user"));
    EXPECT_THROW(folder_.replace("file", "more"), Error);
}

TEST_F(PrivateFolderTest, IsNotALinkAndLeavesPipesAlone) {
    folder_.replace("file", "content");
    fs::remove(file_);
    ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
    EXPECT_THAT(read(), HasSubstr("is not a file"));
    EXPECT_THROW(folder_.replace("file", "more"), Error);
    EXPECT_TRUE(fs::is_fifo(file_));
    fs::rename(path_, scratch_ / "elsewhere");
    fs::create_symlink(scratch_ / "elsewhere", path_);
    EXPECT_THAT(read(), HasSubstr("symbolic link"));
    EXPECT_THROW(folder_.replace("other", "more"), Error);
    EXPECT_FALSE(fs::exists(scratch_ / "elsewhere" / "other"));
}

}  // namespace
}  // namespace scorefield::base
