// Changes of the run that is shown, without a window.
#include "viewer/scene_changes.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "tests/gpu/gpu_fixture.hpp"

namespace scorefield::viewer {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

constexpr const char* kMemoryIsShort =
    "Device memory is short: the picture stopped while memory for the particles was allocated";

constexpr VkExtent2D kExtent = {64, 48};

settings::Settings small_run() {
    settings::Settings settings;
    settings.target = "gaussian";
    settings.sampler.name = "ddpm";
    settings.steps = 4;
    settings.particles = 1000;
    return settings;
}

/// A viewer without a window.
class Changes {
  public:
    Changes(gpu::Device& device, const settings::Settings& settings)
        : context{.device = device,
                  .settings = settings,
                  .scene = nullptr,
                  .notes = {},
                  .training = Training(device, settings::Settings())} {
        context.layout.picture = kExtent;
    }

    /// Follows what is being prepared until it is shown.
    void follow_jobs() {
        while (!changes.jobs().empty()) {
            changes.follow();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }

    void cancel() {
        context.requests.cancel_change = true;
        changes.serve();
        context.requests = {};
    }

    std::vector<std::string> messages() const {
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < context.messages.count(); ++i) texts.push_back(context.messages.at(i).text);
        return texts;
    }

    Context context;
    SceneChanges changes = SceneChanges(context, kExtent);
};

class FirstSceneTest : public gpu::GpuTest {
  protected:
    /// A run whose pilot takes long.
    static settings::Settings slow_run() {
        settings::Settings settings = small_run();
        settings.target = "empirical moons";
        settings.sampler.name = "rk45";
        return settings;
    }
};

TEST_F(FirstSceneTest, BecomesTheDefaultRunOfTheSameScoreWhenItIsCancelled) {
    Changes viewer(device(), slow_run());
    ASSERT_EQ(viewer.changes.jobs().size(), 1U);
    EXPECT_THAT(viewer.changes.jobs()[0].name, HasSubstr("empirical moons"));
    EXPECT_THAT(viewer.changes.jobs()[0].cancel_help, HasSubstr("sampler ddim"));
    viewer.cancel();
    viewer.follow_jobs();
    EXPECT_FALSE(viewer.changes.ended());
    ASSERT_NE(viewer.context.scene, nullptr);
    EXPECT_EQ(viewer.context.settings.sampler.name, "ddim");
    EXPECT_EQ(viewer.context.settings.target, "empirical moons");
    EXPECT_EQ(viewer.context.scene->player().count(), 1000U);
    EXPECT_THAT(viewer.messages(), Contains(HasSubstr("Used instead: sampler ddim")));
}

TEST_F(FirstSceneTest, EndsTheViewerWhenTheDefaultRunIsCancelledAsWell) {
    Changes viewer(device(), slow_run());
    viewer.cancel();
    EXPECT_FALSE(viewer.changes.ended());
    EXPECT_THAT(viewer.changes.jobs()[0].cancel_help, HasSubstr("Close the window"));
    viewer.cancel();
    EXPECT_TRUE(viewer.changes.ended());
    EXPECT_EQ(viewer.context.scene, nullptr);
    EXPECT_NO_THROW(viewer.changes.require_opened());
}

TEST_F(FirstSceneTest, EndsTheViewerWithItsErrorWhenItCannotBeOpened) {
    settings::Settings settings = small_run();
    settings.target = "empirical missing.npy";
    Changes viewer(device(), settings);
    viewer.follow_jobs();
    ASSERT_TRUE(viewer.changes.ended());
    EXPECT_THAT([&] { viewer.changes.require_opened(); }, ThrowsMessage<base::Error>(HasSubstr("missing.npy")));
}

class SceneChangesTest : public gpu::GpuTest {
  protected:
    void SetUp() override {
        GpuTest::SetUp();
        viewer.follow_jobs();
        ASSERT_NE(context.scene, nullptr);
    }

    /// Shows a run with so many particles, and returns the messages about it.
    std::vector<std::string> messages_with(std::uint32_t particles) {
        context.messages.dismiss_all();
        context.settings.particles = particles;
        context.requests.run_changed = true;
        viewer.changes.serve();
        context.requests = {};
        viewer.follow_jobs();
        return viewer.messages();
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

    Changes viewer = Changes(device(), small_run());
    Context& context = viewer.context;
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
