// Writes the picture as PNG files (`scorefield_0000.png`, …) into the working folder, one at a time. A background job
// encodes and writes them; no frame waits for it.
#include <filesystem>
#include <string>
#include <system_error>

#include "base/background_job.hpp"
#include "render/capture.hpp"
#include "render/png_file.hpp"
#include "viewer/element.hpp"
#include "viewer/free_path.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

/// Writes the picture and returns its path.
std::string write(const render::Picture& picture) {
    const fs::path path = free_path("scorefield", ".png");
    render::write_png(path, picture);
    std::error_code unknown;
    return fs::absolute(path, unknown).string();
}

class Screenshots : public Element {
  public:
    explicit Screenshots(gpu::Device& device) : device_(device), capture_(device, 1) {}

    void update(Context& context) override {
        if (context.requests.screenshot) wanted_ = true;
        if (auto outcome = written_.poll()) {
            context.messages.add(outcome->result ? Message{MessageKind::info, "saved " + *outcome->result}
                                                 : Message{MessageKind::error, outcome->error});
        } else if (!written_.wanted() && !capture_.empty() && device_.completed(submission_)) {
            start_writing();
        }
        if (written_.wanted()) context.jobs.push_back(progress_of(written_));
    }

    void record(gpu::Recorder& recorder, const Context& context) override {
        recorded_ = wanted_ && !capture_.full();
        if (!recorded_) return;
        capture_.record(recorder, context.panes.picture(*context.scene));
        wanted_ = false;
    }

    void submitted(gpu::Submission submission) override {
        if (!recorded_) return;
        capture_.submitted(submission);
        submission_ = submission;
        recorded_ = false;
    }

    void finish() override {
        written_.wait();
        written_.poll();
        if (capture_.empty()) return;
        start_writing();
        written_.wait();
    }

  private:
    void start_writing() {
        written_.ask("Saving a screenshot",
                     [picture = capture_.take()](base::Task& /*task*/) { return write(picture); });
    }

    gpu::Device& device_;
    render::Capture capture_;
    bool wanted_ = false;    ///< save the next frame that can be captured
    bool recorded_ = false;  ///< the current recording contains the capture
    gpu::Submission submission_;
    base::BackgroundJob<std::string> written_;
};

}  // namespace

std::unique_ptr<Element> make_screenshots(Context& context) {
    return std::make_unique<Screenshots>(context.device);
}

}  // namespace scorefield::viewer
