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

namespace scorefield::viewer {
namespace {

class FieldLines : public Element {
  public:
    void attach(Context& context) override {
        answer_.cancel();
        value_.cancel();
        asked_.reset();
        measured_.reset();
        weights_.reset();
        context.value_at_mouse.clear();
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
        refuse_on_a_line(context);
        std::optional<session::FieldLinesQuestion> question =
            context.scene->field_question(settings::view_spec(context.settings));
        if (!question) {
            answer_.cancel();
            asked_.reset();
            context.field_lines.reset();
            context.value_at_mouse.clear();
            return;
        }
        if (context.shows_training()) question->source = source_in_training(context);
        follow_mouse(context, *question);
        if (answer_.wanted() || !question->source || asked_ == question) return;
        asked_ = question;
        answer_.ask("Field lines", [question = *question](base::Task& task) {
            return session::field_lines(question, [&task] { task.step(); });
        });
    }

    /// Where the mouse is on the picture, in units of the states.
    void draw(Context& context) override {
        const ImGuiIO& io = ImGui::GetIO();
        mouse_.reset();
        if (context.board.open || io.WantCaptureMouse || !ImGui::IsMousePosValid()) return;
        const ImVec2 pixels = io.DisplayFramebufferScale;
        const VkExtent2D extent = context.layout.picture;
        const double x = static_cast<double>(io.MousePos.x * pixels.x) - context.layout.left;
        const double y = static_cast<double>(io.MousePos.y * pixels.y);
        if (x < 0 || y < 0 || x >= extent.width || y >= extent.height) return;
        mouse_ = context.scene->camera.to_world(extent, {x, y});
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

    /// The field where the mouse is, measured beside the frames.
    void follow_mouse(Context& context, const session::FieldLinesQuestion& question) {
        if (auto outcome = value_.poll()) context.value_at_mouse = std::move(outcome->result).value_or("");
        if (!mouse_ || !question.source || question.field == render::FieldKind::none) {
            value_.cancel();
            measured_.reset();
            context.value_at_mouse.clear();
            return;
        }
        const Measured wanted = {question, *mouse_};
        if (value_.wanted() || measured_ == wanted) return;
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

    std::optional<std::array<double, 2>> mouse_;
    std::optional<Measured> measured_;  ///< last
    base::BackgroundJob<std::string> value_;
    base::BackgroundJob<std::shared_ptr<const render::LineDrawing>> answer_;
    std::optional<session::FieldLinesQuestion> asked_;  ///< last
    std::shared_ptr<const data::TensorMap> weights_;    ///< of source_
    std::optional<std::size_t> label_;                  ///< its class
    std::shared_ptr<const session::FieldSource> source_;
};

}  // namespace

std::unique_ptr<Element> make_field_lines(Context& /*context*/) {
    return std::make_unique<FieldLines>();
}

}  // namespace scorefield::viewer
