// The lines under the particles: arrows or streamlines of the score, and contours of the density. A background job
// computes them for the state that is shown; until it is done, the last ones stay.
#include "session/field_lines.hpp"

#include <memory>
#include <optional>

#include "base/background_job.hpp"
#include "base/text.hpp"
#include "session/fast_score.hpp"
#include "settings/resolve.hpp"
#include "viewer/element.hpp"

namespace scorefield::viewer {
namespace {

class FieldLines : public Element {
  public:
    void attach(Context& context) override {
        answer_.cancel();
        asked_.reset();
        weights_.reset();
        context.field_lines.reset();
    }

    void update(Context& context) override {
        if (auto outcome = answer_.poll()) {
            if (outcome->result) {
                context.field_lines = std::move(*outcome->result);
            } else {
                context.field_lines.reset();
                context.messages.add({MessageKind::error, base::with_flags(outcome->error)}, "field");
            }
        }
        std::optional<session::FieldLinesQuestion> question =
            context.scene->field_question(settings::view_spec(context.settings));
        if (!question) {
            answer_.cancel();
            asked_.reset();
            context.field_lines.reset();
            return;
        }
        if (answer_.wanted()) return;
        if (context.shows_training()) question->source = source_in_training(context);
        if (!question->source || asked_ == question) return;
        asked_ = question;
        answer_.ask("Field lines", [question = *question](base::Task& task) {
            return session::field_lines(question, [&task] { task.step(); });
        });
    }

  private:
    /// The newest weights that the host has; null: none yet.
    std::shared_ptr<const session::FieldSource> source_in_training(Context& context) {
        const session::LiveTraining& live = context.training.live;
        std::shared_ptr<const data::TensorMap> weights = live.recent_weights();
        if (!weights) return nullptr;
        if (weights == weights_) return source_;
        const std::optional<std::size_t> label = live.shown_class();
        const model::Architecture network = model::for_points(live.network(), model::dim_of(live.network()), 0);
        source_ = std::make_shared<const session::FieldSource>(
            *context.scene->field_source(),
            session::fast_score(network, model::weights_of_class(*weights, live.network(), label)));
        weights_ = std::move(weights);
        return source_;
    }

    base::BackgroundJob<std::shared_ptr<const render::LineDrawing>> answer_;
    std::optional<session::FieldLinesQuestion> asked_;  ///< last
    std::shared_ptr<const data::TensorMap> weights_;    ///< of source_
    std::shared_ptr<const session::FieldSource> source_;
};

}  // namespace

std::unique_ptr<Element> make_field_lines(Context& /*context*/) {
    return std::make_unique<FieldLines>();
}

}  // namespace scorefield::viewer
