#include "session/frame_slot.hpp"

#include <utility>

namespace scorefield::session {

FrameRecord frame_record(std::uint64_t frame, double cpu_ms, const Scene* scene) {
    FrameRecord record;
    record.frame = frame;
    record.cpu_ms = cpu_ms;
    if (scene == nullptr) return record;
    const model::Model& model = scene->model();
    const Player& player = scene->player();
    record.particles = player.count();
    record.step = player.run_state().number;
    record.steps = player.program().steps;
    record.sampler = player.program().sampler;
    record.target = model.target ? model.target->name() : "";
    record.process = model.process_settings.name;
    record.prediction = diffusion::prediction_name(model.parametrisation.prediction);
    return record;
}

std::optional<FrameRecord> finish_frame(gpu::Device& device, FrameSlot& slot, FrameLog& log) {
    std::optional<FrameRecord> record = std::exchange(slot.record, std::nullopt);
    if (!record) return record;
    device.wait(slot.recorder.submission());
    record->gpu_ms = pass_times(slot.recorder.timings());
    log.add(*record);
    return record;
}

}  // namespace scorefield::session
