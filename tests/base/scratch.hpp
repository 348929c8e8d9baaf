#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

namespace scorefield::base {

/// A fresh, empty folder below testing::TempDir() that nobody else has, not even the same test running twice at once;
/// removed at the end with all that it holds. Throws std::system_error where it cannot be made.
class ScratchFolder {
  public:
    ScratchFolder() {
        std::string name = (std::filesystem::path(testing::TempDir()) / "scorefield_XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
        path_ = name;
    }
    ~ScratchFolder() {
        std::error_code error;
        std::filesystem::remove_all(path_, error);
        EXPECT_FALSE(error) << path_ << " stays: " << error.message();
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

}  // namespace scorefield::base
