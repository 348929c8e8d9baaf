#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/datasets.hpp"
#include "data/points.hpp"
#include "render/camera3d.hpp"
#include "render/renderer.hpp"
#include "render/view_spec.hpp"
#include "session/denoiser.hpp"
#include "session/field_lines.hpp"
#include "session/forward_process.hpp"
#include "session/line_view.hpp"
#include "session/particle_readback.hpp"
#include "session/paths.hpp"
#include "session/player.hpp"
#include "session/predicted_particles.hpp"
#include "session/run_loader.hpp"
#include "session/state_metrics.hpp"
#include "session/still.hpp"

namespace scorefield::session {

/// The data that samples should resemble.
struct Reference {
    std::string name;                ///< empty: nothing is known
    data::Points points;             ///< in the units of the states
    data::Points expected;           ///< of them those that samples should resemble: of one class, or all
    std::vector<std::string> notes;  ///< what was left out or decided when they were read
};

/// Draws from the data set `data`; if empty, from that of the model, if it can be opened. Throws base::Error for a data
/// set that is named.
Reference open_reference(const std::string& data, const model::Model& model,
                         std::optional<std::size_t> label = std::nullopt);
/// Draws from an open data set.
Reference reference_of(const data::Dataset& dataset, const data::Scaling& scaling,
                       std::optional<std::size_t> label = std::nullopt);

/// The particles of a model over the data that they should become, seen by a camera: what window and files show. World
/// units are those of the network: standardised.
class Scene {
  public:
    /// Makes everything ready to draw. Only the device computes for a model in training. Throws base::Error.
    Scene(gpu::Device& device, model::Model model, const PreparedRun& run, const Reference& reference,
          const render::PictureForm& form, Computes computes = Computes::device);

    /// Starts this run of the same model. `loaded`: what run_loader has made for it; what is missing is made here,
    /// which may take long and waits for the GPU. Throws as Player::take; the run that was shown before then continues.
    void take(const PreparedRun& run, LoadedRun loaded = {});
    /// The forward process can be shown: there are data, and the run goes from noise to samples.
    bool has_forward_process() const {
        return forward_ && player_.program().evaluations() > 0 && player_.run_states().back().is_result;
    }
    RunLoader run_loader() const { return player_.run_loader(renderer_.capacity()); }
    /// What the view sees the particles through: `camera`, or the orbit of the view in three dimensions.
    render::Camera camera_of(const render::ViewSpec& view) const;
    /// The camera that shows noise and data whole; where the noise is far wider than the data, it follows the particles
    /// from one to the other until `hold_camera`.
    void fit_camera();
    /// Fits the camera again if it follows the particles.
    void update_camera() {
        if (follows_) fit_camera();
    }
    /// From here on the camera stays where it is put.
    void hold_camera() { follows_ = false; }
    /// Takes over the camera of another scene.
    void see_as(const Scene& other);
    /// The same, for a scene beside the other one: its camera does not follow particles of its own.
    void see_beside(const Scene& other) {
        see_as(other);
        hold_camera();
    }

