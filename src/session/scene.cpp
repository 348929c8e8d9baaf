#include "session/scene.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/short_number.hpp"
#include "data/datasets.hpp"
#include "gpu/transfer.hpp"

namespace scorefield::session {
namespace {

constexpr std::uint32_t kOverlayPoints = 50'000;
constexpr std::uint64_t kOverlaySeed = 0x0e81'a700'0000'0000;
/// Standard deviations of the noise that the camera shows.
constexpr double kNoiseReach = 2.6;
constexpr double kNoiseReachInSpace = 3;  ///< holds the same share of a normal distribution in three dimensions

/// The farthest from 0 that the camera shows of the start, over all coordinates.
double reach_of(const diffusion::StartLaw& start, std::size_t dim) {
    double reach = 0;
    for (std::size_t e = 0; e < dim; ++e) {
        reach = std::max(reach, std::abs(start.mean_of(e)) + kNoiseReach * start.scale_of(e));
    }
    return reach;
}

render::Bounds join(const render::Bounds& a, const render::Bounds& b) {
    render::Bounds both;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        both.low[axis] = std::min(a.low[axis], b.low[axis]);
        both.high[axis] = std::max(a.high[axis], b.high[axis]);
    }
    return both;
}

/// Whole numbers are steps of a discrete process.
std::string time_text(double t) {
    return t == std::round(t) ? fmt::format("{:.0f}", t) : base::short_number(t, 4);
}

render::Captions captions_of(const model::Model& model, std::vector<std::string> lines) {
    render::Captions captions;
    // Particles on a line are spread over a strip, whose heights stand for nothing.
    captions.has_heights = model.dim() > 1;
    captions.axes = {"x", captions.has_heights ? "y" : ""};
    captions.top_left = std::move(lines);
    return captions;
}

Reference target_reference(const diffusion::Target& target) {
    const std::vector<double> points = target.sample(kOverlaySeed, {0, kOverlayPoints});
    return {target.name(),
            {kOverlayPoints, static_cast<std::size_t>(target.dim()), {points.begin(), points.end()}},
            {},
            {}};
}

}  // namespace

std::string caption(const Player& player) {
    const RunState run_state = player.run_state();
    const diffusion::Program& program = player.program();
    if (player.playback().noising()) {
        const std::string level = run_state.is_result ? "data" : "t = " + time_text(run_state.t);
        return fmt::format("forward process   {}   σ = {}", level, base::short_number(run_state.sigma));
    }
    const sample::SamplingSpec& spec = player.spec();
    const bool is_trunk = spec.branch && run_state.number <= spec.branch->step;
    const std::string& sampler = is_trunk ? spec.sampler.name : program.sampler;
    std::string step = fmt::format("{}   step {}/{}", sampler, run_state.number, program.steps);
    if (program.evaluations() == 0) return step;
    return step + (run_state.is_result
                       ? "   final sample"
                       : fmt::format("   t = {}   ", time_text(run_state.t)) + level_text(player, run_state));
}

std::string short_caption(const Player& player) {
    const RunState run_state = player.run_state();
    std::string step = fmt::format("step {}", run_state.number);
    if (player.program().evaluations() == 0) return step;
    if (run_state.is_result) return step + " · final sample";
    if (run_state.t != run_state.sigma) step += " · t = " + time_text(run_state.t);
    return step + " · " + level_text(player, run_state);
}

std::string level_text(const Player& player, const RunState& run_state) {
    if (player.program().evaluations() == 0) return {};
    if (run_state.is_result) return player.playback().noising() ? "data" : "final sample";
    return "σ = " + base::short_number(run_state.sigma);
}

std::string particles_text(std::uint64_t count) {
    return base::group_digits(count) + (count == 1 ? " particle" : " particles");
}

Reference reference_of(const data::Dataset& dataset, const data::Scaling& scaling, std::optional<std::size_t> label) {
    Reference reference = {
        dataset.name(), data::standardise(dataset.draw(kOverlaySeed, 0, kOverlayPoints), scaling), {}, dataset.notes()};
    reference.expected =
        label ? data::points_of_class(reference.points, static_cast<std::uint32_t>(*label)) : reference.points;
    return reference;
}

Reference open_reference(const std::string& data, const model::Model& model, std::optional<std::size_t> label) {
    if (!data.empty()) return reference_of(*data::open_dataset(data), model.scaling, label);
    if (model.target) return target_reference(*model.target);
    try {
        const std::unique_ptr<data::Dataset> known = data::open_dataset(model.data);
        if (known->dim() == model.dim()) return reference_of(*known, model.scaling, label);
    } catch (const base::Error&) {
        // A model shows its particles without the file that it was trained on.
    }
    return {};
}

