// The Compare tab: panes beside the first one. Each is described by the flags in which it differs from the settings of
// the panel (settings/pane_settings.hpp). What a pane shows follows these settings: a background job opens another
// scene, or another run of the scene, whenever they say something else; until it is ready the old one stays.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/background_job.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "settings/pane_settings.hpp"
#include "viewer/controls.hpp"
#include "viewer/element.hpp"
#include "viewer/run_change.hpp"
#include "viewer/score_choice.hpp"

namespace scorefield::viewer {
namespace {

constexpr double kCheckEvery = 0.1;  ///< seconds between looks at the settings

/// All that determines the states of a pane; of a branch also what determines those of its trunk.
std::string state_text(const settings::Settings& pane) {
    std::string text;
    for (const settings::Setting& setting : settings::setting_table()) {
        const bool counts = setting.group == "Model" || setting.group == "Sampler" || setting.group == "Particles" ||
                            setting.name == "device";
        if (counts) text += settings::value_text(pane, setting) + '\n';
    }
    return pane.trunk ? text + state_text(*pane.trunk) : text;
}

class CompareTab : public Element {
  public:
    CompareTab() : Element(Place::tab, "Compare") {}

    void update(Context& context) override {
        if (context.requests.add_pane) add(context);
        if (context.requests.add_branch) add_branch(context);
        if (context.requests.choose_pane) choose(context, *context.requests.choose_pane);
        take_ready(context);
        drop_closed(context);
        if (job_.wanted()) {
            JobProgress progress = progress_of(job_);
            progress.cancel_help = "Keep what the pane shows";
            progress.cancel = [this, &context] { cancel(context); };
            context.jobs.push_back(std::move(progress));
        }
        since_ += context.seconds;
        if (since_ < kCheckEvery || job_.wanted()) return;
        since_ = 0;
        // The first pane's settings have not been tried yet, or are those of a network that only it has.
        if (context.change || context.shows_training()) return;
        follow_trunk(context);
        open_next(context);
    }

    void draw(Context& context) override {
        const std::size_t count = settings::pane_count(context.settings);
        ImGui::TextWrapped(
            "Up to four pictures with one clock, camera and seed. At any moment all panes show the same noise level. "
            "The "
            "Watch tab sets pane 1; other panes differ from it in what is set here.");
        ImGui::Spacing();
        if (context.settings.captions) control(context.settings, "look.metrics", "metrics");
        const bool trains = context.shows_training();
        for (std::size_t i = 0; i + 1 < count; ++i) {
            ImGui::PushID(static_cast<int>(i));
            if (!trains) draw_pane(context, i);
            ImGui::PopID();
        }
        if (trains && count > 1) ImGui::TextWrapped("While a network trains, the other panes stay as they are.");
        const bool is_full = count == settings::kMostPanes;
        const std::string help = trains    ? "Not while a network trains"
                                 : is_full ? "There are four panes already"
                                           : "Add a pane that shows the same as pane 1; then change its settings  (A)";
        const float half = share_of_row(2);
        if (button("Add pane", half, help, !is_full && !trains)) context.requests.add_pane = true;
        ImGui::SameLine();
        const std::string branch_help = trains    ? "Not while a network trains"
                                        : is_full ? "There are four panes already"
                                                  : "Pause, and add a pane that goes on from the shown state with "
                                                    "settings of its own  (B)";
        if (button("Branch", half, branch_help, !is_full && !trains)) context.requests.add_branch = true;
    }

  private:
    /// What a pane beside the first one shows.
    struct Opened {
        std::string flags;  ///< its text in Settings::panes
        std::string state;  ///< its state_text
        ScoreChoice score;
    };
    /// A pane that has become ready.
    struct Ready {
        std::size_t index = 0;
        Opened opened;
        RunChange change;
    };

    static void add(Context& context) {
        const std::size_t count = settings::pane_count(context.settings);
        if (count == settings::kMostPanes || context.shows_training()) return;
        context.settings.panes.at(count - 1) = settings::kSamePane;
        context.next_tab = "Compare";
    }

