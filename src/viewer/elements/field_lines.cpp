// The lines under the particles: arrows or streamlines of the score, and contours of the density. A background job
// computes them for the state that is shown; until it is done, the last ones stay.
#include "session/field_lines.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <array>
#include <cmath>
#include <memory>
#include <optional>

#include "base/background_job.hpp"
#include "base/error.hpp"
#include "base/short_number.hpp"
#include "base/text.hpp"
#include "session/fast_score.hpp"
#include "settings/resolve.hpp"
#include "viewer/element.hpp"
#include "viewer/pointer.hpp"

namespace scorefield::viewer {
namespace {

/// The computation of the lines of one pane.
class PaneLines {
  public:
    void forget() {
        answer_.cancel();
        asked_.reset();
        lines_.reset();
    }

    void take_answer(Context& context) {
        auto outcome = answer_.poll();
        if (!outcome) return;
        lines_ = outcome->result.value_or(nullptr);
        if (!outcome->result) context.messages.add({MessageKind::error, base::with_flags(outcome->error)}, "field");
    }

    void ask(const session::FieldLinesQuestion& question) {
        if (answer_.wanted() || !question.source || asked_ == question) return;
        asked_ = question;
        answer_.ask("Field lines",
                    [question](base::Task& task) { return session::field_lines(question, [&task] { task.step(); }); });
    }

    const std::shared_ptr<const render::LineDrawing>& lines() const { return lines_; }

  private:
    base::BackgroundJob<std::shared_ptr<const render::LineDrawing>> answer_;
    std::optional<session::FieldLinesQuestion> asked_;  ///< last
    std::shared_ptr<const render::LineDrawing> lines_;
};

class FieldLines : public Element {
  public:
    void attach(Context& context) override {
        panes_[0].forget();
        value_.cancel();
        measured_.reset();
        weights_.reset();
        context.value_at_mouse.clear();
        context.field_lines[0].reset();
    }

    void update(Context& context) override {
        refuse_on_a_line(context);
        bool is_measured = false;
        for (std::size_t i = 0; i < panes_.size(); ++i) {
            PaneLines& pane = panes_.at(i);
            pane.take_answer(context);
            const std::optional<session::FieldLinesQuestion> question = question_of(context, i);
            if (question) {
                if (mouse_ && mouse_->pane == i) is_measured = follow_mouse(context, *question);
                pane.ask(*question);
            } else {
                pane.forget();
            }
            context.field_lines.at(i) = pane.lines();
        }
        if (is_measured) return;
        value_.cancel();
        measured_.reset();
        context.value_at_mouse.clear();
    }

    /// Remembers where the mouse is.
    void draw(Context& context) override {
        mouse_.reset();
        if (!context.board.open) mouse_ = pointer_on_picture(context);
    }

  private:
    struct Measured {
        session::FieldLinesQuestion question;
        std::array<double, 2> place;

        bool operator==(const Measured&) const = default;
    };

    /// One-dimensional scenes draw their arrows with each state, where nothing can be refused.
    static void refuse_on_a_line(Context& context) {
        const session::Scene& scene = *context.scene;
        if (scene.model().dim() != 1 || !scene.field_source()) return;
        render::FieldKind& field = context.settings.guides.field;
        if (field == render::FieldKind::none) return;
        const diffusion::Eval at = scene.player().shown_evaluation();
        const std::optional<base::Error> error = at.sigma > 0 ? scene.field_source()->refusal(field, at) : std::nullopt;
        if (!error) return;
        context.messages.add({MessageKind::error, base::with_flags(error->what())}, "field");
        field = render::FieldKind::none;
    }

    std::optional<session::FieldLinesQuestion> question_of(Context& context, std::size_t pane) {
        if (pane >= context.panes.count()) return std::nullopt;
        auto question = context.scene_of(pane).field_question(settings::view_spec(context.settings));
        if (question && pane == 0 && context.shows_training()) question->source = source_in_training(context);
        return question;
    }

    /// The field where the mouse is, measured beside the frames. False where there is none.
    bool follow_mouse(Context& context, const session::FieldLinesQuestion& question) {
        if (auto outcome = value_.poll()) context.value_at_mouse = std::move(outcome->result).value_or("");
        if (!question.source || question.field == render::FieldKind::none) return false;
        const Measured wanted = {question, question.camera.to_world(question.extent, mouse_->pixel)};
        if (value_.wanted() || measured_ == wanted) return true;
        measured_ = wanted;
        value_.ask("Field at the mouse", [wanted](base::Task& task) {
            const session::FieldLinesQuestion& asked = wanted.question;
            const std::vector<double> vector =
                asked.source->vectors(asked.field, wanted.place, asked.at, [&task] { task.step(); });
            const std::string_view name = render::kFieldKindNames.at(static_cast<std::size_t>(asked.field));
            return fmt::format("{} at ({}, {}):  ({}, {}),  length {}", name, base::short_number(wanted.place[0]),
                               base::short_number(wanted.place[1]), base::short_number(vector[0]),
                               base::short_number(vector[1]), base::short_number(std::hypot(vector[0], vector[1])));
        });
        return true;
    }

    /// The newest weights that the host has; null: none yet.
    std::shared_ptr<const session::FieldSource> source_in_training(Context& context) {
        const session::LiveTraining& live = context.training.live;
        std::shared_ptr<const data::TensorMap> weights = live.recent_weights();
        if (!weights) return nullptr;
        const std::optional<std::size_t> label = live.shown_class();
        if (weights == weights_ && label == label_) return source_;
        const model::Architecture network = model::for_points(live.network(), model::dim_of(live.network()), 0);
        source_ = std::make_shared<const session::FieldSource>(
            *context.scene->field_source(),
            session::fast_score(network, model::weights_of_class(*weights, live.network(), label)), !label);
        weights_ = std::move(weights);
        label_ = label;
        return source_;
    }

    std::array<PaneLines, settings::kMostPanes> panes_;
    std::optional<Pointer> mouse_;
    std::optional<Measured> measured_;  ///< last
    base::BackgroundJob<std::string> value_;
    std::shared_ptr<const data::TensorMap> weights_;  ///< of source_
    std::optional<std::size_t> label_;                ///< its class
    std::shared_ptr<const session::FieldSource> source_;
};

}  // namespace

std::unique_ptr<Element> make_field_lines(Context& /*context*/) {
    return std::make_unique<FieldLines>();
}

}  // namespace scorefield::viewer
