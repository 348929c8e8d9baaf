#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/trace.hpp"
#include "gpu/hazard_log.hpp"

namespace scorefield::gpu {

class BarrierTracker;
class CommandPools;
class DeviceClock;
class MemoryPool;
class MessageLog;
class Recorder;
class SharedPipelines;

/// Checks by the Khronos layer: `sync` adds synchronization validation, `gpu` GPU-assisted validation.
enum class Validation { off, on, sync, gpu };

enum class Filter { nearest, linear };

struct DeviceRequest {
    std::string selector = "auto";  ///< auto | index | part of the name in any case
    Validation validation = Validation::off;
    std::vector<const char*> instance_extensions;  ///< what the window system needs for a surface
    std::filesystem::path cache_folder;            ///< empty: $XDG_CACHE_HOME/scorefield, else ~/.cache/scorefield
    bool keep_hazard_log = false;                  ///< for tests: remember every pass and barrier (hazard_check.hpp)
    base::Trace* trace = nullptr;                  ///< shows all submissions; outlives the device; null: nothing does
};

/// What kernels and planners need to know. Variants are chosen by these figures, never by the name.
struct DeviceProperties {
    std::string name;
    std::string driver;
    VkPhysicalDeviceType type = VK_PHYSICAL_DEVICE_TYPE_OTHER;
    bool is_software = false;  ///< the device type is CPU
    std::uint32_t max_workgroup_invocations = 0;
    std::uint32_t max_workgroup_size[3] = {};
    std::uint32_t max_workgroup_count[3] = {};
    std::uint32_t shared_memory_bytes = 0;
    std::uint32_t max_push_constant_bytes = 0;
    std::uint32_t max_image_extent = 0;
    std::uint64_t max_storage_buffer_bytes = 0;
    std::uint64_t max_allocation_bytes = 0;
    std::uint64_t storage_offset_alignment = 1;
    std::uint64_t uniform_offset_alignment = 1;
    std::uint64_t non_coherent_atom_bytes = 1;
    double timestamp_seconds = 0;  ///< per tick; 0: the queue has no timestamps
    std::uint64_t timestamp_mask = 0;
};

/// A point on the device's timeline: all work submitted up to it. The default one is always complete.
struct Submission {
    std::uint64_t value = 0;
};

/// Binary semaphores around a submit, for the swapchain.
struct SubmitSync {
    VkSemaphore wait = VK_NULL_HANDLE;
    VkPipelineStageFlags2 wait_stages = 0;  ///< stages that wait, of those that Vulkan 1.0 knows
    VkSemaphore signal = VK_NULL_HANDLE;
};

/// Instance, physical device, one queue for compute, graphics and transfer, and its timeline. Everything made from a
/// device must be gone before it; what the GPU may still be using when a handle is dropped is destroyed later, by the
/// device. Usable from several threads: each records and submits with recorders of its own, one at a time.
class Device {
  public:
    /// Throws base::Error: running when there is no driver, no device, none with Vulkan 1.3, or the validation layer is
    /// asked for and missing; request when the selector matches nothing.
    explicit Device(const DeviceRequest& request = {});
    /// Waits for the GPU, frees everything, saves the pipeline cache.
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    const DeviceProperties& properties() const;
    /// Why this device, in one sentence.
    const std::string& selection_reason() const;

    /// Hands a recording to the queue. Recordings are submitted in the order in which they are recorded; the Recorder
    /// enforces it. Readback buffers that it wrote may be read by the host once the submission has completed.
    Submission submit(Recorder& recorder, const SubmitSync& sync = {});
    void wait(Submission submission);
    bool completed(Submission submission) const;
    Submission last_submission() const;
    void wait_idle();
    /// As wait_idle, for destructors: frees what waited for the GPU even if that was lost.
    void drain() noexcept;

    /// Errors and warnings of the validation layer so far (also printed on standard error as they come).
    std::vector<std::string> validation_messages() const;
    void clear_validation_messages();
    /// The same messages, for those who look after the device is gone (objects left alive).
    std::shared_ptr<const MessageLog> message_log() const;

    /// Every pass and barrier submitted since the device was made or the log cleared; empty unless requested.
    const HazardLog& hazard_log() const;
    void clear_hazard_log();

    /// Why the pipeline cache was not loaded or cannot be saved; empty when all is well. For debug output only.
    std::string pipeline_cache_note() const;
    bool pipeline_cache_loaded() const;
    /// Writes the pipeline cache now if it changed (the destructor does it anyway).
    void save_pipeline_cache();

    /// Null: nothing is traced.
    base::Trace* trace() const;

    VkInstance instance() const;
    VkPhysicalDevice physical() const;
    VkDevice handle() const;
    VkQueue queue() const;
    /// To be held by whoever uses the queue itself.
    [[nodiscard]] std::unique_lock<std::mutex> lock_queue() const;
    std::uint32_t queue_family() const;
    bool has_swapchain_extension() const;
    VkPipelineCache pipeline_cache() const;
    /// Clamps to the edge, no mip maps.
    VkSampler sampler(Filter filter) const;

    // For the classes of this folder only.

    MemoryPool& memory();
    CommandPools& command_pools();
    BarrierTracker& tracker();
    SharedPipelines& pipelines();
    DeviceClock& clock();
    /// Runs `destroy` once everything submitted so far has completed.
    void retire(std::function<void()> destroy);
    /// Names an object for debuggers and validation messages.
    void set_name(VkObjectType type, std::uint64_t object, const std::string& name) const;
    void begin_label(VkCommandBuffer commands, const std::string& name) const;
    void end_label(VkCommandBuffer commands) const;
    std::uint64_t next_resource_id();
    void append_hazard_log(std::vector<LogEntry> entries);
    bool keeps_hazard_log() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

template <class Handle>
std::uint64_t object_number(Handle handle) {
    return reinterpret_cast<std::uint64_t>(handle);
}

}  // namespace scorefield::gpu
