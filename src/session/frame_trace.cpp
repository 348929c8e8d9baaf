#include "session/frame_trace.hpp"

namespace scorefield::session {

FrameTraceArgs::FrameTraceArgs(base::Trace* trace, std::uint64_t frame, const Scene* scene) {
    if (trace == nullptr) return;
    args_[0] = {"frame", frame};
    count_ = 1;
    if (scene == nullptr) return;
    const Player& player = scene->player();
    args_ = {args_[0],
             {"step", player.run_state().number},
             {"steps", player.program().steps},
             {"particles", player.count()},
             {"sampler", trace->text(player.program().sampler)}};
    count_ = args_.size();
}

}  // namespace scorefield::session
