#include "session/frame_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace scorefield::session {

PassTimes pass_times(std::span<const gpu::Timing> timings) {
    PassTimes times{};
    for (const gpu::Timing& timing : timings) {
        std::string_view name = timing.name;
        if (name == "ground") name = "tone map";
        if (name == "panes") name = "annotation";
        const auto pass = std::ranges::find(kPasses, name);
        if (pass != kPasses.end()) times[static_cast<std::size_t>(pass - kPasses.begin())] += 1e3 * timing.seconds;
    }
    return times;
}

double time_of(const PassTimes& times, std::string_view pass) {
    return times[static_cast<std::size_t>(std::ranges::find(kPasses, pass) - kPasses.begin())];
}

double total(const PassTimes& times) {
    return std::accumulate(times.begin(), times.end(), 0.0);
}

FrameLog::FrameLog(const std::string& path) {
    if (path.empty()) return;
    file_.emplace(path);
    std::string header = "frame,frame_ms,rest_ms,cpu_ms,gpu_ms";
    for (const std::string_view pass : kPasses) {
        std::string column = fmt::format(",{}_ms", pass);
        std::ranges::replace(column, ' ', '_');
        header += column;
    }
    file_->write(header + ",particles,step,steps,sampler,target,process,prediction\n");
}

void FrameLog::add(const FrameRecord& record) {
    if (!file_) return;
    std::string row = fmt::format("{},{:.3f},{:.3f},{:.3f},{:.3f}", record.frame, record.frame_ms, record.rest_ms,
                                  record.cpu_ms, total(record.gpu_ms));
    for (const double milliseconds : record.gpu_ms) row += fmt::format(",{:.3f}", milliseconds);
    file_->write(row + fmt::format(",{},{},{},{},{},{},{}\n", record.particles, record.step, record.steps,
                                   record.sampler, record.target, record.process, record.prediction));
}

void FrameLog::commit() {
    if (file_) file_->commit();
}

}  // namespace scorefield::session