    /// Adds a pane that goes on from the shown state, at first with the settings of the first pane.
    static void add_branch(Context& context) {
        settings::Settings& settings = context.settings;
        session::Player& player = context.scene->player();
        const int state = player.run_state().number;
        const auto refuse = [&](const char* why) { context.messages.add({MessageKind::info, why}, "branch"); };
        if (context.shows_training()) return refuse("No branch while a network trains.");
        if (settings::pane_count(settings) == settings::kMostPanes) {
            return refuse("No branch: there are four panes already. Remove one in the Compare tab.");
        }
        if (player.playback().noising()) return refuse("No branch: the forward process is shown. Go to the run first.");
        if (state == player.program().steps) {
            return refuse("No branch: no noise is left in the last state. Go back to an earlier one (←).");
        }
        if (settings.branch && state > *settings.branch) {
            return refuse("No branch: pane 1 is a branch itself. Exchange it with its trunk first (2, 3 or 4).");
        }
        settings::Settings pane = settings;
        if (!settings.branch) pane.branch_pane = 1;
        pane.branch = state;
        try {
            settings.panes.at(settings::pane_count(settings) - 1) = settings::pane_flags(settings, pane);
        } catch (const base::Error& error) {
            return refuse(base::with_flags(error.what()).c_str());
        }
        context.messages.resolve("branch");
        player.playback().stop_at(state);
        context.next_tab = "Compare";
    }

    /// Exchanges the settings of a pane and the first one, so that the panel sets those of the pane.
    static void choose(Context& context, std::size_t pane) {
        if (pane == 0 || pane >= settings::pane_count(context.settings) || context.shows_training()) return;
        try {
            settings::exchange_pane(context.settings, pane - 1);
        } catch (const base::Error& error) {
            context.messages.add({MessageKind::error, base::with_flags(error.what())}, "panes");
            return;
        }
        context.requests.score_changed = true;
        context.requests.run_changed = true;
    }

    void take_ready(Context& context) {
        auto outcome = job_.poll();
        if (!outcome) return;
        if (!outcome->result) {
            context.messages.add({MessageKind::error, job_.name() + ": " + base::with_flags(outcome->error)}, "panes");
            take_back(context);
            return;
        }
        Ready ready = std::move(*outcome->result);
        std::vector<std::unique_ptr<session::Scene>>& scenes = context.panes.others();
        for (std::string& note : ready.change.notes) {
            const std::string text = settings::pane_name(ready.index) + ": " + note;
            if (std::ranges::find(context.notes, note) == context.notes.end()) {
                context.messages.add_note(text);
            }
        }
        try {
            if (ready.change.scene && ready.index < scenes.size()) {
                scenes[ready.index] = std::move(ready.change.scene);
            } else if (ready.change.scene) {
                scenes.push_back(std::move(ready.change.scene));
                opened_.push_back(ready.opened);
            } else if (ready.index < scenes.size()) {
                scenes[ready.index]->take(*ready.change.run,
                                          std::move(ready.change.loaded).value_or(session::LoadedRun()));
            }
        } catch (const base::Error& error) {
            context.messages.add({MessageKind::error, base::with_flags(error.what())}, "panes");
            take_back(context);
            return;
        }
        if (ready.index < opened_.size()) opened_[ready.index] = std::move(ready.opened);
    }

    /// The pane that could not be opened, or is not wanted: back to what it shows, or away.
    void take_back(Context& context) {
        std::string& flags = context.settings.panes.at(asked_index_);
        if (asked_index_ >= opened_.size()) {
            forget(context, asked_index_);
        } else if (flags != opened_[asked_index_].flags) {
            flags = opened_[asked_index_].flags;
        } else {
            refused_ = asked_state_;  // the first pane's settings do not suit it
        }
    }

    void cancel(Context& context) {
        job_.cancel();
        take_back(context);
    }

    /// Away with the description of a pane. What branched from it becomes a whole run.
    static void forget(Context& context, std::size_t index) {
        const std::optional<int> branch = context.settings.branch;
        try {
            settings::remove_pane(context.settings, index);
        } catch (const base::Error&) {
            context.settings.panes.at(index).clear();  // one of them cannot be read
            settings::close_gaps(context.settings);
        }
        if (context.settings.branch != branch) context.requests.run_changed = true;
    }

    void remove(Context& context, std::size_t index) {
        forget(context, index);
        job_.cancel();
        if (index >= context.panes.others().size()) return;
        context.panes.others().erase(context.panes.others().begin() + static_cast<std::ptrdiff_t>(index));
        opened_.erase(opened_.begin() + static_cast<std::ptrdiff_t>(index));
    }

    /// Another scene file may have fewer panes.
    void drop_closed(Context& context) {
        settings::close_gaps(context.settings);
        const std::size_t wanted = settings::pane_count(context.settings) - 1;
        while (context.panes.others().size() > wanted) {
            context.panes.others().pop_back();
            opened_.pop_back();
        }
    }