Scene::Scene(gpu::Device& device, model::Model model, const PreparedRun& run, const Reference& reference,
             const render::PictureForm& form, Computes computes)
    : model_(std::make_shared<const model::Model>(std::move(model))),
      player_(device, make_shown_score(device, *model_, computes), run),
      renderer_(device, form, run.spec.particles) {
    data_name_ = reference.name;
    if (!data_name_.empty()) {
        const data::Points& points = reference.points;
        overlay_ = std::make_shared<const data::Points>(points);
        renderer_.set_overlay(points.values, points.dim);
        data_bounds_ = render::bounds_of(points.values, points.dim);
        data_ball_ = render::ball_of(points.values, points.dim);
        std::vector<float> planes(points.values.size());
        for (std::size_t i = 0; i < points.count; ++i) {
            for (std::size_t e = 0; e < points.dim; ++e) {
                planes[e * points.count + i] = points.values[i * points.dim + e];
            }
        }
        data_ = gpu::make_buffer<float>(device, "data", planes);
    }
    if (!data_name_.empty()) {
        const data::Points& points = reference.expected.count > 0 ? reference.expected : reference.points;
        expected_ = std::make_shared<const data::Points>(points);
    }
    if (model_->dim() <= 2 && (model_->target || model_->checkpoint)) {
        field_source_ = std::make_shared<const FieldSource>(model_, reference.expected);
    }
    if (model_->target || model_->checkpoint) denoiser_ = std::make_shared<const Denoiser>(model_);
    begin_paths(run);
    renderer_.reserve(kOverlayPoints);
    if (!data_name_.empty()) {
        forward_.emplace(device, static_cast<std::uint32_t>(model_->dim()), renderer_.capacity());
    }
    renderer_.warm_up(model_->dim());
    fit_camera();
}

void Scene::take(const PreparedRun& run, LoadedRun loaded) {
    if (loaded.origins) renderer_.take_origins(std::move(loaded.origins));
    renderer_.reserve(run.spec.particles);
    if (forward_ && loaded.noised) forward_->take_values(std::move(loaded.noised));
    if (forward_) forward_->reserve(run.spec.particles);
    player_.take(run, std::move(loaded));
    begin_paths(run);
}

void Scene::begin_paths(const PreparedRun& run) {
    paths_run_ = std::make_shared<const PathsRun>(paths_run(model_, run));
    paths_.reset();
    trails_.reset();
}

render::Bounds Scene::bounds() const {
    constexpr double kFarWider = 4;
    const double noise = reach_of(player_.start_law(), player_.particles().dim);
    double data = 0;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        data = std::max({data, std::abs(data_bounds_.low[axis]), std::abs(data_bounds_.high[axis])});
    }
    if (data_name_.empty() || noise <= kFarWider * data) return join({{-noise, -noise}, {noise, noise}}, data_bounds_);
    if (fits_predictions_) return data_bounds_;
    const RunState run_state = player_.run_state();
    render::Bounds seen = data_bounds_;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        seen.low[axis] = run_state.alpha * seen.low[axis] - kNoiseReach * run_state.sigma;
        seen.high[axis] = run_state.alpha * seen.high[axis] + kNoiseReach * run_state.sigma;
    }
    return seen;
}

/// What the camera shows at zoom 1 in three dimensions; changes with the state where the noise is far wider than the
/// data.
render::Ball Scene::ball() const {
    constexpr double kFarWider = 4;
    const diffusion::StartLaw& start = player_.start_law();
    render::Ball noise = {{0, 0, 0}, 0};
    for (std::size_t e = 0; e < 3; ++e) {
        noise.centre[e] = start.mean_of(e);
        noise.radius = std::max(noise.radius, kNoiseReachInSpace * start.scale_of(e));
    }
    if (data_name_.empty()) return noise;
    const auto& c = data_ball_.centre;
    if (noise.radius <= kFarWider * (data_ball_.radius + std::hypot(c[0], c[1], c[2]))) {
        return join(noise, data_ball_);
    }
    if (fits_predictions_) return data_ball_;
    const RunState run_state = player_.run_state();
    render::Ball seen = data_ball_;
    for (double& coordinate : seen.centre) coordinate *= run_state.alpha;
    seen.radius = run_state.alpha * seen.radius + kNoiseReachInSpace * run_state.sigma;
    return seen;
}

