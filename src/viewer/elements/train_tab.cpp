// The Train tab: starts a training and shows its progress.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/short_number.hpp"
#include "data/datasets.hpp"
#include "session/painting.hpp"
#include "settings/resolve.hpp"
#include "settings/training_settings.hpp"
#include "viewer/controls.hpp"
#include "viewer/element.hpp"
#include "viewer/loss_curve.hpp"
#include "viewer/score_controls.hpp"
#include "viewer/setting_change.hpp"

namespace scorefield::viewer {
namespace {

/// A newly selected objective sets the prediction and the process that suit it.
void objective_controls(settings::Settings& plan) {
    if (control(plan, "objective")) adjust_dependents(plan, "objective");
    for (const std::string_view name : settings::objective_parameters(settings::train_spec(plan))) control(plan, name);
    control(plan, "prediction");
    process_controls(plan);
}

bool has_classes(const std::string& data) {
    const auto infos = data::builtin_datasets();
    const auto info = std::ranges::find(infos, data, &data::DatasetInfo::name);
    return info != infos.end() && info->classes > 0;
}

/// Shows the class controls if the data have classes, or if train.conditional is on, so that it can be turned off.
void class_controls(settings::Settings& plan) {
    const bool classes = has_classes(plan.data);
    if (!plan.train.conditional && !classes) return;
    control(plan, "train.conditional");
    if (plan.train.conditional && classes) control(plan, "train.label_dropout");
}

std::string data_text(const std::string& data) {
    return std::filesystem::path(data).filename().string();
}

std::string class_text(std::optional<std::size_t> label) {
    return label ? fmt::format("class {}", *label) : "all classes";
}

const char* state_text(session::LiveTraining::State state) {
    switch (state) {
        case session::LiveTraining::State::running:
            return "training";
        case session::LiveTraining::State::paused:
            return "paused";
        default:
            return "finished";
    }
}

/// Shows the settings that the current training was started with.
void draw_what_is_trained(const session::LiveTraining& training) {
    const train::TrainSpec& spec = training.spec();
    text_row("data", data_text(spec.data), "Data of the current training run.");
    text_row("objective", fmt::format("{}, {}", spec.objective.name, diffusion::prediction_name(spec.prediction)),
             "Objective and prediction of the current training run.");
    text_row("process", process_text(spec.process, *training.process()), "Process of the current training run.");
    text_row("network", model::size_text(training.network()),
             "Size of the network in training, e.g. width × hidden layers.");
    text_row("batch", fmt::format("{}, rate {}", spec.batch, base::short_number(spec.learning_rate)),
             "Batch size and peak learning rate of the current training run.");
}

void draw_actions(const session::LiveTraining& live, Requests& requests) {
    const float width = share_of_row(2);
    const bool runs = live.state() == session::LiveTraining::State::running;
    const bool begun = live.exists() && live.state() != session::LiveTraining::State::finished;
    const char* const label = runs ? "Pause training" : begun ? "Resume" : "Train";
    if (button(label, width, "Train a network on the data chosen below and watch it learn  (N)")) requests.train = true;
    ImGui::SameLine();
    if (button("Restart training", width, "Train a new network with the settings below", live.exists())) {
        requests.retrain = true;
    }
}

void draw_progress(const Training& training, settings::Settings& settings, Requests& requests) {
    const session::LiveTraining& live = training.live;
    if (!live.exists()) {
        const std::optional<JobProgress> preparation = training.preparation();
        ImGui::TextDisabled("%s", preparation ? preparation->name.c_str() : "not started");
        return;
    }
    const auto steps = static_cast<float>(live.steps());
    const std::string text =
        fmt::format("{}: step {} of {}", state_text(live.state()), live.steps(), live.spec().steps);
    ImGui::ProgressBar(steps / static_cast<float>(live.spec().steps), {-1, 0}, text.c_str());
    tooltip(fmt::format("{:.0f} steps/s", live.steps_per_second()));
    draw_what_is_trained(live);
    draw_loss_curve(live, settings, requests);
    if (const std::optional<JobProgress> next = training.preparation()) ImGui::TextDisabled("%s", next->name.c_str());
}

void draw_class(const session::LiveTraining& live, Requests& requests) {
    std::string help = "Class of the displayed samples and score error  (--class)";
    if (!live.knows_all_together()) {
        help += "\n\nTrained without label dropout, the network can sample single classes only.";
    }
    row_label("class", help);
    const std::optional<std::size_t> shown = live.shown_class();
    if (ImGui::BeginCombo("##class", class_text(shown).c_str())) {
        const auto choice = [&](std::optional<std::size_t> label) {
            if (ImGui::Selectable(class_text(label).c_str(), label == shown)) requests.show_class = {label};
        };
        if (live.knows_all_together()) choice(std::nullopt);
        for (std::size_t label = 0; label < live.classes(); ++label) choice(label);
        ImGui::EndCombo();
    }
    tooltip(help);
}

void draw_data(settings::Settings& plan, const DrawingBoard& board) {
    const settings::Setting& setting = *settings::find_setting("data");
    const std::string help = help_text(setting) + "\n\nOr drop a file onto the window, or paint a distribution.";
    ImGui::BeginGroup();
    row_label("data", help);
    const std::string current = data_text(plan.data);
    if (ImGui::BeginCombo("##training data", current.c_str(), ImGuiComboFlags_HeightLarge)) {
        if (!board.painting().empty() && ImGui::Selectable(session::kPainted, plan.data == session::kPainted))
            plan.data = session::kPainted;
        for (const data::DatasetInfo& info : data::builtin_datasets()) {
            const std::string name(info.name);
            if (ImGui::Selectable(name.c_str(), plan.data == name)) plan.data = name;
            tooltip(std::string(info.help));
        }
        ImGui::EndCombo();
    }
    tooltip(help);
    ImGui::EndGroup();
    setting_menu(plan, setting, false);
}

void draw_board(DrawingBoard& board, Requests& requests) {
    if (!board.open) {
        if (button("Paint a distribution", -1, "Paint the training data with the mouse  (P)")) {
            requests.toggle_board = true;
        }
        return;
    }
    row_label("brush", "Brush radius in cells of the board, 2 … 40\nDefault: 9");
    ImGui::SliderFloat("##brush", &board.brush, 2, 40, "%.0f", ImGuiSliderFlags_NoInput);
    const bool painted = !board.painting().empty();
    const float width = share_of_row(4);
    if (button(board.erase ? "Paint" : "Erase", width, "Switch between painting and erasing"))
        board.erase = !board.erase;
    ImGui::SameLine();
    if (button("Undo", width, "Undo the last stroke  (Ctrl+Z)", board.can_undo())) requests.undo = true;
    ImGui::SameLine();
    if (button("Redo", width, "Redo the stroke  (Ctrl+Y)", board.can_redo())) requests.redo = true;
    ImGui::SameLine();
    if (button("Clear", width, "Clear the painting", painted)) board.clear();
    const float third = share_of_row(3);
    if (button("Close", third, "Close the board and keep the painting  (P)")) requests.toggle_board = true;
    ImGui::SameLine();
    if (button("Save##painting", third, "Save the painting as PNG, for --data", board.unsaved())) {
        requests.save_painting = true;
    }
    ImGui::SameLine();
    if (button("Train##painting", third, "Train on the painting  (N)", painted)) requests.retrain = true;
}

void draw_save(Training& training, Requests& requests) {
    row_label("save as", "File name of the model: FILE.safetensors");
    const float width = ImGui::CalcTextSize("Save").x + 3 * ImGui::GetStyle().FramePadding.x;
    ImGui::SetNextItemWidth(-width - ImGui::GetStyle().ItemSpacing.x);
    ImGui::InputText("##save as", training.save_path.data(), training.save_path.size());
    ImGui::SameLine();
    const bool can = training.live.recent_weights() != nullptr && training.save_path.front() != 0;
    if (button("Save", -1, "Save the EMA weights as a model, for --model", can)) {
        requests.save_model = std::filesystem::path(training.save_path.data());
    }
}

/// Starts a new training with the settings of the tab.
void train(Context& context) {
    constexpr int kStepsOfFinished = 20;
    Training& training = context.training;
    context.next_tab = kTrainTab;
    context.messages.resolve("training");
    context.board.open = false;
    settings::Settings shown = context.settings;
    shown.program.clear();
    // Few steps, so that finished samples are redrawn often.
    if (shown.live_samples == "restart") shown.steps = std::min(shown.steps, kStepsOfFinished);
    if (training.live.exists() && training.live.classes() > 0) {
        shown.label.reset();
        if (training.live.shown_class()) shown.label = static_cast<int>(*training.live.shown_class());
    }
    training.start(context.board.painting().cells(), shown, context.scene->form());
    if (training.waiting()) {
        context.messages.add(
            {MessageKind::info,
             fmt::format("Training on {} is queued: an earlier request is still being cancelled", training.plan.data)},
            "training");
    }
}

class TrainTab : public Element {
  public:
    TrainTab() : Element(Place::tab, kTrainTab) {}

