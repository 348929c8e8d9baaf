#include "gpu/device.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>

#include "base/error.hpp"
#include "gpu/check.hpp"
#include "gpu/command_pools.hpp"
#include "gpu/device_clock.hpp"
#include "gpu/instance.hpp"
#include "gpu/logical_device.hpp"
#include "gpu/memory.hpp"
#include "gpu/pipeline_cache.hpp"
#include "gpu/recorder.hpp"
#include "gpu/shared_pipelines.hpp"
#include "gpu/structure.hpp"
#include "gpu/tracking.hpp"

namespace scorefield::gpu {
namespace {

VkSemaphore make_timeline(VkDevice device) {
    auto type = make_structure<VkSemaphoreTypeCreateInfo>(VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO);
    type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
    auto info = make_structure<VkSemaphoreCreateInfo>(VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO);
    info.pNext = &type;
    VkSemaphore semaphore = VK_NULL_HANDLE;
    check(vkCreateSemaphore(device, &info, nullptr, &semaphore), "vkCreateSemaphore");
    return semaphore;
}

VkSampler make_sampler(VkDevice device, VkFilter filter) {
    auto info = make_structure<VkSamplerCreateInfo>(VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO);
    info.magFilter = filter;
    info.minFilter = filter;
    info.addressModeU = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
    info.addressModeV = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
    info.addressModeW = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
    VkSampler sampler = VK_NULL_HANDLE;
    check(vkCreateSampler(device, &info, nullptr, &sampler), "vkCreateSampler");
    return sampler;
}

}  // namespace

struct Device::State {
    struct Retired {
        std::uint64_t after = 0;
        std::function<void()> destroy;
    };

    explicit State(const DeviceRequest& request)
        : instance(request.validation, request.instance_extensions),
          keep_hazard_log(request.keep_hazard_log),
          trace(request.trace) {
        choose(request.selector);
        family = static_cast<std::uint32_t>(work_queue_family(physical));
        swapchain = instance.has_surface() && offers_swapchain(physical);
        properties = read_properties(physical, family);
        const bool calibrates = trace != nullptr && offers_calibrated_timestamps(physical) &&
                                DeviceClock::can_calibrate(instance.handle(), physical);
        device = make_logical_device(physical, family, {.swapchain = swapchain, .calibrated_timestamps = calibrates});
        try {
            clock.emplace(device, properties, calibrates);
            if (trace != nullptr) trace->name_track(base::TraceTrack::gpu, "GPU: " + properties.name);
            vkGetDeviceQueue(device, family, 0, &queue);
            timeline = make_timeline(device);
            samplers = {make_sampler(device, VK_FILTER_NEAREST), make_sampler(device, VK_FILTER_LINEAR)};
            command_pools.emplace(device, family);
            memory.emplace(physical, device, properties.non_coherent_atom_bytes);
            cache.emplace(physical, device, request.cache_folder);
            load_debug_functions();
        } catch (...) {
            destroy();
            throw;
        }
    }