render::Camera Scene::camera_of(const render::ViewSpec& view) const {
    if (!in_space()) return camera;
    render::Orbit orbit = view.orbit;
    orbit.turntable = 0;  // moves the azimuth, and shows nothing by itself
    return render::Camera3d{ball(), orbit};
}

/// The same brightness whatever the scale of what the camera was fitted to: wider scenes are thinner.
render::Look Scene::lit(render::Look look, const render::Camera& seen) const {
    constexpr double kUsualHalfHeight = 2.7;
    const auto* const space = std::get_if<render::Camera3d>(&seen);
    const double half_height = space != nullptr ? space->scene.radius : fitted_half_height_;
    look.exposure += 2 * std::log2(half_height / kUsualHalfHeight);
    return look;
}

void Scene::fit_camera() {
    follows_ = true;
    camera = render::fit(bounds(), renderer_.extent(), 0.04);
    fitted_half_height_ = camera.half_height;
}

void Scene::see_as(const Scene& other) {
    follows_ = other.follows_;
    camera = other.camera;
    fitted_half_height_ = other.fitted_half_height_;
}

double Scene::advance(gpu::Recorder& recorder, double operations, const LiveWeights* live) {
    const auto started = [&] {
        renderer_.record_origin(recorder, as_particles(player_.particles()), player_.start_law().mean_of(0),
                                player_.start_law().scale_of(0));
    };
    return player_.record(recorder, operations, started, live);
}

double Scene::work_ahead(gpu::Recorder& recorder, double operations, std::optional<int> state) {
    const bool works = operations > 0 && state && player_.works_ahead(*state);
    return works ? player_.record_ahead(recorder, operations, *state) : 0;
}

std::optional<FieldLinesQuestion> Scene::field_question(const render::ViewSpec& view) {
    if (!field_source_ || !view.guides.has_lines_below() || model_->dim() != 2) return std::nullopt;
    const diffusion::Eval at = player_.shown_evaluation();
    if (!(at.sigma > 0)) return std::nullopt;
    fits_predictions_ = prediction_at(view).has_value();
    update_camera();
    const RunState state = player_.run_state();
    const diffusion::Marginal density = {state.alpha, state.sigma};
    const bool shows_data = player_.shows_results() || fits_predictions_;
    return FieldLinesQuestion{.source = field_source_,
                              .at = at,
                              .density = shows_data ? diffusion::Marginal() : density,
                              .camera = camera,
                              .extent = renderer_.extent(),
                              .field = view.guides.field,
                              .style = view.guides.style,
                              .contours = view.guides.contours,
                              .particles = {view.look.map, view.look.background}};
}

std::shared_ptr<const PathsRun> Scene::wanted_paths(const render::ViewSpec& view) const {
    return view.guides.has_paths() && !paths_ && !model_->in_training ? paths_run_ : nullptr;
}

void Scene::take_paths(const std::shared_ptr<const PathsRun>& run, std::shared_ptr<const Paths> paths) {
    if (run == paths_run_) paths_ = std::move(paths);
}

std::shared_ptr<const render::LineDrawing> Scene::trails(const render::ViewSpec& view) {
    const render::Guides& guides = view.guides;
    const bool is_run = player_.started() && !player_.shows_results() && !player_.playback().noising();
    if (!guides.has_paths() || !paths_ || !is_run) return nullptr;
    const int state = player_.run_state().number;
    const bool same = trails_ && trails_->paths == paths_ && trails_->state == state && trails_->guides == guides &&
                      trails_->time == line_view_.time && trails_->background == view.look.background;
    if (!same) {
        trails_ = {paths_,
                   state,
                   guides,
                   line_view_.time,
                   view.look.background,
                   trail_drawing(*paths_, player_.start_law(), state, guides, player_.count(), line_view_.time,
                                 view.look.background)};
    }
    return trails_->drawing;
}

/// The evaluation of what the view shows instead of the particles; none where it shows the particles.
std::optional<diffusion::Eval> Scene::prediction_at(const render::ViewSpec& view) const {
    const bool is_wanted = view.show == render::Show::predicted && denoiser_ && player_.started();
    if (!is_wanted || player_.playback().noising() || player_.shows_results()) return std::nullopt;
    return denoiser_->evaluation(player_.program(), player_.run_state());
}

/// There is a prediction of this run, maybe of a state that was shown before.
bool Scene::has_prediction() const {
    return predicted_ && predicted_from_.version.run == player_.shown_version().run;
}

