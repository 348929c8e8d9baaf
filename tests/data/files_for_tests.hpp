#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/error.hpp"

namespace scorefield::data {

/// A file of the test's own, removed at its end.
class FileTest : public testing::Test {
  protected:
    std::filesystem::path path =
        std::filesystem::path(testing::TempDir()) /
        (std::string("scorefield_") + testing::UnitTest::GetInstance()->current_test_info()->name() + ".npy");
    void TearDown() override { std::filesystem::remove(path); }

    std::string bytes() const {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }
    void replace(const std::string& bytes) const {
        std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    /// `read` refuses the file as a mistake in the request, by a line that names it.
    template <typename Read>
    void expect_refused(const Read& read, const std::string& what, const std::string& because = "") const {
        try {
            read();
            ADD_FAILURE() << what << " was accepted";
        } catch (const base::Error& error) {
            EXPECT_EQ(error.fault(), base::Fault::request) << what;
            EXPECT_THAT(error.what(), testing::HasSubstr(path.string())) << what;
            EXPECT_THAT(error.what(), testing::HasSubstr(because)) << what;
        }
    }
};

}  // namespace scorefield::data
