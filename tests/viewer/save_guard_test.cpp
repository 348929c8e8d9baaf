#include "viewer/save_guard.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/scratch.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

class SaveGuardTest : public ::testing::Test {
  protected:
    fs::path file(const std::string& name) const {
        std::ofstream(folder_ / name) << "old";
        return folder_ / name;
    }

    const base::ScratchFolder folder_;
    SaveGuard guard_;
    std::string message_;
};

TEST_F(SaveGuardTest, AllowsANewFileAtOnce) {
    EXPECT_TRUE(guard_.allows(folder_ / "new.safetensors", message_));
    EXPECT_EQ(message_, "");
}

TEST_F(SaveGuardTest, AsksBeforeAFileIsReplaced) {
    const fs::path old = file("old.safetensors");
    EXPECT_FALSE(guard_.allows(old, message_));
    EXPECT_NE(message_.find(old.string()), std::string::npos) << message_;
    EXPECT_NE(message_.find("again"), std::string::npos) << message_;
    EXPECT_TRUE(guard_.allows(old, message_));
    EXPECT_FALSE(guard_.allows(old, message_)) << "what was written since may be lost, too";
}

TEST_F(SaveGuardTest, AsksForEachFileAnew) {
    const fs::path a = file("a.safetensors");
    const fs::path b = file("b.safetensors");
    EXPECT_FALSE(guard_.allows(a, message_));
    EXPECT_FALSE(guard_.allows(b, message_));
    EXPECT_FALSE(guard_.allows(a, message_));
    EXPECT_TRUE(guard_.allows(folder_ / "new.safetensors", message_));
    EXPECT_FALSE(guard_.allows(a, message_));
}

}  // namespace
}  // namespace scorefield::viewer
