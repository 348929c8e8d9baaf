// Map of the score error of the network in training: σ‖s − s*‖, where s* is the exact score of its data (at most
// kPoints points, of the class that is shown). The noise level is that of the particles; for finished samples it is the
// level with half as much noise as signal. The value is the error of the noise estimate; a network that has learned
// nothing has about 1. A background job computes it a few times a second.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "base/background_job.hpp"
#include "base/short_number.hpp"
#include "base/text.hpp"
#include "diffusion/target_empirical.hpp"
#include "viewer/element.hpp"
#include "viewer/score_error.hpp"

namespace scorefield::viewer {
namespace {

constexpr std::size_t kPoints = 4096;  ///< of the data
constexpr std::uint64_t kSeed = 0x5c0e'e440'0000'0000;
constexpr double kEvery = 0.4;  ///< seconds between questions

/// The exact target of at most kPoints points of the data, of class `label` where one is given. Throws base::Error
/// where that class has no points.
std::shared_ptr<const diffusion::EmpiricalTarget> some_of(const data::Dataset& data, std::optional<std::size_t> label,
                                                          const data::Scaling& scaling) {
    const std::size_t count = label ? kPoints * data.classes() : kPoints;
    data::Points points = data::standardise(data.pool(kSeed, count), scaling);
    if (label) points = data::points_of_class(points, static_cast<std::uint32_t>(*label));
    return std::make_shared<diffusion::EmpiricalTarget>(data::thinned(points, kPoints).values, points.dim);
}

std::string summary_of(const render::ScalarField& field, double sigma) {
    double sum = 0;
    for (const float value : field.values) sum += static_cast<double>(value);
    return fmt::format("mean {} in view, σ = {}", base::short_number(sum / static_cast<double>(field.values.size())),
                       base::short_number(sigma));
}

class ErrorMap : public Element {
  public:
    void attach(Context& context) override { forget(context); }

    /// Data that are not two-dimensional have no map.
    void update(Context& context) override {
        if (!context.shows_training() || !context.settings.score_error) {
            context.field.reset();
            return;
        }
        const session::LiveTraining& live = context.training.live;
        const std::optional<std::size_t> label = live.shown_class();
        if (data_ != live.data() || label_ != label) forget(context);
        data_ = live.data();
        label_ = label;
        take_answer(context);
        ask(context);
        if (!field_) return;
        // The map must differ from the particles' colours.
        field_->map = render::map_beside(context.settings.look.map);
        context.field = field_;
    }

  private:
    using Clock = std::chrono::steady_clock;

    struct Answer {
        std::optional<render::ScalarField> field;
        double sigma = 0;  ///< noise level of the map
        std::shared_ptr<const diffusion::EmpiricalTarget> exact;
    };

    /// Drops all results for the previous data.
    void forget(Context& context) {
        data_.reset();
        exact_.reset();
        field_.reset();
        answer_.cancel();
        context.field.reset();
        context.field_summary.clear();
    }

    void take_answer(Context& context) {
        auto outcome = answer_.poll();
        if (!outcome) return;
        Answer answer = std::move(outcome->result).value_or(Answer{});
        field_ = std::move(answer.field);
        exact_ = std::move(answer.exact);
        context.field_summary = field_ ? summary_of(*field_, answer.sigma) : base::with_flags(outcome->error);
    }

    void ask(const Context& context) {
        const bool early = std::chrono::duration<double>(Clock::now() - asked_).count() < kEvery;
        const session::Scene& scene = *context.scene;
        const session::LiveTraining& live = context.training.live;
        if (answer_.wanted() || early || !live.recent_weights() || data_->dim() != 2 ||
            scene.player().program().evaluations() == 0) {
            return;
        }
        asked_ = Clock::now();
        const model::Model& model = scene.model();
        ScoreErrorQuestion question = {live.network(),
                                       label_,
                                       live.recent_weights(),
                                       model.parametrisation,
                                       scene.player().shown_evaluation(),
                                       scene.camera.visible(scene.extent()),
                                       exact_};
        answer_.ask("Score error", [question, data = data_, scaling = model.scaling](base::Task& task) mutable {
            if (!question.exact) question.exact = some_of(*data, question.label, scaling);
            return Answer{score_error(question, [&task] { task.step(); }), question.at.sigma, question.exact};
        });
    }

    std::shared_ptr<const diffusion::EmpiricalTarget> exact_;
    std::shared_ptr<const data::Dataset> data_;  ///< data of exact_
    std::optional<std::size_t> label_;           ///< class of exact_
    base::BackgroundJob<Answer> answer_;
    std::optional<render::ScalarField> field_;
    Clock::time_point asked_;
};

}  // namespace

std::unique_ptr<Element> make_error_map(Context& /*context*/) {
    return std::make_unique<ErrorMap>();
}

}  // namespace scorefield::viewer
