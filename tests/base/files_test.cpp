#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/thread_pool.hpp"

namespace scorefield::base {
namespace {

namespace fs = std::filesystem;

fs::path fresh_folder(const std::string& name) {
    const fs::path folder = fs::path(testing::TempDir()) / ("scorefield_" + name);
    fs::remove_all(folder);
    fs::create_directories(folder);
    return folder;
}

std::string content(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

std::size_t entries(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(AtomicFile, AppearsWholeOnCommitAndKeepsTheOldOneUntilThen) {
    const fs::path folder = fresh_folder("commit");
    std::ofstream(folder / "a.txt") << "old";
    AtomicFile file(folder / "a.txt");
    file.write("0123456789");
    file.rewrite(2, "xy");
    EXPECT_EQ(content(folder / "a.txt"), "old");
    file.commit();
    EXPECT_EQ(content(folder / "a.txt"), "01xy456789");
    EXPECT_EQ(entries(folder), 1U);
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
    const fs::path folder = fresh_folder("abandon");
    { AtomicFile(folder / "a.txt").write("half"); }
    EXPECT_EQ(entries(folder), 0U);
}

TEST(AtomicFile, NamesThePathItCannotWrite) {
    const fs::path folder = fresh_folder("unwritable");
    try {
        AtomicFile file(folder / "missing" / "a.txt");
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.exit_status(), 1);
        EXPECT_THAT(error.what(), testing::HasSubstr("missing/a.txt"));
    }
    EXPECT_THROW(require_writable(folder), Error);
}

TEST(ThreadPool, RunsEveryTaskOnceAndRethrows) {
    ThreadPool pool(3);
    std::vector<std::atomic<int>> seen(1000);
    for (int repeat = 0; repeat < 20; ++repeat) pool.run(seen.size(), [&](std::size_t i) { ++seen[i]; });
    for (const auto& count : seen) EXPECT_EQ(count, 20);
    EXPECT_THROW(pool.run(10,
                          [](std::size_t i) {
                              if (i == 7) throw std::runtime_error("seven");
                          }),
                 std::runtime_error);
    pool.run(seen.size(), [&](std::size_t i) { ++seen[i]; });
    EXPECT_EQ(seen[0], 21);
}

}  // namespace
}  // namespace scorefield::base
