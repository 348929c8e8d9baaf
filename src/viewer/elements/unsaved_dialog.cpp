// Modal dialog that asks what to do with an unsaved network or painting.
#include <imgui.h>

#include <algorithm>
#include <utility>

#include "viewer/controls.hpp"
#include "viewer/element.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace scorefield::viewer {
namespace {

constexpr const char* kTitle = "Not saved";

enum class Answer : std::uint8_t { save, discard, cancel };

std::optional<Answer> answer_of(const std::vector<KeyPress>& keys) {
    for (const KeyPress& press : keys) {
        if (press.key == GLFW_KEY_ENTER || press.key == GLFW_KEY_KP_ENTER) return Answer::save;
        if (press.key == GLFW_KEY_D) return Answer::discard;
        if (press.key == GLFW_KEY_ESCAPE) return Answer::cancel;
    }
    return std::nullopt;
}

/// Closes the question and runs the action that was waiting for it.
void go_on(Context& context) {
    const UnsavedQuestion question = *std::exchange(context.question, std::nullopt);
    question.go_on();
}

/// Starts to save what the question is about: the painting first.
void save(Context& context) {
    const bool painting = context.question->closing && context.board.unsaved();
    context.question->stage = painting ? UnsavedQuestion::Stage::painting : UnsavedQuestion::Stage::wanted;
    if (painting) save_painting(context);
}

/// Runs the waiting action once everything has been written. If something cannot be written, a message says so and the
/// action is dropped.
void follow_save(Context& context) {
    session::LiveTraining& live = context.training.live;
    UnsavedQuestion& question = *context.question;
    if (question.stage == UnsavedQuestion::Stage::asked || live.saving() || context.board.saving()) return;
    bool lost = false;
    if (question.stage == UnsavedQuestion::Stage::painting) {
        lost = !context.board.save_succeeded();
        if (!lost && context.board.unsaved()) {  // what was written was an earlier painting
            save_painting(context);
            return;
        }
        question.stage = UnsavedQuestion::Stage::wanted;
    } else if (question.stage == UnsavedQuestion::Stage::written) {
        lost = !live.save_succeeded();
    }
    if (lost) {
        context.question.reset();
        return;
    }
    // If there is nothing to write, nothing is lost.
    if (question.stage == UnsavedQuestion::Stage::wanted && live.unsaved() && live.save(model_to_save(context))) {
        question.stage = UnsavedQuestion::Stage::written;
    } else {
        go_on(context);
    }
}

class UnsavedDialog : public Element {
  public:
    UnsavedDialog() : Element(Place::window, "", Needs::nothing) {}

    void update(Context& context) override {
        const std::optional<Answer> answer = std::exchange(answer_, std::nullopt);
        if (!context.question) return;
        if (answer == Answer::save) {
            save(context);
        } else if (answer == Answer::discard) {
            go_on(context);
        } else if (answer == Answer::cancel) {
            context.question.reset();
        }
        if (context.question) follow_save(context);
    }

    void draw(Context& context) override {
        if (!context.question || context.question->stage != UnsavedQuestion::Stage::asked) return;
        if (!ImGui::IsPopupOpen(kTitle)) ImGui::OpenPopup(kTitle);
        const ImVec2 size = ImGui::GetIO().DisplaySize;
        const float width = std::min(30 * ImGui::GetFontSize(), size.x);
        ImGui::SetNextWindowPos({size.x / 2, size.y / 2}, ImGuiCond_Always, {0.5f, 0.5f});
        ImGui::SetNextWindowSize({width, 0});
        constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
                                            ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoCollapse;
        if (!ImGui::BeginPopupModal(kTitle, nullptr, kFlags)) return;
        answer_ = answer_of(context.keys);
        draw_question(*context.question);
        if (answer_) ImGui::CloseCurrentPopup();
        ImGui::EndPopup();
    }

  private:
    void draw_question(const UnsavedQuestion& question) {
        ImGui::TextWrapped("%s", question.text.c_str());
        ImGui::Spacing();
        const float third = share_of_row(3);
        if (button("Save", third, "Save " + question.files + " and continue  (Enter)")) answer_ = Answer::save;
        ImGui::SameLine();
        if (button("Discard", third, "Continue without saving  (D)")) answer_ = Answer::discard;
        ImGui::SameLine();
        if (button("Cancel", third, "Cancel and keep everything  (Esc)")) answer_ = Answer::cancel;
        ImGui::TextDisabled("Enter: save as %s   D: discard   Esc: cancel", question.files.c_str());
    }

    std::optional<Answer> answer_;  ///< answer given in the last frame
};

}  // namespace

std::unique_ptr<Element> make_unsaved_dialog(Context& /*context*/) {
    return std::make_unique<UnsavedDialog>();
}

}  // namespace scorefield::viewer
