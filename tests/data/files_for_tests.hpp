#pragma once

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/error.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::data {

/// A file in a folder of the test's own.
class FileTest : public testing::Test {
  protected:
    const base::ScratchFolder folder;
    const std::filesystem::path path = folder / "file.npy";

    std::string bytes() const {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }
    void replace(const std::string& bytes) const {
        std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    /// Turns one bit of a byte round, where it stands: again, and the file is as before.
    void flip(std::size_t byte) const {
        std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
        file.seekg(static_cast<std::streamoff>(byte));
        const int flipped = file.get() ^ (1 << (byte % 8));
        file.seekp(static_cast<std::streamoff>(byte)).put(static_cast<char>(flipped));
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
    /// `read` refuses what is no file, rather than wait for its end, and a file far longer than its own header says,
    /// before it has read it.
    template <typename Read>
    void expect_endless_refused(const Read& read, const std::string& whole) {
        ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
        expect_refused(read, "a pipe", "not a file");
        std::filesystem::remove(path);
        std::filesystem::create_symlink("/dev/zero", path);
        expect_refused(read, "a device", "not a file");
        std::filesystem::remove(path);
        replace(whole);
        std::filesystem::resize_file(path, std::uintmax_t{1} << 40);
        expect_refused(read, "a terabyte");
    }
};

}  // namespace scorefield::data