    ~State() { destroy(); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void choose(const std::string& selector) {
        const std::vector<VkPhysicalDevice> all = instance.physical_devices();
        DeviceList list;
        for (const VkPhysicalDevice one : all)
            list.devices.push_back(describe(one, static_cast<int>(list.devices.size())));
        choose_device(list, selector);
        physical = all[static_cast<std::size_t>(list.chosen)];
        reason = list.reason;
    }

    void load_debug_functions() {
        if (!instance.has_debug_utils()) return;
        const auto load = [&](const char* name) { return vkGetDeviceProcAddr(device, name); };
        name_object = reinterpret_cast<PFN_vkSetDebugUtilsObjectNameEXT>(load("vkSetDebugUtilsObjectNameEXT"));
        begin_label = reinterpret_cast<PFN_vkCmdBeginDebugUtilsLabelEXT>(load("vkCmdBeginDebugUtilsLabelEXT"));
        end_label = reinterpret_cast<PFN_vkCmdEndDebugUtilsLabelEXT>(load("vkCmdEndDebugUtilsLabelEXT"));
    }

    void destroy() {
        cache.reset();
        memory.reset();
        command_pools.reset();
        for (const VkSampler sampler : samplers) vkDestroySampler(device, sampler, nullptr);
        vkDestroySemaphore(device, timeline, nullptr);
        vkDestroyDevice(device, nullptr);
    }

    std::uint64_t completed_value() const {
        std::uint64_t value = 0;
        check(vkGetSemaphoreCounterValue(device, timeline, &value), "vkGetSemaphoreCounterValue");
        return value;
    }

    /// What is destroyed may retire more (an image's view before its memory): it runs outside the lock.
    void run_retired(std::uint64_t completed) {
        while (true) {
            std::function<void()> destroy_one;
            {
                const std::scoped_lock lock(retired_mutex);
                if (retired.empty() || retired.front().after > completed) return;
                destroy_one = std::move(retired.front().destroy);
                retired.pop_front();
            }
            destroy_one();
        }
    }

    Instance instance;
    std::string reason;
    VkPhysicalDevice physical = VK_NULL_HANDLE;
    std::uint32_t family = 0;
    bool swapchain = false;
    DeviceProperties properties;
    VkDevice device = VK_NULL_HANDLE;
    VkQueue queue = VK_NULL_HANDLE;
    std::mutex queue_mutex;
    VkSemaphore timeline = VK_NULL_HANDLE;
    std::array<VkSampler, 2> samplers{};
    std::optional<CommandPools> command_pools;
    std::optional<MemoryPool> memory;
    std::optional<PipelineCache> cache;
    PFN_vkSetDebugUtilsObjectNameEXT name_object = nullptr;
    PFN_vkCmdBeginDebugUtilsLabelEXT begin_label = nullptr;
    PFN_vkCmdEndDebugUtilsLabelEXT end_label = nullptr;

    std::atomic<std::uint64_t> submitted{0};
    std::atomic<std::uint64_t> resources{0};
    BarrierTracker tracker;
    std::deque<Retired> retired;
    std::mutex retired_mutex;
    SharedPipelines pipelines;
    bool keep_hazard_log;
    HazardLog hazard_log;
    base::Trace* trace;
    std::optional<DeviceClock> clock;
};

Device::Device(const DeviceRequest& request) : state_(std::make_unique<State>(request)) {}

Device::~Device() {
    state_->pipelines.clear();
    drain();
}

const DeviceProperties& Device::properties() const {
    return state_->properties;
}
const std::string& Device::selection_reason() const {
    return state_->reason;
}

Submission Device::submit(Recorder& recorder, const SubmitSync& sync) {
    const VkCommandBuffer commands = recorder.finish();
    const std::uint64_t value = state_->submitted + 1;
    // The older submission call: GPU-assisted validation (layer 1.3.239) never sees timelines signalled by the newer
    // one.
    const auto wait_stages = static_cast<VkPipelineStageFlags>(sync.wait_stages);
    const std::array signals = {state_->timeline, sync.signal};
    const std::array<std::uint64_t, 2> signal_values = {value, 0};
    auto timeline = make_structure<VkTimelineSemaphoreSubmitInfo>(VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO);
    auto info = make_structure<VkSubmitInfo>(VK_STRUCTURE_TYPE_SUBMIT_INFO);
    info.pNext = &timeline;
    info.waitSemaphoreCount = sync.wait != VK_NULL_HANDLE ? 1 : 0;
    info.pWaitSemaphores = &sync.wait;
    info.pWaitDstStageMask = &wait_stages;
    info.commandBufferCount = 1;
    info.pCommandBuffers = &commands;
    info.signalSemaphoreCount = sync.signal != VK_NULL_HANDLE ? 2 : 1;
    info.pSignalSemaphores = signals.data();
    timeline.signalSemaphoreValueCount = info.signalSemaphoreCount;
    timeline.pSignalSemaphoreValues = signal_values.data();
    {
        const auto queue = lock_queue();
        check(vkQueueSubmit(state_->queue, 1, &info, VK_NULL_HANDLE), "vkQueueSubmit");
    }
    state_->submitted = value;
    recorder.submitted({value});
    state_->run_retired(state_->completed_value());
    return {value};
}

void Device::wait(Submission submission) {
    auto info = make_structure<VkSemaphoreWaitInfo>(VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO);
    info.semaphoreCount = 1;
    info.pSemaphores = &state_->timeline;
    info.pValues = &submission.value;
    check(vkWaitSemaphores(state_->device, &info, ~std::uint64_t{0}), "vkWaitSemaphores");
    state_->run_retired(state_->completed_value());
}

bool Device::completed(Submission submission) const {
    return state_->completed_value() >= submission.value;
}

Submission Device::last_submission() const {
    return {state_->submitted};
}

void Device::wait_idle() {
    wait(last_submission());
}

void Device::drain() noexcept {
    {
        const auto queue = lock_queue();
        // Whatever the result: the work of a lost device will not go on.
        vkDeviceWaitIdle(state_->device);
    }
    state_->run_retired(~std::uint64_t{0});
}

std::vector<std::string> Device::validation_messages() const {
    return state_->instance.log()->messages();
}
void Device::clear_validation_messages() {
    state_->instance.log()->clear();
}
std::shared_ptr<const MessageLog> Device::message_log() const {
    return state_->instance.log();
}
const HazardLog& Device::hazard_log() const {
    return state_->hazard_log;
}
void Device::clear_hazard_log() {
    state_->hazard_log.clear();
}
std::string Device::pipeline_cache_note() const {
    return state_->cache->note();
}
bool Device::pipeline_cache_loaded() const {
    return state_->cache->loaded();
}
void Device::save_pipeline_cache() {
    state_->cache->save();
}
base::Trace* Device::trace() const {
    return state_->trace;
}
VkInstance Device::instance() const {
    return state_->instance.handle();
}
VkPhysicalDevice Device::physical() const {
    return state_->physical;
}
VkDevice Device::handle() const {
    return state_->device;
}
VkQueue Device::queue() const {
    return state_->queue;
}
std::unique_lock<std::mutex> Device::lock_queue() const {
    return std::unique_lock(state_->queue_mutex);
}
std::uint32_t Device::queue_family() const {
    return state_->family;
}
bool Device::has_swapchain_extension() const {
    return state_->swapchain;
}
VkPipelineCache Device::pipeline_cache() const {
    return state_->cache->handle();
}
VkSampler Device::sampler(Filter filter) const {
    return state_->samplers[filter == Filter::nearest ? 0 : 1];
}
MemoryPool& Device::memory() {
    return *state_->memory;
}
CommandPools& Device::command_pools() {
    return *state_->command_pools;
}
BarrierTracker& Device::tracker() {
    return state_->tracker;
}

SharedPipelines& Device::pipelines() {
    return state_->pipelines;
}

DeviceClock& Device::clock() {
    return *state_->clock;
}

void Device::retire(std::function<void()> destroy) {
    const std::scoped_lock lock(state_->retired_mutex);
    state_->retired.push_back({state_->submitted, std::move(destroy)});
}

void Device::set_name(VkObjectType type, std::uint64_t object, const std::string& name) const {
    if (state_->name_object == nullptr) return;
    auto info = make_structure<VkDebugUtilsObjectNameInfoEXT>(VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT);
    info.objectType = type;
    info.objectHandle = object;
    info.pObjectName = name.c_str();
    check(state_->name_object(state_->device, &info), "vkSetDebugUtilsObjectNameEXT");
}

void Device::begin_label(VkCommandBuffer commands, const std::string& name) const {
    if (state_->begin_label == nullptr) return;
    auto label = make_structure<VkDebugUtilsLabelEXT>(VK_STRUCTURE_TYPE_DEBUG_UTILS_LABEL_EXT);
    label.pLabelName = name.c_str();
    state_->begin_label(commands, &label);
}

void Device::end_label(VkCommandBuffer commands) const {
    if (state_->end_label != nullptr) state_->end_label(commands);
}

std::uint64_t Device::next_resource_id() {
    return ++state_->resources;
}

void Device::append_hazard_log(std::vector<LogEntry> entries) {
    state_->hazard_log.insert(state_->hazard_log.end(), std::make_move_iterator(entries.begin()),
                              std::make_move_iterator(entries.end()));
}

bool Device::keeps_hazard_log() const {
    return state_->keep_hazard_log;
}

}  // namespace scorefield::gpu
