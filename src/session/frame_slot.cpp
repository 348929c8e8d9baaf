#include "session/frame_slot.hpp"

#include <utility>

namespace scorefield::session {

FrameRecord frame_record(std::uint64_t frame, double cpu_ms, const Scene* scene) {
    if (scene == nullptr) {
        FrameRecord record;
        record.frame = frame;
        record.cpu_ms = cpu_ms;
        return record;
    }
    const model::Model& model = scene->model();
    const Player& player = scene->player();
    return {frame,
            0,
            cpu_ms,
            {},
            player.count(),
            player.run_state().number,
            player.program().steps,
            player.program().sampler,
            model.target ? model.target->name() : "",
            model.process_settings.name,
            std::string(diffusion::prediction_name(model.parametrisation.prediction))};
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
