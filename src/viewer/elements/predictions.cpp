// What the denoiser predicts from the particles of each pane (session/denoiser.hpp), where the view shows it. The
// particles are read back some frames later, and a background job asks the denoiser; no frame waits for either.
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "base/background_job.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "session/particle_readback.hpp"
#include "settings/resolve.hpp"
#include "viewer/element.hpp"

namespace scorefield::viewer {
namespace {

class PanePredictions {
  public:
    explicit PanePredictions(gpu::Device& device) : device_(device) {}

    void forget() {
        if (particles_) particles_->discard();
        answer_.cancel();
        asked_.reset();
        scene_ = nullptr;
    }

    void update(Context& context, session::Scene& scene) {
        if (scene_ != &scene) forget();  // another scene
        scene_ = &scene;
        if (auto outcome = answer_.poll(); outcome && asked_) take(context, scene, *outcome);
        if (auto outcome = made_.poll()) {
            if (outcome->result) particles_ = std::move(*outcome->result);
            if (!outcome->result) give_up(context, outcome->error);
        }
        std::optional<data::Points> particles = particles_ ? particles_->take() : std::nullopt;
        if (!particles || !asked_) return;
        answer_.ask("Predicted x₀", [&device = device_, question = *asked_,
                                     particles = std::move(*particles)](base::Task& task) {
            base::yield_to_other_threads();
            const data::Points predicted = question.denoiser->predict(particles, question.at, [&task] { task.step(); });
            return std::make_shared<const session::PredictedParticles>(device, predicted);
        });
    }

    /// One state at a time: the newest when the last one has been answered.
    void record(gpu::Recorder& recorder, const session::Scene& scene, const render::ViewSpec& view,
                const std::shared_ptr<const session::Denoiser>& denoiser) {
        if ((particles_ && particles_->pending()) || answer_.wanted() || made_.wanted() || scene_ != &scene) return;
        std::optional<session::PredictionQuestion> question = scene.wanted_prediction(view, denoiser);
        if (!question || asked_ == question) return;
        const sample::ParticleView all = scene.player().particles();
        const Size size = {all.count, all.dim};
        if (!particles_ || size_ != size) {
            make_room(size);
            return;
        }
        particles_->record(recorder, session::as_particles(all));
        asked_ = std::move(question);
    }

    void submitted(gpu::Submission submission) {
        if (particles_) particles_->submitted(submission);
    }

  private:
    using Answer = std::shared_ptr<const session::PredictedParticles>;
    using Size = std::pair<std::size_t, std::size_t>;  ///< particles and their coordinates

    void take(Context& context, session::Scene& scene, base::BackgroundJob<Answer>::Outcome& outcome) {
        if (outcome.result) {
            scene.take_prediction(*asked_, std::move(*outcome.result));
        } else {
            give_up(context, outcome.error);
        }
    }

    static void give_up(Context& context, const std::string& error) {
        context.messages.add({MessageKind::error, base::with_flags(error)}, "predictions");
        context.settings.show = render::Show::particles;
    }

    void make_room(const Size& size) {
        particles_.reset();
        size_ = size;
        made_.ask("Making room for a copy of the particles", [&device = device_, size](base::Task& /*task*/) {
            return std::make_shared<session::ParticleReadback>(device, size.first, size.second);
        });
    }

    gpu::Device& device_;
    const session::Scene* scene_ = nullptr;                 ///< the pane's
    std::shared_ptr<session::ParticleReadback> particles_;  ///< null: no room yet
    Size size_;                                             ///< that there is room for, or will be
    std::optional<session::PredictionQuestion> asked_;      ///< last
    base::BackgroundJob<std::shared_ptr<session::ParticleReadback>> made_;
    base::BackgroundJob<Answer> answer_;
};

class Predictions : public Element {
  public:
    explicit Predictions(gpu::Device& device)
        : panes_{PanePredictions(device), PanePredictions(device), PanePredictions(device), PanePredictions(device)} {}

    void attach(Context& /*context*/) override {
        panes_[0].forget();
        weights_.reset();
        in_training_.reset();
    }

    void update(Context& context) override {
        refuse(context);
        for (std::size_t i = 0; i < panes_.size(); ++i) {
            if (i < context.panes.count()) {
                panes_.at(i).update(context, context.scene_of(i));
            } else {
                panes_.at(i).forget();
            }
        }
        if (context.settings.show == render::Show::predicted && context.shows_training()) follow_training(context);
    }

    void record(gpu::Recorder& recorder, const Context& context) override {
        const render::ViewSpec view = settings::view_spec(context.settings);
        for (std::size_t i = 0; i < context.panes.count(); ++i) {
            const bool trains = i == 0 && context.shows_training();
            if (trains && !in_training_) continue;  // the host has no weights yet
            panes_.at(i).record(recorder, context.scene_of(i), view, trains ? in_training_ : nullptr);
        }
    }

    void submitted(gpu::Submission submission) override {
        for (PanePredictions& pane : panes_) pane.submitted(submission);
    }

  private:
    static void refuse(Context& context) {
        if (context.settings.show != render::Show::predicted) return;
        const session::Scene& scene = *context.scene;
        const std::optional<base::Error> error = session::prediction_refusal(scene.model(), scene.player().program());
        if (!error) return;
        context.messages.add({MessageKind::error, base::with_flags(error->what())}, "predictions");
        context.settings.show = render::Show::particles;
    }

    /// Takes the newest weights that the host has.
    void follow_training(Context& context) {
        const session::LiveTraining& live = context.training.live;
        std::shared_ptr<const data::TensorMap> weights = live.recent_weights();
        const std::optional<std::size_t> label = live.shown_class();
        if (!weights || !context.scene->denoiser() || (weights == weights_ && label == label_)) return;
        const model::Architecture network = model::for_points(live.network(), model::dim_of(live.network()), 0);
        in_training_ = std::make_shared<const session::Denoiser>(
            *context.scene->denoiser(), network, model::weights_of_class(*weights, live.network(), label));
        weights_ = std::move(weights);
        label_ = label;
    }

    std::array<PanePredictions, settings::kMostPanes> panes_;
    std::shared_ptr<const data::TensorMap> weights_;  ///< of in_training_
    std::optional<std::size_t> label_;                ///< its class
    std::shared_ptr<const session::Denoiser> in_training_;
};

}  // namespace

std::unique_ptr<Element> make_predictions(Context& context) {
    return std::make_unique<Predictions>(context.device);
}

}  // namespace scorefield::viewer
