// Changes of the run that is shown, without a window.
#include "viewer/scene_changes.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::viewer {
namespace {

using testing::Contains;
using testing::Not;

constexpr const char* kMemoryIsShort =
    "Device memory is short: the picture stopped while memory for the particles was allocated";

class SceneChangesTest : public gpu::GpuTest {
  protected:
    static settings::Settings small_run() {
        settings::Settings settings;
        settings.target = "gaussian";
        settings.sampler.name = "ddpm";
        settings.steps = 4;
        settings.particles = 1000;
        return settings;
    }

    void SetUp() override {
        GpuTest::SetUp();
        follow_jobs();
        ASSERT_NE(context.scene, nullptr);
    }

    /// Follows what is being prepared until it is shown.
    void follow_jobs() {
        while (!changes.jobs().empty()) {
            changes.follow();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }

    /// Shows a run with so many particles, and returns the messages about it.
    std::vector<std::string> messages_with(std::uint32_t particles) {
        context.messages.dismiss_all();
        context.settings.particles = particles;
        context.requests.run_changed = true;
        changes.serve();
        context.requests = {};
        follow_jobs();
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < context.messages.count(); ++i) texts.push_back(context.messages.at(i).text);
        return texts;
    }

    /// Leaves less memory on the device than the states of a run may take that are kept for going back.
    static std::vector<gpu::Buffer> fill_memory() {
        std::vector<gpu::Buffer> ballast;
        const gpu::DeviceProperties& limits = device().properties();
        std::uint64_t most = std::min(limits.max_storage_buffer_bytes, limits.max_allocation_bytes);
        // Some devices have less memory than they say.
        while (device().memory().free_bytes() > session::kSnapshotBytes / 2 && most > session::kSnapshotBytes / 8) {
            const std::uint64_t bytes = std::min(device().memory().free_bytes() - session::kSnapshotBytes / 4, most);
            try {
                ballast.emplace_back(device(), "ballast", bytes);
            } catch (const base::Error&) {
                most /= 2;
            }
        }
        return ballast;
    }

    Context context = {.device = device(),
                       .settings = small_run(),
                       .scene = nullptr,
                       .notes = {},
                       .training = Training(device(), settings::Settings())};
    SceneChanges changes = SceneChanges(context, {64, 48});
};

TEST_F(SceneChangesTest, SayThatThePictureStoppedWhereMemoryWasTooShortForABackgroundJob) {
    if (!device().properties().is_software) GTEST_SKIP() << "fills the memory of the device, which others may use";
    EXPECT_THAT(messages_with(3000), Not(Contains(kMemoryIsShort)));
    EXPECT_EQ(context.scene->player().count(), 3000U);
    const std::vector<gpu::Buffer> ballast = fill_memory();
    EXPECT_THAT(messages_with(5000), Contains(kMemoryIsShort));
    EXPECT_EQ(context.scene->player().count(), 5000U);
    EXPECT_THAT(messages_with(4000), Not(Contains(kMemoryIsShort))) << "fewer particles need no memory";
}

}  // namespace
}  // namespace scorefield::viewer
