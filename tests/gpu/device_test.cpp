#include "gpu/device.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.hpp"
#include "gpu/buffer.hpp"
#include "gpu/check.hpp"
#include "gpu/device_list.hpp"
#include "gpu/gpu_fixture.hpp"
#include "gpu/memory.hpp"
#include "shaders/gpu/affine.comp.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::gpu {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class DeviceTest : public GpuTest {};

TEST_F(DeviceTest, TellsWhatItIsAndWhyItWasChosen) {
    const DeviceList list = list_devices();
    ASSERT_GE(list.chosen, 0);
    const DeviceDescription& chosen = list.devices[static_cast<std::size_t>(list.chosen)];
    EXPECT_EQ(device().properties().name, chosen.name);
    EXPECT_EQ(device().properties().is_software, chosen.type == VK_PHYSICAL_DEVICE_TYPE_CPU);
    EXPECT_EQ(device().selection_reason(), list.reason);
    EXPECT_GE(device().properties().max_workgroup_invocations, 128U);
    EXPECT_GE(device().properties().max_storage_buffer_bytes, std::uint64_t{1} << 27);
    EXPECT_FALSE(device().properties().driver.empty());
}

TEST_F(DeviceTest, AnUnknownSelectorIsAMistakeInTheRequest) {
    DeviceRequest request;
    request.selector = "no such card";
    try {
        Device refused(request);
        FAIL() << "accepted";
    } catch (const base::Error& error) {
        EXPECT_EQ(error.exit_status(), 2);
        EXPECT_THAT(error.what(), HasSubstr(device().properties().name));
    }
}

/// Runs in a process of its own: exits with the error's status after printing it.
[[noreturn]] void make_device_without_driver() {
    ::setenv("VK_ICD_FILENAMES", "/nonexistent/driver.json", 1);
    ::setenv("VK_DRIVER_FILES", "/nonexistent/driver.json", 1);
    try {
        Device device{DeviceRequest{}};
    } catch (const base::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        std::_Exit(10 + error.exit_status());
    }
    std::_Exit(0);
}

TEST(DeviceDeathTest, WithoutAnyDriverItNamesThePackageToInstall) {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_EXIT(make_device_without_driver(), ::testing::ExitedWithCode(11), "no Vulkan device.*mesa-vulkan-drivers");
}

[[noreturn]] void make_device_without_layer() {
    ::setenv("VK_LAYER_PATH", "/nonexistent", 1);
    DeviceRequest request;
    request.validation = Validation::on;
    try {
        Device device(request);
    } catch (const base::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        std::_Exit(10 + error.exit_status());
    }
    std::_Exit(0);
}

TEST(DeviceDeathTest, WithoutTheValidationLayerItNamesThePackageToInstall) {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_EXIT(make_device_without_layer(), ::testing::ExitedWithCode(11),
                "install the package vulkan-validationlayers");
}

TEST(Check, NamesCallAndResultAndHasSentencesForTheCommonEnds) {
    EXPECT_NO_THROW(check(VK_SUCCESS, "vkThing"));
    EXPECT_NO_THROW(check(VK_SUBOPTIMAL_KHR, "vkThing"));
    const auto message = [](VkResult result) -> std::string {
        try {
            check(result, "vkThing");
        } catch (const base::Error& error) {
            EXPECT_EQ(error.exit_status(), 1);
            return error.what();
        }
        return {};
    };
    EXPECT_EQ(
        message(VK_ERROR_FEATURE_NOT_PRESENT),
        "a Vulkan call failed (vkThing): VK_ERROR_FEATURE_NOT_PRESENT; update the driver, or choose another `device`");
    EXPECT_THAT(message(VK_ERROR_OUT_OF_DEVICE_MEMORY), HasSubstr("device is out of memory"));
    EXPECT_THAT(message(VK_ERROR_DEVICE_LOST), HasSubstr("was lost"));
}

