#include "gpu/range_allocator.hpp"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>
#include <vector>

namespace scorefield::gpu {
namespace {

TEST(RangeAllocator, RandomAllocationsNeverOverlapAndAllComesBack) {
    constexpr std::uint64_t kSize = 1 << 16;
    RangeAllocator ranges(kSize);
    std::vector<int> owner(kSize, 0);
    struct Piece {
        std::uint64_t offset, bytes;
        int id;
    };
    std::vector<Piece> pieces;
    std::mt19937 random(1);
    int refused = 0;
    for (int id = 1; id <= 20000; ++id) {
        if (random() % 2 == 0 || pieces.empty()) {
            const std::uint64_t bytes = 1 + random() % 3000;
            const std::uint64_t alignment = std::uint64_t{1} << (random() % 9);
            const auto offset = ranges.allocate(bytes, alignment);
            if (!offset) {
                ++refused;
                continue;
            }
            ASSERT_EQ(*offset % alignment, 0U);
            ASSERT_LE(*offset + bytes, kSize);
            for (std::uint64_t i = *offset; i < *offset + bytes; ++i) {
                ASSERT_EQ(owner[i], 0) << "byte " << i << " is handed out twice";
                owner[i] = id;
            }
            pieces.push_back({*offset, bytes, id});
        } else {
            const std::size_t victim = random() % pieces.size();
            const Piece piece = pieces[victim];
            for (std::uint64_t i = piece.offset; i < piece.offset + piece.bytes; ++i) owner[i] = 0;
            ranges.free(piece.offset);
            pieces[victim] = pieces.back();
            pieces.pop_back();
        }
        ASSERT_EQ(ranges.allocations(), pieces.size());
    }
    EXPECT_GT(refused, 0) << "the arena was never full";
    for (const Piece& piece : pieces) ranges.free(piece.offset);
    EXPECT_EQ(ranges.used(), 0U);
    EXPECT_EQ(ranges.gaps(), 1U) << "freed neighbours have not merged";
    EXPECT_EQ(ranges.allocate(kSize, 1), 0U);
}

TEST(RangeAllocator, TakesTheSmallestGapThatFits) {
    RangeAllocator ranges(1000);
    const auto large = ranges.allocate(300, 1);
    ASSERT_TRUE(ranges.allocate(10, 1));
    const auto small = ranges.allocate(100, 1);
    ASSERT_TRUE(ranges.allocate(10, 1));
    ranges.free(*large);
    ranges.free(*small);
    EXPECT_EQ(ranges.allocate(100, 1), small);
}

TEST(RangeAllocator, RefusesWhatItDidNotHandOut) {
    RangeAllocator ranges(1000);
    const auto offset = ranges.allocate(100, 1);
    ranges.free(*offset);
    EXPECT_THROW(ranges.free(*offset), std::logic_error);
    EXPECT_FALSE(ranges.allocate(1001, 1));
}

}  // namespace
}  // namespace scorefield::gpu
