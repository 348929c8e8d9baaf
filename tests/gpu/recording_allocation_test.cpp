#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "gpu/recorder.hpp"
#include "shaders/gpu/affine.comp.hpp"
#include "tests/gpu/affine_push.h"

namespace {

/// Allocations by this thread while `counting`, through the operators below, which replace those of the library.
thread_local bool counting = false;
thread_local int allocations = 0;

}  // namespace

void* operator new(std::size_t bytes) {
    if (counting) ++allocations;
    if (void* memory = std::malloc(bytes)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace scorefield::gpu {
namespace {

using Affine = shaders::AffineTestPush;

// The second recording of the same passes finds all memory in place. (What the driver allocates is not counted: drivers
// do not use this program's operators.)
TEST(RecordingAllocations, ThereAreNoneFromTheSecondRecordingOn) {
    Device device;
    const ComputePipeline affine(device, "affine", shaders::gpu_affine_comp);
    const Buffer a(device, "a", 256);
    const Buffer b(device, "b", 256);
    const Buffer host(device, "host", 256, MemoryUse::readback);
    const Image image(device, "image", VK_FORMAT_R32_SFLOAT, {8, 8},
                      VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    Recorder recorder(device, "frame");
    for (int round = 0; round < 4; ++round) {
        if (round == 1) {
            EXPECT_GT(allocations, 0) << "the first recording must have made some";
            allocations = 0;
        }
        counting = true;
        recorder.begin();
        recorder.fill(a, 0);
        for (int i = 0; i < 20; ++i) {
            const auto scope = recorder.scope("network");
            recorder.dispatch(affine, {reads(a), writes(b)}, Affine{64, 1}, 1);
            recorder.dispatch(affine, {reads(b), writes(a)}, Affine{64, 1}, 1);
        }
        recorder.copy(a, image);
        recorder.copy(image, host);
        const Submission submission = device.submit(recorder);
        counting = false;
        device.wait(submission);
    }
    EXPECT_EQ(allocations, 0);
}

}  // namespace
}  // namespace scorefield::gpu