    /// Where the first pane is a branch, its run changes with the settings of its trunk, which another pane has.
    void follow_trunk(Context& context) {
        const std::string before = std::exchange(trunk_state_, "");
        if (!context.settings.branch) return;
        try {
            trunk_state_ = state_text(settings::trunk_settings(context.settings, context.settings));
        } catch (const base::Error&) {
            return;  // the run says what is wrong
        }
        if (!before.empty() && trunk_state_ != before) context.requests.run_changed = true;
    }

    /// Asks for the first pane that shows something else than its settings say.
    void open_next(Context& context) {
        for (std::size_t i = 0; i + 1 < settings::pane_count(context.settings); ++i) {
            settings::Settings pane;
            asked_index_ = i;
            try {
                pane = settings::pane_settings(context.settings, i);
            } catch (const base::Error& error) {
                context.messages.add({MessageKind::error, base::with_flags(error.what())}, "panes");
                take_back(context);
                return;
            }
            asked_state_ = state_text(pane);
            const bool is_open = i < opened_.size();
            if (is_open) opened_[i].flags = context.settings.panes.at(i);
            if ((is_open && opened_[i].state == asked_state_) || refused_ == asked_state_) continue;
            open(context, i, pane);
            return;
        }
    }

    void open(Context& context, std::size_t index, const settings::Settings& pane) {
        Opened opened = {context.settings.panes.at(index), asked_state_, ScoreChoice(pane)};
        std::vector<std::unique_ptr<session::Scene>>& scenes = context.panes.others();
        const bool same_score = index < opened_.size() && opened_[index].score == opened.score;
        gpu::Device& device = context.device;
        if (same_score) {
            job_.ask("Preparing " + settings::pane_name(index),
                     [&device, index, opened, pane, model = scenes[index]->shared_model(),
                      loader = scenes[index]->run_loader()](base::Task& task) {
                         return Ready{index, opened, prepare_run_change(device, *model, loader, pane, task)};
                     });
            return;
        }
        const std::size_t count = std::max(context.panes.count(), index + 2);
        const VkExtent2D extent = session::pane_places(context.layout.picture, count)[0].extent;
        const render::PictureForm form = {extent, context.scene->form().format};
        job_.ask("Opening " + settings::pane_name(index), [&device, index, opened, pane, form](base::Task& task) {
            return Ready{index, opened, open_scene(device, pane, form, task)};
        });
    }

    void draw_pane(Context& context, std::size_t index) {
        settings::Settings& first = context.settings;
        ImGui::Separator();
        ImGui::Text("Pane %d", static_cast<int>(index) + 2);
        settings::Settings pane;
        try {
            pane = settings::pane_settings(first, index);
        } catch (const base::Error& error) {
            ImGui::TextWrapped("%s", base::with_flags(error.what()).c_str());
            if (button("Remove", share_of_row(1), "Close this pane")) remove(context, index);
            return;
        }
        bool changed = false;
        if (pane.program.empty()) {
            if (control(pane, "sampler")) {
                pane.sampler = diffusion::without_unused(pane.sampler);
                changed = true;
            }
            if (pane.timesteps.empty()) changed |= control(pane, "steps", {}, true);
        }
        changed |= control(pane, "seed");
        if (pane.branch) changed |= control(pane, "branch");
        if (changed) first.panes.at(index) = settings::pane_flags(first, pane);
        const std::string& flags = first.panes.at(index);
        ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
        ImGui::TextWrapped("%s", flags.c_str());
        ImGui::PopStyleColor();
        tooltip(fmt::format("How this pane differs from pane 1  (--{})", settings::pane_name(index)));
        const float half = share_of_row(2);
        const std::string key = std::to_string(index + 2);
        if (button("Exchange", half, "Exchange with pane 1, so that the Watch tab sets this one  (" + key + ")")) {
            context.requests.choose_pane = index + 1;
        }
        ImGui::SameLine();
        if (button("Remove", half, "Close this pane")) remove(context, index);
    }

    std::vector<Opened> opened_;  ///< one per scene beside the first
    base::BackgroundJob<Ready> job_;
    std::size_t asked_index_ = 0;  ///< of the pane that was asked for last
    std::string asked_state_;      ///< its state_text
    std::string trunk_state_;      ///< state_text of the first pane's trunk; empty: it is no branch
    std::string refused_;          ///< state_text of a pane that could not be opened
    double since_ = 0;
};

}  // namespace

std::unique_ptr<Element> make_compare_tab(Context& /*context*/) {
    return std::make_unique<CompareTab>();
}

}  // namespace scorefield::viewer