bool Scene::awaits_prediction(const render::ViewSpec& view) const {
    return !has_prediction() && prediction_at(view);
}

std::optional<PredictionQuestion> Scene::wanted_prediction(const render::ViewSpec& view,
                                                           const std::shared_ptr<const Denoiser>& denoiser) const {
    const std::optional<diffusion::Eval> at = prediction_at(view);
    if (!at) return std::nullopt;
    PredictionQuestion question = {player_.shown_version(), player_.run_state().number, denoiser ? denoiser : denoiser_,
                                   *at};
    if (predicted_ && predicted_from_ == question) return std::nullopt;
    return question;
}

void Scene::take_prediction(const PredictionQuestion& question, std::shared_ptr<const PredictedParticles> predicted) {
    if (question.version.run != player_.shown_version().run || predicted->count() != player_.count()) return;
    predicted_ = std::move(predicted);
    predicted_from_ = question;
    ++predictions_;
}

/// `prediction`: as Drawn has it.
render::Particles Scene::shown_particles(gpu::Recorder& recorder, std::uint64_t prediction) {
    if (prediction != 0) return predicted_->particles();
    if (player_.started() && player_.playback().noising() && forward_) {
        const RunState level = player_.run_state();
        forward_->record(recorder, data_, kOverlayPoints, player_.count(), {level.alpha, level.sigma});
        return forward_->particles();
    }
    render::Particles particles = as_particles(player_.particles());
    if (!player_.started()) particles.count = 0;
    return particles;
}

const LineView& Scene::view_of_line(const render::ViewSpec& view) {
    const RunState state = player_.run_state();
    LineViewQuestion question = {.source = player_.program().evaluations() > 0 ? field_source_ : nullptr,
                                 .at = {},
                                 .density = {state.alpha, state.sigma},
                                 .data = expected_,
                                 .camera = camera,
                                 .extent = renderer_.extent(),
                                 .field = render::FieldKind::none,
                                 .particles = {view.look.map, view.look.background}};
    question.predicted = prediction_at(view).has_value();
    if (question.predicted) question.density = {};
    // The weights of a network in training are not known here.
    if (view.guides.field != render::FieldKind::none && question.source && !model_->in_training) {
        const diffusion::Eval at = player_.shown_evaluation();
        if (at.sigma > 0 && !question.source->refusal(view.guides.field, at)) {
            question.at = at;
            question.field = view.guides.field;
        }
    }
    if (line_question_ != question) {
        line_view_ = line_view(question);
        line_question_ = std::move(question);
    }
    return line_view_;
}

std::optional<int> Scene::nearest_particle(const render::ViewSpec& view, const std::array<double, 2>& pixel,
                                           double reach) const {
    if (!paths_) return std::nullopt;
    return nearest_path(*paths_, player_.run_state().number, {camera_of(view), extent()}, pixel, reach,
                        line_view_.time);
}

std::optional<MetricsQuestion> Scene::wanted_metrics(const render::ViewSpec& view) const {
    constexpr std::size_t kLeastData = 4;
    const bool is_known = expected_ && expected_->count >= kLeastData && player_.program().evaluations() > 0;
    const bool is_shown = player_.started() && player_.up_to_date() && !player_.playback().noising();
    if (!view.metrics || !view.captions || !is_known || !is_shown) return std::nullopt;
    if (metrics_ && metrics_->version == player_.shown_version()) return std::nullopt;
    const RunState state = player_.run_state();
    MetricsQuestion question = {.particles = {}, .data = expected_, .at = {state.alpha, state.sigma}};
    if (player_.shows_results() || state.is_result) question.at = {};
    question.mixture = std::dynamic_pointer_cast<const diffusion::GaussianMixture>(model_->target);
    return question;
}

void Scene::take_metrics(const Player::ShownVersion& version, const RunState& state, const StateMetrics& metrics) {
    metrics_ = {version, state.number, metrics_lines(metrics)};
}