    /// Advances the particles towards the state that the clock shows, as Player::record does. Returns the operations
    /// that were recorded.
    double advance(gpu::Recorder& recorder, double operations, const LiveWeights* live = nullptr);
    /// Works on this state with what is left of these operations, as Player::record_ahead, where it is not ready.
    /// Returns those that were recorded.
    double work_ahead(gpu::Recorder& recorder, double operations, std::optional<int> state);
    /// Where the view has field lines, what they depend on as it is now; none otherwise, and where they cannot be
    /// drawn: in one or three dimensions, and at levels without noise. Moves the camera where it follows the particles.
    std::optional<FieldLinesQuestion> field_question(const render::ViewSpec& view);
    /// The run whose paths the view shows, if they are not there yet; null otherwise, and for a model in training.
    std::shared_ptr<const PathsRun> wanted_paths(const render::ViewSpec& view) const;
    /// The paths of `run`, which wanted_paths has returned; ignored where another run has been taken since.
    void take_paths(const std::shared_ptr<const PathsRun>& run, std::shared_ptr<const Paths> paths);
    /// The particle with a path that is nearest to a pixel of the picture; none within `reach` pixels, or without
    /// paths.
    std::optional<int> nearest_particle(const render::ViewSpec& view, const std::array<double, 2>& pixel,
                                        double reach) const;
    /// Paths of the current run; null until they are computed.
    const std::shared_ptr<const Paths>& paths() const { return paths_; }
    /// Where the view has metrics and there are data: the question of the shown state, without its particles; none
    /// where they have been taken.
    std::optional<MetricsQuestion> wanted_metrics(const render::ViewSpec& view) const;
    /// The metrics of this state, which the captions show from now on.
    void take_metrics(const Player::ShownVersion& version, const RunState& state, const StateMetrics& metrics);
    /// Where the view shows predictions: the question of the state that is shown, without its particles; none where its
    /// answer has been taken, and where particles are shown in any case (noising, finished samples, no score).
    /// `denoiser`: of newer weights; null: that of the model.
    std::optional<PredictionQuestion> wanted_prediction(
        const render::ViewSpec& view, const std::shared_ptr<const Denoiser>& denoiser = nullptr) const;
    /// Its answer, which the picture shows from now on; ignored where another run has been taken since.
    void take_prediction(const PredictionQuestion& question, std::shared_ptr<const PredictedParticles> predicted);
    /// Draws the last complete state onto picture(), with the trails of the view and `extras`. Returns false, and
    /// records nothing, where picture() shows just that already, or while the first prediction of a run is awaited.
    bool draw(gpu::Recorder& recorder, const render::ViewSpec& view, render::Extras extras = {});
    /// Whether draw would record nothing.
    bool shows(const render::ViewSpec& view, render::Extras extras = {});
    /// Whether picture() shows the particles that there are now.
    bool shows_particles() const {
        const bool is_shown = player_.started() && drawn_ && drawn_->particles == player_.shown_version();
        return is_shown && (drawn_->prediction == 0 || drawn_->prediction == predictions_);
    }
    /// Copies what picture() shows, so that it can be drawn again elsewhere. Only if shows_particles(), with a still
    /// that has room for player().count() particles.
    void record_still(gpu::Recorder& recorder, Still& still);
    /// Copies the particles that picture() shows. Only if shows_particles(), with room for player().count() of them.
    void record_particles(gpu::Recorder& recorder, ParticleReadback& readback);
    /// Draws data points in the particles' place, as many as there are of both. std::logic_error without data.
    void draw_data(gpu::Recorder& recorder, const render::ViewSpec& view);
    /// Replaces the targets of the picture. picture() has their size from now on.
    void take(render::PictureTargets targets) {
        renderer_.take_targets(std::move(targets));
        drawn_.reset();
    }

    const gpu::Image& picture() const { return renderer_.scene(); }
    VkExtent2D extent() const { return renderer_.extent(); }
    render::PictureForm form() const { return renderer_.form(); }
    Player& player() { return player_; }
    const Player& player() const { return player_; }
    const model::Model& model() const { return *model_; }
    /// The same for jobs that may outlive the scene.
    std::shared_ptr<const model::Model> shared_model() const { return model_; }
    /// The score that field lines show; null where there are none.
    const std::shared_ptr<const FieldSource>& field_source() const { return field_source_; }
    /// What predicts x_0 from the particles; null where there is no score.
    const std::shared_ptr<const Denoiser>& denoiser() const { return denoiser_; }
    /// The data that the samples should resemble, in the units of the states; null where they are not known.
    const std::shared_ptr<const data::Points>& expected_data() const { return expected_; }
    /// Empty where there are no data to show.
    const std::string& data_name() const { return data_name_; }

    render::Camera2d camera;  ///< for one- and two-dimensional particles

