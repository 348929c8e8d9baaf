#include "app/viewer/training_panel.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "app/training_settings.hpp"
#include "app/viewer/controls.hpp"
#include "app/viewer/loss_curve.hpp"
#include "app/viewer/score_controls.hpp"
#include "data/datasets.hpp"

namespace scorefield::app {
namespace {

bool button(const char* label, float width, const std::string& help, bool enabled = true) {
    ImGui::BeginDisabled(!enabled);
    const bool pressed = ImGui::Button(label, {width, 0});
    ImGui::EndDisabled();
    tooltip(help);
    return pressed;
}

float share_of_row(int items) {
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    return (ImGui::GetContentRegionAvail().x - static_cast<float>(items - 1) * gap) / static_cast<float>(items);
}

/// Another objective begins with the prediction and the process that suit it.
void objective_controls(Settings& plan) {
    if (control(plan, "objective")) {
        const train::Objective objective = train::parse_objective(plan.train.objective.name);
        plan.prediction = train::natural_prediction(objective);
        plan.process = {.name = std::string(train::natural_process(objective))};
    }
    for (const std::string_view name : objective_parameters(training_settings(plan))) control(plan, name);
    control(plan, "prediction");
    process_controls(plan);
}

/// The network can be told the classes of data that have some; also where it is to be and they have none, so that it
/// can be taken back.
void class_controls(Settings& plan) {
    const auto infos = data::builtin_datasets();
    const auto info = std::ranges::find(infos, plan.data, &data::DatasetInfo::name);
    if (!plan.train.conditional && (info == infos.end() || info->classes == 0)) return;
    control(plan, "train.conditional");
    if (plan.train.conditional) control(plan, "train.label_dropout");
}

std::string class_text(std::optional<std::size_t> label) {
    return label ? fmt::format("class {}", *label) : "all together";
}

const char* state_text(const LiveTraining& training) {
    if (training.preparing()) return "preparing …";
    switch (training.state()) {
        case LiveTraining::State::running:
            return "training";
        case LiveTraining::State::paused:
            return "paused";
        case LiveTraining::State::finished:
            return "finished";
        default:
            return "not begun";
    }
}

}  // namespace

void TrainingPanel::draw(Settings& plan, Settings& settings, const LiveTraining& training, const ErrorMap& error,
                         DrawingBoard& board, Requests& requests) {
    draw_actions(training, requests);
    draw_progress(training);
    control(settings, "train.share", "share of frame");
    control(settings, "train.samples");
    if (training.exists() && training.classes() > 0) draw_class(training, requests);
    control(settings, "train.score_error", "score error");
    if (settings.score_error && training.exists()) {
        const std::string summary = error.summary();
        ImGui::TextDisabled("%s", summary.empty() ? "only for data in the plane" : summary.c_str());
    }
    ImGui::Separator();
    draw_data(plan, board, requests);
    class_controls(plan);
    objective_controls(plan);
    for (const char* const name : {"train.learning_rate", "train.schedule", "train.steps", "train.batch", "train.ema",
                                   "network.width", "network.depth"}) {
        control(plan, name);
    }
    draw_save(training, requests);
}

void TrainingPanel::draw_actions(const LiveTraining& training, Requests& requests) const {
    const float width = share_of_row(2);
    const bool runs = training.state() == LiveTraining::State::running;
    const bool begun = training.exists() && training.state() != LiveTraining::State::finished;
    const char* const label = runs ? "Pause training" : begun ? "Go on" : "Train";
    if (button(label, width, "Train a network on the data chosen below and watch it learn  (T)")) requests.train = true;
    ImGui::SameLine();
    if (button("Begin anew", width, "Train a new network by what is chosen below", training.exists())) {
        requests.retrain = true;
    }
}

void TrainingPanel::draw_progress(const LiveTraining& training) const {
    if (!training.exists()) {
        ImGui::TextDisabled("%s", state_text(training));
        return;
    }
    const auto steps = static_cast<float>(training.steps());
    const std::string text = fmt::format("{}: step {} of {}, {:.0f} steps/s", state_text(training), training.steps(),
                                         training.settings().steps, training.steps_per_second());
    ImGui::ProgressBar(steps / static_cast<float>(training.settings().steps), {-1, 0}, text.c_str());
    tooltip(fmt::format("{} on {}, {} under {}: {} layers of {}, batches of {}", training.settings().objective.name,
                        training.settings().data, diffusion::prediction_name(training.settings().prediction),
                        training.settings().process.name, training.network().depth + 1, training.network().width,
                        training.settings().batch));
    draw_loss_curve(training.losses(), training.floor());
}

void TrainingPanel::draw_class(const LiveTraining& training, Requests& requests) const {
    std::string help = "Of which class of the data samples and score error are shown  (--class)";
    if (!training.knows_all_together()) {
        help += "\n\nAll together are not learned: the class of no point is hidden (label dropout 0).";
    }
    row_label("class", help);
    const std::optional<std::size_t> shown = training.shown_class();
    if (ImGui::BeginCombo("##class", class_text(shown).c_str())) {
        const auto choice = [&](std::optional<std::size_t> label) {
            if (ImGui::Selectable(class_text(label).c_str(), label == shown)) requests.show_class = {label};
        };
        if (training.knows_all_together()) choice(std::nullopt);
        for (std::size_t label = 0; label < training.classes(); ++label) choice(label);
        ImGui::EndCombo();
    }
    tooltip(help);
}

void TrainingPanel::draw_data(Settings& plan, DrawingBoard& board, Requests& requests) const {
    const std::string help =
        help_text(*find_setting("data")) + "\n\nOr drop a file onto the window, or paint a distribution.";
    row_label("data", help);
    const std::string current = std::filesystem::path(plan.data).filename().string();
    if (ImGui::BeginCombo("##training data", current.c_str(), ImGuiComboFlags_HeightLarge)) {
        if (!board.painting.empty() && ImGui::Selectable(kPainted, plan.data == kPainted)) plan.data = kPainted;
        for (const data::DatasetInfo& info : data::builtin_datasets()) {
            const std::string name(info.name);
            if (ImGui::Selectable(name.c_str(), plan.data == name)) plan.data = name;
            tooltip(std::string(info.help));
        }
        ImGui::EndCombo();
    }
    tooltip(help);
    if (!board.open) {
        if (button("Paint a distribution", -1, "Paint with the mouse what the network is to learn  (D)")) {
            requests.toggle_board = true;
        }
        return;
    }
    row_label("brush", "Size of the brush");
    ImGui::SliderFloat("##brush", &board.brush, 2, 40, "%.0f");
    const float width = share_of_row(4);
    if (button(board.erase ? "Paint" : "Erase", width, "Whether the mouse paints or erases"))
        board.erase = !board.erase;
    ImGui::SameLine();
    if (button("Clear", width, "Take everything away")) board.painting.clear();
    ImGui::SameLine();
    if (button("Close", width, "Back to the particles; the painting stays  (D)")) requests.toggle_board = true;
    ImGui::SameLine();
    if (button("Train", width, "Train on this  (T)", !board.painting.empty())) requests.retrain = true;
}

void TrainingPanel::draw_save(const LiveTraining& training, Requests& requests) {
    row_label("save as", "Where the model goes: FILE.safetensors");
    const float width = ImGui::CalcTextSize("Save").x + 3 * ImGui::GetStyle().FramePadding.x;
    ImGui::SetNextItemWidth(-width - ImGui::GetStyle().ItemSpacing.x);
    ImGui::InputText("##save as", save_path_.data(), save_path_.size());
    ImGui::SameLine();
    const bool can = training.recent_weights() != nullptr && save_path_.front() != 0;
    if (button("Save", -1, "Write the averaged weights as a model, to be opened with --model", can)) {
        requests.save_model = std::filesystem::path(save_path_.data());
    }
}

}  // namespace scorefield::app
