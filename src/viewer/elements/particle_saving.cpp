// Saves the particles that the panes show as files of points (`particles_0000.npy`, …) in the working folder, in the
// units of the data. Background jobs make room for the copy and write it; no frame waits for them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/background_job.hpp"
#include "base/error.hpp"
#include "data/point_writer.hpp"
#include "data/scaling.hpp"
#include "sample/start.hpp"
#include "session/particle_readback.hpp"
#include "viewer/element.hpp"
#include "viewer/free_path.hpp"
#include "viewer/pane_sizes.hpp"
#include "viewer/saving_queue.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

/// Room for the particles of all panes.
struct Room {
    std::vector<PaneSize> sizes;
    std::vector<session::ParticleReadback> panes;
};

struct ParticlesToSave {
    std::shared_ptr<Room> room;           ///< with the particles in the units of the states
    std::vector<data::Scaling> scalings;  ///< of each pane, from these units to those of the file
    std::string ending;                   ///< of the files
};

/// Writes a file per pane and says where.
std::string write_particles(const ParticlesToSave& saved) {
    const std::vector<fs::path> paths = free_paths("particles", saved.ending, saved.scalings.size());
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const data::Points points = data::undo(saved.room->panes[i].wait(), saved.scalings[i]);
        if (!std::ranges::all_of(points.values, [](float value) { return std::isfinite(value); })) {
            throw base::running_error("cannot save the particles", paths[i].string(), "some are not finite",
                                      "show an earlier state, or choose more steps or another sampler");
        }
        const auto writer = data::open_point_writer(paths[i], points.count, points.dim, data::Precision::single);
        writer->write(points);
        writer->commit();
    }
    std::error_code unknown;
    std::string said = fs::absolute(paths.front(), unknown).string();
    if (paths.size() > 1) said += fmt::format(" and {} more, one for each pane", paths.size() - 1);
    return said;
}

class ParticleSaving : public Element {
  public:
    explicit ParticleSaving(gpu::Device& device) : device_(device) {}

    void update(Context& context) override {
        if (context.requests.save_particles) {
            wanted_ = true;
            ending_ = "." + context.settings.particles_format;
        }
        if (submission_ && device_.completed(*submission_)) take();
        follow_room(context);
        files_.update(context);
    }

    /// Copies what all panes show, once each shows its state.
    void record(gpu::Recorder& recorder, const Context& context) override {
        if (!wanted_ || submission_ || !room_ || room_->sizes != pane_sizes(context)) return;
        if (!all_panes_show_particles(context)) return;
        scalings_.clear();
        for (std::size_t i = 0; i < room_->panes.size(); ++i) {
            session::Scene& scene = context.scene_of(i);
            scene.record_particles(recorder, room_->panes[i]);
            scalings_.push_back(sample::file_scaling(scene.player().spec(), scene.model()));
        }
        wanted_ = false;
        recorded_ = true;
    }

    void submitted(gpu::Submission submission) override {
        if (!recorded_) return;
        for (session::ParticleReadback& pane : room_->panes) pane.submitted(submission);
        submission_ = submission;
        recorded_ = false;
    }

    void finish() override {
        if (submission_) take();
        files_.finish();
    }

  private:
    /// Asks for the room that is wanted, and gives back what is not.
    void follow_room(Context& context) {
        if (auto outcome = made_.poll()) {
            if (outcome->result) {
                room_ = std::move(*outcome->result);
            } else {
                context.messages.add({MessageKind::error, outcome->error});
                wanted_ = false;
            }
        }
        if (made_.wanted()) context.jobs.push_back(progress_of(made_));
        if (submission_) return;
        if (!wanted_) room_.reset();
        const std::vector<PaneSize> sizes = pane_sizes(context);
        if (!wanted_ || made_.wanted() || (room_ && room_->sizes == sizes)) return;
        made_.ask("Making room for a copy of the particles", [&device = device_, sizes](base::Task& /*task*/) {
            auto room = std::make_shared<Room>(Room{sizes, {}});
            for (const auto& [count, dim] : sizes) room->panes.emplace_back(device, count, dim);
            return room;
        });
    }

    void take() {
        submission_.reset();
        files_.add({std::exchange(room_, nullptr), std::move(scalings_), ending_});
    }

    gpu::Device& device_;
    bool wanted_ = false;  ///< the next frame in which all panes show their states is to be copied
    std::string ending_;
    std::shared_ptr<Room> room_;
    std::vector<data::Scaling> scalings_;  ///< of the panes that were copied
    bool recorded_ = false;                ///< by the current recording
    std::optional<gpu::Submission> submission_;
    base::BackgroundJob<std::shared_ptr<Room>> made_;
    SavingQueue<ParticlesToSave> files_{"Saving the particles", write_particles};
};

}  // namespace

std::unique_ptr<Element> make_particle_saving(Context& context) {
    return std::make_unique<ParticleSaving>(context.device);
}

}  // namespace scorefield::viewer
