#include "sample/host_parts.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace scorefield::sample {
namespace {

TEST(HostParts, HoldEveryBlockOnceInOrder) {
    for (const std::size_t threads : {1U, 2U, 7U, 64U}) {
        for (const std::size_t count : {0U, 1U, 2U, 53U, 521U}) {
            std::size_t next = 5;
            for (const HostPart& part : cut_blocks(5, count, threads)) {
                ASSERT_EQ(part.first, next);
                ASSERT_GE(part.count, 1U);
                ASSERT_LE(part.count, 16U);
                next += part.count;
            }
            EXPECT_EQ(next, 5 + count) << threads << " threads";
        }
    }
}

// The thread that takes the last part of a size is no longer busy than the others with what is left.
TEST(HostParts, AreNoLargerThanHalfOfEachThreadsShareOfTheRest) {
    for (const std::size_t threads : {1U, 2U, 7U}) {
        std::size_t left = 521;
        for (const HostPart& part : cut_blocks(0, left, threads)) {
            EXPECT_LE(part.count, std::max<std::size_t>(left / (2 * threads), 1));
            left -= part.count;
        }
    }
}

TEST(HostParts, AreLargeWhereThereIsMuchToDo) {
    EXPECT_EQ(cut_blocks(0, 521, 2).front(), (HostPart{0, 16}));
    EXPECT_LE(cut_blocks(0, 521, 2).size(), 48U);
}

}  // namespace
}  // namespace scorefield::sample
