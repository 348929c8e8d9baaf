#include "base/room.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::base {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Room, OfMemoryIsCountedBeforeItIsTaken) {
    constexpr std::uint64_t kLimit = std::uint64_t{8} << 30U;
    EXPECT_NO_THROW(require_memory(1 << 28, 16, "known values", kLimit));
    EXPECT_THAT(
        [] { require_memory((1 << 28) + 1, 16, "known values", kLimit); },
        ThrowsMessage<base::Error>(HasSubstr("too many particles (`particles`): 268435457 known values need 4 GiB, "
                                             "half of the 8 GiB of memory is the limit; give at most 268435456")));
    EXPECT_THAT([] { require_memory(10'001, 8, "known values", 80'000); },
                ThrowsMessage<base::Error>(HasSubstr("10001 known values need 78.1 KiB, half of the 78.1 KiB of memory "
                                                     "is the limit; give at most 5000")));
    EXPECT_GT(memory_limit(), std::uint64_t{1} << 20U);
}

TEST(Room, OnTheDiskIsCountedBeforeItIsTaken) {
    const base::ScratchFolder folder;
    EXPECT_NO_THROW(require_disk(folder / "t.npy", "`trajectory`", 51, 1, 8));
    EXPECT_NO_THROW(require_disk(folder / "missing" / "t.npy", "`trajectory`", 51, 1, 8));
    EXPECT_THAT([&] { require_disk(folder / "t.npy", "`trajectory`", 1'000'001, 1'000'000'000, 12); },
                ThrowsMessage<base::Error>(HasSubstr("1000001 states of 1000000000 particles need 10.7 PiB")));
}

}  // namespace
}  // namespace scorefield::base