/// What stands in the corner of the picture. Metrics that are not of the shown state say of which they are.
std::vector<std::string> Scene::caption_lines(const render::ViewSpec& view) const {
    if (!view.captions) return {};
    const sample::SamplingSpec& spec = player_.spec();
    const std::uint64_t seed = spec.branch ? spec.branch->seed : spec.seed;
    std::vector<std::string> lines = {caption(player_),
                                      fmt::format("{}   seed {}", particles_text(player_.count()), seed)};
    if (spec.branch) lines.back() += fmt::format("   branch from step {}", spec.branch->step);
    if (prediction_at(view) && has_prediction()) {
        lines.emplace_back("predicted x₀");
        const int state = predicted_from_.state;
        if (state != player_.run_state().number) lines.back() += fmt::format("   of step {}", state);
    }
    if (!view.metrics || player_.playback().noising() || player_.program().evaluations() == 0) return lines;
    const int evaluations = player_.run_state().evaluations;
    lines.push_back(fmt::format("{} evaluation{}", evaluations, evaluations == 1 ? "" : "s"));
    if (!metrics_ || metrics_->version.run != player_.shown_version().run) return lines;
    for (const std::string& line : metrics_->lines) lines.push_back(line);
    if (metrics_->version != player_.shown_version()) lines.back() += fmt::format("   at step {}", metrics_->state);
    return lines;
}

/// What picture() should show. Completes `extras`.
Scene::Drawn Scene::wanted(const render::ViewSpec& view, render::Extras& extras) {
    fits_predictions_ = prediction_at(view).has_value();
    update_camera();
    if (model_->dim() == 1) {
        const LineView& line = view_of_line(view);
        extras.below = line.below;
        extras.histogram = line.histogram;
    }
    extras.above = trails(view);
    const render::Camera seen = camera_of(view);
    render::Look look = lit(view.look, seen);
    // Where a particle started means nothing in the forward process.
    if (player_.playback().noising()) look.mode = render::ColourMode::density;
    const bool is_predicted = fits_predictions_ && has_prediction();
    return {.particles = player_.shown_version(),
            .prediction = is_predicted ? predictions_ : 0,
            .camera = seen,
            .look = look,
            .captions = caption_lines(view),
            .below = extras.below,
            .above = extras.above,
            .histogram = extras.histogram};
}

bool Scene::is_drawn(const Drawn& wanted, const render::ScalarField* field) const {
    return drawn_ == wanted && (field == nullptr ? !drawn_field_ : drawn_field_ == *field);
}

bool Scene::shows(const render::ViewSpec& view, render::Extras extras) {
    if ((!player_.started() || awaits_prediction(view)) && drawn_) return true;  // the last picture stays meanwhile
    return is_drawn(wanted(view, extras), extras.field);
}

bool Scene::draw(gpu::Recorder& recorder, const render::ViewSpec& view, render::Extras extras) {
    const bool is_awaited = awaits_prediction(view);
    if ((!player_.started() || is_awaited) && drawn_) return false;
    Drawn drawn = wanted(view, extras);
    const render::ScalarField* const field = extras.field;
    if (is_drawn(drawn, field)) return false;
    render::Particles particles = shown_particles(recorder, drawn.prediction);
    if (is_awaited) particles.count = 0;
    renderer_.record(recorder, particles, drawn.camera, drawn.look, captions_of(*model_, drawn.captions), extras);
    drawn_ = std::move(drawn);
    drawn_field_ = field == nullptr ? std::nullopt : std::optional(*field);
    return true;
}

void Scene::record_still(gpu::Recorder& recorder, Still& still) {
    if (!shows_particles()) throw std::logic_error("Scene::record_still: the picture shows other particles");
    still.record(recorder, shown_particles(recorder, drawn_->prediction), renderer_.origins(),
                 {.extent = extent(),
                  .camera = drawn_->camera,
                  .look = drawn_->look,
                  .captions = captions_of(*model_, drawn_->captions),
                  .below = drawn_->below,
                  .above = drawn_->above,
                  .field = drawn_field_,
                  .histogram = drawn_->histogram,
                  .overlay = overlay_});
}

void Scene::record_particles(gpu::Recorder& recorder, ParticleReadback& readback) {
    if (!shows_particles()) throw std::logic_error("Scene::record_particles: the picture shows other particles");
    readback.record(recorder, shown_particles(recorder, drawn_->prediction));
}

void Scene::draw_data(gpu::Recorder& recorder, const render::ViewSpec& view) {
    if (data_name_.empty()) throw std::logic_error("Scene::draw_data: there are no data");
    const auto dim = static_cast<std::uint32_t>(model_->dim());
    const std::uint32_t count = std::min<std::uint32_t>(player_.count(), kOverlayPoints);
    const render::Camera seen = camera_of(view);
    render::Look look = lit(view.look, seen);
    look.mode = render::ColourMode::density;
    drawn_.reset();
    renderer_.record(
        recorder, {data_, 0, kOverlayPoints, count, dim}, seen, look,
        captions_of(*model_, view.captions ? std::vector{"data: " + data_name_} : std::vector<std::string>()));
}

}  // namespace scorefield::session
