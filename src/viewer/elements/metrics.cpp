// How the particles of each pane compare with the data, in its caption (session/state_metrics.hpp). The first particles
// are read back some frames later, and a background job compares them; no frame waits for either.
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "base/background_job.hpp"
#include "session/particle_readback.hpp"
#include "settings/resolve.hpp"
#include "viewer/element.hpp"

namespace scorefield::viewer {
namespace {

constexpr std::size_t kMetricDims = 3;

class PaneMetrics {
  public:
    explicit PaneMetrics(gpu::Device& device) : particles_(device, session::kMetricParticles, kMetricDims) {}

    void forget() {
        particles_.discard();
        answer_.cancel();
        asked_.reset();
    }

    void update(session::Scene& scene) {
        if (asked_ && asked_->question.data != scene.expected_data()) forget();  // another scene
        if (auto outcome = answer_.poll(); outcome && outcome->result && asked_) {
            scene.take_metrics(asked_->version, asked_->state, *outcome->result);
        }
        std::optional<data::Points> particles = particles_.take();
        if (!particles || !asked_) return;
        session::MetricsQuestion question = asked_->question;
        question.particles = std::move(*particles);
        answer_.ask("Metrics", [question](base::Task& task) {
            base::yield_to_other_threads();
            return session::state_metrics(question, [&task] { task.step(); });
        });
    }

    /// One state at a time: the newest when the last one has been measured.
    void record(gpu::Recorder& recorder, const session::Scene& scene, const render::ViewSpec& view) {
        if (particles_.pending() || answer_.wanted()) return;
        std::optional<session::MetricsQuestion> question = scene.wanted_metrics(view);
        const session::Player& player = scene.player();
        if (!question || (asked_ && asked_->version == player.shown_version())) return;
        particles_.record(recorder, session::as_particles(player.particles()));
        asked_ = {player.shown_version(), player.run_state(), std::move(*question)};
    }

    void submitted(gpu::Submission submission) { particles_.submitted(submission); }

  private:
    struct Asked {
        session::Player::ShownVersion version;
        session::RunState state;
        session::MetricsQuestion question;  ///< without particles
    };

    session::ParticleReadback particles_;
    std::optional<Asked> asked_;  ///< last
    base::BackgroundJob<session::StateMetrics> answer_;
};

class Metrics : public Element {
  public:
    explicit Metrics(gpu::Device& device)
        : panes_{PaneMetrics(device), PaneMetrics(device), PaneMetrics(device), PaneMetrics(device)} {}

    void attach(Context& /*context*/) override { panes_[0].forget(); }

    void update(Context& context) override {
        for (std::size_t i = 0; i < panes_.size(); ++i) {
            if (i < context.panes.count()) {
                panes_.at(i).update(context.scene_of(i));
            } else {
                panes_.at(i).forget();
            }
        }
    }

    void record(gpu::Recorder& recorder, const Context& context) override {
        const render::ViewSpec view = settings::view_spec(context.settings);
        for (std::size_t i = 0; i < context.panes.count(); ++i) {
            panes_.at(i).record(recorder, context.scene_of(i), view);
        }
    }

    void submitted(gpu::Submission submission) override {
        for (PaneMetrics& pane : panes_) pane.submitted(submission);
    }

  private:
    std::array<PaneMetrics, settings::kMostPanes> panes_;
};

}  // namespace

std::unique_ptr<Element> make_metrics(Context& context) {
    return std::make_unique<Metrics>(context.device);
}

}  // namespace scorefield::viewer
