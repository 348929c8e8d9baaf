#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "gpu/device.hpp"
#include "gpu/hazard_check.hpp"
#include "gpu/recorder.hpp"
#include "gpu/transfer.hpp"
#include "gpu/validation.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::gpu {

/// The one device of a test process, with synchronization validation and a hazard log; which device is decided outside
/// by VK_ICD_FILENAMES. Its pipeline cache is its own.
class GpuEnvironment : public ::testing::Environment {
  public:
    static Device& device() {
        if (!slot()) slot() = std::make_unique<Held>();
        return slot()->device;
    }

    /// Objects left alive show when the device goes.
    void TearDown() override {
        if (!slot()) return;
        const std::shared_ptr<const MessageLog> log = device().message_log();
        device().clear_validation_messages();
        slot().reset();
        for (const std::string& message : log->messages()) ADD_FAILURE() << "at the end of the device: " << message;
    }

  private:
    struct Held {
        const base::ScratchFolder cache_folder;
        Device device{request(cache_folder.path())};
    };

    static DeviceRequest request(const std::filesystem::path& cache_folder) {
        DeviceRequest request;
        request.validation = Validation::sync;
        request.keep_hazard_log = true;
        request.cache_folder = cache_folder;
        return request;
    }

    static std::unique_ptr<Held>& slot() {
        static std::unique_ptr<Held> held;
        return held;
    }
};

/// Owned by GoogleTest.
inline ::testing::Environment* const gpu_environment =
    ::testing::AddGlobalTestEnvironment(std::make_unique<GpuEnvironment>().release());

/// A test that fails when the validation layer says anything or the hazard checker finds anything in what it recorded.
class GpuTest : public ::testing::Test {
  protected:
    static Device& device() { return GpuEnvironment::device(); }

    void SetUp() override {
        device().clear_validation_messages();
        device().clear_hazard_log();
    }

    void TearDown() override {
        device().wait_idle();
        for (const std::string& message : device().validation_messages()) ADD_FAILURE() << message;
        for (const std::string& finding : check_hazards(device().hazard_log())) ADD_FAILURE() << finding;
    }
};

}  // namespace scorefield::gpu