  private:
    /// What picture() shows.
    struct Drawn {
        Player::ShownVersion particles;
        std::uint64_t prediction = 0;  ///< its number; 0: the particles themselves
        render::Camera camera;
        render::Look look;
        std::vector<std::string> captions;
        std::shared_ptr<const render::LineDrawing> below = {};
        std::shared_ptr<const render::LineDrawing> above = {};
        render::HistogramPlace histogram = {};

        bool operator==(const Drawn&) const = default;
    };

    /// A drawing of paths, and what it depends on.
    struct Trails {
        std::shared_ptr<const Paths> paths;
        int state;
        render::Guides guides;
        std::optional<TimeAxis> time;
        render::Background background = render::Background::dark;
        std::shared_ptr<const render::LineDrawing> drawing = {};
    };

    /// Metrics of a state that was shown.
    struct ShownMetrics {
        Player::ShownVersion version;
        int state = 0;
        std::vector<std::string> lines;
    };

    bool in_space() const { return model_->dim() >= 3; }
    render::Bounds bounds() const;
    render::Ball ball() const;
    std::vector<std::string> caption_lines(const render::ViewSpec& view) const;
    Drawn wanted(const render::ViewSpec& view, render::Extras& extras);
    bool is_drawn(const Drawn& wanted, const render::ScalarField* field) const;
    void begin_paths(const PreparedRun& run);
    render::Particles shown_particles(gpu::Recorder& recorder, std::uint64_t prediction);
    std::optional<diffusion::Eval> prediction_at(const render::ViewSpec& view) const;
    bool has_prediction() const;
    bool awaits_prediction(const render::ViewSpec& view) const;
    const LineView& view_of_line(const render::ViewSpec& view);
    std::shared_ptr<const render::LineDrawing> trails(const render::ViewSpec& view);
    render::Look lit(render::Look look, const render::Camera& seen) const;

    std::shared_ptr<const model::Model> model_;
    Player player_;
    render::Renderer renderer_;
    std::string data_name_;
    std::shared_ptr<const data::Points> overlay_;  ///< the data under the particles; null: none
    render::Bounds data_bounds_;
    render::Ball data_ball_;  ///< in three dimensions
    bool follows_ = true;
    double fitted_half_height_ = 1;
    gpu::Buffer data_;                       ///< (dim, count) planes
    std::optional<ForwardProcess> forward_;  ///< none without data
    std::shared_ptr<const FieldSource> field_source_;
    std::shared_ptr<const Denoiser> denoiser_;
    std::shared_ptr<const PredictedParticles> predicted_;  ///< the last one; null: none
    PredictionQuestion predicted_from_;                    ///< its question
    std::uint64_t predictions_ = 0;                        ///< taken so far
    bool fits_predictions_ = false;                        ///< the camera is fitted to them
    std::shared_ptr<const data::Points> expected_;         ///< data that the samples should resemble; null: unknown
    std::optional<ShownMetrics> metrics_;                  ///< the last ones
    std::shared_ptr<const PathsRun> paths_run_;            ///< of the run that is shown
    std::shared_ptr<const Paths> paths_;
    std::optional<Trails> trails_;  ///< that are drawn
    LineView line_view_;            ///< of one-dimensional particles
    std::optional<LineViewQuestion> line_question_;
    std::optional<Drawn> drawn_;
    std::optional<render::ScalarField> drawn_field_;  ///< under it
};

/// `ddim   step 17/50   t = 680   σ = 0.86`.
std::string caption(const Player& player);
/// `step 17 · t = 680 · σ = 0.86`; the time only where it is not σ itself.
std::string short_caption(const Player& player);
/// The noise of a state, as captions say it: `σ = 0.86`, `final sample`; empty where the program never asks for a
/// score.
std::string level_text(const Player& player, const RunState& state);
/// `10 000 particles`.
std::string particles_text(std::uint64_t count);

}  // namespace scorefield::session
