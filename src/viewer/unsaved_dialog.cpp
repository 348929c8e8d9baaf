#include "viewer/unsaved_dialog.hpp"

#include <imgui.h>

#include <algorithm>
#include <utility>

#include "viewer/controls.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace scorefield::viewer {
namespace {

constexpr const char* kDialogTitle = "Not saved";

std::optional<UnsavedDialog::Answer> answer_of(const std::vector<KeyPress>& keys) {
    for (const KeyPress& press : keys) {
        if (press.key == GLFW_KEY_ENTER || press.key == GLFW_KEY_KP_ENTER) return UnsavedDialog::Answer::save;
        if (press.key == GLFW_KEY_D) return UnsavedDialog::Answer::discard;
        if (press.key == GLFW_KEY_ESCAPE) return UnsavedDialog::Answer::cancel;
    }
    return std::nullopt;
}

}  // namespace

void UnsavedDialog::ask(std::string question, std::string files) {
    open_ = true;
    question_ = std::move(question);
    files_ = std::move(files);
}

std::optional<UnsavedDialog::Answer> UnsavedDialog::draw(const std::vector<KeyPress>& keys) {
    if (!open_) return std::nullopt;
    if (!ImGui::IsPopupOpen(kDialogTitle)) ImGui::OpenPopup(kDialogTitle);
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const float width = std::min(30 * ImGui::GetFontSize(), size.x);
    ImGui::SetNextWindowPos({size.x / 2, size.y / 2}, ImGuiCond_Always, {0.5f, 0.5f});
    ImGui::SetNextWindowSize({width, 0});
    constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
                                        ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoCollapse;
    if (!ImGui::BeginPopupModal(kDialogTitle, nullptr, kFlags)) return std::nullopt;
    std::optional<Answer> answer = answer_of(keys);
    ImGui::TextWrapped("%s", question_.c_str());
    ImGui::Spacing();
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    const float third = (ImGui::GetContentRegionAvail().x - 2 * gap) / 3;
    if (ImGui::Button("Save", {third, 0})) answer = Answer::save;
    tooltip("Save " + files_ + " and continue  (Enter)");
    ImGui::SameLine();
    if (ImGui::Button("Discard", {third, 0})) answer = Answer::discard;
    tooltip("Continue without saving  (D)");
    ImGui::SameLine();
    if (ImGui::Button("Cancel", {third, 0})) answer = Answer::cancel;
    tooltip("Cancel and keep everything  (Esc)");
    ImGui::TextDisabled("Enter: save as %s   D: discard   Esc: cancel", files_.c_str());
    if (answer) {
        open_ = false;
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
    return answer;
}

}  // namespace scorefield::viewer
