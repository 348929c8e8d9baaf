#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gpu/gpu_fixture.hpp"
#include "shaders/gpu/affine.comp.hpp"
#include "shaders/gpu/count.comp.hpp"
#include "shaders/gpu/layout.comp.hpp"
#include "shaders/gpu/paint.comp.hpp"
#include "tests/gpu/affine_push.h"
#include "tests/gpu/layout_push.h"

namespace scorefield::gpu {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using Affine = shaders::AffineTestPush;

std::vector<float> random_values(std::size_t count) {
    std::mt19937 random(7);
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(random() % 1000) / 8.0F;
    return values;
}

Buffer poisoned(Device& device, const std::string& name, std::size_t count) {
    const std::vector<float> nan(count, std::numeric_limits<float>::quiet_NaN());
    return make_buffer<float>(device, name, nan);
}

class DispatchTest : public GpuTest {
  protected:
    ComputePipeline affine_{device(), "affine", shaders::gpu_affine_comp};
};

// Values and scales are small multiples of powers of two: every result is exact.
TEST_F(DispatchTest, RoundTripOfRandomLengthsLeavesTheRestAlone) {
    for (const std::size_t count : {1U, 63U, 64U, 1000U, 4097U}) {
        const std::vector<float> values = random_values(count + 3);
        const Buffer source = make_buffer<float>(device(), "source", values);
        const Buffer target = poisoned(device(), "target", count + 3);
        Recorder recorder(device(), "round trip");
        recorder.begin();
        const auto n = static_cast<std::uint32_t>(count);
        recorder.dispatch(affine_, {reads(source), writes(target)}, Affine{n, 2.5F}, (n + 63) / 64);
        device().submit(recorder);
        const std::vector<float> result = download<float>(device(), target);
        for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(result[i], 2.5F * values[i]) << i;
        for (std::size_t i = count; i < result.size(); ++i) ASSERT_TRUE(std::isnan(result[i])) << i;
    }
}

TEST_F(DispatchTest, SpecializationConstantsDecideWorkgroupAndValue) {
    const ComputePipeline special(device(), "affine special", shaders::gpu_affine_comp, {32, 9});
    EXPECT_EQ(affine_.local_size()[0], 64U);
    EXPECT_EQ(special.local_size()[0], 32U);
    const std::vector<float> values = random_values(256);
    const Buffer source = make_buffer<float>(device(), "source", values);
    const Buffer target = poisoned(device(), "target", 256);
    Recorder recorder(device(), "special");
    recorder.begin();
    recorder.dispatch(special, {reads(source), writes(target)}, Affine{256, 1}, 2);  // 64 of 256
    device().submit(recorder);
    const std::vector<float> result = download<float>(device(), target);
    for (std::size_t i = 0; i < 64; ++i) ASSERT_EQ(result[i], values[i] + 9);
    for (std::size_t i = 64; i < 256; ++i) ASSERT_TRUE(std::isnan(result[i]));
}

TEST_F(DispatchTest, WrongPipelinesAreRefused) {
    EXPECT_THROW(ComputePipeline(device(), "x", shaders::gpu_affine_comp, {64, 0, 1}), std::logic_error);
    EXPECT_THAT([&] { ComputePipeline(device(), "x", shaders::gpu_affine_comp, {1U << 20}); },
                ThrowsMessage<std::logic_error>(HasSubstr("maxComputeWorkGroupInvocations")));
}

TEST_F(DispatchTest, RangesOfOneBufferAreBoundSeparately) {
    const std::uint64_t step = std::max<std::uint64_t>(device().properties().storage_offset_alignment, 256);
    const std::vector<float> values = random_values(4 * step / 4);
    const Buffer arena = make_buffer<float>(device(), "arena", values);
    Recorder recorder(device(), "ranges");
    recorder.begin();
    const auto n = static_cast<std::uint32_t>(step / 4);
    recorder.dispatch(affine_, {reads(arena, step, step), writes(arena, 3 * step, step)}, Affine{n, 2}, (n + 63) / 64);
    recorder.dispatch(affine_, {reads(arena, 3 * step, step), writes(arena, 0, step)}, Affine{n, 2}, (n + 63) / 64);
    device().submit(recorder);
    const std::vector<float> result = download<float>(device(), arena);
    for (std::size_t i = 0; i < n; ++i) {
        ASSERT_EQ(result[3 * n + i], 2 * values[n + i]);
        ASSERT_EQ(result[i], 4 * values[n + i]);
        ASSERT_EQ(result[2 * n + i], values[2 * n + i]);
    }
    recorder.begin();
    const auto bad = [&](VkDeviceSize offset, VkDeviceSize bytes) {
        recorder.dispatch(affine_, {reads(arena, offset, bytes), writes(arena)}, Affine{n, 2}, 1);
    };
    EXPECT_THROW(bad(2, step), std::logic_error);
    EXPECT_THROW(bad(4 * step, step), std::logic_error);
    EXPECT_THROW(bad(step, 4 * step), std::logic_error);
}

TEST_F(DispatchTest, FillAndCopyMoveExactBytes) {
    const Buffer a(device(), "a", 400);
    const Buffer b(device(), "b", 400);
    Recorder recorder(device(), "fill and copy");
    recorder.begin();
    recorder.fill(a, 0xdeadbeef);
    recorder.fill(b, 0x01020304);
    recorder.copy(a, 100, b, 200, 60);
    device().submit(recorder);
    const auto result = download<std::uint32_t>(device(), b);
    for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(result[i], i >= 50 && i < 65 ? 0xdeadbeef : 0x01020304) << i;
    recorder.begin();
    EXPECT_THROW(recorder.copy(a, 0, b, 396, 8), std::logic_error);
    EXPECT_THROW(recorder.copy(a, 0, a, 4, 8), std::logic_error);
}

// The planted bug that the design wants found: a pass that hides a read from the recorder.
TEST_F(DispatchTest, AHiddenReadOrWriteIsRefusedByName) {
    const Buffer source(device(), "positions", 256);
    const Buffer target(device(), "scores", 256);
    Recorder recorder(device(), "hidden");
    recorder.begin();
    const auto declare = [&](const Binding& first, const Binding& second) {
        recorder.dispatch(affine_, {first, second}, Affine{64, 1}, 1);
    };
    EXPECT_THAT(
        [&] { declare(writes(source), writes(target)); },
        ThrowsMessage<std::logic_error>(HasSubstr("pipeline 'affine', binding 0 (Source), 'positions': the shader "
                                                  "reads it")));
    EXPECT_THAT([&] { declare(reads(source), reads(target)); },
                ThrowsMessage<std::logic_error>(HasSubstr("binding 1 (Target), 'scores': the shader writes it")));
    EXPECT_NO_THROW(declare(reads_writes(source), reads_writes(target)));
}

TEST_F(DispatchTest, WrongBindingsPushesAndGroupsAreRefused) {
    const Buffer a(device(), "a", 256);
    const Image image(device(), "image", VK_FORMAT_R8G8B8A8_UNORM, {4, 4}, VK_IMAGE_USAGE_STORAGE_BIT);
    Recorder recorder(device(), "wrong");
    EXPECT_THROW(recorder.fill(a, 0), std::logic_error) << "before begin";
    recorder.begin();
    const Affine push{64, 1};
    EXPECT_THROW(recorder.dispatch(affine_, {reads(a)}, push, 1), std::logic_error);
    EXPECT_THROW(recorder.dispatch(affine_, {reads(a), writes(a), writes(a)}, push, 1), std::logic_error);
    EXPECT_THROW(recorder.dispatch(affine_, {reads(a), writes(a)}, kNoPush, 1), std::logic_error);
    EXPECT_THROW(recorder.dispatch(affine_, {reads(a), writes(a)}, std::uint64_t{1} << 40, ~0U), std::logic_error);
    EXPECT_THROW(recorder.dispatch(affine_, {reads(a), writes(image)}, push, 1), std::logic_error);
    const Buffer none;
    EXPECT_THROW(recorder.dispatch(affine_, {reads(none), writes(a)}, push, 1), std::logic_error);
}

// What the C++ struct of a shared header holds is what the shader's members of the same names read.
TEST_F(DispatchTest, SharedStructsLieAlikeInBothLanguages) {
    const ComputePipeline layout(device(), "layout", shaders::gpu_layout_comp);
    const Buffer words(device(), "words", 19 * sizeof(std::uint32_t));
    const shaders::LayoutPush push = {.first = 1,
                                      .pair = {2, 3},
                                      .number = 4,
                                      .four = {5, 6, 7, 8},
                                      .whole = 9,
                                      .list = {10, 11, 12},
                                      .part = {{13, 14}, 15},
                                      .last = {16, 17, 18, 19}};
    Recorder recorder(device(), "layout");
    recorder.begin();
    recorder.dispatch(layout, {writes(words)}, push, 1);
    device().submit(recorder);
    const std::vector<std::uint32_t> got = download<std::uint32_t>(device(), words);
    for (std::uint32_t i = 0; i < got.size(); ++i) {
        const bool is_integer = i == 0 || i == 8 || i == 14;
        EXPECT_EQ(got[i], is_integer ? i + 1 : std::bit_cast<std::uint32_t>(static_cast<float>(i + 1))) << i;
    }
}

TEST_F(DispatchTest, NoGroupsRecordNothing) {
    const Buffer a(device(), "a", 256);
    const Buffer b(device(), "b", 256);
    Recorder recorder(device(), "nothing");
    recorder.begin();
    recorder.dispatch(affine_, {reads(a), writes(b)}, Affine{0, 1}, 0);
    device().submit(recorder);
    EXPECT_TRUE(device().hazard_log().empty());
}

TEST_F(DispatchTest, MoreDispatchesThanOneDescriptorPoolHoldsRunInOrder) {
    const ComputePipeline count(device(), "count", shaders::gpu_count_comp);
    const Buffer values = make_buffer<std::uint32_t>(device(), "values", std::vector<std::uint32_t>(128, 1));
    const Buffer total(device(), "total", 4);
    Recorder recorder(device(), "many");
    for (int round = 0; round < 2; ++round) {
        recorder.begin();
        recorder.fill(total, 0);
        for (int i = 0; i < 300; ++i) recorder.dispatch(count, {reads(values), reads_writes(total)}, kNoPush, 2);
        device().wait(device().submit(recorder));
        EXPECT_EQ(download<std::uint32_t>(device(), total)[0], 300U * 128U);
    }
}

}  // namespace
}  // namespace scorefield::gpu