    void update(Context& context) override {
        const Requests& requests = context.requests;
        Training& training = context.training;
        session::LiveTraining& live = training.live;
        const DrawingBoard& board = context.board;
        const bool painted = board.open && !board.painting().empty() && (requests.train || requests.retrain);
        const bool running = live.state() == session::LiveTraining::State::running;
        const bool under_way = running || live.state() == session::LiveTraining::State::paused;
        if (requests.retrain || painted || requests.train_file || (requests.train && !under_way)) {
            std::string data = painted ? session::kPainted : training.plan.data;
            if (requests.train_file) data = requests.train_file->string();
            unless_unsaved(context, false, [&context, data = std::move(data)] {
                context.training.plan.data = data;
                train(context);
            });
        } else if (requests.train && running) {
            live.pause();
        } else if (requests.train) {
            live.resume();
        }
        if (requests.show_class) live.show_class(requests.show_class->label);
        if (requests.save_model) training.save(*requests.save_model, context.messages);
    }

    void draw(Context& context) override {
        Training& training = context.training;
        const session::LiveTraining& live = training.live;
        Requests& requests = context.requests;
        settings::Settings& settings = context.settings;
        draw_actions(live, requests);
        draw_progress(training, settings, requests);
        control(settings, "train.share", "share of frame");
        control(settings, "train.samples");
        if (live.exists() && live.classes() > 0) draw_class(live, requests);
        if (!live.exists() || live.data()->dim() == 2) {
            control(settings, "train.score_error", "score error");
            if (settings.score_error && live.exists()) ImGui::TextDisabled("%s", context.field_summary.c_str());
        }
        if (live.exists()) draw_save(training, requests);
        draw_plan(context);
    }

  private:
    static void draw_plan(Context& context) {
        Training& training = context.training;
        settings::Settings& plan = training.plan;
        ImGui::Spacing();
        ImGui::TextDisabled("Next training");
        if (training.live.exists() && training.plans_another(context.board.painting().cells())) {
            ImGui::SameLine();
            ImGui::TextColored(ImGui::GetStyleColorVec4(ImGuiCol_PlotLinesHovered), "settings changed");
            tooltip("'Restart training' uses the settings below. The current run keeps the settings above.");
        }
        ImGui::Separator();
        draw_data(plan, context.board);
        draw_board(context.board, context.requests);
        class_controls(plan);
        objective_controls(plan);
        for (const char* const name : {"train.learning_rate", "train.schedule", "train.steps", "train.batch",
                                       "train.ema", "network.width", "network.depth", "network.input_gain"}) {
            control(plan, name);
        }
    }
};

}  // namespace

std::unique_ptr<Element> make_train_tab(Context& /*context*/) {
    return std::make_unique<TrainTab>();
}

}  // namespace scorefield::viewer
