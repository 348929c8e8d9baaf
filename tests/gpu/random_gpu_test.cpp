#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.hpp"
#include "gpu/gpu_fixture.hpp"
#include "shaders/gpu/random.comp.hpp"
#include "tests/gpu/random_push.h"

namespace scorefield::gpu {
namespace {

class RandomOnDevice : public GpuTest {};

// Words are integers: equal. Normals are the same float operations on both sides; 1e-6 is what the design promises.
TEST_F(RandomOnDevice, WordsAndNormalsEqualTheHosts) {
    constexpr std::uint32_t kParticles = 100'000;
    constexpr std::uint64_t kSeed = 0x123456789abcdefULL;
    const shaders::RandomPush push = {.seed_low = static_cast<std::uint32_t>(kSeed),
                                      .seed_high = static_cast<std::uint32_t>(kSeed >> 32),
                                      .count = kParticles,
                                      .block = 3,
                                      .index = 17,
                                      .stream = 1};
    const ComputePipeline pipeline(device(), "random", shaders::gpu_random_comp);
    const std::vector<float> nan(4 * kParticles, std::numeric_limits<float>::quiet_NaN());
    const Buffer words = make_buffer<float>(device(), "words", nan);
    const Buffer normals = make_buffer<float>(device(), "normals", nan);
    Recorder recorder(device(), "random");
    recorder.begin();
    recorder.dispatch(pipeline, {writes(words), writes(normals)}, push, (kParticles + 63) / 64);
    device().submit(recorder);
    const auto device_words = download<std::array<std::uint32_t, 4>>(device(), words);
    const auto device_normals = download<std::array<float, 4>>(device(), normals);
    double worst = 0;
    std::size_t different = 0;
    for (std::uint32_t i = 0; i < kParticles; ++i) {
        ASSERT_EQ(device_words[i],
                  base::philox4x32({i, push.block, push.index, push.stream}, {push.seed_low, push.seed_high}));
        const auto expected = base::normal4(kSeed, i, push.block, push.index, push.stream);
        for (std::size_t k = 0; k < 4; ++k) {
            const float value = device_normals[i][k];
            ASSERT_FALSE(std::isnan(value)) << i;
            worst = std::max(worst, std::abs(static_cast<double>(value) - static_cast<double>(expected[k])));
            different += std::bit_cast<std::uint32_t>(value) != std::bit_cast<std::uint32_t>(expected[k]) ? 1U : 0U;
        }
    }
    RecordProperty("normals_not_bit_equal", static_cast<int>(different));
    EXPECT_LT(worst, 1e-6);
    std::printf("normals: largest difference %.3g, %zu of %u not equal to the bit\n", worst, different, 4 * kParticles);
}

}  // namespace
}  // namespace scorefield::gpu
