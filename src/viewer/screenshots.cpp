#include "viewer/screenshots.hpp"

#include <filesystem>
#include <system_error>

#include "render/png_file.hpp"
#include "viewer/free_path.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

Message write(const render::Picture& picture) {
    const fs::path path = free_path("scorefield", ".png");
    render::write_png(path, picture);
    std::error_code unknown;
    return {MessageKind::info, "saved " + fs::absolute(path, unknown).string()};
}

}  // namespace

void Screenshots::record(gpu::Recorder& recorder, const gpu::Image& picture) {
    recorded_ = wanted_ && !capture_.full();
    if (!recorded_) return;
    capture_.record(recorder, picture);
    wanted_ = false;
}

void Screenshots::submitted(gpu::Submission submission) {
    if (!recorded_) return;
    capture_.submitted(submission);
    submission_ = submission;
    recorded_ = false;
}

void Screenshots::start_writing() {
    written_.ask("Screenshot", [picture = capture_.take()](base::Task& /*task*/) { return write(picture); });
}

std::optional<Message> Screenshots::poll() {
    if (auto outcome = written_.poll()) {
        return std::move(outcome->result).value_or(Message{MessageKind::error, outcome->error});
    }
    if (!written_.wanted() && !capture_.empty() && device_.completed(submission_)) start_writing();
    return std::nullopt;
}

void Screenshots::finish() {
    written_.wait();
    written_.poll();
    if (capture_.empty()) return;
    start_writing();
    written_.wait();
}

}  // namespace scorefield::viewer