TEST(GpuAssistedValidation, SeesSubmissionsEnd) {
    DeviceRequest request;
    request.validation = Validation::gpu;
    const base::ScratchFolder cache_folder;
    request.cache_folder = cache_folder.path();
    Device device(request);
    Buffer buffer(device, "assisted", 256);
    Recorder recorder(device, "assisted");
    for (int i = 0; i < 2; ++i) {
        recorder.begin();
        recorder.fill(buffer, 7);
        device.wait(device.submit(recorder));
    }
    EXPECT_EQ(download<std::uint32_t>(device, buffer).back(), 7U);
    EXPECT_TRUE(device.validation_messages().empty()) << device.validation_messages().front();
}

TEST_F(DeviceTest, BuffersBeyondTheLimitsAreRefusedByName) {
    const std::uint64_t limit = device().properties().max_storage_buffer_bytes;
    try {
        Buffer huge(device(), "particles", limit + 4);
        FAIL() << "accepted";
    } catch (const base::Error& error) {
        EXPECT_EQ(error.exit_status(), 2);
        EXPECT_THAT(error.what(), HasSubstr("'particles'"));
        EXPECT_THAT(error.what(), HasSubstr("maxStorageBufferRange"));
    }
    EXPECT_THROW(Buffer(device(), "empty", 0), std::logic_error);
    EXPECT_THROW(Buffer(device(), "hidden", 16).mapped<float>(), std::logic_error);
}

TEST_F(DeviceTest, DroppedBuffersLiveUntilTheGpuIsDone) {
    device().wait_idle();
    const std::size_t before = device().memory().statistics().allocations;
    Submission submission;
    Recorder recorder(device(), "drop");
    {
        const Buffer source(device(), "source", 1 << 20);
        const Buffer target(device(), "target", 1 << 20);
        recorder.begin();
        recorder.fill(source, 1);
        recorder.copy(source, target);
        submission = device().submit(recorder);
        EXPECT_EQ(device().memory().statistics().allocations, before + 2);
    }
    device().wait(submission);
    EXPECT_EQ(device().memory().statistics().allocations, before);
}

TEST_F(DeviceTest, TheFreeMemoryFallsByWhatIsReserved) {
    device().wait_idle();
    constexpr VkDeviceSize kBytes = 80 << 20;  // large enough for a separate memory block
    const VkDeviceSize before = device().memory().free_bytes();
    ASSERT_GT(before, kBytes);
    {
        const Buffer large(device(), "large", kBytes);
        EXPECT_EQ(device().memory().free_bytes(), before - kBytes);
    }
    device().wait_idle();
    EXPECT_EQ(device().memory().free_bytes(), before);
}

