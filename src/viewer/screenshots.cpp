#include "viewer/screenshots.hpp"

#include <chrono>
#include <filesystem>
#include <system_error>

#include "render/png_file.hpp"
#include "viewer/free_path.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

Message write(const render::Picture& picture) {
    try {
        const fs::path path = free_path("scorefield", ".png");
        render::write_png(path, picture);
        std::error_code unknown;
        return {MessageKind::info, "saved " + fs::absolute(path, unknown).string()};
    } catch (const std::exception& error) {
        return {MessageKind::error, error.what()};
    }
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
    written_ = std::async(std::launch::async, write, capture_.take());
}

std::optional<Message> Screenshots::poll() {
    if (written_.valid()) {
        if (written_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return std::nullopt;
        return written_.get();
    }
    if (!capture_.empty() && device_.completed(submission_)) start_writing();
    return std::nullopt;
}

void Screenshots::finish() {
    if (written_.valid()) written_.get();
    if (capture_.empty()) return;
    start_writing();
    written_.get();
}

}  // namespace scorefield::viewer