TEST_F(DeviceTest, TheMemoryTableAddsUpWhatHasOneName) {
    device().wait_idle();
    const auto named = [&](const std::string& name) {
        const auto table = device().memory().table();
        const auto found = table.find(name);
        return found == table.end() ? NamedMemory() : found->second;
    };
    {
        const Buffer first(device(), "of the table", 4000);
        const Buffer second(device(), "of the table", 8000);
        EXPECT_EQ(named("of the table").count, 2U);
        EXPECT_GE(named("of the table").bytes, 12'000U);
    }
    device().wait_idle();
    EXPECT_EQ(named("of the table").count, 0U);
}

TEST_F(DeviceTest, DrainingFreesWhatTheGpuWasUsing) {
    device().wait_idle();
    const std::size_t before = device().memory().statistics().allocations;
    Recorder recorder(device(), "drain");
    {
        const Buffer buffer(device(), "buffer", 1 << 20);
        recorder.begin();
        recorder.fill(buffer, 1);
        device().submit(recorder);
    }
    device().drain();
    EXPECT_TRUE(device().completed(recorder.submission()));
    EXPECT_EQ(device().memory().statistics().allocations, before);
}

TEST_F(DeviceTest, DroppedWhileRecordingTheyLiveToo) {
    Recorder recorder(device(), "drop while recording");
    const Buffer result(device(), "result", 64, MemoryUse::readback);
    recorder.begin();
    {
        const Buffer source(device(), "source", 64);
        recorder.fill(source, 7);
        recorder.copy(source, result);
    }
    device().wait(device().submit(recorder));
    for (const std::uint32_t word : result.mapped<const std::uint32_t>()) EXPECT_EQ(word, 7U);
}

class PipelineCacheTest : public GpuTest {
  protected:
    /// Makes a pipeline on a device of its own; returns whether the cache was loaded, and its note.
    std::pair<bool, std::string> run() {
        DeviceRequest request;
        request.cache_folder = folder_;
        Device own(request);
        const ComputePipeline pipeline(own, "affine", shaders::gpu_affine_comp);
        const bool loaded = own.pipeline_cache_loaded();
        const std::string note = own.pipeline_cache_note();
        own.save_pipeline_cache();
        return {loaded, note.empty() ? own.pipeline_cache_note() : note};
    }

    fs::path file() const { return fs::directory_iterator(folder_)->path(); }

    std::string content() const {
        std::ifstream stream(file(), std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    }

    void replace(const std::string& content) const { std::ofstream(file(), std::ios::binary) << content; }

    const base::ScratchFolder scratch_;
    const fs::path folder_ = scratch_ / "cache";  // made by the device
};

TEST_F(PipelineCacheTest, IsSavedAndLoadedAgain) {
    EXPECT_EQ(run(), std::pair(false, std::string()));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
    EXPECT_EQ(run(), std::pair(true, std::string()));
}

TEST_F(PipelineCacheTest, DamagedFilesAreIgnoredAndReplaced) {
    run();
    const std::string whole = content();
    std::string flipped = whole;
    flipped.back() = static_cast<char>(flipped.back() ^ 1);
    std::string foreign = whole;
    for (std::size_t i = 0; i < 16; ++i) foreign[foreign.size() > 56 ? 40 + i : i] ^= 1;
    for (const std::string& damaged : {std::string(), whole.substr(0, 10), whole.substr(0, whole.size() - 1),
                                       whole + "x", flipped, foreign, std::string("something else entirely......")}) {
        replace(damaged);
        const auto [loaded, note] = run();
        EXPECT_FALSE(loaded);
        EXPECT_THAT(note, HasSubstr("pipelines-"));
        EXPECT_EQ(run(), std::pair(true, std::string())) << "the damaged file was not replaced";
    }
}

// A pipe does not end when it is read, nor does what the link leads to.
TEST_F(PipelineCacheTest, APipeIsLeftAloneAndALinkReplacedItself) {
    run();
    const fs::path place = file();
    fs::remove(place);
    ASSERT_EQ(::mkfifo(place.c_str(), 0600), 0);
    EXPECT_THAT(run().second, HasSubstr("is not a file"));
    EXPECT_TRUE(fs::is_fifo(place));
    fs::remove(place);
    fs::create_symlink("/dev/zero", place);
    EXPECT_THAT(run().second, HasSubstr("symbolic link"));
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(place)));
    EXPECT_EQ(run(), std::pair(true, std::string()));
}

TEST_F(PipelineCacheTest, NothingIsLoadedThatOthersMayWriteTo) {
    run();
    fs::permissions(file(), fs::perms::group_write, fs::perm_options::add);
    EXPECT_THAT(run().second, HasSubstr("other users"));
    EXPECT_TRUE(run().first) << "the file was not replaced";
    fs::permissions(folder_, fs::perms::others_all, fs::perm_options::add);
    EXPECT_THAT(run().second, HasSubstr("other users"));
    EXPECT_TRUE(run().first) << "the folder was not taken back";
}

TEST_F(PipelineCacheTest, AnUnusableFolderIsOnlyANote) {
    std::ofstream(folder_) << "a file where the folder should be";
    const auto [loaded, note] = run();
    EXPECT_FALSE(loaded);
    EXPECT_FALSE(note.empty());
}

}  // namespace
}  // namespace scorefield::gpu
